"""What came of a fault run, counted from outside: the letters put into the mailbox, the store, the letters taken by
the SMTP server. Each broken promise is a sentence."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.faults_world import NOTIFY, Client
from daemon.agents_letters import NoticeKind
from rules.ticket import TicketKind
from store.records import Outgoing, OutgoingState, TicketSheet
from store.store import Store
from tests.servers.smtp import Taken

NOT_DONE = (OutgoingState.QUEUED, OutgoingState.IN_FLIGHT, OutgoingState.COMMITTING)

TO_BE_TOLD = {OutgoingState.FAILED: NoticeKind.LETTER_FAILED, OutgoingState.UNKNOWN: NoticeKind.LETTER_UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The figures of one run. ``doubles`` are letters that went out twice; one is explained where the store knew that
    it might have gone out, which only a kill or a cut between the final dot and the noted answer brings about."""

    letters: int
    tickets: int
    lost: int
    doubled_tickets: int
    letters_out: int
    doubles: int
    triples: int
    unexplained_doubles: int
    forgotten: int
    failed: int
    unknown: int
    breaches: tuple[str, ...] = field(default=())

    def lines(self) -> Iterator[str]:
        yield (
            f"letters in {self.letters}, tickets {self.tickets}: without a ticket {self.lost}, "
            f"doubled {self.doubled_tickets}"
        )
        yield (
            f"letters out {self.letters_out}: twice {self.doubles} (not explained {self.unexplained_doubles}), "
            f"three times {self.triples}"
        )
        yield (
            f"promised and forgotten {self.forgotten}; refused for good {self.failed}; "
            f"of unknown fate and told {self.unknown}"
        )


def count(store: Store, clients: Sequence[Client], out: Sequence[Taken], *, files_sent: bool) -> Ledger:
    """The ledger of a run that has come to rest. ``files_sent``: the SMTP server filed copies in Sent."""
    with store.view() as view:
        sheets = [sheet for sheet in view.ticket_sheets() if sheet.ticket.kind is not TicketKind.MACHINE]
        ours = view.outgoing_in(tuple(OutgoingState))
        faults = view.faults()
    tickets = Counter(sheet.ticket.requester for sheet in sheets)
    went_out = Counter(each.message_id for each in out)
    bytes_of: dict[str, set[str]] = {}
    for each in out:
        bytes_of.setdefault(each.message_id, set()).add(each.sha256)
    lost = [client for client in clients if not tickets[client.address]]
    doubled = [address for address, number in tickets.items() if number > 1]
    in_doubt = {letter.message_id for letter in ours if letter.in_doubt}
    told = frozenset(letter.key for letter in ours if not letter.to_client)
    doubles = [message_id for message_id, number in went_out.items() if number == 2]
    triples = [message_id for message_id, number in went_out.items() if number > 2]
    unexplained = [each for each in doubles if files_sent or each not in in_doubt]
    forgotten = list(_forgotten(sheets, went_out, told))
    breaches = (
        *(f"letter {each.number} has no ticket" for each in lost),
        *(f"{each} has {tickets[each]} tickets" for each in doubled),
        *(f"{each} went out twice for no reason" for each in unexplained),
        *(f"{each} went out {went_out[each]} times" for each in triples),
        *forgotten,
        *(f"{each} went out with different bytes" for each, found in bytes_of.items() if len(found) > 1),
        *(f"a letter went to {each}" for each in _strangers(out, clients)),
        *(f"the store is damaged: {each}" for each in faults),
    )
    states = Counter(letter.state for sheet in sheets for letter in sheet.letters)
    return Ledger(
        letters=len(clients),
        tickets=len(sheets),
        lost=len(lost),
        doubled_tickets=len(doubled),
        letters_out=len(out),
        doubles=len(doubles),
        triples=len(triples),
        unexplained_doubles=len(unexplained),
        forgotten=len(forgotten),
        failed=states[OutgoingState.FAILED],
        unknown=states[OutgoingState.UNKNOWN],
        breaches=breaches,
    )


def _forgotten(sheets: Iterable[TicketSheet], went_out: Counter[str], told: frozenset[str]) -> Iterator[str]:
    """Tickets whose client was promised a letter and got none, without anybody knowing."""
    for sheet in sheets:
        number = sheet.ticket.number
        if not sheet.letters:
            yield f"ticket {number} has no acknowledgement"
        for letter in sheet.letters:
            if letter.state in NOT_DONE:
                yield f"the letter on ticket {number} is still {letter.state}"
            elif letter.state is OutgoingState.SENT and not went_out[letter.message_id]:
                yield f"the letter on ticket {number} counts as sent and never went out"
            elif letter.state in TO_BE_TOLD and not any(key.startswith(_notice_of(letter)) for key in told):
                yield f"nobody was told that the letter on ticket {number} is {letter.state}"
            elif letter.state is OutgoingState.SUPPRESSED:
                yield f"the letter on ticket {number} was held back"


def _notice_of(letter: Outgoing) -> str:
    """How the keys of the notices to agents about a letter begin."""
    return f"{TO_BE_TOLD[letter.state].value}:{letter.id}:"


def _strangers(out: Iterable[Taken], clients: Iterable[Client]) -> set[str]:
    known = {client.address for client in clients} | {NOTIFY}
    return {each.recipient for each in out} - known


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveLedger:
    """What the naive help desk lost and doubled."""

    letters: int
    lost: int
    doubled_tickets: int
    letters_out: int
    doubles: int
    without_letter: int


def count_naive(database: Path, clients: Sequence[Client], out: Sequence[Taken]) -> NaiveLedger:
    """From its own database: who has a ticket, how many, and who got how many letters."""
    connection = sqlite3.connect(database)
    try:
        tickets = Counter(row[0] for row in connection.execute("SELECT requester FROM tickets"))
    finally:
        connection.close()
    went_out = Counter(each.recipient for each in out)
    return NaiveLedger(
        letters=len(clients),
        lost=sum(not tickets[client.address] for client in clients),
        doubled_tickets=sum(number > 1 for number in tickets.values()),
        letters_out=len(out),
        doubles=sum(number > 1 for number in went_out.values()),
        without_letter=sum(not went_out[client.address] for client in clients),
    )
