"""The child that reads letters: bounded in time and memory, replaced when it dies, and never left behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil
import pytest

from daemon.reader import Reader, ReadFault, Task
from tests.daemon.a_policy import a_policy
from tests.daemon.mailboxes import letter
from tests.service import eventually

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(policy=a_policy(), keys=None)
    yield made
    made.close()


def a_task(raw: bytes) -> Task:
    return Task(raw=raw, in_sent_folder=False, now=NOW)


def subject(answer: object) -> str:
    return str(answer.mail.subject) if not isinstance(answer, ReadFault) else f"fault: {answer.reason}"  # type: ignore[attr-defined]


def child_of(process: int | None = None) -> psutil.Process:
    """The reading child of a process, this one by default."""
    (child,) = (each for each in psutil.Process(process).children() if each.name().startswith("python"))
    return child


def test_letters_come_back_read_in_the_order_given(reader: Reader) -> None:
    answers = reader.read(a_task(letter(number)) for number in range(40))
    assert [subject(answer) for answer in answers] == [str(number) for number in range(40)]


def test_a_child_killed_while_nobody_needs_it_costs_no_letter(reader: Reader) -> None:
    assert subject(reader.read_one(a_task(letter(1)))) == "1"
    child = child_of()
    child.kill()
    child.wait()
    assert subject(reader.read_one(a_task(letter(2)))) == "2"


def test_a_child_killed_amid_letters_costs_none_of_them(reader: Reader) -> None:
    def letters() -> Iterator[Task]:
        for number in range(30):
            if number == 20:
                child_of().kill()
            yield a_task(letter(number))

    assert [subject(answer) for answer in reader.read(letters())] == [str(number) for number in range(30)]


def test_a_child_that_hangs_without_working_is_replaced(reader: Reader) -> None:
    impatient = Reader(policy=a_policy(), keys=None, patience=3)
    try:
        impatient.warm()
        os.kill(child_of().pid, signal.SIGSTOP)
        large = letter(1, "слово " * 200_000)  # more than a pipe holds: the service must not wait for ever to write it
        assert subject(impatient.read_one(a_task(large))) == "1"
    finally:
        impatient.close()


def test_one_who_stops_listening_half_way_leaves_no_answers_for_the_next(reader: Reader) -> None:
    answers = reader.read(a_task(letter(number)) for number in range(10))
    assert subject(next(answers)) == "0"
    answers.close()
    assert subject(reader.read_one(a_task(letter(99)))) == "99"


def test_threads_take_turns_and_get_their_own_answers(reader: Reader) -> None:
    found: dict[int, list[str]] = {}

    def read(thread: int) -> None:
        tasks = (a_task(letter(thread * 100 + number)) for number in range(10))
        found[thread] = [subject(answer) for answer in reader.read(tasks)]

    threads = [threading.Thread(target=read, args=(number,)) for number in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {thread: [str(thread * 100 + number) for number in range(10)] for thread in range(1, 4)}


_SERVICE = """
import sys, time
from datetime import UTC, datetime
from daemon.reader import Reader, Task
from tests.daemon.a_policy import a_policy
reader = Reader(policy=a_policy(), keys=None)
reader.warm()
print("warm", flush=True)
if sys.argv[1] == "busy":
    task = Task(raw=b"Subject: x\\n\\nword", in_sent_folder=False, now=datetime.now(UTC))
    for answer in reader.read(iter(lambda: task, None)):
        pass
time.sleep(600)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_a_child_whose_service_was_killed_ends_by_itself(state: str) -> None:
    service = subprocess.Popen([sys.executable, "-c", _SERVICE, state], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert service.stdout is not None
    assert service.stdout.readline() == b"warm\n"
    child = child_of(service.pid)
    service.kill()
    service.communicate()
    assert eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
