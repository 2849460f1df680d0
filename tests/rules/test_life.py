"""Every row of the design's table of a ticket's life, and what it leaves owed. The clauses: ``test_life_of_*``."""

import pytest

from rules.life import TABLE, Happening
from rules.promises import owed
from rules.ticket import Status
from tests.rules.a_life import LATER, happens, in_status

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
