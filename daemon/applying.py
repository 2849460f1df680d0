"""What each fate of a letter does: to its ticket, to the store, to the outbox. Called inside the letter's transaction.

One small method a fate; what becomes of statuses and promises is decided by ``rules/life.py``, whether a letter may
go out by the gate, its words by the correspondence.
"""

from dataclasses import replace

from daemon.agents_word import AgentsWord
from daemon.arrival import Taken
from daemon.case import Case
from daemon.correspondence import Correspondence
from daemon.keeping import add_event, keep_letter, keep_twin, taken
from daemon.obeying import Obeying
from daemon.order_of_time import answered_after, find_early_answers
from daemon.staff_correspondence import StaffCorrespondence
from rules.agent_view import MAX_EXCERPT, shorten
from rules.decision import Proof
from rules.fate import Fate
from rules.life_of_agent import agent_answers
from rules.life_of_client import client_writes
from rules.policy import Policy
from rules.promises import deadline_for
from rules.ticket import Status, Ticket, TicketKind
from store.records import EventKind, Letter, LetterRole, Outgoing, OutgoingState
from store.writing import Transaction


class Applying:
    """Carries out what was decided about a letter."""

    def __init__(
        self, *, policy: Policy, correspondence: Correspondence, staff: StaffCorrespondence, obeying: Obeying
    ) -> None:
        self._policy = policy
        self._letters = correspondence
        self._staff = staff
        self._agents = AgentsWord(policy=policy, correspondence=correspondence, staff=staff, obeying=obeying)

    def apply(self, tx: Transaction, case: Case) -> Taken:
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
            case Fate.ANSWER | Fate.AGENT_FIRST | Fate.COMMANDS | Fate.RELAY | Fate.NOTE | Fate.IMPOSTOR:
                return self._agents.apply(tx, case)
            case Fate.COLLEAGUE:
                proved = case.read.origin.proof is not Proof.NONE
                return self._open(tx, case, TicketKind.REQUEST if proved else TicketKind.UNPROVED)
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
        """The letter is known already: its other place is noted, or its other Message-ID, and nothing happens twice."""
        assert known.id is not None
        if known.message_id != case.message_id:
            keep_twin(tx, case, known)
        elif case.arrival.place is not None:
            tx.move_place(known.id, case.arrival.place)
        return Taken(fate="copy", message_id=case.message_id, letter=known.id, ticket=known.ticket)

    # --- our own letters, and machines

    def _own(self, tx: Transaction, case: Case) -> Taken:
        """In Sent it tells what became of a letter of unknown fate."""
        outgoing = tx.find_outgoing(case.message_id) or self._written_again(tx, case)
        ticket = outgoing.ticket if outgoing is not None else None
        if case.arrival.in_sent and outgoing is not None:
            assert outgoing.id is not None
            tx.set_meta("server_files_sent", "yes")
            if outgoing.state is not OutgoingState.SENT and (
                outgoing.in_doubt or outgoing.state in (OutgoingState.UNKNOWN, OutgoingState.COMMITTING)
            ):
                tx.note_sent((outgoing.id,), case.at)
        letter = keep_letter(tx, case, LetterRole.OWN, ticket, self._policy)
        return Taken(fate=Fate.OWN, message_id=case.message_id, letter=letter.id, ticket=ticket)

    @staticmethod
    def _written_again(tx: Transaction, case: Case) -> Outgoing | None:
        """The acknowledgement that a restored store wrote once more, where the letter in Sent is the one from before:
        it answers the same letter of the client under another Message-ID."""
        if not case.arrival.in_sent or case.ticket is None:
            return None
        again = tx.find_outgoing_by_key(f"ack:{case.ticket.number}")
        return again if again is not None and again.in_doubt and again.created_at > case.at else None

    def _bounced(self, tx: Transaction, case: Case) -> Taken:
        """A bounce marks the ticket whose letter came back; one that belongs nowhere is kept for the digest."""
        ticket = case.ticket
        letter = keep_letter(tx, case, LetterRole.BOUNCE, ticket.number if ticket else None, self._policy)
        if ticket is None:
            return taken(case, letter, None)
        bounce = case.read.bounce
        recipients = ", ".join(bounce.recipients) if bounce is not None else ""
        status = f" ({bounce.status})" if bounce is not None and bounce.status else ""
        saved = tx.save_ticket(replace(ticket, marked=True))
        text = f"did not reach {recipients or 'its recipient'}{status}"
        add_event(tx, case, saved, EventKind.BOUNCED, text, by="a machine")
        letters = self._staff.bounced(tx, case, saved, recipients, status) if self._is_lost(case) else 0
        return replace(taken(case, letter, saved), letters=letters)

    @staticmethod
    def _is_lost(case: Case) -> bool:
        """Whether people have to do something: not for a mere delay, nor where a letter of ours to an agent came back
        (he would be told by another such letter)."""
        delayed = case.read.bounce is not None and case.read.bounce.permanent is False
        to_agent = any(each not in case.pointers.signed for each in case.pointers.signed_any)
        return not (delayed or to_agent or case.stale)

    def _automatic(self, tx: Transaction, case: Case) -> Taken:
        letter = keep_letter(tx, case, LetterRole.AUTOMATIC, case.ticket.number if case.ticket else None, self._policy)
        return taken(case, letter, case.ticket)

    def _keep(self, tx: Transaction, case: Case, role: LetterRole) -> Taken:
        return taken(case, keep_letter(tx, case, role, None, self._policy), None)

    # --- people

    def _open(self, tx: Transaction, case: Case, kind: TicketKind) -> Taken:
        ticket = tx.open_ticket(self._new_ticket(case, kind))
        letter = keep_letter(tx, case, _ROLE_OF_FIRST.get(kind, LetterRole.REQUEST), ticket.number, self._policy)
        add_event(tx, case, ticket, EventKind.OPENED, kind.value, by=case.read.origin.client.address)
        if ticket.linked_to is not None:
            add_event(tx, case, ticket, EventKind.LINKED, f"linked to {ticket.linked_to}", by="supportd")
        if case.arrival.unexpected:
            add_event(tx, case, ticket, EventKind.RECONCILED, "the letter was found by reconciliation", by="supportd")
        ticket = self._answered_early(tx, case, ticket)
        written = ""
        letters = 0
        if kind in _ACKNOWLEDGED and self._acknowledges(case):
            outgoing = self._letters.acknowledgement(tx, case, ticket)
            written = outgoing.state.value if not outgoing.reason else f"{outgoing.state.value}: {outgoing.reason}"
            letters = int(outgoing.state is OutgoingState.QUEUED)
        if kind is not TicketKind.MACHINE and not case.arrival.silent:
            letters += self._staff.relayed_request(tx, case, ticket)
        return replace(taken(case, letter, ticket), acknowledgement=written, letters=letters)

    def _answered_early(self, tx: Transaction, case: Case, ticket: Ticket) -> Ticket:
        """The answers that were seen before this letter was (the inbox lagged behind Sent) are joined to its ticket."""
        for answer in find_early_answers(tx, case, ticket):
            assert answer.id is not None
            tx.join_letter(answer.id, ticket.number, LetterRole.ANSWER)
            change = agent_answers(ticket, at=answer.received_at, recipients=answer.recipients, policy=self._policy)
            ticket = tx.save_ticket(change.ticket)
            add_event(
                tx, case, ticket, EventKind.ANSWERED, "the answer had been seen before the letter", by=answer.sender
            )
        return ticket

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
            excerpt=shorten(case.read.words.as_first, MAX_EXCERPT),
        )

    def _follow_up(self, tx: Transaction, case: Case) -> Taken:
        ticket, reading = case.ticket, case.read.follow_up
        assert ticket is not None
        role = LetterRole.THANKS if reading.thanks_alone else LetterRole.FOLLOW_UP
        letter = keep_letter(tx, case, role, ticket.number, self._policy)
        client = case.read.origin.client.address
        change = client_writes(
            ticket, reading, at=case.at, policy=self._policy, violator=case.around.violator, stale=case.stale
        )
        if client:
            change = replace(change, ticket=replace(change.ticket, addresses=change.ticket.addresses | {client}))
        reopened = ticket.status is not Status.OPEN and change.status is Status.OPEN
        change = answered_after(tx, case, change, self._policy)
        saved = tx.save_ticket(change.ticket)
        kind = EventKind.REOPENED if reopened else EventKind.JOINED
        add_event(tx, case, saved, kind, role.value, by=client)
        letters = 0
        if not case.stale:
            letters = 0 if case.read.origin.silenced else self._letters.follow_up(tx, case, change, saved)
            letters += self._staff.relayed_request(tx, case, saved) if role is LetterRole.FOLLOW_UP else 0
        return replace(taken(case, letter, saved), letters=letters)


_ROLE_OF_FIRST = {TicketKind.MACHINE: LetterRole.AUTOMATIC, TicketKind.UNPROVED: LetterRole.UNPROVED}
_ACKNOWLEDGED = frozenset({TicketKind.REQUEST, TicketKind.FORM, TicketKind.VIOLATOR})
