"""What becomes of letters on their way out: none is forgotten, none goes out twice unless nobody can know."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.outbox import LETTERS_AT_ONCE
from daemon.outcomes import FilesSent
from daemon.smtp import Outcome, SmtpSender
from daemon.smtp import Sent as Accepted
from store.errors import StoreBusy
from store.records import OutgoingState
from tests.daemon.desk import TECHNICAL, a_mail
from tests.daemon.sending import PAUSES, WAIT, Sending, a_sending
from tests.servers.smtp import CUT, CUT_ACCEPTED, REFUSES_NULL_SENDER, SILENCE, Rule, SmtpServer, Stage
from tests.service import eventually

MOMENT = timedelta(seconds=2)


@pytest.fixture
def sending(tmp_path: Path, smtp_server: SmtpServer) -> Sending:
    return a_sending(tmp_path, smtp_server)


def a_request(sending: Sending, count: int = 1) -> None:
    for number in range(count):
        sending.desk.client_writes(f"{TECHNICAL} Случай {number}.", "Mon 10:00", sender=f"client{number}@example.kz")


# --- certain fates


def test_a_letter_is_sent_once_however_many_turns_follow(sending: Sending) -> None:
    a_request(sending)
    for _ in range(3):
        sending.after(MOMENT)
    assert sending.letter().state is OutgoingState.SENT
    assert sending.went_out() == (sending.letter().message_id,)


def test_a_letter_refused_for_good_has_failed_and_people_are_told_once(sending: Sending) -> None:
    sending.server.set_rules(Rule(stage=Stage.RCPT, act="554 5.7.1 not wanted", recipient="example.kz"))
    a_request(sending)
    sending.turn()
    sending.after(timedelta(hours=1))
    assert sending.letter().state is OutgoingState.FAILED
    assert "not wanted" in sending.letter().reason
    assert sending.told() == ("agents_letter_failed",)
    assert sending.went_out() == ()


def test_a_letter_put_off_comes_again_after_its_pauses_and_then_has_failed(sending: Sending) -> None:
    sending.server.set_rules(Rule(stage=Stage.DATA, act="451 4.3.0 later"))
    a_request(sending)
    sending.turn()
    assert (sending.letter().state, sending.letter().attempts) == (OutgoingState.QUEUED, 1)
    sending.after(PAUSES[0] - MOMENT)
    assert sending.letter().attempts == 1
    sending.after(MOMENT)
    assert sending.letter().attempts == 2
    sending.after(PAUSES[1])
    assert sending.letter().state is OutgoingState.FAILED


def test_a_server_out_of_reach_costs_no_attempt_and_holds_no_letter_in_hand(sending: Sending) -> None:
    a_request(sending, 3)
    sending.server.stop()
    assert sending.turn() is not None
    assert {(each.state, each.attempts) for each in sending.letters()} == {(OutgoingState.QUEUED, 0)}
    sending.server.start()
    sending.after(MOMENT)
    assert {each.state for each in sending.letters()} == {OutgoingState.SENT}
    assert len(sending.went_out()) == 3


def test_a_refused_null_sender_is_replaced_by_the_mailbox_and_remembered(sending: Sending) -> None:
    sending.server.set_rules(REFUSES_NULL_SENDER)
    a_request(sending, 2)
    sending.turn()
    assert {each.state for each in sending.letters()} == {OutgoingState.SENT}
    assert {each.envelope_from for each in sending.server.taken()} == {"info@controlsystem.kz"}


def test_a_letter_in_doubt_goes_from_the_mailbox_too_where_the_null_sender_is_refused(sending: Sending) -> None:
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT, times=1))
    a_request(sending)
    sending.turn()
    assert sending.letter().in_doubt == 1
    sending.server.set_rules(REFUSES_NULL_SENDER)
    sending.after(MOMENT)
    assert sending.letter().state is OutgoingState.SENT


# --- unknown fates


@pytest.mark.parametrize("act", [SILENCE, CUT, CUT_ACCEPTED])
def test_a_letter_without_a_last_answer_is_repeated_once_byte_for_byte(sending: Sending, act: str) -> None:
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=act, times=1))
    a_request(sending)
    sending.turn()
    assert (sending.letter().state, sending.letter().in_doubt) == (OutgoingState.QUEUED, 1)
    sending.after(MOMENT)
    assert sending.letter().state is OutgoingState.SENT
    taken = sending.server.taken()
    assert len(taken) == (2 if act == CUT_ACCEPTED else 1)
    assert len({(each.message_id, each.sha256) for each in taken}) == 1


def test_a_letter_cut_twice_stays_unknown_is_told_and_never_goes_a_third_time(sending: Sending) -> None:
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, recipient="client0@"))
    a_request(sending)
    for _ in range(4):
        sending.after(timedelta(hours=1))
    assert sending.letter().state is OutgoingState.UNKNOWN
    assert sending.told() == ("agents_letter_unknown",)
    assert len(sending.went_out()) == 2


def test_a_relayed_answer_of_unknown_fate_is_shown_and_never_repeated(tmp_path: Path, smtp_server: SmtpServer) -> None:
    sending = a_sending(tmp_path, smtp_server)
    a_request(sending)
    sending.turn()
    with sending.store.transaction() as tx:
        again = tx.outgoing(sending.letter().id or 0)
        assert again is not None
        raw = tx.raw_outgoing(again.id or 0)
        again = replace(again, id=None, key="relay:1", message_id="<relay@controlsystem.kz>", repeatable=False)
        tx.queue(replace(again, raw=raw, state=OutgoingState.QUEUED))
    smtp_server.set_rules(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, recipient="client0@"))
    for _ in range(3):
        sending.after(timedelta(hours=1))
    assert [each.state for each in sending.letters()] == [OutgoingState.SENT, OutgoingState.UNKNOWN]
    assert sending.told() == ("agents_answer_unknown",)
    assert sending.went_out().count("<relay@controlsystem.kz>") == 1


def test_a_copy_in_sent_tells_that_a_letter_in_doubt_went_out(sending: Sending) -> None:
    sending.files_sent = FilesSent.YES
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, times=1))
    a_request(sending)
    sending.turn()
    copy = sending.server.taken()[0].raw
    sending.desk.take(copy, sending.desk.hands.at, in_sent=True)
    assert sending.letter().state is OutgoingState.SENT
    sending.sent_looked_at = sending.desk.hands.at + WAIT * 2
    sending.after(WAIT * 2)
    assert len(sending.went_out()) == 1


def test_a_letter_in_doubt_is_not_repeated_before_sent_was_really_looked_at(sending: Sending) -> None:
    sending.files_sent = FilesSent.YES
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT, times=1))
    a_request(sending)
    sending.turn()
    sending.sent_looked_at = sending.desk.hands.at + WAIT - MOMENT  # before the copy had to be there
    sending.after(WAIT + MOMENT)
    sending.after(timedelta(hours=3))
    assert (sending.letter().state, sending.went_out()) == (OutgoingState.QUEUED, ())
    assert sending.asked_to_look >= 1
    sending.sent_looked_at = sending.desk.hands.at + timedelta(seconds=3)
    sending.after(timedelta(seconds=3))
    assert sending.letter().state is OutgoingState.SENT


def test_letters_held_for_a_look_into_sent_do_not_hold_up_the_others(sending: Sending) -> None:
    sending.files_sent = FilesSent.YES
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT, times=25))
    a_request(sending, 25)
    sending.turn()
    sending.desk.hands.at += WAIT + MOMENT
    sending.desk.client_writes("Сколько стоит тариф?", sending.desk.hands.at, sender="late@example.kz")
    sending.turn()
    sent = [each.recipient for each in sending.letters() if each.state is OutgoingState.SENT]
    assert sent == ["late@example.kz"]


def test_it_is_learned_that_the_server_files_no_copies(sending: Sending) -> None:
    sending.files_sent = FilesSent.LEARN
    a_request(sending, 6)
    sending.turn()
    sending.desk.hands.at += WAIT + MOMENT
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT, times=1))
    sending.desk.client_writes("Сколько стоит тариф?", sending.desk.hands.at, sender="late@example.kz")
    sending.turn()
    sending.after(MOMENT)  # not the long wait for a copy
    assert {each.state for each in sending.letters()} == {OutgoingState.SENT}


class _CopyIsFoundMeanwhile(SmtpSender):
    """A port that takes so long with RCPT that the watch on Sent finds the copy before DATA."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending

    async def deliver(
        self, raw: bytes, *, envelope_from: str, recipient: str, before_data: Callable[[], Awaitable[None]]
    ) -> Outcome:
        with self._sending.store.transaction() as tx:
            tx.note_sent((self._sending.letter().id or 0,), self._sending.desk.hands.at)
        await before_data()
        raise AssertionError("the letter went out although it is known to have gone")

    async def close(self) -> None:
        return


def test_a_copy_found_while_the_repetition_is_under_way_stops_it(sending: Sending) -> None:
    a_request(sending)

    async def turn() -> None:
        await sending.outbox(smtp=_CopyIsFoundMeanwhile(sending)).turn()

    asyncio.run(turn())
    assert sending.letter().state is OutgoingState.SENT


# --- a service that ends


def test_what_a_killed_service_had_in_hand_is_taken_over(sending: Sending) -> None:
    a_request(sending, 3)
    first, second, _ = (each.id or 0 for each in sending.letters())
    with sending.store.transaction() as tx:
        tx.take((first, second), "the service before", sending.desk.hands.at)
        tx.note_committing(first, sending.desk.hands.at)

    async def adopt() -> int:
        return sending.outbox().adopt()

    assert asyncio.run(adopt()) == 2
    states = [(each.state, each.in_doubt) for each in sending.letters()]
    assert states == [(OutgoingState.QUEUED, 1), (OutgoingState.QUEUED, 0), (OutgoingState.QUEUED, 0)]
    sending.after(MOMENT)
    assert {each.state for each in sending.letters()} == {OutgoingState.SENT}


def test_a_service_that_must_end_leaves_the_letter_under_way_as_committing(sending: Sending) -> None:
    sending.answer_timeout = 60
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=SILENCE))
    a_request(sending, 2)
    outbox = sending.outbox()
    thread = threading.Thread(target=outbox.run_in_thread)
    thread.start()
    eventually(lambda: any(each.state is OutgoingState.COMMITTING for each in sending.letters()))
    outbox.cut()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert sorted(each.state for each in sending.letters()) == [OutgoingState.COMMITTING, OutgoingState.IN_FLIGHT]


# --- a store that is busy


def test_a_letter_sent_while_the_store_is_busy_is_noted_later_and_not_sent_again(sending: Sending) -> None:
    a_request(sending)

    async def turns() -> None:
        outbox = sending.outbox()
        sending.store.moods.extend(["", "", "busy", "busy"])  # taking, committing, noting, noting again
        for _ in range(2):
            with pytest.raises(StoreBusy):
                await outbox.turn()
        await outbox.turn()
        await outbox.close()

    asyncio.run(turns())
    assert sending.letter().state is OutgoingState.SENT
    assert len(sending.went_out()) == 1


@pytest.mark.parametrize("moods", [["busy"], ["kept"], ["", "busy"], ["", "kept"]])
def test_a_busy_store_before_the_letter_leaves_nothing_in_hand_and_nothing_doubled(
    sending: Sending, moods: list[str]
) -> None:
    a_request(sending, 3)

    async def turns() -> None:
        outbox = sending.outbox()
        sending.store.moods.extend(moods)
        with pytest.raises(StoreBusy):
            await outbox.turn()
        sending.store.moods.clear()
        await outbox.turn()
        await outbox.close()

    asyncio.run(turns())
    assert [each.state for each in sending.letters()] == [OutgoingState.SENT] * 3
    assert [each.in_doubt for each in sending.letters()] == [0] * 3
    assert len(sending.went_out()) == len(set(sending.went_out())) == 3


def test_a_fate_that_could_not_be_noted_is_not_forgotten(sending: Sending) -> None:
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED))
    a_request(sending)

    async def turns() -> None:
        outbox = sending.outbox()
        sending.store.moods.extend(["", "", "busy"])
        with pytest.raises(StoreBusy):
            await outbox.turn()
        sending.server.set_rules()
        await outbox.turn()
        await outbox.close()

    asyncio.run(turns())
    assert (sending.letter().state, sending.letter().in_doubt) == (OutgoingState.QUEUED, 1)


def test_a_letter_that_breaks_the_program_fails_and_the_others_go_out(sending: Sending) -> None:
    class Breaks(SmtpSender):
        async def deliver(self, raw: bytes, **more: Any) -> Outcome:
            if more["recipient"] == "client1@example.kz":
                raise RuntimeError("a fault of ours")
            await more["before_data"]()
            return Accepted(answer="250")

    a_request(sending, 3)

    async def turn() -> None:
        await sending.outbox(smtp=Breaks(sending._settings())).turn()

    asyncio.run(turn())
    states = {each.recipient: each.state for each in sending.letters()}
    assert states.pop("client1@example.kz") is OutgoingState.FAILED
    assert set(states.values()) == {OutgoingState.SENT}
    assert sending.told() == ("agents_letter_failed",)


def test_a_fault_in_the_letters_to_come_is_not_laid_on_the_one_that_goes_out(sending: Sending) -> None:
    a_request(sending, LETTERS_AT_ONCE + 1)  # the last one is taken in hand while the one before it goes out
    *_, before, last = sending.letters()
    with sending.store.transaction() as tx:
        tx._connection.exec_driver_sql("UPDATE outgoing SET raw = x'ffff00ff' WHERE id = ?", (last.id,))
    with pytest.raises(Exception, match=r"(?i)zstd|frame"):
        sending.turn()
    states = {each.id: each.state for each in sending.letters()}
    assert states.pop(last.id) is OutgoingState.QUEUED
    assert set(states.values()) == {OutgoingState.SENT}, f"and letter {before.id} is noted as sent at once"
    assert len(sending.went_out()) == len(set(sending.went_out())) == LETTERS_AT_ONCE


def test_the_watchdog_sees_every_letter_of_a_long_turn(sending: Sending) -> None:
    a_request(sending, 3)
    seen: list[float] = []

    class Slow(SmtpSender):
        async def deliver(self, raw: bytes, **more: Any) -> Outcome:
            seen.append(outbox.progressed_at)
            await asyncio.sleep(0.01)
            await more["before_data"]()
            return Accepted(answer="250")

    outbox = sending.outbox(smtp=Slow(sending._settings()))
    asyncio.run(outbox.turn())
    assert len(set(seen)) == 3


# --- promises that pass meanwhile


def test_a_letter_that_would_promise_the_past_is_written_anew_but_not_one_in_doubt(sending: Sending) -> None:
    a_request(sending, 2)
    sending.server.set_rules(
        Rule(stage=Stage.LETTER, act=CUT, times=1, recipient="client0@"),
        Rule(stage=Stage.MAIL, act="451 later"),
    )
    sending.turn()
    before = {each.recipient: each.template for each in sending.letters()}
    sending.server.set_rules()
    sending.after(timedelta(hours=2))
    after = {each.recipient: each.template for each in sending.letters()}
    assert {each.state for each in sending.letters()} == {OutgoingState.SENT}
    assert "late" in after["client1@example.kz"]
    assert len(sending.went_out()) == 2
    assert after.keys() == before.keys()


def test_a_warning_that_comes_too_late_is_held_back(sending: Sending) -> None:
    """When the server is back, what «breaks soon» has broken: another letter says that."""
    a_request(sending)
    sending.server.set_rules(Rule(stage=Stage.MAIL, act="451 later"))
    with sending.store.transaction() as tx:
        ticket = tx.ticket(1001)
        assert ticket is not None
        warned = tuple((ticket, each) for each in ticket.deadlines)
        sending.desk.staff.reminder(tx, soon=warned, broken=(), now=sending.desk.hands.now())
    sending.turn()
    sending.server.set_rules()
    sending.after(timedelta(hours=2))
    (reminder,) = sending.letters(to_client=False)
    assert reminder.state is OutgoingState.SUPPRESSED
    assert reminder.message_id not in {each.message_id for each in sending.server.taken()}


def test_a_strangers_copy_in_the_inbox_resolves_nothing(sending: Sending) -> None:
    sending.server.set_rules(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, times=1))
    a_request(sending)
    sending.turn()
    forged = a_mail(
        "copy", sender="info@controlsystem.kz", to="x@y.kz", subject="x", message_id=sending.letter().message_id
    )
    sending.desk.take(forged, sending.desk.hands.at)
    assert sending.letter().state is OutgoingState.QUEUED
