"""Agents at work over real IMAP and SMTP, with the service in a process of its own.

Times are those of the machine: whether the desk is open plays no part in what is looked at here.
"""

import email
import email.policy
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from rules.letter_plan import ANSWER_ABOVE
from tests.daemon.desk import AUTHSERV, VOUCHED
from tests.servers.dovecot import Account
from tests.servers.smtp import SmtpServer, Taken
from tests.service import Program, a_letter, eventually

pytestmark = pytest.mark.servers

CLIENT = "client@example.kz"
DANA = "dana@controlsystem.kz"


class Bureau:
    """A running service with one client and one agent, who has no access to the mailbox."""

    def __init__(self, program: Program, smtp: SmtpServer) -> None:
        self.program = program
        self.smtp = smtp
        self.mailbox = program.box.username

    def client_asks(self) -> Taken:
        """The acknowledgement that he gets."""
        letter = a_letter(to=self.mailbox, message_id="<question@example.kz>", headers={"X-Mailer": "a client's"})
        self.program.box.deliver(letter)
        return self.sent_to(CLIENT)

    def agent_writes(
        self,
        body: str,
        *,
        answers: str,
        to: str = "",
        folder: str = "INBOX",
        sender: str = DANA,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        letter = a_letter(
            sender=sender or self.mailbox,
            to=to or self.mailbox,
            subject="Re: Не работает вход",
            body=body,
            headers={"In-Reply-To": answers, "References": answers, **(headers or {})},
        )
        self.program.box.deliver(letter, folder=folder)

    def sent_to(self, recipient: str, count: int = 1) -> Taken:
        """The last of as many letters as the SMTP server has taken for him."""
        found = eventually(lambda: self._sent_to(recipient)[count - 1 :], seconds=60)
        return found[0]

    def _sent_to(self, recipient: str) -> tuple[Taken, ...]:
        return tuple(each for each in self.smtp.taken() if each.recipient == recipient)

    def wait_for_status(self, status: str) -> None:
        eventually(lambda: self.program.tickets()[0]["status"] == status, seconds=60)

    def wait_for_event(self, word: str) -> None:
        eventually(lambda: word in self.program.command("tickets", "show", "1001").stdout, seconds=60)


@pytest.fixture
def bureau(dovecot: Account, smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Bureau]:
    program = Program(
        home=tmp_path,
        box=dovecot,
        smtp=smtp_server,
        tables={
            "mailbox": {"authserv_ids": [AUTHSERV]},
            "agents": {"addresses": ["*@controlsystem.kz"], "notify": [DANA], "relay": True},
        },
    )
    try:
        yield Bureau(program.start(), smtp_server)
    finally:
        program.end()


def test_an_answer_in_sent_stops_the_clock(bureau: Bureau) -> None:
    bureau.client_asks()
    bureau.agent_writes("Готово.", answers="<question@example.kz>", to=CLIENT, folder="Sent", sender="")
    bureau.wait_for_status("waiting")

    (ticket,) = bureau.program.tickets()
    assert [each["state"] for each in ticket["deadlines"]] == ["met"]


def test_a_command_is_obeyed_and_answered_and_a_forged_one_is_neither(bureau: Bureau) -> None:
    acknowledgement = bureau.client_asks()
    bureau.sent_to(DANA)  # the request, relayed to her
    bureau.agent_writes("#закрыть", answers=acknowledgement.message_id)
    bureau.wait_for_event("not proved")
    assert bureau.program.tickets()[0]["status"] == "open"
    bureau.agent_writes("#закрыть", answers=acknowledgement.message_id, headers=VOUCHED)
    bureau.wait_for_status("closed")

    answer = _read(bureau.sent_to(DANA, 2))
    assert "Выполнено: #закрыть" in _text(answer)
    assert answer["Auto-Submitted"] == "auto-replied"


def test_a_request_is_relayed_and_its_answer_reaches_the_client(bureau: Bureau) -> None:
    bureau.client_asks()
    notice = _read(bureau.sent_to(DANA))
    assert _text(notice).startswith(ANSWER_ABOVE)
    quoted = "\n".join(f"> {line}" for line in _text(notice).splitlines())
    bureau.agent_writes(
        f"Здравствуйте! Исправили.\n\n21.11.2026 12:00, Поддержка пишет:\n{quoted}",
        answers=str(notice["Message-ID"]),
        headers={"X-Originating-IP": "10.1.2.3"},
    )

    taken = bureau.sent_to(CLIENT, 2)
    answer = _read(taken)
    assert "Здравствуйте! Исправили." in _text(answer)
    assert bureau.mailbox in str(answer["From"])
    assert "<question@example.kz>" in str(answer["References"])
    assert answer["Auto-Submitted"] is None
    for private in (DANA.encode(), b"10.1.2.3"):
        assert private not in taken.raw
    bureau.wait_for_status("waiting")


def test_an_agents_out_of_office_goes_nowhere(bureau: Bureau) -> None:
    bureau.client_asks()
    notice = bureau.sent_to(DANA)
    bureau.agent_writes("Я в отпуске.", answers=notice.message_id, headers={"Auto-Submitted": "auto-replied"})
    bureau.agent_writes("#жду", answers=notice.message_id)
    bureau.wait_for_status("waiting")
    bureau.sent_to(DANA, 2)

    assert len(bureau.smtp.taken()) == 3  # the acknowledgement, the relayed request, the answer to the command


def _read(taken: Taken) -> EmailMessage:
    message = email.message_from_bytes(taken.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
