"""A desk whose letters go out: the real outbox over real SMTP, on the desk's clock, with a store of moods."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TypeVar, cast

from daemon.journal import open_journal
from daemon.outbox import Outbox
from daemon.outcomes import FilesSent, OutboxSettings, Outcomes, SentLook
from daemon.smtp import SmtpSender, SmtpSettings
from daemon.tls import Security
from store.errors import StoreBusy
from store.records import Outgoing, OutgoingState
from store.store import Store
from store.writing import Transaction
from tests.daemon.a_policy import a_policy
from tests.daemon.desk import DUTY, MAILBOX, Desk
from tests.servers.smtp import SmtpServer

PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
WAIT = timedelta(minutes=10)


T = TypeVar("T")


class MoodyStore(Store):
    """A store that is busy when it is told to be: ``busy`` before anything was written, ``kept`` although all was."""

    moods: deque[str]

    @contextmanager
    def _in_a_mood(self) -> Iterator[None]:
        mood = self.moods.popleft() if self.moods else ""  # the next one, "" for a good one
        if mood == "busy":
            raise StoreBusy("busy as told")
        yield
        if mood == "kept":
            raise StoreBusy("busy as told, and yet everything is kept")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._in_a_mood(), super().transaction() as tx:
            yield tx

    def write_along(self, work: Callable[[Transaction], T]) -> T:
        with self._in_a_mood():
            return super().write_along(work)


@dataclass(kw_only=True)
class Sending:
    """The desk with its outbox. ``sent_looked_at``: when the watch on Sent last began to look, by the desk's clock."""

    desk: Desk
    server: SmtpServer
    files_sent: FilesSent = FilesSent.NO
    sent_looked_at: datetime | None = None
    asked_to_look: int = 0
    answer_timeout: float = 0.3
    log: StringIO = field(default_factory=StringIO)

    @property
    def store(self) -> MoodyStore:
        return cast(MoodyStore, self.desk.store)

    def outbox(self, owner: str = "this service", smtp: SmtpSender | None = None) -> Outbox:
        """To be made in a loop."""
        journal = open_journal(self.log)
        settings = OutboxSettings(address=MAILBOX, retry_pauses=PAUSES, files_sent=self.files_sent, sent_copy_wait=WAIT)
        look = SentLook(begun=lambda: self.sent_looked_at, ask=self._ask)
        return Outbox(
            store=self.desk.store,
            smtp=smtp or SmtpSender(self._settings()),
            outcomes=Outcomes(settings=settings, staff=self.desk.staff, journal=journal, sent_look=look),
            address=MAILBOX,
            correspondence=self.desk.correspondence,
            time_source=self.desk.hands,
            owner=owner,
            journal=journal,
        )

    def turn(self, owner: str = "this service") -> str | None:
        """One turn of a new outbox; why letters wait, or None."""

        async def once() -> str | None:
            outbox = self.outbox(owner)
            try:
                return await outbox.turn()
            finally:
                await outbox.close()

        return asyncio.run(once())

    def after(self, pause: timedelta) -> None:
        """The clock goes on, and what is due then is tried."""
        self.desk.hands.at += pause
        self.turn()

    def letters(self, *, to_client: bool = True) -> tuple[Outgoing, ...]:
        with self.desk.store.view() as view:
            return tuple(each for each in view.outgoing_in(tuple(OutgoingState)) if each.to_client is to_client)

    def letter(self) -> Outgoing:
        """The only one to a client."""
        (only,) = self.letters()
        return only

    def told(self) -> tuple[str, ...]:
        """What agents were told, by the folder of the words."""
        return tuple(each.template for each in self.letters(to_client=False))

    def went_out(self) -> tuple[str, ...]:
        """Message-IDs of letters to others than agents that the server has taken."""
        return tuple(each.message_id for each in self.server.taken() if each.recipient != DUTY)

    def _ask(self) -> None:
        self.asked_to_look += 1

    def _settings(self) -> SmtpSettings:
        return SmtpSettings(
            host=self.server.host,
            port=self.server.port,
            security=Security.NONE,
            command_timeout=2,
            answer_timeout=self.answer_timeout,
        )


def a_moody_desk(path: Path) -> Desk:
    """A desk with an empty store in ``path``, in a good mood."""
    store = MoodyStore.open(f"sqlite:///{path}/desk.db")
    store.moods = deque()
    return Desk(store=store, policy=a_policy())


def a_sending(path: Path, server: SmtpServer, **differing: object) -> Sending:
    return Sending(desk=a_moody_desk(path), server=server, **differing)  # type: ignore[arg-type]
