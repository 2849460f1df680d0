import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.category import Category
from rules.schedule import Hours, Schedule
from rules.spoken import (
    is_plural,
    speak_about,
    speak_brief,
    speak_from,
    speak_hours,
    speak_named,
    speak_received,
    speak_span_of_time,
    speak_until,
    speak_zone,
)

ALMATY = ZoneInfo("Asia/Almaty")
WORKDAY = Hours(opens=time(8), closes=time(20))
SCHEDULE = Schedule(zone=ALMATY, weekday=WORKDAY, weekend=Hours(opens=time(9), closes=time(17)), office=WORKDAY)
MONTHS = "янв фев мар апр мая июн июл авг сен окт ноя дек"


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ALMATY).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "due", "spoken"),
    [
        ("2026-11-20T13:35", "2026-11-20T14:35", "сегодня до 14:35"),
        ("2026-11-21T12:04", "2026-11-21T13:04", "сегодня, в субботу, 21 ноября, до 13:04"),
        ("2026-11-20T19:30", "2026-11-21T09:30", "завтра, в субботу, 21 ноября, до 9:30"),
        ("2026-11-21T12:04", "2026-11-23T09:00", "в понедельник, 23 ноября, до 9:00"),
        ("2026-11-22T18:00", "2026-11-24T09:00", "во вторник, 24 ноября, до 9:00"),
        ("2026-11-24T19:30", "2026-11-25T08:30", "завтра, в среду, 25 ноября, до 8:30"),
        # the year is said where it is another one, also for tomorrow
        ("2026-12-31T19:30", "2027-01-01T08:30", "завтра, в пятницу, 1 января 2027 года, до 8:30"),
        ("2026-12-30T12:00", "2027-01-04T09:00", "в понедельник, 4 января 2027 года, до 9:00"),
        # seconds are cut: 14:35:59 is promised as 14:35
        ("2026-11-20T13:35:59", "2026-11-20T14:35:59", "сегодня до 14:35"),
        # today and tomorrow are those of the zone: 23:30 in Almaty is 18:30 in UTC
        ("2026-11-23T23:30", "2026-11-24T09:00", "завтра, во вторник, 24 ноября, до 9:00"),
        ("2026-11-24T00:30", "2026-11-24T09:00", "сегодня до 9:00"),
        # a desk that closes at midnight: 0:00 belongs to the day that it ends
        ("2026-11-23T23:00", "2026-11-24T00:00", "сегодня до 24:00"),
    ],
)
def test_until_when_is_said_as_a_person_would(now: str, due: str, spoken: str) -> None:
    assert speak_until(at(due), now=at(now), schedule=SCHEDULE) == spoken


def test_a_holiday_is_named_as_a_weekend_day_is() -> None:
    holiday = Schedule(
        zone=ALMATY, weekday=WORKDAY, weekend=WORKDAY, office=WORKDAY, holidays=frozenset({date(2026, 12, 16)})
    )
    spoken = speak_until(at("2026-12-16T13:00"), now=at("2026-12-16T12:00"), schedule=holiday)
    assert spoken == "сегодня, в среду, 16 декабря, до 13:00"


def heard(spoken: str, now: datetime) -> datetime:
    """What a client understands by a spoken time; written apart from the speaking."""
    local = now.astimezone(ALMATY)
    dated = re.search(r"(\d{1,2}) ([а-я]+)(?: (\d{4}) года)?, до", spoken)
    if dated is None:
        assert spoken.startswith("сегодня до ")
        day = local.date()
    else:
        day = date(int(dated[3] or local.year), MONTHS.index(dated[2][:3]) // 4 + 1, int(dated[1]))
    clock = re.search(r"до (\d{1,2}):(\d\d)$", spoken)
    assert clock is not None
    return datetime.combine(day, time(), ALMATY) + timedelta(hours=int(clock[1]), minutes=int(clock[2]))


@given(
    minutes=st.integers(0, 10 * 366 * 24 * 60),
    ahead=st.timedeltas(timedelta(minutes=1), timedelta(days=300)),
)
def test_what_is_heard_is_what_is_kept_cut_to_the_minute(minutes: int, ahead: timedelta) -> None:
    moment = at("2024-03-02T00:00:30") + timedelta(minutes=minutes)
    due = moment + ahead
    assert timedelta(0) <= due - heard(speak_until(due, now=moment, schedule=SCHEDULE), moment) < timedelta(minutes=1)


def test_a_letter_is_received_on_a_named_day() -> None:
    now = at("2026-11-21T12:05")
    assert speak_received(at("2026-11-21T12:04:59"), now=now, zone=ALMATY) == "в субботу, 21 ноября, в 12:04"
    assert speak_received(at("2025-12-30T09:05"), now=now, zone=ALMATY) == "во вторник, 30 декабря 2025 года, в 9:05"


def test_an_opening_is_said_with_its_day() -> None:
    assert speak_from(at("2026-11-24T08:00"), now=at("2026-11-24T06:00"), zone=ALMATY) == "сегодня с 8:00"
    tomorrow = speak_from(at("2026-11-22T09:00"), now=at("2026-11-21T18:00"), zone=ALMATY)
    assert tomorrow == "завтра, в воскресенье, 22 ноября, с 9:00"


def test_lists_for_agents_are_brief() -> None:
    now = at("2026-11-21T12:00")
    assert speak_brief(at("2026-11-21T13:04"), now=now, zone=ALMATY) == "сегодня 13:04"
    assert speak_brief(at("2026-11-23T09:00"), now=now, zone=ALMATY) == "пн 23.11 9:00"
    assert speak_brief(at("2026-11-23T09:00"), now=now, zone=ALMATY, until=True) == "пн 23.11 до 9:00"
    assert speak_brief(at("2027-01-11T09:00"), now=now, zone=ALMATY) == "пн 11.01.2027 9:00"


def test_the_hours_are_those_of_the_schedule() -> None:
    assert speak_hours(SCHEDULE) == "в будни с 8:00 до 20:00, в выходные с 9:00 до 17:00 (дежурный режим)"
    closed = Schedule(zone=ALMATY, weekday=Hours(opens=time(9, 30), closes=time(0)), weekend=None, office=WORKDAY)
    assert speak_hours(closed) == "в будни с 9:30 до 24:00; в выходные поддержка не работает"
    around = Hours(opens=time(0), closes=time(0))
    always = Schedule(
        zone=ALMATY, weekday=around, weekend=around, office=WORKDAY, holidays=frozenset({date(2026, 12, 16)})
    )
    assert speak_hours(always) == "в будни круглосуточно, в выходные и праздничные дни круглосуточно (дежурный режим)"


def test_the_zone_is_named_where_clients_know_its_name() -> None:
    now = at("2026-11-21T12:00")
    assert speak_zone(ALMATY, now=now) == "время Астаны, UTC+5"
    assert speak_zone(ZoneInfo("Asia/Kolkata"), now=now) == "UTC+5:30"
    assert speak_zone(ZoneInfo("America/St_Johns"), now=now) == "UTC-3:30"


def test_categories_stand_in_the_case_of_their_sentence() -> None:
    both = (Category.REFUND, Category.CLOSING_DOCUMENTS)
    assert speak_about(both) == "возврату средств и закрывающим документам"
    assert speak_named(both) == "возврат средств и подготовка закрывающих документов"
    assert is_plural(both)
    assert not is_plural((Category.REFUND,))
    assert is_plural((Category.PARTNERSHIP,))
    assert not is_plural((Category.CLOSING_DOCUMENTS,))
    assert all(speak_about((category,)) for category in Category)


@pytest.mark.parametrize(("seconds", "spoken"), [(600, "10 мин"), (3600, "1 ч"), (5400, "90 мин"), (90, "90 с")])
def test_a_span_of_time_is_said_in_the_largest_unit_that_fits(seconds: int, spoken: str) -> None:
    assert speak_span_of_time(timedelta(seconds=seconds)) == spoken
