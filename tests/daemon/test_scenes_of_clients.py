"""What clients and machines do to a ticket, told letter by letter: real bytes, the real intake, a real store."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rules.ticket import TicketKind
from store.records import Blocked, EventKind
from tests.daemon.a_policy import a_policy
from tests.daemon.desk import (
    ADDITION,
    BILLING,
    CLIENT,
    DUTY,
    MAILBOX,
    PARTNERSHIP,
    REFUND,
    TECHNICAL,
    THANKS,
    URGENT,
    Desk,
    a_desk,
    a_mail,
    moment,
)

# --- a first letter


def test_a_first_letter_opens_a_ticket_with_one_promise_and_one_acknowledgement(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")

    assert (desk.status(), desk.states(), desk.to_clients()) == (
        "open",
        ("technical: running, due Sat 13:00",),
        ("weekend_duty",),
    )


def test_a_refund_asked_on_saturday_is_due_on_monday(desk: Desk) -> None:
    desk.client_writes(REFUND, "Sat 12:00")

    assert desk.states() == ("refund: running, due next Mon 09:00",)
    assert desk.to_clients() == ("deferred",)


def test_a_letter_that_asks_for_both_kinds_is_split_and_answered_in_two_promises(desk: Desk) -> None:
    desk.client_writes(f"{TECHNICAL}\n\nКроме того: {REFUND}", "Sat 12:00")

    assert desk.states() == ("technical: running, due Sat 13:00", "refund: running, due next Mon 09:00")
    assert desk.to_clients() == ("two_promises",)


# --- he writes again


def test_an_addition_to_an_open_ticket_joins_and_is_not_answered(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.client_writes(ADDITION, "Sat 12:20", answers=desk.acknowledgement_id())

    assert desk.numbers() == (1001,)
    assert desk.states() == ("technical: running, due Sat 13:00",)
    assert desk.to_clients() == ("weekend_duty",)


def test_an_addition_to_what_waits_for_monday_promises_nothing_sooner(desk: Desk) -> None:
    desk.client_writes(REFUND, "Sat 12:00")
    desk.client_writes(ADDITION, "Sat 12:20", answers=desk.acknowledgement_id())

    assert desk.states() == ("refund: running, due next Mon 09:00",)


def test_urgency_moves_what_waits_for_monday_to_duty(desk: Desk) -> None:
    desk.client_writes(REFUND, "Sat 12:00")
    desk.client_writes(URGENT, "Sat 12:20", answers=desk.acknowledgement_id())

    assert desk.states() == ("refund: cancelled, due next Mon 09:00", "refund: running, due Sat 13:20")


def test_a_refund_asked_besides_on_saturday_is_told_once(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.client_writes(REFUND, "Sat 12:20", answers=desk.acknowledgement_id())
    desk.client_writes(REFUND + " Жду.", "Sat 12:25", answers=desk.acknowledgement_id())

    assert desk.states() == ("technical: running, due Sat 13:00", "refund: running, due next Mon 09:00")
    assert desk.to_clients() == ("weekend_duty", "part_deferred")


def test_two_deferred_parts_are_told_once_each(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.client_writes(REFUND, "Sat 12:20", answers=desk.acknowledgement_id())
    desk.client_writes(PARTNERSHIP, "Sat 12:25", answers=desk.acknowledgement_id())

    assert desk.to_clients() == ("weekend_duty", "part_deferred", "part_deferred")


def test_thanks_alone_does_not_reopen(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.commands("#закрыть", "Sat 12:30")
    desk.client_writes(THANKS, "Sat 18:00", answers=desk.acknowledgement_id())

    assert (desk.status(), desk.to_clients()) == ("closed", ("weekend_duty",))
    assert desk.happened(EventKind.JOINED) == 1


def test_thanks_alone_starts_no_clock_in_any_status(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.client_writes(THANKS, "Sat 12:05", answers=desk.acknowledgement_id())
    assert (desk.status(), desk.states()) == ("open", ("technical: running, due Sat 13:00",))
    desk.agent_answers(desk.request_id(), "Sat 12:30")
    desk.client_writes(THANKS + " Рахмет!", "Sat 12:40", answers=desk.acknowledgement_id())

    assert (desk.status(), desk.states()) == ("waiting", ("technical: met, due Sat 13:00",))


def test_a_closed_ticket_reopens_within_thirty_days(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.commands("#закрыть", "Sat 12:30")
    desk.client_writes(ADDITION, "next next next next Mon 12:00", answers=desk.acknowledgement_id())

    assert (desk.numbers(), desk.status()) == ((1001,), "open")
    assert desk.states()[-1] == "technical: running, due next next next next Mon 13:00"
    assert desk.to_clients() == ("weekend_duty",)


def test_after_thirty_days_a_new_ticket_is_linked_to_the_old(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.commands("#закрыть", "Sat 12:30")
    desk.client_writes(TECHNICAL + " Опять.", "next next next next next Mon 12:31", answers=desk.acknowledgement_id())

    assert (desk.numbers(), desk.status(), desk.ticket(1002).linked_to) == ((1001, 1002), "closed", 1001)
    assert desk.to_clients() == ("weekend_duty", "in_hours")


def test_who_reopens_outside_duty_hours_is_told_once_per_closing_of_the_desk(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.commands("#закрыть", "Sat 12:30")
    desk.client_writes(ADDITION, "Sat 18:00", answers=desk.acknowledgement_id())
    desk.commands("#закрыть", "Sat 18:10")
    desk.client_writes("Посмотрите всё же.", "Sat 18:20", answers=desk.acknowledgement_id())
    assert desk.to_clients() == ("weekend_duty", "reopened")
    desk.commands("#закрыть", "Sun 12:00")
    desk.client_writes("И ещё раз посмотрите.", "Sun 18:00", answers=desk.acknowledgement_id())

    assert desk.to_clients() == ("weekend_duty", "reopened", "reopened")
    assert desk.states()[-1] == "technical: running, due next Mon 09:00"


# --- whose letter it is


def test_a_second_address_that_answers_our_signed_letter_belongs(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.client_writes(ADDITION, "Sat 12:10", answers=desk.acknowledgement_id(), sender="second@example.org")
    desk.client_writes(BILLING, "Sat 12:15", sender="second@example.org", subject="[CSC-1001] ещё")

    assert desk.numbers() == (1001,)
    assert "second@example.org" in desk.ticket().addresses


def test_a_stranger_with_a_number_gets_a_linked_ticket_and_is_told_nothing(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    before = desk.ticket()
    desk.client_writes(
        BILLING, "Sat 12:10", sender="stranger@example.org", subject="[CSC-1001] вопрос", answers=desk.request_id()
    )

    assert desk.ticket() == before
    assert desk.ticket(1002).linked_to == 1001
    letter = next(each for each in desk.letters() if each.to == "stranger@example.org")
    assert "104582" not in letter.text
    assert "1001" not in letter.text.replace("CSC-1001] вопрос", "")
    assert CLIENT.encode() not in letter.raw


def test_whom_the_client_merely_put_in_copy_is_a_stranger(desk: Desk) -> None:
    raw = a_mail(
        TECHNICAL, sender=CLIENT, to=MAILBOX, cc="boss@example.kz", subject="Вопрос", message_id="<first@example.kz>"
    )
    desk.take(raw, "Sat 12:00")
    desk.client_writes(ADDITION, "Sat 12:10", sender="boss@example.kz", answers="<first@example.kz>")

    assert desk.numbers() == (1001, 1002)


def test_whom_an_agents_answer_went_to_belongs(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.agent_answers(desk.request_id(), "Sat 12:10", cc="boss@example.kz", message_id="<answer@controlsystem.kz>")
    desk.client_writes(ADDITION, "Sat 12:20", sender="boss@example.kz", answers="<answer@controlsystem.kz>")

    assert (desk.numbers(), desk.status()) == ((1001,), "open")


def test_the_same_letter_at_two_places_is_one(desk: Desk) -> None:
    raw = a_mail(TECHNICAL, sender=CLIENT, to=MAILBOX, subject="Вопрос", message_id="<one@example.kz>")

    assert [desk.take(raw, "Sat 12:00").fate, desk.take(raw, "Sat 12:01").fate] == ["request", "copy"]
    assert desk.to_clients() == ("weekend_duty",)


def test_two_presses_of_send_are_one_letter_and_an_hour_later_it_is_another(desk: Desk) -> None:
    first, second, third = (
        a_mail(TECHNICAL, sender=CLIENT, to=MAILBOX, subject="Вопрос", message_id=f"<{each}@example.kz>")
        for each in ("a", "b", "c")
    )
    desk.take(first, "Sat 12:00")
    desk.take(second, "Sat 12:04")
    desk.take(third, "Sat 13:00")

    assert desk.numbers() == (1001, 1002)


def test_presses_of_send_are_counted_from_the_first(desk: Desk) -> None:
    for at in ("Sat 12:00", "Sat 12:04", "Sat 12:08"):
        desk.client_writes(TECHNICAL, at)

    assert desk.numbers() == (1001, 1002)


def test_an_answer_to_the_second_press_of_send_is_the_answer(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00", message_id="<a@example.kz>")
    desk.client_writes(TECHNICAL, "Sat 12:01", message_id="<b@example.kz>")
    desk.agent_answers("<b@example.kz>", "Sat 12:10")

    assert (desk.numbers(), desk.status()) == ((1001,), "waiting")
    assert desk.states() == ("technical: met, due Sat 13:00",)


def test_the_same_message_id_with_other_words_is_a_new_letter_marked(desk: Desk) -> None:
    for words in (TECHNICAL, REFUND):
        desk.take(a_mail(words, sender=CLIENT, to=MAILBOX, subject="Вопрос", message_id="<a@example.kz>"), "Sat 12:00")

    assert desk.numbers() == (1001, 1002)
    assert desk.ticket(1002).marked


# --- machines


def test_an_out_of_office_in_between_changes_nothing_and_is_not_answered(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.agent_answers(desk.request_id(), "Sat 12:10")
    before = desk.ticket()
    taken = desk.client_writes(
        "Я в отпуске до 1 декабря.",
        "Sat 12:11",
        answers=desk.acknowledgement_id(),
        subject="Автоответ: Вопрос",
        headers={"Auto-Submitted": "auto-replied"},
    )

    assert (taken.fate, taken.ticket) == ("automatic", 1001)
    assert desk.ticket() == before
    assert desk.to_clients() == ("weekend_duty",)


def test_a_machines_first_letter_opens_a_ticket_without_promise_or_answer(desk: Desk) -> None:
    desk.client_writes("Заявка 881 создана.", "Sat 12:00", headers={"Auto-Submitted": "auto-generated"})

    assert (desk.ticket().kind, desk.states(), desk.outgoing()) == (TicketKind.MACHINE, (), ())


def _bounce(of: str, recipient: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        "From: Mail Delivery Subsystem <mailer-daemon@mx.example.kz>\r\nTo: info@controlsystem.kz\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <bounce@mx.example.kz>\r\nReturn-Path: <>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThe mail system: user unknown\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.kz\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {of}\r\nTo: {recipient}\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_of_the_acknowledgement_is_told_to_the_agents_once(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.take(_bounce(desk.acknowledgement_id(), CLIENT), "Sat 12:01")
    desk.take(_bounce(desk.acknowledgement_id(), CLIENT).replace(b"<bounce@", b"<again@"), "Sat 12:02")

    assert (desk.status(), desk.ticket().marked) == ("open", True)
    assert desk.to_agents() == ("agents_bounced",)
    assert desk.to_clients() == ("weekend_duty",)


def test_a_bounce_of_an_agents_own_answer_is_told_too(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.agent_answers(desk.request_id(), "Sat 12:10", message_id="<answer@controlsystem.kz>")
    taken = desk.take(_bounce("<answer@controlsystem.kz>", CLIENT), "Sat 12:11")

    assert taken.ticket == 1001
    assert desk.to_agents() == ("agents_bounced",)


def test_a_delay_is_no_bounce_to_be_told(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.take(_bounce(desk.acknowledgement_id(), CLIENT, status="4.4.1", action="delayed"), "Sat 12:01")

    assert desk.to_agents() == ()


def test_a_bounce_of_a_letter_to_an_agent_makes_no_other_letter(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.take(_bounce(desk.acknowledgement_id(), CLIENT), "Sat 12:01")
    told = desk.letters("agents_bounced")[0]
    desk.take(_bounce(told.message_id, DUTY).replace(b"<bounce@", b"<other@"), "Sat 12:02")

    assert desk.to_agents() == ("agents_bounced",)


# --- violators of the contract (clause 11)


def test_a_violator_gets_his_letter_and_no_deadline(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.block(Blocked(what=CLIENT, author="dana", reason="", at=moment("Mon 09:00")))
    desk.client_writes(TECHNICAL, "Sat 12:00")

    assert (desk.ticket().kind, desk.ticket().marked, desk.states()) == (TicketKind.VIOLATOR, True, ())
    assert desk.to_clients() == ("violator",)


def test_a_violator_who_writes_on_after_a_refusal_is_seen_again_and_promised_nothing(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 12:00")
    desk.commands("#блок\n#отказ договор", "Sat 12:10")
    desk.client_writes(ADDITION, "Sat 12:20", answers=desk.acknowledgement_id())

    assert desk.status() == "open"
    assert desk.states() == ("technical: met, due Sat 13:00",)
    assert desk.to_clients() == ("weekend_duty", "refusal_contract")


# --- addresses that no letter can be written to


def test_an_address_that_cannot_be_written_to_makes_a_ticket_and_a_letter_held_back(desk: Desk) -> None:
    raw = a_mail(TECHNICAL, sender="x@example.kz", to=MAILBOX, subject="Вопрос", message_id="<odd@example.kz>")
    taken = desk.take(raw.replace(b"From: x@example.kz", "From: клиент@пример.рф".encode()), "Sat 12:00")

    assert taken.ticket == 1001
    assert desk.outgoing() == ()
    assert desk.states() == ("technical: running, due Sat 13:00",)


# --- moments


def test_a_stale_first_letter_gets_no_letter_and_a_fresh_follow_up_its_reminders(tmp_path: Path) -> None:
    limits = replace(a_policy().limits, max_age=timedelta(hours=24))
    desk = a_desk(tmp_path, limits=limits)
    desk.client_writes(TECHNICAL, "Mon 12:00", seen="Fri 12:00", message_id="<old@example.kz>")
    assert (desk.ticket().silent, desk.outgoing()) == (True, ())
    desk.client_writes(ADDITION, "Fri 12:30", answers="<old@example.kz>")

    assert not desk.ticket().silent
    with desk.store.view() as view:
        assert [deadline.due_at for _, deadline in view.warnings_due(moment("Fri 13:20"))] == [moment("Fri 13:30")]
        assert view.broken_due(moment("Fri 13:20")) == ()
    desk.store.close()


def test_a_moment_in_the_future_counts_as_now(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Sat 15:00", seen="Sat 12:00")

    assert desk.states() == ("technical: running, due Sat 13:00",)
