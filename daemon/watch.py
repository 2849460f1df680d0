"""The watch on one folder: connect, take what is new, wait, again. It runs in a thread of its own.

What has been read is known by (folder, UIDVALIDITY, UID) in the store alone, never by flags, dates or numbers of
sequence. Nothing is marked, moved or deleted.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daemon.backoff import LOG_IN_PAUSE, Backoff
from daemon.bell import Bell
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.folders import FolderState
from daemon.mailbox import Mailbox
from daemon.reading_position import first_position, is_settled, renumbered
from daemon.taking import Taking, Tools
from store.errors import StoreBroken, StoreBusy
from store.records import Event, EventKind, FolderPosition

LETTERS_AT_ONCE = 200
"""Letters between two looks at whether the service is to stop."""
SWEEP_SECONDS = 3600.0
FIRST_NUMBERS = "first_uidvalidity:"
"""The key, with a folder's name behind it, under which the store keeps the UIDVALIDITY of the first start."""


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


class Watch:
    """Watches one folder. ``run`` until the bell of the end rings; ``look`` takes what there is now."""

    def __init__(
        self, *, settings: WatchSettings, tools: Tools, before_look: Callable[[], None] = lambda: None
    ) -> None:
        self._settings = settings
        self._tools = tools
        self._mailbox = tools.mailbox
        self._store = tools.store
        self._time = tools.time_source
        self._journal = tools.journal
        self._before_look = before_look
        self._bell = Bell()
        self._stopping = False
        self._taking: Taking | None = None
        self._swept_at: float | None = None
        self._moved_at = time.monotonic()
        self.looked_at = 0.0
        """When the last complete look had begun, on the monotonic clock; 0 before the first."""
        self.looked_from: datetime | None = None
        """The same by the service's clock; None before the first."""
        self.trouble = ""
        """What keeps it from working now, or empty."""
        self.running = False
        """Whether ``run`` goes on in its thread."""

    @property
    def progressed_at(self) -> float:
        """When the watch last did something or knew that it waits on purpose; the watchdog reads it."""
        taking = self._taking
        return max(self._moved_at, taking.progressed_at) if taking is not None else self._moved_at

    def note_waiting(self) -> None:
        """It waits on purpose and does not hang."""
        self._moved_at = time.monotonic()

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
            except Exception as error:  # a fault of ours must not end the watch: it begins anew, and says so
                self._journal.error("watch_broke", trouble=error, watch=self._settings.name)
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

    def cut(self) -> None:
        """From any thread, after ``stop``: a server that says nothing is waited for no longer."""
        self._mailbox.cut()

    def wake(self) -> None:
        """From any thread: look now."""
        self._bell.ring()

    def _wait(self) -> None:
        seconds = self._settings.poll.total_seconds()
        self._moved_at = time.monotonic()
        if self._settings.idle and self._mailbox.can_idle:
            self._mailbox.wait(seconds, self._bell)
        else:
            self._bell.heard_or_readable(None, seconds)
        self._bell.quieten()
        self._moved_at = time.monotonic()

    def _sleep(self, seconds: float) -> None:
        """In slices, so that the watchdog sees that this is waiting and not hanging."""
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0:
            self._moved_at = time.monotonic()
            self._bell.heard_or_readable(None, min(left, 10.0))
            self._bell.quieten()

    def _note_trouble(self, error: Exception, pause: float, *, level: str = "warning") -> float:
        self.trouble = str(error)
        say = self._journal.error if level == "error" else self._journal.warning
        say("mailbox_unavailable", watch=self._settings.name, why=str(error), again_in=round(pause))
        self._mailbox.close()
        return pause

    # --- one look

    def look(self) -> int:
        """Takes every letter there is; gives how many. Raises the two families and what the store raises."""
        self._before_look()
        begun, begun_at = time.monotonic(), self._time.now()
        taking = self._taking
        if taking is None or not self._mailbox.is_open:
            taking = self._taking = self._open()
        count = self._take_new(taking)
        if self._swept_at is None or begun - self._swept_at >= SWEEP_SECONDS:
            count += self._sweep(taking)
            self._swept_at = begun
        self.looked_at, self.looked_from = begun, begun_at
        self._moved_at = time.monotonic()
        return count

    @property
    def folder(self) -> str | None:
        """The folder's name once found."""
        return self._taking.position.folder if self._taking is not None else None

    def _open(self) -> Taking:
        if not self._mailbox.is_open:
            self._mailbox.connect()
        folder = self._settings.folder(self._mailbox)
        if folder is None:
            raise PersonMustLook(f"no folder for {self._settings.name} was found: name it in the configuration")
        position, by_date = self._find_position(folder, self._mailbox.select(folder))
        self._journal.info("folder_opened", watch=self._settings.name, folder=folder, settled=position.settled)
        before = self._taking.position if self._taking is not None else None
        is_same = before is not None and (before.folder, before.uidvalidity) == (folder, position.uidvalidity)
        return Taking(
            self._tools,
            position,
            in_sent=self._settings.in_sent,
            by_date=by_date,
            max_size=self._settings.max_size,
            is_stopping=lambda: self._stopping,
            withheld=self._taking.withheld if self._taking is not None and is_same else None,
        )

    def _find_position(self, folder: str, state: FolderState) -> tuple[FolderPosition, bool]:
        """How far the folder has been read, and whether its letters are told by their dates from older ones."""
        with self._store.view() as view:
            known, first = view.position(folder), view.meta(FIRST_NUMBERS + folder)
        if known is None:
            return self._first_position(folder, state), False
        if known.uidvalidity != state.uidvalidity:
            text = f"{folder}: UIDVALIDITY changed from {known.uidvalidity} to {state.uidvalidity}; read again"
            return self._read_again(renumbered(known, state.uidvalidity), text), True
        by_date = first != str(state.uidvalidity)
        if state.uidnext is not None and state.uidnext <= known.settled:
            text = f"{folder}: the server counts from {state.uidnext} although letters up to {known.settled} were read"
            anew = replace(known, settled=known.started_after, settled_above=frozenset())
            return self._read_again(anew, f"{text} (a restored backup); read again", forget=True), by_date
        return known, by_date

    def _first_position(self, folder: str, state: FolderState) -> FolderPosition:
        position = first_position(
            folder,
            state.uidvalidity,
            last_uid=max(self._mailbox.uids_after(0), default=0),
            now=self._time.now(),
            from_beginning=self._settings.from_beginning,
        )
        with self._store.transaction() as tx:
            tx.settle(position)
            tx.set_meta(FIRST_NUMBERS + folder, str(state.uidvalidity))
        return position

    def _read_again(self, position: FolderPosition, why: str, *, forget: bool = False) -> FolderPosition:
        """All is read again; known letters are recognised by Message-ID and content. ``forget``: the UIDs are used
        anew for other letters, so that places tell nothing."""
        with self._store.transaction() as tx:
            if forget:
                tx.forget_places(position.folder, position.uidvalidity)
            else:
                tx.set_meta(FIRST_NUMBERS + position.folder, None)  # from now on dates tell, not UIDs
            tx.settle(position)
            tx.add_event(
                Event(at=self._time.now(), ticket=None, kind=EventKind.UIDVALIDITY, author="supportd", text=why)
            )
        self._journal.warning("uidvalidity_changed", folder=position.folder, why=why)
        return position

    def _take_new(self, taking: Taking) -> int:
        uids = [
            uid for uid in self._mailbox.uids_after(taking.position.settled) if not is_settled(taking.position, uid)
        ]
        taking.note_list(uids)
        return self._take(taking, uids)

    def _take(self, taking: Taking, uids: Sequence[int], *, unexpected: bool = False) -> int:
        count = 0
        for start in range(0, len(uids), LETTERS_AT_ONCE):
            count += taking.take(uids[start : start + LETTERS_AT_ONCE], unexpected=unexpected)
            if self._stopping:
                break
        return count

    # --- reconciliation

    def _sweep(self, taking: Taking) -> int:
        """Every letter on the server above the first start that the store does not know is taken, and reported."""
        position = taking.position
        listed = self._mailbox.uids_after(position.started_after)
        below = [uid for uid in listed if is_settled(position, uid)]
        with self._store.view() as view:
            known = view.known_uids(position.folder, position.uidvalidity, below)
        lost = taking.after_the_start([uid for uid in below if uid not in known])
        if not lost:
            return 0
        self._journal.warning("letters_unknown_to_the_store", folder=position.folder, count=len(lost))
        return self._take(taking, lost, unexpected=True)
