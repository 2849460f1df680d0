"""How a ticket is shown in the agents' mail clients: one mark, judged at a moment like the state of a promise."""

from datetime import datetime
from enum import StrEnum

from rules.promises import owed
from rules.ticket import Deadline, DeadlineState, Status, Ticket


class Mark(StrEnum):
    """What an agent wants to see at a glance. A ticket has exactly one."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    """The moment of the reminder has come, the promise still holds."""
    BROKEN = "broken"
    DEFERRED = "deferred"
    """All that is owed waits for a later day: Monday, as a rule (clause 3)."""
    WAITING = "waiting"
    CLOSED = "closed"


def mark_of(ticket: Ticket, now: datetime) -> Mark:
    """The ticket's mark at ``now``. The worst promise decides; an open ticket that owes nothing is plainly open."""
    if ticket.status is Status.CLOSED:
        return Mark.CLOSED
    if ticket.status is Status.WAITING:
        return Mark.WAITING
    promises = owed(ticket)
    if any(each.state(now) is DeadlineState.BROKEN for each in promises):
        return Mark.BROKEN
    if any(_is_due_soon(each, now) for each in promises):
        return Mark.DUE_SOON
    if promises and all(each.deferred_until is not None and now < each.deferred_until for each in promises):
        return Mark.DEFERRED
    return Mark.OPEN


def mark_changes_at(ticket: Ticket, now: datetime) -> datetime | None:
    """The next moment after ``now`` at which time alone may change the mark; None where only people can.

    A promise is broken after ``due_at``, not at it: at the moment given here it is looked at once more.
    """
    if ticket.status is not Status.OPEN:
        return None
    moments = (
        moment
        for each in owed(ticket)
        for moment in (each.warn_at, each.due_at, each.deferred_until)
        if moment is not None and moment > now
    )
    return min(moments, default=None)


def _is_due_soon(deadline: Deadline, now: datetime) -> bool:
    return deadline.warn_at is not None and deadline.warn_at <= now
