"""Every row of the design's table of a ticket's life, then each clause that a row alone does not say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rules.category import Category
from rules.life import TABLE, Happening, Told
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
    wait_for_client,
)
from rules.life_of_client import client_writes, may_reopen
from rules.promises import owed
from rules.schedule import Calendar
from rules.ticket import Status, TicketKind
from tests.daemon.a_policy import SCHEDULE, a_policy
from tests.daemon.a_request import a_ticket, at
from tests.rules.a_life import POLICY, SATURDAY_NOON, asked, happens, in_status, reads, shown

LATER = at("2026-11-20T12:45")
OPEN, WAITING, CLOSED = Status.OPEN, Status.WAITING, Status.CLOSED
H = Happening

# What happens, and the status afterwards of a ticket with one technical promise that was open, waiting, closed.
ROWS = [
    (H.CLIENT_WRITES, (OPEN, OPEN, OPEN)),
    (H.CLIENT_THANKS, (OPEN, WAITING, CLOSED)),
    (H.MACHINE_WRITES, (OPEN, WAITING, CLOSED)),
    (H.AGENT_ANSWERS, (WAITING, WAITING, CLOSED)),
    (H.AGENT_CLOSES, (CLOSED, CLOSED, CLOSED)),
    (H.AGENT_REOPENS, (OPEN, OPEN, OPEN)),
    (H.AGENT_REFUSES, (CLOSED, CLOSED, CLOSED)),
    (H.AGENT_CATEGORISES, (OPEN, WAITING, CLOSED)),
    (H.AGENT_EXTENDS, (OPEN, OPEN, OPEN)),
    (H.AGENT_DEFERS, (OPEN, OPEN, OPEN)),
    (H.AGENT_WAITS, (WAITING, WAITING, WAITING)),
    (H.SILENCE, (OPEN, CLOSED, CLOSED)),
]
CASES = [
    (happening, was, becomes)
    for happening, row in ROWS
    for was, becomes in zip((OPEN, WAITING, CLOSED), row, strict=True)
]


def test_the_table_has_a_row_for_everything_that_can_happen_in_every_status() -> None:
    assert set(TABLE) == {(was, happening) for was in Status for happening in Happening}


@pytest.mark.parametrize(("happening", "was", "becomes"), CASES)
def test_what_happens_gives_the_status_of_the_table(happening: Happening, was: Status, becomes: Status) -> None:
    assert happens(happening, in_status(was), LATER).status is becomes


@pytest.mark.parametrize(("happening", "was", "becomes"), CASES)
def test_an_open_ticket_owes_something_and_no_other_does(happening: Happening, was: Status, becomes: Status) -> None:
    assert bool(owed(happens(happening, in_status(was), LATER).ticket)) is (becomes is Status.OPEN)


@pytest.mark.parametrize(("happening", "was", "becomes"), CASES)
def test_only_a_waiting_ticket_closes_by_itself(happening: Happening, was: Status, becomes: Status) -> None:
    ticket = happens(happening, in_status(was), LATER).ticket

    assert (ticket.closes_at is not None) is (becomes is Status.WAITING)
    assert (ticket.closed_at is not None) is (becomes is Status.CLOSED)


# --- the client writes again while open


def test_a_running_clock_runs_on() -> None:
    ticket = asked(Category.TECHNICAL)

    change = client_writes(ticket, reads(), at=LATER, policy=POLICY)

    assert change.ticket.deadlines == ticket.deadlines
    assert change.told is Told.NOTHING


def test_a_broken_promise_no_longer_runs_so_a_follow_up_gets_a_new_one() -> None:
    now = at("2026-11-20T14:00")

    change = client_writes(asked(Category.TECHNICAL), reads(), at=now, policy=POLICY)

    assert shown(change.ticket, now) == ("technical: broken until 20.11 13:00", "technical: running until 20.11 15:00")


def test_a_promise_still_runs_at_the_very_moment_it_is_due() -> None:
    change = client_writes(asked(Category.TECHNICAL), reads(), at=at("2026-11-20T13:00"), policy=POLICY)

    assert change.added == ()


def test_a_new_category_adds_a_part() -> None:
    change = client_writes(asked(Category.TECHNICAL), reads(Category.BILLING), at=LATER, policy=POLICY)

    assert shown(change.ticket, LATER) == (
        "technical: running until 20.11 13:00",
        "billing: running until 20.11 13:45",
    )
    assert change.ticket.categories == (Category.TECHNICAL, Category.BILLING)


def test_a_category_that_the_ticket_has_adds_nothing_while_its_calendar_runs() -> None:
    change = client_writes(asked(Category.TECHNICAL), reads(Category.TECHNICAL), at=LATER, policy=POLICY)

    assert change.added == ()


def test_a_calendar_without_a_running_promise_gets_one() -> None:
    now = at("2026-11-21T12:30")

    change = client_writes(
        asked(Category.REFUND, received=SATURDAY_NOON), reads(Category.TECHNICAL), at=now, policy=POLICY
    )

    assert shown(change.ticket, now) == ("refund: running until 23.11 09:00", "technical: running until 21.11 13:30")


@pytest.mark.parametrize(
    "reading",
    [
        reads(),
        reads(Category.OTHER),
        reads(Category.PARTNERSHIP, sure=False),
        reads(Category.TECHNICAL, plain=False),
    ],
    ids=["nothing read", "other", "unsure", "not plain"],
)
def test_a_follow_up_without_a_confident_category_of_its_own_inherits_the_tickets_parts(reading) -> None:  # type: ignore[no-untyped-def]
    ticket = agent_answers(
        asked(Category.TECHNICAL, Category.REFUND), at=at("2026-11-20T12:30"), recipients=(), policy=POLICY
    ).ticket
    now = at("2026-11-20T19:30")

    change = client_writes(ticket, reading, at=now, policy=POLICY)

    assert shown(change.ticket, now)[2:] == (
        "technical: running until 21.11 09:30",
        "refund: running until 23.11 08:30",
    )


def test_what_an_agent_has_renamed_is_not_inherited_under_its_old_name() -> None:
    ticket = categorise(
        asked(received=SATURDAY_NOON), (Category.REFUND,), at=at("2026-11-21T12:10"), policy=POLICY
    ).ticket
    waiting = wait_for_client(ticket, at=at("2026-11-21T12:20"), policy=POLICY).ticket

    change = client_writes(waiting, reads(), at=at("2026-11-21T12:30"), policy=POLICY)

    assert [(each.categories, each.calendar) for each in change.added] == [((Category.REFUND,), Calendar.OFFICE)]


def test_what_an_agent_deferred_waits_for_monday_once_not_for_ever() -> None:
    deferred = defer(asked(received=SATURDAY_NOON), at=at("2026-11-21T12:10"), policy=POLICY).ticket
    answered = agent_answers(deferred, at=at("2026-11-23T09:00"), recipients=(), policy=POLICY).ticket

    change = client_writes(answered, reads(), at=at("2026-11-28T12:00"), policy=POLICY)

    assert [each.calendar for each in change.added] == [Calendar.DUTY]


# --- the client objects


def test_an_objection_moves_a_deferred_part_to_duty() -> None:
    now = at("2026-11-21T12:30")

    change = client_writes(asked(Category.REFUND, received=SATURDAY_NOON), reads(objects=True), at=now, policy=POLICY)

    assert shown(change.ticket, now) == ("refund: cancelled until 23.11 09:00", "refund: running until 21.11 13:30")
    assert change.told is Told.NOTHING


def test_an_objection_drops_no_new_category() -> None:
    now = at("2026-11-21T12:30")
    reading = reads(Category.TECHNICAL, objects=True)

    change = client_writes(asked(Category.REFUND, received=SATURDAY_NOON), reading, at=now, policy=POLICY)

    assert [each.categories for each in change.added] == [(Category.REFUND,), (Category.TECHNICAL,)]
    assert all(each.calendar is Calendar.DUTY for each in change.added)


def test_of_an_objection_to_a_waiting_ticket_nothing_waits_for_monday() -> None:
    ticket = asked(Category.REFUND, received="2026-11-20T12:00")
    waiting = agent_answers(ticket, at=at("2026-11-20T12:30"), recipients=(), policy=POLICY).ticket

    change = client_writes(waiting, reads(objects=True), at=at("2026-11-21T12:00"), policy=POLICY)

    assert [each.calendar for each in change.added] == [Calendar.DUTY]
    assert change.told is Told.NOTHING


def test_an_objection_on_a_weekday_moves_nothing_that_is_due_as_early_anyway() -> None:
    ticket = asked(Category.REFUND, received="2026-11-20T12:00")

    assert client_writes(ticket, reads(objects=True), at=LATER, policy=POLICY).cancelled == ()


# --- the second acknowledgement


def test_a_follow_up_that_adds_a_deferred_part_is_told_of_it() -> None:
    ticket = asked(Category.TECHNICAL, received=SATURDAY_NOON)

    change = client_writes(ticket, reads(Category.REFUND), at=at("2026-11-21T12:10"), policy=POLICY)

    assert change.told is Told.DEFERRED_PART


def test_the_same_part_is_told_once() -> None:
    ticket = asked(Category.REFUND, received=SATURDAY_NOON)
    waiting = wait_for_client(ticket, at=at("2026-11-21T12:10"), policy=POLICY).ticket

    change = client_writes(waiting, reads(), at=at("2026-11-21T12:20"), policy=POLICY)

    assert [each.calendar for each in change.added] == [Calendar.OFFICE]
    assert change.told is Told.NOTHING


def test_what_waits_for_another_monday_is_news_again() -> None:
    ticket = asked(Category.REFUND, received=SATURDAY_NOON)
    answered = agent_answers(ticket, at=at("2026-11-23T08:30"), recipients=(), policy=POLICY).ticket

    assert client_writes(answered, reads(), at=at("2026-11-28T12:00"), policy=POLICY).told is Told.DEFERRED_PART


@pytest.mark.parametrize("was", [Status.WAITING, Status.CLOSED])
def test_reopening_outside_duty_hours_is_told(was: Status) -> None:
    change = client_writes(in_status(was), reads(), at=at("2026-11-20T21:00"), policy=POLICY)

    assert change.told is Told.REOPENED_OUTSIDE_HOURS


@pytest.mark.parametrize("was", [Status.WAITING, Status.CLOSED])
def test_reopening_in_duty_hours_is_not_told(was: Status) -> None:
    assert client_writes(in_status(was), reads(), at=LATER, policy=POLICY).told is Told.NOTHING


def test_a_follow_up_to_an_open_ticket_outside_duty_hours_is_not_told() -> None:
    assert client_writes(asked(), reads(), at=at("2026-11-20T21:00"), policy=POLICY).told is Told.NOTHING


# --- violators, machines, stale letters


@pytest.mark.parametrize("was", list(Status))
def test_a_violator_gets_no_promise_until_an_agent_decides(was: Status) -> None:
    ticket = replace(in_status(was), kind=TicketKind.VIOLATOR, deadlines=())

    change = client_writes(ticket, reads(Category.TECHNICAL), at=LATER, policy=POLICY)

    assert (change.status, change.added, change.ticket.marked) == (Status.OPEN, (), True)


def test_a_client_who_was_blocked_since_gets_no_new_promise_either() -> None:
    change = client_writes(in_status(Status.CLOSED), reads(), at=LATER, policy=POLICY, violator=True)

    assert (change.status, change.added) == (Status.OPEN, ())


@pytest.mark.parametrize("decision", [reopen, defer])
def test_an_agent_decides_that_a_violator_is_answered(decision) -> None:  # type: ignore[no-untyped-def]
    ticket = replace(asked(), kind=TicketKind.VIOLATOR, deadlines=())

    change = decision(ticket, at=LATER, policy=POLICY)

    assert change.ticket.kind is TicketKind.REQUEST
    assert len(owed(change.ticket)) == 1


def test_a_person_who_writes_to_a_ticket_without_reminders_is_not_forgotten() -> None:
    stale = replace(asked(), silent=True)
    now = at("2026-11-20T14:00")

    ticket = client_writes(stale, reads(), at=now, policy=POLICY).ticket

    assert not ticket.silent
    assert [(each.warned_at, each.told_broken_at) for each in ticket.deadlines] == [(now, now), (None, None)]


def test_a_machines_ticket_becomes_a_request_when_a_person_writes() -> None:
    machines = replace(asked(), kind=TicketKind.MACHINE, silent=True, deadlines=())

    assert client_writes(machines, reads(), at=LATER, policy=POLICY).ticket.kind is TicketKind.REQUEST


def test_of_what_a_stale_follow_up_asks_nobody_is_reminded() -> None:
    ticket = client_writes(in_status(Status.WAITING), reads(), at=LATER, policy=POLICY, stale=True).ticket

    assert [each.warned_at for each in owed(ticket)] == [LATER]


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


MOMENTS = st.integers(0, 2 * 365 * 86400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
CATEGORIES = st.lists(st.sampled_from(list(Category)), min_size=1, max_size=2, unique=True)


def _asked_at(categories: list[Category], received: datetime):  # type: ignore[no-untyped-def]
    local = received.astimezone(SCHEDULE.zone).replace(tzinfo=None).isoformat()
    return a_ticket(POLICY, received=local, categories=categories)


@given(CATEGORIES, MOMENTS, MOMENTS)
def test_an_answer_never_meets_a_promise_deferred_to_later(
    categories: list[Category], received: datetime, answered: datetime
) -> None:
    change = agent_answers(_asked_at(categories, received), at=answered, recipients=(), policy=POLICY)

    for deadline in change.ticket.deadlines:
        waits = deadline.received_at > answered or (deadline.deferred_until or answered) > answered
        assert deadline.unanswered() is waits
    assert change.status is (Status.OPEN if owed(change.ticket) else Status.WAITING)


@given(CATEGORIES, MOMENTS, st.integers(0, 20_000), st.integers(0, 20_000), CATEGORIES)
@example([Category.REFUND], at(SATURDAY_NOON), 10, 20, [Category.TECHNICAL])
def test_a_changed_promise_is_never_earlier_than_one_working_hour_after_the_command(
    categories: list[Category], received: datetime, minutes: int, ahead: int, other: list[Category]
) -> None:
    ticket = _asked_at(categories, received)
    now = received + timedelta(minutes=minutes)
    earliest = SCHEDULE.after(Calendar.DUTY, now, timedelta(hours=1))

    for change in (
        extend(ticket, now + timedelta(minutes=ahead), at=now, policy=POLICY),
        defer(ticket, at=now, policy=POLICY),
        categorise(ticket, tuple(other), at=now, policy=POLICY),
        reopen(close(ticket, at=now, policy=POLICY).ticket, at=now, policy=POLICY),
    ):
        assert all(each.due_at >= earliest for each in change.added)
        assert all(each.deferred_until is None or each.deferred_until < each.due_at for each in change.added)
        assert all(each.cancelled_at is None for each in change.added)


@given(CATEGORIES, MOMENTS, st.integers(0, 20_000), st.integers(0, 20_000), CATEGORIES)
def test_the_client_is_told_of_a_changed_promise_where_and_only_where_it_is_later(
    categories: list[Category], received: datetime, minutes: int, ahead: int, other: list[Category]
) -> None:
    ticket = _asked_at(categories, received)
    now = received + timedelta(minutes=minutes)
    before = max(each.due_at for each in owed(ticket))

    for change in (
        extend(ticket, now + timedelta(minutes=ahead), at=now, policy=POLICY),
        defer(ticket, at=now, policy=POLICY),
        categorise(ticket, tuple(other), at=now, policy=POLICY),
    ):
        after = max(each.due_at for each in owed(change.ticket))
        assert (change.told is Told.LATER_PROMISE) is (after > before)
        assert {each.due_at for each in change.cancelled} <= {each.due_at for each in ticket.deadlines}


@given(CATEGORIES, MOMENTS, CATEGORIES, st.integers(0, 20_000), st.booleans(), st.booleans())
def test_after_a_clients_word_something_runs_for_whatever_he_asks(
    categories: list[Category], received: datetime, other: list[Category], minutes: int, objects: bool, answered: bool
) -> None:
    ticket = _asked_at(categories, received)
    if answered:
        ticket = agent_answers(ticket, at=received + timedelta(minutes=1), recipients=(), policy=POLICY).ticket
    now = received + timedelta(minutes=minutes + 2)

    change = client_writes(ticket, reads(*other, objects=objects), at=now, policy=POLICY)

    running = [each for each in owed(change.ticket) if each.due_at >= now]
    assert running
    assert change.status is Status.OPEN
    assert len(running) <= len(owed(ticket)) + 3
    if objects:
        assert min(each.due_at for each in running) <= SCHEDULE.after(Calendar.DUTY, now, timedelta(hours=1))


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


# --- time


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


def test_a_closed_ticket_reopens_within_thirty_days() -> None:
    closed = in_status(Status.CLOSED)
    assert closed.closed_at is not None

    assert may_reopen(closed, at=closed.closed_at + timedelta(days=30), policy=POLICY)
    assert not may_reopen(closed, at=closed.closed_at + timedelta(days=30, seconds=1), policy=POLICY)


@given(CATEGORIES, MOMENTS)
def test_a_reminder_comes_in_working_time_before_the_promise_breaks(
    categories: list[Category], received: datetime
) -> None:
    for deadline in _asked_at(categories, received).deadlines:
        assert deadline.warn_at is not None
        assert deadline.reached_at <= deadline.warn_at < deadline.due_at
        assume(deadline.warn_at != deadline.reached_at)
        opening = next(SCHEDULE.periods(Calendar.DUTY, deadline.warn_at))
        assert opening.start <= deadline.warn_at <= opening.end
