"""A ticket's mark in the mail client, at a moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.category import Category
from rules.mark import Mark, mark_changes_at, mark_of
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind

NOON = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
"""Saturday noon in Almaty."""
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

DUTY = Deadline(
    categories=(Category.TECHNICAL,),
    calendar=Calendar.DUTY,
    received_at=NOON,
    reached_at=NOON,
    deferred_until=None,
    due_at=NOON + HOUR,
    warn_at=NOON + timedelta(minutes=45),
)
OFFICE = Deadline(
    categories=(Category.REFUND,),
    calendar=Calendar.OFFICE,
    received_at=NOON,
    reached_at=NOON,
    deferred_until=MONDAY,
    due_at=MONDAY + HOUR,
    warn_at=MONDAY + timedelta(minutes=45),
)


def a_ticket(*deadlines: Deadline, status: Status = Status.OPEN) -> Ticket:
    return Ticket(
        number=1001,
        kind=TicketKind.REQUEST,
        status=status,
        subject="",
        requester="client@example.kz",
        requester_name="",
        addresses=frozenset({"client@example.kz"}),
        categories=(Category.TECHNICAL,),
        deadlines=deadlines,
        opened_at=NOON,
        changed_at=NOON,
    )


@pytest.mark.parametrize(
    ("deadlines", "now", "mark"),
    [
        ((DUTY,), NOON, Mark.OPEN),
        ((DUTY,), NOON + timedelta(minutes=44), Mark.OPEN),
        ((DUTY,), NOON + timedelta(minutes=45), Mark.DUE_SOON),
        ((DUTY,), NOON + HOUR, Mark.DUE_SOON),
        ((DUTY,), NOON + HOUR + timedelta(seconds=1), Mark.BROKEN),
        ((OFFICE,), NOON, Mark.DEFERRED),
        ((OFFICE,), MONDAY, Mark.OPEN),
        ((OFFICE,), MONDAY + timedelta(minutes=45), Mark.DUE_SOON),
        ((DUTY, OFFICE), NOON, Mark.OPEN),
        ((DUTY, OFFICE), NOON + 2 * HOUR, Mark.BROKEN),
        ((replace(DUTY, met_at=NOON + HOUR / 2), OFFICE), NOON + HOUR, Mark.DEFERRED),
        ((replace(DUTY, cancelled_at=NOON),), NOON + 2 * HOUR, Mark.OPEN),
        ((), NOON, Mark.OPEN),
    ],
)
def test_an_open_ticket_is_marked_by_its_worst_promise(
    deadlines: tuple[Deadline, ...], now: datetime, mark: Mark
) -> None:
    assert mark_of(a_ticket(*deadlines), now) is mark


@pytest.mark.parametrize(("status", "mark"), [(Status.WAITING, Mark.WAITING), (Status.CLOSED, Mark.CLOSED)], ids=str)
def test_a_ticket_that_owes_nothing_is_marked_by_its_status(status: Status, mark: Mark) -> None:
    ticket = a_ticket(DUTY, status=status)
    assert mark_of(ticket, NOON + 2 * HOUR) is mark
    assert mark_changes_at(ticket, NOON) is None


def test_time_alone_changes_the_mark_at_these_moments() -> None:
    ticket, now, seen = a_ticket(DUTY, OFFICE), NOON, []
    while (moment := mark_changes_at(ticket, now)) is not None:
        seen.append(moment)
        now = moment
    assert seen == [DUTY.warn_at, DUTY.due_at, MONDAY, OFFICE.warn_at, OFFICE.due_at]
