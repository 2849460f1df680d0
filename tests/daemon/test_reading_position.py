"""A position never passes a letter that is not in the store, in whatever order letters come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from daemon.reading_position import (
    first_position,
    is_from_before,
    is_settled,
    passed_over,
    renumbered,
    settle,
)

NOW = datetime(2026, 11, 24, 9, 0, 0, 700_000, tzinfo=UTC)
ORDERS = st.integers(1, 14).flatmap(lambda count: st.permutations(range(1, count + 1)))


@given(order=ORDERS, withheld=st.sets(st.integers(1, 14)))
def test_settled_is_what_was_taken_and_nothing_else(order: list[int], withheld: set[int]) -> None:
    position = first_position("INBOX", 1, last_uid=0, now=NOW, from_beginning=True)
    taken: set[int] = set()
    for uid in [each for each in order if each not in withheld]:
        position = settle(position, uid, set(order) - taken - {uid})
        taken.add(uid)
        assert {each for each in order if is_settled(position, each)} == taken


@given(order=ORDERS)
def test_once_all_are_taken_one_number_tells_it(order: list[int]) -> None:
    position = first_position("INBOX", 1, last_uid=0, now=NOW, from_beginning=True)
    for index, uid in enumerate(order):
        position = settle(position, uid, order[index + 1 :])
    assert (position.settled, position.settled_above) == (len(order), frozenset())


def test_the_first_start_begins_behind_the_last_letter_or_before_the_first() -> None:
    now = first_position("INBOX", 1, last_uid=40, now=NOW, from_beginning=False)
    assert (now.started_after, now.settled) == (40, 40)
    beginning = first_position("INBOX", 1, last_uid=40, now=NOW, from_beginning=True)
    assert (beginning.started_after, beginning.settled) == (0, 0)
    assert not is_from_before(beginning, NOW - timedelta(days=9000))


def test_new_numbers_mean_reading_all_again_from_the_same_first_moment() -> None:
    position = first_position("INBOX", 1, last_uid=40, now=NOW, from_beginning=False)
    anew = renumbered(replace(position, settled=90, settled_above=frozenset({95})), 2)
    assert (anew.uidvalidity, anew.settled, anew.settled_above, anew.started_after) == (2, 0, frozenset(), 0)
    assert anew.started_at == NOW


def test_a_letter_of_the_very_second_of_the_first_start_is_not_from_before() -> None:
    position = first_position("INBOX", 1, last_uid=0, now=NOW, from_beginning=False)
    assert not is_from_before(position, NOW.replace(microsecond=0))
    assert is_from_before(position, NOW.replace(microsecond=0) - timedelta(seconds=1))


def test_reconciliation_begins_behind_the_letters_that_were_passed_over() -> None:
    position = renumbered(first_position("INBOX", 1, last_uid=3, now=NOW, from_beginning=False), 2)
    for uid in (1, 2, 3):
        position = passed_over(position, uid, ())
    assert (position.started_after, position.settled) == (3, 3)
    position = passed_over(settle(position, 4, ()), 5, ())
    assert (position.started_after, position.settled) == (3, 5)
