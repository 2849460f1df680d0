"""What a client's letter does to his ticket that a row of the table alone does not say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.category import Category
from rules.life import Told
from rules.life_of_agent import agent_answers, categorise, defer, wait_for_client
from rules.life_of_client import client_writes, may_reopen
from rules.promises import owed
from rules.reading import Reading
from rules.schedule import Calendar
from rules.ticket import Status, TicketKind
from tests.daemon.a_request import at
from tests.rules.a_life import LATER, POLICY, SATURDAY_NOON, asked, in_status, reads, shown

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
def test_a_follow_up_without_a_confident_category_of_its_own_inherits_the_tickets_parts(
    reading: Reading,
) -> None:
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


# --- a ticket that is closed


def test_a_closed_ticket_reopens_within_thirty_days() -> None:
    closed = in_status(Status.CLOSED)
    assert closed.closed_at is not None

    assert may_reopen(closed, at=closed.closed_at + timedelta(days=30), policy=POLICY)
    assert not may_reopen(closed, at=closed.closed_at + timedelta(days=30, seconds=1), policy=POLICY)


# --- violators, machines, stale letters


@pytest.mark.parametrize("was", list(Status))
def test_a_violator_gets_no_promise_until_an_agent_decides(was: Status) -> None:
    ticket = replace(in_status(was), kind=TicketKind.VIOLATOR, deadlines=())

    change = client_writes(ticket, reads(Category.TECHNICAL), at=LATER, policy=POLICY)

    assert (change.status, change.added, change.ticket.marked) == (Status.OPEN, (), True)


def test_a_client_who_was_blocked_since_gets_no_new_promise_either() -> None:
    change = client_writes(in_status(Status.CLOSED), reads(), at=LATER, policy=POLICY, violator=True)

    assert (change.status, change.added) == (Status.OPEN, ())


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
