"""The running service while its store is full, locked, read-only, copied and put back: no letter is lost."""

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from tests.servers.dovecot import Account
from tests.servers.smtp import SmtpServer
from tests.service import Program, a_letter, eventually

pytestmark = pytest.mark.servers


@pytest.fixture
def program(tmp_path: Path, dovecot: Account, smtp_server: SmtpServer) -> Iterator[Program]:
    made = Program(
        home=tmp_path,
        box=dovecot,
        smtp=smtp_server,
        tables={"mailbox": {"poll_interval": "1s"}, "acknowledge": {"per_body": "0"}},
    )
    yield made
    made.end()


def ask(program: Program, number: int, *, at: datetime | None = None) -> None:
    program.box.deliver(a_letter(sender=f"client{number}@firm{number}.example.kz", body=f"Не вхожу, {number}"), at=at)


def answered(program: Program) -> set[str]:
    return {each.recipient for each in program.smtp.taken()}


def test_a_full_disk_is_said_and_waited_for(program: Program) -> None:
    """The kernel takes no more bytes for the service's files, as a full disk would, and then takes them again."""
    program.start()
    ask(program, 1)
    eventually(lambda: len(answered(program)) == 1)
    before = resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (_largest_file(program), resource.RLIM_INFINITY))
    for number in (2, 3, 4):
        ask(program, number)
    eventually(lambda: [each for each in program.events() if "It is tried again" in str(each.get("why"))])
    assert len(answered(program)) == 1
    resource.prlimit(program.pid, resource.RLIMIT_FSIZE, before)
    eventually(lambda: len(answered(program)) == 4, seconds=60)
    assert program.stop() == 0
    assert len(program.smtp.taken()) == 4
    assert len(program.tickets()) == 4


def test_a_store_locked_by_another_process_is_waited_for(program: Program) -> None:
    program.start()
    with _locked(program.database):
        for number in range(3):
            ask(program, number)
        eventually(lambda: len(program.box.letters()) == 3)
        assert answered(program) == set()
    eventually(lambda: len(answered(program)) == 3)
    assert program.stop() == 0
    assert len(program.smtp.taken()) == len(program.tickets()) == 3


def test_a_store_locked_at_the_start_is_waited_for_too(program: Program) -> None:
    program.command("once", code=None)
    ask(program, 1)
    with _locked(program.database):
        program.start(ready=False)
        assert answered(program) == set()
    eventually(lambda: len(answered(program)) == 1, seconds=60)
    assert program.stop() == 0


def test_a_second_service_ends_at_once_and_says_why(program: Program) -> None:
    program.start()
    second = program.command("run", code=1)
    assert "Another supportd" in second.stderr
    assert "Traceback" not in second.stderr
    ask(program, 1)
    eventually(lambda: len(answered(program)) == 1)


def test_after_a_kill_the_store_is_examined_and_a_damaged_one_is_refused(program: Program) -> None:
    program.start()
    ask(program, 1)
    eventually(lambda: len(answered(program)) == 1)
    program.kill()
    with closing(sqlite3.connect(program.database)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with program.database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 6)
    refused = program.command("run", code=1)
    assert "damaged" in refused.stderr
    assert "restore" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_copies_are_whole_while_letters_come_and_an_old_one_put_back_makes_nothing_twice(
    tmp_path: Path, dovecot: Account
) -> None:
    """The letters of the lost day are read again; what lies in Sent tells that they were acknowledged."""
    server = SmtpServer(file_copy=lambda raw: dovecot.deliver(raw, folder="Sent"))
    server.start()
    tables: dict[str, dict[str, object]] = {
        "mailbox": {"poll_interval": "1s"},
        "smtp": {"server_files_sent": True, "sent_copy_wait": "1s"},
        "acknowledge": {"per_body": "0"},
    }
    program = Program(home=tmp_path, box=dovecot, smtp=server, tables=tables)
    try:
        program.start()
        ask(program, 1)
        eventually(lambda: len(server.taken()) == 1)
        copies = _copied_under_load(program)
        program.stop()
        for copy in copies:
            with closing(sqlite3.connect(copy)) as opened:
                assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        sent = len(server.taken())
        numbers = {each["requester"]: each["number"] for each in program.tickets()}
        program.command("restore", str(copies[0]))
        assert len(program.tickets()) < len(numbers)
        program.start()
        ask(program, 99)
        eventually(lambda: "client99@firm99.example.kz" in {each.recipient for each in server.taken()})
        eventually(lambda: len(program.tickets()) == len(numbers) + 1 and _states(program) == {"sent"}, seconds=60)
        assert program.stop() == 0
        requesters = [each["requester"] for each in program.tickets()]
        assert sorted(requesters) == sorted({*numbers, "client99@firm99.example.kz"})
        assert len(server.taken()) == sent + 1
    finally:
        program.end()
        server.close()


def _states(program: Program) -> set[str]:
    """In which states the letters to clients are."""
    return {letter["state"] for ticket in program.tickets() for letter in ticket["letters"]}


def _copied_under_load(program: Program) -> list[Path]:
    """Copies made while letters come in; the first one is as old as the load."""
    copies = [program.home / f"copy{number}.db" for number in range(3)]
    program.command("backup", str(copies[0]))

    def feed() -> None:
        for number in range(2, 22):
            ask(program, number)

    feeding = threading.Thread(target=feed)
    feeding.start()
    for copy in copies[1:]:
        program.command("backup", str(copy))
    feeding.join()
    eventually(lambda: len(program.smtp.taken()) == 21, seconds=60)
    refused = program.command("backup", str(copies[0]), code=1)
    assert "exists already" in refused.stderr
    return copies


def test_a_service_asked_to_end_amid_a_silent_mailbox_ends_in_order(program: Program) -> None:
    """The mailbox's server is stopped in its tracks, not gone: connections hang."""
    program.start()
    for process in _processes(program):
        process.send_signal(signal.SIGSTOP)
    try:
        assert program.stop(seconds=90) == 0
    finally:
        for process in _processes(program):
            process.send_signal(signal.SIGCONT)


def _processes(program: Program) -> list[psutil.Process]:
    return psutil.Process(program.box.server.pid).children(recursive=True)


_HOLDER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


class _locked:  # noqa: N801 - reads as a block: with the store locked
    """Another process holds the store for writing while the block lasts."""

    def __init__(self, database: Path) -> None:
        self._words = [sys.executable, "-c", _HOLDER, str(database)]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"held\n"

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _largest_file(program: Program) -> int:
    """As large as the store's log is just now: nothing can be appended to it, while the service's own log has room."""
    log_of_store = program.database.with_name(program.database.name + "-wal").stat().st_size
    assert program.log.stat().st_size * 2 < log_of_store
    return log_of_store
