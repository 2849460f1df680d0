"""The service: every part running beside the others until a signal, and ``once``, which is one turn without waiting.

Each IMAP connection lives in a thread of its own; the sender of letters and the clock are tasks of the event loop.
"""

import asyncio
import contextlib
import secrets
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from daemon import wiring
from daemon.arrival import Taken
from daemon.clock import Clock, Rung
from daemon.errors import PersonMustLook, TryAgainLater
from daemon.marking import Marking
from daemon.outbox import Outbox
from daemon.outcomes import SentLook
from daemon.retention import Retention
from daemon.systemd import ServiceManager
from daemon.watch import Watch
from daemon.wiring import Parts
from store.errors import StoreBroken, StoreBusy

FINISHING = 5.0
"""Seconds a letter may still wait for the server's last answer after SIGTERM; then it is left noted as committing."""
THREADS_FINISHING = 5.0
"""Seconds a server may still say nothing after SIGTERM; then its connection is cut. A letter under way is fetched again
at the next start."""
THREADS_CUT = 20.0
MARKING_FINISHING = 2.0
FIRST_LOG_IN = 20.0
"""Seconds the start waits for the first log-in to be tried before it says that it is ready."""
HANGING = 660.0
"""Seconds without progress after which a part hangs: longer than any single answer may take."""
CAUGHT_UP = 30.0
"""Seconds without progress after which the watch on Sent waits no longer for the inbox to be read up to now. It waits,
for an answer must not come before its question."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What ``once`` did, and what it could not do."""

    taken: int
    rung: Rung
    faults: tuple[str, ...]


class Service:
    """Runs the parts. Made inside the event loop."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._journal = parts.journal
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._broken: Exception | None = None
        self._inbox: Watch = wiring.watch_inbox(parts, self._on_taken)
        self._sent: Watch = wiring.watch_sent(parts, self._on_taken, before_look=self._wait_for_inbox)
        self._outbox: Outbox = wiring.outbox(
            parts,
            owner=secrets.token_hex(8),
            sent_look=SentLook(begun=lambda: self._sent.looked_from, ask=self._sent.wake),
        )
        self._clock = Clock(
            store=parts.store,
            policy=parts.policy,
            staff=parts.staff,
            digests=parts.digests,
            time_source=parts.time_source,
            journal=parts.journal,
            rung=self._on_rung,
        )
        self._retention = Retention(parts)
        self._marking: Marking | None = wiring.marking(parts, self._on_taken)

    @property
    def folders_are_read(self) -> bool:
        """The inbox and Sent have been looked through at least once: whatever comes from now on is seen."""
        return self._inbox.looked_at > 0 and self._sent.looked_at > 0

    def stop(self) -> None:
        """In the loop's thread: begin to end."""
        self._end.set()

    # --- once

    async def once(self) -> Turn:
        """Every letter there is, Sent, the clocks that are due, each due letter once."""
        faults: list[str] = []
        self._begin()
        taken = 0
        for watch in (self._inbox, self._sent):
            try:
                taken += await asyncio.to_thread(watch.look)
            except PersonMustLook as error:
                if watch is self._inbox:
                    faults.append(str(error))
                else:
                    self._journal.warning("sent_is_not_watched", why=str(error))
            except (TryAgainLater, StoreBusy, StoreBroken) as error:
                faults.append(str(error))
            finally:
                await asyncio.to_thread(watch.close)
        rung = Rung()
        try:
            rung = await asyncio.to_thread(self._clock.ring)
            if later := await self._outbox.turn():
                faults.append(later)
        except (TryAgainLater, PersonMustLook, StoreBusy, StoreBroken) as error:
            faults.append(str(error))
        finally:
            self._outbox.settle()
            await self._outbox.close()
            if self._marking is not None:
                await asyncio.to_thread(self._marking.once)
            self._parts.reader.close()
        return Turn(taken=taken, rung=rung, faults=tuple(faults))

    def _begin(self) -> None:
        adopted = self._outbox.adopt()
        if adopted:
            self._journal.warning("letters_of_an_earlier_service", count=adopted)
        with self._parts.store.transaction() as tx:
            self._parts.digests.begin(tx, self._parts.time_source.now())

    # --- run

    async def run(self, manager: ServiceManager) -> None:
        """Until ``stop`` or SIGTERM or SIGINT; finishes what is in hand."""
        await self._begun()
        with contextlib.suppress(TryAgainLater):  # the watches meet it too, say so and try again
            await asyncio.to_thread(self._parts.reader.warm)
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._end.set)
        threads = [
            threading.Thread(target=self._guarded, args=(name, work), name=name) for name, work in self._in_threads()
        ]
        for thread in threads:
            thread.start()
        marking = self._start_marking()
        tasks = [
            asyncio.create_task(self._clock.run(), name="clock"),
            asyncio.create_task(self._retention.run(self._end), name="retention"),
        ]
        async with self._feeding(manager):
            await self._tell_ready(manager)
            ended = asyncio.create_task(self._end.wait())
            await asyncio.wait({ended, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            manager.stopping()
            await self._finish(threads, tasks)
            await self._finish_marking(marking)
        for task in tasks:
            if not task.cancelled():
                task.result()  # a part that ended by itself broke: its error is the service's
        if self._broken is not None:
            raise self._broken

    def _in_threads(self) -> list[tuple[str, Callable[[], None]]]:
        """What blocks has a thread of its own."""
        return [*((name, watch.run) for name, watch in self._watches()), ("outbox", self._outbox.run_in_thread)]

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        """A part that breaks takes the service with it: systemd starts it anew, and the journal says why."""
        try:
            work()
        except Exception as error:
            self._journal.error("part_broke", part=name, trouble=error)
            self._broken = error
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end.set)

    async def _begun(self) -> None:
        """A store that is busy at the start is waited for."""
        while not self._end.is_set():
            try:
                await asyncio.to_thread(self._begin)
                return
            except StoreBusy as error:
                self._journal.warning("store_is_busy", why=str(error))
                await asyncio.sleep(2)

    def _start_marking(self) -> threading.Thread | None:
        """An extra: the process does not wait for it at its end, and the watchdog does not look at it."""
        if self._marking is None:
            return None
        thread = threading.Thread(target=self._marking.run, name="marking", daemon=True)
        thread.start()
        return thread

    async def _finish_marking(self, thread: threading.Thread | None) -> None:
        if self._marking is not None and thread is not None:
            self._marking.stop()
            await asyncio.to_thread(thread.join, MARKING_FINISHING)

    def _watches(self) -> list[tuple[str, Watch]]:
        return [("inbox", self._inbox), ("sent", self._sent)]

    async def _tell_ready(self, manager: ServiceManager) -> None:
        """Ready once the first log-in was tried: a provider that is down must not stop the start."""
        end = time.monotonic() + FIRST_LOG_IN
        while time.monotonic() < end and not (self._inbox.folder or self._inbox.trouble or self._end.is_set()):
            await asyncio.sleep(0.05)
        manager.ready(self._status())
        self._journal.info("service_ready", trouble=self._inbox.trouble)

    async def _finish(self, threads: list[threading.Thread], tasks: list[asyncio.Task[None]]) -> None:
        self._journal.info("service_stopping")
        for _, watch in self._watches():
            watch.stop()
        self._outbox.stop()
        self._clock.stop()
        tasks[-1].cancel()
        await asyncio.to_thread(self._finish_letter, threads[-1])
        await asyncio.gather(*tasks, return_exceptions=True)
        if not await self._ended(threads, THREADS_FINISHING):
            for _, watch in self._watches():
                watch.cut()
            await self._ended(threads, THREADS_CUT)
        self._parts.reader.close()
        self._journal.info("service_stopped")

    @staticmethod
    async def _ended(threads: list[threading.Thread], within: float) -> bool:
        """Whether all have ended within so many seconds."""
        end = time.monotonic() + within
        for thread in threads:
            await asyncio.to_thread(thread.join, max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _finish_letter(self, sending: threading.Thread) -> None:
        """Lets the letter in hand be finished, as long as that is reasonable."""
        sending.join(FINISHING)
        if sending.is_alive():
            self._journal.warning("letter_left_committing", why="the server has not answered within 5 s")
            self._outbox.cut()

    # --- how the parts wake each other

    def _on_taken(self, taken: Taken) -> None:
        """Called in a watch's thread, for every letter: nobody is woken without need."""
        if taken.letters:
            self._outbox.wake()
        if self._clock.is_news(taken.rings_at):
            with contextlib.suppress(RuntimeError):  # the loop has ended: the clock looks at its next start
                self._loop.call_soon_threadsafe(self._clock.wake)
        if self._marking is not None and taken.ticket is not None:
            self._marking.consider(taken.ticket)

    def _on_rung(self, rung: Rung) -> None:
        if rung.letters:
            self._outbox.wake()

    def _wait_for_inbox(self) -> None:
        """In Sent's thread: lets the inbox be read up to now first, as far as it can be."""
        asked = time.monotonic()
        if not self._inbox.running:
            return
        self._inbox.wake()
        pause = 0.005
        while not self._inbox.trouble and self._inbox.running and not self._end.is_set():
            now = time.monotonic()
            if self._inbox.looked_at >= asked or now - max(asked, self._inbox.progressed_at) > CAUGHT_UP:
                return
            self._sent.note_waiting()
            time.sleep(pause)
            pause = min(0.2, pause * 1.5)

    # --- the watchdog

    @contextlib.asynccontextmanager
    async def _feeding(self, manager: ServiceManager) -> AsyncIterator[None]:
        task = asyncio.create_task(self._feed(manager))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _feed(self, manager: ServiceManager) -> None:
        """Fed only while every part moves; a part that hangs is named in the journal before systemd acts."""
        pause = manager.feeding_pause or 30.0
        while True:
            hanging = self._hanging()
            if hanging:
                self._journal.error("parts_hang", parts=hanging)
            else:
                manager.alive()
                manager.status(self._status())
            await asyncio.sleep(pause)

    def _hanging(self) -> list[str]:
        now = time.monotonic()
        answer = self._parts.configuration.smtp.answer_timeout.total_seconds()
        bounds = {"inbox": HANGING, "sent": HANGING, "outbox": HANGING + answer, "clock": HANGING}
        moved = {
            "inbox": self._inbox.progressed_at,
            "sent": self._sent.progressed_at,
            "outbox": self._outbox.progressed_at,
            "clock": self._clock.progressed_at,
        }
        return [name for name, at in moved.items() if now - at > bounds[name]]

    def _status(self) -> str:
        troubles = [each for each in (self._inbox.trouble, self._outbox.trouble) if each]
        return "; ".join(troubles) if troubles else "letters are taken and sent"
