"""Letters to agents: reminders, digests, answers to commands, notices, relayed requests.

An agent is shown what the client wrote; it is escaped in HTML and cut to a bounded length. A token that the caller
gives stands in the links of that agent's own letter and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from daemon.letters import one_line, topic_of
from daemon.templating import Rendered, Templates
from rules.agent_view import TicketView, shorten, view_ticket
from rules.commands import NotUnderstood
from rules.letter_plan import ANSWER_ABOVE
from rules.policy import Policy
from rules.spoken import speak_date, speak_received, speak_zone
from rules.ticket import Ticket

MAX_SHOWN = 50
"""Tickets, and lines of a remark, in one letter: a longer one is read by nobody, and some servers refuse it."""
RELAYED = "agents_relayed_request"
"""The folder of the letter that sends a client's words on."""
MAX_RELAYED = 20_000
"""Characters of a client's letter that a relayed request shows; the original goes along as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTicket:
    """A ticket as one agent is shown it. ``token`` is for the subjects of his links (empty: no links); ``asked`` are
    the client's words."""

    ticket: Ticket
    token: str = ""
    asked: str = ""


class DigestKind(StrEnum):
    """The digests; each is the name of a folder of templates."""

    OPENING = "agents_opening"
    MONDAY = "agents_monday"
    CLOSING = "agents_closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """Something that a digest lists beside tickets: bounces, reports, lists, letters held back."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """``tickets``: what is open (at closing: what will be due first tomorrow); ``waited``: on Monday, what waited over
    the weekend. Both in any order. False where there is nothing to say."""

    kind: DigestKind
    tickets: Sequence[AgentTicket]
    waited: Sequence[AgentTicket] = ()
    remarks: Sequence[Remarks] = ()

    def __bool__(self) -> bool:
        return bool(self.tickets or self.waited or any(each.lines for each in self.remarks))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOutcome:
    """What became of one command line. ``refused`` says in Russian why it changed nothing; ``told``: the client gets
    a letter about it. An empty ``line``: it is about the letter itself, which held no command."""

    line: str
    refused: str = ""
    told: bool = False


class NoticeKind(StrEnum):
    """What people must be told at once; each is the name of a folder of templates."""

    LETTER_FAILED = "agents_letter_failed"
    LETTER_UNKNOWN = "agents_letter_unknown"
    ANSWER_UNKNOWN = "agents_answer_unknown"
    ANSWER_NOT_PROVED = "agents_answer_not_proved"
    BOUNCED = "agents_bounced"
    BREAKER = "agents_breaker"
    QUARANTINE = "agents_quarantine"


class AgentsLetters:
    """All letters to agents in the words of the templates. Built once; thread-safe."""

    def __init__(self, policy: Policy, directory: Path | None = None, *, relays: bool = False) -> None:
        """``relays``: agents are sent the clients' letters and answer those."""
        self._policy = policy
        self._relays = relays
        self._templates = Templates(directory)

    def reminder(self, *, soon: Sequence[AgentTicket], broken: Sequence[AgentTicket], now: datetime) -> Rendered:
        """Promises that will break within minutes, and those that have broken: one letter for all that it is given."""
        views = (*self._views(broken, now=now), *self._views(soon, now=now))
        return self._render(
            "agents_reminder",
            views[0].number if len(views) == 1 else "",
            now,
            soon=self._views(soon, now=now),
            broken=self._views(broken, now=now),
            more=_left_out(soon) + _left_out(broken),
            topic=views[0].topic if len(views) == 1 else "",
        )

    def digest(self, digest: Digest, *, now: datetime) -> Rendered:
        """The day's opening, Monday's opening, the day's closing."""
        return self._render(
            digest.kind.value,
            "",
            now,
            tickets=self._views(digest.tickets, now=now),
            waited=self._views(digest.waited, now=now),
            more=_left_out(digest.tickets) + _left_out(digest.waited),
            remarks=tuple(_bounded(each) for each in digest.remarks if each.lines),
            today=speak_date(now, zone=self._policy.schedule.zone),
        )

    def command_answer(
        self,
        ticket: Ticket | None,
        outcomes: Sequence[CommandOutcome],
        *,
        not_understood: Sequence[NotUnderstood] = (),
        now: datetime,
    ) -> Rendered:
        """What became of the ticket, in one line; what was not done and why; what was not understood."""
        view = self._views((AgentTicket(ticket=ticket),), now=now)[0] if ticket is not None else None
        return self._render(
            "agents_command_answer",
            view.number if view else "",
            now,
            became=view.became if view else "",
            outcomes=tuple(outcomes),
            not_understood=tuple(not_understood),
        )

    def notice(
        self,
        kind: NoticeKind,
        *,
        now: datetime,
        ticket: Ticket | None = None,
        recipient: str = "",
        detail: str = "",
        id: int | None = None,  # noqa: A002 - what the store calls it
    ) -> Rendered:
        """Something went wrong that a person must look at. ``detail`` is the reason (a server's answer, a sentence);
        ``id`` that of the outgoing or quarantined letter, for the command line."""
        return self._render(
            kind.value,
            self._tag(ticket) if ticket is not None else "",
            now,
            recipient=one_line(recipient),
            detail=one_line(detail)[:1000],
            id=id,
        )

    def relayed_request(
        self,
        shown: AgentTicket,
        *,
        received_at: datetime,
        words: str,
        attachments: Sequence[str] = (),
        now: datetime,
    ) -> Rendered:
        """A client's letter for an agent without access to the mailbox; he answers it above the marker line."""
        text = words.strip()
        return self._render(
            RELAYED,
            self._tag(shown.ticket),
            now,
            each=self._views((replace(shown, asked=""),), now=now)[0],
            marker=ANSWER_ABOVE,
            received=speak_received(received_at, now=now, zone=self._policy.schedule.zone),
            words=text[:MAX_RELAYED],
            lines=tuple(text[:MAX_RELAYED].split("\n")),
            shortened=len(text) > MAX_RELAYED,
            attachments=tuple(one_line(name) for name in attachments),
            topic=topic_of(shown.ticket.subject, self._tag(shown.ticket)),
        )

    def _views(self, shown: Sequence[AgentTicket], *, now: datetime) -> tuple[TicketView, ...]:
        views = [
            view_ticket(each.ticket, asked=each.asked, token=each.token, now=now, policy=self._policy) for each in shown
        ]
        return tuple(sorted(views, key=lambda view: view.due_at or datetime.max.replace(tzinfo=UTC))[:MAX_SHOWN])

    def _tag(self, ticket: Ticket) -> str:
        return f"{self._policy.ticket_prefix}-{ticket.number or 0}"

    def _render(self, name: str, number: str, now: datetime, **facts: object) -> Rendered:
        zone = speak_zone(self._policy.schedule.zone, now=now)
        standing: dict[str, object] = {
            "number": number,
            "zone": zone,
            "mailbox": self._policy.mailbox,
            "topic": "",
            "relays": self._relays,
        }
        return self._templates.render(name, standing | facts)


def _left_out(shown: Sequence[AgentTicket]) -> int:
    return max(0, len(shown) - MAX_SHOWN)


def _bounded(remarks: Remarks) -> Remarks:
    lines = tuple(shorten(line, 300) for line in remarks.lines[:MAX_SHOWN])
    more = len(remarks.lines) - len(lines)
    return Remarks(title=remarks.title, lines=(*lines, f"и ещё {more}") if more else lines)
