"""Lives of a program that is killed again and again: started, watched, killed with -9 at a drawn moment."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

MARK = "FAULTS_RUN"
"""A variable of the environment by which every process of a run, also an orphaned one, is told from all others."""
PATIENCE = 20.0
"""Seconds a life is given to open the mailbox; then it is killed where it stands."""


@dataclass(kw_only=True)
class Lives:
    """``alive``: whether the program that was started last has got to work, from the part of its log of this life."""

    words: tuple[str, ...]
    log: Path
    chance: Random
    alive: Callable[[bytes], bool]
    name: str
    kills: int = 0
    ended: int = 0
    """Lives that had ended by themselves before they could be killed."""
    early: int = 0
    """Kills before the program had got to work."""
    seconds: float = 0.0
    _process: subprocess.Popen[bytes] | None = None
    _start: int = field(default=0)

    def begin(self) -> None:
        self._start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.words, stdout=log, stderr=log, env=environment(self.name))

    def live_and_die(self, meanwhile: Callable[[], None]) -> None:
        """One life: ``meanwhile`` happens once it is at work."""
        begun = time.monotonic()
        self.begin()
        if self.chance.random() < 0.12:
            time.sleep(self.chance.uniform(0, 1.2))
            self.early += 1
        elif self.wait_until_alive():
            meanwhile()
            time.sleep(self.chance.uniform(0, self.chance.choice((0.1, 0.4, 1.2))))
        self.kill()
        self.seconds += time.monotonic() - begun

    def wait_until_alive(self) -> bool:
        end = time.monotonic() + PATIENCE
        assert self._process is not None
        while time.monotonic() < end and self._process.poll() is None:
            with self.log.open("rb") as log:
                log.seek(self._start)
                if self.alive(log.read()):
                    return True
            time.sleep(0.01)
        return False

    def kill(self) -> None:
        """The main process alone: what it had started must end by itself."""
        process, self._process = self._process, None
        assert process is not None
        process.kill()
        self.kills += 1
        if process.wait() != -signal.SIGKILL:
            self.ended += 1

    def end(self) -> int:
        """In order, by SIGTERM; its exit code."""
        process, self._process = self._process, None
        assert process is not None
        process.terminate()
        return process.wait(timeout=60)

    def leave_nothing(self) -> None:
        """Whatever happened: nothing of the run goes on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def environment(name: str) -> Mapping[str, str]:
    return {**os.environ, MARK: name}


def still_running(name: str, *, within: float) -> int:
    """How many processes of the run are left after ``within`` seconds: orphans that did not end by themselves."""
    end = time.monotonic() + within
    while (left := _of_run(name)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _of_run(name: str) -> int:
    count = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            count += process.environ().get(MARK) == name and process.status() != psutil.STATUS_ZOMBIE
    return count


SERVICE = (sys.executable, "-m", "daemon.command_line", "run", "--config")
