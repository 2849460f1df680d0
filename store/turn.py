"""Threads that want to write stand in a queue: the first come is the first served, and nobody polls.

Who brings a small piece of work that may be kept together with another's is a guest: the one whose turn it is may
carry it along, so that one commit, and one wait for the disk, serves both. Where a thread is known to write again and
again, a guest waits a moment for its next transaction before he asks for a turn of his own: threads that call each
other in and out for every letter cost more than the writing does.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from store.errors import StoreBusy

RIDE = 0.03
"""Seconds a guest waits to be carried along by one who writes again and again: some of that one's transactions."""


class _Call:
    """What a thread waits for, once."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def wait(self, seconds: float = -1) -> bool:
        """Whether the call came within so many seconds; -1: however long it takes."""
        return self._lock.acquire(timeout=seconds)

    def come(self) -> None:
        self._lock.release()


@dataclass(slots=True, eq=False)
class Guest:
    """One who waits, mostly with work that may be carried along; once ``dismissed``, its ``result`` or its ``error``
    holds."""

    work: Callable[[Any], Any] | None = None
    """None: he waits for a turn of his own alone."""
    result: Any = None
    error: BaseException | None = None
    taken: bool = False
    """Somebody carries it along: it is not to be given up any more."""
    call: _Call = field(default_factory=_Call)

    def dismiss(self, error: BaseException | None = None) -> None:
        """Its thread goes on. With ``error``: that befell it, whatever was known before."""
        if error is not None:
            self.error = error
        self.call.come()


class Turn:
    """A fair lock. ``threading.Lock`` lets a busy thread overtake a waiting one again and again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[Guest] = deque()
        self._owner: int | None = None
        self._carriers: set[int] = set()
        self._riders: list[Guest] = []
        """Guests who wait for the next transaction of a carrier, not yet for a turn."""

    @contextmanager
    def hold(self, patience: float) -> Iterator[None]:
        """StoreBusy if it is not one's turn within ``patience`` seconds; RuntimeError where one holds it already."""
        self.enter(patience)
        try:
            yield
        finally:
            self.leave()

    @contextmanager
    def carrying(self) -> Iterator[None]:
        """This thread will take its turn again and again: other threads' guests wait ``RIDE`` for it at most."""
        me = threading.get_ident()
        with self._guard:
            self._carriers.add(me)
        try:
            yield
        finally:
            with self._guard:
                self._carriers.discard(me)
                left_behind = () if self._carriers else tuple(self._riders)
                self._riders = self._riders if self._carriers else []
            for rider in left_behind:
                rider.call.come()

    def enter(self, patience: float, guest: Guest | None = None) -> bool:
        """True: it is one's turn, and one must ``leave``. False: the guest was carried along by another meanwhile.

        Raises as ``hold`` does; a guest that somebody has taken along is waited for without bound, as one's own
        commit would be.
        """
        me = threading.get_ident()
        if guest is not None and self._owner != me and self._ride(guest, me):
            return False
        waiting = guest or Guest()
        with self._guard:
            if self._owner == me:
                raise RuntimeError("a write transaction inside a write transaction would wait for itself")
            if self._owner is None and not self._waiting:
                self._owner = me
                return True
            self._waiting.append(waiting)
        if not waiting.call.wait(patience):
            self._give_up(waiting)
        if waiting.taken:
            return False
        self._owner = me
        return True

    def guests(self) -> tuple[Guest, ...]:
        """For the one whose turn it is: those who wait now, his to carry along; each must be dismissed in the end."""
        if not self._waiting and not self._riders:
            return ()
        with self._guard:
            guests = (*(each for each in self._waiting if each.work is not None), *self._riders)
            self._waiting = deque(each for each in self._waiting if each.work is None)
            self._riders = []
            for guest in guests:
                guest.taken = True
        return guests

    def leave(self) -> None:
        """The next one is called."""
        with self._guard:
            if self._waiting:
                self._owner = -1  # taken by the one who is called now, who writes his name himself
                self._waiting.popleft().call.come()
            else:
                self._owner = None

    def _ride(self, guest: Guest, me: int) -> bool:
        """Whether another thread that writes again and again has carried the guest along within ``RIDE``."""
        with self._guard:
            if not self._carriers - {me}:
                return False
            self._riders.append(guest)
        if not guest.call.wait(RIDE):
            with self._guard:
                if guest in self._riders:
                    self._riders.remove(guest)
                    return False
            guest.call.wait()  # taken along, or let go, in the last moment
        return guest.taken

    def _give_up(self, waiting: Guest) -> None:
        """Raises StoreBusy, unless the guest is under way."""
        with self._guard:
            is_waiting = waiting in self._waiting
            if is_waiting:
                self._waiting.remove(waiting)
        if waiting.taken:
            waiting.call.wait()
            return
        if not is_waiting:
            self.leave()  # called in the last moment: the next one is to be called instead
        raise StoreBusy("The store is busy with other work of this process: it is tried again.")
