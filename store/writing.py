"""One write transaction: kept together or not at all."""

from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from rules.ticket import Status
from store.clock import ClockWrites
from store.ledger import LedgerWrites
from store.letters import LetterWrites
from store.outbox import OutboxWrites
from store.records import OutgoingState
from store.statements import CHUNK
from store.tables import letters, outgoing, tickets
from store.tickets import TicketWrites
from store.view import View

_CLOSED_LONG_AGO = select(tickets.c.number).where(
    tickets.c.status == Status.CLOSED, tickets.c.closed_at < bindparam("before")
)
_FINISHED = (OutgoingState.SENT, OutgoingState.FAILED, OutgoingState.SUPPRESSED)
_LET_GO = (
    update(letters)
    .values(raw=None)
    .where(
        letters.c.id.in_(
            select(letters.c.id)
            .where(
                letters.c.raw.is_not(None),
                or_(
                    letters.c.ticket.in_(_CLOSED_LONG_AGO),
                    letters.c.ticket.is_(None) & (letters.c.taken_at < bindparam("before")),
                ),
            )
            .limit(CHUNK)
        )
    ),
    update(outgoing)
    .values(raw=None)
    .where(
        outgoing.c.id.in_(
            select(outgoing.c.id)
            .where(
                outgoing.c.raw.is_not(None),
                outgoing.c.state.in_(_FINISHED),
                or_(
                    outgoing.c.ticket.in_(_CLOSED_LONG_AGO),
                    outgoing.c.ticket.is_(None) & (outgoing.c.created_at < bindparam("before")),
                ),
            )
            .limit(CHUNK)
        )
    ),
)


class Transaction(View, LetterWrites, ClockWrites, TicketWrites, OutboxWrites, LedgerWrites):
    """Everything a view can tell, as this transaction sees it, and every change."""

    def let_go(self, closed_before: datetime) -> int:
        """Retention: drops the bytes of letters on tickets closed before then, and of letters on no ticket that are
        older, some hundred at a time; how many. Zero: there are no more. What is known of the letters stays."""
        return sum(self._changed(statement, before=closed_before) for statement in _LET_GO)
