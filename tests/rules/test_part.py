"""Promises: the whole time table of the published rules, and each part's moments against a naive walk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.category import Category
from rules.part import Part, promise, split_into_parts
from rules.reading import CategoryReading
from rules.schedule import Calendar
from tests.rules.test_schedule import DESK, at, odd_moments, walk_after, walk_first_open

HOUR = timedelta(hours=1)


def read(*categories: Category, confident: bool = True) -> tuple[CategoryReading, ...]:
    return tuple(CategoryReading(category=category, confident=confident) for category in categories)


def parts(received: str, *categories: Category, confident: bool = True) -> tuple[Part, ...]:
    return split_into_parts(
        read(*categories, confident=confident), received_at=at(received), schedule=DESK, answer_within=HOUR
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table, one part of it; moments are local."""

    received: str
    category: Category
    reached: str
    deferred: str | None
    due: str


def check(row: Row) -> None:
    (part,) = parts(row.received, row.category)
    assert part.categories == (row.category,)
    assert part.received_at == at(row.received)
    assert part.reached_at == at(row.reached)
    assert part.deferred_until == (at(row.deferred) if row.deferred else None)
    assert part.due_at == at(row.due)
    assert part.calendar is (Calendar.OFFICE if row.category is Category.REFUND else Calendar.DUTY)


def test_a_technical_letter_of_friday_at_seven_is_due_at_closing_time() -> None:
    check(
        Row(
            received="2026-11-20 19:00",
            category=Category.TECHNICAL,
            reached="2026-11-20 19:00",
            deferred=None,
            due="2026-11-20 20:00",
        )
    )


def test_a_technical_letter_of_friday_half_past_seven_is_due_on_saturday_morning() -> None:
    check(
        Row(
            received="2026-11-20 19:30",
            category=Category.TECHNICAL,
            reached="2026-11-20 19:30",
            deferred=None,
            due="2026-11-21 09:30",
        )
    )


def test_a_refund_asked_on_friday_half_past_seven_is_due_on_monday_half_past_eight() -> None:
    check(
        Row(
            received="2026-11-20 19:30",
            category=Category.REFUND,
            reached="2026-11-20 19:30",
            deferred=None,
            due="2026-11-23 08:30",
        )
    )


def test_a_refund_asked_after_hours_on_friday_is_deferred_to_monday() -> None:
    check(
        Row(
            received="2026-11-20 20:30",
            category=Category.REFUND,
            reached="2026-11-21 09:00",
            deferred="2026-11-23 08:00",
            due="2026-11-23 09:00",
        )
    )


def test_a_refund_asked_on_saturday_is_due_on_monday() -> None:
    check(
        Row(
            received="2026-11-21 12:00",
            category=Category.REFUND,
            reached="2026-11-21 12:00",
            deferred="2026-11-23 08:00",
            due="2026-11-23 09:00",
        )
    )


def test_a_technical_letter_at_closing_time_of_saturday_is_due_on_sunday() -> None:
    check(
        Row(
            received="2026-11-21 17:00",
            category=Category.TECHNICAL,
            reached="2026-11-22 09:00",
            deferred=None,
            due="2026-11-22 10:00",
        )
    )


def test_a_question_of_sunday_half_past_four_is_due_on_monday_half_past_eight() -> None:
    check(
        Row(
            received="2026-11-22 16:30",
            category=Category.QUESTION,
            reached="2026-11-22 16:30",
            deferred=None,
            due="2026-11-23 08:30",
        )
    )


def test_a_refund_asked_on_sunday_evening_reaches_on_monday_and_is_not_deferred() -> None:
    check(
        Row(
            received="2026-11-22 18:00",
            category=Category.REFUND,
            reached="2026-11-23 08:00",
            deferred=None,
            due="2026-11-23 09:00",
        )
    )


def test_a_mixed_letter_of_saturday_is_two_promises_the_duty_one_first() -> None:
    duty, office = parts("2026-11-21 12:00", Category.TECHNICAL, Category.REFUND)
    assert (duty.categories, duty.calendar) == ((Category.TECHNICAL,), Calendar.DUTY)
    assert (duty.deferred_until, duty.due_at) == (None, at("2026-11-21 13:00"))
    assert (office.categories, office.calendar) == ((Category.REFUND,), Calendar.OFFICE)
    assert (office.deferred_until, office.due_at) == (at("2026-11-23 08:00"), at("2026-11-23 09:00"))


def test_the_duty_part_is_first_even_where_the_main_category_waits() -> None:
    assert [part.calendar for part in parts("2026-11-21 12:00", Category.REFUND, Category.TECHNICAL)] == [
        Calendar.DUTY,
        Calendar.OFFICE,
    ]


def test_a_mixed_letter_is_split_on_weekdays_too() -> None:
    duty, office = parts("2026-11-24 12:00", Category.TECHNICAL, Category.REFUND)
    assert duty.due_at == office.due_at == at("2026-11-24 13:00")
    assert office.deferred_until is None


def test_two_categories_of_one_calendar_are_one_part_in_their_order() -> None:
    (part,) = parts("2026-11-21 12:00", Category.PARTNERSHIP, Category.CLOSING_DOCUMENTS)
    assert part.categories == (Category.PARTNERSHIP, Category.CLOSING_DOCUMENTS)
    assert part.due_at == at("2026-11-23 09:00")


def test_an_unsure_refund_keeps_its_category_and_runs_on_duty() -> None:
    (part,) = parts("2026-11-21 12:00", Category.REFUND, confident=False)
    assert (part.categories, part.calendar) == ((Category.REFUND,), Calendar.DUTY)
    assert part.due_at == at("2026-11-21 13:00")


def test_nothing_read_is_no_part() -> None:
    assert parts("2026-11-21 12:00") == ()


@pytest.mark.parametrize("category", list(Category))
def test_four_categories_and_no_others_wait_for_the_office(category: Category) -> None:
    waiting = {Category.CLOSING_DOCUMENTS, Category.REFUND, Category.PARTNERSHIP, Category.FEATURE_REQUEST}
    (part,) = parts("2026-11-21 12:00", category)
    assert (part.calendar is Calendar.OFFICE) is (category in waiting)


def test_a_refund_asked_on_a_holiday_waits_for_the_next_office_day() -> None:
    (part,) = parts("2026-12-16 12:00", Category.REFUND)
    assert (part.deferred_until, part.due_at) == (at("2026-12-17 08:00"), at("2026-12-17 09:00"))


def test_a_refund_of_the_weekend_before_a_holiday_monday_waits_for_tuesday() -> None:
    (part,) = parts("2026-03-07 12:00", Category.REFUND)
    assert part.due_at == at("2026-03-10 09:00")


def test_a_refund_asked_on_a_moved_working_saturday_is_due_within_the_hour() -> None:
    (part,) = parts("2026-12-19 18:00", Category.REFUND)
    assert (part.deferred_until, part.due_at) == (None, at("2026-12-19 19:00"))


@given(odd_moments.map(lambda moment: moment.replace(second=0, microsecond=0)), st.sampled_from(Calendar))
def test_every_promise_is_what_the_naive_walk_finds(received: datetime, calendar: Calendar) -> None:
    part = promise(
        categories=(Category.OTHER,), calendar=calendar, received_at=received, schedule=DESK, answer_within=HOUR
    )
    reached = walk_first_open(Calendar.DUTY, received)
    office = walk_first_open(calendar, reached)
    assert part.reached_at == reached
    assert part.deferred_until == (office if office > reached else None)
    assert part.due_at == walk_after(calendar, office, 60)


@given(odd_moments, st.sampled_from(Calendar))
def test_a_promise_leaves_an_hour_of_working_time_and_ends_within_it(received: datetime, calendar: Calendar) -> None:
    part = promise(
        categories=(Category.OTHER,), calendar=calendar, received_at=received, schedule=DESK, answer_within=HOUR
    )
    start = part.deferred_until or part.reached_at
    assert received <= part.reached_at <= start < part.due_at
    assert part.due_at - start >= HOUR
    assert DESK.open_at(Calendar.DUTY, part.reached_at)
    assert DESK.open_at(calendar, part.due_at - timedelta(microseconds=1))
