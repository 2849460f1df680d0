"""Date fields."""

from datetime import UTC, datetime

import pytest

from parsers.moments import read_moment, read_received


def test_a_date_is_in_utc() -> None:
    assert read_moment("Sat, 21 Nov 2026 12:04:00 +0500 (ALMT)") == datetime(2026, 11, 21, 7, 4, tzinfo=UTC)
    assert read_moment("21 Nov 2026 12:04:00") == datetime(2026, 11, 21, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "32 Nov 2026 12:00 +0500", "1 Jan 2026 99:99:99 +0000", "1 Jan 2026 10:00 +9999999", "1 " * 999],
)
def test_nonsense_is_no_moment(value: str) -> None:
    assert read_moment(value) is None


def test_a_received_field_ends_in_its_moment() -> None:
    assert read_received("from a (b; c) by d; Sat, 21 Nov 2026 12:04:00 +0500") == datetime(
        2026, 11, 21, 7, 4, tzinfo=UTC
    )
    assert read_received("from a by b") is None
