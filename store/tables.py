"""The tables. Nothing here leaves this folder: what crosses its border are the frozen values of ``records``.

Collections that are only read and written as a whole (reasons, categories, a ticket's addresses) are JSON columns.
Texts by which rows are looked up and whose length a sender decides have ``Key`` columns or hash indexes, because
PostgreSQL's b-trees refuse long values. Conditions of partial indexes are literals: SQLite uses such an index only
where the question repeats them word by word, so the questions take them from here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, TextClause, text
from sqlmodel import Field, SQLModel

from parsers.mail import Language
from rules.category import Category, Detail
from rules.decision import Proof
from rules.reason import Reason
from rules.schedule import Calendar
from rules.ticket import Status, TicketKind
from store.columns import Choice, Collection, Key, Moment, Words
from store.records import EventKind, LetterRole, OutgoingState


def _categories(values: list[Any]) -> tuple[Category, ...]:
    return tuple(Category(value) for value in values)


def _details(values: list[Any]) -> tuple[Detail, ...]:
    return tuple(Detail(value) for value in values)


def _reasons(values: list[Any]) -> tuple[Reason, ...]:
    return tuple(
        Reason(decision=decision, value=value, clause=clause, evidence=evidence)
        for decision, value, clause, evidence in values
    )


def _reason_lists(reasons: tuple[Reason, ...]) -> list[list[str | None]]:
    return [[reason.decision, reason.value, reason.clause, reason.evidence] for reason in reasons]


_RUNNING = "met_at IS NULL AND cancelled_at IS NULL AND told_broken_at IS NULL AND silent IS "
ringing = {"sqlite": text(f"{_RUNNING}0"), "postgresql": text(f"{_RUNNING}false")}
"""Deadlines that the clock will still ring for, by dialect."""
unwarned = {name: text(f"{condition.text} AND warned_at IS NULL") for name, condition in ringing.items()}
closing = text("closes_at IS NOT NULL AND status = 'waiting'")
queued = text("state = 'queued'")


def _partial(name: str, *columns: str, sqlite: TextClause, postgresql: TextClause) -> Index:
    return Index(name, *columns, sqlite_where=sqlite, postgresql_where=postgresql)


class TicketRow(SQLModel, table=True):
    """One ticket; its promises stand in ``deadlines``. Numbers begin at 1001 and are never given twice."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_status", "status", "number"),
        Index("ix_tickets_requester", "requester", postgresql_using="hash"),
        _partial("ix_tickets_closing", "closes_at", sqlite=closing, postgresql=closing),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    kind: TicketKind = Field(sa_column=Column(Choice(TicketKind), nullable=False))
    status: Status = Field(sa_column=Column(Choice(Status), nullable=False))
    subject: str = Field(sa_column=Column(Words, nullable=False))
    requester: str = Field(sa_column=Column(Words, nullable=False))
    requester_name: str = Field(sa_column=Column(Words, nullable=False))
    requester_proved: bool
    addresses: frozenset[str] = Field(sa_column=Column(Collection(frozenset, sorted), nullable=False))
    categories: tuple[Category, ...] = Field(sa_column=Column(Collection(_categories), nullable=False))
    missing: tuple[Detail, ...] = Field(sa_column=Column(Collection(_details), nullable=False))
    account_number: str | None = Field(sa_column=Column(Words, nullable=True))
    conduct: bool
    wants_call: bool
    marked: bool
    linked_to: int | None = Field(foreign_key="tickets.number")
    opened_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    changed_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    closed_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    closes_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    language: Language = Field(sa_column=Column(Choice(Language), nullable=False))
    silent: bool
    excerpt: str = Field(sa_column=Column(Words, nullable=False))


class DeadlineRow(SQLModel, table=True):
    """One promise. ``silent`` repeats the ticket's, so that the clock's indexes hold only what it will ever ring."""

    __tablename__ = "deadlines"
    __table_args__ = (
        Index("ix_deadlines_ticket", "ticket"),
        _partial("ix_deadlines_warn", "warn_at", **unwarned),
        _partial("ix_deadlines_due", "due_at", **ringing),
    )

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    ticket: int = Field(foreign_key="tickets.number")
    categories: tuple[Category, ...] = Field(sa_column=Column(Collection(_categories), nullable=False))
    calendar: Calendar = Field(sa_column=Column(Choice(Calendar), nullable=False))
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    reached_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    deferred_until: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    due_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    met_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    cancelled_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    warn_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    warned_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    told_broken_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    silent: bool


class LetterRow(SQLModel, table=True):
    """One letter that came in. ``folder``, ``uidvalidity``, ``uid``: where it was seen last; ``places`` knows all.

    ``content_key`` is a hash of Message-ID and digest, by which a letter is known wherever it lies; NULL without a
    Message-ID. ``raw`` is a zstd frame, NULL where retention has let it go; it stands last, because SQLite then reads
    the other columns without walking through it.
    """

    __tablename__ = "letters"
    __table_args__ = (
        Index("uq_letters_content", "content_key", unique=True),
        Index("ix_letters_digest", "digest", "received_at"),
        Index("ix_letters_message_id", "message_id", postgresql_using="hash"),
        Index("ix_letters_ticket", "ticket"),
    )

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    content_key: str | None = Field(sa_column=Column(Words, nullable=True))
    folder: str | None = Field(sa_column=Column(Words, nullable=True))
    uidvalidity: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    uid: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    message_id: str | None = Field(sa_column=Column(Words, nullable=True))
    digest: str = Field(sa_column=Column(Words, nullable=False))
    sender: str = Field(sa_column=Column(Words, nullable=False))
    subject: str = Field(sa_column=Column(Words, nullable=False))
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    taken_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    role: LetterRole = Field(sa_column=Column(Choice(LetterRole), nullable=False))
    proof: Proof = Field(sa_column=Column(Choice(Proof), nullable=False))
    ticket: int | None = Field(foreign_key="tickets.number")
    truncated: bool
    marked: bool
    disposition: str = Field(sa_column=Column(Words, nullable=False))
    reasons: tuple[Reason, ...] = Field(sa_column=Column(Collection(_reasons, _reason_lists), nullable=False))
    defects: tuple[str, ...] = Field(sa_column=Column(Collection(tuple), nullable=False))
    recipients: frozenset[str] = Field(sa_column=Column(Collection(frozenset, sorted), nullable=False))
    raw: bytes | None = Field(repr=False, sa_column=Column(LargeBinary, nullable=True))


class PlaceRow(SQLModel, table=True):
    """Every place where a kept letter was ever seen."""

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_letter", "letter"), {"sqlite_with_rowid": False})

    folder: str = Field(sa_column=Column(Key, primary_key=True))
    uidvalidity: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    uid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    letter: int = Field(foreign_key="letters.id")


class OutgoingRow(SQLModel, table=True):
    """The outbox. ``key`` is NULL where the letter has none; ``recipient_key``, ``domain`` and
    ``body_key`` serve the limits."""

    __tablename__ = "outgoing"
    __table_args__ = (
        Index("uq_outgoing_key", "key", unique=True),
        Index("uq_outgoing_message_id", "message_id", unique=True),
        Index("ix_outgoing_ticket", "ticket"),
        _partial("ix_outgoing_due", "next_attempt_at", "id", sqlite=queued, postgresql=queued),
        Index("ix_outgoing_state", "state"),
        Index("ix_outgoing_recipient", "recipient_key", "created_at"),
        Index("ix_outgoing_domain", "domain", "created_at"),
        Index("ix_outgoing_body", "body_key", "created_at"),
        Index("ix_outgoing_created", "created_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    key: str | None = Field(sa_column=Column(Key, nullable=True))
    ticket: int | None = Field(foreign_key="tickets.number")
    template: str = Field(sa_column=Column(Words, nullable=False))
    recipient: str = Field(sa_column=Column(Words, nullable=False))
    recipient_key: str = Field(sa_column=Column(Key, nullable=False))
    domain: str = Field(sa_column=Column(Key, nullable=False))
    message_id: str = Field(sa_column=Column(Key, nullable=False))
    envelope_from: str = Field(sa_column=Column(Words, nullable=False))
    state: OutgoingState = Field(sa_column=Column(Choice(OutgoingState), nullable=False))
    to_client: bool
    automatic: bool
    repeatable: bool
    reason: str = Field(sa_column=Column(Words, nullable=False))
    attempts: int
    in_doubt: int
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    next_attempt_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    phase_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    sent_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    valid_until: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    owner: str = Field(sa_column=Column(Words, nullable=False))
    body_key: str = Field(sa_column=Column(Key, nullable=False))
    raw: bytes | None = Field(repr=False, sa_column=Column(LargeBinary, nullable=True))


class EventRow(SQLModel, table=True):
    """What happened, to a ticket or to the service."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_ticket", "ticket"), Index("ix_events_at", "at"))

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ticket: int | None = Field(foreign_key="tickets.number")
    kind: EventKind = Field(sa_column=Column(Choice(EventKind), nullable=False))
    author: str = Field(sa_column=Column(Words, nullable=False))
    text: str = Field(sa_column=Column(Words, nullable=False))


class PositionRow(SQLModel, table=True):
    """How far each folder has been read."""

    __tablename__ = "positions"

    folder: str = Field(sa_column=Column(Key, primary_key=True))
    uidvalidity: int = Field(sa_column=Column(BigInteger, nullable=False))
    started_after: int = Field(sa_column=Column(BigInteger, nullable=False))
    started_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    settled: int = Field(sa_column=Column(BigInteger, nullable=False))
    settled_above: frozenset[int] = Field(sa_column=Column(Collection(frozenset, sorted), nullable=False))


class QuarantinedRow(SQLModel, table=True):
    """Letters that broke the program; one row per place, and one per letter without a place."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("uq_quarantine_place", "folder", "uidvalidity", "uid", unique=True),)

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    folder: str | None = Field(sa_column=Column(Key, nullable=True))
    uidvalidity: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    uid: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    reason: str = Field(sa_column=Column(Words, nullable=False))
    attempts: int
    ticket: int | None = Field(foreign_key="tickets.number")
    solved_at: datetime | None = Field(sa_column=Column(Moment, nullable=True))
    raw: bytes | None = Field(repr=False, sa_column=Column(LargeBinary, nullable=True))


class BlockedRow(SQLModel, table=True):
    """The list of contract violators."""

    __tablename__ = "blocked"

    what: str = Field(sa_column=Column(Key, primary_key=True))
    author: str = Field(sa_column=Column(Words, nullable=False))
    reason: str = Field(sa_column=Column(Words, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class MetaRow(SQLModel, table=True):
    """Single facts by name, the signing key among them: values are never shown."""

    __tablename__ = "meta"

    key: str = Field(sa_column=Column(Key, primary_key=True))
    value: str = Field(repr=False, sa_column=Column(Words, nullable=False))


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


tickets = _table("tickets")
deadlines = _table("deadlines")
letters = _table("letters")
places = _table("places")
outgoing = _table("outgoing")
events = _table("events")
positions = _table("positions")
quarantine = _table("quarantine")
blocked = _table("blocked")
meta = _table("meta")
