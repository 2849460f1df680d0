"""Whatever happens to a ticket, in whatever order, some things stay true."""

from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from rules.category import Category
from rules.life import Happening
from rules.life_of_client import client_writes
from rules.promises import owed
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket
from tests.daemon.a_policy import SCHEDULE
from tests.rules.a_life import POLICY, asked, happens, reads

CATEGORIES = st.lists(st.sampled_from(list(Category)), max_size=2, unique=True)
STORIES = st.lists(
    st.tuples(st.sampled_from(list(Happening)), st.integers(1, 5000), CATEGORIES, st.booleans()), max_size=12
)
"""What happens, how many minutes after what happened before, what the client asks for, and whether he objects."""


def _after(story: list[tuple[Happening, int, list[Category], bool]], first: list[Category]) -> list[Ticket]:
    ticket = asked(*first)
    life = [ticket]
    now = ticket.opened_at
    for happening, minutes, categories, objects in story:
        now += timedelta(minutes=minutes)
        if happening is Happening.CLIENT_WRITES:
            change = client_writes(ticket, reads(*categories, objects=objects), at=now, policy=POLICY)
        else:
            change = happens(happening, ticket, now)
        ticket = change.ticket
        life.append(ticket)
    return life


@given(STORIES, CATEGORIES)
def test_an_open_ticket_owes_an_answer_and_no_other_does(
    story: list[tuple[Happening, int, list[Category], bool]], first: list[Category]
) -> None:
    for ticket in _after(story, first):
        assert bool(owed(ticket)) is (ticket.status is Status.OPEN)
        assert (ticket.closes_at is not None) is (ticket.status is Status.WAITING)
        assert (ticket.closed_at is not None) is (ticket.status is Status.CLOSED)


@given(STORIES, CATEGORIES)
def test_a_promise_is_never_forgotten_and_ends_once(
    story: list[tuple[Happening, int, list[Category], bool]], first: list[Category]
) -> None:
    before: tuple[Deadline, ...] = ()
    for ticket in _after(story, first):
        assert len(ticket.deadlines) >= len(before)
        for was, becomes in zip(before, ticket.deadlines, strict=False):
            assert (was.received_at, was.due_at, was.calendar) == (
                becomes.received_at,
                becomes.due_at,
                becomes.calendar,
            )
            assert was.unanswered() or (was.met_at, was.cancelled_at) == (becomes.met_at, becomes.cancelled_at)
        assert not any(each.met_at is not None and each.cancelled_at is not None for each in ticket.deadlines)
        before = ticket.deadlines


@given(STORIES, CATEGORIES)
@example([(Happening.AGENT_WAITS, 3300, [], False), (Happening.AGENT_DEFERS, 1, [], False)], [])
def test_every_promise_leaves_at_least_the_time_that_the_rules_give(
    story: list[tuple[Happening, int, list[Category], bool]], first: list[Category]
) -> None:
    for deadline in _after(story, first)[-1].deadlines:
        assert deadline.due_at >= SCHEDULE.after(Calendar.DUTY, deadline.received_at, POLICY.answer_within)
        assert deadline.received_at <= deadline.reached_at < deadline.due_at
        assert deadline.deferred_until is None or deadline.reached_at < deadline.deferred_until < deadline.due_at
        assert deadline.warn_at is not None
        assert deadline.reached_at <= deadline.warn_at <= deadline.due_at
