"""No loop and no storm: never more automatic letters than configured, whoever answers whom."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from daemon.gate import BREAKER, reset_breaker
from rules.policy import Limit
from store.records import EventKind, OutgoingState
from tests.daemon.desk import CLIENT, MAILBOX, TECHNICAL, Desk, a_desk, a_mail, moment
from tests.daemon.storms import LIMITS
from tests.servers.dovecot import Dovecot, new_account
from tests.servers.smtp import SmtpServer
from tests.service import Program, a_letter, eventually


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path, limits=LIMITS)


def suppressed(desk: Desk) -> int:
    with desk.store.view() as view:
        return len(view.outgoing_in((OutgoingState.SUPPRESSED,)))


def breaker(desk: Desk) -> str:
    with desk.store.view() as view:
        return view.meta(BREAKER) or ""


# --- robots


def test_a_robot_that_changes_a_byte_of_its_address_each_time_is_bounded_by_its_domain(desk: Desk) -> None:
    for number in range(115):
        text = f"Заявка номер {number}: {'слово ' * (number % 7)}другое {chr(1072 + number % 30)} {number * 7919}"
        desk.client_writes(text + " ошибка" * (number % 11), "Mon 10:00", sender=f"robot{number}@robots.example.com")
    assert len(desk.to_clients()) <= 100
    assert len(desk.numbers()) == 115
    assert not breaker(desk)


def test_a_robot_on_a_public_mail_domain_is_bounded_by_its_text(desk: Desk) -> None:
    for number in range(30):
        desk.client_writes(f"Заявка {number} от 21.11.2026 принята", "Mon 10:00", sender=f"r{number}@mail.ru")
    assert len(desk.to_clients()) == 20
    assert suppressed(desk) == 10


def test_two_desks_without_headers_answer_each_other_a_bounded_number_of_times(desk: Desk) -> None:
    """The other one has no marks of a machine at all and answers every letter with another text."""
    at = moment("Mon 10:00")
    for number in range(40):
        text = f"Ваше обращение получено. Мы ответим {'скоро ' * (number % 9)}{chr(1072 + number % 30)} {number}"
        desk.client_writes(
            text, at + timedelta(seconds=number), sender="support@other.example.kz", subject=f"№ {number}"
        )
    assert len(desk.to_clients()) == 10


def test_a_list_that_subscribed_the_mailbox_gets_no_answer_and_no_ticket(desk: Desk) -> None:
    headers = {"List-Id": "<talk.example.kz>", "List-Post": "<mailto:talk@example.kz>"}
    for number in range(30):
        desk.client_writes(f"{TECHNICAL} {number}", "Mon 10:00", sender=f"m{number}@example.kz", headers=headers)
    assert desk.to_clients() == ()
    assert desk.numbers() == ()


def test_our_own_letter_bounced_to_us_is_noted_and_never_answered(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Mon 10:00")
    ours = desk.letters()[0]
    bounce = a_mail(
        f"This is the mail system. <{CLIENT}>: user unknown\n\nMessage-ID: {ours.message_id}",
        sender="MAILER-DAEMON@example.kz",
        to=MAILBOX,
        subject="Undelivered Mail Returned to Sender",
        message_id="<bounce-1@example.kz>",
        answers=ours.message_id,
        headers={"Return-Path": "<>", "Auto-Submitted": "auto-replied"},
    )
    for _ in range(3):
        desk.take(bounce, "Mon 10:01")
        desk.take(ours.raw, "Mon 10:01")  # as it is: sent on to us by a rule of the client's
    assert len(desk.to_clients()) == 1
    assert desk.numbers() == (1001,)
    assert desk.status() == "open"
    assert desk.happened(EventKind.BOUNCED) == 1


def test_a_vacation_responder_that_answers_our_answer_changes_nothing(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Mon 10:00")
    for number in range(5):
        desk.client_writes(
            "Я в отпуске до понедельника.",
            f"Mon 10:0{number + 1}",
            answers=desk.acknowledgement_id(),
            subject="Автоответ: Обращение принято",
            headers={"Auto-Submitted": "auto-replied"},
        )
    assert len(desk.to_clients()) == 1
    assert desk.numbers() == (1001,)


# --- storms


def test_a_storm_trips_the_breaker_people_are_told_once_and_every_letter_is_a_ticket(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, limits=replace(LIMITS, overall=Limit(count=30, within=timedelta(minutes=10))))
    for number in range(90):
        words = " ".join(chr(1072 + (number * step) % 32) * 5 for step in (1, 3, 7, 11))
        desk.client_writes(f"{TECHNICAL} {words}", "Mon 10:00", sender=f"c@firm{number}.kz", subject=words)
    assert len(desk.numbers()) == 90
    assert (len(desk.to_clients()), suppressed(desk)) == (30, 60)
    assert breaker(desk)
    assert desk.to_agents().count("agents_breaker") == 1
    desk.client_writes(TECHNICAL, "Tue 10:00", sender="next@day.kz")
    assert len(desk.to_clients()) == 30  # it stays until a person resets it
    with desk.store.transaction() as tx:
        assert reset_breaker(tx, author="dana", now=desk.hands.at) is not None
    desk.client_writes("Сколько стоит тариф?", "Tue 10:01", sender="after@day.kz")
    assert len(desk.to_clients()) == 31
    with desk.store.transaction() as tx:
        assert reset_breaker(tx, author="dana", now=desk.hands.at) is None


def test_once_reset_the_breaker_lets_letters_out_at_once_and_trips_again_in_a_storm_that_goes_on(
    tmp_path: Path,
) -> None:
    desk = a_desk(tmp_path, limits=replace(LIMITS, overall=Limit(count=3, within=timedelta(minutes=10))))

    def write(first: int, last: int, at: str) -> None:
        for number in range(first, last):
            desk.client_writes(f"{TECHNICAL} {chr(1072 + number) * 9}", at, sender=f"c@firm{number}.kz")

    write(0, 5, "Mon 10:00")
    assert (len(desk.to_clients()), bool(breaker(desk))) == (3, True)
    desk.hands.at += timedelta(seconds=30)
    with desk.store.transaction() as tx:
        reset_breaker(tx, author="dana", now=desk.hands.at)
    write(5, 7, "Mon 10:01")
    assert (len(desk.to_clients()), bool(breaker(desk))) == (5, False)
    write(7, 10, "Mon 10:02")
    assert (len(desk.to_clients()), bool(breaker(desk))) == (6, True)


def test_forged_senders_get_at_most_one_short_letter_each_without_a_word_of_the_text(desk: Desk) -> None:
    """The desk is no relay: five hundred strangers who never wrote get nothing of what the spammer wrote."""
    for number in range(40):
        desk.client_writes(
            f"КУПИТЕ https://spam.example/{number} {chr(1072 + number % 32) * 9} {chr(1072 + number // 32) * 7}",
            "Mon 10:00",
            sender=f'"КУПИТЕ https://spam.example" <victim@firm{number}.kz>',
            subject=f"ВЫИГРЫШ https://spam.example {chr(1072 + number % 32) * 8}",
        )
    letters = [each for each in desk.letters() if each.to != "duty@controlsystem.kz"]
    assert len(letters) == 40
    assert len({each.to for each in letters}) == len(letters)
    for each in letters:
        parts = [part for part in message_from_bytes(each.raw, policy=default).walk() if not part.is_multipart()]
        whole = "".join(str(part.get_content()) for part in parts)
        assert "spam.example" not in whole
        assert "spam" not in each.subject


def test_after_an_outage_of_two_days_only_the_young_letters_are_answered_and_none_is_lost(desk: Desk) -> None:
    back = moment("Wed 12:00")
    for hour in range(48):
        received = back - timedelta(hours=hour, minutes=1)
        desk.client_writes(f"{TECHNICAL} {hour}", received, seen=back, sender=f"c{hour}@firm{hour}.kz")
    answered = desk.to_clients()
    assert len(desk.numbers()) == 48
    assert len(answered) <= 24
    assert suppressed(desk) == 48 - len(answered)
    assert {each for each in answered if "late" not in each} != set()  # the youngest promises are still ahead


def test_two_desks_pointed_at_each_other_exchange_at_most_one_letter_each(
    tmp_path: Path, dovecot_server: Dovecot
) -> None:
    """Two real services, two mailboxes, one server that delivers what each sends into the other's mailbox."""
    boxes = [new_account(dovecot_server) for _ in range(2)]

    def deliver(raw: bytes) -> None:
        to = str(message_from_bytes(raw, policy=default)["To"])
        for box in boxes:
            if box.username in to:
                box.deliver(b"Return-Path: <>\r\n" + raw)

    servers = [SmtpServer(file_copy=deliver) for _ in boxes]
    programs = []
    try:
        for number, (box, server) in enumerate(zip(boxes, servers, strict=True)):
            server.start()
            home = tmp_path / str(number)
            home.mkdir()
            tables: dict[str, dict[str, object]] = {
                "mailbox": {"start_from": "beginning"},
                "agents": {"addresses": ["nobody@elsewhere.kz"]},
            }
            programs.append(Program(home=home, box=box, smtp=server, tables=tables).start())
        boxes[0].deliver(a_letter(sender=boxes[1].username, to=boxes[0].username))
        servers[0].wait_for(1, 30)
        eventually(lambda: _taken(programs[1]) == 1)
        boxes[0].deliver(a_letter(sender="other@example.kz", to=boxes[0].username, subject="ещё одно"))
        eventually(lambda: len(servers[0].taken()) == 2)  # by now an answer to the answer would have come
    finally:
        for program in programs:
            program.end()
        for server in servers:
            server.close()
    assert len(servers[1].taken()) == 0
    assert sum(each.recipient == boxes[1].username for each in servers[0].taken()) == 1


def _taken(program: Program) -> int:
    return sum(each["event"] == "mail_taken" for each in program.events())
