"""What an agent's answers and commands, and silence after them, do that a row of the table alone does not say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.category import Category
from rules.life import Change, Told
from rules.life_of_agent import (
    agent_answers,
    categorise,
    close,
    defer,
    extend,
    fall_silent,
    next_monday,
    refuse,
    reopen,
)
from rules.life_of_client import client_writes
from rules.promises import owed
from rules.ticket import Status, TicketKind
from tests.daemon.a_policy import SCHEDULE, a_policy
from tests.daemon.a_request import at
from tests.rules.a_life import LATER, POLICY, SATURDAY_NOON, asked, reads, shown

# --- an agent answers


def test_an_answer_meets_what_was_asked_before_it() -> None:
    change = agent_answers(asked(), at=LATER, recipients=("boss@example.kz",), policy=POLICY)

    assert shown(change.ticket, LATER) == ("technical: met until 20.11 13:00",)
    assert "boss@example.kz" in change.ticket.addresses


def test_a_late_answer_leaves_the_promise_broken() -> None:
    late = at("2026-11-20T13:00:01")

    change = agent_answers(asked(), at=late, recipients=(), policy=POLICY)

    assert shown(change.ticket, late) == ("technical: broken until 20.11 13:00",)
    assert change.status is Status.WAITING


def test_an_answer_at_the_very_moment_keeps_the_promise() -> None:
    change = agent_answers(asked(), at=at("2026-11-20T13:00"), recipients=(), policy=POLICY)

    assert shown(change.ticket, at("2026-11-21T13:00")) == ("technical: met until 20.11 13:00",)


def test_a_saturday_answer_does_not_meet_the_part_that_waits_for_monday() -> None:
    ticket = asked(Category.TECHNICAL, Category.REFUND, received=SATURDAY_NOON)
    now = at("2026-11-21T12:30")

    change = agent_answers(ticket, at=now, recipients=(), policy=POLICY)

    assert shown(change.ticket, now) == ("technical: met until 21.11 13:00", "refund: running until 23.11 09:00")
    assert change.status is Status.OPEN


def test_an_answer_on_monday_meets_the_part_that_waited() -> None:
    ticket = asked(Category.REFUND, received=SATURDAY_NOON)

    assert agent_answers(ticket, at=at("2026-11-23T08:00"), recipients=(), policy=POLICY).status is Status.WAITING


def test_an_answer_does_not_meet_what_was_asked_after_it() -> None:
    ticket = asked(received="2026-11-20T13:00")

    change = agent_answers(ticket, at=at("2026-11-20T12:59"), recipients=(), policy=POLICY)

    assert (change.met, change.status) == ((), Status.OPEN)


# --- an agent commands


def test_closing_cancels_and_a_refusal_meets() -> None:
    assert shown(close(asked(), at=LATER, policy=POLICY).ticket, LATER) == ("technical: cancelled until 20.11 13:00",)
    refused = refuse(asked(Category.REFUND, received=SATURDAY_NOON), at=at("2026-11-21T12:10"), policy=POLICY)
    assert shown(refused.ticket, LATER) == ("refund: met until 23.11 09:00",)
    assert refused.told is Told.REFUSAL


def test_a_closed_ticket_is_not_refused_twice() -> None:
    refused = refuse(asked(), at=LATER, policy=POLICY).ticket

    assert refuse(refused, at=LATER, policy=POLICY).told is Told.NOTHING


def test_closing_ends_nothing_that_was_asked_after_it() -> None:
    change = close(asked(received="2026-11-20T13:00"), at=LATER, policy=POLICY)

    assert change.cancelled == ()


def test_a_new_name_on_the_same_calendar_keeps_the_promise() -> None:
    change = categorise(asked(), (Category.BILLING,), at=at("2026-11-20T12:50"), policy=POLICY)

    assert shown(change.ticket, LATER) == ("billing: running until 20.11 13:00",)
    assert change.told is Told.NOTHING


def test_a_refund_that_is_really_technical_is_due_one_working_hour_after_the_command() -> None:
    now = at("2026-11-21T14:00")

    change = categorise(asked(Category.REFUND, received=SATURDAY_NOON), (Category.TECHNICAL,), at=now, policy=POLICY)

    assert shown(change.ticket, now) == ("refund: cancelled until 23.11 09:00", "technical: running until 21.11 15:00")
    assert change.told is Told.NOTHING


def test_a_technical_request_that_is_really_a_refund_waits_for_monday_and_the_client_is_told() -> None:
    now = at("2026-11-21T12:10")

    change = categorise(asked(received=SATURDAY_NOON), (Category.REFUND,), at=now, policy=POLICY)

    assert shown(change.ticket, now) == ("technical: cancelled until 21.11 13:00", "refund: running until 23.11 09:00")
    assert change.told is Told.LATER_PROMISE


def test_an_extended_promise_keeps_its_question_and_is_told() -> None:
    change = extend(asked(), at("2026-11-20T18:00"), at=LATER, policy=POLICY)

    assert shown(change.ticket, LATER) == (
        "technical: cancelled until 20.11 13:00",
        "technical: running until 20.11 18:00",
    )
    assert change.added[0].received_at == at("2026-11-20T12:00")
    assert change.told is Told.LATER_PROMISE


def test_a_promise_made_earlier_is_not_told() -> None:
    ticket = asked(Category.REFUND, received=SATURDAY_NOON)

    change = extend(ticket, at("2026-11-21T16:00"), at=at("2026-11-21T12:10"), policy=POLICY)

    assert change.told is Told.NOTHING
    assert change.added[0].deferred_until is None


def test_two_promises_of_one_calendar_extended_to_one_moment_are_one() -> None:
    ticket = client_writes(asked(), reads(Category.BILLING), at=LATER, policy=POLICY).ticket

    change = extend(ticket, at("2026-11-20T18:00"), at=LATER, policy=POLICY)

    assert [each.categories for each in change.added] == [(Category.TECHNICAL, Category.BILLING)]


@pytest.mark.parametrize(
    ("given_at", "monday"),
    [
        ("2026-11-18T12:00", "2026-11-23T08:00"),  # Wednesday
        ("2026-11-21T12:00", "2026-11-23T08:00"),  # Saturday
        ("2026-11-22T23:59", "2026-11-23T08:00"),  # Sunday night
        ("2026-11-23T07:00", "2026-11-30T08:00"),  # a Monday's command means the next one
        ("2026-11-23T12:00", "2026-11-30T08:00"),
    ],
)
def test_deferred_is_until_the_coming_monday(given_at: str, monday: str) -> None:
    assert next_monday(at(given_at), POLICY) == at(monday)


def test_deferred_over_a_holiday_is_until_the_nearest_office_day() -> None:
    schedule = replace(SCHEDULE, holidays=frozenset({date(2026, 11, 23)}))

    assert next_monday(at("2026-11-21T12:00"), a_policy(schedule=schedule)) == at("2026-11-24T08:00")


def test_what_reaches_the_desk_on_monday_anyway_is_not_deferred_to_it() -> None:
    change = defer(asked(received="2026-11-22T21:00"), at=at("2026-11-22T21:10"), policy=POLICY)

    assert [(each.due_at, each.deferred_until) for each in change.added] == [(at("2026-11-23T09:00"), None)]


def test_deferring_makes_one_promise_of_everything_and_tells_of_it() -> None:
    ticket = asked(Category.TECHNICAL, Category.REFUND, received=SATURDAY_NOON)

    change = defer(ticket, at=at("2026-11-21T12:10"), policy=POLICY)

    assert shown(change.ticket, LATER)[2:] == ("technical+refund: running until 23.11 09:00",)
    assert agent_answers(change.ticket, at=at("2026-11-21T13:00"), recipients=(), policy=POLICY).met == ()


def test_opening_what_is_open_promises_nothing_twice() -> None:
    assert reopen(asked(), at=LATER, policy=POLICY).added == ()
    assert reopen(asked(), at=at("2026-11-20T15:00"), policy=POLICY).added == ()


def test_a_closed_ticket_is_opened_with_its_own_parts() -> None:
    closed = close(asked(Category.REFUND), at=LATER, policy=POLICY).ticket

    change = reopen(closed, at=at(SATURDAY_NOON), policy=POLICY)

    assert shown(change.ticket, LATER)[1:] == ("refund: running until 23.11 09:00",)


@pytest.mark.parametrize("decision", [reopen, defer])
def test_an_agent_decides_that_a_violator_is_answered(decision: Callable[..., Change]) -> None:
    ticket = replace(asked(), kind=TicketKind.VIOLATOR, deadlines=())

    change = decision(ticket, at=LATER, policy=POLICY)

    assert change.ticket.kind is TicketKind.REQUEST
    assert len(owed(change.ticket)) == 1


# --- silence after an answer


def test_seven_days_of_silence_close() -> None:
    waiting = agent_answers(asked(), at=LATER, recipients=(), policy=POLICY).ticket

    assert waiting.closes_at == LATER + timedelta(days=7)
    assert fall_silent(waiting, at=LATER + timedelta(days=7), policy=POLICY).status is Status.CLOSED


def test_a_second_answer_is_a_word_too() -> None:
    waiting = agent_answers(asked(), at=LATER, recipients=(), policy=POLICY).ticket

    again = agent_answers(waiting, at=LATER + timedelta(days=3), recipients=(), policy=POLICY).ticket

    assert again.closes_at == LATER + timedelta(days=10)


def test_without_a_number_of_days_nothing_closes_by_itself() -> None:
    policy = a_policy(auto_close_after=None)

    assert agent_answers(asked(), at=LATER, recipients=(), policy=policy).ticket.closes_at is None
