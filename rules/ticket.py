"""A ticket and its deadlines as values; what may become of them is the table in ``rules/life.py``."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parsers.mail import Language
from rules.category import Category, Detail
from rules.schedule import Calendar


class Status(StrEnum):
    """Whose move it is."""

    OPEN = "open"
    """We owe an answer."""
    WAITING = "waiting"
    """The client's move."""
    CLOSED = "closed"


class DeadlineState(StrEnum):
    """What became of a promise, judged at the moment of asking."""

    RUNNING = "running"
    MET = "met"
    BROKEN = "broken"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One promise: these categories, asked at ``received_at``, are answered until ``due_at``. Moments in UTC.

    ``id`` is None until the store has kept it.
    """

    id: int | None = None
    categories: tuple[Category, ...]
    calendar: Calendar
    received_at: datetime
    reached_at: datetime
    deferred_until: datetime | None
    due_at: datetime
    met_at: datetime | None = None
    cancelled_at: datetime | None = None
    warn_at: datetime | None = None
    """When the agents are to be reminded that it will break: some working minutes before ``due_at``."""
    warned_at: datetime | None = None
    """When the agents were reminded that it will break; None if not (yet)."""
    told_broken_at: datetime | None = None

    def state(self, now: datetime) -> DeadlineState:
        """Met at or before ``due_at`` is met; a late answer leaves it broken (``met_at`` is set all the same)."""
        if self.cancelled_at is not None:
            return DeadlineState.CANCELLED
        if self.met_at is not None:
            return DeadlineState.MET if self.met_at <= self.due_at else DeadlineState.BROKEN
        return DeadlineState.BROKEN if now > self.due_at else DeadlineState.RUNNING

    def unanswered(self) -> bool:
        """Neither answered nor cancelled: running, or broken and still owed."""
        return self.met_at is None and self.cancelled_at is None


class TicketKind(StrEnum):
    """Why the ticket exists; only a request makes promises by itself."""

    REQUEST = "request"
    FORM = "form"
    """A request through the site's feedback form."""
    MACHINE = "machine"
    """A machine's first letter: no deadline, no reminder, no acknowledgement."""
    UNREADABLE = "unreadable"
    """A letter that broke the program: for people to look at, on the duty calendar, without acknowledgement."""
    UNPROVED = "unproved"
    """From one of our own or an agent's addresses, unproved and on no ticket: marked, without acknowledgement."""
    VIOLATOR = "violator"
    """From somebody on the list of contract violators: no deadline until an agent decides (clause 11)."""
    AGENT_FIRST = "agent_first"
    """Opened by the client's answer to a letter that an agent wrote first: a deadline, no acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A request with its promises.

    ``number`` is the bare number (1042), or None until the store has given one. ``addresses`` are those that count as
    the ticket's own: the requester, the authors of joined letters, the To/Cc of agents' answers.
    """

    number: int | None = None
    kind: TicketKind
    status: Status
    subject: str
    requester: str
    requester_name: str
    requester_proved: bool = False
    addresses: frozenset[str]
    categories: tuple[Category, ...]
    deadlines: tuple[Deadline, ...]
    missing: tuple[Detail, ...] = ()
    account_number: str | None = None
    conduct: bool = False
    wants_call: bool = False
    marked: bool = False
    """For people to notice: an unproved colleague, a doubtful copy, a violator."""
    linked_to: int | None = None
    opened_at: datetime
    changed_at: datetime
    """When the status last changed."""
    closed_at: datetime | None = None
    closes_at: datetime | None = None
    """When a waiting ticket closes by itself; None if it is not waiting, or never closes so."""
    language: Language = Language.OTHER
    """The language the client wrote his first letter in."""
    silent: bool = False
    """No reminders: the letter was older than ``max_age`` when it was taken, or a machine wrote it."""
    excerpt: str = ""
    """The beginning of the client's first words, one line: what agents are shown in lists."""
