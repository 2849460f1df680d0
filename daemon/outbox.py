"""The outbox: stored letters go out over SMTP, and what became of each is kept.

queued → in flight → committing (noted before DATA) → sent
                   ↘ queued again (4xx, network: it has certainly not gone out)
                   ↘ failed (5xx: people are told)
committing, and no answer came → in doubt: looked for in Sent where that is possible, then repeated once, byte for
byte; in doubt a second time → unknown (people are told). What may not be repeated is unknown at once.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TypeVar

from daemon.backoff import LOG_IN_PAUSE, Backoff
from daemon.correspondence import NULL_REFUSED, Correspondence, answers_of
from daemon.errors import LogInRefused, PersonMustLook
from daemon.journal import Journal
from daemon.smtp import Later, NullSenderRefused, Outcome, Rejected, Sent, SmtpSender, Unknown
from daemon.staff_correspondence import StaffCorrespondence
from daemon.time_source import TimeSource
from store.errors import StoreBroken, StoreBusy
from store.records import Event, EventKind, Outgoing, OutgoingState
from store.store import Store
from store.writing import Transaction

LETTERS_AT_ONCE = 20
FILES_SENT = "server_files_sent"
"""The key under which the store keeps that copies of our letters were seen in Sent."""
LEARNED_AFTER = 5
"""Letters sent long enough ago without one copy in Sent: the server files none."""
SHORT_PAUSE = timedelta(seconds=1)
ASK_AGAIN = 5.0
"""Seconds after which the store is asked again: a command may have queued a letter."""

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class _SentNow:
    """A letter that was taken and is noted in the commit that notes the next one as committing."""

    id: int
    at: datetime


class Outbox:
    """Sends what is due, one letter at a time over one connection."""

    def __init__(
        self,
        *,
        store: Store,
        smtp: SmtpSender,
        settings: OutboxSettings,
        correspondence: Correspondence,
        staff: StaffCorrespondence,
        time_source: TimeSource,
        owner: str,
        journal: Journal,
    ) -> None:
        self._store = store
        self._smtp = smtp
        self._settings = settings
        self._correspondence = correspondence
        self._staff = staff
        self._time = time_source
        self._owner = owner
        self._journal = journal
        self._wake = asyncio.Event()
        self._stopping = False
        self._not_yet_noted: list[_SentNow] = []
        self.trouble = ""
        self.progressed_at = time.monotonic()

    def wake(self) -> None:
        """In the loop's own thread: something was queued."""
        self._wake.set()

    def stop(self) -> None:
        """In the loop's own thread: the letter in hand is finished, the next one is not begun."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until ``stop``. A server that is down delays letters and loses none."""
        backoff = Backoff(longest=60.0)
        while not self._stopping:
            pause: float
            self._wake.clear()
            try:
                later = await self.turn()
                if later is None:
                    backoff = backoff.rested()
                    self.trouble = ""
                    pause = await self._until_next()
                else:
                    pause, backoff = self._note_trouble(later, backoff.pause), backoff.grown()
            except LogInRefused as error:
                pause = self._note_trouble(str(error), LOG_IN_PAUSE)
            except (PersonMustLook, StoreBusy, StoreBroken) as error:
                pause, backoff = self._note_trouble(str(error), backoff.pause), backoff.grown()
            self.progressed_at = time.monotonic()
            await self._sleep(pause, wakes=not self.trouble)
        await self.close()

    async def close(self) -> None:
        """Ends the connection."""
        await self._smtp.close()

    def settle(self) -> None:
        """After ``run`` has ended, however it ended: what was sent and is not yet noted is noted."""
        sent, self._not_yet_noted = self._not_yet_noted, []
        if sent:
            self._keep_sent(sent)

    async def _sleep(self, seconds: float, *, wakes: bool) -> None:
        """Until something is queued (where ``wakes``), the service stops or the time is over; in slices, so that the
        watchdog sees that this is waiting."""
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0:
            self.progressed_at = time.monotonic()
            try:
                await asyncio.wait_for(self._wake.wait(), min(left, 10.0))
            except TimeoutError:
                continue
            if wakes or self._stopping:
                return
            self._wake.clear()

    def _note_trouble(self, why: str, pause: float) -> float:
        self.trouble = why
        self._journal.warning("letters_wait", why=why, again_in=round(pause))
        return pause

    async def _until_next(self) -> float:
        due = await self._kept(self._read_next)
        longest = ASK_AGAIN
        return longest if due is None else min(longest, max(0.05, (due - self._time.now()).total_seconds()))

    def _read_next(self) -> datetime | None:
        with self._store.view() as view:
            return view.next_outgoing_at()

    # --- one turn: every due letter once

    async def turn(self) -> str | None:
        """Tries every letter that is due, once. Gives why the rest must wait where the whole server is out of reach.

        Raises LogInRefused, PersonMustLook and what the store raises.
        """
        tried: set[int] = set()
        while not self._stopping:
            fresh = await self._kept(lambda: self._take(tried))
            if not fresh:
                break
            for index, letter in enumerate(fresh):
                assert letter.id is not None
                tried.add(letter.id)
                refused = await self._send_and_note(letter, rest=list(fresh[index + 1 :]), tried=tried)
                if refused is not None or self._stopping:
                    await self._give_back(list(fresh[index + 1 :]))
                    return refused
        return None

    def _take(self, tried: set[int]) -> tuple[Outgoing, ...]:
        now = self._time.now()
        with self._store.transaction() as tx:
            letters = [each for each in tx.due_outgoing(now, LETTERS_AT_ONCE) if each.id not in tried]
            if not letters:
                return ()
            ready = tuple(self._fresh(tx, each, now) for each in letters)
            taken = tx.take(tuple(each.id for each in ready if each.id is not None), self._owner, now)
            return tuple(each for each in ready if each.id in taken)

    def _fresh(self, tx: Transaction, letter: Outgoing, now: datetime) -> Outgoing:
        """A letter that would promise the past is written anew, unless it may already have gone out."""
        if letter.valid_until is None or letter.valid_until > now or letter.in_doubt or letter.ticket is None:
            return letter
        ticket = tx.ticket(letter.ticket)
        if ticket is None:
            return letter
        anew = self._correspondence.rewritten(ticket, letter, answers=answers_of(tx, ticket), now=now)
        tx.replace_outgoing(anew)
        return anew

    async def _send_and_note(self, letter: Outgoing, *, rest: list[Outgoing], tried: set[int]) -> str | None:
        """One letter; gives why all must wait where the server itself is the trouble."""
        try:
            outcome = await self._deliver(letter)
        except (LogInRefused, PersonMustLook):
            await self._note_sent()
            await self._give_back([letter, *rest])
            raise
        if isinstance(outcome, NullSenderRefused):
            tried.discard(letter.id or 0)  # the same letter goes again at once, from the mailbox's address
        return await self._note(letter, outcome, more=bool(rest))

    async def _deliver(self, letter: Outgoing) -> Outcome:
        async def before_data() -> None:
            sent = tuple(self._not_yet_noted)
            await self._kept(lambda: self._note_committing(letter, sent))
            self._not_yet_noted = [each for each in self._not_yet_noted if each not in sent]

        return await self._smtp.deliver(
            letter.raw, envelope_from=letter.envelope_from, recipient=letter.recipient, before_data=before_data
        )

    def _note_committing(self, letter: Outgoing, sent: tuple[_SentNow, ...]) -> None:
        assert letter.id is not None
        with self._store.transaction() as tx:
            tx.note_committing(letter.id, self._time.now(), sent=tuple((each.id, each.at) for each in sent))

    async def _note(self, letter: Outgoing, outcome: Outcome, *, more: bool) -> str | None:
        """Keeps what became of the letter; gives why all must wait, or None."""
        assert letter.id is not None
        now = self._time.now()
        if isinstance(outcome, Sent):
            self._not_yet_noted.append(_SentNow(letter.id, now))
            self._journal.info(
                "letter_sent", ticket=letter.ticket, template=letter.template, message_id=letter.message_id
            )
            if not more:
                await self._note_sent()
            return None
        await self._note_sent()
        await self._kept(lambda: self._keep_outcome(letter, outcome, now))
        if isinstance(outcome, Later) and outcome.whole_server:
            return outcome.reason
        return None

    async def _note_sent(self) -> None:
        sent, self._not_yet_noted = self._not_yet_noted, []
        if sent:
            await self._kept(lambda: self._keep_sent(sent))

    def _keep_sent(self, sent: list[_SentNow]) -> None:
        with self._store.transaction() as tx:
            for each in sent:
                tx.note_sent((each.id,), each.at)

    def _keep_outcome(self, letter: Outgoing, outcome: Outcome, now: datetime) -> None:
        with self._store.transaction() as tx:
            match outcome:
                case Rejected():
                    self._fail(tx, letter, f"{outcome.code or ''} {outcome.answer}".strip(), now)
                case Later(whole_server=True):
                    self._put_back(tx, letter, now, outcome.reason, attempts=letter.attempts)
                case Later():
                    self._again_later(tx, letter, outcome.reason, now)
                case NullSenderRefused():
                    tx.set_meta(NULL_REFUSED, "yes")
                    tx.replace_outgoing(replace(letter, envelope_from=self._settings.address))
                    self._put_back(tx, letter, now, f"null sender refused: {outcome.answer}", attempts=letter.attempts)
                case Unknown():
                    self.doubt(tx, letter, outcome.reason, now)
                case Sent():
                    tx.note_sent((letter.id or 0,), now)

    def _again_later(self, tx: Transaction, letter: Outgoing, reason: str, now: datetime) -> None:
        pauses = self._settings.retry_pauses
        if letter.attempts >= len(pauses):
            self._fail(tx, letter, f"given up after {letter.attempts + 1} attempts: {reason}", now)
            return
        self._put_back(tx, letter, now + pauses[letter.attempts], reason, attempts=letter.attempts + 1)

    def _put_back(self, tx: Transaction, letter: Outgoing, at: datetime, reason: str, *, attempts: int) -> None:
        assert letter.id is not None
        tx.put_back(letter.id, at, reason, attempts)
        self._journal.warning("letter_put_back", ticket=letter.ticket, message_id=letter.message_id, why=reason)

    def _fail(self, tx: Transaction, letter: Outgoing, reason: str, now: datetime) -> None:
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

    def _may_be_in_sent(self, tx: Transaction, now: datetime) -> bool:
        """Whether a copy that the server made could tell: by the configuration, or as it was learned."""
        match self._settings.files_sent:
            case FilesSent.YES:
                return True
            case FilesSent.NO:
                return False
            case FilesSent.LEARN:
                if tx.meta(FILES_SENT):
                    return True
                before = now - self._settings.sent_copy_wait
                return tx.count_sent_before(before, at_least=LEARNED_AFTER) < LEARNED_AFTER

    def adopt(self) -> int:
        """At the start: letters that a service which is no more had in hand. Those in flight have not gone out; those
        committing are in doubt. Gives how many there were."""
        now = self._time.now()
        with self._store.transaction() as tx:
            orphans = tx.orphans(self._owner)
            for letter in orphans:
                assert letter.id is not None
                if letter.state is OutgoingState.COMMITTING:
                    self.doubt(tx, letter, "the service ended before the server's last answer", now)
                else:
                    tx.put_back(letter.id, now, "the service ended before it was sent", letter.attempts)
            return len(orphans)

    async def _give_back(self, letters: list[Outgoing]) -> None:
        """Letters taken in hand and not begun."""
        if not letters:
            return

        def put_back() -> None:
            now = self._time.now()
            with self._store.transaction() as tx:
                for each in letters:
                    assert each.id is not None
                    tx.put_back(each.id, now, each.reason, each.attempts)

        await self._kept(put_back)

    async def _kept(self, work: Callable[[], T]) -> T:
        """The store blocks: its work is done in a thread, so that the loop goes on."""
        return await asyncio.to_thread(work)


def _event(letter: Outgoing, kind: EventKind, text: str, now: datetime) -> Event:
    return Event(at=now, ticket=letter.ticket, kind=kind, author="supportd", text=f"{letter.template}: {text}")
