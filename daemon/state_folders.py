"""The folders by a ticket's state: what lies there is recognised, and what a person put into the closed one is closed.

A letter there that the store does not know was moved before anybody read it, or since the copy from which the store
was put back: it is taken like any other. What the server had before the first start is left alone.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from daemon.arrival import Arrival, identity_of, say_taken
from daemon.errors import PersonMustLook, TryAgainLater
from daemon.fetching import Absent, Fetched
from daemon.folders import FolderState, find_folder, find_sent
from daemon.read_letter import ReadLetter
from daemon.reader import ReadFault, Task
from daemon.reading_position import first_position, is_from_before
from daemon.taking import Tools
from rules.life_of_agent import close
from rules.policy import Policy
from rules.ticket import Status
from store.errors import AlreadyKept, StoreError
from store.records import Event, EventKind, FolderPosition, Letter, Place
from store.writing import Transaction

AUTHOR = "mail client"
"""Who closes a ticket by moving its letter: anybody with access to the mailbox, and the server does not tell whom."""
_PLACING = "marking:placing"
"""The letters that we are about to put into the closed folder: their arrival there is nobody's wish."""


class StateFolders:
    """Looks into the folders over a connection that belongs to the caller's thread."""

    def __init__(
        self,
        *,
        tools: Tools,
        policy: Policy,
        inbox: str,
        max_size: int,
    ) -> None:
        self._tools = tools
        self._mailbox = tools.mailbox
        self._store = tools.store
        self._time = tools.time_source
        self._journal = tools.journal
        self._policy = policy
        self._inbox = inbox
        self._max_size = max_size

    def find(self, configured: str, *, sent_folder: str) -> str | None:
        """The folder's name as the server lists it; one that is absent is made. Raises where it cannot be made.

        None for the folder of sent letters: nothing is to be moved in or out of it.
        """
        there = self._mailbox.folders()
        if find_folder(there, configured) is None:
            self._mailbox.create_folder(configured)
            self._journal.info("folder_made", folder=configured)
            there = self._mailbox.folders()
        name = find_folder(there, configured) or configured
        return None if name == find_sent(there, sent_folder) else name

    def look(self, folder: str, *, closes: bool) -> tuple[int, ...]:
        """Notes the places of what is new in ``folder``; gives the tickets on which something was found.

        ``closes``: it is the closed folder, and what a person has put there is closed.
        """
        position = self._position(folder, self._mailbox.select(folder))
        uids = self._mailbox.uids_after(position.settled)
        tickets: set[int] = set()
        for item in self._mailbox.fetch(uids, max_size=self._max_size):
            position = replace(position, settled=max(position.settled, item.uid))
            seen = _Seen(position=position, uid=item.uid, closes=closes)
            if isinstance(item, Absent) or item.stub:
                self._pass(seen)
            elif (ticket := self._sighted(item, seen)) is not None:
                tickets.add(ticket)
        return tuple(sorted(tickets))

    # --- what we put there ourselves

    def announce(self, letters: Iterable[int]) -> None:
        """Before letters are put into the closed folder: kept, so that a crash does not make it a person's act."""
        with self._store.transaction() as tx:
            tx.set_meta(_PLACING, json.dumps(sorted(set(letters) | _placing(tx))))

    def arrived(self) -> None:
        """Once the closed folder has been looked into after that."""
        with self._store.transaction() as tx:
            if _placing(tx):
                tx.set_meta(_PLACING, "[]")

    # --- how it is done

    def _position(self, folder: str, state: FolderState) -> FolderPosition:
        """How far the folder was looked through. What lay there before the first time, or before its letters were
        renumbered, closes nothing."""
        with self._store.view() as view:
            known = view.position(folder)
        if known is not None and known.uidvalidity == state.uidvalidity:
            return known
        last = max(self._mailbox.uids_after(0), default=0)
        position = first_position(folder, state.uidvalidity, last_uid=last, now=self._time.now(), from_beginning=False)
        if known is not None:
            position = replace(position, settled=0)
        with self._store.transaction() as tx:
            tx.settle(position)
        return position

    def _pass(self, seen: "_Seen") -> None:
        with self._store.transaction() as tx:
            tx.settle(seen.position)

    def _sighted(self, item: Fetched, seen: "_Seen") -> int | None:
        """The ticket of a letter that is on one, or None."""
        read = self._tools.reader.read_one(Task(raw=item.raw, in_sent_folder=False, now=self._time.now()))
        if isinstance(read, ReadFault):
            self._pass(seen)  # whether it is known cannot be told: the inbox has set it aside
            return None
        with self._store.transaction() as tx:
            known = tx.find_copy(identity_of(read, item.raw), read.mail.digest)
            if known is not None or not self._is_ours(tx, item, seen):
                tx.settle(seen.position)
                return None if known is None else self._recognised(tx, known, seen)
        return self._taken(item, read, seen)

    def _recognised(self, tx: Transaction, letter: Letter, seen: "_Seen") -> int | None:
        assert letter.id is not None
        try:
            tx.move_place(letter.id, seen.place)
        except AlreadyKept:
            return None
        if seen.closes and seen.is_news and letter.id not in _placing(tx):
            self._close(tx, letter.ticket, seen.position.folder)
        return letter.ticket

    def _is_ours(self, tx: Transaction, item: Fetched, seen: "_Seen") -> bool:
        """Whether an unknown letter would have been taken in the inbox: new there, received since the first start."""
        inbox = tx.position(self._inbox)
        return (
            seen.is_news and inbox is not None and item.received_at is not None
            and not is_from_before(inbox, item.received_at)
        )  # fmt: skip

    def _taken(self, item: Fetched, read: ReadLetter, seen: "_Seen") -> int | None:
        """Taken as the inbox would have. In the closed folder nobody waits for a letter of ours, or is reminded."""
        arrival = Arrival(
            place=seen.place,
            raw=item.raw,
            received_at=item.received_at or self._time.now(),
            truncated=item.truncated,
            silent=seen.closes,
            unexpected=True,
        )
        begun = time.monotonic()
        try:
            taken = self._tools.intake.take(arrival, read, seen.position)
        except (StoreError, TryAgainLater, PersonMustLook):
            raise
        except Exception as error:  # a fault of ours becomes a letter set aside, as in the inbox
            self._journal.error("letter_broke_the_program", trouble=error, uid=item.uid, attempt=1)
            taken = self._tools.intake.set_aside(
                arrival, f"{type(error).__name__} while it was taken", 1, seen.position
            )
        say_taken(self._journal, taken, folder=seen.position.folder, seconds=time.monotonic() - begun)
        self._tools.taken(taken)
        if seen.closes:
            with self._store.transaction() as tx:
                self._close(tx, taken.ticket, seen.position.folder)
        return taken.ticket

    def _close(self, tx: Transaction, number: int | None, folder: str) -> None:
        ticket = tx.ticket(number) if number is not None else None
        if ticket is None or ticket.status is Status.CLOSED:
            return
        now = self._time.now()
        tx.save_ticket(close(ticket, at=now, policy=self._policy).ticket)
        text = f"closed: a letter of it was put into the folder «{folder}»"
        tx.add_event(Event(at=now, ticket=ticket.number, kind=EventKind.STATUS, author=AUTHOR, text=text))
        self._journal.info("ticket_closed_in_the_mail_client", ticket=ticket.number, folder=folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A letter seen in a folder. ``position``: how far the folder is looked through with it."""

    position: FolderPosition
    uid: int
    closes: bool

    @property
    def place(self) -> Place:
        return Place(folder=self.position.folder, uidvalidity=self.position.uidvalidity, uid=self.uid)

    @property
    def is_news(self) -> bool:
        """It was put there since the folder was first looked into under these numbers."""
        return self.uid > self.position.started_after


def _placing(tx: Transaction) -> set[int]:
    return set(json.loads(tx.meta(_PLACING) or "[]"))
