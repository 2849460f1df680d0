"""Threads that want to write stand in a queue: the first come is the first served, and nobody polls."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from store.errors import StoreBusy


class Turn:
    """A fair lock. ``threading.Lock`` lets a busy thread overtake a waiting one again and again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._owner: int | None = None

    @contextmanager
    def hold(self, patience: float) -> Iterator[None]:
        """StoreBusy if it is not one's turn within ``patience`` seconds; RuntimeError where one holds it already."""
        self._enter(patience)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, patience: float) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._owner == me:
                raise RuntimeError("a write transaction inside a write transaction would wait for itself")
            if self._owner is None and not self._waiting:
                self._owner = me
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=patience):
            self._owner = me
            return
        self._give_up(called)

    def _give_up(self, called: threading.Lock) -> None:
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                raise StoreBusy("The store is busy with other work of this process: it is tried again.")
        self._leave()  # called in the last moment: the next one is to be called instead
        raise StoreBusy("The store is busy with other work of this process: it is tried again.")

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._owner = -1  # taken by the one who is called now, who writes his name himself
                self._waiting.popleft().release()
            else:
                self._owner = None
