"""What each fate of a letter does: to its ticket, to the store, to the outbox. Called inside the letter's transaction.

One small method a fate; what becomes of statuses and promises is decided by ``rules/life.py``, whether a letter may
go out by the gate, its words by the correspondence.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from daemon.arrival import Taken
from daemon.case import Case
from daemon.correspondence import Correspondence
from daemon.obeying import Obeying
from daemon.staff_correspondence import StaffCorrespondence
from rules.decision import Proof
from rules.fate import Fate, recipients_of
from rules.life import Change
from rules.life_of_agent import agent_answers
from rules.life_of_agent import close as close_ticket
from rules.life_of_client import client_writes
from rules.policy import Policy
from rules.promises import deadline_for
from rules.reason import Reason
from rules.ticket import Status, Ticket, TicketKind
from store.records import Event, EventKind, Letter, LetterRole, OutgoingState
from store.writing import Transaction


class Applying:
    """Carries out what was decided about a letter."""

    def __init__(
        self, *, policy: Policy, correspondence: Correspondence, staff: StaffCorrespondence, obeying: Obeying
    ) -> None:
        self._policy = policy
        self._letters = correspondence
        self._staff = staff
        self._obeying = obeying

    def apply(self, tx: Transaction, case: Case) -> Taken:  # noqa: PLR0912 - one line a fate
        assert case.destiny is not None
        match case.destiny.fate:
            case Fate.OWN:
                return self._own(tx, case)
            case Fate.KEPT:
                return self._keep(tx, case, LetterRole.LIST)
            case Fate.BOUNCED:
                return self._bounced(tx, case)
            case Fate.AUTOMATIC:
                return self._automatic(tx, case)
            case Fate.MACHINE_REQUEST:
                return self._open(tx, case, TicketKind.MACHINE)
            case Fate.ANSWER:
                return self._answer(tx, case)
            case Fate.AGENT_FIRST:
                return self._keep(tx, case, LetterRole.AGENT_FIRST)
            case Fate.COMMANDS:
                return self._commands(tx, case)
            case Fate.RELAY:
                return self._relay(tx, case)
            case Fate.NOTE:
                return self._note(tx, case)
            case Fate.IMPOSTOR:
                return self._impostor(tx, case)
            case Fate.COLLEAGUE:
                return self._open(tx, case, TicketKind.UNPROVED)
            case Fate.FOLLOW_UP:
                return self._follow_up(tx, case)
            case Fate.FIRST_ANSWERED:
                return self._open(tx, case, TicketKind.AGENT_FIRST)
            case Fate.REQUEST:
                return self._open(tx, case, TicketKind.FORM if case.read.origin.from_form else TicketKind.REQUEST)
            case Fate.VIOLATOR:
                return self._open(tx, case, TicketKind.VIOLATOR)

    # --- copies

    def copy(self, tx: Transaction, case: Case, known: Letter) -> Taken:
        """The letter is known already: its other place is noted, and nothing happens twice.

        But a letter that lies in Sent is proved by that: what was an impostor's or a colleague's as the copy in the
        inbox becomes the agent's answer that it is.
        """
        assert known.id is not None
        if case.arrival.in_sent and known.role is LetterRole.UNPROVED:
            return self._proved_later(tx, case, known)
        if case.arrival.place is not None:
            tx.move_place(known.id, case.arrival.place)
        return Taken(fate="copy", message_id=case.message_id, letter=known.id, ticket=known.ticket)

    def _proved_later(self, tx: Transaction, case: Case, known: Letter) -> Taken:
        assert known.id is not None
        if case.arrival.place is not None:
            tx.move_place(known.id, case.arrival.place)
        ticket = tx.ticket(known.ticket) if known.ticket is not None else None
        recipients = recipients_of(case.read.mail, self._policy)
        if ticket is None:
            tx.join_letter(known.id, None, LetterRole.AGENT_FIRST)
            return Taken(fate=Fate.AGENT_FIRST, message_id=case.message_id, letter=known.id)
        assert ticket.number is not None
        if ticket.kind is TicketKind.UNPROVED and ticket.requester == case.author:
            # It had opened a ticket as a colleague's: it is an agent's first letter to a client.
            change = close_ticket(ticket, at=case.at, policy=self._policy)
            self._save(
                tx, change, case, EventKind.STATUS, "closed: the letter lies in Sent, an agent wrote it", by="supportd"
            )
            tx.join_letter(known.id, ticket.number, LetterRole.AGENT_FIRST)
        elif recipients & ticket.addresses:
            self._met(tx, case, ticket, recipients)
            tx.join_letter(known.id, ticket.number, LetterRole.ANSWER)
        else:
            tx.join_letter(known.id, ticket.number, LetterRole.NOTE)
        return Taken(fate=Fate.ANSWER, message_id=case.message_id, letter=known.id, ticket=ticket.number)

    # --- our own letters, and machines

    def _own(self, tx: Transaction, case: Case) -> Taken:
        """In Sent it tells what became of a letter of unknown fate."""
        outgoing = tx.find_outgoing(case.message_id)
        ticket = outgoing.ticket if outgoing is not None else None
        if case.arrival.in_sent and outgoing is not None:
            assert outgoing.id is not None
            tx.set_meta("server_files_sent", "yes")
            if outgoing.state is not OutgoingState.SENT and (
                outgoing.in_doubt or outgoing.state in (OutgoingState.UNKNOWN, OutgoingState.COMMITTING)
            ):
                tx.note_sent((outgoing.id,), case.at)
        letter = self._keep_letter(tx, case, LetterRole.OWN, ticket)
        return Taken(fate=Fate.OWN, message_id=case.message_id, letter=letter.id, ticket=ticket)

    def _bounced(self, tx: Transaction, case: Case) -> Taken:
        """A bounce marks the ticket whose letter came back; one that belongs nowhere is kept for the digest."""
        ticket = case.ticket
        letter = self._keep_letter(tx, case, LetterRole.BOUNCE, ticket.number if ticket else None)
        if ticket is not None:
            bounce = case.read.bounce
            recipients = ", ".join(bounce.recipients) if bounce is not None else ""
            status = f" ({bounce.status})" if bounce is not None and bounce.status else ""
            tx.save_ticket(replace(ticket, marked=True))
            self._event(
                tx,
                case,
                ticket,
                EventKind.BOUNCED,
                f"did not reach {recipients or 'its recipient'}{status}",
                "a machine",
            )
        return self._taken(case, letter, ticket)

    def _automatic(self, tx: Transaction, case: Case) -> Taken:
        letter = self._keep_letter(tx, case, LetterRole.AUTOMATIC, case.ticket.number if case.ticket else None)
        return self._taken(case, letter, case.ticket)

    def _keep(self, tx: Transaction, case: Case, role: LetterRole) -> Taken:
        return self._taken(case, self._keep_letter(tx, case, role, None), None)

    # --- people

    def _open(self, tx: Transaction, case: Case, kind: TicketKind) -> Taken:
        ticket = tx.open_ticket(self._new_ticket(case, kind))
        letter = self._keep_letter(tx, case, _ROLE_OF_FIRST.get(kind, LetterRole.REQUEST), ticket.number)
        self._event(tx, case, ticket, EventKind.OPENED, kind.value, case.read.origin.client.address or "unknown")
        if ticket.linked_to is not None:
            self._event(tx, case, ticket, EventKind.LINKED, f"linked to {ticket.linked_to}", "supportd")
        if case.arrival.unexpected:
            self._event(tx, case, ticket, EventKind.RECONCILED, "the letter was found by reconciliation", "supportd")
        written = ""
        letters = 0
        if kind in _ACKNOWLEDGED and self._acknowledges(case):
            outgoing = self._letters.acknowledgement(tx, case, ticket)
            written = outgoing.state.value if not outgoing.reason else f"{outgoing.state.value}: {outgoing.reason}"
            letters = int(outgoing.state is OutgoingState.QUEUED)
        if kind is not TicketKind.MACHINE and not case.arrival.silent:
            letters += self._staff.relayed_request(tx, case, ticket)
        return replace(self._taken(case, letter, ticket), acknowledgement=written, letters=letters)

    @staticmethod
    def _acknowledges(case: Case) -> bool:
        assert case.decision is not None
        return case.decision.acknowledge and bool(case.read.origin.client.address) and not case.arrival.silent

    def _new_ticket(self, case: Case, kind: TicketKind) -> Ticket:
        assert case.decision is not None
        assert case.destiny is not None
        decision, client = case.decision, case.read.origin.client
        promised = kind not in (TicketKind.MACHINE, TicketKind.VIOLATOR)
        return Ticket(
            kind=kind,
            status=Status.OPEN,
            subject=case.read.mail.subject,
            requester=client.address,
            requester_name=client.name,
            requester_proved=case.read.origin.proof is Proof.AUTHENTICATION_RESULTS,
            addresses=frozenset({client.address} - {""}),
            categories=decision.categories,
            deadlines=tuple(deadline_for(part, self._policy) for part in decision.parts) if promised else (),
            missing=decision.missing,
            account_number=decision.reading.account_number,
            conduct=decision.reading.conduct,
            wants_call=decision.reading.wants_call,
            marked=case.destiny.marked,
            linked_to=case.destiny.linked_to,
            opened_at=case.at,
            changed_at=case.at,
            language=decision.reading.language,
            silent=case.stale or kind is TicketKind.MACHINE,
        )

    def _follow_up(self, tx: Transaction, case: Case) -> Taken:
        ticket, reading = case.ticket, case.read.follow_up
        assert ticket is not None
        role = LetterRole.THANKS if reading.thanks_alone else LetterRole.FOLLOW_UP
        letter = self._keep_letter(tx, case, role, ticket.number)
        client = case.read.origin.client.address
        if case.around.violator and ticket.kind is not TicketKind.VIOLATOR:
            change = Change(ticket=replace(ticket, marked=True))
        else:
            change = client_writes(ticket, reading, at=case.at, policy=self._policy)
        if client:
            change = replace(change, ticket=replace(change.ticket, addresses=change.ticket.addresses | {client}))
        reopened = ticket.status is not Status.OPEN and change.status is Status.OPEN
        saved = self._save(
            tx, change, case, EventKind.REOPENED if reopened else EventKind.JOINED, role.value, by=client
        )
        letters = 0 if case.stale or case.read.origin.silenced else self._letters.follow_up(tx, case, change, saved)
        return replace(self._taken(case, letter, saved), letters=letters)

    # --- agents

    def _answer(self, tx: Transaction, case: Case) -> Taken:
        assert case.ticket is not None
        letter = self._keep_letter(tx, case, LetterRole.ANSWER, case.ticket.number)
        saved = self._met(tx, case, case.ticket, recipients_of(case.read.mail, self._policy))
        letters = 0
        if case.commands and self._to_mailbox(case):
            letters = self._obeying.obey_letter(tx, case, saved)
        return replace(self._taken(case, letter, saved), letters=letters)

    def _met(self, tx: Transaction, case: Case, ticket: Ticket, recipients: Iterable[str]) -> Ticket:
        change = agent_answers(ticket, at=case.at, recipients=recipients, policy=self._policy)
        text = f"{len(change.met)} promises met" if change.met else "no promise was due"
        return self._save(tx, change, case, EventKind.ANSWERED, text, by=case.author)

    def _to_mailbox(self, case: Case) -> bool:
        return any(self._policy.is_own(each.address) for each in (*case.read.mail.to, *case.read.mail.cc))

    def _commands(self, tx: Transaction, case: Case) -> Taken:
        letter = self._keep_letter(tx, case, LetterRole.COMMAND, case.ticket.number if case.ticket else None)
        letters = self._obeying.obey_letter(tx, case, case.ticket)
        return replace(self._taken(case, letter, case.ticket), letters=letters)

    def _relay(self, tx: Transaction, case: Case) -> Taken:
        """The agent's answer goes to the client from the support address and meets the promise."""
        assert case.ticket is not None
        letter = self._keep_letter(tx, case, LetterRole.ANSWER, case.ticket.number)
        letters = self._letters.relayed_answer(tx, case, case.ticket)
        saved = self._met(tx, case, case.ticket, ())
        return replace(self._taken(case, letter, saved), letters=letters)

    def _note(self, tx: Transaction, case: Case) -> Taken:
        """Kept on the ticket; its author is told that the client did not get it (a silent drop is a lost answer)."""
        assert case.ticket is not None
        letter = self._keep_letter(tx, case, LetterRole.NOTE, case.ticket.number)
        self._event(tx, case, case.ticket, EventKind.NOTE, "a letter to the mailbox about the ticket", case.author)
        letters = 0 if case.arrival.in_sent or case.stale else self._staff.note_kept(tx, case, case.ticket)
        return replace(self._taken(case, letter, case.ticket), letters=letters)

    def _impostor(self, tx: Transaction, case: Case) -> Taken:
        assert case.ticket is not None
        letter = self._keep_letter(tx, case, LetterRole.UNPROVED, case.ticket.number)
        text = f"a letter that claims to be from {case.author or 'staff'} is not proved; it changed nothing"
        self._event(tx, case, case.ticket, EventKind.IMPOSTOR, text, case.author or "unknown")
        return self._taken(case, letter, case.ticket)

    # --- what all share

    def _save(self, tx: Transaction, change: Change, case: Case, kind: EventKind, text: str, *, by: str) -> Ticket:
        saved = tx.save_ticket(change.ticket)
        self._event(tx, case, saved, kind, text, by or "unknown")
        return saved

    @staticmethod
    def _event(tx: Transaction, case: Case, ticket: Ticket, kind: EventKind, text: str, author: str) -> None:  # noqa: PLR0917
        tx.add_event(Event(at=case.at, ticket=ticket.number, kind=kind, author=author, text=text))

    def _keep_letter(self, tx: Transaction, case: Case, role: LetterRole, ticket: int | None) -> Letter:
        assert case.destiny is not None
        assert case.decision is not None
        read = case.read
        return tx.keep_letter(
            Letter(
                place=case.arrival.place,
                message_id=case.message_id,
                digest=read.mail.digest,
                sender=read.origin.client.address or case.author,
                subject=read.mail.subject,
                received_at=case.at,
                taken_at=case.now,
                role=role,
                proof=read.origin.proof,
                ticket=ticket,
                truncated=case.arrival.truncated,
                marked=case.destiny.marked,
                disposition=read.origin.disposition.value,
                reasons=(*case.destiny.reasons, *_reasons(case, role)),
                defects=case.defects,
                recipients=recipients_of(read.mail, self._policy) if role is LetterRole.AGENT_FIRST else frozenset(),
                raw=b"" if role is LetterRole.OWN else case.arrival.raw,
            )
        )

    @staticmethod
    def _taken(case: Case, letter: Letter, ticket: Ticket | None) -> Taken:
        assert case.destiny is not None
        assert case.decision is not None
        return Taken(
            fate=case.destiny.fate.value,
            message_id=case.message_id,
            letter=letter.id,
            ticket=ticket.number if ticket is not None else None,
            categories=tuple(category.value for category in case.decision.categories),
            due_at=tuple(each.due_at for each in ticket.deadlines if each.unanswered()) if ticket is not None else (),
            reasons=tuple(f"{each.decision}={each.value}" for each in (*case.destiny.reasons, *case.decision.reasons)),
            defects=len(case.defects),
        )


def _reasons(case: Case, role: LetterRole) -> tuple[Reason, ...]:
    """A follow-up is not judged as a first letter: its own reading is what it was decided by."""
    assert case.decision is not None
    if role in (LetterRole.FOLLOW_UP, LetterRole.THANKS):
        return (*case.read.origin.reasons, *case.read.follow_up.reasons)
    return case.decision.reasons


def rings_at(ticket: Ticket) -> datetime | None:
    """The next moment at which the clock has something to do for the ticket."""
    owed = (each for each in ticket.deadlines if each.unanswered() and not ticket.silent)
    moments = [moment for each in owed for moment in (each.warn_at, each.due_at) if moment is not None]
    return min((*moments, *((ticket.closes_at,) if ticket.closes_at is not None else ())), default=None)


_ROLE_OF_FIRST = {TicketKind.MACHINE: LetterRole.AUTOMATIC, TicketKind.UNPROVED: LetterRole.UNPROVED}
_ACKNOWLEDGED = frozenset({TicketKind.REQUEST, TicketKind.FORM, TicketKind.VIOLATOR})
