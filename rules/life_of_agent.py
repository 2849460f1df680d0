"""What becomes of a ticket when an agent answers or commands: the agents' rows of the table in ``rules/life.py``."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from rules.category import Category
from rules.life import TABLE, Change, Clocks, Happening, Row, Told, with_status
from rules.part import Part, split_into_parts
from rules.policy import Policy
from rules.promises import (
    cancelling,
    deadline_for,
    inherited_parts,
    joined,
    meeting,
    owed,
    part_of,
    spoken_of,
)
from rules.reading import CategoryReading
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind


def agent_answers(ticket: Ticket, *, at: datetime, recipients: Iterable[str], policy: Policy) -> Change:
    """An answer to the client, seen at whatever time, counts at ``at``.

    ``recipients`` become addresses of the ticket. The part that waits for Monday is not met by a Saturday answer. What
    a later answer, seen before, has met is met since this one.
    """
    row = TABLE[ticket.status, Happening.AGENT_ANSWERS]
    met = tuple(
        each
        for each in ticket.deadlines
        if (each.unanswered() or (each.met_at is not None and each.met_at > at))
        and each.received_at <= at
        and (each.deferred_until is None or each.deferred_until <= at)
    )
    answered = replace(meeting(ticket, met, at=at), addresses=ticket.addresses | frozenset(recipients))
    becomes = row.becomes or (Status.OPEN if owed(answered) else Status.WAITING)
    return Change(ticket=with_status(answered, becomes, at=at, policy=policy), met=met)


# --- commands that end something


def close(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """Nothing more is owed; the promises that still ran are cancelled."""
    return _end(ticket, Happening.AGENT_CLOSES, at=at, policy=policy)


def wait_for_client(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """We need something of the client: the clock stops (clause 4)."""
    return _end(ticket, Happening.AGENT_WAITS, at=at, policy=policy)


def fall_silent(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """No word of the client for ``auto_close_after``."""
    return _end(ticket, Happening.SILENCE, at=at, policy=policy)


def refuse(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """Support is refused (general 3, clauses 11 and 12): a refusal is an answer."""
    return _end(ticket, Happening.AGENT_REFUSES, at=at, policy=policy)


def _end(ticket: Ticket, happening: Happening, *, at: datetime, policy: Policy) -> Change:
    """What was asked after ``at`` is not ended by it."""
    row = TABLE[ticket.status, happening]
    ended = tuple(each for each in owed(ticket) if each.received_at <= at)
    met = ended if row.clocks is Clocks.MEET_ALL else ()
    cancelled = ended if row.clocks is Clocks.CANCEL else ()
    changed = cancelling(meeting(ticket, met, at=at), cancelled, at=at)
    refused = happening is Happening.AGENT_REFUSES and ticket.status is not Status.CLOSED
    return Change(
        ticket=with_status(changed, row.becomes or ticket.status, at=at, policy=policy),
        told=Told.REFUSAL if refused else Told.NOTHING,
        met=met,
        cancelled=cancelled,
    )


# --- commands that promise something


def reopen(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """We owe an answer again, on the ticket's own calendars, from the command on; what is owed already stays as it is.

    A violator's ticket becomes a request.
    """
    row = TABLE[ticket.status, Happening.AGENT_REOPENS]
    decided = _decided(ticket, at=at)
    parts = () if owed(decided) else inherited_parts(decided, received_at=at, policy=policy)
    added = tuple(deadline_for(part, policy) for part in parts)
    reopened = replace(decided, deadlines=decided.deadlines + added)
    return Change(ticket=with_status(reopened, row.becomes or ticket.status, at=at, policy=policy), added=added)


def categorise(ticket: Ticket, categories: tuple[Category, ...], *, at: datetime, policy: Policy) -> Change:
    """An agent says what it is: his word is confident, so the calendars follow the categories.

    A promise whose calendar stays only gets the new name. One whose calendar no longer fits is cancelled; what stands
    in its place keeps the moment it was received, and is due no earlier than one working hour after the command.
    """
    row = TABLE[ticket.status, Happening.AGENT_CATEGORISES]
    before = owed(ticket)
    if row.clocks is Clocks.UNTOUCHED or not (before or ticket.kind is TicketKind.VIOLATOR):
        return Change(ticket=replace(ticket, categories=categories))
    parts = split_into_parts(
        tuple(CategoryReading(category=category, confident=True) for category in categories),
        received_at=min((each.received_at for each in before), default=at),
        schedule=policy.schedule,
        answer_within=policy.answer_within,
    )
    named = {part.calendar: part.categories for part in parts}
    renamed = replace(
        ticket,
        categories=categories,
        deadlines=tuple(
            replace(each, categories=named[each.calendar]) if each.unanswered() and each.calendar in named else each
            for each in ticket.deadlines
        ),
    )
    running = {each.calendar for each in before}
    return _replacing(
        renamed,
        tuple(each for each in before if each.calendar not in named),
        tuple(part for part in parts if part.calendar not in running),
        row=row,
        at=at,
        policy=policy,
    )


def extend(ticket: Ticket, due_at: datetime, *, at: datetime, policy: Policy) -> Change:
    """Every promise still owed is due at ``due_at`` instead, or one working hour after the command if that is later."""
    row = TABLE[ticket.status, Happening.AGENT_EXTENDS]
    parts = tuple(part_of(each) for each in owed(ticket)) or inherited_parts(ticket, received_at=at, policy=policy)
    due_at = max(due_at, _earliest(at, policy))
    moved = (replace(part, due_at=due_at, deferred_until=_before(part.deferred_until, due_at)) for part in parts)
    return _replacing(ticket, owed(ticket), _once_a_calendar(moved), row=row, at=at, policy=policy)


def _before(deferred_until: datetime | None, due_at: datetime) -> datetime | None:
    """What is promised for an earlier moment no longer waits for the office."""
    return deferred_until if deferred_until is not None and deferred_until < due_at else None


def defer(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """Everything still owed waits for Monday, or for the first office day after it (clause 3)."""
    row = TABLE[ticket.status, Happening.AGENT_DEFERS]
    before = owed(ticket)
    received_at = min((each.received_at for each in before), default=at)
    reached_at = policy.schedule.first_open(Calendar.DUTY, received_at)
    office = next_monday(at, policy)
    part = Part(
        categories=joined(*(each.categories for each in before)) or ticket.categories or (Category.OTHER,),
        calendar=Calendar.OFFICE,
        received_at=received_at,
        reached_at=reached_at,
        deferred_until=office if office > reached_at else None,
        due_at=policy.schedule.after(Calendar.OFFICE, office, policy.answer_within),
    )
    return _replacing(ticket, before, (part,), row=row, at=at, policy=policy)


def next_monday(at: datetime, policy: Policy) -> datetime:
    """The opening of «понедельник» for a command given at ``at``, on a Monday too: of the coming Monday, or of the
    first office day after it where that is a holiday."""
    local = at.astimezone(policy.schedule.zone)
    days = (7 - local.weekday()) % 7 or 7
    monday = (local + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    return policy.schedule.first_open(Calendar.OFFICE, monday.astimezone(at.tzinfo))


def _decided(ticket: Ticket, *, at: datetime) -> Ticket:
    """An agent has decided that it is to be answered: a violator's ticket becomes a request, and one without
    reminders gets them for what is promised from now on."""
    ordinary = replace(ticket, kind=TicketKind.REQUEST) if ticket.kind is TicketKind.VIOLATOR else ticket
    if not ordinary.silent:
        return ordinary
    return replace(ordinary, silent=False, deadlines=tuple(spoken_of(each, at=at) for each in ordinary.deadlines))


def _replacing(
    ticket: Ticket, old: tuple[Deadline, ...], parts: tuple[Part, ...], *, row: Row, at: datetime, policy: Policy
) -> Change:
    """``parts`` as new promises instead of the ``old`` ones."""
    earliest = _earliest(at, policy)
    added = tuple(deadline_for(replace(part, due_at=max(part.due_at, earliest)), policy) for part in parts)
    cleared = _decided(cancelling(ticket, old, at=at), at=at)
    replaced = replace(cleared, deadlines=cleared.deadlines + added)
    return Change(
        ticket=with_status(replaced, row.becomes or ticket.status, at=at, policy=policy),
        added=added,
        cancelled=old,
        told=Told.NOTHING if ticket.silent else _later_promise(owed(ticket), added),
    )


def _earliest(at: datetime, policy: Policy) -> datetime:
    """One working hour after the command: nobody can keep a promise that is made shorter."""
    return policy.schedule.after(Calendar.DUTY, at, policy.answer_within)


def _later_promise(before: tuple[Deadline, ...], added: tuple[Deadline, ...]) -> Told:
    """A promise made later than it was is told to the client."""
    was = max((each.due_at for each in before), default=None)
    becomes = max((each.due_at for each in added), default=None)
    if was is None or becomes is None or becomes <= was:
        return Told.NOTHING
    return Told.LATER_PROMISE


def _once_a_calendar(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts of one calendar, which fall on one moment, as one promise."""
    merged: dict[Calendar, Part] = {}
    for part in parts:
        twin = merged.get(part.calendar)
        merged[part.calendar] = (
            part if twin is None else replace(twin, categories=joined(twin.categories, part.categories))
        )
    return tuple(merged.values())
