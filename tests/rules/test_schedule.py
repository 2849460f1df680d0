"""Working hours: the arithmetic against a naive walk, minute by minute, over two years with holidays and moved days."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.schedule import Calendar, Hours, NeverOpen, Period, Schedule

ALMATY = ZoneInfo("Asia/Almaty")
MINUTE = timedelta(minutes=1)
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
HOLIDAYS = frozenset(
    {
        date(2026, 1, 1),
        date(2026, 1, 2),
        date(2026, 3, 9),
        date(2026, 3, 23),
        date(2026, 3, 24),
        date(2026, 3, 25),
        date(2026, 5, 1),
        date(2026, 12, 16),
        date(2027, 3, 8),
        date(2027, 12, 16),
    }
)
WORKING_DAYS = frozenset({date(2026, 1, 10), date(2026, 12, 19), date(2027, 5, 8)})


def desk(
    *,
    weekend: Hours | None = Hours(opens=time(9), closes=time(17)),  # noqa: B008 - frozen
    holidays: frozenset[date] = HOLIDAYS,
    working_days: frozenset[date] = WORKING_DAYS,
) -> Schedule:
    weekday = Hours(opens=time(8), closes=time(20))
    return Schedule(
        zone=ALMATY,
        weekday=weekday,
        weekend=weekend,
        office=weekday,
        holidays=holidays,
        working_days=working_days,
    )


DESK = desk()


def at(text: str) -> datetime:
    """``2026-11-20 19:30`` of Almaty, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY).astimezone(UTC)


def works(calendar: Calendar, local: datetime) -> bool:
    """Clauses 2 and 3 in the plainest words: whether the minute that begins at ``local`` is a working one."""
    day = local.date()
    weekday = day not in HOLIDAYS and (day.weekday() < 5 or day in WORKING_DAYS)
    if weekday:
        return 8 <= local.hour < 20
    return calendar is Calendar.DUTY and 9 <= local.hour < 17


@cache
def minutes(calendar: Calendar) -> tuple[bool, ...]:
    """Every minute of the two years, walked one by one (Almaty has had one offset since 2024)."""
    start = datetime.combine(FIRST, time(0))
    total = ((LAST - FIRST).days + 1) * 24 * 60
    return tuple(works(calendar, start + n * MINUTE) for n in range(total))


def index_of(moment: datetime) -> int:
    """Which minute of the two years holds ``moment``."""
    return int((moment.astimezone(ALMATY).replace(tzinfo=None) - datetime.combine(FIRST, time(0))) / MINUTE)


def walk_first_open(calendar: Calendar, moment: datetime) -> datetime:
    row, here = minutes(calendar), index_of(moment)
    if row[here]:
        return moment
    while not row[here]:
        here += 1
    return datetime.combine(FIRST, time(0), ALMATY).astimezone(UTC) + here * MINUTE


def walk_after(calendar: Calendar, moment: datetime, whole_minutes: int) -> datetime:
    """Counts working minutes one by one; the last counted minute's end is the answer."""
    row, now, left = minutes(calendar), moment, whole_minutes
    while left:
        if row[index_of(now)]:
            left -= 1
        else:
            now = walk_first_open(calendar, now) - MINUTE
        now += MINUTE
    return now


moments = st.integers(min_value=0, max_value=700 * 24 * 60 - 1).map(
    lambda n: datetime.combine(FIRST, time(0), ALMATY).astimezone(UTC) + n * MINUTE
)
odd_moments = st.builds(
    lambda moment, seconds: moment + timedelta(seconds=seconds), moments, st.floats(min_value=0, max_value=59.999)
)
calendars = st.sampled_from(Calendar)
workings = st.integers(min_value=1, max_value=40 * 60)


@given(calendars, odd_moments)
def test_open_is_what_the_naive_walk_says(calendar: Calendar, moment: datetime) -> None:
    assert DESK.open_at(calendar, moment) == minutes(calendar)[index_of(moment)]


@given(calendars, odd_moments)
def test_the_first_open_moment_is_what_the_naive_walk_finds(calendar: Calendar, moment: datetime) -> None:
    assert DESK.first_open(calendar, moment) == walk_first_open(calendar, moment)


@settings(max_examples=200)
@given(calendars, moments, workings)
def test_working_time_passes_as_the_naive_walk_counts_it(calendar: Calendar, moment: datetime, working: int) -> None:
    assert DESK.after(calendar, moment, working * MINUTE) == walk_after(calendar, moment, working)


@given(calendars, odd_moments, workings)
def test_working_time_back_and_forth_ends_where_it_began(calendar: Calendar, moment: datetime, working: int) -> None:
    end = DESK.after(calendar, moment, working * MINUTE)
    assert DESK.after(calendar, DESK.before(calendar, end, working * MINUTE), working * MINUTE) == end
    assert DESK.before(calendar, end, working * MINUTE) >= min(moment, DESK.first_open(calendar, moment))


@given(calendars, odd_moments, odd_moments, workings)
def test_who_comes_later_is_never_due_earlier(calendar: Calendar, one: datetime, other: datetime, working: int) -> None:
    first, second = sorted((one, other))
    assert DESK.after(calendar, first, working * MINUTE) <= DESK.after(calendar, second, working * MINUTE)


@given(odd_moments)
def test_whatever_is_open_in_the_office_is_open_on_duty(moment: datetime) -> None:
    assert DESK.open_at(Calendar.DUTY, moment) or not DESK.open_at(Calendar.OFFICE, moment)


@given(calendars, odd_moments)
def test_closing_time_is_the_end_of_the_open_minutes(calendar: Calendar, moment: datetime) -> None:
    closing = DESK.closing_after(calendar, moment)
    assert not DESK.open_at(calendar, closing)
    assert DESK.open_at(calendar, closing - timedelta(microseconds=1))
    assert closing > moment


def test_every_minute_of_two_years_is_open_as_the_naive_walk_says() -> None:
    start = datetime.combine(FIRST, time(0), ALMATY).astimezone(UTC)
    for calendar in Calendar:
        row, here = minutes(calendar), 0
        for period in DESK.periods(calendar, start):
            opens, closes = index_of(period.start), min(index_of(period.end), len(row))
            assert not any(row[here : min(opens, len(row))])
            if opens >= len(row):
                break
            assert all(row[opens:closes])
            here = closes


@pytest.mark.parametrize(
    ("moment", "duty", "office"),
    [
        ("2026-11-20 07:59", False, False),
        ("2026-11-20 08:00", True, True),
        ("2026-11-20 19:59", True, True),
        ("2026-11-20 20:00", False, False),
        ("2026-11-21 08:59", False, False),
        ("2026-11-21 09:00", True, False),
        ("2026-11-21 16:59", True, False),
        ("2026-11-21 17:00", False, False),
        ("2026-12-16 08:30", False, False),  # a holiday on Wednesday is a weekend day
        ("2026-12-16 12:00", True, False),
        ("2026-12-19 08:30", True, True),  # a moved working Saturday is a weekday
        ("2026-12-19 19:30", True, True),
    ],
)
def test_the_desk_is_open_as_clause_2_says(moment: str, duty: bool, office: bool) -> None:
    assert DESK.open_at(Calendar.DUTY, at(moment)) is duty
    assert DESK.open_at(Calendar.OFFICE, at(moment)) is office


def test_no_moment_is_rounded() -> None:
    odd = at("2026-11-20 12:00") + timedelta(seconds=17, microseconds=250)
    assert DESK.first_open(Calendar.DUTY, odd) == odd
    assert DESK.after(Calendar.DUTY, odd, timedelta(hours=1)) == odd + timedelta(hours=1)


def test_a_duration_that_fits_exactly_ends_at_closing_time() -> None:
    assert DESK.after(Calendar.DUTY, at("2026-11-20 19:00"), timedelta(hours=1)) == at("2026-11-20 20:00")
    one_microsecond_more = at("2026-11-20 19:00") + timedelta(microseconds=1)
    assert DESK.after(Calendar.DUTY, one_microsecond_more, timedelta(hours=1)) == at("2026-11-21 09:00") + timedelta(
        microseconds=1
    )


def test_no_working_time_is_the_first_open_moment() -> None:
    assert DESK.after(Calendar.OFFICE, at("2026-11-21 12:00"), timedelta(0)) == at("2026-11-23 08:00")


def test_the_warning_before_a_morning_promise_falls_on_the_evening_before() -> None:
    assert DESK.before(Calendar.DUTY, at("2026-11-21 09:10"), timedelta(minutes=15)) == at("2026-11-20 19:55")


def test_a_warning_due_exactly_at_the_opening_is_at_the_opening() -> None:
    assert DESK.before(Calendar.DUTY, at("2026-11-21 09:15"), timedelta(minutes=15)) == at("2026-11-21 09:00")


def test_a_day_that_is_holiday_and_working_day_is_a_holiday() -> None:
    day = date(2026, 12, 16)
    assert not desk(working_days=frozenset({day})).is_office_day(day)


def test_a_desk_without_weekend_duty_is_closed_on_saturday_and_on_holidays() -> None:
    closed = desk(weekend=None)
    assert closed.first_open(Calendar.DUTY, at("2026-11-21 12:00")) == at("2026-11-23 08:00")
    assert closed.first_open(Calendar.DUTY, at("2026-12-16 12:00")) == at("2026-12-17 08:00")


def test_hours_until_midnight_touch_the_next_day() -> None:
    whole_day = Hours(opens=time(0), closes=time(0))
    schedule = Schedule(zone=ALMATY, weekday=whole_day, weekend=whole_day, office=whole_day)
    assert schedule.period_on(Calendar.DUTY, date(2026, 11, 20)) == Period(
        start=at("2026-11-20 00:00"), end=at("2026-11-21 00:00")
    )
    assert schedule.after(Calendar.DUTY, at("2026-11-20 23:30"), timedelta(hours=1)) == at("2026-11-21 00:30")


def test_the_two_hours_of_a_repeated_hour_both_count() -> None:
    """Almaty's clock went back from 24:00 to 23:00 on 29 February 2024 (UTC+6 to UTC+5): that hour came twice."""
    late = Hours(opens=time(22), closes=time(0))
    schedule = Schedule(zone=ALMATY, weekday=late, weekend=late, office=late)
    start = datetime(2024, 2, 29, 16, 0, tzinfo=UTC)
    assert schedule.period_on(Calendar.DUTY, date(2024, 2, 29)) == Period(start=start, end=start + timedelta(hours=3))
    assert schedule.after(Calendar.DUTY, start, timedelta(hours=3)) == start + timedelta(hours=3)


def test_a_desk_that_never_opens_says_so() -> None:
    every_day = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(4 * 366))
    never = desk(weekend=None, holidays=every_day)
    with pytest.raises(NeverOpen):
        never.first_open(Calendar.DUTY, at("2026-01-01 12:00"))
    with pytest.raises(NeverOpen):
        never.before(Calendar.OFFICE, at("2029-12-01 12:00"), MINUTE)


def test_where_the_era_ends_the_desk_says_that_it_never_opens() -> None:
    with pytest.raises(NeverOpen):
        DESK.after(Calendar.OFFICE, datetime(9999, 12, 31, 16, tzinfo=UTC), timedelta(hours=1))
