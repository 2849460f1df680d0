"""Which ticket a letter belongs to: its ancestors nearest first, then the number in its subject."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parsers.mail import ParsedMail
from rules.reason import Reason

MAX_ANCESTORS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The ticket that a letter joins, or the one that a new ticket is linked to; at most one of the two is set."""

    joins: int | None = None
    linked_to: int | None = None
    reason: Reason


ALONE = Belonging(reason=Reason(decision="thread", value="new", evidence="answers nothing that we keep"))


def find_ancestors(mail: ParsedMail) -> tuple[str, ...]:
    """The Message-IDs the letter answers, nearest first, each once; the farthest of a very long chain are left out.

    In-Reply-To names the parent; References end with it (RFC 5322, 3.6.4).
    """
    nearest_first = (*mail.in_reply_to, *reversed(mail.references))
    return tuple(dict.fromkeys(nearest_first))[:MAX_ANCESTORS]


def find_number(subject: str, prefix: str) -> int | None:
    """The ticket number in a subject: ``Re: [CSC-1042] …``; the first one counts. None without one.

    Nine digits at most: no ticket has more, and a database has its limits too.
    """
    match = re.search(rf"\[{re.escape(prefix)}-(\d{{1,9}})\]", subject, re.IGNORECASE)
    return int(match.group(1)) if match else None


def find_belonging(
    *,
    ancestors: tuple[str, ...],
    number: int | None,
    sender: str,
    signed: Callable[[str], int | None],
    known: Mapping[str, int],
    addresses_of: Callable[[int], frozenset[str] | None],
) -> Belonging:
    """Where the letter of ``sender`` belongs.

    ``signed`` gives the ticket of a Message-ID that bears our own signature for clients, ``known`` the tickets of all
    Message-IDs that we keep, ``addresses_of`` a ticket's addresses (None: no such ticket). A letter that answers a
    signed one belongs, whoever wrote it; an unsigned one or a mere number counts from an address on the ticket alone.
    A stranger who knows them gets a new ticket, linked, and is told nothing.
    """
    stranger_to: Belonging | None = None
    for message_id in ancestors:
        ours = signed(message_id)
        if ours is not None and addresses_of(ours) is not None:
            return _joins(ours, "answers our signed letter")
        theirs = known.get(message_id)
        if theirs is None:
            continue
        if sender in (addresses_of(theirs) or ()):
            return _joins(theirs, "answers a letter of the ticket, from an address on it")
        stranger_to = stranger_to or _linked(theirs, "answers a letter of a ticket that the sender is not on")
    if number is not None and (on_ticket := addresses_of(number)) is not None:
        if sender in on_ticket:
            return _joins(number, "bears the ticket's number, from an address on it")
        stranger_to = stranger_to or _linked(number, "bears the number of a ticket that the sender is not on")
    return stranger_to or ALONE


def _joins(number: int, evidence: str) -> Belonging:
    return Belonging(joins=number, reason=Reason(decision="thread", value="joins", evidence=evidence))


def _linked(number: int, evidence: str) -> Belonging:
    return Belonging(linked_to=number, reason=Reason(decision="thread", value="linked", evidence=evidence))
