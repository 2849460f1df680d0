"""What the store keeps of each attempt at one of our letters, and when a letter of unknown fate may be repeated.

queued → in flight → committing (noted before DATA) → sent
                   ↘ queued again (4xx, network: it has certainly not gone out)
                   ↘ failed (5xx: people are told)
committing, and no answer came → in doubt: looked for in Sent where that is possible, then repeated once, byte for
byte; in doubt a second time → unknown (people are told). What may not be repeated is unknown at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from daemon.correspondence import NULL_REFUSED
from daemon.journal import Journal
from daemon.smtp import Later, NullSenderRefused, Outcome, Rejected, Sent, Unknown
from daemon.staff_correspondence import StaffCorrespondence
from store.records import Event, EventKind, Outgoing, OutgoingState
from store.writing import Transaction

FILES_SENT = "server_files_sent"
"""The key under which the store keeps that copies of our letters were seen in Sent."""
LEARNED_AFTER = 5
"""Letters sent long enough ago without one copy in Sent: the server files none."""
SHORT_PAUSE = timedelta(seconds=1)
HELD = timedelta(seconds=2)
"""How long a letter in doubt waits before it is asked again whether Sent has been looked at."""


class FilesSent(Enum):
    """Whether the SMTP server itself files a copy of what it sends."""

    LEARN = auto()
    YES = auto()
    NO = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """``address``: the sender of the envelope where the null sender is refused."""

    address: str
    retry_pauses: tuple[timedelta, ...]
    files_sent: FilesSent
    sent_copy_wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLook:
    """The watch on Sent as the outbox knows it. ``begun``: when its last complete look began, None before the first;
    ``ask``: look again now."""

    begun: Callable[[], datetime | None]
    ask: Callable[[], None]


class Outcomes:
    """Keeps what became of letters, inside the transactions of the outbox."""

    def __init__(
        self, *, settings: OutboxSettings, staff: StaffCorrespondence, journal: Journal, sent_look: SentLook
    ) -> None:
        self._settings = settings
        self._staff = staff
        self._journal = journal
        self._sent_look = sent_look
        self._over: dict[int, datetime] = {}
        """Letters in doubt whose time of waiting is over, and since when."""

    def keep(self, tx: Transaction, letter: Outgoing, outcome: Outcome, at: datetime) -> None:
        """What became of an attempt that ended at ``at``."""
        assert letter.id is not None
        match outcome:
            case Sent():
                tx.note_sent((letter.id,), at)
                self._over.pop(letter.id, None)
            case Rejected():
                self.fail(tx, letter, f"{outcome.code or ''} {outcome.answer}".strip(), at)
            case Later(whole_server=True):
                self._put_back(tx, letter, at, outcome.reason, attempts=letter.attempts)
            case Later():
                self._again_later(tx, letter, outcome.reason, at)
            case NullSenderRefused():
                tx.set_meta(NULL_REFUSED, "yes")
                self._put_back(tx, letter, at, f"null sender refused: {outcome.answer}", attempts=letter.attempts)
            case Unknown():
                self.doubt(tx, letter, outcome.reason, at)

    def _again_later(self, tx: Transaction, letter: Outgoing, reason: str, now: datetime) -> None:
        pauses = self._settings.retry_pauses
        if letter.attempts >= len(pauses):
            self.fail(tx, letter, f"given up after {letter.attempts + 1} attempts: {reason}", now)
            return
        self._put_back(tx, letter, now + pauses[letter.attempts], reason, attempts=letter.attempts + 1)

    def _put_back(self, tx: Transaction, letter: Outgoing, at: datetime, reason: str, *, attempts: int) -> None:
        assert letter.id is not None
        tx.put_back(letter.id, at, reason, attempts)
        self._journal.warning("letter_put_back", ticket=letter.ticket, message_id=letter.message_id, why=reason)

    def fail(self, tx: Transaction, letter: Outgoing, reason: str, now: datetime) -> None:
        """It will not be tried again by itself; people are told where it was for a client."""
        assert letter.id is not None
        tx.fail(letter.id, reason)
        self._journal.error("letter_failed", ticket=letter.ticket, message_id=letter.message_id, why=reason)
        if letter.to_client:
            tx.add_event(_event(letter, EventKind.LETTER_FAILED, reason, now))
            self._staff.letter_failed(tx, letter, reason, now=now)

    # --- letters whose fate is unknown

    def doubt(self, tx: Transaction, letter: Outgoing, reason: str, now: datetime) -> None:
        """It may have gone out. Once: it waits for a copy in Sent, then is repeated; twice, or never to be repeated:
        its fate stays unknown and people are told."""
        assert letter.id is not None
        if letter.in_doubt or not letter.repeatable:
            tx.note_unknown(letter.id, reason)
            self._journal.error("letter_unknown", ticket=letter.ticket, message_id=letter.message_id, why=reason)
            if letter.to_client:
                tx.add_event(_event(letter, EventKind.LETTER_UNKNOWN, reason, now))
                self._staff.letter_unknown(tx, letter, reason, now=now)
            return
        wait = self._settings.sent_copy_wait if self._may_be_in_sent(tx, now) else SHORT_PAUSE
        tx.put_back(letter.id, now + wait, reason, letter.attempts, in_doubt=letter.in_doubt + 1)
        self._journal.warning(
            "letter_in_doubt", ticket=letter.ticket, message_id=letter.message_id, why=reason, wait=str(wait)
        )

    def adopt(self, tx: Transaction, owner: str, now: datetime) -> int:
        """At the start: letters that a service which is no more had in hand. Those in flight have not gone out; those
        committing are in doubt. Gives how many there were."""
        orphans = tx.orphans(owner)
        for letter in orphans:
            assert letter.id is not None
            if letter.state is OutgoingState.COMMITTING:
                self.doubt(tx, letter, "the service ended before the server's last answer", now)
            else:
                tx.put_back(letter.id, now, "the service ended before it was sent", letter.attempts)
        return len(orphans)

    def is_held(self, tx: Transaction, letter: Outgoing, now: datetime) -> bool:
        """Whether a due letter in doubt must wait on: a copy in Sent would tell, and nobody has looked there since the
        time for it was over. It is put back for a moment, and the watch on Sent is asked to look."""
        assert letter.id is not None
        if not letter.in_doubt or not self._copies_tell(tx):
            return False
        is_first = letter.id not in self._over
        over = self._over.setdefault(letter.id, letter.next_attempt_at)
        begun = self._sent_look.begun()
        if begun is not None and begun >= over:
            return False
        if is_first:
            self._journal.warning("letter_waits_for_sent", ticket=letter.ticket, message_id=letter.message_id)
        tx.put_back(letter.id, now + HELD, letter.reason, letter.attempts)
        self._sent_look.ask()
        return True

    def _copies_tell(self, tx: Transaction) -> bool:
        """It is known that the server files a copy of each letter."""
        files = self._settings.files_sent
        return files is FilesSent.YES or (files is FilesSent.LEARN and bool(tx.meta(FILES_SENT)))

    def _may_be_in_sent(self, tx: Transaction, now: datetime) -> bool:
        """Whether a copy that the server made could tell: by the configuration, or as it was learned."""
        if self._settings.files_sent is not FilesSent.LEARN or tx.meta(FILES_SENT):
            return self._settings.files_sent is not FilesSent.NO
        before = now - self._settings.sent_copy_wait
        return tx.count_sent_before(before, at_least=LEARNED_AFTER) < LEARNED_AFTER


def _event(letter: Outgoing, kind: EventKind, text: str, now: datetime) -> Event:
    return Event(at=now, ticket=letter.ticket, kind=kind, author="supportd", text=f"{letter.template}: {text}")
