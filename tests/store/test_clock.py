from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from rules.ticket import Deadline, Status, Ticket
from store.store import Store
from tests.store.samples import HOUR, MINUTE, NOON, a_deadline, id_of, open_ticket

AN_INSTANT = timedelta(microseconds=1)


def warned(store: Store, now: datetime) -> list[tuple[Ticket, Deadline]]:
    with store.view() as view:
        return list(view.warnings_due(now))


def broken(store: Store, now: datetime) -> list[tuple[Ticket, Deadline]]:
    with store.view() as view:
        return list(view.broken_due(now))


def next_moment(store: Store, now: datetime) -> datetime | None:
    with store.view() as view:
        return view.next_clock_moment(now)


def test_a_promise_is_warned_of_from_its_warning_moment_until_it_is_due(store: Store) -> None:
    ticket = open_ticket(store)
    expected = [(ticket, ticket.deadlines[0])]
    assert warned(store, NOON + 44 * MINUTE) == []
    assert warned(store, NOON + 45 * MINUTE) == expected
    assert warned(store, NOON + HOUR) == expected
    assert warned(store, NOON + HOUR + AN_INSTANT) == []


def test_a_promise_is_broken_after_its_moment_not_at_it(store: Store) -> None:
    ticket = open_ticket(store)
    assert broken(store, NOON + HOUR) == []
    assert broken(store, NOON + HOUR + AN_INSTANT) == [(ticket, ticket.deadlines[0])]


def test_each_promise_is_told_of_once(store: Store) -> None:
    ticket = open_ticket(store)
    deadline = id_of(ticket.deadlines[0])
    with store.transaction() as tx:
        assert tx.mark_warned([deadline], NOON + 45 * MINUTE) == 1
        assert tx.mark_warned([deadline], NOON + 46 * MINUTE) == 0
    assert warned(store, NOON + 46 * MINUTE) == []
    assert next_moment(store, NOON) == NOON + HOUR + AN_INSTANT
    with store.transaction() as tx:
        assert tx.mark_told_broken([deadline], NOON + 2 * HOUR) == 1
        assert tx.mark_told_broken([], NOON) == 0
    assert broken(store, NOON + 3 * HOUR) == []
    assert next_moment(store, NOON) is None


def test_what_is_answered_cancelled_silent_or_closed_is_not_told(store: Store) -> None:
    changes: list[dict[str, Any]] = [
        {"deadlines": (a_deadline(met_at=NOON),)},
        {"deadlines": (a_deadline(cancelled_at=NOON),)},
        {"silent": True},
        {"status": Status.CLOSED},
        {"deadlines": ()},
    ]
    for each in changes:
        open_ticket(store, **each)
    assert warned(store, NOON + 50 * MINUTE) == []
    assert broken(store, NOON + 5 * HOUR) == []
    assert next_moment(store, NOON) is None


def test_a_ticket_that_becomes_silent_takes_its_promises_along(store: Store) -> None:
    ticket = open_ticket(store)
    with store.transaction() as tx:
        tx.save_ticket(replace(ticket, silent=True))
    assert next_moment(store, NOON) is None
    with store.transaction() as tx:
        tx.save_ticket(ticket)
    assert next_moment(store, NOON) == NOON + 45 * MINUTE


def test_waiting_tickets_close_when_their_moment_has_come(store: Store) -> None:
    late = open_ticket(store, status=Status.WAITING, closes_at=NOON + HOUR, deadlines=())
    soon = open_ticket(store, status=Status.WAITING, closes_at=NOON, deadlines=())
    open_ticket(store, status=Status.OPEN, closes_at=NOON, deadlines=())
    open_ticket(store, status=Status.WAITING, deadlines=())
    with store.view() as view:
        assert view.closings_due(NOON) == (soon,)
        assert view.closings_due(NOON + HOUR) == (soon, late)
        assert view.next_clock_moment(NOON) == NOON


def test_the_clock_sleeps_until_the_earliest_moment_in_the_past_too(store: Store) -> None:
    assert next_moment(store, NOON) is None
    open_ticket(store)
    assert next_moment(store, NOON) == NOON + 45 * MINUTE
    assert next_moment(store, NOON + 50 * MINUTE) == NOON + 45 * MINUTE
    assert next_moment(store, NOON + 2 * HOUR) == NOON + HOUR + AN_INSTANT
    open_ticket(store, status=Status.WAITING, closes_at=NOON - HOUR, deadlines=())
    assert next_moment(store, NOON) == NOON - HOUR


def test_at_the_moment_the_clock_names_there_is_something_to_do(store: Store) -> None:
    open_ticket(store, deadlines=(a_deadline(warn_at=None),))
    now = next_moment(store, NOON)
    assert now is not None
    assert len(broken(store, now)) == 1


def test_promises_of_a_period_are_streamed_by_their_due_moment(store: Store) -> None:
    one = open_ticket(store)
    two = open_ticket(store, deadlines=(a_deadline(due_at=NOON + 2 * HOUR, cancelled_at=NOON),))
    with store.view() as view:
        assert list(view.promises_between(NOON, NOON + 2 * HOUR)) == [(one, one.deadlines[0])]
        assert list(view.promises_between(NOON + 2 * HOUR, NOON + 3 * HOUR)) == [(two, two.deadlines[0])]
