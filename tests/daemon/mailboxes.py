"""Mailboxes opened for the tests, and letters to put into them."""

import contextlib
from collections.abc import Iterator
from typing import Protocol

from daemon.mailbox import Mailbox, MailboxSettings
from daemon.tls import Security


class Reachable(Protocol):
    """A server that can be connected to."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def settings_of(server: Reachable, **changes: object) -> MailboxSettings:
    """Settings for a server on loopback with short timeouts."""
    values: dict[str, object] = {
        "host": server.host,
        "port": server.port,
        "security": Security.NONE,
        "username": getattr(server, "username", "info@controlsystem.kz"),
        "password": getattr(server, "password", "demo-password"),
        "connect_timeout": 3,
        "read_timeout": 3,
    }
    return MailboxSettings(**{**values, **changes})  # type: ignore[arg-type] # handed through as they are


@contextlib.contextmanager
def opened(server: Reachable, folder: str = "INBOX", *, readonly: bool = True, **changes: object) -> Iterator[Mailbox]:
    """A connected mailbox with a folder open."""
    mailbox = Mailbox(settings_of(server, **changes))
    try:
        mailbox.connect()
        mailbox.select(folder, readonly=readonly)
        yield mailbox
    finally:
        mailbox.close()


def letter(number: int, text: str = "Здравствуйте, не приходят уведомления.") -> bytes:
    """A small letter of its own."""
    return (
        f"From: client{number}@example.kz\r\nTo: info@controlsystem.kz\r\nSubject: {number}\r\n"
        f"Message-ID: <m{number}@test.invalid>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()
