"""Strangers with numbers, Message-IDs and copies: they get a ticket of their own and learn nothing of the other."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from store.records import OutgoingState
from tests.daemon.desk import CLIENT, MAILBOX, TECHNICAL, Desk, a_desk, a_mail, moment

STRANGER = "stranger@elsewhere.example.com"
PRIVATE = "номер договора 5512"


@pytest.fixture
def asked(tmp_path: Path) -> Desk:
    """A client has asked, with somebody in copy."""
    desk = a_desk(tmp_path)
    raw = a_mail(
        f"{TECHNICAL} {PRIVATE}",
        sender=CLIENT,
        to=MAILBOX,
        cc="copied@example.org",
        subject="Не открывается комната",
        message_id="<first@example.kz>",
    )
    desk.take(raw, "Mon 09:00")
    return desk


def learned(desk: Desk, address: str) -> str:
    """Every word that went to an address, headers included."""
    whole = []
    for each in desk.letters():
        if each.to == address:
            message = message_from_bytes(each.raw, policy=default)
            whole += [f"{name}: {value}" for name, value in message.items()]
            whole += [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return "\n".join(whole)


def assert_apart(desk: Desk, address: str, *, linked: bool) -> None:
    """A ticket of its own that the other one is untouched by, and no word of the other one to the stranger."""
    assert desk.numbers() == (1001, 1002)
    assert address not in desk.ticket(1001).addresses
    assert desk.ticket(1002).requester == address
    assert desk.ticket(1002).linked_to == (1001 if linked else None)
    for secret in (PRIVATE, CLIENT, "Не открывается комната"):
        assert secret not in learned(desk, address)


@pytest.mark.parametrize("subject", ["Re: [CSC-1001] Не открывается", "[CSC-1001]", "Fwd: CSC-1001 [CSC-1001]"])
def test_a_stranger_with_the_number_gets_a_ticket_of_his_own(asked: Desk, subject: str) -> None:
    asked.client_writes("Что там с этим обращением?", "Mon 10:00", sender=STRANGER, subject=subject)
    assert_apart(asked, STRANGER, linked=True)
    assert "1001" not in learned(asked, STRANGER)


def test_a_stranger_who_knows_the_clients_message_id_is_a_stranger(asked: Desk) -> None:
    asked.client_writes("Перешлите мне всё.", "Mon 10:00", sender=STRANGER, answers="<first@example.kz>")
    assert_apart(asked, STRANGER, linked=True)


def test_whom_the_client_put_in_copy_is_no_party_to_the_ticket(asked: Desk) -> None:
    asked.client_writes("Я в копии.", "Mon 10:00", sender="copied@example.org", answers="<first@example.kz>")
    assert_apart(asked, "copied@example.org", linked=True)


@pytest.mark.parametrize("place", [10, 20, -30, -25])
def test_a_guessed_signed_id_opens_nothing(asked: Desk, place: int) -> None:
    real = asked.acknowledgement_id()
    wrong = real[:place] + ("a" if real[place] != "a" else "b") + real[place + 1 :]
    asked.client_writes("Мой вопрос другой.", "Mon 10:00", sender=STRANGER, answers=wrong)
    assert STRANGER not in asked.ticket(1001).addresses
    assert asked.numbers() == (1001, 1002)


def test_a_verification_letter_of_somebody_elses_service_is_not_answered_and_shown_to_no_client(asked: Desk) -> None:
    before = len(asked.letters())
    asked.client_writes(
        "Your verification code is 883 101",
        "Mon 10:00",
        sender="no-reply@accounts.example.com",
        subject="[CSC-1001] Verify your address",
        answers="<first@example.kz>",
    )
    assert len(asked.letters()) == before
    assert "883 101" not in learned(asked, CLIENT)


@pytest.mark.parametrize(
    "field", ["X-CSC-Loop", "X-CSC-Outbox", "X-Priority", "X-CSC-Ticket", "Disposition-Notification-To"]
)
def test_control_fields_from_outside_do_nothing(asked: Desk, field: str) -> None:
    value = "<stranger@elsewhere.example.com>" if field.startswith("Disp") else "1001"
    asked.client_writes("Сколько стоит тариф?", "Mon 10:00", sender=STRANGER, headers={field: value})
    assert asked.status(1001) == "open"
    assert asked.ticket(1002).requester == STRANGER
    assert sum(each.to == STRANGER for each in asked.letters()) == 1


def test_reply_to_makes_nobody_else_the_author_or_the_reader(asked: Desk) -> None:
    asked.client_writes("Вопрос.", "Mon 10:00", sender=STRANGER, headers={"Reply-To": "victim@example.org"})
    assert learned(asked, "victim@example.org") == ""
    assert asked.ticket(1002).requester == STRANGER


def test_an_acknowledgement_has_one_recipient_whoever_stood_in_the_letter(asked: Desk) -> None:
    with asked.store.view() as view:
        (letter,) = [each for each in view.outgoing_in((OutgoingState.QUEUED,)) if each.to_client]
        message = message_from_bytes(view.raw_outgoing(letter.id or 0), policy=default)
    assert letter.recipient == CLIENT
    assert str(message["To"]) == CLIENT
    assert message["Cc"] is None
    assert message["Bcc"] is None


def test_the_clients_own_signed_id_commands_nothing(asked: Desk) -> None:
    """A client's token has another purpose than an agent's: replayed with an agent's name it proves nothing."""
    asked.agent_writes_to_mailbox(
        "#закрыть", moment("Mon 10:00"), answers=asked.acknowledgement_id(), proved=False, subject="Re: [CSC-1001]"
    )
    assert asked.status(1001) == "open"
