"""What was written counts in the order of its moments, though it may be seen in another.

The inbox and Sent are read over connections of their own: one of them may lag behind. An answer that is seen only
after the client has written again does not answer that; a letter that is seen only after its answer is answered.
"""

from datetime import timedelta

from daemon.case import Case
from rules.decide import NOTHING_READ
from rules.life import Change
from rules.life_of_agent import agent_answers
from rules.life_of_client import client_writes
from rules.policy import Policy
from rules.ticket import Ticket, TicketKind
from store.records import Letter, LetterRole
from store.writing import Transaction


def wrote_after(tx: Transaction, case: Case, ticket: Ticket, policy: Policy) -> Ticket:
    """The ticket after an agent's word, with what its client had written after that word still to be answered.

    What the ticket went through after the client had written (an answer, a closing) has dealt with it already.
    """
    assert ticket.number is not None
    assert case.ticket is not None
    since = max(case.at + ONE_SECOND, case.ticket.changed_at)
    later = [
        each for each in tx.letters_of(ticket.number) if each.role is LetterRole.FOLLOW_UP and each.received_at >= since
    ]
    if not later:
        return ticket
    at = min(each.received_at for each in later)
    return tx.save_ticket(client_writes(ticket, NOTHING_READ, at=at, policy=policy).ticket)


def answered_after(tx: Transaction, case: Case, change: Change, policy: Policy) -> Change:
    """The client's word, answered by what an agent had written after it."""
    assert change.ticket.number is not None
    answers = [
        each
        for each in tx.letters_of(change.ticket.number)
        if each.role is LetterRole.ANSWER and each.received_at > case.at
    ]
    ticket = change.ticket
    for answer in sorted(answers, key=lambda each: each.received_at):
        ticket = agent_answers(ticket, at=answer.received_at, recipients=(), policy=policy).ticket
    return Change(ticket=ticket, added=change.added, cancelled=change.cancelled) if answers else change


ONE_SECOND = timedelta(seconds=1)
LATE = 120
"""Seconds after which a first letter counts as late: only then its answer may have been seen before it."""


def find_early_answers(tx: Transaction, case: Case, ticket: Ticket) -> tuple[Letter, ...]:
    """The answers to this first letter that were seen before it and so stood alone; oldest first."""
    if (case.now - case.at).total_seconds() < LATE or ticket.kind is TicketKind.MACHINE:
        return ()
    wanted = case.message_id.encode("utf-8", "replace")
    client = case.read.origin.client.address
    early = (each for each in tx.letters_since(case.at, roles=(LetterRole.AGENT_FIRST,)) if client in each.recipients)
    found = [each for each in early if each.id is not None and wanted in _head(tx.raw_letter(each.id))]
    return tuple(sorted(found, key=lambda each: each.received_at))


def _head(raw: bytes) -> bytes:
    """The header fields: what a letter answers stands there, as it came."""
    return raw[:65536].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
