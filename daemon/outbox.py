"""The outbox: stored letters go out over SMTP, one at a time, and what became of each is kept (``outcomes.py``).

A letter's fate is never forgotten because the store was busy: it is held here until the store has taken it, and no
other letter goes out before.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from daemon.backoff import LOG_IN_PAUSE, Backoff
from daemon.correspondence import NULL_REFUSED, Correspondence, answers_of
from daemon.errors import LogInRefused, PersonMustLook
from daemon.journal import Journal
from daemon.outcomes import Outcomes
from daemon.smtp import Later, NullSenderRefused, Outcome, Rejected, Sent, SmtpSender, Unknown
from daemon.time_source import TimeSource
from store.errors import StoreBroken, StoreBusy, StoreError
from store.records import Outgoing, OutgoingState
from store.store import Store
from store.writing import Transaction

LETTERS_AT_ONCE = 20
ASK_AGAIN = 5.0
"""Seconds after which the store is asked again: a command may have queued a letter."""
NOTED_WITHIN = 0.25
"""Seconds within which a sent letter is noted as such where the next one does not come to that: a kill in between
would send it twice."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What became of a letter, not yet in the store."""

    letter: Outgoing
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True)
class _Noted:
    """What the store said to a letter that was about to go out, and the letters that came in hand with that commit."""

    may_go: bool
    taken: tuple[Outgoing, ...] = ()


class _NotInHandError(Exception):
    """The letter is not ours to send any more: a copy of it was found in Sent meanwhile."""


class Outbox:
    """Sends what is due, one letter at a time over one connection."""

    def __init__(
        self,
        *,
        store: Store,
        smtp: SmtpSender,
        outcomes: Outcomes,
        address: str,
        correspondence: Correspondence,
        time_source: TimeSource,
        owner: str,
        journal: Journal,
    ) -> None:
        self._store = store
        self._smtp = smtp
        self._outcomes = outcomes
        self._address = address
        self._correspondence = correspondence
        self._time = time_source
        self._owner = owner
        self._journal = journal
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._known: list[_Known] = []
        self._unfinished = False
        """Letters may be in hand with which nothing was begun."""
        self.trouble = ""
        self.progressed_at = time.monotonic()

    def wake(self) -> None:
        """From any thread: something was queued."""
        if not self._wake.is_set():  # set, it is looked at only after it was cleared: the queue is read after that
            self._in_loop(self._wake.set)

    def stop(self) -> None:
        """From any thread: the letter in hand is finished, the next one is not begun."""
        self._stopping = True
        self.wake()

    def cut(self) -> None:
        """From any thread: the letter in hand is given up as it is, noted as committing."""
        if self._task is not None:
            self._in_loop(self._task.cancel)

    def _in_loop(self, act: Callable[[], object]) -> None:
        loop = self._loop
        if loop is None:
            act()
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended: there is nobody to be told
            loop.call_soon_threadsafe(act)

    def run_in_thread(self) -> None:
        """``run`` in a loop of this thread's own; the store's work is done in it too, for nothing else waits."""
        asyncio.run(self._run_until_cut())

    async def _run_until_cut(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self.run())
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        finally:
            self.settle()

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
                    pause = self._until_next()
                else:
                    pause, backoff = self._note_trouble(later, backoff.pause), backoff.grown()
            except LogInRefused as error:
                pause = self._note_trouble(str(error), LOG_IN_PAUSE)
            except (PersonMustLook, StoreBusy, StoreBroken) as error:
                pause, backoff = self._note_trouble(str(error), backoff.pause), backoff.grown()
            except Exception as error:  # a fault of ours must not end the sending: it begins anew, and says so
                self._journal.error("outbox_broke", trouble=error)
                pause, backoff = self._note_trouble(type(error).__name__, backoff.pause), backoff.grown()
            self.progressed_at = time.monotonic()
            await self._sleep(pause, wakes=not self.trouble)
        await self.close()

    async def close(self) -> None:
        """Ends the connection."""
        await self._smtp.close()

    def adopt(self) -> int:
        """At the start: takes over what a service that is no more had in hand; gives how many letters."""
        with self._store.transaction() as tx:
            return self._outcomes.adopt(tx, self._owner, self._time.now())

    def settle(self) -> None:
        """After ``run`` has ended, however it ended: what became of letters and is not yet noted is noted.

        Where the store is busy even then, it is found at the next start as if the service had been killed.
        """
        try:
            self._note_known()
        except StoreError as error:
            self._journal.error("letters_sent_and_not_noted", why=str(error), count=len(self._known))

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

    def _until_next(self) -> float:
        due = self._read_next()
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
        self._clear_up()
        tried: set[int] = set()
        self._unfinished = True
        while not self._stopping and (letters := self._take_next(tried)) is not None:
            try:
                refused = await self._send_all(letters, tried)
            except (LogInRefused, PersonMustLook):
                self._clear_up()
                raise
            if refused is not None or self._stopping:
                self._clear_up()
                return refused
        self._unfinished = False
        return None

    def _take_next(self, tried: Collection[int]) -> tuple[Outgoing, ...] | None:
        """As ``_take``; the commit that takes letters in hand also keeps what became of those before."""
        known = tuple(self._known)

        def work(tx: Transaction) -> tuple[Outgoing, ...] | None:
            self._keep_in(tx, known)
            return self._take(tx, tried)

        try:
            letters = self._store.write_along(work)
        except StoreError:
            raise
        except Exception:  # a fault of ours in letters to come: what became of those before is kept without them
            self._note_known()
            raise
        self._forget(known)
        return letters

    def _take(self, tx: Transaction, tried: Collection[int]) -> tuple[Outgoing, ...] | None:
        """Some letters that are due, in hand now; None where none is due, an empty tuple where all of them wait on."""
        now = self._time.now()
        due = [each for each in tx.due_outgoing(now, LETTERS_AT_ONCE) if each.id not in tried]
        if not due:
            return None
        null_refused = bool(tx.meta(NULL_REFUSED))
        ready = [fresh for each in due if (fresh := self._ready(tx, each, now, null_refused=null_refused)) is not None]
        taken = tx.take((each.id for each in ready if each.id is not None), self._owner, now)
        return tuple(each for each in ready if each.id in taken)

    def _ready(self, tx: Transaction, letter: Outgoing, now: datetime, *, null_refused: bool) -> Outgoing | None:
        """The letter as it is to go out now; None where it must wait or cannot be written."""
        if self._outcomes.is_held(tx, letter, now):
            return None
        if null_refused and not letter.envelope_from:
            letter = replace(letter, envelope_from=self._address)
        if letter.valid_until is None or letter.valid_until > now or letter.in_doubt:
            return letter
        if not letter.to_client:
            assert letter.id is not None
            tx.suppress(letter.id, "what it warned of has happened before it could be sent")
            return None
        return self._written_anew(tx, letter, now)

    def _written_anew(self, tx: Transaction, letter: Outgoing, now: datetime) -> Outgoing | None:
        """A letter that would promise the past; only one that has certainly not gone out."""
        ticket = tx.ticket(letter.ticket) if letter.ticket is not None else None
        if ticket is None:
            return letter
        answers = answers_of(tx, ticket)
        try:
            anew = self._correspondence.rewritten(ticket, letter, answers=answers, now=now)
        except Exception as error:  # a fault of ours in one letter's words must not keep the others from going out
            self._journal.error("letter_broke_the_program", trouble=error, message_id=letter.message_id)
            self._outcomes.fail(tx, letter, f"{type(error).__name__} while it was written anew", now)
            return None
        tx.replace_outgoing(anew)
        return anew

    async def _send_all(self, letters: Iterable[Outgoing], tried: set[int]) -> str | None:
        """The letters one by one, and those that are taken in hand meanwhile; gives why all must wait where the server
        itself is the trouble."""
        hand = deque(letters)
        while hand and not self._stopping:
            letter = hand.popleft()
            assert letter.id is not None
            tried.add(letter.id)
            self.progressed_at = time.monotonic()
            try:
                outcome = await self._deliver(letter, hand, tried)
            except _NotInHandError:
                continue
            if isinstance(outcome, NullSenderRefused):
                tried.discard(letter.id)  # the same letter goes again at once, from the mailbox's address
            self._known.append(_Known(letter, outcome, self._time.now()))
            if isinstance(outcome, Sent):
                self._journal.info(
                    "letter_sent", ticket=letter.ticket, template=letter.template, message_id=letter.message_id
                )
            else:
                self._note_known()
            if isinstance(outcome, Later) and outcome.whole_server:
                return outcome.reason
        return None

    async def _deliver(self, letter: Outgoing, hand: deque[Outgoing], tried: Collection[int]) -> Outcome:
        """One attempt. A fault of ours is an outcome like any other: the other letters go on."""
        committing = False

        async def before_data() -> None:
            nonlocal committing
            sent = tuple(self._known)
            noted = self._note_and_take(letter, sent, tried) if not hand else self._note_committing(letter, sent)
            hand.extend(noted.taken)
            if not noted.may_go:
                raise _NotInHandError
            self._forget(sent)
            committing = True

        noting = asyncio.get_running_loop().call_later(NOTED_WITHIN, self._note_late)
        try:
            return await self._smtp.deliver(
                letter.raw, envelope_from=letter.envelope_from, recipient=letter.recipient, before_data=before_data
            )
        except (LogInRefused, PersonMustLook, StoreError, _NotInHandError):
            raise
        except Exception as error:  # noqa: BLE001,RUF100 - the one place where a fault of ours becomes a letter's fate
            self._journal.error("letter_broke_the_program", trouble=error, message_id=letter.message_id)
            reason = f"the program broke on it: {type(error).__name__}"
            return Unknown(reason=reason) if committing else Rejected(code=None, answer=reason)
        finally:
            noting.cancel()

    def _note_and_take(self, letter: Outgoing, sent: Sequence[_Known], tried: Collection[int]) -> _Noted:
        """As ``_note_committing``; the same commit takes more letters in hand, since this is the last one."""

        def work(tx: Transaction) -> _Noted:
            return replace(self._committing(tx, letter, sent), taken=self._take(tx, tried) or ())

        try:
            return self._store.write_along(work)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001,RUF100 - a fault of ours in letters to come is not this one's: it is met again
            return self._note_committing(letter, sent)

    def _note_committing(self, letter: Outgoing, sent: Sequence[_Known]) -> _Noted:
        """One commit for two facts: this letter goes out, and those before are sent."""
        return self._store.write_along(lambda tx: self._committing(tx, letter, sent))

    def _committing(self, tx: Transaction, letter: Outgoing, sent: Sequence[_Known]) -> _Noted:
        assert letter.id is not None
        noted = tuple((each.letter.id, each.at) for each in sent if each.letter.id is not None)
        return _Noted(may_go=tx.note_committing(letter.id, self._time.now(), sent=noted))

    # --- what is known goes into the store

    def _note_late(self) -> None:
        """For letters that were sent and wait to be noted with the next one, should the server be slow with it."""
        with contextlib.suppress(StoreError):  # it is tried again with the next one
            self._note_known()

    def _note_known(self) -> None:
        known = tuple(self._known)
        if known:
            self._store.write_along(lambda tx: self._keep_in(tx, known))
            self._forget(known)

    def _keep_in(self, tx: Transaction, known: Sequence[_Known]) -> None:
        for each in known:
            self._outcomes.keep(tx, each.letter, each.outcome, each.at)

    def _forget(self, known: Sequence[_Known]) -> None:
        self._known = [each for each in self._known if each not in known]

    def _clear_up(self) -> None:
        """Notes what is known; what else is in hand has certainly not gone out and is given back."""
        self._note_known()
        if self._unfinished:
            self._give_back()
            self._unfinished = False

    def _give_back(self) -> None:
        now = self._time.now()
        with self._store.transaction() as tx:
            for each in tx.outgoing_in((OutgoingState.IN_FLIGHT, OutgoingState.COMMITTING)):
                if each.id is not None and each.owner == self._owner:
                    tx.put_back(each.id, now, each.reason, each.attempts)
