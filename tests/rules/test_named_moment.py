"""Moments as agents name them, counted from Tuesday, 24 November 2026, 12:00."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.named_moment import parse_moment
from tests.daemon.a_policy import SCHEDULE
from tests.daemon.a_request import at

NOW = at("2026-11-24T12:00")


@pytest.mark.parametrize(
    ("said", "meant", "reason"),
    [
        ("завтра 15:00 ждём банк", "2026-11-25T15:00", "ждём банк"),
        ("завтра в 15", "2026-11-25T15:00", ""),
        ("завтра 15 ч, ждём банк", "2026-11-25T15:00", "ждём банк"),
        ("завтра до 15.30", "2026-11-25T15:30", ""),
        ("послезавтра", "2026-11-26T20:00", ""),
        ("сегодня 18:30", "2026-11-24T18:30", ""),
        ("18:30", "2026-11-24T18:30", ""),
        ("до 18:30 проверяем", "2026-11-24T18:30", "проверяем"),
        ("в 18 часов", "2026-11-24T18:00", ""),
        ("18.30", "2026-11-24T18:30", ""),
        ("в пятницу до 12:00", "2026-11-27T12:00", ""),
        ("до пятницы", "2026-11-27T20:00", ""),
        ("к среде 10:00", "2026-11-25T10:00", ""),
        ("во вторник", "2026-12-01T20:00", ""),
        ("понедельник", "2026-11-30T20:00", ""),
        ("до воскресенья", "2026-11-29T17:00", ""),
        ("сб 11:00", "2026-11-28T11:00", ""),
        ("friday 9:30 the bank", "2026-11-27T09:30", "the bank"),
        ("tomorrow 3:00", "2026-11-25T03:00", ""),
        ("26.11 15:00 сверка", "2026-11-26T15:00", "сверка"),
        ("до 26.11", "2026-11-26T20:00", ""),
        ("26.11.2026 15:00", "2026-11-26T15:00", ""),
        ("26.11.26", "2026-11-26T20:00", ""),
        ("2026-11-26 15:00", "2026-11-26T15:00", ""),
        ("2026-11-26T15:00", "2026-11-26T15:00", ""),
        ("05.01", "2027-01-05T20:00", ""),
        ("+2ч сверяем счёт", "2026-11-24T14:00", "сверяем счёт"),
        ("2 часа", "2026-11-24T14:00", ""),
        ("9ч", "2026-11-25T09:00", ""),
        ("+30 мин", "2026-11-24T12:30", ""),
        ("2h the bank", "2026-11-24T14:00", "the bank"),
        ("2 дня", "2026-11-26T12:00", ""),
        ("+1д", "2026-11-25T12:00", ""),
    ],
)
def test_what_agents_write_is_understood(said: str, meant: str, reason: str) -> None:
    assert parse_moment(said, at=NOW, schedule=SCHEDULE) == (at(meant), reason)


@pytest.mark.parametrize("said", ["", "скоро", "31.02", "45.11 15:00", "0 часов", "15", "25:00", "на неделе", "29.02"])
def test_what_is_no_moment_is_none(said: str) -> None:
    assert parse_moment(said, at=NOW, schedule=SCHEDULE)[0] is None


@given(st.text(max_size=60))
@example("9999-12-31 23:59")
@example("999 дней")
@example("0001-01-01 00:00")
def test_nothing_that_anybody_writes_breaks_the_reading_of_moments(said: str) -> None:
    moment, reason = parse_moment(said, at=NOW, schedule=SCHEDULE)

    assert moment is None or moment.utcoffset() == timedelta(0)
    assert len(reason) <= len(said)


@given(st.integers(1, 999), st.integers(0, 2 * 365 * 86400))
def test_hours_are_working_hours(count: int, seconds: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    moment, _ = parse_moment(f"+{count}ч", at=now, schedule=SCHEDULE)

    assert moment is not None
    assert moment >= now + timedelta(hours=count)


@given(st.integers(0, 6), st.integers(0, 2 * 365 * 86400))
def test_a_weekday_is_the_next_one_never_today(weekday: int, seconds: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    name = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")[weekday]

    moment, _ = parse_moment(f"{name} 10:00", at=now, schedule=SCHEDULE)

    assert moment is not None
    local = moment.astimezone(SCHEDULE.zone)
    assert local.weekday() == weekday
    assert 1 <= (local.date() - now.astimezone(SCHEDULE.zone).date()).days <= 7
