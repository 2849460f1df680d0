"""What a letter is to its ticket: one of a few fates, from who wrote it and what it answers.

Pure. Copies are told apart before; what each fate does to the ticket stands in ``rules/life.py``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parsers.mail import Mark, MarkKind, ParsedMail
from rules.commands import CommandBlock, Verb
from rules.decision import Disposition, Origin, Proof
from rules.life_of_client import may_reopen
from rules.policy import Policy
from rules.reading import Reading
from rules.reason import Reason
from rules.relay import says_something
from rules.thread import Belonging, find_ancestors, find_belonging, find_number
from rules.ticket import Ticket
from rules.tokens import Purpose, SigningKeys, find_subject_token, read_message_id


class Fate(StrEnum):
    """What becomes of a letter."""

    OWN = "own"
    KEPT = "kept"
    """Bounces, reports and lists that belong nowhere: kept, shown in the digest, without a ticket."""
    BOUNCED = "bounced"
    """A letter of ours did not arrive."""
    AUTOMATIC = "automatic"
    """A machine's letter on a ticket: recorded, nothing else."""
    MACHINE_REQUEST = "machine_request"
    """A machine's first letter: a ticket without deadline and reminder."""
    ANSWER = "answer"
    AGENT_FIRST = "agent_first"
    COMMANDS = "commands"
    RELAY = "relay"
    NOTE = "note"
    """An agent's letter about a ticket that neither answers the client nor commands anything."""
    IMPOSTOR = "impostor"
    """Claims to be staff, unproved, about a ticket: an event that people can see, nothing else."""
    COLLEAGUE = "colleague"
    """From one of our own or an agent's addresses, on no ticket: a marked ticket without acknowledgement."""
    FOLLOW_UP = "follow_up"
    FIRST_ANSWERED = "first_answered"
    """The client's answer to a letter that an agent wrote first."""
    REQUEST = "request"
    VIOLATOR = "violator"
    """A request of somebody on the list of contract violators (clause 11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known of the letters and tickets around one letter.

    ``known`` gives the tickets of the ancestors that we keep, ``tickets`` those tickets and the ones named by a
    signature or a number. ``remembered`` holds the recipients of each ancestor that an agent wrote first on no ticket,
    ``relayed`` the ancestors by which we sent a client's letter on to agents.
    """

    ancestors: tuple[str, ...]
    known: Mapping[str, int]
    tickets: Mapping[int, Ticket]
    remembered: Mapping[str, frozenset[str]]
    violator: bool
    relayed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Destiny:
    """The fate with the ticket it concerns, and the older ticket that a new one is linked to."""

    fate: Fate
    ticket: int | None = None
    linked_to: int | None = None
    marked: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """Every ticket a letter points at, before anything is believed: what to look up."""

    ancestors: tuple[str, ...]
    signed: Mapping[str, int]
    """Tickets of our signed Message-IDs to clients."""
    signed_any: Mapping[str, int | None]
    """Tickets of all our signed Message-IDs, to agents too; None for a letter on no ticket (a digest)."""
    number: int | None
    token: int | None


def find_pointers(
    mail: ParsedMail,
    *,
    returned: tuple[str, ...] = (),
    sender: str,
    keys: SigningKeys | None,
    policy: Policy,
    now: datetime,
) -> Pointers:
    """What the letter points at; nothing is signed where there are no keys. ``returned``: what a bounce sends back."""
    ancestors = tuple(dict.fromkeys((*returned, *find_ancestors(mail))))
    read = {each: read_message_id(keys, each) for each in ancestors} if keys is not None else {}
    ours = {message_id: signed for message_id, signed in read.items() if signed is not None}
    return Pointers(
        ancestors=ancestors,
        signed={
            message_id: signed.ticket
            for message_id, signed in ours.items()
            if signed.purpose is Purpose.CLIENT and signed.ticket is not None
        },
        signed_any={message_id: signed.ticket for message_id, signed in ours.items()},
        number=find_number(mail.subject, policy.ticket_prefix),
        token=find_subject_token(keys, mail.subject, agent=sender, now=now) if keys is not None else None,
    )


def find_fate(
    *,
    mail: ParsedMail,
    origin: Origin,
    marks: tuple[Mark, ...],
    reading: Reading,
    commands: CommandBlock,
    pointers: Pointers,
    around: Surroundings,
    relays: bool,
    at: datetime,
    policy: Policy,
) -> Destiny:
    """The fate of a letter received at ``at``. ``relays``: agents may answer through us."""
    match origin.disposition:
        case Disposition.OWN:
            return Destiny(fate=Fate.OWN, ticket=_own_ticket(pointers, around))
        case Disposition.AUTOMATED:
            return _fate_of_machine(origin, marks, pointers, around, policy)
        case Disposition.AGENT:
            return _fate_of_agent(mail, origin, commands, pointers, around, relays=relays, policy=policy)
        case Disposition.NEW_REQUEST:
            if origin.claims_staff:
                return _fate_of_claimed_staff(pointers, around)
            return _fate_of_person(origin, reading, pointers, around, at=at, policy=policy)


def _own_ticket(pointers: Pointers, around: Surroundings) -> int | None:
    return next((number for each in pointers.ancestors if (number := around.known.get(each)) is not None), None)


# --- machines


def _fate_of_machine(
    origin: Origin, marks: tuple[Mark, ...], pointers: Pointers, around: Surroundings, policy: Policy
) -> Destiny:
    kinds = {mark.kind for mark in marks}
    belonging = _belonging(origin.client.address, pointers, around)
    answered = next((ticket for ticket in pointers.signed_any.values() if ticket is not None), None)
    ticket = belonging.joins or (answered if answered in around.tickets else None)
    if kinds & {MarkKind.BOUNCE, MarkKind.REPORT}:
        # What comes back may be an agent's own answer: its Message-ID is known, and nobody's address proves anything.
        returned = ticket or next((around.known[each] for each in pointers.ancestors if each in around.known), None)
        return Destiny(fate=Fate.BOUNCED, ticket=returned, reasons=(belonging.reason,))
    if ticket is not None:
        return Destiny(fate=Fate.AUTOMATIC, ticket=ticket, reasons=(belonging.reason,))
    sender = origin.client.address
    ours = policy.is_own(sender) or policy.is_agent(sender) or bool(pointers.signed_any)
    if ours or kinds & {MarkKind.LIST, MarkKind.LOOP}:
        # An agent's out-of-office, a list, a loop: nobody waits for an answer.
        return Destiny(fate=Fate.KEPT, reasons=(belonging.reason,))
    return Destiny(fate=Fate.MACHINE_REQUEST, linked_to=belonging.linked_to, reasons=(belonging.reason,))


# --- agents


def _fate_of_agent(
    mail: ParsedMail,
    origin: Origin,
    commands: CommandBlock,
    pointers: Pointers,
    around: Surroundings,
    *,
    relays: bool,
    policy: Policy,
) -> Destiny:
    number, evidence = _ticket_of_agent(pointers, around)
    reason = Reason(decision="thread", value="joins" if number is not None else "new", evidence=evidence)
    to_mailbox = any(policy.is_own(each.address) for each in (*mail.to, *mail.cc))
    if number is None:
        if commands and to_mailbox:
            return Destiny(fate=Fate.COMMANDS, reasons=(reason,))  # answered: no ticket is named
        if recipients_of(mail, policy) or origin.proof is Proof.SENT_FOLDER:
            return Destiny(fate=Fate.AGENT_FIRST, reasons=(reason,))
        return Destiny(fate=Fate.COLLEAGUE, marked=True, reasons=(reason,))
    if origin.proved_for is not None and origin.proved_for != number:
        wrong = Reason(decision="proof", value="refused", evidence=f"the token is of ticket {origin.proved_for}")
        return Destiny(fate=Fate.IMPOSTOR, ticket=number, reasons=(reason, wrong))
    if addressees_of(mail, policy) & around.tickets[number].addresses:
        return Destiny(fate=Fate.ANSWER, ticket=number, reasons=(reason,))
    by_mail = to_mailbox and origin.proof is not Proof.SENT_FOLDER and answers_relayed(number, pointers, around)
    if relays and by_mail and holds_answer(commands):
        return Destiny(fate=Fate.RELAY, ticket=number, reasons=(reason,))
    if commands:
        return Destiny(fate=Fate.COMMANDS, ticket=number, reasons=(reason,))
    return Destiny(fate=Fate.NOTE, ticket=number, reasons=(reason,))


def holds_answer(commands: CommandBlock) -> bool:
    """Whether a letter to the mailbox has words for the client; the rest of a note is the note."""
    if any(each.verb is Verb.NOTE for each in commands.commands):
        return False
    return says_something(commands.rest) if commands else bool(commands.rest)


def answers_relayed(number: int, pointers: Pointers, around: Surroundings) -> bool:
    """Whether the letter answers a request of that ticket that we sent on to agents.

    A reminder or a digest is answered by commands alone: other clients' words may stand in it, and no line of ours
    tells where they begin.
    """
    return any(pointers.signed_any.get(message_id) == number for message_id in around.relayed)


# Bcc: Дана <dana@example.kz>, boss@example.kz      as mail clients keep it in Sent
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255}")


def addressees_of(mail: ParsedMail, policy: Policy) -> frozenset[str]:
    """Everybody an agent's letter goes to, open or blind, but ourselves."""
    blind = (found.lower() for value in mail.values("bcc") for found in _ADDRESS.findall(value[:10_000]))
    named = (*(each.address for each in (*mail.to, *mail.cc)), *blind)
    return frozenset(address for address in named if "@" in address and not policy.is_own(address))


def recipients_of(mail: ParsedMail, policy: Policy) -> frozenset[str]:
    """The people outside the desk among them, who may answer in the thread: not those in blind copy, no agents."""
    return frozenset(
        each.address
        for each in (*mail.to, *mail.cc)
        if "@" in each.address and not policy.is_own(each.address) and not policy.is_agent(each.address)
    )


def _ticket_of_agent(pointers: Pointers, around: Surroundings) -> tuple[int | None, str]:
    """The ticket an agent's letter is about: a token, the nearest ancestor, the number."""
    if pointers.token is not None and pointers.token in around.tickets:
        return pointers.token, "bears a token of the ticket"
    for message_id in pointers.ancestors:
        number = pointers.signed_any.get(message_id) or around.known.get(message_id)
        if number is not None and number in around.tickets:
            return number, "answers a letter of the ticket"
    if pointers.number is not None and pointers.number in around.tickets:
        return pointers.number, "bears the ticket's number"
    return None, "answers nothing that we keep"


def _fate_of_claimed_staff(pointers: Pointers, around: Surroundings) -> Destiny:
    number, evidence = _ticket_of_agent(pointers, around)
    reason = Reason(decision="thread", value="none", evidence=f"{evidence}; the sender is not proved")
    if number is not None:
        return Destiny(fate=Fate.IMPOSTOR, ticket=number, reasons=(reason,))
    return Destiny(fate=Fate.COLLEAGUE, marked=True, reasons=(reason,))


# --- people


def _fate_of_person(
    origin: Origin,
    reading: Reading,
    pointers: Pointers,
    around: Surroundings,
    *,
    at: datetime,
    policy: Policy,
) -> Destiny:
    belonging = _belonging(origin.client.address, pointers, around)
    if belonging.joins is not None:
        joined = around.tickets[belonging.joins]
        if reading.thanks_alone or may_reopen(joined, at=at, policy=policy):
            return Destiny(fate=Fate.FOLLOW_UP, ticket=belonging.joins, reasons=(belonging.reason,))
        belonging = Belonging(
            linked_to=belonging.joins,
            reason=Reason(
                decision="thread",
                value="linked",
                evidence=f"the ticket was closed more than {policy.reopen_within} ago",
            ),
        )
    if belonging.linked_to is None and any(
        origin.client.address in around.remembered.get(each, frozenset()) for each in pointers.ancestors
    ):
        reason = Reason(decision="thread", value="new", evidence="answers a letter that an agent wrote first")
        return Destiny(fate=Fate.FIRST_ANSWERED, reasons=(reason,))
    fate = Fate.VIOLATOR if around.violator else Fate.REQUEST
    return Destiny(fate=fate, linked_to=belonging.linked_to, marked=around.violator, reasons=(belonging.reason,))


def _belonging(sender: str, pointers: Pointers, around: Surroundings) -> Belonging:
    def addresses_of(number: int) -> frozenset[str] | None:
        ticket = around.tickets.get(number)
        return None if ticket is None else ticket.addresses

    return find_belonging(
        ancestors=pointers.ancestors,
        number=pointers.number,
        sender=sender,
        signed=pointers.signed.get,
        known=around.known,
        addresses_of=addresses_of,
    )
