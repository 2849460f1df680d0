"""Agents without access to the mailbox: their answers go on in the client's own thread, and nothing else of theirs."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from daemon.relayed_files import MAX_BYTES
from rules.letter_plan import ANSWER_ABOVE
from tests.daemon.desk import ADDITION, CLIENT, DANA, MAILBOX, TECHNICAL, Desk, a_desk, a_mail, moment


@pytest.fixture
def relaying(tmp_path: Path) -> Iterator[Desk]:
    desk = a_desk(tmp_path, notify=(DANA,), relay_to=(DANA,), authserv_ids=frozenset())
    with desk.store:
        desk.client_writes(TECHNICAL, "Sat 12:00")
        yield desk


def _relayed(desk: Desk, body: str, at: str, **headers: str) -> None:
    """Dana answers the request that was relayed to her, below it the quote as her program writes it."""
    notice = desk.letters("agents_relayed_request")[-1]
    quote = "\n".join(f"> {line}" for line in notice.text.splitlines())
    desk.agent_writes_to_mailbox(
        f"{body}\n\n21.11.2026 12:00, Техническая поддержка <{MAILBOX}> пишет:\n{quote}",
        at,
        answers=notice.message_id,
        subject=f"Re: {notice.subject}",
        proved=False,
        headers={"X-Originating-IP": "10.1.2.3", "X-Mailer": "Dana's phone", **headers},
    )


def test_a_new_request_is_forwarded_with_the_original(relaying: Desk) -> None:
    (notice,) = relaying.letters("agents_relayed_request")

    assert notice.to == DANA
    assert notice.text.startswith(ANSWER_ABOVE)
    assert "Не открывается комната" in notice.text
    assert b"original.eml" in notice.raw


def test_what_the_client_adds_is_forwarded_too(relaying: Desk) -> None:
    relaying.client_writes(ADDITION, "Sat 12:20", answers=relaying.acknowledgement_id())

    assert len(relaying.letters("agents_relayed_request")) == 2


def test_a_relayed_answer_reaches_the_client_from_the_support_address_and_stops_the_clock(relaying: Desk) -> None:
    _relayed(relaying, "Здравствуйте! Мы исправили ошибку.\n\nС уважением, Дана", "Sat 12:30")

    assert (relaying.status(), relaying.states()) == ("waiting", ("technical: met, due Sat 13:00",))
    (letter,) = relaying.letters("relayed_answer")
    assert letter.to == CLIENT
    assert "Мы исправили ошибку." in letter.text
    for private in (b"10.1.2.3", b"Dana's phone", DANA.encode()):
        assert private not in letter.raw
    assert ANSWER_ABOVE not in letter.text
    assert "Письмо клиента" not in letter.text
    assert relaying.request_id().encode() in letter.raw


@pytest.mark.parametrize(
    "body",
    [
        f"Готово.\n\n{ANSWER_ABOVE}\nCSC-1001\nПисьмо клиента:\nсекрет",
        f"Готово.\n\n> {ANSWER_ABOVE}\n> CSC-1001\nсекрет между строк\n> Письмо клиента:",
        "Готово.\n\n> --- Ответ клиенту пишите выше\n> этой строки ---\n> CSC-1001\n\nсекрет",
        f"Готово.\n\n-----Original Message-----\nFrom: {MAILBOX}\nSubject: x\n\n{ANSWER_ABOVE}\nсекрет",
    ],
    ids=["unquoted", "between the lines", "wrapped", "Outlook"],
)
def test_nothing_below_our_line_ever_goes_to_the_client(relaying: Desk, body: str) -> None:
    notice = relaying.letters("agents_relayed_request")[-1]
    relaying.agent_writes_to_mailbox(body, "Sat 12:30", answers=notice.message_id, proved=False)

    (letter,) = relaying.letters("relayed_answer")
    assert "Готово." in letter.text
    assert "секрет" not in letter.text
    assert "пишите выше" not in letter.text


def test_commands_above_a_relayed_answer_are_obeyed_and_not_shown(relaying: Desk) -> None:
    _relayed(relaying, "#закрыть\nЗдравствуйте! Готово.", "Sat 12:30")

    (letter,) = relaying.letters("relayed_answer")
    assert "#закрыть" not in letter.text
    assert relaying.status() == "closed"


def test_a_command_with_a_mere_sign_off_sends_nothing_to_the_client(relaying: Desk) -> None:
    _relayed(relaying, "#закрыть\n\nС уважением, Дана", "Sat 12:30")

    assert (relaying.status(), relaying.letters("relayed_answer")) == ("closed", ())


def test_a_note_in_a_relayed_thread_is_never_sent_on(relaying: Desk) -> None:
    _relayed(relaying, "#заметка\nне отвечайте ему", "Sat 12:30")

    assert relaying.letters("relayed_answer") == ()


def test_a_reminder_is_answered_by_commands_alone(relaying: Desk) -> None:
    with relaying.store.transaction() as tx:
        promises = tx.warnings_due(moment("Sat 12:45"))
        relaying.staff.reminder(tx, soon=promises, broken=(), now=moment("Sat 12:45"))
    (reminder,) = relaying.letters("agents_reminder")
    assert "ответьте на письмо с его обращением" in reminder.text
    relaying.agent_writes_to_mailbox("Готово.", "Sat 12:50", answers=reminder.message_id, proved=False)

    assert relaying.letters("relayed_answer") == ()
    (answer,) = relaying.letters("agents_command_answer")
    assert "клиент его не получил" in answer.text


def test_an_empty_relayed_answer_is_no_letter(relaying: Desk) -> None:
    _relayed(relaying, "", "Sat 12:30")

    assert (relaying.status(), relaying.letters("relayed_answer")) == ("open", ())


def test_an_agents_out_of_office_goes_nowhere(relaying: Desk) -> None:
    _relayed(relaying, "Я в отпуске.", "Sat 12:30", **{"Auto-Submitted": "auto-replied"})

    assert (relaying.status(), relaying.to_clients()) == ("open", ("weekend_duty",))
    assert relaying.to_agents() == ("agents_relayed_request",)


def test_a_relayed_answer_of_an_impostor_is_not_sent_on(relaying: Desk) -> None:
    before = relaying.ticket()
    notice = relaying.letters("agents_relayed_request")[-1]
    relaying.agent_writes_to_mailbox(
        "Переведите деньги сюда.", "Sat 12:30", answers=notice.message_id, sender="other@controlsystem.kz", proved=False
    )

    assert relaying.ticket() == before
    assert relaying.to_clients() == ("weekend_duty",)


def test_a_relayed_answer_is_sent_on_once(relaying: Desk) -> None:
    notice = relaying.letters("agents_relayed_request")[-1]
    raw = a_mail(
        "Готово.", sender=DANA, to=MAILBOX, subject="Re", message_id="<r@controlsystem.kz>", answers=notice.message_id
    )
    for _ in range(2):
        relaying.take(raw, "Sat 12:30")

    assert len(relaying.letters("relayed_answer")) == 1


def test_where_nothing_can_be_sent_on_the_agent_is_told_and_the_promise_runs(relaying: Desk) -> None:
    with relaying.store.transaction() as tx:
        ticket = tx.ticket(1001)
        assert ticket is not None
        tx.save_ticket(replace(ticket, requester="клиент@пример.рф"))
    _relayed(relaying, "Готово.", "Sat 12:30")

    assert relaying.states() == ("technical: running, due Sat 13:00",)
    assert relaying.letters("relayed_answer") == ()
    (answer,) = relaying.letters("agents_command_answer")
    assert "нет пригодного адреса" in answer.text


def _with_files(*files: tuple[str, bytes, str], answers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = DANA, MAILBOX, "Re", "<files@controlsystem.kz>"
    mail["In-Reply-To"] = answers
    mail.set_content("Готово, счёт приложен.")
    for name, content, disposition in files:
        maintype, _, subtype = ("message/rfc822" if name.endswith(".eml") else "application/pdf").partition("/")
        if maintype == "message":
            mail.add_attachment(message_from_bytes(content), filename=name)
        else:
            mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name, disposition=disposition)
    return mail.as_bytes()


def test_files_go_along_and_neither_the_logo_nor_the_clients_own_letter_does(relaying: Desk) -> None:
    notice = relaying.letters("agents_relayed_request")[-1]
    files = (
        ("счёт.pdf", b"%PDF-1.4 invoice", "attachment"),
        ("logo.pdf", b"a logo", "inline"),
        ("original.eml", b"From: client@example.kz\r\n\r\nsecret", "attachment"),
    )
    relaying.take(_with_files(*files, answers=notice.message_id), "Sat 12:30")

    (letter,) = relaying.letters("relayed_answer")
    attached = list(message_from_bytes(letter.raw, policy=default).iter_attachments())
    assert [(each.get_filename(), each.get_payload(decode=True)) for each in attached] == [
        ("счёт.pdf", b"%PDF-1.4 invoice")
    ]
    assert "счёт.pdf" in letter.text
    assert relaying.letters("agents_command_answer") == ()


def test_files_that_are_too_large_are_left_out_and_the_agent_is_told(relaying: Desk) -> None:
    notice = relaying.letters("agents_relayed_request")[-1]
    files = (("счёт.pdf", b"%PDF-1.4 invoice", "attachment"), ("видео.pdf", bytes(MAX_BYTES), "attachment"))
    relaying.take(_with_files(*files, answers=notice.message_id), "Sat 12:30")

    (letter,) = relaying.letters("relayed_answer")
    assert "видео" not in letter.text
    (answer,) = relaying.letters("agents_command_answer")
    assert "Не выполнено: вложения (клиенту не отправлены: видео.pdf)." in answer.text
    assert relaying.status() == "waiting"
