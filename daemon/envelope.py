"""A letter and its envelope as SMTP wants them on the wire."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>]")  # a@b.kz>\r\nRCPT TO:<victim@c.kz


class Unsendable(Exception):  # noqa: N818 - said of a letter, not of the program
    """This letter cannot go out through this server, now or later. ``code``: as the server would have said it."""

    def __init__(self, why: str, *, code: int | None = None) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Commands:
    """The two commands, word by word."""

    mail: tuple[bytes, ...]
    rcpt: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a letter comes from and goes to, as far as the server's extensions allow to say it."""

    sender: str
    recipient: str

    def prepare(self, letter: bytes, extensions: Mapping[str, str]) -> Commands:
        """The words of MAIL and RCPT. ``extensions``: what the server offers, in lower case. Raises Unsendable."""
        sender, recipient = _on_the_wire(self.sender) if self.sender else "", _on_the_wire(self.recipient)
        if sender is None or recipient is None:
            raise Unsendable("an address of this letter cannot stand in an envelope")
        needs_utf8 = not (sender + recipient).isascii()
        if needs_utf8 and "smtputf8" not in extensions:
            raise Unsendable("the address is not in ASCII and the server does not offer SMTPUTF8")
        limit = extensions.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < len(letter):
            raise Unsendable(f"the letter has {len(letter)} bytes, the server takes {limit}", code=552)
        options = [f"SIZE={len(letter)}"] if "size" in extensions else []
        if "8bitmime" in extensions and not letter.isascii():
            options.append("BODY=8BITMIME")
        if needs_utf8:
            options.append("SMTPUTF8")
        never = ["NOTIFY=NEVER"] if not sender and "dsn" in extensions else []
        return Commands(
            mail=(b"MAIL", f"FROM:<{sender}>".encode(), *(option.encode() for option in options)),
            rcpt=(b"RCPT", f"TO:<{recipient}>".encode(), *(option.encode() for option in never)),
        )


def _on_the_wire(address: str) -> str | None:
    """An address with its domain in ASCII (IDNA), or None where it is none or holds what ends a command."""
    local, at, domain = address.rpartition("@")
    if not at or not local or _FORBIDDEN.search(address):
        return None
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def for_the_wire(raw: bytes) -> bytes:
    """CRLF alone ends lines (a bare CR or LF before a dot is how letters are smuggled), dots are doubled, one ends."""
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        raw = _LINE_END.sub(b"\r\n", raw)
    if raw.startswith(b".") or b"\n." in raw:
        raw = _DOT.sub(b"..", raw)
    return raw + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")
