"""What is tried by itself: a step that fails is said once in the journal, then left alone for a while."""

import time
from collections.abc import Callable

from daemon.errors import PersonMustLook, TryAgainLater
from daemon.journal import Journal

STEP_PAUSE = 300.0
"""Seconds before something that the server refused is tried again."""


class Steps:
    """Steps of marking by name. ``reconnected`` makes sure of the connection, or raises."""

    def __init__(self, journal: Journal, reconnected: Callable[[], None]) -> None:
        self._journal = journal
        self._reconnected = reconnected
        self._said: dict[str, str] = {}
        self._paused: dict[str, float] = {}

    def attempt(self, step: str, work: Callable[[], None]) -> bool:
        """False where it failed, or is left alone. Raises where there is no connection to be had."""
        if time.monotonic() < self._paused.get(step, 0.0):
            return False
        self._reconnected()
        try:
            work()
        except (TryAgainLater, PersonMustLook) as error:
            self.say_once(step, str(error))
            self._paused[step] = time.monotonic() + STEP_PAUSE
            return False
        self._paused.pop(step, None)
        return True

    def say_once(self, step: str, why: str) -> None:
        """In the journal, unless that very thing was the last that was said of the step."""
        if self._said.get(step) != why:
            self._said[step] = why
            self._journal.warning("marking_hindered", step=step, why=why)

    def well(self, step: str) -> None:
        """It works again: the next trouble is news."""
        self._said.pop(step, None)
