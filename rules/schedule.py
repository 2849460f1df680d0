"""Working hours as an endless row of periods, and the two questions asked of it (clauses 2 and 3)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Calendar(StrEnum):
    """Which of the two calendars a promise runs on."""

    DUTY = "duty"
    """Every day, weekends in duty mode."""
    OFFICE = "office"
    """Weekdays alone: what needs developers or the management (clause 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Half-open: ``start`` belongs to it, ``end`` does not. Both aware, in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours of one day, local time. ``closes`` of 00:00 is midnight at the day's end."""

    opens: time
    closes: time


class NeverOpen(ValueError):  # noqa: N818 - says what is wrong, as a sentence would
    """The schedule has no working hours within three years of the moment asked."""


_HORIZON_DAYS = 3 * 366


def _days(first: date, *, step: int) -> Iterator[date]:
    """Three years of days from ``first`` on, forwards or backwards; fewer where the era itself ends."""
    with suppress(OverflowError):
        for count in range(_HORIZON_DAYS):
            yield first + timedelta(days=count * step)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Both calendars of the desk in one zone.

    ``weekday`` hours run Monday to Friday, ``weekend`` hours on Saturday and Sunday; a public holiday is a weekend
    day, a moved working day a weekday, on both calendars. The office calendar is the weekday part of the duty one.
    """

    zone: ZoneInfo
    weekday: Hours
    weekend: Hours | None
    office: Hours
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    _cache: dict[tuple[Calendar, date], Period | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_office_day(self, day: date) -> bool:
        """Whether ``day`` counts as a weekday; a date named as both holiday and working day is a holiday."""
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.working_days

    def period_on(self, calendar: Calendar, day: date) -> Period | None:
        """The working hours of the local ``day``, or None if the desk is closed."""
        key = (calendar, day)
        with suppress(KeyError):  # one look: another thread may empty the cache at any moment
            return self._cache[key]
        if len(self._cache) > 4096:
            self._cache.clear()
        period = self._cache[key] = self._period_on(calendar, day)
        return period

    def _period_on(self, calendar: Calendar, day: date) -> Period | None:
        if self.is_office_day(day):
            hours: Hours | None = self.office if calendar is Calendar.OFFICE else self.weekday
        else:
            hours = None if calendar is Calendar.OFFICE else self.weekend
        if hours is None:
            return None
        last_day = day + timedelta(days=1) if hours.closes == time(0) else day
        start = datetime.combine(day, hours.opens, self.zone).astimezone(UTC)
        end = datetime.combine(last_day, hours.closes, self.zone).astimezone(UTC)
        return Period(start=start, end=end) if start < end else None

    def periods(self, calendar: Calendar, moment: datetime) -> Iterator[Period]:
        """The periods that end after ``moment``, in order; the first may have begun before it."""
        today = moment.astimezone(self.zone).date()
        for day in _days(today - timedelta(days=1), step=1):  # yesterday's period may end at today's midnight
            period = self.period_on(calendar, day)
            if period is not None and period.end > moment:
                yield period
        raise NeverOpen(f"no working hours on the {calendar} calendar within three years after {moment.isoformat()}")

    def open_at(self, calendar: Calendar, moment: datetime) -> bool:
        """Whether ``moment`` lies in working hours; closing time itself does not."""
        return moment in next(self.periods(calendar, moment))

    def first_open(self, calendar: Calendar, moment: datetime) -> datetime:
        """The first moment from ``moment`` on that lies in working hours."""
        return max(moment, next(self.periods(calendar, moment)).start)

    def after(self, calendar: Calendar, moment: datetime, working_time: timedelta) -> datetime:
        """The moment when ``working_time`` has passed since ``moment``, counting working hours alone.

        A duration that fits a period exactly ends at its closing time. Zero gives the first open moment.
        """
        if working_time <= timedelta(0):
            return self.first_open(calendar, moment)
        left = working_time
        for period in self.periods(calendar, moment):
            start = max(moment, period.start)
            if left <= period.end - start:
                return start + left
            left -= period.end - start
        raise AssertionError("the row of periods has no end")

    def before(self, calendar: Calendar, moment: datetime, working_time: timedelta) -> datetime:
        """The latest moment from which ``working_time`` passes until ``moment``: the mirror of ``after``.

        Lies in working hours or at an opening; used to warn some working minutes before a promise breaks.
        """
        left = working_time
        for day in _days(moment.astimezone(self.zone).date(), step=-1):
            period = self.period_on(calendar, day)
            if period is not None and period.start < moment:
                end = min(moment, period.end)
                if left <= end - period.start:
                    return end - left
                left -= end - period.start
        raise NeverOpen(f"no working hours on the {calendar} calendar within three years before {moment.isoformat()}")

    def closing_after(self, calendar: Calendar, moment: datetime) -> datetime:
        """The end of the period that holds ``moment``, or of the next one."""
        return next(self.periods(calendar, moment)).end
