"""Reading letters in a process of its own, bounded in time and memory.

This is the side of the service; the child is ``daemon/reader_process.py``. They speak in pickles over pipes that nobody
else can write to (``daemon/frames.py``). A letter on which the child hangs, dies or breaks is answered by a
``ReadFault``; the child is started anew and the next letter is read.
"""

import contextlib
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.errors import TryAgainLater
from daemon.frames import Dialogue
from rules.policy import Policy
from rules.tokens import SigningKeys

if TYPE_CHECKING:  # the child alone loads the parsers: the service's own process stays small
    from daemon.read_letter import ReadLetter

SECONDS_PER_LETTER = 4
"""Seconds of processor time that the child gives itself for one letter; a second more and the kernel ends it."""
PATIENCE = 20.0
"""Wall-clock seconds the service waits for one letter: the machine may be busy with others."""
START_PATIENCE = 120.0
"""Wall-clock seconds for the child to load what it needs."""
READY = "ready"
"""The child's first word."""
MEMORY_LIMIT = 1024 * 1024 * 1024
"""Bytes of address space of the child: a letter that wants more is a fault, not the end of the service."""
LETTERS_AHEAD = 16
BYTES_AHEAD = 1024 * 1024

_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from daemon.reader_process import main; main()"
"""The child finds its modules where the service found its own, wherever both were started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One letter to read. With ``received_at`` its acknowledgement is drafted too."""

    raw: bytes
    in_sent_folder: bool
    now: datetime
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFault:
    """The program broke on a letter: for people to look at."""

    reason: str


class Reader:
    """The child process that reads letters; one at a time may use it, others wait."""

    def __init__(
        self,
        *,
        policy: Policy,
        keys: SigningKeys | None,
        template_directory: Path | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self._start = pickle.dumps((policy, keys, template_directory))
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._dialogue: Dialogue | None = None

    def read(self, tasks: Iterable[Task]) -> "Generator[ReadLetter | ReadFault, None, None]":
        """Each letter read, in order. Some are sent ahead so that the child never waits for the service.

        Raises TryAgainLater where the child does not even start: no letter is at fault then.
        """
        with self._lock:
            yield from self._read(tasks)

    def read_one(self, task: Task) -> "ReadLetter | ReadFault":
        with self._lock:
            return next(self._read((task,)))

    def warm(self) -> None:
        """Starts the child, so that the first letter does not wait for it."""
        with self._lock:
            if self._child is None:
                self._spawn()

    def close(self) -> None:
        """Ends the child; a later ``read`` starts it anew. Where a letter is being read, the child is only killed: who
        waits for its answer notices."""
        if not self._lock.acquire(blocking=False):
            child = self._child
            if child is not None:
                child.kill()
            return
        try:
            self._end()
        finally:
            self._lock.release()

    def _end(self) -> None:
        child, self._child, self._dialogue = self._child, None, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            assert child.stdin is not None
            child.stdin.close()
        try:
            child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()

    def _read(self, tasks: Iterable[Task]) -> "Iterator[ReadLetter | ReadFault]":
        waiting: deque[Task] = deque()
        source = iter(tasks)
        try:
            while True:
                while len(waiting) < LETTERS_AHEAD and sum(len(task.raw) for task in waiting) < BYTES_AHEAD:
                    task = next(source, None)
                    if task is None:
                        break
                    waiting.append(task)
                    self._send(task)
                if not waiting:
                    return
                answer = self._next_answer()
                if answer is None:
                    answer = self._alone(waiting[0])
                    waiting.popleft()
                    yield answer
                    for task in waiting:
                        self._send(task)
                else:
                    waiting.popleft()
                    yield answer
        finally:
            if waiting:  # the caller stopped half-way: answers still under way must not be taken for later ones
                self._kill()

    def _alone(self, task: Task) -> "ReadLetter | ReadFault":
        """Tries the letter that the child was at once more, by itself, in a new child: the old one may have died of
        something else (the kernel ends what it likes where memory is short)."""
        self._kill()
        self._send(task)
        answer = self._next_answer()
        return self._given_up() if answer is None else answer

    def _given_up(self) -> ReadFault:
        self._kill()
        return ReadFault(reason=f"reading it took more than {SECONDS_PER_LETTER} s or {MEMORY_LIMIT >> 20} MB")

    def _send(self, task: Task) -> None:
        dialogue = self._dialogue or self._spawn()
        dialogue.say(pickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL))

    def _next_answer(self) -> "ReadLetter | ReadFault | None":
        """The next answer, or None where the child hangs or has died."""
        answer: ReadLetter | ReadFault | None = self._hear(self._patience)
        return answer

    def _hear(self, patience: float) -> Any:
        frame = self._dialogue.hear(patience) if self._dialogue is not None else None
        if frame is not None:
            with contextlib.suppress(pickle.UnpicklingError, EOFError):  # what a dying child wrote
                return pickle.loads(frame)  # noqa: S301 - written by our own child alone
        return None

    def _spawn(self) -> Dialogue:
        try:
            child = subprocess.Popen(  # noqa: S603 - this very interpreter, a program of our own
                [sys.executable, "-P", "-c", _CHILD, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise TryAgainLater(f"the process that reads letters cannot be started: {error.strerror}") from error
        assert child.stdin is not None
        assert child.stdout is not None
        self._child = child
        self._dialogue = Dialogue(requests=child.stdin.fileno(), answers=child.stdout.fileno())
        self._dialogue.say(self._start)
        if self._hear(START_PATIENCE) != READY:
            self._kill()
            raise TryAgainLater("the process that reads letters does not start: its own words are on standard error")
        return self._dialogue

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._end()
