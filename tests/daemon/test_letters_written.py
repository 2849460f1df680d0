"""Letters that follow a first one, and letters to agents, word for word as files in ``letters_written``."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.agents_letters import AgentsLetters, AgentTicket, CommandOutcome, Digest, DigestKind, NoticeKind, Remarks
from daemon.letters import Letters
from daemon.templating import Rendered
from rules.category import Category, Detail
from rules.commands import NotUnderstood, Refusal
from rules.ticket import Status
from tests.daemon.a_policy import a_policy
from tests.daemon.a_request import a_ticket, at

FOLDER = Path(__file__).parent / "letters_written"
POLICY = a_policy()
CLIENTS = Letters(POLICY)
AGENTS = AgentsLetters(POLICY)
NIGHT = a_ticket(POLICY, received="2026-11-20T22:00")
SATURDAY = a_ticket(
    POLICY,
    received="2026-11-21T12:04",
    categories=(Category.TECHNICAL, Category.REFUND),
    missing=(Detail.ACCOUNT_NUMBER, Detail.SCREENSHOT),
    wants_call=True,
    conduct=True,
)
BROKEN = a_ticket(
    POLICY, received="2026-11-21T11:30", categories=(Category.QUESTION,), number=1043, account_number="104582"
)
WAITING = replace(SATURDAY, status=Status.WAITING, closes_at=at("2026-11-28T12:50"))
NOW = at("2026-11-21T12:50")
SOON = AgentTicket(ticket=SATURDAY, asked="Не открывается комната, ошибка 500.\nВерните, пожалуйста, деньги.")
LATE = AgentTicket(ticket=BROKEN, asked="Как пригласить участников?")
BOUNCED = Remarks(title="Вернувшиеся письма", lines=("a@example.kz: ящик переполнен",))

WRITTEN: dict[str, Callable[[], Rendered]] = {
    "reopened": lambda: CLIENTS.reopened(NIGHT, NIGHT.deadlines, now=at("2026-11-20T22:00")),
    "part_deferred": lambda: CLIENTS.part_deferred(SATURDAY, SATURDAY.deadlines[1:], now=NOW),
    "promise_changed": lambda: CLIENTS.promise_changed(SATURDAY, SATURDAY.deadlines[1:], now=NOW, reason="ждём банк"),
    "promise_changed_deferred": lambda: CLIENTS.promise_changed(SATURDAY, SATURDAY.deadlines[1:], now=NOW),
    "refusal_conduct": lambda: CLIENTS.refusal(SATURDAY, Refusal.CONDUCT, now=NOW),
    "refusal_contract": lambda: CLIENTS.refusal(SATURDAY, Refusal.CONTRACT, now=NOW),
    "relayed_answer": lambda: CLIENTS.relayed_answer(SATURDAY, "Добрый день!\n\nОбновите страницу.\n", now=NOW),
    "agents_reminder": lambda: AGENTS.reminder(soon=(SOON,), broken=(LATE,), now=NOW),
    "agents_opening": lambda: AGENTS.digest(Digest(kind=DigestKind.OPENING, tickets=(SOON, LATE)), now=NOW),
    "agents_monday": lambda: AGENTS.digest(
        Digest(kind=DigestKind.MONDAY, tickets=(LATE,), waited=(SOON,), remarks=(BOUNCED,)), now=at("2026-11-23T08:00")
    ),
    "agents_closing": lambda: AGENTS.digest(
        Digest(kind=DigestKind.CLOSING, tickets=(SOON,)), now=at("2026-11-21T17:00")
    ),
    "agents_command_answer": lambda: AGENTS.command_answer(
        WAITING,
        (CommandOutcome(line="#жду"), CommandOutcome(line="#разблок", refused="в списке нет записи")),
        not_understood=(NotUnderstood(line="#зкрыть", why="такой команды нет"),),
        now=NOW,
    ),
    "agents_relayed_request": lambda: AGENTS.relayed_request(
        SOON, received_at=at("2026-11-21T12:04"), words=SOON.asked, attachments=("снимок.png",), now=NOW
    ),
    **{
        kind.value: lambda kind=kind: AGENTS.notice(  # type: ignore[misc] # mypy takes the default for an argument
            kind, now=NOW, ticket=SATURDAY, recipient="client@example.kz", detail="550 5.1.1 User unknown", id=7
        )
        for kind in NoticeKind
    },
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_letter_reads_word_for_word(name: str) -> None:
    rendered = WRITTEN[name]()
    assert f"Тема: {rendered.subject}\n\n{rendered.text}" == (FOLDER / f"{name}.txt").read_text("utf-8")


def test_every_file_has_its_letter() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(WRITTEN)
