"""What only we can have written: signed Message-IDs, tokens in subjects and the mark against loops.

A signature is an HMAC-SHA256 in lower-case base32, since local parts of addresses get re-cased on their way. Each
kind of signature is made under a label of its own, so that one can never stand for another: a client's Message-ID
proves no agent. A letter's Message-ID is a function of what it is made from, so that every attempt to send it bears
the same one.
"""

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

LOOP_HEADER = "X-CSC-Loop"
"""The field that every letter of ours bears; its value is ``make_loop_mark``."""

# <csc.a.1042.k7f2.1798000000.{16 characters}.{26 characters}@controlsystem.kz>
_MESSAGE_ID = re.compile(
    r"<csc\.([ac])\.(\d{1,9}|-)\.([a-z0-9_-]{1,64})\.(\d{1,11}|-)\.([a-z2-7]{16})\.([a-z2-7]{26})@([a-z0-9.-]{1,255})>"
)
# Re: [CSC-1042] key-1042-1798000000-{20 characters}
_SUBJECT_TOKEN = re.compile(r"\bkey-(\d{1,9})-(\d{1,11})-([a-z2-7]{20})(?![a-z0-9])")
_SERIAL = re.compile(r"[a-z0-9_-]{1,64}")
_LAST_SECOND = 253402300799  # 9999-12-31, the last that a datetime can hold


class Purpose(StrEnum):
    """Whom a signed letter was written to."""

    CLIENT = "c"
    AGENT = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeys:
    """The key that signs, and those that signed before it and are still believed. Never shown."""

    current: bytes = field(repr=False)
    previous: tuple[bytes, ...] = field(default=(), repr=False)

    def __iter__(self) -> Iterator[bytes]:
        return iter((self.current, *self.previous))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedId:
    """What a Message-ID of ours says of its letter. ``ticket`` and ``expires`` are None where it names none."""

    purpose: Purpose
    ticket: int | None
    serial: str
    expires: datetime | None


def make_message_id(
    keys: SigningKeys,
    *,
    purpose: Purpose,
    ticket: int | None,
    recipient: str,
    serial: str,
    domain: str,
    expires: datetime | None = None,
) -> str:
    """The Message-ID, with angle brackets, of a letter of ours to ``recipient``: the same input gives the same id.

    ``serial`` tells letters to one recipient on one ticket apart: 1-64 of ``a-z 0-9 _ -``. ``expires`` is cut to whole
    seconds; an agent's id without it, or without a ticket, proves nothing later. Raises ValueError for a serial or a
    domain that cannot stand in a Message-ID.
    """
    if not _SERIAL.fullmatch(serial):
        raise ValueError(f"serial {serial!r} is not made of a-z, 0-9, '_' and '-' alone, 1 to 64 of them")
    number = "-" if ticket is None else str(ticket)
    until = "-" if expires is None else str(int(expires.timestamp()))
    bound = _recipient_tag(keys.current, recipient, purpose, number, serial, until)
    domain = domain.lower()
    signature = _signature(keys.current, purpose, number, serial, until, bound, domain)
    message_id = f"<csc.{purpose}.{number}.{serial}.{until}.{bound}.{signature}@{domain}>"
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"domain {domain!r} or ticket {ticket!r} cannot stand in a Message-ID")
    return message_id


def read_message_id(keys: SigningKeys, message_id: str) -> SignedId | None:
    """What ``message_id`` says, if we signed it with any of the keys, whoever it was for and expired or not."""
    read = _read(keys, message_id)
    return read[0] if read else None


def proves_agent(keys: SigningKeys, message_id: str, *, agent: str, now: datetime) -> SignedId | None:
    """The id, where it is of a letter of ours to this very agent and has not expired at ``now``; otherwise None."""
    read = _read(keys, message_id)
    if read is None:
        return None
    signed, key, bound = read
    if signed.purpose is not Purpose.AGENT or signed.expires is None or now >= signed.expires:
        return None
    number = "-" if signed.ticket is None else str(signed.ticket)
    until = str(int(signed.expires.timestamp()))
    expected = _recipient_tag(key, agent, signed.purpose, number, signed.serial, until)
    return signed if hmac.compare_digest(expected, bound) else None


def make_subject_token(keys: SigningKeys, *, ticket: int, agent: str, expires: datetime) -> str:
    """The token for the subject of a ``mailto:`` link: ``key-1042-1798000000-…``; ``expires`` in whole seconds."""
    until = int(expires.timestamp())
    return f"key-{ticket}-{until}-{_subject_signature(keys.current, ticket, until, agent)}"


def find_subject_token(keys: SigningKeys, subject: str, *, agent: str, now: datetime) -> int | None:
    """The ticket of the first token in ``subject`` that is this agent's and has not expired; None without one."""
    for ticket, until, given in _SUBJECT_TOKEN.findall(subject.lower()):
        if now.timestamp() >= int(until):
            continue
        if any(hmac.compare_digest(_subject_signature(key, int(ticket), int(until), agent), given) for key in keys):
            return int(ticket)
    return None


def make_loop_mark(keys: SigningKeys, mailbox: str) -> str:
    """The value of ``LOOP_HEADER`` on every letter that leaves from ``mailbox``."""
    return _mac(keys.current, "loop", _plain(mailbox))[:26]


def is_loop_mark(keys: SigningKeys, value: str, mailbox: str) -> bool:
    """Whether the field's ``value`` is our own mark. Anybody can write the field, nobody else the mark."""
    given = value.strip().lower().encode("utf-8", "replace")
    return any(hmac.compare_digest(_mac(key, "loop", _plain(mailbox))[:26].encode(), given) for key in keys)


def _read(keys: SigningKeys, message_id: str) -> tuple[SignedId, bytes, str] | None:
    """The id, the key that signed it and the tag of its recipient."""
    match = _MESSAGE_ID.fullmatch(message_id.strip().lower())
    if match is None:
        return None
    purpose, number, serial, until, bound, given, domain = match.groups()
    if until != "-" and int(until) > _LAST_SECOND:
        return None
    for key in keys:
        if hmac.compare_digest(_signature(key, purpose, number, serial, until, bound, domain), given):
            signed = SignedId(
                purpose=Purpose(purpose),
                ticket=None if number == "-" else int(number),
                serial=serial,
                expires=None if until == "-" else datetime.fromtimestamp(int(until), UTC),
            )
            return signed, key, bound
    return None


def _signature(key: bytes, *visible: str) -> str:
    return _mac(key, "message-id", *visible)[:26]


def _recipient_tag(key: bytes, recipient: str, *visible: str) -> str:
    """Binds an id to its recipient without naming him: the id is seen by everybody in the thread."""
    return _mac(key, "recipient", _plain(recipient), *visible)[:16]


def _subject_signature(key: bytes, ticket: int, until: int, agent: str) -> str:
    return _mac(key, "subject", str(ticket), str(until), _plain(agent))[:20]


def _plain(address: str) -> str:
    return address.strip().lower()


def _mac(key: bytes, label: str, *fields: str) -> str:
    """32 characters of base32. Fields are joined by NUL, which none of them holds: no two lists look alike."""
    text = "\0".join((label, *fields))
    if text.count("\0") != len(fields):
        text = "\0".join((label, *(each.replace("\0", "") for each in fields)))
    digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
    return base64.b32encode(digest[:20]).decode("ascii").lower()
