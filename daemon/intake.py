"""The journey of one letter: look up → decide → apply → write the letter → commit.

Start reading at ``Intake.take``. Everything a letter changes is one transaction: if the program dies before its end,
the letter is taken again from the mailbox as if nothing had been; after it, the letter is known by its place.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from daemon.agents_letters import RELAYED
from daemon.applying import Applying
from daemon.arrival import Arrival, Taken, identity_of, is_stale
from daemon.case import Case
from daemon.read_letter import ReadLetter
from daemon.reader import ReadFault
from daemon.time_source import TimeSource
from daemon.unreadable import Unreadable
from rules.commands import CommandBlock, parse_commands
from rules.decide import decide
from rules.decision import Decision, Disposition, Origin
from rules.fate import Destiny, Fate, Pointers, Surroundings, find_fate, find_pointers
from rules.policy import Policy
from rules.reason import Reason
from rules.tokens import SigningKeys
from store.records import FolderPosition, Letter, LetterRole
from store.store import Store
from store.view import View
from store.writing import Transaction

NO_COMMANDS = CommandBlock(commands=(), not_understood=(), rest="")


class Intake:
    """Takes letters into the store, one transaction each."""

    def __init__(
        self,
        *,
        store: Store,
        policy: Policy,
        keys: SigningKeys,
        applying: Applying,
        unreadable: Unreadable,
        time_source: TimeSource,
        relays: bool = False,
    ) -> None:
        self._store = store
        self._policy = policy
        self._keys = keys
        self._applying = applying
        self._unreadable = unreadable
        self._time = time_source
        self._relays = relays

    def take(self, arrival: Arrival, read: ReadLetter | ReadFault, position: FolderPosition | None) -> Taken:
        """The letter with all that it changes, and ``position`` (how far its folder is read) with it.

        Raises what the store raises; what the program itself breaks on goes up, for the caller to quarantine.
        """
        with self._store.transaction() as tx:
            if arrival.place is not None and tx.is_known(arrival.place):
                taken = Taken(fate="known", message_id="")
            elif isinstance(read, ReadFault):
                taken = self._unreadable.keep(tx, arrival, read.reason, now=self._time.now())
            else:
                taken = self._take_read(tx, arrival, read)
            if position is not None:
                tx.settle(position)
            return taken

    def set_aside(self, arrival: Arrival, reason: str, attempts: int, position: FolderPosition | None) -> Taken:
        """Quarantines a letter on which taking it broke."""
        with self._store.transaction() as tx:
            if arrival.place is not None and tx.is_known(arrival.place):
                return Taken(fate="known", message_id="")
            taken = self._unreadable.keep(tx, arrival, reason, attempts=attempts, now=self._time.now())
            if position is not None:
                tx.settle(position)
            return taken

    def _take_read(self, tx: Transaction, arrival: Arrival, read: ReadLetter) -> Taken:
        now = self._time.now()
        case = self._look_up(tx, arrival, read, now)
        known = find_known(tx, case, self._policy)
        if known is None:
            return self._applying.apply(tx, self._decide(case))
        if known.role is LetterRole.UNPROVED and read.origin.disposition is Disposition.AGENT:
            # An impostor's or a colleague's, as the first copy looked; this one, in Sent mostly, proves that it is not.
            return self._applying.apply(tx, self._decide(replace(case, known=known)))
        return self._applying.copy(tx, case, known)

    def _look_up(self, tx: View, arrival: Arrival, read: ReadLetter, now: datetime) -> Case:
        """Everything the store knows that bears on this letter."""
        origin = read.origin
        received_at, defects = _received(arrival, read, now)
        pointers = find_pointers(
            read.mail,
            returned=read.bounce.message_ids if read.bounce is not None else (),
            sender=_author(read),
            keys=self._keys,
            policy=self._policy,
            now=now,
        )
        first, message_id = read.first, identity_of(read, arrival.raw)
        return Case(
            arrival=arrival if arrival.received_at == received_at else replace(arrival, received_at=received_at),
            read=read,
            message_id=message_id,
            pointers=pointers,
            around=_surroundings(
                tx, pointers, origin.client.address, first.account_number, relayed=self._relayed(tx, read, pointers)
            ),
            same_id=tx.find_by_message_id(message_id),
            commands=self._commands(read, received_at),
            stale=is_stale(arrival, now, self._policy.limits.max_age),
            defects=defects,
            now=now,
        )

    def _relayed(self, tx: View, read: ReadLetter, pointers: Pointers) -> frozenset[str]:
        """Which of the letters that an agent answers sent a client's letter on to him."""
        if not self._relays or read.origin.disposition is not Disposition.AGENT:
            return frozenset()
        ours = ((each, tx.find_outgoing(each)) for each in pointers.signed_any)
        return frozenset(each for each, outgoing in ours if outgoing is not None and outgoing.template == RELAYED)

    def _commands(self, read: ReadLetter, at: datetime) -> CommandBlock:
        """Only a proved agent's letter is looked at for commands; a machine's never."""
        if read.origin.disposition is not Disposition.AGENT:
            return NO_COMMANDS
        return parse_commands(read.words.new, at=at, schedule=self._policy.schedule)

    def _decide(self, case: Case) -> Case:
        read = case.read
        destiny = find_fate(
            mail=read.mail,
            origin=read.origin,
            marks=read.marks,
            reading=read.follow_up,
            commands=case.commands,
            pointers=case.pointers,
            around=case.around,
            relays=self._relays,
            at=case.arrival.received_at,
            policy=self._policy,
        )
        if case.same_id and case.known is None:
            destiny = _marked_as_same_id(destiny)
        origin = read.origin
        if destiny.fate is Fate.COLLEAGUE:
            # Proved or not, a colleague's request is promised an answer and gets no acknowledgement.
            origin = replace(origin, disposition=Disposition.NEW_REQUEST, silenced=True)
        return replace(case, destiny=destiny, decision=self._judged(case, origin))

    def _judged(self, case: Case, origin: Origin) -> Decision:
        """As it was judged for the draft of its acknowledgement where that holds; else judged here."""
        draft = case.read.draft
        if draft is not None and origin is case.read.origin and draft.received_at == case.at:
            return replace(draft.decision, defects=case.defects) if case.defects else draft.decision
        return decide(
            origin=origin,
            reading=case.read.first,
            received_at=case.at,
            policy=self._policy,
            defects=case.defects,
        )


def _author(read: ReadLetter) -> str:
    """The address in From: an agent's token is bound to it."""
    return read.mail.from_[0].address if read.mail.from_ else ""


def _received(arrival: Arrival, read: ReadLetter, now: datetime) -> tuple[datetime, tuple[str, ...]]:
    """The server's moment in whole seconds; one in the future counts as now."""
    moment = arrival.received_at.replace(microsecond=0)
    if moment <= now:
        return moment, read.mail.defects
    return now.replace(microsecond=0), (*read.mail.defects, "the server's moment of receipt lies in the future")


def _surroundings(
    tx: View, pointers: Pointers, client: str, account: str | None, *, relayed: frozenset[str]
) -> Surroundings:
    known = tx.tickets_of(pointers.ancestors) if pointers.ancestors else {}
    numbers = {
        number
        for number in (*known.values(), *pointers.signed_any.values(), pointers.number, pointers.token)
        if number is not None
    }
    tickets = {number: ticket for number in sorted(numbers) if (ticket := tx.ticket(number)) is not None}
    return Surroundings(
        ancestors=pointers.ancestors,
        known={message_id: number for message_id, number in known.items() if number in tickets},
        tickets=tickets,
        remembered=_remembered(tx, pointers, known),
        violator=tx.blocked(address=client, account=account) is not None if client or account else False,
        relayed=relayed,
    )


def _remembered(tx: View, pointers: Pointers, known: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """The recipients of those ancestors that an agent wrote first, on no ticket."""
    strange = [each for each in pointers.ancestors if each not in known and each not in pointers.signed_any]
    letters = (letter for each in strange[:5] for letter in tx.find_by_message_id(each))
    return {letter.message_id or "": letter.recipients for letter in letters if letter.role is LetterRole.AGENT_FIRST}


def find_known(tx: View, case: Case, policy: Policy) -> Letter | None:
    """The letter kept before that this one is a copy of, or None.

    The same Message-ID with the same content is one letter wherever it lies; the same words of the same sender under
    another id are one only within ``duplicate_window`` (a client who pressed "send" twice).
    """
    copy = next((each for each in case.same_id if each.digest == case.read.mail.digest), None)
    if copy is not None:
        return copy
    if case.read.origin.disposition is Disposition.AGENT:
        # A footer added on one of two roads changes the content; an agent's answer is never counted twice.
        return next((each for each in case.same_id if each.role in _AGENTS_ROLES), None)
    origin = case.read.origin
    if origin.disposition is not Disposition.NEW_REQUEST or origin.claims_staff or not origin.client.address:
        return None  # agents answer many clients in the same words
    since = case.arrival.received_at - policy.duplicate_window
    return tx.find_twin(origin.client.address, case.read.mail.digest, since)


_AGENTS_ROLES = frozenset(
    {LetterRole.ANSWER, LetterRole.AGENT_FIRST, LetterRole.COMMAND, LetterRole.NOTE, LetterRole.UNPROVED}
)


def _marked_as_same_id(destiny: Destiny) -> Destiny:
    reason = Reason(decision="copy", value="no", evidence="another letter bears the same Message-ID with other content")
    return replace(destiny, marked=True, reasons=(*destiny.reasons, reason))
