"""Who may act as an agent and who may not: every forgery leaves an event that people can see, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.reading import read_letter
from rules.tokens import Purpose, SigningKeys, make_message_id, make_subject_token
from store.records import EventKind
from tests.daemon.desk import AUTHSERV, CLIENT, DANA, DUTY, KEYS, MAILBOX, TECHNICAL, Desk, a_desk, a_mail, moment

# --- who is not proved


def test_a_forged_agent_leaves_an_event_and_nothing_else(asked: Desk) -> None:
    before = asked.ticket()
    asked.agent_writes_to_mailbox("#закрыть", "Sat 12:10", answers=asked.acknowledgement_id(), proved=False)

    assert asked.ticket() == before
    assert asked.happened(EventKind.IMPOSTOR) == 1
    assert asked.to_clients() == ("weekend_duty",)
    assert [(each.template, each.recipient) for each in asked.outgoing(to_client=False)] == [
        ("agents_answer_not_proved", DUTY)
    ]


def test_what_is_not_proved_is_reported_once_a_ticket_and_never_to_whom_it_claims_to_be_from(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, notify=(DANA, DUTY))
    desk.client_writes(TECHNICAL, "Sat 12:00")
    for minute in (10, 20):
        desk.agent_writes_to_mailbox(
            f"Готово {minute}", f"Sat 12:{minute}", answers=desk.request_id(), proved=False, cc=CLIENT
        )

    assert [each.recipient for each in desk.outgoing(to_client=False)] == [DUTY]
    desk.store.close()


def test_a_copy_that_is_proved_makes_the_unproved_one_good(asked: Desk) -> None:
    plain = a_mail("#закрыть", sender=DANA, to=MAILBOX, subject="[CSC-1001]", message_id="<twice@controlsystem.kz>")
    asked.take(plain, "Sat 12:10")
    assert asked.status() == "open"
    vouched = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=controlsystem.kz\r\n".encode() + plain
    asked.take(vouched, "Sat 12:10")
    asked.take(plain, "Sat 12:11")

    assert asked.status() == "closed"
    assert asked.happened(EventKind.COMMAND) == 1


def test_a_copy_that_claims_to_be_the_mailboxs_own_is_not_reported(asked: Desk) -> None:
    asked.agent_writes_to_mailbox("Готово.", "Sat 12:10", answers=asked.request_id(), sender=MAILBOX, proved=False)

    assert asked.happened(EventKind.IMPOSTOR) == 1
    assert asked.to_agents() == ()


@pytest.mark.parametrize(
    "forged",
    [
        {"Authentication-Results": "mx.evil.example; dmarc=pass header.from=controlsystem.kz"},
        {"Authentication-Results": f"{AUTHSERV}; spf=pass smtp.mailfrom=controlsystem.kz"},
        {"Authentication-Results": f"{AUTHSERV}; dmarc=pass header.from=evil.example"},
        {"Authentication-Results": f"{AUTHSERV}; dmarc=fail header.from=controlsystem.kz"},
        {"Sender": DANA, "X-CSC-Loop": "x"},
    ],
    ids=["another server's", "spf alone", "another domain's", "failed", "a Sender"],
)
def test_what_proves_nothing_obeys_nobody(asked: Desk, forged: dict[str, str]) -> None:
    before = asked.ticket()
    asked.agent_writes_to_mailbox(
        "#закрыть", "Sat 12:10", answers=asked.acknowledgement_id(), proved=False, headers=forged
    )

    assert asked.ticket() == before
    assert asked.happened(EventKind.IMPOSTOR) == 1


def test_two_authors_are_no_author(asked: Desk) -> None:
    before = asked.ticket()
    raw = a_mail("#закрыть", sender=DANA, to=MAILBOX, subject="[CSC-1001]", message_id="<two@controlsystem.kz>")
    double = raw.replace(b"From: ", b"From: evil@example.org\r\nFrom: ", 1)
    vouched = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=controlsystem.kz\r\n".encode() + double
    asked.take(vouched, "Sat 12:10")

    assert asked.ticket() == before


def test_a_display_name_is_no_agent(asked: Desk) -> None:
    asked.client_writes(
        "#закрыть", "Sat 12:10", sender=f'"{DANA}" <evil@example.org>', answers=asked.acknowledgement_id()
    )

    assert asked.status() == "open"
    assert asked.happened(EventKind.COMMAND) == 0


def test_a_clients_command_is_words(asked: Desk) -> None:
    asked.client_writes("#закрыть", "Sat 12:10", answers=asked.acknowledgement_id())

    assert (asked.status(), asked.happened(EventKind.COMMAND)) == ("open", 0)


def test_a_quoted_command_is_not_obeyed(asked: Desk) -> None:
    asked.commands("Коллеги, так нельзя.\n\n> #закрыть\n> #блок", "Sat 12:10")

    assert (asked.status(), asked.happened(EventKind.COMMAND)) == ("open", 0)


def test_a_command_in_an_automatic_letter_is_never_obeyed(asked: Desk) -> None:
    asked.commands("#закрыть", "Sat 12:10", headers={"Auto-Submitted": "auto-replied"})  # type: ignore[arg-type]

    assert (asked.status(), asked.outgoing(to_client=False)) == ("open", ())


# --- tokens


def _reminder(
    desk: Desk,
    agent: str,
    *,
    number: int = 1001,
    lives: timedelta = timedelta(days=30),
    keys: SigningKeys = KEYS,
    purpose: Purpose = Purpose.AGENT,
) -> str:
    """The Message-ID of a letter of ours to ``agent``."""
    return make_message_id(
        keys, purpose=purpose, ticket=number, recipient=agent, serial="r1", domain="controlsystem.kz",
        expires=desk.hands.at + lives,
    )  # fmt: skip


def test_a_reply_to_our_letter_to_that_very_agent_is_proved(asked: Desk) -> None:
    asked.agent_writes_to_mailbox("#закрыть", "Sat 12:10", answers=_reminder(asked, DANA), proved=False)

    assert asked.status() == "closed"


def test_the_one_click_link_is_proved(asked: Desk) -> None:
    token = make_subject_token(KEYS, ticket=1001, agent=DANA, expires=moment("next Sat 12:00"))
    asked.agent_writes_to_mailbox("#жду", "Sat 12:10", subject=f"[CSC-1001] {token}", proved=False)

    assert asked.status() == "waiting"


def test_a_former_key_is_still_believed(asked: Desk) -> None:
    former = SigningKeys(current=b"a former key of the desk")
    raw = a_mail(
        "#закрыть",
        sender=DANA,
        to=MAILBOX,
        subject="Re",
        message_id="<k@controlsystem.kz>",
        answers=_reminder(asked, DANA, keys=former),
    )
    rotated = SigningKeys(current=KEYS.current, previous=(former.current,))

    assert read_letter(raw, policy=asked.policy, keys=rotated, now=moment("Sat 12:10")).origin.proved_for == 1001
    assert read_letter(raw, policy=asked.policy, keys=KEYS, now=moment("Sat 12:10")).origin.proved_for is None


@pytest.mark.parametrize("of", ["another agent", "a client", "another ticket", "expired", "a stranger's key"])
def test_a_token_of_something_else_proves_nothing(asked: Desk, of: str) -> None:
    asked.client_writes("Как добавить пользователя?", "Sat 12:05", sender="second@example.kz")
    token = {
        "another agent": _reminder(asked, "other@controlsystem.kz"),
        "a client": asked.acknowledgement_id(),
        "another ticket": f"{_reminder(asked, DANA, number=1002)} {asked.request_id()}",
        "expired": _reminder(asked, DANA, lives=timedelta(0)),
        "a stranger's key": _reminder(asked, DANA, keys=SigningKeys(current=b"x" * 32)),
    }[of]
    before = asked.ticket()
    asked.agent_writes_to_mailbox("#закрыть", "Sat 12:10", answers=token, proved=False, subject="Re: [CSC-1001] Вопрос")

    assert asked.ticket() == before
