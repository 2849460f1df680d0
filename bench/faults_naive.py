"""What a fault run must be able to see: a help desk as it is often written. Nobody should use it.

    python -m bench.faults_naive IMAP_PORT USER PASSWORD SMTP_PORT DATABASE

It fetches what is unseen, which marks it as seen, then opens tickets; it sends what is not marked as sent, then marks
it.
"""

import email
import imaplib
import smtplib
import sqlite3
import sys
import time
from email.message import EmailMessage


def main() -> None:
    imap_port, user, password, smtp_port, database = sys.argv[1:]
    store = sqlite3.connect(database)
    store.execute("CREATE TABLE IF NOT EXISTS tickets (id INTEGER PRIMARY KEY, requester TEXT, is_sent INTEGER)")
    store.commit()
    print("ready", flush=True)
    while True:
        try:
            _turn(store, int(imap_port), user, password, int(smtp_port))
        except (OSError, imaplib.IMAP4.error, smtplib.SMTPException):
            time.sleep(0.1)


def _turn(store: sqlite3.Connection, imap_port: int, user: str, password: str, smtp_port: int) -> None:
    with imaplib.IMAP4("127.0.0.1", imap_port) as mailbox:
        mailbox.login(user, password)
        mailbox.select("INBOX")
        while True:
            _take(store, mailbox)
            _send(store, smtp_port)
            time.sleep(0.02)


def _take(store: sqlite3.Connection, mailbox: imaplib.IMAP4) -> None:
    mailbox.noop()
    unseen = mailbox.search(None, "UNSEEN")[1][0].split()[:20]
    if not unseen:
        return
    for row in mailbox.fetch(b",".join(unseen).decode(), "(RFC822)")[1]:
        if isinstance(row, tuple):
            sender = email.message_from_bytes(row[1])["From"]
            store.execute("INSERT INTO tickets (requester, is_sent) VALUES (?, 0)", (sender,))
            store.commit()


def _send(store: sqlite3.Connection, smtp_port: int) -> None:
    for number, requester in store.execute("SELECT id, requester FROM tickets WHERE NOT is_sent").fetchall():
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "info@controlsystem.kz", requester, f"[{number}] Принято"
        letter["Message-ID"] = f"<naive{number}@controlsystem.kz>"
        letter.set_content("Ваше обращение принято.")
        try:
            with smtplib.SMTP("127.0.0.1", smtp_port, timeout=5) as server:
                server.send_message(letter)
        except (OSError, smtplib.SMTPException):
            continue
        store.execute("UPDATE tickets SET is_sent = 1 WHERE id = ?", (number,))
        store.commit()


if __name__ == "__main__":
    main()
