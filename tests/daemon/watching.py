"""A watch on a folder of a real or scripted server, over the real reading and the real intake of a desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

from daemon.arrival import Taken
from daemon.errors import PersonMustLook, TryAgainLater
from daemon.journal import open_journal
from daemon.mailbox import Mailbox
from daemon.reader import Reader
from daemon.taking import Tools
from daemon.watch import Watch, WatchSettings
from store.errors import StoreError
from store.records import FolderPosition
from tests.daemon.desk import Desk, moment
from tests.daemon.mailboxes import Reachable, settings_of
from tests.daemon.sending import a_moody_desk

NOON = moment("Sat 12:10")
"""A few minutes after the moment at which scripted letters were received."""


@dataclass(kw_only=True)
class Watching:
    """``watch`` may be replaced by ``begin_anew``, as a service that was killed and started again would."""

    desk: Desk
    server: Reachable
    reader: Reader
    from_beginning: bool = True
    poll: float = 0.2
    folder: Callable[[Mailbox], str | None] = lambda _mailbox: "INBOX"
    taken: list[Taken] = field(default_factory=list)
    log: StringIO = field(default_factory=StringIO)

    def __post_init__(self) -> None:
        self.watch = self._made()

    def begin_anew(self) -> None:
        """Nothing is known any more but what is in the store."""
        self.watch.close()
        self.watch = self._made()

    def _made(self) -> Watch:
        tools = Tools(
            mailbox=Mailbox(settings_of(self.server)),
            intake=self.desk.intake,
            reader=self.reader,
            store=self.desk.store,
            time_source=self.desk.hands,
            journal=open_journal(self.log),
            taken=self.taken.append,
        )
        settings = WatchSettings(
            name="inbox",
            folder=self.folder,
            in_sent=False,
            from_beginning=self.from_beginning,
            max_size=25_000_000,
            poll=timedelta(seconds=self.poll),
        )
        return Watch(settings=settings, tools=tools)

    def look(self) -> int:
        """One look that goes well."""
        return self.watch.look()

    def looks(self, count: int) -> int:
        """Several looks, whatever they raise, as the watch's thread would make them; gives how many went wrong."""
        wrong = 0
        for _ in range(count):
            try:
                self.watch.look()
            except (TryAgainLater, PersonMustLook, StoreError):
                wrong += 1
                self.watch.close()
        return wrong

    @contextmanager
    def running(self) -> Iterator[None]:
        """In its thread until the block ends."""
        thread = Thread(target=self.watch.run)
        thread.start()
        try:
            yield
        finally:
            self.watch.stop()
            thread.join(timeout=20)
            assert not thread.is_alive()

    def fates(self) -> list[str]:
        return [each.fate for each in self.taken]

    def position(self) -> FolderPosition:
        with self.desk.store.view() as view:
            position = view.position("INBOX")
        assert position is not None
        return position

    def subjects(self) -> list[str]:
        """Of all tickets, oldest first."""
        with self.desk.store.view() as view:
            return [each.subject for each in view.tickets()]

    def said(self, event: str) -> int:
        return self.log.getvalue().count(f'"event": "{event}"')


def a_watched_desk(path: Path) -> Desk:
    """A desk with an empty store in ``path`` at noon, when the scripted letters have just come."""
    desk = a_moody_desk(path)
    desk.hands.at = NOON
    return desk


def numbers(subjects: list[str]) -> list[Any]:
    """Subjects of ``mailboxes.letter`` as numbers, sorted; others as they are, behind them."""
    return [
        *sorted(int(each) for each in subjects if each.isdigit()),
        *(each for each in subjects if not each.isdigit()),
    ]
