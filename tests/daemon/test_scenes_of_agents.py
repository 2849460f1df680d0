"""What agents' answers do to a ticket, told letter by letter, and in whatever order they are seen."""

import pytest

from rules.ticket import TicketKind
from store.records import EventKind, LetterRole
from tests.daemon.desk import ADDITION, CLIENT, DANA, MAILBOX, REFUND, TECHNICAL, Desk, a_mail

# --- answers


def test_an_answer_in_sent_stops_the_clock(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 12:30")

    assert (asked.status(), asked.states()) == ("waiting", ("technical: met, due Sat 13:00",))
    assert asked.outgoing(to_client=False) == ()


def test_a_saturday_answer_does_not_meet_the_part_that_waits_for_monday(asked: Desk) -> None:
    asked.client_writes(REFUND, "Sat 12:10", answers=asked.acknowledgement_id())
    asked.agent_answers(asked.request_id(), "Sat 12:30")
    assert asked.states() == ("technical: met, due Sat 13:00", "refund: running, due next Mon 09:00")
    assert asked.status() == "open"
    asked.agent_answers(asked.request_id(), "next Mon 08:30", body="Деньги возвращены.")

    assert (asked.status(), asked.states()[1]) == ("waiting", "refund: met, due next Mon 09:00")


def test_an_answer_counts_when_it_was_written_not_when_it_is_seen(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 12:59", seen="Sat 15:00")

    assert asked.states() == ("technical: met, due Sat 13:00",)


def test_a_late_answer_leaves_the_promise_broken(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 13:01")

    assert (asked.status(), asked.states()) == ("waiting", ("technical: broken, due Sat 13:00",))


@pytest.mark.parametrize("sent_first", [True, False])
def test_the_same_answer_in_sent_and_inbox_counts_once(asked: Desk, sent_first: bool) -> None:
    raw = a_mail(
        "Готово, проверьте.",
        sender=MAILBOX,
        to=CLIENT,
        cc=MAILBOX,
        subject="Re: Вопрос",
        message_id="<both@controlsystem.kz>",
        answers=asked.request_id(),
    )
    for in_sent in (sent_first, not sent_first):
        asked.take(raw, "Sat 12:30", in_sent=in_sent)

    assert (asked.status(), asked.states()) == ("waiting", ("technical: met, due Sat 13:00",))
    assert asked.happened(EventKind.ANSWERED) == 1
    assert asked.numbers() == (1001,)
    assert asked.to_clients() == ("weekend_duty",)


def test_the_same_words_to_two_clients_are_two_answers_though_their_copies_come_first(asked: Desk) -> None:
    asked.client_writes(TECHNICAL, "Sat 12:05", sender="other@example.kz")
    for number, to in ((1001, CLIENT), (1002, "other@example.kz")):
        raw = a_mail(
            "Готово, проверьте.",
            sender=MAILBOX,
            to=to,
            cc=MAILBOX,
            subject="Re: Вопрос",
            message_id=f"<{number}@controlsystem.kz>",
            answers=asked.request_id(number),
        )
        asked.take(raw, "Sat 12:30")
        asked.take(raw, "Sat 12:30", in_sent=True)

    assert (asked.status(1001), asked.status(1002)) == ("waiting", "waiting")


def test_an_agent_who_answers_from_his_own_address_counts_where_the_server_vouches_for_him(asked: Desk) -> None:
    asked.agent_writes_to_mailbox("Готово.", "Sat 12:30", answers=asked.request_id(), cc=CLIENT)

    assert asked.status() == "waiting"


def test_an_answer_to_somebody_else_is_no_answer(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 12:30", to="developer@example.org")

    assert (asked.status(), asked.states()) == ("open", ("technical: running, due Sat 13:00",))
    assert asked.happened(EventKind.NOTE) == 1


def test_an_answer_to_a_client_in_blind_copy_counts_and_its_reader_does_not_join_the_thread(asked: Desk) -> None:
    raw = a_mail(
        "Готово.",
        sender=MAILBOX,
        to="developer@example.org",
        subject="Re: Вопрос",
        message_id="<blind@controlsystem.kz>",
        answers=asked.request_id(),
        headers={"Bcc": f"Клиент <{CLIENT}>, boss@example.kz"},
    )
    asked.take(raw, "Sat 12:30", in_sent=True)

    assert asked.status() == "waiting"
    assert asked.ticket().addresses == {CLIENT, "developer@example.org"}


def test_an_answer_to_a_colleagues_request_counts(desk: Desk) -> None:
    desk.agent_writes_to_mailbox(TECHNICAL, "Sat 12:00", proved=False, subject="Вопрос")
    assert (desk.ticket().kind, desk.outgoing()) == (TicketKind.UNPROVED, ())
    desk.agent_answers(desk.request_id(), "Sat 12:30", to=DANA)

    assert desk.status() == "waiting"


def test_an_agents_out_of_office_in_the_inbox_does_nothing(asked: Desk) -> None:
    before = asked.ticket()
    taken = asked.agent_writes_to_mailbox(
        "Я в отпуске.", "Sat 12:30", answers=asked.request_id(), cc=CLIENT, headers={"Auto-Submitted": "auto-replied"}
    )

    assert taken.fate == "kept"
    assert asked.ticket() == before


# --- what is seen in another order than it was written


def test_an_answer_seen_after_the_client_wrote_again_does_not_answer_that(asked: Desk) -> None:
    asked.client_writes(ADDITION, "Sat 12:40", answers=asked.acknowledgement_id())
    asked.agent_answers(asked.request_id(), "Sat 12:30", seen="Sat 12:45")

    assert asked.status() == "open"
    assert asked.states() == ("technical: met, due Sat 13:00", "technical: running, due Sat 13:40")


def test_of_two_answers_the_earlier_counts_whichever_is_seen_first(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 13:10", body="Ещё одно.")
    asked.agent_answers(asked.request_id(), "Sat 12:50", seen="Sat 13:20")

    assert (asked.status(), asked.states()) == ("waiting", ("technical: met, due Sat 13:00",))


def test_an_answer_seen_after_everything_was_closed_reopens_nothing(asked: Desk) -> None:
    asked.client_writes(ADDITION, "Sat 12:40", answers=asked.acknowledgement_id())
    asked.commands("#закрыть", "Sat 12:50")
    asked.agent_answers(asked.request_id(), "Sat 12:30", seen="Sat 12:55")

    assert asked.status() == "closed"


def test_an_answer_seen_after_a_later_one_leaves_nothing_open(asked: Desk) -> None:
    asked.client_writes(ADDITION, "Sat 12:40", answers=asked.acknowledgement_id())
    asked.agent_answers(asked.request_id(), "Sat 12:50", body="Ещё одно.")
    asked.agent_answers(asked.request_id(), "Sat 12:30", seen="Sat 12:55")

    assert asked.status() == "waiting"


def test_a_letter_seen_after_its_answer_is_answered(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 12:40")
    asked.client_writes(ADDITION, "Sat 12:30", answers=asked.acknowledgement_id(), seen="Sat 12:45")

    assert asked.status() == "waiting"


def test_a_first_letter_seen_after_its_answer_is_answered(desk: Desk) -> None:
    desk.agent_answers("<late@example.kz>", "Sat 12:30")
    desk.client_writes(TECHNICAL, "Sat 12:00", seen="Sat 12:45", message_id="<late@example.kz>")

    assert (desk.status(), desk.states()) == ("waiting", ("technical: met, due Sat 13:00",))
    with desk.store.view() as view:
        assert [each.role for each in view.letters_of(1001)] == [LetterRole.REQUEST, LetterRole.ANSWER]


def test_closing_counts_before_what_the_client_wrote_after_it(asked: Desk) -> None:
    asked.client_writes(ADDITION, "Sat 12:40", answers=asked.acknowledgement_id())
    asked.commands("#закрыть", "Sat 12:30", seen="Sat 12:45")

    assert asked.status() == "open"
    assert asked.states()[-1] == "technical: running, due Sat 13:40"


# --- an agent writes first


def test_the_clients_answer_to_an_agents_first_letter_opens_a_ticket_without_acknowledgement(desk: Desk) -> None:
    desk.agent_answers("", "Sat 11:00", subject="Ваш договор", message_id="<first@controlsystem.kz>")
    assert desk.numbers() == ()
    desk.client_writes(TECHNICAL, "Sat 12:00", answers="<first@controlsystem.kz>")

    assert (desk.ticket().kind, desk.states()) == (TicketKind.AGENT_FIRST, ("technical: running, due Sat 13:00",))
    assert desk.outgoing() == ()


def test_a_stranger_who_answers_an_agents_first_letter_is_an_ordinary_client(desk: Desk) -> None:
    desk.agent_answers("", "Sat 11:00", subject="Ваш договор", message_id="<first@controlsystem.kz>")
    desk.client_writes(TECHNICAL, "Sat 12:00", answers="<first@controlsystem.kz>", sender="other@example.org")

    assert desk.to_clients() == ("weekend_duty",)


@pytest.mark.parametrize(("proved", "kind"), [(True, TicketKind.REQUEST), (False, TicketKind.UNPROVED)])
def test_a_colleagues_request_is_promised_an_answer_and_not_acknowledged(
    desk: Desk, proved: bool, kind: TicketKind
) -> None:
    desk.agent_writes_to_mailbox(TECHNICAL, "Sat 12:00", subject="Вопрос", proved=proved)

    assert (desk.ticket().kind, desk.ticket().marked, desk.outgoing()) == (kind, True, ())
    assert desk.states() == ("technical: running, due Sat 13:00",)
