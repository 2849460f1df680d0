"""Commands by mail: what each does, and that none is obeyed twice or from a letter that must not command."""

from rules.ticket import TicketKind
from store.records import EventKind
from tests.daemon.desk import CLIENT, DANA, MAILBOX, TECHNICAL, VOUCHED, Desk, a_mail


def test_every_command_is_answered_with_one_line_of_what_became(asked: Desk) -> None:
    asked.commands("#жду", "Sat 12:10")

    (answer,) = asked.letters("agents_command_answer")
    assert answer.to == DANA
    assert answer.text.startswith("CSC-1001: ждём ответа клиента")
    assert "Выполнено: #жду" in answer.text


def test_the_russian_commands_and_their_english_twins_do_the_same(desk: Desk) -> None:
    pairs = (("#закрыть", "#close", "closed"), ("#жду", "#waiting", "waiting"), ("#отложить", "#defer", "open"))
    for number, (russian, english, status) in enumerate(pairs):
        for twin, line in enumerate((russian, english)):
            desk.client_writes(TECHNICAL, f"Sat 12:0{number}", sender=f"c{number}{twin}@example.kz")
            desk.commands(line, f"Sat 12:1{number}", number=1001 + 2 * number + twin)
        both = [desk.ticket(1001 + 2 * number + twin) for twin in (0, 1)]
        assert {each.status.value for each in both} == {status}
        assert desk.states(1001 + 2 * number) == desk.states(1002 + 2 * number)


def test_a_reopened_ticket_is_promised_from_the_command_on(asked: Desk) -> None:
    asked.commands("#закрыть", "Sat 12:10")
    asked.commands("#открыть", "Sat 14:00")

    assert asked.states() == ("technical: cancelled, due Sat 13:00", "technical: running, due Sat 15:00")


def test_a_refusal_sends_its_letter_and_meets_the_promise(asked: Desk) -> None:
    asked.commands("#отказ поведение", "Sat 12:10")

    assert (asked.status(), asked.states()) == ("closed", ("technical: met, due Sat 13:00",))
    assert asked.to_clients() == ("weekend_duty", "refusal_conduct")


def test_an_extension_is_told_with_its_reason(asked: Desk) -> None:
    asked.commands("#срок завтра 15:00 ждём ответа банка", "Sat 12:10")

    assert asked.states() == ("technical: cancelled, due Sat 13:00", "technical: running, due Sun 15:00")
    (letter,) = asked.letters("promise_changed")
    assert letter.to == CLIENT
    assert "ждём ответа банка" in letter.text


def test_a_command_counts_at_its_own_moment_not_when_it_is_seen(asked: Desk) -> None:
    asked.commands("#срок +2ч", "Sat 12:10", seen="Sat 15:00")

    assert asked.states()[-1] == "technical: broken, due Sat 14:10"


def test_a_category_given_by_an_agent_moves_the_promise_to_monday_and_tells_the_client(asked: Desk) -> None:
    asked.commands("#категория возврат", "Sat 12:10")

    assert asked.states() == ("technical: cancelled, due Sat 13:00", "refund: running, due next Mon 09:00")
    assert asked.to_clients() == ("weekend_duty", "promise_changed")


def test_several_commands_of_one_letter_are_obeyed_in_order_and_answered_once(asked: Desk) -> None:
    asked.commands("#категория оплата\n#срок +3ч сверяем счёт\n#заметка клиент просил перезвонить", "Sat 12:10")

    assert asked.states()[-1] == "billing: running, due Sat 15:10"
    assert asked.happened(EventKind.COMMAND) == 2
    assert [each.text for each in asked.events() if each.kind is EventKind.NOTE] == ["клиент просил перезвонить"]
    assert asked.to_agents() == ("agents_command_answer",)


def test_a_note_is_the_rest_of_the_letter_and_is_never_sent_on(asked: Desk) -> None:
    asked.commands("#заметка\nКлиент уже звонил.\nОсторожно.", "Sat 12:10")

    assert [each.text for each in asked.events() if each.kind is EventKind.NOTE] == ["Клиент уже звонил.\nОсторожно."]
    assert asked.to_clients() == ("weekend_duty",)


def test_an_unknown_command_is_reported_once_and_changes_nothing(asked: Desk) -> None:
    before = asked.ticket()
    asked.commands("#закрыьт", "Sat 12:10")

    assert asked.ticket() == before
    (answer,) = asked.letters("agents_command_answer")
    assert "Не понято, ничего не изменено: #закрыьт" in answer.text


def test_a_command_letter_in_sent_and_inbox_is_obeyed_and_answered_once(asked: Desk) -> None:
    raw = a_mail(
        "#закрыть",
        sender=MAILBOX,
        to=MAILBOX,
        subject="Re: Вопрос",
        message_id="<self@controlsystem.kz>",
        answers=asked.request_id(),
    )
    asked.take(raw, "Sat 12:10")
    assert asked.status() == "open"  # in the inbox it is anybody's
    asked.take(raw, "Sat 12:10", in_sent=True)
    asked.take(raw, "Sat 12:10", in_sent=True)

    assert asked.status() == "closed"
    assert asked.happened(EventKind.COMMAND) == 1


def test_commands_in_an_answer_to_the_client_count_where_the_mailbox_is_among_its_readers(asked: Desk) -> None:
    asked.agent_answers(asked.request_id(), "Sat 12:30", cc=MAILBOX, body="#закрыть\nЗдравствуйте! Готово.")

    assert (asked.status(), asked.states()) == ("closed", ("technical: met, due Sat 13:00",))


def test_a_command_without_a_ticket_is_refused_in_words(desk: Desk) -> None:
    desk.agent_writes_to_mailbox("#закрыть", "Sat 12:10", subject="закрой")

    (answer,) = desk.letters("agents_command_answer")
    assert "не указан номер обращения" in answer.text


def test_a_blocked_account_is_unblocked(asked: Desk) -> None:
    asked.commands("#блок 104582 долг", "Sat 12:10")
    asked.client_writes(TECHNICAL, "Sat 12:20", sender="other@example.kz")
    assert asked.ticket(1002).kind is TicketKind.VIOLATOR
    asked.commands("#разблок 104582", "Sat 12:30")
    asked.client_writes(TECHNICAL + " Ещё раз.", "Sat 12:40", sender="third@example.kz")

    assert asked.ticket(1003).kind is TicketKind.REQUEST


def test_a_note_without_a_command_is_kept_and_its_author_told(asked: Desk) -> None:
    asked.commands("Это, кажется, дубль.", "Sat 12:10")

    assert asked.states() == ("technical: running, due Sat 13:00",)
    (answer,) = asked.letters("agents_command_answer")
    assert "клиент его не получил" in answer.text


def test_what_several_commands_make_later_together_is_told_in_one_letter(asked: Desk) -> None:
    asked.commands("#категория возврат\n#срок 25.11 18:00 сверяем платежи", "Sat 12:10")

    assert asked.states()[-1] == "refund: running, due next Wed 18:00"
    (letter,) = asked.letters("promise_changed")
    assert "сверяем платежи" in letter.text
    (answer,) = asked.letters("agents_command_answer")
    assert answer.text.count("клиенту отправлено письмо") == 2


def test_what_is_closed_in_the_same_letter_is_not_told_as_later(asked: Desk) -> None:
    asked.commands("#отложить\n#закрыть", "Sat 12:10")

    assert (asked.status(), asked.to_clients()) == ("closed", ("weekend_duty",))


def test_a_public_mail_domain_is_not_blocked(asked: Desk) -> None:
    asked.commands("#блок @gmail.com", "Sat 12:10")

    with asked.store.view() as view:
        assert view.blocked_all() == ()
    (answer,) = asked.letters("agents_command_answer")
    assert "домен общей почты" in answer.text


def test_commands_that_lay_there_before_the_first_start_are_only_kept(asked: Desk) -> None:
    raw = a_mail(
        "#закрыть",
        sender=DANA,
        to=MAILBOX,
        subject="[CSC-1001]",
        message_id="<old@controlsystem.kz>",
        headers=VOUCHED,
    )
    asked.take(raw, "Sat 12:10", silent=True)

    assert (asked.status(), asked.to_agents()) == ("open", ())
