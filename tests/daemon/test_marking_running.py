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


def test_one_turn_marks_too(program: Program, dovecot: Account) -> None:
    program.command("once")
    dovecot.deliver(a_letter())
    program.command("once")
    assert "supportd-" in flags(dovecot)
