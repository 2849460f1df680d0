"""What an agent's letter does: an answer, commands, an answer to be sent on, a note; one not proved does nothing.

Called inside the letter's transaction.
"""

from dataclasses import replace

from daemon.arrival import Taken
from daemon.case import Case
from daemon.correspondence import Correspondence
from daemon.keeping import add_event, keep_letter, taken
from daemon.mime import AttachedFile
from daemon.obeying import Obeying
from daemon.order_of_time import wrote_after
from daemon.relayed_files import files_of
from daemon.staff_correspondence import StaffCorrespondence
from rules.fate import Fate, recipients_of
from rules.life_of_agent import agent_answers
from rules.life_of_agent import close as close_ticket
from rules.policy import Policy
from rules.ticket import Ticket, TicketKind
from store.records import EventKind, LetterRole
from store.writing import Transaction

RFC822 = "message/rfc822"


class AgentsWord:
    """Carries out the fates of agents' letters."""

    def __init__(
        self, *, policy: Policy, correspondence: Correspondence, staff: StaffCorrespondence, obeying: Obeying
    ) -> None:
        self._policy = policy
        self._letters = correspondence
        self._staff = staff
        self._obeying = obeying

    def apply(self, tx: Transaction, case: Case) -> Taken:
        assert case.destiny is not None
        match case.destiny.fate:
            case Fate.COMMANDS | Fate.RELAY | Fate.NOTE if case.arrival.silent:
                # What lay in the mailbox before the first start was obeyed by people, and is only kept.
                done = taken(
                    case, keep_letter(tx, case, LetterRole.NOTE, _number(case.ticket), self._policy), case.ticket
                )
            case Fate.ANSWER:
                done = self._answer(tx, case)
            case Fate.COMMANDS:
                done = self._commands(tx, case)
            case Fate.RELAY:
                done = self._relay(tx, case)
            case Fate.NOTE:
                done = self._note(tx, case)
            case Fate.IMPOSTOR:
                done = self._impostor(tx, case)
            case _:
                done = taken(case, keep_letter(tx, case, LetterRole.AGENT_FIRST, None, self._policy), None)
        if case.known is not None and case.known.ticket != done.ticket:
            self._close_opened_for(tx, case, case.known.ticket)
        return done

    def _answer(self, tx: Transaction, case: Case) -> Taken:
        assert case.ticket is not None
        letter = keep_letter(tx, case, LetterRole.ANSWER, case.ticket.number, self._policy)
        saved = self._met(tx, case, case.ticket)
        letters = 0
        if case.commands and self._to_mailbox(case) and not case.arrival.silent:
            letters, obeyed = self._obeying.obey_letter(tx, case, saved)
            saved = obeyed or saved
        saved = wrote_after(tx, case, saved, self._policy)
        return replace(taken(case, letter, saved), letters=letters)

    def _met(self, tx: Transaction, case: Case, ticket: Ticket) -> Ticket:
        recipients = recipients_of(case.read.mail, self._policy)
        change = agent_answers(ticket, at=case.at, recipients=recipients, policy=self._policy)
        saved = tx.save_ticket(change.ticket)
        text = f"{len(change.met)} promises met" if change.met else "no promise was due"
        add_event(tx, case, saved, EventKind.ANSWERED, text, by=case.author)
        return saved

    def _to_mailbox(self, case: Case) -> bool:
        return any(self._policy.is_own(each.address) for each in (*case.read.mail.to, *case.read.mail.cc))

    def _commands(self, tx: Transaction, case: Case) -> Taken:
        letter = keep_letter(tx, case, LetterRole.COMMAND, _number(case.ticket), self._policy)
        letters, ticket = self._obeying.obey_letter(tx, case, case.ticket)
        if ticket is not None:
            ticket = wrote_after(tx, case, ticket, self._policy)
        return replace(taken(case, letter, ticket), letters=letters)

    def _relay(self, tx: Transaction, case: Case) -> Taken:
        """The agent's answer goes to the client from the support address and meets the promise; then his commands."""
        assert case.ticket is not None
        ticket = case.ticket
        files = files_of(case.arrival.raw)
        sent = self._letters.relayed_answer(tx, case, ticket, files)
        role = LetterRole.ANSWER if sent else LetterRole.NOTE
        letter = keep_letter(tx, case, role, ticket.number, self._policy)
        if not sent:
            add_event(tx, case, ticket, EventKind.NOTE, "an answer that could not be sent on", by=case.author)
            return replace(taken(case, letter, ticket), letters=self._staff.not_relayed(tx, case, ticket))
        saved = self._met(tx, case, ticket)
        letters = sent
        lost = self._files_left_out(case, files)
        if case.commands or lost:
            more, obeyed = self._obeying.obey_letter(tx, case, saved, files_lost=lost)
            letters, saved = letters + more, obeyed or saved
        saved = wrote_after(tx, case, saved, self._policy)
        return replace(taken(case, letter, saved), letters=letters)

    @staticmethod
    def _files_left_out(case: Case, files: tuple[AttachedFile, ...]) -> str:
        """The names of his attachments that did not go along; a letter that came with the request is none of them."""
        there = [each for each in case.read.mail.attachments if not each.inline and each.content_type != RFC822]
        sent = {each.filename for each in files}
        names = [each.filename or each.content_type for each in there if each.filename not in sent]
        lost = [each for each in names if not each.lower().endswith(".eml")]
        return ", ".join(lost)[:300]

    def _note(self, tx: Transaction, case: Case) -> Taken:
        """Kept on the ticket; its author is told that the client did not get it (a silent drop is a lost answer)."""
        assert case.ticket is not None
        letter = keep_letter(tx, case, LetterRole.NOTE, case.ticket.number, self._policy)
        add_event(tx, case, case.ticket, EventKind.NOTE, "a letter to the mailbox about the ticket", by=case.author)
        letters = 0 if case.arrival.in_sent or case.stale else self._staff.note_kept(tx, case, case.ticket)
        return replace(taken(case, letter, case.ticket), letters=letters)

    def _impostor(self, tx: Transaction, case: Case) -> Taken:
        """An event that people can see, and nothing else: neither the ticket nor the claimed sender hears of it.

        Where it claims to be one of the agents' own addresses, the desk is told once a ticket: the answer of a real
        one was lost. What claims to come from the mailbox itself is proved by its copy in Sent a moment later.
        """
        assert case.ticket is not None
        letter = keep_letter(tx, case, LetterRole.UNPROVED, case.ticket.number, self._policy)
        text = f"a letter that claims to be from {case.author or 'staff'} is not proved; it changed nothing"
        add_event(tx, case, case.ticket, EventKind.IMPOSTOR, text, by=case.author)
        told = not case.stale and self._policy.is_agent(case.author) and not self._policy.is_own(case.author)
        letters = self._staff.not_proved(tx, case, case.ticket) if told else 0
        return replace(taken(case, letter, case.ticket), letters=letters)

    def _close_opened_for(self, tx: Transaction, case: Case, number: int | None) -> None:
        """The copy in the inbox had opened a ticket as a colleague's request; the one in Sent shows that it is none."""
        ticket = tx.ticket(number) if number is not None else None
        if ticket is None or ticket.kind is not TicketKind.UNPROVED:
            return
        saved = tx.save_ticket(close_ticket(ticket, at=case.at, policy=self._policy).ticket)
        text = "closed: the letter lies in Sent, an agent wrote it"
        add_event(tx, case, saved, EventKind.STATUS, text, by="supportd")


def _number(ticket: Ticket | None) -> int | None:
    return ticket.number if ticket is not None else None
