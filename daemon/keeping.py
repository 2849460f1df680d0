"""How a letter is kept with its ticket, what happened is noted, and what became of it is told to the log."""

from dataclasses import replace
from datetime import datetime

from daemon.arrival import Taken
from daemon.case import Case
from rules.fate import addressees_of
from rules.policy import Policy
from rules.reason import Reason
from rules.ticket import Ticket
from store.records import Event, EventKind, Letter, LetterRole
from store.writing import Transaction


def keep_letter(tx: Transaction, case: Case, role: LetterRole, ticket: int | None, policy: Policy) -> Letter:
    """The letter in its role; one that was known as an unproved copy gets its new role and place."""
    letter = _letter(case, role, ticket, policy)
    if case.known is None:
        return tx.keep_letter(letter)
    assert case.known.id is not None
    again = replace(letter, id=case.known.id, place=case.known.place, raw=b"")
    tx.save_letter(again)
    if case.arrival.place is not None:
        tx.move_place(case.known.id, case.arrival.place)
    return again


def keep_twin(tx: Transaction, case: Case, known: Letter) -> Letter:
    """The same words under another Message-ID, kept beside ``known``: who answers this one answers the ticket too."""
    return tx.keep_letter(
        Letter(
            place=case.arrival.place,
            message_id=case.message_id,
            digest=known.digest,
            sender=known.sender,
            subject=known.subject,
            received_at=case.at,
            taken_at=case.now,
            role=LetterRole.COPY,
            proof=case.read.origin.proof,
            ticket=known.ticket,
            truncated=case.arrival.truncated,
            disposition=case.read.origin.disposition.value,
            reasons=(Reason(decision="copy", value="yes", evidence=f"the same words as {known.message_id}"),),
            defects=case.defects,
            raw=case.arrival.raw,
        )
    )


def _letter(case: Case, role: LetterRole, ticket: int | None, policy: Policy) -> Letter:
    assert case.destiny is not None
    read = case.read
    return Letter(
        place=case.arrival.place,
        message_id=case.message_id,
        digest=read.mail.digest,
        sender=read.origin.client.address or case.author,
        subject=read.mail.subject,
        received_at=case.at,
        taken_at=case.now,
        role=role,
        proof=read.origin.proof,
        ticket=ticket,
        truncated=case.arrival.truncated,
        marked=case.destiny.marked,
        disposition=read.origin.disposition.value,
        reasons=(*case.destiny.reasons, *_reasons(case, role)),
        defects=case.defects,
        recipients=_clients_among(case, policy) if role is LetterRole.AGENT_FIRST else frozenset(),
        raw=b"" if role is LetterRole.OWN else case.arrival.raw,
    )


def _clients_among(case: Case, policy: Policy) -> frozenset[str]:
    return frozenset(each for each in addressees_of(case.read.mail, policy) if not policy.is_agent(each))


def _reasons(case: Case, role: LetterRole) -> tuple[Reason, ...]:
    """A follow-up is not judged as a first letter: its own reading is what it was decided by."""
    assert case.decision is not None
    if role in (LetterRole.FOLLOW_UP, LetterRole.THANKS):
        return (*case.read.origin.reasons, *case.read.follow_up.reasons)
    return case.decision.reasons


def add_event(tx: Transaction, case: Case, ticket: Ticket, kind: EventKind, text: str, *, by: str) -> None:
    """Something that happened to the ticket at the letter's moment."""
    tx.add_event(Event(at=case.at, ticket=ticket.number, kind=kind, author=by or "unknown", text=text))


def taken(case: Case, letter: Letter, ticket: Ticket | None) -> Taken:
    """What became of the letter."""
    assert case.destiny is not None
    assert case.decision is not None
    return Taken(
        fate=case.destiny.fate.value,
        message_id=case.message_id,
        letter=letter.id,
        ticket=ticket.number if ticket is not None else None,
        categories=tuple(category.value for category in case.decision.categories),
        due_at=tuple(each.due_at for each in ticket.deadlines if each.unanswered()) if ticket is not None else (),
        reasons=tuple(f"{each.decision}={each.value}" for each in (*case.destiny.reasons, *case.decision.reasons)),
        defects=len(case.defects),
        rings_at=rings_at(ticket) if ticket is not None else None,
    )


def rings_at(ticket: Ticket) -> datetime | None:
    """The next moment at which the clock has something to do for the ticket."""
    owed = [each for each in ticket.deadlines if each.unanswered() and not ticket.silent]
    moments = [each.warn_at for each in owed if each.warn_at is not None and each.warned_at is None]
    moments += [each.due_at for each in owed if each.told_broken_at is None]
    return min((*moments, *((ticket.closes_at,) if ticket.closes_at is not None else ())), default=None)
