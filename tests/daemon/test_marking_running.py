"""Marking beside the running service: seen soon, felt nowhere."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.mailboxes import opened
from tests.servers.dovecot import Account
from tests.servers.smtp import SmtpServer
from tests.service import Program, a_letter, eventually


@pytest.fixture
def program(dovecot: Account, smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Program]:
    made = Program(
        home=tmp_path,
        box=dovecot,
        smtp=smtp_server,
        tables={"agents": {"keywords": True, "folders": {"closed": "Закрытые"}}},
    )
    yield made
    made.end()


def flags(box: Account, folder: str = "INBOX") -> str:
    return box.server.doveadm("fetch", "-u", box.username, "flags", "mailbox", folder, "all")


def the_ticket(program: Program) -> dict[str, Any]:
    (ticket,) = program.tickets()
    return ticket


def test_an_agent_sees_the_mark_and_closes_by_moving(program: Program, dovecot: Account) -> None:
    program.start()
    dovecot.deliver(a_letter())
    eventually(lambda: "supportd-" in flags(dovecot))
    assert the_ticket(program)["status"] == "open"
    with opened(dovecot, readonly=False) as client:
        client.move(1, "Закрытые")
    eventually(lambda: "supportd-closed" in flags(dovecot, "Закрытые"))
    assert the_ticket(program)["status"] == "closed"
    assert program.stop(signal.SIGTERM) == 0


def test_a_single_turn_marks_too(program: Program, dovecot: Account) -> None:
    program.command("once")
    dovecot.deliver(a_letter())
    program.command("once")
    assert "supportd-" in flags(dovecot)


def test_kills_and_restarts_lose_no_letter_and_close_no_ticket(
    dovecot: Account, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    folders: dict[str, object] = {"move": True, "closed": "Closed"}
    folders |= dict.fromkeys(("open", "due_soon", "broken", "deferred"), "Open")
    tables: dict[str, dict[str, object]] = {
        "mailbox": {"poll_interval": "2s"},
        "agents": {"keywords": True, "folders": folders},
    }
    program = Program(home=tmp_path, box=dovecot, smtp=smtp_server, tables=tables)
    try:
        program.start()
        for number in range(12):
            body = f"Не открывается комната, ошибка {number}."
            dovecot.deliver(a_letter(message_id=f"<m{number}@example.kz>", sender=f"c{number}@example.kz", body=body))
            if number == 6:
                dovecot.server.restart()
            if number in (3, 9):
                eventually(lambda: dovecot.letters("Open"))  # in the midst of moving
                program.kill()
                program.start()
        eventually(lambda: len(program.tickets()) == 12)
        for number in range(1001, 1003):
            program.command("tickets", "close", str(number))
            program.command("tickets", "reopen", str(number))
        for number in range(1003, 1005):
            program.command("tickets", "close", str(number))
        eventually(lambda: len(dovecot.letters("Open")) == 10 and len(dovecot.letters("Closed")) == 2)
        assert not dovecot.letters()
        assert [each["status"] for each in program.tickets()].count("closed") == 2
        program.stop()
        assert not [each for each in program.events() if each["event"] == "marking_broke"]
    finally:
        program.end()
