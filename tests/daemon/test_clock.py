"""The clock of promises: who is told, when, how often, and what closes by itself."""

from io import StringIO

import pytest

from daemon.clock import Clock, Rung
from daemon.digests import Digests
from daemon.journal import open_journal
from store.records import EventKind
from tests.daemon.desk import ADDITION, REFUND, TECHNICAL, Desk, local, moment


class Ringing:
    """A desk with its clock, which rings when it is told to. Digests are not owed (they have tests of their own)."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.clock = Clock(
            store=desk.store,
            policy=desk.policy,
            staff=desk.staff,
            digests=Digests(policy=desk.policy, staff=desk.staff),
            time_source=desk.hands,
            journal=open_journal(StringIO()),
            rung=lambda _rung: None,
        )

    def at(self, when: str) -> Rung:
        self.desk.hands.at = moment(when)
        with self.desk.store.transaction() as tx:
            for meta in ("digest_opening", "digest_closing"):
                tx.set_meta(meta, "9999-12-31")
        return self.clock.ring()

    def next(self, when: str) -> str | None:
        self.desk.hands.at = moment(when)
        due = self.clock.next_moment()
        return None if due is None else local(due)


@pytest.fixture
def ringing(desk: Desk) -> Ringing:
    return Ringing(desk)


def test_a_promise_is_reminded_of_once_a_quarter_of_an_hour_before_it_breaks(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")

    assert ringing.at("Sat 12:44").reminders == 0
    assert ringing.at("Sat 12:45") == Rung(reminders=1, letters=1)
    assert ringing.at("Sat 12:50").reminders == 0
    (reminder,) = ringing.desk.letters("agents_reminder")
    assert "CSC-1001" in reminder.subject
    assert "Не открывается комната вебинара" in reminder.text  # what is asked


def test_a_reminder_says_what_is_asked_by_whom_and_until_when(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.at("Sat 12:45")

    (reminder,) = ringing.desk.letters("agents_reminder")
    for fact in ("CSC-1001", "client@example.kz", "аккаунт 104582", "13:00", "не хватает", "Не открывается комната"):
        assert fact in reminder.text, fact


def test_a_broken_promise_is_told_once(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.at("Sat 12:45")

    assert ringing.at("Sat 13:00").reminders == 0  # met at this very moment is met
    assert ringing.at("Sat 13:00:01").reminders == 1
    assert ringing.at("Sat 14:00").reminders == 0
    assert ringing.desk.happened(EventKind.BROKEN) == 1


def test_what_was_answered_is_not_reminded_of(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.desk.agent_answers(ringing.desk.request_id(), "Sat 12:30")

    assert ringing.at("Sat 12:50").reminders == 0
    assert ringing.at("Sat 15:00").reminders == 0


def test_nobody_is_told_outside_working_time(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 16:00")

    ringing.at("Sat 16:45")
    assert ringing.at("Sat 17:00:01").reminders == 0
    assert ringing.next("Sat 17:00:01") == "Sun 09:00"
    assert ringing.at("Sun 09:00").reminders == 1


def test_the_part_that_waits_for_monday_is_reminded_of_on_monday(ringing: Ringing) -> None:
    ringing.desk.client_writes(REFUND, "Sat 12:00")

    assert ringing.at("Sat 12:45").reminders == 0
    assert ringing.at("next Mon 08:45").reminders == 1


def test_five_reminders_are_five_letters_and_six_are_one(ringing: Ringing) -> None:
    for number in range(5):
        ringing.desk.client_writes(TECHNICAL, "Sat 12:00", sender=f"c{number}@example.kz")
    assert ringing.at("Sat 12:45").letters == 5
    for number in range(6):
        ringing.desk.client_writes(TECHNICAL, "Sat 14:00", sender=f"d{number}@example.kz")
    assert ringing.at("Sat 14:45").letters == 1


def test_a_stale_or_a_machines_ticket_is_never_reminded_of(ringing: Ringing) -> None:
    ringing.desk.client_writes("Заявка создана.", "Sat 12:00", headers={"Auto-Submitted": "auto-generated"})

    assert ringing.at("Sat 12:50").reminders == 0
    assert ringing.at("Sat 14:00").reminders == 0


def test_seven_days_of_silence_close_a_waiting_ticket_at_any_hour(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.desk.agent_answers(ringing.desk.request_id(), "Sat 21:00")

    assert ringing.at("next Sat 20:59").closed == 0
    assert ringing.at("next Sat 21:00").closed == 1
    assert ringing.desk.status() == "closed"
    assert ringing.at("next Sat 21:01").closed == 0


def test_a_word_in_between_keeps_it_open(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.desk.agent_answers(ringing.desk.request_id(), "Sat 12:30")
    ringing.desk.client_writes(ADDITION, "next Fri 12:00", answers=ringing.desk.acknowledgement_id())

    assert ringing.at("next Sat 12:31").closed == 0
    assert ringing.desk.status() == "open"


def test_it_sleeps_until_the_next_moment_that_matters(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.at("Sat 12:10")

    assert ringing.next("Sat 12:10") == "Sat 12:45"
    ringing.at("Sat 12:45")
    assert ringing.next("Sat 12:45") == "Sat 13:00"


def test_what_became_due_a_moment_ago_waits_a_second_at_most(ringing: Ringing) -> None:
    ringing.desk.client_writes(TECHNICAL, "Sat 12:00")
    ringing.at("Sat 12:44:59")
    ringing.desk.hands.at = moment("Sat 12:45")

    due = ringing.clock.next_moment()
    assert due is not None
    assert 0 < (due - moment("Sat 12:45")).total_seconds() <= 1


def test_without_promises_the_next_moment_is_the_next_digest(ringing: Ringing) -> None:
    ringing.at("Sat 12:00")

    assert ringing.next("Sat 12:00") == "Sat 17:00"
    assert ringing.next("Sat 20:00") == "Sun 09:00"
