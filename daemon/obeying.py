"""Carries out agents' commands, from a letter or from the command line: the same acts, with their author recorded.

What a command makes of the ticket and its promises is decided by ``rules/life.py``; here it is saved, told to the
client where the table says so, and answered to its author.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from daemon.agents_letters import CommandOutcome
from daemon.case import Case
from daemon.correspondence import Correspondence
from daemon.staff_correspondence import StaffCorrespondence
from rules.commands import Command, Verb
from rules.life import Change, Told
from rules.life_of_agent import (
    categorise,
    close,
    defer,
    extend,
    refuse,
    reopen,
    wait_for_client,
)
from rules.policy import Policy
from rules.promises import owed
from rules.ticket import Ticket
from store.records import Blocked, Event, EventKind
from store.writing import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Obeyed:
    """What became of one command. ``refused`` says in Russian why it changed nothing, or is empty.

    ``ticket`` is as it is afterwards; ``target`` is who was blocked or unblocked; ``news``: what the client has to be
    told, and ``told`` whether he gets a letter.
    """

    command: Command
    ticket: Ticket | None
    refused: str = ""
    target: str = ""
    news: Told = Told.NOTHING
    told: bool = False


class Obeying:
    """Obeys commands inside the caller's transaction."""

    def __init__(self, *, policy: Policy, correspondence: Correspondence, staff: StaffCorrespondence) -> None:
        self._policy = policy
        self._letters = correspondence
        self._staff = staff

    def obey_letter(
        self, tx: Transaction, case: Case, ticket: Ticket | None, *, files_lost: str = ""
    ) -> tuple[int, Ticket | None]:
        """All commands of a letter, in order; they count at its moment. One answer goes to its author.

        ``files_lost`` names the attachments of an answer that could not go along.

        Gives how many letters were written, and the ticket as it is afterwards.
        """
        before = ticket
        done: list[Obeyed] = []
        for command in case.commands.commands:
            done.append(self._do(tx, ticket, command, author=case.author, at=case.at, now=case.now))
            ticket = done[-1].ticket
        done = self._tell(tx, before, done, now=case.now)
        outcomes = tuple(CommandOutcome(line=each.command.line, refused=each.refused, told=each.told) for each in done)
        if files_lost:
            outcomes += (CommandOutcome(line="вложения", refused=f"клиенту не отправлены: {files_lost}"),)
        letters = len({each.news for each in done if each.told})
        letters += self._staff.command_answer(tx, case, outcomes, case.commands.not_understood, ticket)
        return letters, ticket

    def obey(
        self, tx: Transaction, ticket: Ticket | None, command: Command, *, author: str, at: datetime, now: datetime
    ) -> Obeyed:
        """One command, given at ``at`` by ``author``. Without a ticket only a named target can be (un)blocked."""
        done = [self._do(tx, ticket, command, author=author, at=at, now=now)]
        return self._tell(tx, ticket, done, now=now)[0]

    def _do(
        self, tx: Transaction, ticket: Ticket | None, command: Command, *, author: str, at: datetime, now: datetime
    ) -> Obeyed:
        if command.verb in (Verb.BLOCK, Verb.UNBLOCK):
            return self._block(tx, ticket, command, author=author, at=at)
        if ticket is None:
            return Obeyed(command=command, ticket=None, refused="не указан номер обращения")
        if command.verb is Verb.NOTE:
            if not command.text:
                return Obeyed(command=command, ticket=ticket, refused="заметка пуста")
            self._event(tx, ticket, EventKind.NOTE, command.text, author, at)
            return Obeyed(command=command, ticket=ticket)
        change = self._change(ticket, command, at)
        saved = tx.save_ticket(change.ticket)
        kind = EventKind.REFUSED if command.verb is Verb.REFUSE else EventKind.COMMAND
        self._event(tx, saved, kind, command.line, author, at)
        told = change.told is Told.REFUSAL and self._letters.refusal(tx, saved, command.refusal, now=now)
        return Obeyed(command=command, ticket=saved, news=change.told, told=told)

    def _change(self, ticket: Ticket, command: Command, at: datetime) -> Change:
        policy = self._policy
        plain: dict[Verb, Callable[[], Change]] = {
            Verb.CLOSE: lambda: close(ticket, at=at, policy=policy),
            Verb.REOPEN: lambda: reopen(ticket, at=at, policy=policy),
            Verb.REFUSE: lambda: refuse(ticket, at=at, policy=policy),
            Verb.DEFER: lambda: defer(ticket, at=at, policy=policy),
            Verb.WAITING: lambda: wait_for_client(ticket, at=at, policy=policy),
            Verb.CATEGORY: lambda: categorise(ticket, command.categories, at=at, policy=policy),
        }
        if command.verb is Verb.EXTEND:
            assert command.due_at is not None
            return extend(ticket, command.due_at, at=at, policy=policy)
        return plain[command.verb]()

    def _tell(self, tx: Transaction, before: Ticket | None, done: list[Obeyed], *, now: datetime) -> list[Obeyed]:
        """A promise that the commands together have made later than it was is told to the client, in one letter."""
        later = [each for each in done if each.news is Told.LATER_PROMISE]
        after = done[-1].ticket if done else None
        if not later or before is None or after is None:
            return done
        known = {each.id for each in before.deadlines}
        new = tuple(each for each in owed(after) if each.id not in known)
        was = max((each.due_at for each in owed(before)), default=None)
        if was is None or not new or max(each.due_at for each in new) <= was:
            return done
        reason = next((each.command.text for each in reversed(later) if each.command.verb is Verb.EXTEND), "")
        told = self._letters.promise_changed(tx, after, new, reason=reason, now=now)
        return [replace(each, told=told) if each.news is Told.LATER_PROMISE else each for each in done]

    def _block(self, tx: Transaction, ticket: Ticket | None, command: Command, *, author: str, at: datetime) -> Obeyed:
        target = command.target or (ticket.requester if ticket is not None else "")
        if not target:
            return Obeyed(command=command, ticket=ticket, refused="не указано, кого внести в список")
        if command.verb is Verb.BLOCK:
            tx.block(Blocked(what=target, author=author, reason=command.text, at=at))
            kind = EventKind.BLOCKED
            if ticket is not None:
                ticket = tx.save_ticket(replace(ticket, marked=True))
        elif tx.unblock(target):
            kind = EventKind.UNBLOCKED
        else:
            return Obeyed(command=command, ticket=ticket, refused=f"в списке нет записи «{target}»", target=target)
        tx.add_event(
            Event(
                at=at,
                ticket=ticket.number if ticket else None,
                kind=kind,
                author=author,
                text=f"{target} {command.text}".strip(),
            )
        )
        return Obeyed(command=command, ticket=ticket, target=target)

    @staticmethod
    def _event(tx: Transaction, ticket: Ticket, kind: EventKind, text: str, author: str, at: datetime) -> None:  # noqa: PLR0917
        tx.add_event(Event(at=at, ticket=ticket.number, kind=kind, author=author, text=text))
