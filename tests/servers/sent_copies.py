"""A provider that files a copy of each letter it takes in the folder of sent letters (Gmail and Exchange do)."""

import contextlib
import imaplib
import queue
import threading
import time


class SentCopies:
    """Copies are filed by APPEND in a thread of their own, again and again until the mailbox takes them."""

    def __init__(self, *, host: str, port: int, username: str, password: str, folder: str = "Sent") -> None:
        self._where = (host, port, username, password)
        self._folder = folder
        self._waiting: queue.Queue[bytes | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="sent-copies", daemon=True)
        self._thread.start()

    def put(self, raw: bytes) -> None:
        self._waiting.put(raw)

    def wait_until_filed(self) -> None:
        """Returns once every copy lies in the folder."""
        self._waiting.join()

    def close(self) -> None:
        """Files what waits, then ends (five seconds at most)."""
        self._waiting.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        client: imaplib.IMAP4 | None = None
        while (raw := self._waiting.get()) is not None:
            while True:
                try:
                    client = client or self._connect()
                    kind, said = client.append(self._folder, r"(\Seen)", "", raw)
                    if kind != "OK":
                        raise OSError(said)
                    break
                except (OSError, imaplib.IMAP4.error):
                    if client is not None:
                        client.shutdown()
                    client = None
                    time.sleep(0.05)
            self._waiting.task_done()
        self._waiting.task_done()
        if client is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def _connect(self) -> imaplib.IMAP4:
        host, port, username, password = self._where
        client = imaplib.IMAP4(host, port, timeout=10)
        try:
            client.login(username, password)
        except (OSError, imaplib.IMAP4.error):
            client.shutdown()
            raise
        return client
