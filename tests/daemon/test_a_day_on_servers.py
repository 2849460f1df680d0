"""The scripted day once more, over real IMAP and SMTP with the service in a process of its own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.a_day import FIRST_NUMBER, Script, expected_row
from tests.daemon.a_policy import ALMATY
from tests.daemon.desk import AUTHSERV
from tests.servers.dovecot import Account
from tests.servers.smtp import SmtpServer
from tests.service import Program, eventually

pytestmark = pytest.mark.servers

UNLIMITED = {"max_age": "0", "per_address": "0", "per_domain": "0", "per_body": "0", "overall": "0"}


@dataclass
class OverServers:
    """A letter is taken when the service's log says so; our letters are those that the SMTP server took."""

    box: Account
    smtp: SmtpServer
    program: Program
    delivered: int = 0
    _read: int = 0
    _taken: int = 0
    _in_sent: bool = False

    def deliver(self, raw: bytes, at: datetime, *, in_sent: bool = False) -> None:
        """Of one folder letters are taken in their order; of two, only one after the other."""
        if in_sent is not self._in_sent:
            self.wait()
        self._in_sent = in_sent
        self.box.deliver(raw, folder="Sent" if in_sent else "INBOX", at=at.replace(tzinfo=ALMATY))
        self.delivered += 1

    def wait(self) -> None:
        eventually(lambda: self.taken() >= self.delivered, seconds=90)

    def taken(self) -> int:
        """How many letters the log tells of; only its new whole lines are read."""
        with self.program.log.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        events = (json.loads(line) for line in whole.splitlines() if line.startswith(b"{"))
        self._taken += sum(each["event"] == "mail_taken" for each in events)
        return self._taken

    def signed_id(self, number: int) -> str | None:
        self.wait()
        ours = f".c.{FIRST_NUMBER + number}."
        return next((each.message_id for each in self.smtp.taken() if ours in each.message_id), None)


@pytest.fixture
def program(dovecot: Account, smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Program]:
    program = Program(
        home=tmp_path,
        box=dovecot,
        smtp=smtp_server,
        tables={
            "mailbox": {"authserv_ids": [AUTHSERV]},
            "agents": {"addresses": ["*@controlsystem.kz"]},
            "support": {"auto_close_after": "365d"},
            "acknowledge": UNLIMITED,
        },
    )
    try:
        yield program
    finally:
        program.end()


def test_a_day_on_real_servers_ends_as_the_model_says(
    program: Program, dovecot: Account, smtp_server: SmtpServer
) -> None:
    program.start()
    world = OverServers(box=dovecot, smtp=smtp_server, program=program)
    script = Script(world=world, seed=5, at=_a_past_saturday(), mailbox=dovecot.username)
    script.play()
    world.wait()

    rows = program.tickets()
    now = datetime.now(ALMATY).replace(tzinfo=None)
    expected = {FIRST_NUMBER + index: expected_row(ticket, now) for index, ticket in enumerate(script.day.tickets)}
    assert [each["number"] for each in rows] == [f"CSC-{number}" for number in expected]
    for number, (there, wanted) in enumerate(zip(rows, expected.values(), strict=True), FIRST_NUMBER):
        assert there["status"] == wanted["status"], number
        assert there["requester"] == wanted["requester"], number
        assert [_promise(each) for each in there["deadlines"]] == [
            (categories, received, deferred, due, state, met)
            for categories, _, received, deferred, due, state, met in wanted["promises"]
        ], number
        assert len(there["letters"]) == len(wanted["letters"]), number
    letters = sum(len(each["letters"]) for each in expected.values())
    eventually(lambda: sum(".c." in each.message_id for each in smtp_server.taken()) >= letters, seconds=120)
    assert sum(".c." in each.message_id for each in smtp_server.taken()) == letters
    assert len({each.message_id for each in smtp_server.taken()}) == len(smtp_server.taken())
    assert program.stop() == 0


def _a_past_saturday() -> datetime:
    """The last one whose promises, and Monday's with them, have all passed, at the desk's opening."""
    long_ago = datetime.now(ALMATY).replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(days=4)
    return long_ago - timedelta(days=(long_ago.weekday() - 5) % 7)


def _promise(deadline: dict[str, Any]) -> tuple[Any, ...]:
    return (
        tuple(sorted(deadline["categories"])),
        *(_local(deadline[name]) for name in ("received_at", "deferred_until", "due_at")),
        deadline["state"],
        _local(deadline["met_at"]),
    )


def _local(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment).astimezone(ALMATY).replace(tzinfo=None)
