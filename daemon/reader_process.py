"""The child that reads letters: it alone loads the parsers, and it may be killed at any moment."""

import contextlib
import gc
import math
import pickle
import resource
import signal
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from daemon.draft import write_draft
from daemon.frames import read_frame, write_frame
from daemon.heap import keep_small
from daemon.letters import Letters
from daemon.read_letter import ReadLetter
from daemon.reader import MEMORY_LIMIT, READY, SECONDS_PER_LETTER, ReadFault, Task
from daemon.reading import read_letter
from rules.policy import Policy
from rules.tokens import SigningKeys


class _TooLong(BaseException):
    """Reading the letter took too long. No Exception: nothing on the way may take it for a fault of the letter."""


def _ring(_signal: int, _frame: object) -> None:
    raise _TooLong


def main() -> None:
    """The child: reads tasks from standard input until it ends."""
    keep_small()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal reaches the whole group; the service ends us
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, _ring)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold clients' letters
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        policy, keys, directory = pickle.loads(read_frame(requests))  # noqa: S301 - by the service that started us
        reading = Reading(policy=policy, keys=keys, letters=Letters(policy, directory))
        _warm(reading)
        write_frame(answers, pickle.dumps(READY))
        while True:
            task: Task = pickle.loads(read_frame(requests))  # noqa: S301 - the same
            write_frame(answers, pickle.dumps(_answer(task, reading), protocol=pickle.HIGHEST_PROTOCOL))
    except (EOFError, BrokenPipeError):
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the child was started with."""

    policy: Policy
    keys: SigningKeys | None
    letters: Letters


def _answer(task: Task, reading: Reading) -> ReadLetter | ReadFault:
    _bound()
    try:
        return _read(task, reading)
    except _TooLong:
        return ReadFault(reason=f"reading it took more than {SECONDS_PER_LETTER} s")
    except MemoryError:
        return ReadFault(reason=f"reading it took more than {MEMORY_LIMIT >> 20} MB")
    except Exception as error:  # noqa: BLE001,RUF100 - the one place where any fault of ours becomes a value
        return ReadFault(reason=_said(error))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _read(task: Task, reading: Reading) -> ReadLetter:
    policy = reading.policy
    read = read_letter(task.raw, policy=policy, keys=reading.keys, in_sent_folder=task.in_sent_folder, now=task.now)
    if task.received_at is None:
        return read
    draft = write_draft(
        mail=read.mail,
        words=read.words,
        origin=read.origin,
        reading=read.first,
        received_at=task.received_at,
        now=task.now,
        policy=policy,
        letters=reading.letters,
    )
    return replace(read, draft=draft)


def _bound() -> None:
    """Processor time alone counts. The signal ends what runs in Python; the kernel ends what hangs in C a second
    later."""
    used = time.process_time()
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used) + SECONDS_PER_LETTER + 1, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_LETTER)


def _warm(reading: Reading) -> None:
    """Loads what is loaded at the first use (dictionaries, the model, templates), so that no client waits for it."""
    now = datetime.now(UTC)
    _read(Task(raw=_SAMPLE, in_sent_folder=False, now=now, received_at=now), reading)
    gc.collect()
    gc.freeze()  # they stay for ever: looking through them again would be an eighth of the time of reading


_SAMPLE = "From: a@example.kz\nSubject: Вход\n\nНе могу войти в аккаунт, верните деньги.".encode()


def _said(error: Exception) -> str:
    """The error's class and place, without the letter's own words: a bad byte in an error text has its own history."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}{where}"


if __name__ == "__main__":
    main()
