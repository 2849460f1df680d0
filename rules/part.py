"""A request's parts: which calendar each runs on, and until when it is answered (clauses 3 and 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.category import Category
from rules.reading import CategoryReading
from rules.schedule import Calendar, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is asked for on one calendar, and the promise for it. All moments aware, in UTC."""

    categories: tuple[Category, ...]
    calendar: Calendar
    received_at: datetime
    reached_at: datetime
    deferred_until: datetime | None
    due_at: datetime


def promise(
    *,
    categories: tuple[Category, ...],
    calendar: Calendar,
    received_at: datetime,
    schedule: Schedule,
    answer_within: timedelta,
) -> Part:
    """The promise for ``categories`` asked at ``received_at`` on ``calendar``.

    It reaches the staff at the first duty moment; on the office calendar it is deferred to the first office moment
    where that is later; it is due when ``answer_within`` of that calendar's working time has passed.
    """
    reached_at = schedule.first_open(Calendar.DUTY, received_at)
    deferred_until: datetime | None = None
    if calendar is Calendar.OFFICE:
        office = schedule.first_open(Calendar.OFFICE, reached_at)
        deferred_until = office if office > reached_at else None
    return Part(
        categories=categories,
        calendar=calendar,
        received_at=received_at,
        reached_at=reached_at,
        deferred_until=deferred_until,
        due_at=schedule.after(calendar, deferred_until or reached_at, answer_within),
    )


def calendar_of(reading: CategoryReading) -> Calendar:
    """Only what is deferrable and confidently read waits for the office: a wrong Monday is worse than a missed one."""
    return Calendar.OFFICE if reading.category.deferrable and reading.confident else Calendar.DUTY


def split_into_parts(
    readings: tuple[CategoryReading, ...], *, received_at: datetime, schedule: Schedule, answer_within: timedelta
) -> tuple[Part, ...]:
    """One part per calendar, the duty part first; empty where nothing was read."""
    parts = []
    for calendar in (Calendar.DUTY, Calendar.OFFICE):
        categories = tuple(reading.category for reading in readings if calendar_of(reading) is calendar)
        if categories:
            parts.append(
                promise(
                    categories=categories,
                    calendar=calendar,
                    received_at=received_at,
                    schedule=schedule,
                    answer_within=answer_within,
                )
            )
    return tuple(parts)
