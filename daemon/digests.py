"""The day's digests to agents: at opening what is open, on Monday what waited, at closing what is due first tomorrow.

Each goes out once for its day; a service that was down at that moment makes up for it within the working hours that
it was meant for. Sent only where there is something to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from daemon.agents_letters import AgentTicket, Digest, DigestKind, Remarks
from daemon.staff_correspondence import StaffCorrespondence
from rules.policy import Policy
from rules.schedule import Calendar, Period
from rules.ticket import Status, Ticket
from store.records import Letter, LetterRole
from store.view import View
from store.writing import Transaction

FIRST_AT_CLOSING = 20
"""Tickets that the closing digest names."""
MAX_REMARKS = 30

_WHY_HELD_BACK = {
    "limit:": "превышен предел автоматических писем",
    "breaker:": "автоматические письма были остановлены",
    "the letter was older": "письмо клиента принято слишком поздно",
    "no letter can be written": "на такой адрес написать нельзя",
}
"""How the outbox's reasons begin (the gate and the correspondence write them), in the words of agents."""


class Moment(StrEnum):
    """Which of the day's two digests; the value is part of the key under which the store keeps the last one."""

    OPENING = "digest_opening"
    CLOSING = "digest_closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    moment: Moment
    day: date
    at: datetime


class Digests:
    """Writes the digests that are due."""

    def __init__(self, *, policy: Policy, staff: StaffCorrespondence) -> None:
        self._policy = policy
        self._staff = staff

    def begin(self, tx: Transaction, now: datetime) -> None:
        """At the very first start: the digests of the moments before are not owed."""
        today = self._local(now).date()
        period = self._policy.schedule.period_on(Calendar.DUTY, today)
        for moment in Moment:
            if tx.meta(moment) is not None:
                continue
            comes = period is not None and now < (period.start if moment is Moment.OPENING else period.end)
            tx.set_meta(moment, (today - timedelta(days=1) if comes else today).isoformat())

    def next_moment(self, view: View, now: datetime) -> datetime | None:
        """When the next digest is to be written; in the past where one is owed."""
        if not self._staff.notify:
            return None
        owed = self._owed(view, now)
        if owed:
            return min(each.at for each in owed)
        today = next(self._policy.schedule.periods(Calendar.DUTY, now))
        return min(moment for moment in (today.start, today.end) if moment > now)

    def write_due(self, tx: Transaction, now: datetime) -> int:
        """The digests that are owed now; gives how many letters."""
        letters = 0
        for due in self._owed(tx, now):
            letters += self._write(tx, due, now)
            tx.set_meta(due.moment, due.day.isoformat())
        return letters

    def _owed(self, view: View, now: datetime) -> tuple[_Due, ...]:
        """Today's opening within working hours; the closing from the end of the working day until the next opening."""
        period = self._last_begun(now)
        if period is None:
            return ()
        day = self._local(period.start).date()
        owed = []
        if now in period and (view.meta(Moment.OPENING) or "") < day.isoformat():
            owed.append(_Due(moment=Moment.OPENING, day=day, at=period.start))
        if now >= period.end and (view.meta(Moment.CLOSING) or "") < day.isoformat():
            owed.append(_Due(moment=Moment.CLOSING, day=day, at=period.end))
        return tuple(owed)

    def _last_begun(self, now: datetime) -> Period | None:
        today = self._local(now).date()
        for back in range(8):
            period = self._policy.schedule.period_on(Calendar.DUTY, today - timedelta(days=back))
            if period is not None and period.start <= now:
                return period
        return None

    def _write(self, tx: Transaction, due: _Due, now: datetime) -> int:
        open_tickets = [
            ticket for ticket in tx.tickets(statuses=(Status.OPEN,)) if not ticket.silent or ticket.deadlines
        ]
        if due.moment is Moment.CLOSING:
            digest = self._closing(open_tickets, due.at)
        else:
            digest = self._opening(tx, open_tickets, due)

        def shown_to(agent: str) -> Digest:
            return replace(
                digest,
                tickets=self._staff.shown(tuple(_tickets(digest.tickets)), agent, now),
                waited=self._staff.shown(tuple(_tickets(digest.waited)), agent, now),
            )

        return self._staff.digest(tx, shown_to, key=f"{due.moment}:{due.day.isoformat()}", now=now)

    def _closing(self, tickets: list[Ticket], at: datetime) -> Digest:
        """What will be due first on the next working day."""
        tomorrow = next(self._policy.schedule.periods(Calendar.DUTY, at)).end
        first = [ticket for ticket in tickets if (due := _due(ticket)) is not None and due <= tomorrow]
        return Digest(kind=DigestKind.CLOSING, tickets=_bare(sorted(first, key=_by_due)[:FIRST_AT_CLOSING]))

    def _opening(self, tx: View, tickets: list[Ticket], due: _Due) -> Digest:
        """What is open, by due time; on the first office day after days off, what waited over them stands apart."""
        waited = self._waited(tickets, due) if self._follows_days_off(due.day) else []
        rest = [ticket for ticket in tickets if ticket not in waited]
        return Digest(
            kind=DigestKind.MONDAY if waited else DigestKind.OPENING,
            tickets=_bare(sorted(rest, key=_by_due)),
            waited=_bare(sorted(waited, key=_by_due)),
            remarks=self._remarks(tx, due.at - timedelta(days=1) if not waited else due.at - timedelta(days=3)),
        )

    def _follows_days_off(self, day: date) -> bool:
        schedule = self._policy.schedule
        return schedule.is_office_day(day) and not schedule.is_office_day(day - timedelta(days=1))

    @staticmethod
    def _waited(tickets: list[Ticket], due: _Due) -> list[Ticket]:
        """Tickets with a promise that was deferred to this opening."""
        return [
            ticket
            for ticket in tickets
            if any(
                each.unanswered()
                and each.deferred_until is not None
                and each.deferred_until <= due.at + timedelta(minutes=1)
                and each.deferred_until >= due.at - timedelta(hours=1)
                for each in ticket.deadlines
            )
        ]

    def _remarks(self, tx: View, since: datetime) -> tuple[Remarks, ...]:
        """What has no ticket and is yet to be seen: bounces, reports, lists, letters held back."""
        kept = [letter for letter in tx.letters_since(since) if letter.ticket is None]
        bounces = [_line(letter) for letter in kept if letter.role is LetterRole.BOUNCE]
        lists = [_line(letter) for letter in kept if letter.role is LetterRole.LIST]
        held_back = [
            f"{self._policy.ticket_prefix}-{each.ticket}: {each.recipient} ({_why_held_back(each.reason)})"
            for each in tx.held_back_since(since, MAX_REMARKS)
        ]
        named = (
            ("Отчёты о недоставке и другие отчёты почтовых серверов", bounces),
            ("Рассылки и автоматические письма без обращения", lists),
            ("Подтверждения, которые не были отправлены", held_back),
        )
        return tuple(Remarks(title=title, lines=tuple(lines[:MAX_REMARKS])) for title, lines in named if lines)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._policy.schedule.zone)


def _bare(tickets: Iterable[Ticket]) -> tuple[AgentTicket, ...]:
    return tuple(AgentTicket(ticket=ticket) for ticket in tickets)


def _tickets(shown: Iterable[AgentTicket]) -> Iterable[Ticket]:
    return (each.ticket for each in shown)


def _due(ticket: Ticket) -> datetime | None:
    return min((each.due_at for each in ticket.deadlines if each.unanswered()), default=None)


_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def _by_due(ticket: Ticket) -> datetime:
    return _due(ticket) or _FAR


def _why_held_back(reason: str) -> str:
    """In Russian where it is known; else as the outbox says it."""
    return next((words for begins, words in _WHY_HELD_BACK.items() if reason.startswith(begins)), reason)


def _line(letter: Letter) -> str:
    return f"{letter.sender or 'без адреса'}: {' '.join(letter.subject.split())[:100]}"
