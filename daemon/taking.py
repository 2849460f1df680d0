"""From the UIDs of an open folder to letters in the store: fetched, read, taken, the folder's position with them.

A letter that cannot be got, read or taken is set aside after bounded attempts; the others go on.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from daemon.arrival import Arrival, Taken, say_taken
from daemon.errors import PersonMustLook, TryAgainLater
from daemon.fetching import Absent, Fetched
from daemon.intake import Intake
from daemon.journal import Journal
from daemon.mailbox import Mailbox
from daemon.reader import Reader, Task
from daemon.reading_position import is_from_before, passed_over, settle
from daemon.time_source import TimeSource
from daemon.withheld import Withheld, WithheldLetters
from store.errors import StoreError
from store.records import FolderPosition, Place
from store.store import Store

ATTEMPTS = 3
"""How often taking a letter may break before it is set aside."""
BROKEN_FETCHES = 2
"""After so many connections that ended over several letters each is asked for by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What taking letters needs; the same for every folder."""

    mailbox: Mailbox
    intake: Intake
    reader: Reader
    store: Store
    time_source: TimeSource
    journal: Journal
    taken: Callable[[Taken], None]


class Taking:
    """Takes the letters of one folder. ``position`` is where its reading stands.

    ``by_date``: the folder got new UIDs since the first start, so that letters from before it are told by their dates.
    """

    def __init__(
        self,
        tools: Tools,
        position: FolderPosition,
        *,
        in_sent: bool,
        by_date: bool,
        max_size: int,
        is_stopping: Callable[[], bool],
        withheld: WithheldLetters | None = None,
    ) -> None:
        self._tools = tools
        self._in_sent = in_sent
        self._by_date = by_date
        self._max_size = max_size
        self._is_stopping = is_stopping
        self.withheld = withheld or WithheldLetters()
        """Outlives the connection."""
        self._waiting: deque[tuple[int, Arrival]] = deque()
        """Fetched, and not yet in the store."""
        self._ended: TryAgainLater | None = None
        """How the connection ended amid the letters."""
        self._passed = False
        """The position has passed letters from before the first start, and the store does not know it yet."""
        self.position = position
        self.progressed_at = time.monotonic()

    def take(self, uids: Iterable[int], *, unexpected: bool = False) -> int:
        """Gives how many letters were taken; what the mailbox and the store raise goes up.

        The reading goes on in its own process while the letter before is stored. Where the connection ends, the letters
        that had come are taken first.
        """
        count = 0
        self._waiting.clear()
        self._ended = None
        wanted = self._after_passing(tuple(uids))
        reading = self._tools.reader.read(self._tasks(wanted, unexpected=unexpected))
        with self._tools.store.carrying(), contextlib.closing(reading) as answers:
            for read in answers:
                uid, arrival = self._waiting.popleft()
                self._take_one(arrival, read, uid)
                count += 1
                if self._is_stopping():
                    break
        self._waiting.clear()
        self._set_hopeless_aside()
        self._note_passed()
        if self._ended is not None:
            raise self._ended
        return count

    def note_list(self, listed: Sequence[int]) -> None:
        """What the folder holds above the position: letters that are gone may be passed."""
        for uid in self.withheld.forget_gone(listed):
            self.position = settle(self.position, uid, self.withheld.uids)

    # --- from the server

    def after_the_start(self, uids: Sequence[int]) -> tuple[int, ...]:
        """Without the letters from before the first start, which only ``backfill`` takes."""
        if not self._by_date or not uids:
            return tuple(uids)
        moments = self._tools.mailbox.moments(uids)
        older = {uid for uid, moment in moments.items() if is_from_before(self.position, moment)}
        return tuple(uid for uid in uids if uid not in older)

    def _after_passing(self, uids: tuple[int, ...]) -> tuple[int, ...]:
        """Letters from before the first start are passed; those that ended the connection come last."""
        wanted = self.after_the_start(uids)
        for uid in sorted(set(uids) - set(wanted)):
            self.position = passed_over(self.position, uid, self.withheld.uids)
            self._passed = True
        return tuple(sorted(wanted, key=lambda uid: (self.withheld.ends_connection(uid), uid)))

    def _tasks(self, uids: tuple[int, ...], *, unexpected: bool) -> Iterator[Task]:
        """The letters as they come from the server, each noted in ``_waiting``."""
        for item in self._fetched(uids):
            self.progressed_at = time.monotonic()
            if self._is_stopping():
                return
            if isinstance(item, Absent):
                self._note_absent(item)
                continue
            self.withheld.note_given(item.uid)
            arrival = self._arrival(item, unexpected=unexpected)
            if item.stub:
                self._set_aside(item.uid, arrival, "the server could not give this letter and sent a note in its place")
                continue
            self._waiting.append((item.uid, arrival))
            yield Task(
                raw=item.raw,
                in_sent_folder=self._in_sent,
                now=self._tools.time_source.now(),
                received_at=None if self._in_sent else arrival.received_at,
            )

    def _fetched(self, uids: tuple[int, ...]) -> Iterator[Fetched | Absent]:
        """What the server gives, until the connection ends; one by one where asking for several has ended it again and
        again."""
        alone = self.withheld.broken_fetches >= BROKEN_FETCHES
        for some in ((uid,) for uid in uids) if alone else (uids,):
            try:
                yield from self._tools.mailbox.fetch(some, max_size=self._max_size)
            except TryAgainLater as error:
                self.withheld.broken_fetches += 1
                if len(some) == 1:
                    self.withheld.note_broken(some[0], str(error))
                    self._tools.journal.warning("letter_ends_the_connection", uid=some[0], why=str(error))
                self._ended = error
                return
        self.withheld.broken_fetches = 0

    def _arrival(self, item: Fetched, *, unexpected: bool) -> Arrival:
        return Arrival(
            place=self._place(item.uid),
            raw=item.raw,
            received_at=item.received_at or self._tools.time_source.now(),
            truncated=item.truncated,
            in_sent=self._in_sent,
            unexpected=unexpected,
        )

    def _place(self, uid: int) -> Place:
        return Place(folder=self.position.folder, uidvalidity=self.position.uidvalidity, uid=uid)

    # --- into the store

    def _take_one(self, arrival: Arrival, read: object, uid: int) -> None:
        """The letter is taken with the folder's position, or set aside when that broke again and again."""
        position = self._after(uid)
        for attempt in range(1, ATTEMPTS + 1):
            begun = time.monotonic()
            try:
                taken = self._tools.intake.take(arrival, read, position)  # type: ignore[arg-type] # the reader's answer
            except (StoreError, TryAgainLater, PersonMustLook):
                raise
            except Exception as error:  # the one place where a fault of ours becomes a letter set aside
                self._tools.journal.error("letter_broke_the_program", trouble=error, uid=uid, attempt=attempt)
                if attempt == ATTEMPTS:
                    reason = f"{type(error).__name__} while it was taken"
                    self._set_aside(uid, arrival, reason, attempts=attempt)
                continue
            self._kept(position)
            say_taken(self._tools.journal, taken, folder=position.folder, seconds=self.progressed_at - begun)
            self._tools.taken(taken)
            return

    def _set_aside(self, uid: int, arrival: Arrival, reason: str, *, attempts: int = 1) -> None:
        position = self._after(uid)
        taken = self._tools.intake.set_aside(arrival, reason, attempts, position)
        self.withheld.forget(uid)
        self._kept(position)
        self._tools.journal.error("letter_set_aside", uid=uid, why=reason, ticket=taken.ticket)
        self._tools.taken(taken)

    def _after(self, uid: int) -> FolderPosition:
        """The position with this letter settled: it stops before every letter that is not in the store yet."""
        unsettled = {*self.withheld.uids, *(other for other, _ in self._waiting)} - {uid}
        return settle(self.position, uid, unsettled)

    def _kept(self, position: FolderPosition) -> None:
        self.position = position
        self._passed = False
        self.progressed_at = time.monotonic()

    def _note_passed(self) -> None:
        if self._passed:
            with self._tools.store.transaction() as tx:
                tx.settle(self.position)
            self._passed = False

    # --- letters that the server lists and does not give

    def _note_absent(self, absent: Absent) -> None:
        withheld = self.withheld.note_absent(absent.uid, still_listed=absent.still_listed, said=absent.said)
        if absent.still_listed:
            self._tools.journal.warning("letter_not_given", uid=absent.uid, said=absent.said, asked=withheld.asked)
            if withheld.is_hopeless(time.monotonic()):
                self._give_up(absent.uid, withheld, "the server lists it and does not give it")

    def _set_hopeless_aside(self) -> None:
        for uid, withheld in self.withheld.hopeless().items():
            self._give_up(uid, withheld, "the connection ends each time it is asked for")

    def _give_up(self, uid: int, withheld: Withheld, why: str) -> None:
        arrival = Arrival(
            place=self._place(uid), raw=b"", received_at=self._tools.time_source.now(), in_sent=self._in_sent
        )
        self._set_aside(uid, arrival, f"{why}: {withheld.said}", attempts=withheld.asked)
