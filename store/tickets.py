"""Tickets and their promises: opened, saved as a whole, listed without being held in memory all at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, select, update

from rules.ticket import Deadline, Status, Ticket
from store.prepared import Prepared
from store.records import Outgoing, TicketSheet
from store.statements import CHUNK, Work, chunks
from store.tables import deadlines, letters, outgoing, tickets
from store.values import DEADLINE_COLUMNS, OUTGOING_COLUMNS, deadline_of, outgoing_of

_TICKET = Prepared(select(tickets).where(tickets.c.number == bindparam("number")))
_TICKETS = select(tickets).where(tickets.c.number.in_(bindparam("numbers", expanding=True))).order_by(tickets.c.number)
_ADDRESSES = select(tickets.c.addresses).where(tickets.c.number == bindparam("number"))
_DEADLINES = Prepared(
    select(deadlines.c.ticket, *DEADLINE_COLUMNS)
    .where(deadlines.c.ticket == bindparam("number"))
    .order_by(deadlines.c.id)
)
_DEADLINES_OF = (
    select(deadlines.c.ticket, *DEADLINE_COLUMNS)
    .where(deadlines.c.ticket.in_(bindparam("numbers", expanding=True)))
    .order_by(deadlines.c.id)
)
_LETTER_IDS = select(letters.c.ticket, letters.c.received_at, letters.c.id, letters.c.message_id).where(
    letters.c.ticket.in_(bindparam("numbers", expanding=True)), letters.c.message_id.is_not(None)
)
_OUTGOING = (
    select(*OUTGOING_COLUMNS)
    .where(outgoing.c.ticket.in_(bindparam("numbers", expanding=True)))
    .order_by(outgoing.c.created_at, outgoing.c.id)
)

_OPEN = Prepared(insert(tickets).returning(tickets.c.number))
_SAVE = update(tickets).where(tickets.c.number == bindparam("number_"))
_PROMISE = Prepared(insert(deadlines).returning(deadlines.c.id))
_CHANGE = update(deadlines).where(deadlines.c.id == bindparam("id_"), deadlines.c.ticket == bindparam("ticket_"))


class TicketReads(Work):
    """Questions about tickets."""

    def ticket(self, number: int) -> Ticket | None:
        """One ticket with its promises, or None."""
        row = self._run(_TICKET, number=number).first()
        if row is None:
            return None
        return _ticket(row, tuple(deadline_of(found) for found in self._run(_DEADLINES, number=number)))

    def addresses_of(self, number: int) -> frozenset[str] | None:
        """The addresses that count as the ticket's own; None if there is no such ticket."""
        addresses: frozenset[str] | None = self._run(_ADDRESSES, number=number).scalar_one_or_none()
        return addresses

    def tickets(
        self,
        *,
        statuses: Collection[Status] | None = None,
        requester: str | None = None,
        since: datetime | None = None,
    ) -> Iterator[Ticket]:
        """Tickets, oldest first, streamed; ``since``: opened then or later. To be read within the view."""
        for rows in self._pages(statuses, requester, since):
            promises = self._promises([row.number for row in rows])
            yield from (_ticket(row, promises.get(row.number, ())) for row in rows)

    def ticket_sheets(
        self,
        *,
        statuses: Collection[Status] | None = None,
        requester: str | None = None,
        since: datetime | None = None,
    ) -> Iterator[TicketSheet]:
        """As ``tickets``, each with its Message-IDs and our letters to the client: four questions per 500 tickets."""
        for rows in self._pages(statuses, requester, since):
            numbers = [row.number for row in rows]
            promises = self._promises(numbers)
            sent = self._outgoing(numbers)
            ids = self._message_ids(numbers, sent)
            for row in rows:
                yield TicketSheet(
                    ticket=_ticket(row, promises.get(row.number, ())),
                    message_ids=ids.get(row.number, ()),
                    letters=tuple(letter for letter in sent.get(row.number, ()) if letter.to_client),
                )

    def _tickets_numbered(self, numbers: Iterable[int]) -> dict[int, Ticket]:
        found: dict[int, Ticket] = {}
        for piece in chunks(sorted(set(numbers))):
            promises = self._promises(piece)
            for row in self._run(_TICKETS, numbers=piece):
                found[row.number] = _ticket(row, promises.get(row.number, ()))
        return found

    def _pages(
        self, statuses: Collection[Status] | None, requester: str | None, since: datetime | None
    ) -> Iterator[Sequence[Row[Any]]]:
        question = _listing(statuses, requester, since)
        after = 0
        while rows := self._run(question, after=after).all():
            yield rows
            after = rows[-1].number

    def _promises(self, numbers: Sequence[int]) -> dict[int, tuple[Deadline, ...]]:
        found: defaultdict[int, list[Deadline]] = defaultdict(list)
        for row in self._run(_DEADLINES_OF, numbers=numbers):
            found[row.ticket].append(deadline_of(row))
        return {number: tuple(promises) for number, promises in found.items()}

    def _outgoing(self, numbers: Sequence[int]) -> dict[int, list[Outgoing]]:
        found: defaultdict[int, list[Outgoing]] = defaultdict(list)
        for row in self._run(_OUTGOING, numbers=numbers):
            found[row.ticket].append(outgoing_of(row))
        return found

    def _message_ids(self, numbers: Sequence[int], sent: dict[int, list[Outgoing]]) -> dict[int, tuple[str, ...]]:
        moments: defaultdict[int, list[tuple[datetime, int, int, str]]] = defaultdict(list)
        for number, received_at, letter_id, message_id in self._run(_LETTER_IDS, numbers=numbers):
            moments[number].append((received_at, 0, letter_id, message_id))
        for number, ours in sent.items():
            moments[number] += [(letter.created_at, 1, letter.id or 0, letter.message_id) for letter in ours]
        return {number: tuple(dict.fromkeys(entry[3] for entry in sorted(rows))) for number, rows in moments.items()}


class TicketWrites(TicketReads):
    """Opening and saving tickets."""

    def open_ticket(self, ticket: Ticket) -> Ticket:
        """The ticket with the next number, its promises with their ids. ValueError if it has a number."""
        if ticket.number is not None:
            raise ValueError("a ticket that has a number is open already")
        values = _values(ticket)
        number = self._run(_OPEN, **values).scalar_one()
        promises = tuple(self._promise(number, deadline, ticket.silent) for deadline in ticket.deadlines)
        return Ticket(number=number, deadlines=promises, **values)

    def save_ticket(self, ticket: Ticket) -> Ticket:
        """The ticket as it is now kept: promises without an id are new, those with one are changed where they differ;
        addresses are added to those kept. LookupError if there is no such ticket."""
        kept = None if ticket.number is None else self.ticket(ticket.number)
        if kept is None or ticket.number is None:
            raise LookupError(f"no ticket {ticket.number}")
        merged = replace(ticket, addresses=ticket.addresses | kept.addresses)
        if replace(merged, deadlines=kept.deadlines) != kept:
            self._run(_SAVE.values(**_values(merged)), number_=ticket.number)
        before = {deadline.id: deadline for deadline in kept.deadlines}
        promises = []
        for deadline in ticket.deadlines:
            if deadline.id is None:
                promises.append(self._promise(ticket.number, deadline, ticket.silent))
                continue
            if before.get(deadline.id) != deadline or ticket.silent != kept.silent:
                values = _deadline_values(deadline)
                self._run(_CHANGE.values(**values, silent=ticket.silent), id_=deadline.id, ticket_=ticket.number)
            promises.append(deadline)
        return replace(merged, deadlines=tuple(promises))

    def _promise(self, number: int, deadline: Deadline, silent: bool) -> Deadline:
        values = _deadline_values(deadline)
        return Deadline(id=self._run(_PROMISE, ticket=number, silent=silent, **values).scalar_one(), **values)


def _listing(statuses: Collection[Status] | None, requester: str | None, since: datetime | None) -> Select[Any]:
    question = select(tickets).where(tickets.c.number > bindparam("after")).order_by(tickets.c.number).limit(CHUNK)
    if statuses is not None:
        question = question.where(tickets.c.status.in_(list(statuses)))
    if requester is not None:
        question = question.where(tickets.c.requester == requester)
    if since is not None:
        question = question.where(tickets.c.opened_at >= since)
    return question


_TICKET_FIELDS = tuple(name for name in Ticket.__slots__ if name not in ("number", "deadlines"))
_DEADLINE_FIELDS = tuple(name for name in Deadline.__slots__ if name != "id")


def _ticket(row: Row[Any], promises: tuple[Deadline, ...]) -> Ticket:
    return Ticket(deadlines=promises, **row._mapping)


def _values(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in _TICKET_FIELDS}


def _deadline_values(deadline: Deadline) -> dict[str, Any]:
    return {name: getattr(deadline, name) for name in _DEADLINE_FIELDS}
