"""A ticket's promises as clocks: how they are made of parts, which of them are owed, and what the ticket inherits."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from rules.category import Category
from rules.part import Part, calendar_of, promise
from rules.policy import Policy
from rules.reading import CategoryReading
from rules.schedule import Calendar
from rules.ticket import Deadline, Ticket

WARNED_BEFORE = timedelta(minutes=15)
"""Working time between the reminder and the moment at which the promise breaks."""


def warning_moment(part: Part, policy: Policy) -> datetime:
    """Some working minutes before the promise breaks, but not before the request reached anybody."""
    return max(part.reached_at, policy.schedule.before(Calendar.DUTY, part.due_at, WARNED_BEFORE))


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


def promised(categories: tuple[Category, ...], calendar: Calendar, *, received_at: datetime, policy: Policy) -> Part:
    """What the rules promise for ``categories`` asked at ``received_at``."""
    return promise(
        categories=categories,
        calendar=calendar,
        received_at=received_at,
        schedule=policy.schedule,
        answer_within=policy.answer_within,
    )


def owed(ticket: Ticket) -> tuple[Deadline, ...]:
    """The promises neither answered nor cancelled."""
    return tuple(each for each in ticket.deadlines if each.unanswered())


def inherited_parts(ticket: Ticket, *, received_at: datetime, policy: Policy) -> tuple[Part, ...]:
    """The ticket's own parts, promised anew: what a word without a category of its own asks for; duty first."""
    named = ticket.categories or (Category.OTHER,)
    on = {calendar: tuple(each for each in named if _calendar_on(ticket, each) is calendar) for calendar in Calendar}
    return tuple(
        promised(categories, calendar, received_at=received_at, policy=policy)
        for calendar, categories in on.items()
        if categories
    )


def _calendar_on(ticket: Ticket, category: Category) -> Calendar:
    """The calendar that the category was last promised on; only what is deferrable ever waits for the office.

    A category that was never promised on a ticket with promises was named by an agent, whose word is confident; a
    ticket without any promise may have been read unsurely.
    """
    if not category.deferrable:
        return Calendar.DUTY
    calendars = [each.calendar for each in ticket.deadlines if category in each.categories]
    if calendars:
        return calendars[-1]
    return calendar_of(CategoryReading(category=category, confident=bool(ticket.deadlines)))


def cancelling(ticket: Ticket, deadlines: tuple[Deadline, ...], *, at: datetime) -> Ticket:
    """The ticket with these promises cancelled."""
    return replace(
        ticket,
        deadlines=tuple(replace(each, cancelled_at=at) if each in deadlines else each for each in ticket.deadlines),
    )


def meeting(ticket: Ticket, deadlines: tuple[Deadline, ...], *, at: datetime) -> Ticket:
    """The ticket with these promises answered."""
    return replace(
        ticket, deadlines=tuple(replace(each, met_at=at) if each in deadlines else each for each in ticket.deadlines)
    )


def spoken_of(deadline: Deadline, *, at: datetime) -> Deadline:
    """The promise as one that nobody is to be reminded of any more."""
    return replace(deadline, warned_at=deadline.warned_at or at, told_broken_at=deadline.told_broken_at or at)


def joined(*groups: Iterable[Category]) -> tuple[Category, ...]:
    """Every category once, in the order in which they came."""
    return tuple(dict.fromkeys(category for group in groups for category in group))
