"""Our own letters: written once, taken in hand, noted as committing before the final dot, sent or not.

Every change names the states it may start from and tells whether it was made, so that nothing is sent twice because
two looked at it at once.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, false, func, or_, select, true, update

from store.compression import compress, decompress
from store.prepared import Prepared
from store.records import Outgoing, OutgoingState
from store.statements import Work, inserting
from store.tables import outgoing, queued
from store.values import OUTGOING_COLUMNS, outgoing_of

_ONE = select(*OUTGOING_COLUMNS).where(outgoing.c.id == bindparam("id"))
_RAW = select(outgoing.c.raw).where(outgoing.c.id == bindparam("id"))
_BY_MESSAGE_ID = Prepared(select(*OUTGOING_COLUMNS).where(outgoing.c.message_id == bindparam("message_id")))
_BY_KEY = Prepared(select(*OUTGOING_COLUMNS).where(outgoing.c.key == bindparam("key")))
_OF_TICKET = (
    select(*OUTGOING_COLUMNS)
    .where(outgoing.c.ticket == bindparam("ticket"))
    .order_by(outgoing.c.created_at, outgoing.c.id)
)
_IN = select(*OUTGOING_COLUMNS).where(outgoing.c.state.in_(bindparam("states", expanding=True))).order_by(outgoing.c.id)
_DUE = Prepared(
    select(*OUTGOING_COLUMNS, outgoing.c.raw)
    .where(queued, outgoing.c.next_attempt_at <= bindparam("now"))
    .order_by(outgoing.c.next_attempt_at, outgoing.c.id)
    .limit(bindparam("most"))
)
_NEXT = Prepared(select(func.min(outgoing.c.next_attempt_at)).where(queued))
_ORPHANS = (
    select(*OUTGOING_COLUMNS)
    .where(
        outgoing.c.state.in_([OutgoingState.IN_FLIGHT, OutgoingState.COMMITTING]),
        outgoing.c.owner != bindparam("owner"),
    )
    .order_by(outgoing.c.id)
)
_HELD_BACK = (
    select(*OUTGOING_COLUMNS)
    .where(outgoing.c.created_at >= bindparam("since"), outgoing.c.state == OutgoingState.SUPPRESSED)
    .order_by(outgoing.c.created_at.desc(), outgoing.c.id.desc())
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).where(
    outgoing.c.created_at >= bindparam("since"),
    outgoing.c.automatic.is_(true()),
    outgoing.c.to_client.is_(true()),
    outgoing.c.state != OutgoingState.SUPPRESSED,
)
_COUNTS = {
    (): Prepared(_COUNT),
    ("recipient",): Prepared(_COUNT.where(outgoing.c.recipient_key == bindparam("recipient"))),
    ("domain",): Prepared(_COUNT.where(outgoing.c.domain == bindparam("domain"))),
    ("body_key",): Prepared(_COUNT.where(outgoing.c.body_key == bindparam("body_key"))),
}

_COUNT_ANSWERS = select(func.count()).where(
    outgoing.c.created_at >= bindparam("since"),
    outgoing.c.automatic.is_(true()),
    outgoing.c.to_client.is_(false()),
    outgoing.c.recipient_key == bindparam("recipient"),
)
_SENT_BEFORE = select(func.count()).select_from(
    select(outgoing.c.id)
    .where(outgoing.c.state == OutgoingState.SENT, outgoing.c.sent_at < bindparam("before"))
    .limit(bindparam("most"))
    .subquery()
)

_QUEUE = Prepared(inserting(outgoing).on_conflict_do_nothing().returning(outgoing.c.id))


def _from(*states: OutgoingState) -> Update:
    return update(outgoing).where(
        outgoing.c.id == bindparam("id_"), or_(*(outgoing.c.state == state for state in states))
    )


_UNSENT = tuple(state for state in OutgoingState if state is not OutgoingState.SENT)
_REPLACE = _from(OutgoingState.QUEUED, OutgoingState.IN_FLIGHT).where(outgoing.c.in_doubt == 0)
_TAKE = Prepared(
    _from(OutgoingState.QUEUED).values(
        state=OutgoingState.IN_FLIGHT, owner=bindparam("taker"), phase_at=bindparam("now")
    )
)
_COMMITTING = Prepared(_from(OutgoingState.IN_FLIGHT).values(state=OutgoingState.COMMITTING, phase_at=bindparam("now")))
_SENT = Prepared(
    _from(*_UNSENT).values(
        state=OutgoingState.SENT, sent_at=bindparam("at"), phase_at=bindparam("at"), owner="", reason=""
    )
)
_BACK = _from(*_UNSENT).values(
    state=OutgoingState.QUEUED,
    next_attempt_at=bindparam("at"),
    reason=bindparam("why"),
    attempts=bindparam("tried"),
    in_doubt=func.coalesce(bindparam("doubts", type_=outgoing.c.in_doubt.type), outgoing.c.in_doubt),
    owner="",
    phase_at=None,
)
_RETRY = _from(OutgoingState.QUEUED, OutgoingState.FAILED, OutgoingState.UNKNOWN, OutgoingState.SUPPRESSED).values(
    state=OutgoingState.QUEUED, next_attempt_at=bindparam("at"), owner="", phase_at=None
)
_FAIL = _from(*_UNSENT).values(state=OutgoingState.FAILED, reason=bindparam("why"), owner="")
_UNKNOWN = _from(OutgoingState.IN_FLIGHT, OutgoingState.COMMITTING).values(
    state=OutgoingState.UNKNOWN, reason=bindparam("why"), in_doubt=outgoing.c.in_doubt + 1, owner=""
)
_SUPPRESS = _from(OutgoingState.QUEUED, OutgoingState.IN_FLIGHT).values(
    state=OutgoingState.SUPPRESSED, reason=bindparam("why"), owner=""
)


class OutboxReads(Work):
    """Questions about our letters; values come without ``raw`` unless it says so."""

    def outgoing(self, outgoing_id: int) -> Outgoing | None:
        """One letter of ours, or None."""
        row = self._run(_ONE, id=outgoing_id).first()
        return None if row is None else outgoing_of(row)

    def raw_outgoing(self, outgoing_id: int) -> bytes:
        """The letter's bytes; empty where retention has let them go. LookupError if there is no such letter."""
        row = self._run(_RAW, id=outgoing_id).first()
        if row is None:
            raise LookupError(f"no outgoing letter {outgoing_id}")
        return decompress(row[0])

    def outgoing_of(self, number: int) -> tuple[Outgoing, ...]:
        """Our letters on a ticket, to clients and to agents, oldest first."""
        return tuple(outgoing_of(row) for row in self._run(_OF_TICKET, ticket=number))

    def outgoing_in(self, states: Collection[OutgoingState], limit: int | None = None) -> tuple[Outgoing, ...]:
        """Our letters in any of these states, oldest first, at most ``limit``."""
        if not states:
            return ()
        question = _IN if limit is None else _IN.limit(limit)
        return tuple(outgoing_of(row) for row in self._run(question, states=sorted(states)))

    def held_back_since(self, since: datetime, most: int) -> tuple[Outgoing, ...]:
        """The newest of our letters that were held back at ``since`` or later, at most so many, newest first."""
        return tuple(outgoing_of(row) for row in self._run(_HELD_BACK, since=since, most=most))

    def due_outgoing(self, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        """Queued letters to be tried now, longest waiting first, with ``raw``."""
        return tuple(outgoing_of(row) for row in self._run(_DUE, now=now, most=limit))

    def next_outgoing_at(self) -> datetime | None:
        """When the next queued letter is to be tried, in the past too; None if none is queued."""
        moment: datetime | None = self._run(_NEXT).scalar()
        return moment

    def find_outgoing(self, message_id: str) -> Outgoing | None:
        """The letter of ours with that Message-ID."""
        row = self._run(_BY_MESSAGE_ID, message_id=message_id).first()
        return None if row is None else outgoing_of(row)

    def find_outgoing_by_key(self, key: str) -> Outgoing | None:
        """The letter of ours with that key; an empty key is nobody's."""
        row = self._run(_BY_KEY, key=key).first() if key else None
        return None if row is None else outgoing_of(row)

    def count_automatic(
        self, since: datetime, *, recipient: str | None = None, domain: str | None = None, body_key: str | None = None
    ) -> int:
        """Automatic letters to clients written at ``since`` or later and not held back: to this recipient, to this
        domain, in answer to this body (one of the three at a time), or all."""
        asked = {"recipient": recipient, "domain": domain, "body_key": body_key}
        narrowed = {name: value for name, value in asked.items() if value is not None}
        count: int = self._run(_COUNTS[tuple(narrowed)], since=since, **narrowed).scalar_one()
        return count

    def count_answers(self, since: datetime, *, recipient: str) -> int:
        """Automatic letters to this agent written at ``since`` or later."""
        count: int = self._run(_COUNT_ANSWERS, since=since, recipient=recipient).scalar_one()
        return count

    def count_sent_before(self, before: datetime, *, at_least: int) -> int:
        """How many letters were sent before then, counted up to ``at_least``."""
        count: int = self._run(_SENT_BEFORE, before=before, most=at_least).scalar_one()
        return count

    def orphans(self, owner: str) -> tuple[Outgoing, ...]:
        """Letters that somebody else than ``owner`` had in hand and never finished: it is not running any more."""
        return tuple(outgoing_of(row) for row in self._run(_ORPHANS, owner=owner))


class OutboxWrites(OutboxReads):
    """The way of a letter of ours."""

    def queue(self, letter: Outgoing) -> Outgoing:
        """The letter with its id, without ``raw``; where one with its key or Message-ID is kept already, that one."""
        values = _values(letter)
        outgoing_id = self._run(_QUEUE, **values, **_kept_alone(letter)).scalar_one_or_none()
        if outgoing_id is not None:
            return Outgoing(id=outgoing_id, key=letter.key, raw=b"", **values)
        kept = self.find_outgoing_by_key(letter.key) or self.find_outgoing(letter.message_id)
        if kept is None:
            raise LookupError("a letter stands in the way and cannot be found")
        return kept

    def replace_outgoing(self, letter: Outgoing) -> bool:
        """New words for a letter that cannot have gone out yet; its state, attempts and owner stay. False: it may."""
        values = _values(letter) | _kept_alone(letter)
        for name in ("state", "attempts", "in_doubt", "owner", "phase_at", "sent_at", "created_at"):
            del values[name]
        return self._changed(_REPLACE.values(**values), id_=letter.id) == 1

    def take(self, ids: Iterable[int], owner: str, now: datetime) -> tuple[int, ...]:
        """Queued letters come in hand: the ids of those that did, in the order given."""
        return tuple(each for each in ids if self._changed(_TAKE, id_=each, taker=owner, now=now) == 1)

    def note_committing(self, outgoing_id: int, now: datetime, *, sent: Sequence[tuple[int, datetime]] = ()) -> bool:
        """Before the final dot of a letter in hand; also notes letters as sent. False: it was not in hand."""
        for other, at in sent:
            self._changed(_SENT, id_=other, at=at)
        return self._changed(_COMMITTING, id_=outgoing_id, now=now) == 1

    def note_sent(self, ids: Iterable[int], at: datetime) -> int:
        """Letters have gone out, as the server said or a copy shows, whatever was known before: how many are new."""
        return sum(self._changed(_SENT, id_=outgoing_id, at=at) for outgoing_id in ids)

    def put_back(
        self, outgoing_id: int, next_attempt_at: datetime, reason: str, attempts: int, *, in_doubt: int | None = None
    ) -> bool:
        """To be tried again then; ``in_doubt`` stays if None. For whoever has it in hand. False: it is sent."""
        values = {"at": next_attempt_at, "why": reason, "tried": attempts, "doubts": in_doubt}
        return self._changed(_BACK, id_=outgoing_id, **values) == 1

    def retry(self, outgoing_id: int, at: datetime) -> bool:
        """For a person's wish, beside a running service: False where the letter is sent or just in hand."""
        return self._changed(_RETRY, id_=outgoing_id, at=at) == 1

    def fail(self, outgoing_id: int, reason: str) -> bool:
        """Not to be tried again by itself. False: it is sent."""
        return self._changed(_FAIL, id_=outgoing_id, why=reason) == 1

    def note_unknown(self, outgoing_id: int, reason: str) -> bool:
        """It may or may not have gone out; ``in_doubt`` grows by one. False: it was not in hand."""
        return self._changed(_UNKNOWN, id_=outgoing_id, why=reason) == 1

    def suppress(self, outgoing_id: int, reason: str) -> bool:
        """Held back, with the reason. False: it may have gone out."""
        return self._changed(_SUPPRESS, id_=outgoing_id, why=reason) == 1


_FIELDS = tuple(name for name in Outgoing.__slots__ if name not in ("id", "key", "raw"))


def _values(letter: Outgoing) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in _FIELDS}


def _kept_alone(letter: Outgoing) -> dict[str, Any]:
    """What is kept otherwise than the value has it."""
    return {"key": letter.key or None, "recipient_key": letter.recipient, "raw": compress(letter.raw)}
