"""Letters to agents as they are kept in the outbox: each person a letter and a token of his own.

Nothing here sends. Reminders and notices are bounded by what happened, answers to commands by the gate.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.agents_letters import AgentsLetters, AgentTicket, CommandOutcome, Digest, NoticeKind
from daemon.case import Case
from daemon.gate import Gate
from daemon.mime import AttachedFile, LetterKind, build, can_be_written_to
from daemon.sender import Sender, serial_of
from daemon.templating import Rendered
from rules.commands import NotUnderstood
from rules.policy import Policy
from rules.spoken import speak_span_of_time
from rules.ticket import Deadline, Ticket
from rules.tokens import Purpose, SigningKeys, make_message_id, make_subject_token
from store.records import Outgoing, OutgoingState
from store.writing import Transaction

TOKEN_LIVES = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is told. ``relay_to``: agents without access to the mailbox; empty where relaying is off."""

    notify: tuple[str, ...]
    relay_to: tuple[str, ...] = ()


class StaffCorrespondence:
    """Writes letters to agents into the outbox."""

    def __init__(
        self, *, policy: Policy, letters: AgentsLetters, keys: SigningKeys, sender: Sender, gate: Gate, staff: Staff
    ) -> None:
        self._policy = policy
        self._letters = letters
        self._keys = keys
        self._sender = sender
        self._gate = gate
        self._staff = staff

    @property
    def notify(self) -> tuple[str, ...]:
        """Who gets reminders and digests."""
        return self._staff.notify

    # --- the clock's letters

    def reminder(
        self,
        tx: Transaction,
        *,
        soon: Sequence[tuple[Ticket, Deadline]],
        broken: Sequence[tuple[Ticket, Deadline]],
        now: datetime,
    ) -> int:
        """One letter for all the promises given, to each person; gives how many letters."""
        ids = ",".join(str(deadline.id) for _, deadline in (*soon, *broken))
        tickets = {ticket.number for ticket, _ in (*soon, *broken)}
        number = next(iter(tickets)) if len(tickets) == 1 else None

        def render(agent: str) -> Rendered:
            return self._letters.reminder(
                soon=self._shown((ticket for ticket, _ in soon), agent, now),
                broken=self._shown((ticket for ticket, _ in broken), agent, now),
                now=now,
            )

        return self._tell_all(
            tx,
            render,
            key=f"reminder:{'s' if soon else 'b'}:{ids}",
            ticket=number,
            now=now,
            # what breaks soon has broken when this letter comes too late: another letter says that
            valid_until=None if broken else max((deadline.due_at for _, deadline in soon), default=None),
        )

    def digest(self, tx: Transaction, make: Callable[[str], Digest], *, key: str, now: datetime) -> int:
        """The day's opening or closing, as ``make`` shows it to one agent. Nothing to say, no letter."""
        count = 0
        for agent in self._staff.notify:
            digest = make(agent)
            if digest:
                rendered = self._letters.digest(digest, now=now)
                count += self._write(tx, agent, rendered, key=key, ticket=None, now=now)
        return count

    def shown(self, tickets: Sequence[Ticket], agent: str, now: datetime) -> tuple[AgentTicket, ...]:
        """Tickets with the tokens that let this agent's links command them."""
        return self._shown(tickets, agent, now)

    # --- notices

    def breaker_tripped(self, tx: Transaction, *, now: datetime) -> int:
        limit = self._policy.limits.overall
        why = f"за {speak_span_of_time(limit.within)} их набралось {limit.count} (предел acknowledge.overall)"
        return self._notice(tx, NoticeKind.BREAKER, key=f"breaker:{now.isoformat()}", detail=why, now=now)

    def letter_failed(self, tx: Transaction, letter: Outgoing, why: str, *, now: datetime) -> int:
        return self._about_letter(tx, NoticeKind.LETTER_FAILED, letter, why, now=now)

    def letter_unknown(self, tx: Transaction, letter: Outgoing, why: str, *, now: datetime) -> int:
        kind = NoticeKind.LETTER_UNKNOWN if letter.repeatable else NoticeKind.ANSWER_UNKNOWN
        return self._about_letter(tx, kind, letter, why, now=now)

    def quarantined(self, tx: Transaction, ticket: Ticket, aside: int, why: str, *, now: datetime) -> int:
        return self._notice(
            tx, NoticeKind.QUARANTINE, key=f"quarantine:{aside}", ticket=ticket, detail=why, number=aside, now=now
        )

    def bounced(self, tx: Transaction, case: Case, ticket: Ticket, recipient: str, why: str) -> int:
        """Once a ticket: a client who cannot be reached is reached no better the second time."""
        return self._notice(
            tx,
            NoticeKind.BOUNCED,
            key=f"bounced:{ticket.number}",
            ticket=ticket,
            recipient=recipient or ticket.requester,
            detail=why.strip(" ()"),
            now=case.now,
        )

    def not_proved(self, tx: Transaction, case: Case, ticket: Ticket) -> int:
        """Once a ticket, to the desk and never to whom the letter claims to be from."""
        agents = tuple(each for each in self._staff.notify if each != case.author)
        key = f"unproved:{ticket.number}"
        rendered = self._letters.notice(
            NoticeKind.ANSWER_NOT_PROVED, now=case.now, ticket=ticket, recipient=case.author, detail=""
        )
        return sum(self._write(tx, each, rendered, key=key, ticket=ticket.number, now=case.now) for each in agents)

    def _about_letter(self, tx: Transaction, kind: NoticeKind, letter: Outgoing, why: str, *, now: datetime) -> int:
        ticket = tx.ticket(letter.ticket) if letter.ticket is not None else None
        return self._notice(
            tx,
            kind,
            key=f"{kind}:{letter.id}:{letter.attempts}:{letter.in_doubt}",
            ticket=ticket,
            recipient=letter.recipient,
            detail=why,
            number=letter.id,
            now=now,
        )

    def _notice(
        self,
        tx: Transaction,
        kind: NoticeKind,
        *,
        key: str,
        now: datetime,
        ticket: Ticket | None = None,
        recipient: str = "",
        detail: str = "",
        number: int | None = None,
    ) -> int:
        rendered = self._letters.notice(kind, now=now, ticket=ticket, recipient=recipient, detail=detail, id=number)
        about = ticket.number if ticket is not None else None
        return sum(
            self._write(tx, agent, rendered, key=key, ticket=about, now=now)
            for agent in self._staff.notify
            if kind is NoticeKind.BREAKER or self._gate.pass_agent(tx, recipient=agent, now=now).held_back is None
        )

    # --- answers to agents

    def command_answer(
        self,
        tx: Transaction,
        case: Case,
        outcomes: Sequence[CommandOutcome],
        not_understood: Sequence[NotUnderstood],
        ticket: Ticket | None,
    ) -> int:
        """One line of what became of the ticket, to the author alone, in his thread."""
        if not case.author or self._gate.pass_agent(tx, recipient=case.author, now=case.now).held_back:
            return 0
        rendered = self._letters.command_answer(ticket, outcomes, not_understood=not_understood, now=case.now)
        return self._write(
            tx,
            case.author,
            rendered,
            key=f"command:{serial_of(case.message_id)}",
            ticket=ticket.number if ticket is not None else None,
            kind=LetterKind.REPLY,
            answers=case.message_id,
            now=case.now,
        )

    def note_kept(self, tx: Transaction, case: Case, ticket: Ticket) -> int:
        """The agent's letter changed nothing and did not go to the client: he is told so."""
        why = "команд в письме нет; оно записано как внутренняя заметка, клиент его не получил"
        if self._staff.relay_to:
            why += "; чтобы ответить клиенту, ответьте на письмо с его обращением"
        outcome = CommandOutcome(line="", refused=why)
        return self.command_answer(tx, case, (outcome,), (), ticket)

    def not_relayed(self, tx: Transaction, case: Case, ticket: Ticket) -> int:
        """The agent's answer could not be sent on: the client's address takes no letter."""
        outcome = CommandOutcome(line="", refused="клиенту нельзя отправить письмо: нет пригодного адреса")
        return self.command_answer(tx, case, (outcome,), (), ticket)

    def relayed_request(self, tx: Transaction, case: Case, ticket: Ticket) -> int:
        """A new request for agents without access to the mailbox, the original attached."""
        attachments = tuple(each.filename for each in case.read.mail.attachments if each.filename)
        original = AttachedFile(filename="original.eml", content_type="message/rfc822", content=case.arrival.raw)
        count = 0
        for agent in self._staff.relay_to:
            rendered = self._letters.relayed_request(
                self._shown((ticket,), agent, case.now)[0],
                received_at=case.at,
                words=case.read.words.as_first or case.read.mail.text,
                attachments=attachments,
                now=case.now,
            )
            count += self._write(
                tx,
                agent,
                rendered,
                key=f"relay:{serial_of(case.message_id)}",
                ticket=ticket.number,
                attachments=(original,),
                now=case.now,
            )
        return count

    # --- how it is written

    def _shown(self, tickets: Iterable[Ticket], agent: str, now: datetime) -> tuple[AgentTicket, ...]:
        return tuple(
            AgentTicket(
                ticket=ticket,
                asked=ticket.excerpt,
                token=make_subject_token(self._keys, ticket=ticket.number or 0, agent=agent, expires=now + TOKEN_LIVES),
            )
            for ticket in dict.fromkeys(tickets)
        )

    def _tell_all(
        self,
        tx: Transaction,
        render: Callable[[str], Rendered],
        *,
        key: str,
        ticket: int | None,
        now: datetime,
        valid_until: datetime | None = None,
    ) -> int:
        return sum(
            self._write(tx, agent, render(agent), key=key, ticket=ticket, now=now, valid_until=valid_until)
            for agent in self._staff.notify
        )

    def _write(
        self,
        tx: Transaction,
        agent: str,
        rendered: Rendered,
        *,
        key: str,
        ticket: int | None,
        now: datetime,
        kind: LetterKind = LetterKind.GENERATED,
        answers: str = "",
        attachments: Sequence[AttachedFile] = (),
        valid_until: datetime | None = None,
    ) -> int:
        own_key = f"{key}:{agent}"
        message_id = make_message_id(
            self._keys,
            purpose=Purpose.AGENT,
            ticket=ticket,
            recipient=agent,
            serial=serial_of(own_key),
            domain=self._sender.domain,
            expires=now + TOKEN_LIVES,
        )
        reachable = can_be_written_to(agent)
        raw = b""
        if reachable:
            raw = build(
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                sender=self._sender.address,
                sender_name=self._sender.name,
                recipient=agent,
                message_id=message_id,
                date=now.astimezone(self._policy.schedule.zone),
                kind=kind,
                loop_mark=self._sender.loop_mark,
                in_reply_to=answers or None,
                references=(answers,) if answers else (),
                attachments=attachments,
            )
        queued = tx.queue(
            Outgoing(
                key=own_key,
                ticket=ticket,
                template=rendered.template,
                recipient=agent,
                message_id=message_id,
                envelope_from=self._sender.address,
                raw=raw,
                valid_until=valid_until,
                state=OutgoingState.QUEUED if reachable else OutgoingState.SUPPRESSED,
                reason="" if reachable else f"no letter can be written to the address {agent[:254]!r}",
                to_client=False,
                automatic=True,
                created_at=now,
                next_attempt_at=now,
            )
        )
        return int(reachable and queued.message_id == message_id)
