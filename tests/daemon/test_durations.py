"""Durations, limits and sizes as operators write them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.durations import parse_age, parse_duration, parse_limit, parse_size
from rules.policy import Limit


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        (" 7D ", timedelta(days=7)),
        ("0", timedelta(0)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(written: str, meant: timedelta) -> None:
    assert parse_duration(written) == meant


@pytest.mark.parametrize("written", ["", "15", "m", "-5m", "1.5h", "1h30m", "5 м", "15min", "٣h", 15, None, True, []])
def test_anything_else_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="a number and a unit"):
        parse_duration(written)


def test_a_duration_beyond_a_hundred_years_is_refused() -> None:
    with pytest.raises(ValueError, match="a hundred years"):
        parse_duration("999999999d")


def test_zero_lifts_an_age() -> None:
    assert parse_age("0") is None
    assert parse_age("24h") == timedelta(hours=24)


def test_a_limit_is_how_many_in_what_time() -> None:
    assert parse_limit("10/1h") == Limit(count=10, within=timedelta(hours=1))
    assert parse_limit("300/10m") == Limit(count=300, within=timedelta(minutes=10))
    assert parse_limit("0").count is None


@pytest.mark.parametrize("written", ["", "10", "10/", "/1h", "0/1h", "10/0", "10 per hour", "-1/1h", 10, None])
def test_anything_else_is_no_limit(written: object) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_limit(written)


@pytest.mark.parametrize(
    ("written", "meant"), [("25MB", 25_000_000), ("512 kB", 512_000), (26214400, 26214400), ("5000", 5000)]
)
def test_a_size_is_bytes_or_has_a_unit(written: object, meant: int) -> None:
    assert parse_size(written) == meant


@pytest.mark.parametrize("written", ["", "0", "999", -5, True, None, "25 GiB", "x"])
def test_anything_else_is_no_size(written: object) -> None:
    with pytest.raises(ValueError, match="25MB"):
        parse_size(written)


@given(st.text())
def test_any_text_is_read_or_refused(written: str) -> None:
    for read in (parse_duration, parse_limit, parse_size):
        with suppress(ValueError):
            read(written)
