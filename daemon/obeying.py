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
from rules.ticket import Ticket
from store.records import Blocked, Event, EventKind
from store.writing import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Obeyed:
    """What became of one command. ``refused`` says in Russian why it changed nothing, or is empty.

    ``ticket`` is as it is afterwards; ``target`` is who was blocked or unblocked; ``told``: the client gets a letter.
    """

    command: Command
    ticket: Ticket | None
    refused: str = ""
    target: str = ""
    told: bool = False


class Obeying:
    """Obeys commands inside the caller's transaction."""

    def __init__(self, *, policy: Policy, correspondence: Correspondence, staff: StaffCorrespondence) -> None:
        self._policy = policy
        self._letters = correspondence
        self._staff = staff

    def obey_letter(self, tx: Transaction, case: Case, ticket: Ticket | None) -> tuple[int, Ticket | None]:
        """All commands of a letter, in order; they count at its moment. One answer goes to its author.

        Gives how many letters were written, and the ticket as it is afterwards.
        """
        done: list[Obeyed] = []
        for command in case.commands.commands:
            obeyed = self.obey(tx, ticket, command, author=case.author, at=case.at, now=case.now)
            ticket = obeyed.ticket
            done.append(obeyed)
        letters = sum(each.told for each in done)
        outcomes = tuple(CommandOutcome(line=each.command.line, refused=each.refused, told=each.told) for each in done)
        letters += self._staff.command_answer(tx, case, outcomes, case.commands.not_understood, ticket)
        return letters, ticket

    def obey(
        self, tx: Transaction, ticket: Ticket | None, command: Command, *, author: str, at: datetime, now: datetime
    ) -> Obeyed:
        """One command, given at ``at`` by ``author``. Without a ticket only a named target can be (un)blocked."""
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
        return Obeyed(command=command, ticket=saved, told=self._tell(tx, saved, change, command, now))

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

    def _tell(self, tx: Transaction, ticket: Ticket, change: Change, command: Command, now: datetime) -> bool:
        """A refusal and a promise made later than it was are told to the client, in one letter each."""
        match change.told:
            case Told.REFUSAL:
                return self._letters.refusal(tx, ticket, command.refusal, now=now)
            case Told.LATER_PROMISE:
                reason = command.text if command.verb is Verb.EXTEND else ""
                added = {(each.calendar, each.due_at) for each in change.added}
                promises = tuple(each for each in ticket.deadlines if (each.calendar, each.due_at) in added)
                return self._letters.promise_changed(tx, ticket, promises, reason=reason, now=now)
            case _:
                return False

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
