"""The folders are held against the store: what the store does not know is taken, and reported."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.reader import Reader
from store.records import EventKind
from tests.daemon.desk import Desk
from tests.daemon.mailboxes import letter
from tests.daemon.watching import Watching, a_watched_desk, numbers
from tests.servers.dovecot import Account
from tests.servers.scripted import ScriptedImap
from tests.servers.smtp import SmtpServer
from tests.service import Program, a_letter


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = a_watched_desk(tmp_path)
    with desk.store:
        yield desk


def test_a_letter_below_the_position_that_the_store_does_not_know_is_taken_and_reported(
    desk: Desk, reader: Reader
) -> None:
    with ScriptedImap({number: letter(number) for number in (1, 2)}) as server:
        watching = Watching(desk=desk, server=server, reader=reader)
        watching.look()
        with desk.store.transaction() as tx:  # as if letters 3 and 4 had been passed over
            tx.settle(replace(watching.position(), settled=4))
        server.letters |= {number: letter(number) for number in (3, 4, 5)}
        watching.begin_anew()
        assert watching.look() == 3
        watching.watch.close()
    assert numbers(watching.subjects()) == [1, 2, 3, 4, 5]
    assert watching.said("letters_unknown_to_the_store") == 1
    reported = [number for number in desk.numbers() if desk.happened(EventKind.RECONCILED, number)]
    assert [desk.ticket(number).subject for number in reported] == ["3", "4"]


def test_where_the_store_knows_everything_nothing_is_said_or_taken(desk: Desk, reader: Reader) -> None:
    with ScriptedImap({number: letter(number) for number in range(1, 6)}) as server:
        watching = Watching(desk=desk, server=server, reader=reader)
        watching.look()
        watching.begin_anew()
        assert watching.look() == 0
        watching.watch.close()
    assert watching.said("letters_unknown_to_the_store") == 0


@pytest.mark.servers
def test_backfill_takes_what_was_there_before_silently_and_leaves_new_letters_to_the_service(
    tmp_path: Path, dovecot: Account, smtp_server: SmtpServer
) -> None:
    program = Program(home=tmp_path, box=dovecot, smtp=smtp_server)
    for number in range(3):
        dovecot.deliver(a_letter(sender=f"old{number}@example.kz", subject=f"старое {number}"))
    program.command("once")
    dovecot.deliver(a_letter(sender="new@example.kz", subject="новое"))
    assert program.rows("backfill", "--since", "2026-01-01") == [{"taken": 3}]
    assert program.rows("backfill", "--since", "2026-01-01") == [{"taken": 0}]
    program.command("once")
    assert {each.recipient for each in smtp_server.taken()} == {"new@example.kz"}
    assert len(program.tickets()) == 4


@pytest.mark.servers
def test_reprocess_shows_what_would_be_decided_otherwise_and_changes_nothing(
    tmp_path: Path, dovecot: Account, smtp_server: SmtpServer
) -> None:
    program = Program(home=tmp_path, box=dovecot, smtp=smtp_server)
    program.command("once")
    dovecot.deliver(a_letter(sender="client@example.kz"))
    program.command("once")
    before = program.tickets()
    assert program.rows("reprocess", "--dry-run") == []
    program.tables = {"support": {"lexicon": {"refund": ["ошибка 500"]}}, "agents": {"addresses": ["*@example.kz"]}}
    program.write_configuration()
    (difference,) = program.rows("reprocess", "--dry-run")
    assert difference["ticket"] == before[0]["number"]
    assert difference["changes"]
    assert program.tickets() == before
    assert program.command("reprocess", code=2).returncode == 2
