"""What the fault runs would see if there were something to see."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bench.faults import Size, run_naive
from bench.faults_ledger import Ledger, count
from bench.faults_world import Client
from store.records import Outgoing, OutgoingState
from tests.daemon.desk import TECHNICAL, Desk, a_desk
from tests.servers.smtp import Taken

CLIENT = Client(number=1, address="client@example.kz", message_id="<1@example.kz>")


@pytest.mark.servers
def test_the_losses_and_doubles_of_a_naive_desk_are_seen(dovecot_server: object) -> None:
    said: list[str] = []
    assert run_naive(Size(letters=120, kills=30, seed=3), say=said.append), "\n".join(said)


# --- each broken promise is counted


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def out(letter: Outgoing, *, sha256: str = "a", recipient: str = CLIENT.address) -> Taken:
    return Taken(
        at=0.0, message_id=letter.message_id, recipient=recipient, envelope_from="", sha256=sha256, answered=True
    )


def answered(desk: Desk, state: OutgoingState = OutgoingState.SENT, *, in_doubt: int = 0) -> Outgoing:
    """The acknowledgement of the one client's letter, brought into a state."""
    desk.client_writes(TECHNICAL, "Mon 10:00", sender=CLIENT.address)
    letter = desk.outgoing(to_client=True)[0]
    now = desk.hands.at
    with desk.store.transaction() as tx:
        tx.put_back(letter.id or 0, now, "", 0, in_doubt=in_doubt)
        tx.take((letter.id or 0,), "x", now)
        match state:
            case OutgoingState.SENT:
                tx.note_sent((letter.id or 0,), now)
            case OutgoingState.UNKNOWN:
                tx.note_unknown(letter.id or 0, "cut")
            case OutgoingState.FAILED:
                tx.fail(letter.id or 0, "554")
    return letter


def counted(desk: Desk, *taken: Taken, files_sent: bool = False, clients: tuple[Client, ...] = (CLIENT,)) -> Ledger:
    return count(desk.store, clients, taken, files_sent=files_sent)


def test_a_run_without_fault_has_no_breach(desk: Desk) -> None:
    letter = answered(desk)
    assert counted(desk, out(letter)).breaches == ()


def test_a_lost_letter_is_a_breach(desk: Desk) -> None:
    letter = answered(desk)
    other = replace(CLIENT, number=2, address="other@example.kz")
    assert counted(desk, out(letter), clients=(CLIENT, other)).lost == 1


def test_a_doubled_ticket_is_a_breach(desk: Desk) -> None:
    letter = answered(desk)
    desk.client_writes(TECHNICAL, desk.hands.at + timedelta(hours=1), sender=CLIENT.address)
    assert counted(desk, out(letter)).doubled_tickets == 1


def test_a_letter_that_counts_as_sent_and_never_went_out_is_forgotten(desk: Desk) -> None:
    answered(desk)
    assert counted(desk).forgotten == 1


def test_a_letter_that_still_waits_is_forgotten(desk: Desk) -> None:
    answered(desk, OutgoingState.IN_FLIGHT)
    assert counted(desk).forgotten == 1


@pytest.mark.parametrize("state", [OutgoingState.UNKNOWN, OutgoingState.FAILED])
def test_a_fate_that_nobody_was_told_is_forgotten(desk: Desk, state: OutgoingState) -> None:
    answered(desk, state)
    assert counted(desk).forgotten == 1


def test_a_double_is_explained_by_a_doubt_alone_and_never_where_copies_tell(desk: Desk) -> None:
    letter = answered(desk, in_doubt=1)
    twice = (out(letter), out(letter))
    assert counted(desk, *twice).unexplained_doubles == 0
    assert counted(desk, *twice, files_sent=True).unexplained_doubles == 1


def test_a_double_without_a_doubt_is_not_explained(desk: Desk) -> None:
    letter = answered(desk)
    assert counted(desk, out(letter), out(letter)).unexplained_doubles == 1


def test_three_times_other_bytes_and_strangers_are_breaches(desk: Desk) -> None:
    letter = answered(desk, in_doubt=1)
    assert counted(desk, out(letter), out(letter), out(letter)).triples == 1
    assert any("different bytes" in each for each in counted(desk, out(letter), out(letter, sha256="b")).breaches)
    assert any("stranger" in each for each in counted(desk, out(letter, recipient="stranger@x.kz")).breaches)
