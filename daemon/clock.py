"""The clock of promises: reminders, broken promises, tickets that close by themselves, the day's digests.

It sleeps until the next moment that matters and asks the store only then. People are told in working time alone.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.backoff import Backoff
from daemon.digests import Digests
from daemon.journal import Journal
from daemon.staff_correspondence import StaffCorrespondence
from daemon.time_source import TimeSource
from rules.life_of_agent import fall_silent
from rules.policy import Policy
from rules.schedule import Calendar
from rules.ticket import Deadline, Ticket
from store.errors import StoreBroken, StoreBusy
from store.records import Event, EventKind
from store.store import Store
from store.writing import Transaction

TOGETHER = 5
"""More reminders than this at once become one letter."""
LONGEST_SLEEP = 10.0
"""Seconds after which the time is looked at again: clocks are set, machines sleep. The store is not asked."""
SOON = timedelta(seconds=1)
ASK_AGAIN = 60.0
"""Seconds after which the store is asked for the next moment again: a command may have made a new promise."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What one ring did."""

    reminders: int = 0
    closed: int = 0
    letters: int = 0


class Clock:
    """Rings for promises. ``ring`` does what is due now; ``run`` does so at the right moments."""

    def __init__(
        self,
        *,
        store: Store,
        policy: Policy,
        staff: StaffCorrespondence,
        digests: Digests,
        time_source: TimeSource,
        journal: Journal,
        rung: Callable[[Rung], None],
    ) -> None:
        self._store = store
        self._policy = policy
        self._staff = staff
        self._digests = digests
        self._time = time_source
        self._journal = journal
        self._rung = rung
        self._wake = asyncio.Event()
        self._stopping = False
        self._target: datetime | None = None
        self.progressed_at = time.monotonic()

    def wake(self) -> None:
        """In the loop's own thread: promises have changed."""
        self._wake.set()

    def is_news(self, moment: datetime | None) -> bool:
        """From any thread, for a ``moment`` that is in the store: whether it is earlier than what is waited for."""
        target = self._target
        return moment is not None and (target is None or moment < target)

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until ``stop``."""
        backoff = Backoff(longest=60.0)
        while not self._stopping:
            self._wake.clear()
            self._target = None  # until the store was read: what is kept meanwhile is news
            try:
                rung = await asyncio.to_thread(self.ring)
                self._rung(rung)
                self._target = await asyncio.to_thread(self.next_moment)
                backoff = backoff.rested()
            except (StoreBusy, StoreBroken) as error:
                self._journal.warning("clock_waits_for_the_store", why=str(error))
                await self._sleep(backoff.pause)
                backoff = backoff.grown()
                continue
            await self._sleep_until(self._target)

    async def _sleep_until(self, due: datetime | None) -> None:
        end = time.monotonic() + ASK_AGAIN
        while not self._stopping and not self._wake.is_set() and time.monotonic() < end:
            left = LONGEST_SLEEP if due is None else (due - self._time.now()).total_seconds()
            if left <= 0:
                return
            await self._sleep(min(left, LONGEST_SLEEP))

    async def _sleep(self, seconds: float) -> None:
        self.progressed_at = time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self.progressed_at = time.monotonic()

    # --- what is due

    def next_moment(self) -> datetime | None:
        """When to ring next: a promise's moment, moved into working time, or a digest's; always in the future."""
        now = self._time.now()
        schedule = self._policy.schedule
        with self._store.view() as view:
            due = view.next_clock_moment(now)
            digest = self._digests.next_moment(view, now)
        moments = [digest] if digest is not None else []
        if due is not None:
            # What has become due since the ring a moment ago waits a second at most, and nothing ever spins.
            moments.append(schedule.first_open(Calendar.DUTY, max(due, now + SOON)))
        return min((each for each in moments if each > now), default=None)

    def ring(self) -> Rung:
        """Everything that is due now. Each ticket that closes and each letter is a transaction of its own."""
        now = self._time.now()
        closed = self._close_silent(now)
        if not self._policy.schedule.open_at(Calendar.DUTY, now):
            return Rung(closed=closed, letters=self._digest(now))
        reminders, letters = self._remind(now)
        return Rung(reminders=reminders, closed=closed, letters=letters + self._digest(now))

    def _close_silent(self, now: datetime) -> int:
        with self._store.view() as view:
            silent = view.closings_due(now)
        for ticket in silent:
            assert ticket.number is not None
            with self._store.transaction() as tx:
                current = tx.ticket(ticket.number)
                if current is None or current.closes_at is None or current.closes_at > now:
                    continue  # the client wrote meanwhile
                tx.save_ticket(fall_silent(current, at=now, policy=self._policy).ticket)
                text = f"closed: no word of the client since {self._local(current.changed_at)}"
                tx.add_event(Event(at=now, ticket=ticket.number, kind=EventKind.STATUS, author="supportd", text=text))
            self._journal.info("ticket_closed_by_silence", ticket=ticket.number)
        return len(silent)

    def _remind(self, now: datetime) -> tuple[int, int]:
        """Once each: what breaks soon, what has broken. Gives how many promises and how many letters."""
        with self._store.transaction() as tx:
            soon, broken = tx.warnings_due(now), tx.broken_due(now)
            if not soon and not broken:
                return 0, 0
            letters = self._tell(tx, soon, broken, now)
            tx.mark_warned([deadline.id for _, deadline in soon if deadline.id is not None], now)
            tx.mark_told_broken([deadline.id for _, deadline in broken if deadline.id is not None], now)
            for ticket, deadline in soon:
                tx.add_event(self._event(ticket, deadline, EventKind.WARNED, now))
            for ticket, deadline in broken:
                tx.add_event(self._event(ticket, deadline, EventKind.BROKEN, now))
        for ticket, deadline in broken:
            self._journal.warning("promise_broken", ticket=ticket.number, due=deadline.due_at.isoformat())
        for ticket, deadline in soon:
            self._journal.info("promise_breaks_soon", ticket=ticket.number, due=deadline.due_at.isoformat())
        return len(soon) + len(broken), letters

    def _tell(
        self,
        tx: Transaction,
        soon: tuple[tuple[Ticket, Deadline], ...],
        broken: tuple[tuple[Ticket, Deadline], ...],
        now: datetime,
    ) -> int:
        if len(soon) + len(broken) > TOGETHER:
            return self._staff.reminder(tx, soon=soon, broken=broken, now=now)
        return sum(self._staff.reminder(tx, soon=(each,), broken=(), now=now) for each in soon) + sum(
            self._staff.reminder(tx, soon=(), broken=(each,), now=now) for each in broken
        )

    def _digest(self, now: datetime) -> int:
        with self._store.transaction() as tx:
            return self._digests.write_due(tx, now)

    def _event(self, ticket: Ticket, deadline: Deadline, kind: EventKind, now: datetime) -> Event:
        text = f"due {self._local(deadline.due_at)}: {', '.join(deadline.categories)}"
        return Event(at=now, ticket=ticket.number, kind=kind, author="supportd", text=text)

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._policy.schedule.zone).isoformat(timespec="seconds")
