"""Whatever is asked and whenever, an answer, a command and a client's word keep what the design says of promises."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from rules.category import Category
from rules.life import Told
from rules.life_of_agent import agent_answers, categorise, close, defer, extend, reopen
from rules.life_of_client import client_writes
from rules.promises import owed
from rules.schedule import Calendar
from rules.ticket import Status, Ticket
from tests.daemon.a_policy import SCHEDULE
from tests.daemon.a_request import at
from tests.rules.a_life import POLICY, SATURDAY_NOON, asked, reads

MOMENTS = st.integers(0, 2 * 365 * 86400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
CATEGORIES = st.lists(st.sampled_from(list(Category)), min_size=1, max_size=2, unique=True)


def _asked_at(categories: list[Category], received: datetime) -> Ticket:
    local = received.astimezone(SCHEDULE.zone).replace(tzinfo=None).isoformat()
    return asked(*categories, received=local)


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
