"""What the clock asks: which promises are to be spoken of now, and when to look again. Each is an index look-up."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import TextClause, bindparam, func, select, text, update

from rules.ticket import Deadline, Status, Ticket
from store.statements import CHUNK, chunks
from store.tables import closing, deadlines, ringing, tickets, unwarned
from store.tickets import TicketReads
from store.values import DEADLINE_COLUMNS, deadline_of


def _condition(by_dialect: dict[str, TextClause], dialect: str) -> TextClause:
    return text(" AND ".join(f"deadlines.{part}" for part in by_dialect[dialect].text.split(" AND ")))


_DIALECTS = ("sqlite", "postgresql")
_COLUMNS = (deadlines.c.ticket, *DEADLINE_COLUMNS)
_ALIVE = tickets.c.status != Status.CLOSED
_WARNINGS = {
    dialect: select(*_COLUMNS)
    .join(tickets, tickets.c.number == deadlines.c.ticket)
    .where(
        _condition(unwarned, dialect),
        deadlines.c.warn_at <= bindparam("now"),
        deadlines.c.due_at >= bindparam("now"),
        _ALIVE,
    )
    .order_by(deadlines.c.due_at, deadlines.c.id)
    for dialect in _DIALECTS
}
_BROKEN = {
    dialect: select(*_COLUMNS)
    .join(tickets, tickets.c.number == deadlines.c.ticket)
    .where(_condition(ringing, dialect), deadlines.c.due_at < bindparam("now"), _ALIVE)
    .order_by(deadlines.c.due_at, deadlines.c.id)
    for dialect in _DIALECTS
}
_CLOSINGS = (
    select(tickets.c.number).where(closing, tickets.c.closes_at <= bindparam("now")).order_by(tickets.c.closes_at)
)
_NEXT_WARNING = {
    dialect: select(deadlines.c.warn_at)
    .join(tickets, tickets.c.number == deadlines.c.ticket)
    .where(
        _condition(unwarned, dialect), deadlines.c.warn_at.is_not(None), deadlines.c.due_at >= bindparam("now"), _ALIVE
    )
    .order_by(deadlines.c.warn_at)
    .limit(1)
    for dialect in _DIALECTS
}
_NEXT_BREACH = {
    dialect: select(deadlines.c.due_at)
    .join(tickets, tickets.c.number == deadlines.c.ticket)
    .where(_condition(ringing, dialect), _ALIVE)
    .order_by(deadlines.c.due_at)
    .limit(1)
    for dialect in _DIALECTS
}
_NEXT_CLOSING = select(func.min(tickets.c.closes_at)).where(closing)
_PROMISES = (
    select(*_COLUMNS)
    .where(
        deadlines.c.due_at >= bindparam("start"),
        deadlines.c.due_at < bindparam("end"),
        deadlines.c.id > bindparam("after"),
    )
    .order_by(deadlines.c.id)
    .limit(CHUNK)
)
_MARK = {
    name: update(deadlines)
    .where(deadlines.c.id.in_(bindparam("ids", expanding=True)), deadlines.c[name].is_(None))
    .values({name: bindparam("at")})
    for name in ("warned_at", "told_broken_at")
}

_AN_INSTANT = timedelta(microseconds=1)
_Promise = tuple[Ticket, Deadline]


class ClockReads(TicketReads):
    """Promises by their moments. A closed or silent ticket is never among those to be spoken of."""

    def warnings_due(self, now: datetime) -> tuple[_Promise, ...]:
        """Unanswered promises with ``warn_at <= now <= due_at`` of which nobody was reminded yet, soonest due first."""
        return self._with_tickets(
            (row.ticket, deadline_of(row)) for row in self._run(_WARNINGS[self._dialect], now=now)
        )

    def broken_due(self, now: datetime) -> tuple[_Promise, ...]:
        """Unanswered promises with ``due_at < now`` of which nobody was told yet, the oldest first."""
        return self._with_tickets((row.ticket, deadline_of(row)) for row in self._run(_BROKEN[self._dialect], now=now))

    def closings_due(self, now: datetime) -> tuple[Ticket, ...]:
        """Waiting tickets with ``closes_at <= now``, the longest overdue first."""
        numbers = tuple(self._run(_CLOSINGS, now=now).scalars())
        found = self._tickets_numbered(numbers)
        return tuple(found[number] for number in numbers)

    def next_clock_moment(self, now: datetime) -> datetime | None:
        """The earliest moment at which one of the three questions has an answer not yet acted on; past ones too.

        A ``warn_at`` whose promise is broken at ``now`` no longer counts: its ``due_at`` does. None: nothing runs.
        """
        due_at = self._run(_NEXT_BREACH[self._dialect]).scalar()
        moments = (
            self._run(_NEXT_WARNING[self._dialect], now=now).scalar(),
            None if due_at is None else due_at + _AN_INSTANT,  # met at due_at is met
            self._run(_NEXT_CLOSING).scalar(),
        )
        return min((moment for moment in moments if moment is not None), default=None)

    def promises_between(self, start: datetime, end: datetime) -> Iterator[_Promise]:
        """Every promise with ``start <= due_at < end``, cancelled ones too, in the order made, streamed."""
        after = 0
        while rows := self._run(_PROMISES, start=start, end=end, after=after).all():
            yield from self._with_tickets((row.ticket, deadline_of(row)) for row in rows)
            after = rows[-1].id

    def _with_tickets(self, promises: Iterable[tuple[int, Deadline]]) -> tuple[_Promise, ...]:
        held = tuple(promises)
        if not held:
            return ()
        found = self._tickets_numbered(number for number, _ in held)
        return tuple((found[number], deadline) for number, deadline in held)


class ClockWrites(ClockReads):
    """Noting that people were told."""

    def mark_warned(self, deadline_ids: Iterable[int], at: datetime) -> int:
        """How many of them were not marked before."""
        return self._mark("warned_at", deadline_ids, at)

    def mark_told_broken(self, deadline_ids: Iterable[int], at: datetime) -> int:
        """How many of them were not marked before."""
        return self._mark("told_broken_at", deadline_ids, at)

    def _mark(self, name: str, deadline_ids: Iterable[int], at: datetime) -> int:
        return sum(self._changed(_MARK[name], ids=piece, at=at) for piece in chunks(deadline_ids))
