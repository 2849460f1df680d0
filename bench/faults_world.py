"""The world of a fault run: a real Dovecot, an SMTP server that fails by rules, letters that arrive, and what happens.

Everything is drawn from one seed. The SMTP server's ledger is entered before its 250: what it names has gone out.
"""

import contextlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from tests.servers.dovecot import Account, Dovecot, new_account
from tests.servers.smtp import ACCEPT, CUT, CUT_ACCEPTED, SILENCE, Rule, SmtpServer, Stage

COPY_FILED_AFTER = 0.3
"""Seconds after which the provider has filed its copy in Sent; the service waits longer than that."""
NOTIFY = "duty@agents.test.invalid"
KEPT_IN_INBOX = 60
"""Letters that stay in the inbox when agents tidy it up: those that the store knows already are moved away."""

FAILING = (
    Rule(stage=Stage.MAIL, act="451 4.3.0 greylisted", share=0.05),
    Rule(stage=Stage.RCPT, act="450 4.2.1 mailbox busy", share=0.03),
    Rule(stage=Stage.RCPT, act="554 5.7.1 refused for good", share=0.01, recipient=".example.kz"),
    Rule(stage=Stage.DATA, act="451 4.3.0 no room just now", share=0.03),
    Rule(stage=Stage.LETTER, act=SILENCE, share=0.01),
    Rule(stage=Stage.LETTER, act=CUT, share=0.03),
    Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, share=0.05),
    Rule(stage=Stage.LETTER, act=ACCEPT, share=0.3, delay=0.05),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who wrote which letter; ``message_id`` is empty where the letter bears none."""

    number: int
    address: str
    message_id: str


@dataclass(kw_only=True)
class World:
    """Servers, mailbox and post. ``faults`` counts what was done to them."""

    home: Path
    seed: int
    files_sent: bool
    dovecot: Dovecot
    box: Account = field(init=False)
    smtp: SmtpServer = field(init=False)
    clients: list[Client] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.box = new_account(self.dovecot)
        self.smtp = SmtpServer(rules=FAILING, seed=self.seed, file_copy=self._file_copy if self.files_sent else None)
        self._timers: list[threading.Timer] = []
        self._shut = threading.Event()

    def close(self) -> None:
        for timer in self._timers:
            timer.join()
        self.smtp.close()

    def _file_copy(self, raw: bytes) -> None:
        """As the providers that do so: the copy comes a moment after the letter was taken, whatever else is down."""
        timer = threading.Timer(COPY_FILED_AFTER, self.dovecot.deliver, (self.box.username, raw), {"folder": "Sent"})
        timer.start()
        self._timers = [each for each in self._timers if each.is_alive()] + [timer]

    # --- letters that arrive

    def deliver(self) -> None:
        """The next client's letter; now and then one without Message-ID, one delivered twice, or one that bears
        another's Message-ID."""
        number = len(self.clients)
        kind = self.chance.random()
        message_id = f"<m{number}.{self.seed}@example.kz>"
        if kind < 0.05:
            message_id = ""
        elif kind < 0.07 and self.clients:
            message_id = self.clients[-1].message_id
        client = Client(number=number, address=f"client{number}@firm{number % 97}.example.kz", message_id=message_id)
        raw = a_letter(client)
        self.clients.append(client)
        self.box.deliver(raw)
        if 0.07 <= kind < 0.09:
            self.box.deliver(raw)
            self.faults["letters delivered twice"] += 1

    def tidy_inbox(self, known: frozenset[str]) -> None:
        """Agents move letters that were taken long ago to another folder, as the mail client's rename does."""
        inbox = self.dovecot.maildir(self.box.username)
        letters = sorted(
            (path for part in ("cur", "new") for path in (inbox / part).glob("*")), key=lambda path: path.name
        )
        for path in letters[:-KEPT_IN_INBOX]:
            with contextlib.suppress(FileNotFoundError):  # Dovecot renames too
                if _number_of(path) in known:
                    path.unlink()

    # --- what happens to the mailbox

    def disturb(self) -> None:
        """One thing of those that happen to mailboxes."""
        what = self.chance.choice(
            (
                "restart",
                "restart",
                "restart",
                "crash",
                "outage",
                "uidvalidity",
                "uidvalidity",
                "indexes",
                "sessions",
                "moved",
            )
        )
        match what:
            case "restart":
                self.faults["Dovecot restarted"] += 1
                self.dovecot.restart()
            case "crash":
                self.faults["Dovecot killed"] += 1
                self.dovecot.kill()
                self.dovecot.start()
            case "outage":
                self.faults["Dovecot down for a while"] += 1
                self.dovecot.stop()
                time.sleep(self.chance.uniform(0.5, 2))
                self.dovecot.start()
            case "uidvalidity":
                self.faults["UIDVALIDITY changed"] += 1
                self.box.change_uidvalidity(to=int(time.time()) + self.faults["UIDVALIDITY changed"])
            case "indexes":
                self.faults["indexes and UID list lost"] += 1
                self.box.lose_indexes()
            case "sessions":
                self.faults["IMAP sessions killed"] += 1
                self.dovecot.kill_sessions()
            case "moved":
                self._move_out_and_back()

    def _move_out_and_back(self) -> None:
        """Letters get new UIDs; one may be away while it is fetched."""
        self.faults["letters moved out and back"] += 1
        for source, target in (("INBOX", "Junk"), ("Junk", "INBOX")):
            with contextlib.suppress(RuntimeError):  # the mailbox changed under doveadm's hands: nothing was moved
                self.dovecot.doveadm("move", "-u", self.box.username, target, "mailbox", source, "1:10")


def _number_of(path: Path) -> str:
    with path.open("rb") as letter:
        for line in letter:
            if line.startswith(b"X-Number:"):
                return line.split()[1].decode("ascii")
    return ""


def a_letter(client: Client) -> bytes:
    message = EmailMessage()
    message["From"] = client.address
    message["To"] = "info@controlsystem.kz"
    message["Subject"] = f"Не работает комната {client.number}"
    message["Date"] = "Tue, 24 Nov 2026 12:04:00 +0500"
    message["X-Number"] = str(client.number)
    if client.message_id:
        message["Message-ID"] = client.message_id
    message.set_content(
        f"Здравствуйте! Не могу войти, пишет «ошибка {client.number}». Аккаунт {100000 + client.number}.\n"
    )
    return message.as_bytes()


@contextlib.contextmanager
def running_world(home: Path, *, seed: int, files_sent: bool) -> Iterator[World]:
    """The servers, running until the block ends."""
    dovecot = Dovecot()
    try:
        dovecot.start()
        world = World(home=home, seed=seed, files_sent=files_sent, dovecot=dovecot)
        world.smtp.start()
        try:
            yield world
        finally:
            world.close()
    finally:
        dovecot.remove()


def events(log: Path, start: int = 0) -> list[dict[str, object]]:
    """The lines of a log from a byte on; one that is being written is left out."""
    if not log.exists():
        return []
    with log.open("rb") as lines:
        lines.seek(start)
        whole = lines.read().rpartition(b"\n")[0]
    return [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]
