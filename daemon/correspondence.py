"""Letters to clients as they are kept in the outbox: words, headers, Message-ID and the passage through the gate.

Nothing here sends. A letter is written once, in the transaction of what it tells, and its bytes are frozen.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from daemon.arrival import is_synthetic
from daemon.case import Case
from daemon.draft import find_fitting
from daemon.gate import Gate, Passage
from daemon.letters import ClientFacts, Letters
from daemon.mime import AttachedFile, LetterKind, build, can_be_written_to
from daemon.sender import Sender, serial_of
from daemon.staff_correspondence import StaffCorrespondence
from daemon.templating import Rendered
from parsers.mail import Address
from rules.commands import Refusal
from rules.decide import NOTHING_READ
from rules.decision import Decision, Disposition, Origin, Proof
from rules.life import Change, Told
from rules.limits import body_key, find_domain
from rules.policy import Policy
from rules.ticket import Deadline, Ticket, TicketKind
from rules.tokens import Purpose, SigningKeys, make_message_id
from store.backup import RESTORED
from store.records import Event, EventKind, LetterRole, Outgoing, OutgoingState
from store.view import View
from store.writing import Transaction

NULL_REFUSED = "null_sender_refused"
"""The key under which the store keeps that the SMTP server takes no null sender."""
MAX_REFERENCES = 12


class Correspondence:
    """Writes letters to clients into the outbox."""

    def __init__(
        self,
        *,
        policy: Policy,
        letters: Letters,
        keys: SigningKeys,
        sender: Sender,
        gate: Gate,
        staff: StaffCorrespondence,
    ) -> None:
        self._policy = policy
        self._letters = letters
        self._keys = keys
        self._sender = sender
        self._gate = gate
        self._staff = staff

    # --- what is told

    def acknowledgement(self, tx: Transaction, case: Case, ticket: Ticket) -> Outgoing:
        """The one answer to a first letter: queued, or kept as suppressed with the reason."""
        assert case.decision is not None
        assert ticket.number is not None
        key = body_key(case.read.mail.subject, case.read.words.new)
        passage = self._passage(tx, ticket, key, stale=case.stale, now=case.now)
        outgoing = self._write(
            tx,
            ticket,
            self._acknowledging(case, ticket),
            key=f"ack:{ticket.number}",
            answers=_thread_of(case),
            passage=passage,
            body=key,
            promises=ticket.deadlines,
            in_doubt=int(_may_have_been_told(tx, case)),
            now=case.now,
        )
        self._tell_if_tripped(tx, passage, case.now)
        return outgoing

    def _acknowledging(self, case: Case, ticket: Ticket) -> Rendered:
        """The draft of the reading process where it fits; else written here."""
        assert case.decision is not None
        assert ticket.number is not None
        violator = ticket.kind is TicketKind.VIOLATOR
        draft = None if violator else case.read.draft
        prefix = self._policy.ticket_prefix
        fitting = find_fitting(draft, received_at=case.at, now=case.now, number=ticket.number, prefix=prefix)
        return fitting or self._letters.acknowledgement(
            ClientFacts(
                number=ticket.number,
                decision=case.decision,
                client=case.read.origin.client,
                subject=case.read.mail.subject,
                proved=ticket.requester_proved,
                received_at=case.at,
                now=case.now,
                promises=ticket.deadlines,
                violator=violator,
                words=case.read.words.as_first,
            )
        )

    def follow_up(self, tx: Transaction, case: Case, change: Change, ticket: Ticket) -> int:
        """A second acknowledgement where a follow-up made something new: once per closing, once per deferred part."""
        language = case.read.follow_up.language
        added = _stored(ticket, change.added)
        match change.told:
            case Told.DEFERRED_PART:
                rendered = self._letters.part_deferred(ticket, added, now=case.now, language=language)
                names = "+".join(sorted(category.value for each in added for category in each.categories))
                monday = max(each.deferred_until for each in added if each.deferred_until is not None)
                key = f"deferred:{ticket.number}:{names}:{monday.isoformat()}"
            case Told.REOPENED_OUTSIDE_HOURS:
                rendered = self._letters.reopened(ticket, added, now=case.now, language=language)
                key = f"reopened:{ticket.number}:{added[0].reached_at.isoformat()}"
            case _:
                return 0
        if tx.find_outgoing_by_key(key) is not None:
            return 0
        body = body_key(case.read.mail.subject, case.read.words.new)
        passage = self._passage(tx, ticket, body, stale=case.stale, now=case.now)
        outgoing = self._write(
            tx,
            ticket,
            rendered,
            key=key,
            answers=_thread_of(case),
            passage=passage,
            body=body,
            promises=added,
            now=case.now,
        )
        self._tell_if_tripped(tx, passage, case.now)
        return int(outgoing.state is OutgoingState.QUEUED)

    def promise_changed(
        self, tx: Transaction, ticket: Ticket, promises: Sequence[Deadline], *, reason: str, now: datetime
    ) -> bool:
        """An agent promises later than was promised: told in one letter. False where it was held back."""
        if not ticket.requester or not promises:
            return False
        rendered = self._letters.promise_changed(ticket, promises, now=now, reason=reason)
        passage = self._passage(tx, ticket, "", stale=False, now=now)
        due = max(each.due_at for each in promises)
        outgoing = self._write(
            tx,
            ticket,
            rendered,
            key=f"changed:{ticket.number}:{due.isoformat()}:{now.isoformat()}",
            answers=answers_of(tx, ticket),
            passage=passage,
            promises=promises,
            now=now,
        )
        self._tell_if_tripped(tx, passage, now)
        return outgoing.state is OutgoingState.QUEUED

    def refusal(self, tx: Transaction, ticket: Ticket, refusal: Refusal, *, now: datetime) -> bool:
        """An ordinary letter: only an agent refuses, never the program. False where nobody can get it."""
        if not ticket.requester:
            return False
        outgoing = self._write(
            tx,
            ticket,
            self._letters.refusal(ticket, refusal, now=now),
            key=f"refusal:{ticket.number}:{now.isoformat()}",
            answers=answers_of(tx, ticket),
            kind=LetterKind.ORDINARY,
            now=now,
        )
        return outgoing.state is not OutgoingState.SUPPRESSED

    def relayed_answer(self, tx: Transaction, case: Case, ticket: Ticket, files: Sequence[AttachedFile]) -> int:
        """An agent's answer, sent on from the support address in the client's own thread; 0 where it cannot be."""
        if not ticket.requester:
            return 0
        outgoing = self._write(
            tx,
            ticket,
            self._letters.relayed_answer(
                ticket, case.commands.rest, now=case.now, attachments=[each.filename for each in files]
            ),
            key=f"relay:{case.message_id}"[:500],
            answers=answers_of(tx, ticket),
            kind=LetterKind.ORDINARY,
            repeatable=False,
            attachments=files,
            now=case.now,
        )
        return int(outgoing.state is not OutgoingState.SUPPRESSED)

    def rewritten(self, ticket: Ticket, outgoing: Outgoing, *, answers: tuple[str, ...], now: datetime) -> Outgoing:
        """A letter that waited until its last promise passed, written anew as the late one: it names no past time.

        Same Message-ID and recipient; only for one that has certainly not gone out.
        """
        rendered = self._letters.acknowledgement(
            ClientFacts(
                number=ticket.number or 0,
                decision=_decision_of(ticket),
                client=Address(name=ticket.requester_name, address=ticket.requester),
                subject=ticket.subject,
                proved=ticket.requester_proved,
                received_at=ticket.opened_at,
                now=now,
                promises=tuple(each for each in ticket.deadlines if each.unanswered()) or ticket.deadlines,
                violator=ticket.kind is TicketKind.VIOLATOR,
            )
        )
        raw = self._bytes(
            rendered,
            recipient=outgoing.recipient,
            message_id=outgoing.message_id,
            answers=answers,
            kind=LetterKind.REPLY,
            now=now,
        )
        return replace(outgoing, template=rendered.template, raw=raw, valid_until=None)

    # --- how it is written

    def _write(
        self,
        tx: Transaction,
        ticket: Ticket,
        rendered: Rendered,
        *,
        key: str,
        answers: tuple[str, ...],
        now: datetime,
        passage: Passage | None = None,
        body: str = "",
        promises: Sequence[Deadline] = (),
        kind: LetterKind = LetterKind.REPLY,
        repeatable: bool = True,
        in_doubt: int = 0,
        attachments: Sequence[AttachedFile] = (),
    ) -> Outgoing:
        automatic = kind is not LetterKind.ORDINARY
        held_back = _held_back(ticket, passage)
        message_id = self._message_id(ticket, key)
        if held_back is not None:
            tx.add_event(
                Event(at=now, ticket=ticket.number, kind=EventKind.SUPPRESSED, author="supportd", text=held_back)
            )
        return tx.queue(
            Outgoing(
                ticket=ticket.number,
                template=rendered.template,
                recipient=ticket.requester,
                message_id=message_id,
                envelope_from=self._envelope(tx) if automatic else self._sender.address,
                raw=b""
                if held_back
                else self._bytes(
                    rendered,
                    recipient=ticket.requester,
                    message_id=message_id,
                    answers=answers,
                    kind=kind,
                    attachments=attachments,
                    now=now,
                ),
                state=OutgoingState.SUPPRESSED if held_back else OutgoingState.QUEUED,
                to_client=True,
                automatic=automatic,
                repeatable=repeatable,
                in_doubt=in_doubt,
                reason=held_back or "",
                created_at=now,
                next_attempt_at=now,
                valid_until=max((each.due_at for each in promises), default=None),
                body_key=body,
                domain=find_domain(ticket.requester) or "",
                key=key,
            )
        )

    def _message_id(self, ticket: Ticket, key: str) -> str:
        return make_message_id(
            self._keys,
            purpose=Purpose.CLIENT,
            ticket=ticket.number,
            recipient=ticket.requester,
            serial=serial_of(key),
            domain=self._sender.domain,
        )

    def _bytes(
        self,
        rendered: Rendered,
        *,
        recipient: str,
        message_id: str,
        answers: tuple[str, ...],
        kind: LetterKind,
        now: datetime,
        attachments: Sequence[AttachedFile] = (),
    ) -> bytes:
        parent, *older = answers or ("",)
        return build(
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            sender=self._sender.address,
            sender_name=self._sender.name,
            recipient=recipient,
            message_id=message_id,
            date=now.astimezone(self._policy.schedule.zone),
            in_reply_to=parent or None,
            references=tuple(dict.fromkeys((*reversed(older), parent))) if parent else (),
            kind=kind,
            loop_mark=self._sender.loop_mark,
            attachments=attachments,
        )

    def _envelope(self, tx: View) -> str:
        if self._sender.envelope_from:
            return self._sender.envelope_from
        return self._sender.address if tx.meta(NULL_REFUSED) else ""

    def _passage(self, tx: Transaction, ticket: Ticket, body: str, *, stale: bool, now: datetime) -> Passage:
        if stale:
            return Passage(held_back="the letter was older than max_age when it was taken")
        return self._gate.pass_client(tx, recipient=ticket.requester, body_key=body, now=now)

    def _tell_if_tripped(self, tx: Transaction, passage: Passage, now: datetime) -> None:
        if passage.tripped:
            self._staff.breaker_tripped(tx, now=now)


def _may_have_been_told(tx: View, case: Case) -> bool:
    """The store was put back to an older day after the letter came: it may have been acknowledged then."""
    restored = tx.meta(RESTORED)
    return restored is not None and case.at < datetime.fromisoformat(restored)


def answers_of(tx: View, ticket: Ticket) -> tuple[str, ...]:
    """What a letter of ours answers: the client's newest on the ticket, then the older ones."""
    assert ticket.number is not None
    theirs = (LetterRole.REQUEST, LetterRole.FOLLOW_UP, LetterRole.THANKS)
    ids = [
        each.message_id
        for each in tx.letters_of(ticket.number)
        if each.role in theirs and each.message_id and not is_synthetic(each.message_id)
    ]
    return tuple(reversed(ids[-MAX_REFERENCES:]))


def _held_back(ticket: Ticket, passage: Passage | None) -> str | None:
    """Why the letter is not to go out, or None: nobody can be written to, or the gate is closed to it."""
    if not can_be_written_to(ticket.requester):
        return f"no letter can be written to the address {ticket.requester[:254]!r}"
    return passage.held_back if passage is not None else None


def _thread_of(case: Case) -> tuple[str, ...]:
    """The letter we answer, then its ancestors, nearest first."""
    own = () if is_synthetic(case.message_id) else (case.message_id,)
    return (*own, *reversed(case.read.mail.references[-MAX_REFERENCES:]))


def _stored(ticket: Ticket, added: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
    moments = {(each.calendar, each.due_at, each.received_at) for each in added}
    return tuple(each for each in ticket.deadlines if (each.calendar, each.due_at, each.received_at) in moments)


def _decision_of(ticket: Ticket) -> Decision:
    """What the ticket still knows of its first letter's decision."""
    origin = Origin(
        disposition=Disposition.NEW_REQUEST,
        client=Address(name=ticket.requester_name, address=ticket.requester),
        proof=Proof.NONE,
        automated=None,
        silenced=False,
        from_form=ticket.kind is TicketKind.FORM,
        reasons=(),
    )
    return Decision(
        origin=origin,
        reading=replace(
            NOTHING_READ,
            conduct=ticket.conduct,
            wants_call=ticket.wants_call,
            language=ticket.language,
        ),
        categories=ticket.categories,
        parts=(),
        acknowledge=True,
        supplied=(),
        missing=ticket.missing,
        reasons=(),
        defects=(),
    )
