"""A ticket's life as one table: what can happen to it, and what becomes of it and of its promises.

``life_of_client.py`` and ``life_of_agent.py`` do what its rows say. All functions are pure: a ticket in, a ``Change``
out. Moments are aware, in UTC, and mean when the thing happened (INTERNALDATE), not when we noticed it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum, auto

from rules.policy import Policy
from rules.ticket import Deadline, Status, Ticket


class Happening(Enum):
    """What can happen to a ticket that exists."""

    CLIENT_WRITES = auto()
    CLIENT_THANKS = auto()
    MACHINE_WRITES = auto()
    AGENT_ANSWERS = auto()
    AGENT_CLOSES = auto()
    AGENT_REOPENS = auto()
    AGENT_REFUSES = auto()
    AGENT_CATEGORISES = auto()
    AGENT_EXTENDS = auto()
    AGENT_DEFERS = auto()
    AGENT_WAITS = auto()
    SILENCE = auto()


class Clocks(Enum):
    """What becomes of the promises."""

    UNTOUCHED = auto()
    RUN_ON = auto()
    """Running ones run on; a calendar without a running one gets one, a new category adds a part."""
    MEET = auto()
    """Every one received before the answer and not deferred to a later moment is met."""
    MEET_ALL = auto()
    CANCEL = auto()
    OWE = auto()
    """Where nothing is owed, the ticket's own parts are promised from the command on."""
    REPLACE = auto()
    """The old are cancelled; new ones stand in their place, never earlier than one working hour after the command."""


@dataclass(frozen=True, slots=True)
class Row:
    """``becomes`` is the status afterwards; None leaves it, or leaves it to whether a promise is still owed."""

    becomes: Status | None
    clocks: Clocks


_OPEN, _WAITING, _CLOSED = Status.OPEN, Status.WAITING, Status.CLOSED

TABLE: dict[tuple[Status, Happening], Row] = {
    # the client
    (_OPEN, Happening.CLIENT_WRITES): Row(_OPEN, Clocks.RUN_ON),
    (_WAITING, Happening.CLIENT_WRITES): Row(_OPEN, Clocks.RUN_ON),
    (_CLOSED, Happening.CLIENT_WRITES): Row(_OPEN, Clocks.RUN_ON),  # within ``reopen_within``; else a linked ticket
    (_OPEN, Happening.CLIENT_THANKS): Row(None, Clocks.UNTOUCHED),
    (_WAITING, Happening.CLIENT_THANKS): Row(None, Clocks.UNTOUCHED),
    (_CLOSED, Happening.CLIENT_THANKS): Row(None, Clocks.UNTOUCHED),
    # a machine
    (_OPEN, Happening.MACHINE_WRITES): Row(None, Clocks.UNTOUCHED),
    (_WAITING, Happening.MACHINE_WRITES): Row(None, Clocks.UNTOUCHED),
    (_CLOSED, Happening.MACHINE_WRITES): Row(None, Clocks.UNTOUCHED),
    # an agent's answer: waiting once nothing is owed any more
    (_OPEN, Happening.AGENT_ANSWERS): Row(None, Clocks.MEET),
    (_WAITING, Happening.AGENT_ANSWERS): Row(None, Clocks.MEET),
    (_CLOSED, Happening.AGENT_ANSWERS): Row(_CLOSED, Clocks.MEET),
    # an agent's command
    (_OPEN, Happening.AGENT_CLOSES): Row(_CLOSED, Clocks.CANCEL),
    (_WAITING, Happening.AGENT_CLOSES): Row(_CLOSED, Clocks.CANCEL),
    (_CLOSED, Happening.AGENT_CLOSES): Row(_CLOSED, Clocks.UNTOUCHED),
    (_OPEN, Happening.AGENT_REOPENS): Row(_OPEN, Clocks.OWE),
    (_WAITING, Happening.AGENT_REOPENS): Row(_OPEN, Clocks.OWE),
    (_CLOSED, Happening.AGENT_REOPENS): Row(_OPEN, Clocks.OWE),
    (_OPEN, Happening.AGENT_REFUSES): Row(_CLOSED, Clocks.MEET_ALL),
    (_WAITING, Happening.AGENT_REFUSES): Row(_CLOSED, Clocks.MEET_ALL),
    (_CLOSED, Happening.AGENT_REFUSES): Row(_CLOSED, Clocks.UNTOUCHED),
    (_OPEN, Happening.AGENT_CATEGORISES): Row(_OPEN, Clocks.REPLACE),
    (_WAITING, Happening.AGENT_CATEGORISES): Row(_WAITING, Clocks.UNTOUCHED),
    (_CLOSED, Happening.AGENT_CATEGORISES): Row(_CLOSED, Clocks.UNTOUCHED),
    (_OPEN, Happening.AGENT_EXTENDS): Row(_OPEN, Clocks.REPLACE),
    (_WAITING, Happening.AGENT_EXTENDS): Row(_OPEN, Clocks.REPLACE),
    (_CLOSED, Happening.AGENT_EXTENDS): Row(_OPEN, Clocks.REPLACE),
    (_OPEN, Happening.AGENT_DEFERS): Row(_OPEN, Clocks.REPLACE),
    (_WAITING, Happening.AGENT_DEFERS): Row(_OPEN, Clocks.REPLACE),
    (_CLOSED, Happening.AGENT_DEFERS): Row(_OPEN, Clocks.REPLACE),
    (_OPEN, Happening.AGENT_WAITS): Row(_WAITING, Clocks.CANCEL),
    (_WAITING, Happening.AGENT_WAITS): Row(_WAITING, Clocks.UNTOUCHED),
    (_CLOSED, Happening.AGENT_WAITS): Row(_WAITING, Clocks.UNTOUCHED),
    # time
    (_WAITING, Happening.SILENCE): Row(_CLOSED, Clocks.CANCEL),
    (_OPEN, Happening.SILENCE): Row(_OPEN, Clocks.UNTOUCHED),
    (_CLOSED, Happening.SILENCE): Row(_CLOSED, Clocks.UNTOUCHED),
}
"""What becomes of a ticket. (status, what happens) → (status afterwards, what becomes of the promises)."""


class Told(StrEnum):
    """What a change gives the client to know that he did not know."""

    NOTHING = "nothing"
    REOPENED_OUTSIDE_HOURS = "reopened_outside_hours"
    DEFERRED_PART = "deferred_part"
    LATER_PROMISE = "later_promise"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a ticket: its new value, what is new to the client, and which promises are new.

    ``added`` are the deadlines that did not exist before (also in ``ticket.deadlines``).
    """

    ticket: Ticket
    told: Told = Told.NOTHING
    added: tuple[Deadline, ...] = ()
    cancelled: tuple[Deadline, ...] = ()
    met: tuple[Deadline, ...] = ()

    @property
    def status(self) -> Status:
        return self.ticket.status


def with_status(ticket: Ticket, status: Status, *, at: datetime, policy: Policy) -> Ticket:
    """The ticket in ``status`` since ``at``; a waiting one knows when it closes by itself."""
    if status is ticket.status and status is not Status.WAITING:
        return ticket
    waits = policy.auto_close_after if status is Status.WAITING else None
    return replace(
        ticket,
        status=status,
        changed_at=ticket.changed_at if status is ticket.status else at,
        closed_at=at if status is Status.CLOSED else None,
        closes_at=at + waits if waits is not None else None,
    )
