"""Tickets seen in the mail client: keywords, folders by state, closing by hand. A thread and a connection of its own.

All of it is switched on by the operator. Nothing that fails here is felt anywhere else: it is said once in the
journal, tried again later, and the rest goes on.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from daemon.backoff import LOG_IN_PAUSE, Backoff
from daemon.bell import Bell
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.journal import Journal
from daemon.mailbox import Mailbox
from daemon.marking_plan import KEYWORDS, Marked, MarkingSettings, Shift, is_shown, keyword_changes, shifts_of
from daemon.marking_steps import STEP_PAUSE, Steps
from daemon.state_folders import StateFolders
from daemon.time_source import TimeSource
from rules.mark import Mark, mark_changes_at, mark_of
from rules.ticket import Status, Ticket
from store.errors import StoreBroken, StoreBusy
from store.store import Store
from store.view import View

GATHERING = 0.2
"""Seconds after a wake in which more may come: they are marked together."""
LONGEST_PAUSE = 6 * 3600.0
"""Seconds: what is refused again and again for one ticket is tried more and more rarely."""
SWEEP_SECONDS = 300.0
"""Seconds between two looks into all the folders: people move letters between them."""
LOOK_BACK = timedelta(minutes=2)
"""Commands of other processes are found by their events, which bear the moment at which they were given."""
LONGEST_WAIT = 60.0
"""Seconds after which those commands are looked for, however rarely the mailbox is polled."""
TICKETS_AT_ONCE = 100

_BROKE = 60.0


class Marking:
    """Marks letters. ``consider`` from any thread; ``run`` until ``stop``; ``turn`` does what there is to do now."""

    def __init__(
        self,
        *,
        settings: MarkingSettings,
        mailbox: Mailbox,
        folders: StateFolders,
        store: Store,
        time_source: TimeSource,
        journal: Journal,
        poll: timedelta,
    ) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._state_folders = folders
        self._store = store
        self._time = time_source
        self._journal = journal
        self._poll = poll.total_seconds()
        self._bell = Bell()
        self._lock = threading.Lock()
        self._stopping = False
        self._called: set[int] = set()
        self._begun = False
        self._dirty: set[int] = set()
        self._rings: dict[int, datetime] = {}
        self._failures: Counter[int] = Counter()
        self._folders: dict[Mark, str] | None = None
        self._swept_at: float | None = None
        self._last_event = 0
        self._asked_at: datetime | None = None
        self._steps = Steps(journal, self._reconnected)

    # --- the thread

    def run(self) -> None:
        """Until ``stop``; no fault whatever ends it."""
        backoff = Backoff(first=5.0)
        while not self._stopping:
            try:
                self.turn()
                backoff = backoff.rested()
                self._steps.well("connection")
                self._wait()
                continue
            except (TryAgainLater, PersonMustLook, StoreBusy, StoreBroken) as error:
                self._steps.say_once("connection", str(error))
                pause = LOG_IN_PAUSE if isinstance(error, LogInRefused) else backoff.pause
            except Exception as error:  # an extra that breaks must not end the service
                self._journal.error("marking_broke", trouble=error)
                pause = max(_BROKE, backoff.pause)
            backoff = backoff.grown()
            self._forget_connection()
            self._sleep(pause)
        self._mailbox.close()

    def consider(self, ticket: int) -> None:
        """From any thread: something happened to a ticket."""
        with self._lock:
            self._called.add(ticket)
        self._bell.ring()

    def stop(self) -> None:
        """From any thread."""
        self._stopping = True
        self._bell.ring()

    def close(self) -> None:
        """Ends the connection."""
        self._mailbox.close()

    def _wait(self) -> None:
        closed = (self._folders or {}).get(Mark.CLOSED)
        seconds = min(self._poll, LONGEST_WAIT, self._seconds_to_next())
        if closed is not None and self._mailbox.can_idle and self._mailbox.is_open:
            self._mailbox.wait(seconds, self._bell)
        else:
            self._bell.heard_or_readable(None, seconds)
        if self._bell.rung and not self._stopping:
            time.sleep(GATHERING)
        self._bell.quieten()

    def _seconds_to_next(self) -> float:
        now = self._time.now()
        return max(1.0, min(((at - now).total_seconds() for at in self._rings.values()), default=self._poll))

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0:
            self._bell.heard_or_readable(None, left)
            if not self._stopping:
                time.sleep(min(GATHERING, left))
            self._bell.quieten()

    def _forget_connection(self) -> None:
        self._mailbox.close()
        self._folders = None

    def once(self) -> None:
        """One turn that nothing of what fails in it leaves."""
        try:
            self.turn()
        except (TryAgainLater, PersonMustLook, StoreBusy, StoreBroken) as error:
            self._steps.say_once("connection", str(error))
        except Exception as error:  # an extra that breaks must not end the service
            self._journal.error("marking_broke", trouble=error)
        finally:
            self._mailbox.close()

    # --- one turn

    def turn(self) -> int:
        """Looks for what people moved, marks what has changed; gives how many tickets were marked.

        Raises the two families where there is no connection to be had, and what the store raises.
        """
        if not self._mailbox.is_open:
            self._mailbox.connect()
            self._folders = None
        folders = self._find_folders()
        self._look_into(folders)
        now = self._time.now()
        self._gather(now)
        count = 0
        for numbers in _pieces(sorted(self._dirty, key=lambda number: (self._failures[number], number))):
            if self._stopping:
                break
            count += self._mark(numbers, folders, now)
        self._look_into_closed(folders)
        if self._dirty:
            self._bell.ring()
        return count

    def _find_folders(self) -> Mapping[Mark, str]:
        """The folders that can be used now: each is found or made by itself, so that one spoils no other."""
        if self._folders is None:
            self._folders = {}
            for mark, name in self._settings.folders.items():
                self._steps.attempt(f"folder {name}", partial(self._find, mark, name))
            self._swept_at = None
        return self._folders

    def _find(self, mark: Mark, name: str) -> None:
        found = self._state_folders.find(name, sent_folder=self._settings.sent_folder)
        if found is None:
            self._steps.say_once(f"folder {name}", "it is the folder of sent letters: it is left alone")
        elif self._folders is not None:
            self._folders[mark] = found

    def _look_into(self, folders: Mapping[Mark, str]) -> None:
        """All folders now and then; in between the closed one alone."""
        begun = time.monotonic()
        if self._swept_at is not None and begun - self._swept_at < SWEEP_SECONDS:
            self._look_into_closed(folders)
            return
        for folder in sorted(set(folders.values())):
            self._look(folder, closes=folder == folders.get(Mark.CLOSED))
        self._swept_at = begun

    def _look_into_closed(self, folders: Mapping[Mark, str]) -> None:
        if Mark.CLOSED in folders:
            self._look(folders[Mark.CLOSED], closes=True)

    def _look(self, folder: str, *, closes: bool) -> None:
        self._steps.attempt(f"looking into {folder}", partial(self._look_now, folder, closes=closes))

    def _look_now(self, folder: str, *, closes: bool) -> None:
        self._dirty.update(self._state_folders.look(folder, closes=closes))
        if closes:
            self._state_folders.arrived()

    def _reconnected(self) -> None:
        if not self._mailbox.is_open:
            self._mailbox.connect()

    # --- which tickets

    def _gather(self, now: datetime) -> None:
        """All at the first turn; then those that were called, whose time has come, or that another process changed."""
        with self._lock:
            called, self._called = self._called, set()
        for number in called:
            self._failures.pop(number, None)
        self._dirty |= called
        if not self._begun:
            self._dirty |= self._all()
            self._begun = True
        self._dirty |= {number for number, at in self._rings.items() if at <= now}
        since = min(now, self._asked_at or now) - LOOK_BACK
        self._asked_at = now
        with self._store.view() as view:
            for event in view.events_since(since):
                if event.id is not None and event.id > self._last_event:
                    self._last_event = event.id
                    if event.ticket is not None:
                        self._dirty.add(event.ticket)

    def _all(self) -> set[int]:
        """Every ticket but those that were closed before marking was switched on: they are left as they lie."""
        key = f"marking:since:{self._settings.fingerprint}"
        with self._store.transaction() as tx:
            since = tx.meta(key) or self._time.now().isoformat()
            tx.set_meta(key, since)
        begun = datetime.fromisoformat(since)
        with self._store.view() as view:
            return {
                ticket.number
                for ticket in view.tickets()
                if ticket.number is not None
                and (ticket.status is not Status.CLOSED or ticket.closed_at is None or ticket.closed_at >= begun)
            }

    # --- marking

    def _mark(self, numbers: tuple[int, ...], folders: Mapping[Mark, str], now: datetime) -> int:
        """Marks some tickets; what could not be done wholly is tried again later."""
        with self._store.view() as view:
            found = [each for number in numbers if (each := self._wanted(view, number, now)) is not None]
        self._dirty.difference_update(numbers)
        tickets = [marked for marked, _ in found]
        failed = self._set_keywords(tickets, folders) | self._move(tickets, folders)
        with self._store.transaction() as tx:
            for marked, note in found:
                if marked.number not in failed:
                    tx.set_meta(_key(marked.number), note)
        self._dirty.difference_update(numbers)
        for number in failed:
            pause = min(STEP_PAUSE * 2 ** self._failures[number], LONGEST_PAUSE)
            self._failures[number] = min(self._failures[number] + 1, 20)
            again = now + timedelta(seconds=pause)
            self._rings[number] = min(again, self._rings.get(number, again))
        return len(found) - len(failed)

    def _wanted(self, view: View, number: int, now: datetime) -> tuple[Marked, str] | None:
        """What a ticket's letters are to look like, with the note to keep; None where they look like that."""
        ticket = view.ticket(number)
        self._rings.pop(number, None)
        if ticket is None:
            return None
        self._ring_for(ticket, now)
        mark = mark_of(ticket, now)
        letters = [letter for letter in view.letters_of(number) if is_shown(letter)]
        last = max((letter.id or 0 for letter in letters), default=0)
        note = f"{mark.value} {last} {self._settings.fingerprint}"
        if not letters or view.meta(_key(number)) == note:
            return None
        places = view.places_of(letter.id for letter in letters if letter.id is not None)
        return Marked(number=number, mark=mark, places=places), note

    def _ring_for(self, ticket: Ticket, now: datetime) -> None:
        changes = mark_changes_at(ticket, now)
        if changes is not None and ticket.number is not None:
            self._rings[ticket.number] = changes + timedelta(seconds=1)

    def _set_keywords(self, tickets: Sequence[Marked], folders: Mapping[Mark, str]) -> set[int]:
        """The tickets of which some letters could not be marked."""
        failed: set[int] = set()
        if not self._settings.keywords:
            return failed
        ours = (self._settings.inbox, *folders.values())
        for (folder, uidvalidity), by_mark in keyword_changes(tickets, ours).items():
            if not self._steps.attempt(f"keywords in {folder}", partial(self._set_in, folder, uidvalidity, by_mark)):
                failed |= {ticket.number for ticket in tickets if ticket.lies_in(folder)}
        return failed

    def _set_in(self, folder: str, uidvalidity: int, by_mark: Mapping[Mark, list[int]]) -> None:
        state = self._mailbox.select(folder, readonly=False)
        if state.uidvalidity != uidvalidity:
            return  # renumbered since: the letters are seen again under their new numbers
        if not (state.takes_keywords or state.permanent_flags >= frozenset(KEYWORDS.values())):
            self._steps.say_once(f"keywords in {folder}", "the server keeps no keywords in this folder")
            return
        for mark, uids in by_mark.items():
            self._mailbox.remove_keywords(uids, [word for other, word in KEYWORDS.items() if other is not mark])
            self._mailbox.add_keywords(uids, [KEYWORDS[mark]])

    def _move(self, tickets: Sequence[Marked], folders: Mapping[Mark, str]) -> set[int]:
        """The tickets whose letters could not all be put where they belong."""
        shifts: defaultdict[str, list[tuple[int, Shift]]] = defaultdict(list)
        for ticket in tickets:
            for shift in shifts_of(ticket, folders, inbox=self._settings.inbox, move=self._settings.move):
                shifts[shift.target].append((ticket.number, shift))
        failed: set[int] = set()
        for target, some in shifts.items():
            closes = target == folders.get(Mark.CLOSED)
            if closes:
                self._state_folders.announce(shift.letter for _, shift in some)
            for number, shift in some:
                if not self._steps.attempt(f"letters to {target}", partial(self._shift, shift)):
                    failed.add(number)
            self._look(target, closes=closes)
        return failed

    def _shift(self, shift: Shift) -> None:
        """A letter that is gone from there is nobody's fault: servers say OK to it."""
        state = self._mailbox.select(shift.source.folder, readonly=shift.copies)
        if state.uidvalidity != shift.source.uidvalidity:
            return
        if shift.copies:
            self._mailbox.copy(shift.source.uid, shift.target)
        else:
            self._mailbox.move(shift.source.uid, shift.target)


def _key(number: int) -> str:
    return f"mark:{number}"


def _pieces(numbers: list[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(numbers), TICKETS_AT_ONCE):
        yield tuple(numbers[start : start + TICKETS_AT_ONCE])
