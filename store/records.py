"""What crosses the border of the store: letters, outgoing letters, events and positions as frozen values.

Moments are aware and in UTC; addresses are lower-cased; message-ids have their angle brackets.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rules.decision import Proof
from rules.reason import Reason
from rules.ticket import Status, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a letter lies on the server: the only thing by which "read already" is known."""

    folder: str
    uidvalidity: int
    uid: int


class LetterRole(StrEnum):
    """What a kept letter is to its ticket."""

    REQUEST = "request"
    FOLLOW_UP = "follow_up"
    THANKS = "thanks"
    ANSWER = "answer"
    """An agent's answer to the client."""
    AGENT_FIRST = "agent_first"
    """An agent wrote first: a Sent letter on no ticket."""
    COMMAND = "command"
    NOTE = "note"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"
    """One of our own letters, as the server filed or returned it."""
    UNPROVED = "unproved"
    """Claims to be an agent's and is not proved."""
    COPY = "copy"
    """The same letter once more."""
    UNREADABLE = "unreadable"
    BACKFILLED = "backfilled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that came in (or was seen in Sent). ``raw`` is empty on values read back: ask for it by id.

    ``digest`` is the content's (``ParsedMail.digest``); ``truncated``: ``raw`` holds headers and text part only.
    """

    id: int | None = None
    place: Place | None
    message_id: str | None
    digest: str
    sender: str
    subject: str
    received_at: datetime
    taken_at: datetime
    role: LetterRole
    proof: Proof = Proof.NONE
    ticket: int | None
    truncated: bool = False
    marked: bool = False
    disposition: str
    reasons: tuple[Reason, ...] = ()
    defects: tuple[str, ...] = ()
    recipients: frozenset[str] = frozenset()
    """Whom an agent's first letter went to: their answer opens a ticket. Empty for all others."""
    raw: bytes = field(default=b"", repr=False)


class OutgoingState(StrEnum):
    """How far an outgoing letter has come."""

    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    COMMITTING = "committing"
    """Noted before the final dot: from here on it may have been delivered."""
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may or may not have been delivered, and nobody can tell."""
    SUPPRESSED = "suppressed"
    """Held back, with the reason kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter of ours, written once and frozen: every attempt sends the same bytes with the same Message-ID.

    ``template`` is the folder of its words. ``to_client``: belongs to ``letters`` of a ticket. ``automatic``: leaves
    through the gate of limits. ``envelope_from`` empty is the null sender. ``valid_until``: after this moment an
    unsent letter would promise the past and is written anew; None if it never ages. ``owner`` is the boot id of the
    service that took it in hand. ``body_key`` is a fingerprint of the incoming letter it answers, for the limits.
    ``in_doubt``: how often it may have gone out already without our knowing.
    """

    id: int | None = None
    key: str = ""
    """What may exist once only (``ack:1042``, ``digest:2026-11-24``); empty where any number may."""
    ticket: int | None
    template: str
    recipient: str
    message_id: str
    envelope_from: str
    raw: bytes = field(default=b"", repr=False)
    state: OutgoingState = OutgoingState.QUEUED
    to_client: bool
    automatic: bool
    repeatable: bool = True
    """False for an agent's relayed answer: of unknown fate it is shown to him, never repeated unasked."""
    reason: str = ""
    attempts: int = 0
    in_doubt: int = 0
    created_at: datetime
    next_attempt_at: datetime
    phase_at: datetime | None = None
    sent_at: datetime | None = None
    valid_until: datetime | None = None
    owner: str = ""
    body_key: str = ""
    domain: str = ""
    """The registered domain that the limits count by; empty where many strangers share it."""


class EventKind(StrEnum):
    """What happened to a ticket, or to the service where there is no ticket."""

    OPENED = "opened"
    JOINED = "joined"
    REOPENED = "reopened"
    LINKED = "linked"
    ANSWERED = "answered"
    STATUS = "status"
    DEADLINE = "deadline"
    COMMAND = "command"
    NOTE = "note"
    REFUSED = "refused"
    WARNED = "warned"
    BROKEN = "broken"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    LETTER_FAILED = "letter_failed"
    LETTER_UNKNOWN = "letter_unknown"
    IMPOSTOR = "impostor"
    QUARANTINED = "quarantined"
    BREAKER = "breaker"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    RECONCILED = "reconciled"
    UIDVALIDITY = "uidvalidity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, who did it, and a sentence about it. ``author`` is an address, ``client``, or
    ``supportd``."""

    id: int | None = None
    at: datetime
    ticket: int | None
    kind: EventKind
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPosition:
    """How far a folder has been read.

    Every UID up to ``settled`` and those in ``settled_above`` is stored or proven gone. ``started_after``: letters
    up to this UID were there before the first start and are taken by ``backfill`` alone. ``started_at``: the moment of
    the first start on this folder, which outlives changes of UIDVALIDITY.
    """

    folder: str
    uidvalidity: int
    started_after: int
    started_at: datetime
    settled: int
    settled_above: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A letter that broke the program: its raw bytes and the reason are kept, a person looks, it can be retried."""

    id: int | None = None
    place: Place | None
    received_at: datetime
    at: datetime
    reason: str
    attempts: int
    ticket: int | None
    solved_at: datetime | None = None
    raw: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """An entry of the list of contract violators kept by agents: an address, a domain (``@x.kz``) or an account."""

    what: str
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSheet:
    """A ticket with what a list of tickets tells of it.

    ``message_ids``: of all letters on it, in and out, oldest first. ``letters``: ours to clients, oldest first,
    without ``raw``.
    """

    ticket: Ticket
    message_ids: tuple[str, ...]
    letters: tuple[Outgoing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the store holds: pairs in the order of the enums, zeros included. ``quarantined`` counts open ones."""

    tickets: tuple[tuple[Status, int], ...]
    outgoing: tuple[tuple[OutgoingState, int], ...]
    letters: int
    quarantined: int
