"""A letter on its way through the program, and what the log says of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.journal import Journal
from daemon.read_letter import ReadLetter
from store.records import Place

SYNTHETIC_DOMAIN = "@no-message-id.invalid>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A letter as the mailbox gave it. ``place`` is None where it comes from no folder (a retry of an old one).

    ``silent``: whatever it is, no letter is written for it (backfill). ``unexpected``: found by reconciliation.
    """

    place: Place | None
    raw: bytes
    received_at: datetime
    truncated: bool = False
    in_sent: bool = False
    silent: bool = False
    unexpected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a letter: one line of the log tells it all. The client's words are not in it."""

    fate: str
    message_id: str
    letter: int | None = None
    ticket: int | None = None
    categories: tuple[str, ...] = ()
    due_at: tuple[datetime, ...] = ()
    acknowledgement: str = ""
    """``queued``, ``suppressed: …``, or empty where none was due."""
    reasons: tuple[str, ...] = ()
    defects: int = 0
    rings_at: datetime | None = None
    """When the clock has to look at the ticket next."""
    letters: int = 0
    """How many letters were written for it; the sender is to be woken if there are any."""


def identity_of(read: ReadLetter, raw: bytes) -> str:
    """The Message-ID, or one made of what the letter says of itself where it has none: it is known when it comes again,
    also on another server, which may have changed other header fields. Without a Date the bytes alone tell."""
    mail = read.mail
    if mail.message_id:
        return mail.message_id[:800]
    said = raw
    if mail.date is not None:
        authors = " ".join(each.address for each in mail.from_)
        said = f"{authors}\0{mail.date.isoformat()}\0{mail.digest}".encode(errors="replace")
    return f"<{hashlib.sha256(said).hexdigest()[:40]}{SYNTHETIC_DOMAIN}"


def is_synthetic(message_id: str) -> bool:
    """Whether the id is one of ours for a letter without any."""
    return message_id.endswith(SYNTHETIC_DOMAIN)


def is_stale(arrival: Arrival, now: datetime, max_age: timedelta | None) -> bool:
    """Too old when it is taken for an acknowledgement and reminders, or taken silently."""
    return arrival.silent or (max_age is not None and now - arrival.received_at > max_age)


def say_taken(journal: Journal, taken: Taken, *, folder: str, seconds: float) -> None:
    """The one line of the log that tells all about a letter; the client's words are not in it."""
    journal.info(
        "mail_taken",
        fate=taken.fate,
        ticket=taken.ticket,
        message_id=taken.message_id,
        categories=list(taken.categories),
        due=[each.isoformat() for each in taken.due_at],
        acknowledgement=taken.acknowledgement,
        reasons=" ".join(taken.reasons),
        defects=taken.defects,
        folder=folder,
        ms=round(seconds * 1000, 1),
    )
