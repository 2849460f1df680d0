"""The folders by a ticket's state: what lies there is recognised, and what a person put into the closed one is closed.

Nothing here opens a ticket: a letter that the store does not know is left alone.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from daemon.arrival import identity_of
from daemon.fetching import Absent, Fetched
from daemon.folders import FolderState, find_folder, find_sent
from daemon.journal import Journal
from daemon.mailbox import Mailbox
from daemon.reader import Reader, ReadFault, Task
from daemon.reading_position import first_position
from daemon.time_source import TimeSource
from rules.life_of_agent import close
from rules.policy import Policy
from rules.ticket import Status
from store.errors import AlreadyKept
from store.records import Event, EventKind, FolderPosition, Letter, Place
from store.store import Store
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
        mailbox: Mailbox,
        store: Store,
        reader: Reader,
        policy: Policy,
        time_source: TimeSource,
        journal: Journal,
        max_size: int,
    ) -> None:
        self._mailbox = mailbox
        self._store = store
        self._reader = reader
        self._policy = policy
        self._time = time_source
        self._journal = journal
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
            ticket = self._sighted(item, position, closes=closes and item.uid > position.started_after)
            if ticket is not None:
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

    def _sighted(self, item: Fetched | Absent, position: FolderPosition, *, closes: bool) -> int | None:
        """The ticket of a letter that is on one, or None."""
        read = None
        if isinstance(item, Fetched):
            read = self._reader.read_one(Task(raw=item.raw, in_sent_folder=False, now=self._time.now()))
        with self._store.transaction() as tx:
            tx.settle(position)
            if read is None or isinstance(read, ReadFault):
                return None
            assert isinstance(item, Fetched)
            known = tx.find_copy(identity_of(read, item.raw), read.mail.digest)
            if known is None or known.id is None:
                return None
            place = Place(folder=position.folder, uidvalidity=position.uidvalidity, uid=item.uid)
            try:
                tx.move_place(known.id, place)
            except AlreadyKept:
                return None
            if closes and known.id not in _placing(tx):
                self._close(tx, known, position.folder)
            return known.ticket

    def _close(self, tx: Transaction, letter: Letter, folder: str) -> None:
        ticket = tx.ticket(letter.ticket) if letter.ticket is not None else None
        if ticket is None or ticket.status is Status.CLOSED:
            return
        now = self._time.now()
        tx.save_ticket(close(ticket, at=now, policy=self._policy).ticket)
        text = f"closed: a letter of it was put into the folder «{folder}»"
        tx.add_event(Event(at=now, ticket=ticket.number, kind=EventKind.STATUS, author=AUTHOR, text=text))
        self._journal.info("ticket_closed_in_the_mail_client", ticket=ticket.number, folder=folder)


def _placing(tx: Transaction) -> set[int]:
    return set(json.loads(tx.meta(_PLACING) or "[]"))
