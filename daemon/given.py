"""What a person writes at the command line: ticket numbers, moments, who he is; Failed with a sentence otherwise."""

import getpass
from datetime import datetime
from zoneinfo import ZoneInfo

from daemon.console import CONFIGURATION, Failed
from daemon.moments import parse_moment


def ticket_number(text: str, prefix: str) -> int:
    """``CSC-1042``, ``csc-1042``, ``№ 1042`` or ``1042``."""
    bare = text.strip().upper().removeprefix("№").strip().removeprefix(f"{prefix.upper()}-").strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 9):
        raise Failed(f"{text!r} is no ticket number: write it as {prefix}-1042 or 1042")
    return int(bare)


def is_ticket(text: str, prefix: str) -> bool:
    """Whether it names a ticket and not an address, a domain or an account."""
    return text.strip().upper().startswith(f"{prefix.upper()}-")


def moment(text: str, zone: ZoneInfo, *, option: str) -> datetime:
    """A day or a moment, local where it has no offset."""
    try:
        return parse_moment(text, zone)
    except ValueError:
        sentence = f"{option} {text!r} is no moment: write 2026-11-21, 2026-11-21T12:04 or 2026-11-21T12:04:00+05:00"
        raise Failed(sentence, code=CONFIGURATION) from None


def author(named: str) -> str:
    """Who acts: as he names himself, else the name he is logged in with."""
    if named.strip():
        return named.strip()
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"
