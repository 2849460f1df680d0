"""A ticket's life: what happens to it, and what becomes of it and of its promises.

The table stands first; everything below it does what its rows say. All functions are pure: a ticket in, a ``Change``
out. Moments are aware, in UTC, and mean when the thing happened (INTERNALDATE), not when we noticed it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

from rules.category import Category
from rules.part import Part, promise, split_into_parts
from rules.policy import Policy
from rules.reading import CategoryReading, Reading
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind


class Happening(Enum):
    """What can happen to a ticket that exists."""

    CLIENT_WRITES = auto()
    CLIENT_THANKS = auto()
    MACHINE_WRITES = auto()
    AGENT_ANSWERS = auto()
    AGENT_CLOSES = auto()
    AGENT_REOPENS = auto()
    AGENT_REFUSES = auto()
    AGENT_CATEGORISES = auto()
    AGENT_EXTENDS = auto()
    AGENT_DEFERS = auto()
    AGENT_WAITS = auto()
    SILENCE = auto()


class Clocks(Enum):
    """What becomes of the promises."""

    UNTOUCHED = auto()
    RUN_ON = auto()
    """Running ones run on; a calendar without a running one gets one, a new category adds a part."""
    START = auto()
    """The client's words start new ones; of those still owed none is dropped."""
    MEET = auto()
    """Every one received before the answer and not deferred to a later moment is met."""
    MEET_ALL = auto()
    CANCEL = auto()
    REPLACE = auto()
    """The old are cancelled; new ones stand in their place, never earlier than one working hour after the command."""


@dataclass(frozen=True, slots=True)
class Row:
    """``becomes`` is the status afterwards; None leaves it, or leaves it to whether a promise is still owed."""

    becomes: Status | None
    clocks: Clocks


_OPEN, _WAITING, _CLOSED = Status.OPEN, Status.WAITING, Status.CLOSED

TABLE: dict[tuple[Status, Happening], Row] = {
    # the client
    (_OPEN, Happening.CLIENT_WRITES): Row(_OPEN, Clocks.RUN_ON),
    (_WAITING, Happening.CLIENT_WRITES): Row(_OPEN, Clocks.START),
    (_CLOSED, Happening.CLIENT_WRITES): Row(_OPEN, Clocks.START),  # within ``reopen_within``; else a linked ticket
    (_OPEN, Happening.CLIENT_THANKS): Row(None, Clocks.UNTOUCHED),
    (_WAITING, Happening.CLIENT_THANKS): Row(None, Clocks.UNTOUCHED),
    (_CLOSED, Happening.CLIENT_THANKS): Row(None, Clocks.UNTOUCHED),
    # a machine
    (_OPEN, Happening.MACHINE_WRITES): Row(None, Clocks.UNTOUCHED),
    (_WAITING, Happening.MACHINE_WRITES): Row(None, Clocks.UNTOUCHED),
    (_CLOSED, Happening.MACHINE_WRITES): Row(None, Clocks.UNTOUCHED),
    # an agent's answer: waiting once nothing is owed any more
    (_OPEN, Happening.AGENT_ANSWERS): Row(None, Clocks.MEET),
    (_WAITING, Happening.AGENT_ANSWERS): Row(None, Clocks.MEET),
    (_CLOSED, Happening.AGENT_ANSWERS): Row(_CLOSED, Clocks.MEET),
    # an agent's command
    (_OPEN, Happening.AGENT_CLOSES): Row(_CLOSED, Clocks.CANCEL),
    (_WAITING, Happening.AGENT_CLOSES): Row(_CLOSED, Clocks.CANCEL),
    (_CLOSED, Happening.AGENT_CLOSES): Row(_CLOSED, Clocks.UNTOUCHED),
    (_OPEN, Happening.AGENT_REOPENS): Row(_OPEN, Clocks.RUN_ON),
    (_WAITING, Happening.AGENT_REOPENS): Row(_OPEN, Clocks.START),
    (_CLOSED, Happening.AGENT_REOPENS): Row(_OPEN, Clocks.START),
    (_OPEN, Happening.AGENT_REFUSES): Row(_CLOSED, Clocks.MEET_ALL),
    (_WAITING, Happening.AGENT_REFUSES): Row(_CLOSED, Clocks.MEET_ALL),
    (_CLOSED, Happening.AGENT_REFUSES): Row(_CLOSED, Clocks.UNTOUCHED),
    (_OPEN, Happening.AGENT_CATEGORISES): Row(_OPEN, Clocks.REPLACE),
    (_WAITING, Happening.AGENT_CATEGORISES): Row(_WAITING, Clocks.UNTOUCHED),
    (_CLOSED, Happening.AGENT_CATEGORISES): Row(_CLOSED, Clocks.UNTOUCHED),
    (_OPEN, Happening.AGENT_EXTENDS): Row(_OPEN, Clocks.REPLACE),
    (_WAITING, Happening.AGENT_EXTENDS): Row(_OPEN, Clocks.REPLACE),
    (_CLOSED, Happening.AGENT_EXTENDS): Row(_OPEN, Clocks.REPLACE),
    (_OPEN, Happening.AGENT_DEFERS): Row(_OPEN, Clocks.REPLACE),
    (_WAITING, Happening.AGENT_DEFERS): Row(_OPEN, Clocks.REPLACE),
    (_CLOSED, Happening.AGENT_DEFERS): Row(_OPEN, Clocks.REPLACE),
    (_OPEN, Happening.AGENT_WAITS): Row(_WAITING, Clocks.CANCEL),
    (_WAITING, Happening.AGENT_WAITS): Row(_WAITING, Clocks.UNTOUCHED),
    (_CLOSED, Happening.AGENT_WAITS): Row(_WAITING, Clocks.UNTOUCHED),
    # time
    (_WAITING, Happening.SILENCE): Row(_CLOSED, Clocks.CANCEL),
    (_OPEN, Happening.SILENCE): Row(_OPEN, Clocks.UNTOUCHED),
    (_CLOSED, Happening.SILENCE): Row(_CLOSED, Clocks.UNTOUCHED),
}
"""What becomes of a ticket. (status, what happens) → (status afterwards, what becomes of the promises)."""


class Told(StrEnum):
    """What a change gives the client to know that he did not know."""

    NOTHING = "nothing"
    REOPENED_OUTSIDE_HOURS = "reopened_outside_hours"
    DEFERRED_PART = "deferred_part"
    LATER_PROMISE = "later_promise"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a ticket: its new value, what is new to the client, and which promises are new.

    ``added`` are the deadlines that did not exist before (also in ``ticket.deadlines``).
    """

    ticket: Ticket
    told: Told = Told.NOTHING
    added: tuple[Deadline, ...] = ()
    cancelled: tuple[Deadline, ...] = ()
    met: tuple[Deadline, ...] = ()

    @property
    def status(self) -> Status:
        return self.ticket.status


def warning_moment(part: Part, policy: Policy) -> datetime:
    """15 working minutes before the promise breaks, but not before the request reached anybody."""
    return max(part.reached_at, policy.schedule.before(Calendar.DUTY, part.due_at, timedelta(minutes=15)))


def deadline_for(part: Part, policy: Policy) -> Deadline:
    """The promise of ``part`` as a clock."""
    return Deadline(
        categories=part.categories,
        calendar=part.calendar,
        received_at=part.received_at,
        reached_at=part.reached_at,
        deferred_until=part.deferred_until,
        due_at=part.due_at,
        warn_at=warning_moment(part, policy),
    )


def part_of(deadline: Deadline) -> Part:
    """The promise that a clock stands for."""
    return Part(
        categories=deadline.categories,
        calendar=deadline.calendar,
        received_at=deadline.received_at,
        reached_at=deadline.reached_at,
        deferred_until=deadline.deferred_until,
        due_at=deadline.due_at,
    )


# --- the client writes


def client_writes(ticket: Ticket, reading: Reading, *, at: datetime, policy: Policy) -> Change:
    """A person's letter joins the ticket at ``at``.

    Thanks alone changes nothing. A ticket of a contract violator gets no promise until an agent has decided
    (clause 11).
    """
    happening = Happening.CLIENT_THANKS if reading.thanks_alone else Happening.CLIENT_WRITES
    row = TABLE[ticket.status, happening]
    if row.clocks is Clocks.UNTOUCHED or ticket.kind is TicketKind.VIOLATOR:
        return Change(ticket=ticket)
    cancelled: tuple[Deadline, ...] = ()
    if reading.objects:
        ticket, cancelled, urgent = _move_to_duty(ticket, at=at, policy=policy)
    else:
        urgent = ()
    wanted = _parts_of_follow_up(ticket, reading, moved=bool(urgent), at=at, policy=policy)
    added = urgent + tuple(
        deadline_for(part, policy)
        for part in _not_promised_yet(wanted, ticket.deadlines + urgent, running_on=row.clocks is Clocks.RUN_ON, at=at)
    )
    changed = _with_status(
        replace(
            ticket,
            deadlines=ticket.deadlines + added,
            categories=_joined(ticket.categories, *(deadline.categories for deadline in added)),
            conduct=ticket.conduct or reading.conduct,
            wants_call=ticket.wants_call or reading.wants_call,
            account_number=ticket.account_number or reading.account_number,
            missing=tuple(detail for detail in ticket.missing if detail not in reading.supplied),
        ),
        row.becomes or ticket.status,
        at=at,
        policy=policy,
    )
    return Change(
        ticket=changed, added=added, cancelled=cancelled, told=_news_for_client(ticket, added, at=at, policy=policy)
    )


def _parts_of_follow_up(
    ticket: Ticket, reading: Reading, *, moved: bool, at: datetime, policy: Policy
) -> tuple[Part, ...]:
    """The parts that a follow-up asks for; one without a confident category of its own inherits the ticket's."""
    confident = tuple(each for each in reading.categories if each.confident and each.category is not Category.OTHER)
    if reading.objects and not moved:
        # «Срочно»: whatever he names is wanted today, not on Monday.
        confident = tuple(replace(each, confident=not each.category.deferrable) for each in confident)
    if moved:
        return ()
    if confident:
        return split_into_parts(confident, received_at=at, schedule=policy.schedule, answer_within=policy.answer_within)
    return tuple(
        promise(
            categories=categories,
            calendar=calendar,
            received_at=at,
            schedule=policy.schedule,
            answer_within=policy.answer_within,
        )
        for calendar, categories in _inherited(ticket)
    )


def _inherited(ticket: Ticket) -> tuple[tuple[Calendar, tuple[Category, ...]], ...]:
    """The ticket's own parts: which of its categories run on which calendar, as they were last promised."""
    last: dict[Category, Calendar] = {}
    for deadline in ticket.deadlines:
        for category in deadline.categories:
            last[category] = deadline.calendar
    if not last:
        last = dict.fromkeys(ticket.categories or (Category.OTHER,), Calendar.DUTY)
    return tuple(
        (calendar, categories)
        for calendar in Calendar
        if (categories := tuple(category for category, on in last.items() if on is calendar))
    )


def _not_promised_yet(
    wanted: Iterable[Part], deadlines: Iterable[Deadline], *, running_on: bool, at: datetime
) -> tuple[Part, ...]:
    """Of the parts wanted, those without a running promise: a broken one no longer runs."""
    running = [each for each in deadlines if each.unanswered() and at <= each.due_at]
    parts = []
    for part in wanted:
        promised = {category for each in running if each.calendar is part.calendar for category in each.categories}
        if not promised:
            parts.append(part)
            continue
        new = tuple(category for category in part.categories if category not in promised) if running_on else ()
        if new:
            parts.append(replace(part, categories=new))
    return tuple(parts)


def _move_to_duty(
    ticket: Ticket, *, at: datetime, policy: Policy
) -> tuple[Ticket, tuple[Deadline, ...], tuple[Deadline, ...]]:
    """The ticket without its deferred promises, those promises, and their parts as promised on duty from now."""
    moved = tuple(
        each
        for each in ticket.deadlines
        if each.unanswered() and each.calendar is Calendar.OFFICE and _is_later_than_duty(each, at=at, policy=policy)
    )
    if not moved:
        return ticket, (), ()
    categories = _joined((), *(each.categories for each in moved))
    duty = promise(
        categories=categories,
        calendar=Calendar.DUTY,
        received_at=at,
        schedule=policy.schedule,
        answer_within=policy.answer_within,
    )
    return _cancelling(ticket, moved, at=at), moved, (deadline_for(duty, policy),)


def _is_later_than_duty(deadline: Deadline, *, at: datetime, policy: Policy) -> bool:
    return deadline.due_at > policy.schedule.after(Calendar.DUTY, at, policy.answer_within)


def _news_for_client(ticket: Ticket, added: tuple[Deadline, ...], *, at: datetime, policy: Policy) -> Told:
    """Whether a follow-up earns a second acknowledgement; ``ticket`` is as it was before."""
    told_before = {
        category
        for each in ticket.deadlines
        if each.calendar is Calendar.OFFICE and each.deferred_until is not None
        for category in each.categories
    }
    deferred = {category for each in added if each.deferred_until is not None for category in each.categories}
    if deferred - told_before:
        return Told.DEFERRED_PART
    reopens = ticket.status is not Status.OPEN
    if added and reopens and not policy.schedule.open_at(Calendar.DUTY, at):
        return Told.REOPENED_OUTSIDE_HOURS
    return Told.NOTHING


def may_reopen(ticket: Ticket, *, at: datetime, policy: Policy) -> bool:
    """Whether a client's letter still belongs to the ticket: always but for one closed too long ago."""
    if ticket.status is not Status.CLOSED:
        return True
    return at <= (ticket.closed_at or ticket.changed_at) + policy.reopen_within


# --- an agent answers


def agent_answers(ticket: Ticket, *, at: datetime, recipients: Iterable[str], policy: Policy) -> Change:
    """An answer to the client, seen at whatever time, counts at ``at``.

    ``recipients`` become addresses of the ticket. The part that waits for Monday is not met by a Saturday answer.
    """
    row = TABLE[ticket.status, Happening.AGENT_ANSWERS]
    met = tuple(
        each
        for each in ticket.deadlines
        if each.unanswered() and each.received_at <= at and (each.deferred_until is None or each.deferred_until <= at)
    )
    answered = replace(
        ticket,
        deadlines=tuple(replace(each, met_at=at) if each in met else each for each in ticket.deadlines),
        addresses=ticket.addresses | frozenset(recipients),
    )
    owed = any(each.unanswered() for each in answered.deadlines)
    becomes = row.becomes or (Status.OPEN if owed else Status.WAITING)
    return Change(ticket=_with_status(answered, becomes, at=at, policy=policy), met=met)


# --- an agent commands


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
    row = TABLE[ticket.status, happening]
    owed = tuple(each for each in ticket.deadlines if each.unanswered())
    met: tuple[Deadline, ...] = ()
    cancelled: tuple[Deadline, ...] = ()
    ended = ticket
    if row.clocks is Clocks.MEET_ALL:
        met = owed
        ended = replace(
            ticket, deadlines=tuple(replace(each, met_at=at) if each in owed else each for each in ticket.deadlines)
        )
    elif row.clocks is Clocks.CANCEL:
        cancelled = owed
        ended = _cancelling(ticket, owed, at=at)
    told = Told.REFUSAL if happening is Happening.AGENT_REFUSES and ticket.status is not Status.CLOSED else Told.NOTHING
    return Change(
        ticket=_with_status(ended, row.becomes or ticket.status, at=at, policy=policy),
        told=told,
        met=met,
        cancelled=cancelled,
    )


def reopen(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """We owe an answer again, on the ticket's own calendars, from the command on; a violator's ticket becomes a
    request."""
    row = TABLE[ticket.status, Happening.AGENT_REOPENS]
    ordinary = replace(ticket, kind=TicketKind.REQUEST) if ticket.kind is TicketKind.VIOLATOR else ticket
    wanted = tuple(
        promise(
            categories=categories,
            calendar=calendar,
            received_at=at,
            schedule=policy.schedule,
            answer_within=policy.answer_within,
        )
        for calendar, categories in _inherited(ordinary)
    )
    added = tuple(
        deadline_for(part, policy)
        for part in _not_promised_yet(wanted, ordinary.deadlines, running_on=row.clocks is Clocks.RUN_ON, at=at)
    )
    reopened = replace(ordinary, deadlines=ordinary.deadlines + added)
    return Change(
        ticket=_with_status(reopened, row.becomes or ticket.status, at=at, policy=policy),
        added=added,
        told=_later_promise(ticket, (), added),
    )


def categorise(ticket: Ticket, categories: tuple[Category, ...], *, at: datetime, policy: Policy) -> Change:
    """An agent says what it is: his word is confident, so the calendars follow the categories.

    Promises that run are replaced, keeping the moment they were received; none is due earlier than one working hour
    after the command.
    """
    row = TABLE[ticket.status, Happening.AGENT_CATEGORISES]
    renamed = replace(
        ticket,
        categories=categories,
        kind=TicketKind.REQUEST if ticket.kind is TicketKind.VIOLATOR else ticket.kind,
    )
    owed = tuple(each for each in ticket.deadlines if each.unanswered())
    violator = ticket.kind is TicketKind.VIOLATOR and not owed
    if row.clocks is Clocks.UNTOUCHED or not (owed or violator):
        return Change(ticket=renamed)
    received_at = min((each.received_at for each in owed), default=at)
    readings = tuple(CategoryReading(category=category, confident=True) for category in categories)
    parts = split_into_parts(
        readings, received_at=received_at, schedule=policy.schedule, answer_within=policy.answer_within
    )
    return _replacing(renamed, owed, parts, row=row, at=at, policy=policy)


def extend(ticket: Ticket, due_at: datetime, *, at: datetime, policy: Policy) -> Change:
    """Every promise still owed is due at ``due_at`` instead, or one working hour after the command if that is later."""
    row = TABLE[ticket.status, Happening.AGENT_EXTENDS]
    owed = tuple(each for each in ticket.deadlines if each.unanswered())
    parts = tuple(replace(part_of(each), due_at=due_at) for each in owed) or tuple(
        replace(
            promise(
                categories=categories,
                calendar=calendar,
                received_at=at,
                schedule=policy.schedule,
                answer_within=policy.answer_within,
            ),
            due_at=due_at,
        )
        for calendar, categories in _inherited(ticket)
    )
    return _replacing(ticket, owed, _same_moment_once(parts), row=row, at=at, policy=policy)


def defer(ticket: Ticket, *, at: datetime, policy: Policy) -> Change:
    """Everything still owed waits for the next office day after the day of the command (clause 3)."""
    row = TABLE[ticket.status, Happening.AGENT_DEFERS]
    owed = tuple(each for each in ticket.deadlines if each.unanswered())
    categories = _joined((), *(each.categories for each in owed)) or ticket.categories or (Category.OTHER,)
    office = next_office_day(at, policy)
    part = Part(
        categories=categories,
        calendar=Calendar.OFFICE,
        received_at=at,
        reached_at=policy.schedule.first_open(Calendar.DUTY, at),
        deferred_until=office,
        due_at=policy.schedule.after(Calendar.OFFICE, office, policy.answer_within),
    )
    return _replacing(ticket, owed, (part,), row=row, at=at, policy=policy)


def next_office_day(at: datetime, policy: Policy) -> datetime:
    """The opening of «понедельник» for a command given at ``at``: of Monday, or of the first office day after it.

    Given during the week it means the coming Monday; where that is a holiday, the nearest office day after it.
    """
    local = at.astimezone(policy.schedule.zone)
    days = (7 - local.weekday()) % 7 or 7
    monday = (local + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    return policy.schedule.first_open(Calendar.OFFICE, monday.astimezone(at.tzinfo))


def _replacing(
    ticket: Ticket,
    old: tuple[Deadline, ...],
    parts: tuple[Part, ...],
    *,
    row: Row,
    at: datetime,
    policy: Policy,
) -> Change:
    earliest = policy.schedule.after(Calendar.DUTY, at, policy.answer_within)
    added = tuple(deadline_for(replace(part, due_at=max(part.due_at, earliest)), policy) for part in parts)
    cleared = _cancelling(ticket, old, at=at)
    replaced = replace(cleared, deadlines=cleared.deadlines + added)
    return Change(
        ticket=_with_status(replaced, row.becomes or ticket.status, at=at, policy=policy),
        added=added,
        cancelled=old,
        told=_later_promise(ticket, old, added),
    )


def _later_promise(ticket: Ticket, old: tuple[Deadline, ...], added: tuple[Deadline, ...]) -> Told:
    """A promise made later than it was is told to the client."""
    before = max((each.due_at for each in old), default=None)
    after = max((each.due_at for each in added), default=None)
    if before is None or after is None or after <= before or ticket.silent:
        return Told.NOTHING
    return Told.LATER_PROMISE


def _same_moment_once(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts of one calendar that fall on one moment are one promise."""
    merged: list[Part] = []
    for part in parts:
        twin = next((each for each in merged if (each.calendar, each.due_at) == (part.calendar, part.due_at)), None)
        if twin is None:
            merged.append(part)
        else:
            merged[merged.index(twin)] = replace(twin, categories=_joined(twin.categories, part.categories))
    return tuple(merged)


# --- what all rows share


def _cancelling(ticket: Ticket, deadlines: tuple[Deadline, ...], *, at: datetime) -> Ticket:
    return replace(
        ticket,
        deadlines=tuple(replace(each, cancelled_at=at) if each in deadlines else each for each in ticket.deadlines),
    )


def _with_status(ticket: Ticket, status: Status, *, at: datetime, policy: Policy) -> Ticket:
    """The ticket in ``status``; a waiting one knows when it closes by itself."""
    closes_at = (
        at + policy.auto_close_after if status is Status.WAITING and policy.auto_close_after is not None else None
    )
    if status is ticket.status and status is not Status.WAITING:
        return ticket
    return replace(
        ticket,
        status=status,
        changed_at=ticket.changed_at if status is ticket.status else at,
        closed_at=(ticket.closed_at if ticket.status is Status.CLOSED else at) if status is Status.CLOSED else None,
        closes_at=closes_at,
    )


def _joined(first: tuple[Category, ...], *others: tuple[Category, ...]) -> tuple[Category, ...]:
    """Every category once, in the order in which they came."""
    return tuple(dict.fromkeys(category for group in (first, *others) for category in group))
