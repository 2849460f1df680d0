"""What becomes of a ticket when its client writes: the client's rows of the table in ``rules/life.py``."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from rules.category import Category
from rules.life import TABLE, Change, Clocks, Happening, Told, with_status
from rules.part import Part, split_into_parts
from rules.policy import Policy
from rules.promises import cancelling, deadline_for, inherited_parts, joined, owed, promised, spoken_of
from rules.reading import Reading
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind


def client_writes(
    ticket: Ticket, reading: Reading, *, at: datetime, policy: Policy, violator: bool = False, stale: bool = False
) -> Change:
    """A person's letter joins the ticket at ``at``.

    Thanks alone changes nothing. A ``violator`` of the contract, and whoever wrote a ticket of that kind, gets no
    promise until an agent has decided (clause 11). A ``stale`` letter's promises are reminded of to nobody.
    """
    happening = Happening.CLIENT_THANKS if reading.thanks_alone else Happening.CLIENT_WRITES
    row = TABLE[ticket.status, happening]
    if row.clocks is Clocks.UNTOUCHED:
        return Change(ticket=ticket)
    if violator or ticket.kind is TicketKind.VIOLATOR:
        return Change(
            ticket=with_status(replace(ticket, marked=True), row.becomes or ticket.status, at=at, policy=policy)
        )
    known = _with_what_is_known(ticket, reading)
    moved, cancelled = _move_to_duty(known, at=at, policy=policy) if reading.objects else (known, ())
    wanted = _parts_of_follow_up(moved, reading, at=at, policy=policy)
    new = tuple(deadline_for(part, policy) for part in _not_promised_yet(moved, wanted, at=at))
    added = moved.deadlines[len(ticket.deadlines) :] + new
    heard = _heard_again(moved, at=at) if added and not stale else moved
    changed = replace(
        heard,
        deadlines=heard.deadlines + (tuple(spoken_of(each, at=at) for each in new) if stale else new),
        categories=joined(heard.categories, *(deadline.categories for deadline in new)),
    )
    return Change(
        ticket=with_status(changed, row.becomes or ticket.status, at=at, policy=policy),
        added=added,
        cancelled=cancelled,
        told=_news_for_client(ticket, added, at=at, policy=policy),
    )


def _with_what_is_known(ticket: Ticket, reading: Reading) -> Ticket:
    return replace(
        ticket,
        conduct=ticket.conduct or reading.conduct,
        wants_call=ticket.wants_call or reading.wants_call,
        account_number=ticket.account_number or reading.account_number,
        missing=tuple(detail for detail in ticket.missing if detail not in reading.supplied),
    )


def _heard_again(ticket: Ticket, *, at: datetime) -> Ticket:
    """A ticket without reminders (a stale letter, a machine's) gets them for what a person asks now, not for before."""
    if not ticket.silent:
        return ticket
    return replace(
        ticket,
        silent=False,
        kind=TicketKind.REQUEST if ticket.kind is TicketKind.MACHINE else ticket.kind,
        deadlines=tuple(spoken_of(each, at=at) for each in ticket.deadlines),
    )


def _parts_of_follow_up(ticket: Ticket, reading: Reading, *, at: datetime, policy: Policy) -> tuple[Part, ...]:
    """The parts that a follow-up asks for; one without a confident category of its own inherits the ticket's.

    Of one that objects nothing waits for the office.
    """
    own = tuple(
        each for each in reading.categories if each.confident and each.plain and each.category is not Category.OTHER
    )
    if own:
        parts = split_into_parts(own, received_at=at, schedule=policy.schedule, answer_within=policy.answer_within)
    else:
        parts = inherited_parts(ticket, received_at=at, policy=policy)
    if not reading.objects:
        return parts
    return (promised(joined(*(each.categories for each in parts)), Calendar.DUTY, received_at=at, policy=policy),)


def _not_promised_yet(ticket: Ticket, wanted: Iterable[Part], *, at: datetime) -> Iterable[Part]:
    """Of the parts wanted, what no running promise covers: a broken one no longer runs."""
    running = [each for each in owed(ticket) if at <= each.due_at]
    known = joined(ticket.categories, *(each.categories for each in running))
    for part in wanted:
        if not any(each.calendar is part.calendar for each in running):
            yield part
        elif new := tuple(category for category in part.categories if category not in known):
            yield replace(part, categories=new)


def _move_to_duty(ticket: Ticket, *, at: datetime, policy: Policy) -> tuple[Ticket, tuple[Deadline, ...]]:
    """The ticket with its deferred promises cancelled and promised on duty from now, and what was cancelled."""
    soonest = policy.schedule.after(Calendar.DUTY, at, policy.answer_within)
    moved = tuple(each for each in owed(ticket) if each.calendar is Calendar.OFFICE and each.due_at > soonest)
    if not moved:
        return ticket, ()
    duty = promised(joined(*(each.categories for each in moved)), Calendar.DUTY, received_at=at, policy=policy)
    cleared = cancelling(ticket, moved, at=at)
    return replace(cleared, deadlines=(*cleared.deadlines, deadline_for(duty, policy))), moved


def _news_for_client(ticket: Ticket, added: tuple[Deadline, ...], *, at: datetime, policy: Policy) -> Told:
    """Whether a follow-up earns a second acknowledgement; ``ticket`` is as it was before."""
    told_before = set(_deferred(ticket.deadlines))
    if any(each not in told_before for each in _deferred(added)):
        return Told.DEFERRED_PART
    reopens = ticket.status is not Status.OPEN
    if added and reopens and not policy.schedule.open_at(Calendar.DUTY, at):
        return Told.REOPENED_OUTSIDE_HOURS
    return Told.NOTHING


def _deferred(deadlines: Iterable[Deadline]) -> Iterable[tuple[Category, datetime]]:
    """What waits for which opening of the office: the client is told of each once."""
    for each in deadlines:
        if each.deferred_until is not None:
            yield from ((category, each.deferred_until) for category in each.categories)


def may_reopen(ticket: Ticket, *, at: datetime, policy: Policy) -> bool:
    """Whether a client's letter still belongs to the ticket: always but for one closed too long ago."""
    if ticket.status is not Status.CLOSED:
        return True
    return at <= (ticket.closed_at or ticket.changed_at) + policy.reopen_within
