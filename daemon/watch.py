"""The watch on one folder: connect, take what is new, wait, again. It runs in a thread of its own.

What has been read is known by (folder, UIDVALIDITY, UID) in the store alone, never by flags, dates or numbers of
sequence. Nothing is marked, moved or deleted.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from daemon.arrival import Arrival, Taken, say_taken
from daemon.backoff import LOG_IN_PAUSE, Backoff
from daemon.bell import Bell
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.fetching import Absent, Fetched
from daemon.folders import FolderState
from daemon.intake import Intake
from daemon.journal import Journal
from daemon.mailbox import Mailbox
from daemon.reader import Reader, Task
from daemon.reading_position import first_position, is_from_before, is_settled, passed_over, renumbered, settle
from daemon.time_source import TimeSource
from store.errors import StoreBroken, StoreBusy
from store.records import Event, EventKind, FolderPosition, Place
from store.store import Store

LETTERS_AT_ONCE = 200
"""Letters between two looks at whether the service is to stop."""
ATTEMPTS = 3
"""How often taking a letter may break before it is set aside."""
ABSENT_SECONDS = 60.0
"""A letter is gone when it was absent from two lists this far apart."""
LISTED_ATTEMPTS = 5
"""How often a letter that is listed and not given is asked for before people are told."""
SWEEP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """``folder`` names the folder to watch once connected; None where there is none to be found."""

    name: str
    folder: Callable[[Mailbox], str | None]
    in_sent: bool
    from_beginning: bool
    max_size: int
    poll: timedelta
    idle: bool = True


@dataclass(slots=True)
class _Missing:
    """Letters that are listed and were not given: since when, and how often asked for."""

    since: dict[int, float] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)


class Watch:
    """Watches one folder. ``run`` until the bell of the end rings; ``look`` takes what there is now."""

    def __init__(
        self,
        *,
        settings: WatchSettings,
        mailbox: Mailbox,
        intake: Intake,
        reader: Reader,
        store: Store,
        time_source: TimeSource,
        journal: Journal,
        taken: Callable[[Taken], None],
        before_look: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._intake = intake
        self._reader = reader
        self._store = store
        self._time = time_source
        self._journal = journal
        self._taken = taken
        self._before_look = before_look
        self._bell = Bell()
        self._stopping = False
        self._folder: str | None = None
        self._position: FolderPosition | None = None
        self._missing = _Missing()
        self._swept_at: float | None = None
        self.progressed_at = time.monotonic()
        """When the watch last did something or knew that it waits on purpose; the watchdog reads it."""
        self.looked_at = 0.0
        """When the last complete look had begun, on the monotonic clock; 0 before the first."""
        self.trouble = ""
        """What keeps it from working now, or empty."""
        self.running = False
        """Whether ``run`` goes on in its thread."""

    # --- the thread

    def run(self) -> None:
        """Until ``stop``. No fault of the server, of the network or of a letter ends it."""
        backoff = Backoff()
        self.running = True
        while not self._stopping:
            pause = 0.0
            try:
                self.look()
                backoff = backoff.rested()
                self.trouble = ""
                self._wait()
            except LogInRefused as error:
                pause = self._note_trouble(error, LOG_IN_PAUSE, level="error")
            except (TryAgainLater, StoreBusy) as error:
                pause = self._note_trouble(error, backoff.pause)
                backoff = backoff.grown()
            except (PersonMustLook, StoreBroken) as error:
                pause = self._note_trouble(error, max(30.0, backoff.pause), level="error")
                backoff = backoff.grown()
            if pause:
                self._sleep(pause)
        self.running = False
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._mailbox.close()

    def stop(self) -> None:
        """From any thread: the letter in hand is finished, the next one is not begun."""
        self._stopping = True
        self._bell.ring()

    def wake(self) -> None:
        """From any thread: look now."""
        self._bell.ring()

    def _wait(self) -> None:
        seconds = self._settings.poll.total_seconds()
        self.progressed_at = time.monotonic()
        if self._settings.idle and self._mailbox.can_idle:
            self._mailbox.wait(seconds, self._bell)
        else:
            self._bell.heard_or_readable(None, seconds)
        self._bell.quieten()
        self.progressed_at = time.monotonic()

    def _sleep(self, seconds: float) -> None:
        """In slices, so that the watchdog sees that this is waiting and not hanging."""
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0:
            self.progressed_at = time.monotonic()
            self._bell.heard_or_readable(None, min(left, 10.0))
            self._bell.quieten()

    def _note_trouble(self, error: Exception, pause: float, *, level: str = "warning") -> float:
        self.trouble = str(error)
        say = self._journal.error if level == "error" else self._journal.warning
        say("mailbox_unavailable", watch=self._settings.name, why=str(error), again_in=round(pause))
        self._mailbox.close()
        self._folder = None
        return pause

    # --- one look

    def look(self) -> int:
        """Takes every letter there is; gives how many. Raises the two families and what the store raises."""
        begun = time.monotonic()
        self._before_look()
        if self._folder is None or not self._mailbox.is_open:
            self._open()
        count = self._take_new()
        if self._swept_at is None or begun - self._swept_at >= SWEEP_SECONDS:
            count += self._sweep()
            self._swept_at = begun
        self.looked_at = begun
        self.progressed_at = time.monotonic()
        return count

    @property
    def folder(self) -> str | None:
        """The folder's name once found."""
        return self._folder

    def _open(self) -> None:
        if not self._mailbox.is_open:
            self._mailbox.connect()
        folder = self._settings.folder(self._mailbox)
        if folder is None:
            raise PersonMustLook(f"no folder for {self._settings.name} was found: name it in the configuration")
        self._position = self._find_position(folder, self._mailbox.select(folder))
        self._folder = folder
        self._journal.info("folder_opened", watch=self._settings.name, folder=folder, settled=self._position.settled)

    def _find_position(self, folder: str, state: FolderState) -> FolderPosition:
        with self._store.view() as view:
            known = view.position(folder)
        if known is not None and known.uidvalidity == state.uidvalidity:
            return known
        now = self._time.now()
        if known is None:
            position = first_position(
                folder,
                state.uidvalidity,
                last_uid=max(self._mailbox.uids_after(0), default=0),
                now=now,
                from_beginning=self._settings.from_beginning,
            )
        else:
            position = renumbered(known, state.uidvalidity)
        with self._store.transaction() as tx:
            tx.settle(position)
            if known is not None:
                text = f"{folder}: UIDVALIDITY changed from {known.uidvalidity} to {state.uidvalidity}; read again"
                tx.add_event(Event(at=now, ticket=None, kind=EventKind.UIDVALIDITY, author="supportd", text=text))
                self._journal.warning("uidvalidity_changed", folder=folder)
        self._missing = _Missing()
        return position

    def _take_new(self) -> int:
        assert self._position is not None
        count = 0
        uids = [uid for uid in self._mailbox.uids_after(self._position.settled) if not is_settled(self._position, uid)]
        self._forget_missing(uids)
        for start in range(0, len(uids), LETTERS_AT_ONCE):
            count += self._take(uids[start : start + LETTERS_AT_ONCE])
            if self._stopping:
                break
        return count

    def _take(self, uids: Iterable[int], *, unexpected: bool = False) -> int:
        """Fetches, reads and takes letters; the reading goes on in its own process while the last one is stored."""
        waiting: deque[tuple[int, Arrival]] = deque()
        count = 0
        tasks = self._tasks(list(uids), waiting, unexpected=unexpected)
        for read in self._reader.read(tasks):
            uid, arrival = waiting.popleft()
            self._settled(arrival, read, uid)
            count += 1
            if self._stopping:
                break
        return count

    def _tasks(self, uids: list[int], waiting: deque[tuple[int, Arrival]], *, unexpected: bool) -> Iterator[Task]:
        """The letters as they come from the server, each noted in ``waiting``."""
        for item in self._mailbox.fetch(uids, max_size=self._settings.max_size):
            self.progressed_at = time.monotonic()
            if self._stopping:
                return
            if isinstance(item, Absent):
                self._note_missing(item)
                continue
            assert self._position is not None
            received_at = item.received_at or self._time.now()
            if not unexpected and is_from_before(self._position, received_at):
                self._pass_over(item.uid)
                continue
            arrival = self._arrival(item, received_at, unexpected=unexpected)
            if item.stub:
                self._set_aside(item.uid, arrival, "the server could not give this letter and sent a note in its place")
                continue
            waiting.append((item.uid, arrival))
            yield Task(raw=item.raw, in_sent_folder=self._settings.in_sent, now=self._time.now())

    def _arrival(self, item: Fetched, received_at: datetime, *, unexpected: bool) -> Arrival:
        assert self._position is not None
        assert self._folder is not None
        return Arrival(
            place=Place(folder=self._folder, uidvalidity=self._position.uidvalidity, uid=item.uid),
            raw=item.raw,
            received_at=received_at,
            truncated=item.truncated,
            in_sent=self._settings.in_sent,
            unexpected=unexpected,
        )

    def _settled(self, arrival: Arrival, read: object, uid: int) -> None:
        """The letter is taken with the folder's position, or set aside when that broke again and again."""
        position = self._after(uid)
        for attempt in range(1, ATTEMPTS + 1):
            begun = time.monotonic()
            try:
                taken = self._intake.take(arrival, read, position)  # type: ignore[arg-type] # what the reader answered
            except (StoreBusy, StoreBroken, TryAgainLater, PersonMustLook):
                raise
            except Exception as error:  # the one place where a fault of ours becomes a letter set aside
                self._journal.error("letter_broke_the_program", trouble=error, uid=uid, attempt=attempt)
                if attempt == ATTEMPTS:
                    self._set_aside(uid, arrival, f"{type(error).__name__} while it was taken", attempts=attempt)
                continue
            self._position = position
            self.progressed_at = time.monotonic()
            say_taken(self._journal, taken, folder=self._folder or "", seconds=self.progressed_at - begun)
            self._taken(taken)
            return

    def _set_aside(self, uid: int, arrival: Arrival, reason: str, *, attempts: int = 1) -> None:
        position = self._after(uid)
        taken = self._intake.set_aside(arrival, reason, attempts, position)
        self._position = position
        self._missing.since.pop(uid, None)
        self._journal.error("letter_set_aside", uid=uid, why=reason, ticket=taken.ticket)
        self._taken(taken)

    def _after(self, uid: int) -> FolderPosition:
        assert self._position is not None
        return settle(self._position, uid, [each for each in self._missing.since if each != uid])

    def _pass_over(self, uid: int) -> None:
        """A letter from before the first start: only ``backfill`` takes it."""
        assert self._position is not None
        self._position = passed_over(self._position, uid, self._missing.since)

    # --- letters that the server lists and does not give

    def _note_missing(self, absent: Absent) -> None:
        now = time.monotonic()
        self._missing.since.setdefault(absent.uid, now)
        if not absent.still_listed:
            return
        asked = self._missing.asked.get(absent.uid, 0) + 1
        self._missing.asked[absent.uid] = asked
        self._journal.warning("letter_not_given", uid=absent.uid, said=absent.said, asked=asked)
        if asked < LISTED_ATTEMPTS:
            return
        assert self._position is not None
        assert self._folder is not None
        place = Place(folder=self._folder, uidvalidity=self._position.uidvalidity, uid=absent.uid)
        arrival = Arrival(place=place, raw=b"", received_at=self._time.now(), in_sent=self._settings.in_sent)
        self._set_aside(absent.uid, arrival, f"the server lists it and does not give it: {absent.said}", attempts=asked)

    def _forget_missing(self, listed: list[int]) -> None:
        """Those absent from two lists a minute apart are gone: the position may pass them."""
        assert self._position is not None
        now = time.monotonic()
        gone = [
            uid for uid, since in self._missing.since.items() if uid not in listed and now - since >= ABSENT_SECONDS
        ]
        for uid in gone:
            self._missing.since.pop(uid)
            self._missing.asked.pop(uid, None)
            self._position = settle(self._position, uid, self._missing.since)

    # --- reconciliation

    def _sweep(self) -> int:
        """Every letter on the server above the first start that the store does not know is taken, and reported."""
        assert self._position is not None
        assert self._folder is not None
        listed = self._mailbox.uids_after(self._position.started_after)
        below = [uid for uid in listed if is_settled(self._position, uid)]
        with self._store.view() as view:
            known = view.known_uids(self._folder, self._position.uidvalidity, below)
        lost = [uid for uid in below if uid not in known]
        if not lost:
            return 0
        self._journal.warning("letters_unknown_to_the_store", folder=self._folder, count=len(lost))
        return sum(self._take([uid], unexpected=True) for uid in lost if not self._stopping)
