"""``supportd backfill``: takes letters that the server had before the first start, silently: tickets, no letters."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from daemon import wiring
from daemon.arrival import Arrival
from daemon.errors import PersonMustLook, TryAgainLater
from daemon.fetching import Fetched
from daemon.mailbox import Mailbox
from daemon.reader import Task
from daemon.reading_position import is_from_before
from daemon.wiring import Parts
from store.errors import StoreError
from store.records import FolderPosition, Place

AT_ONCE = 200


def backfill(parts: Parts, since: datetime) -> int:
    """Every letter of the inbox received at ``since`` or later that the store does not know; gives how many.

    Raises TryAgainLater, PersonMustLook.
    """
    mailbox = Mailbox(wiring.mailbox_settings(parts.configuration))
    folder = parts.configuration.mailbox.folder
    mailbox.connect()
    try:
        state = mailbox.select(folder)
        uids = mailbox.uids_after(0)
        with parts.store.view() as view:
            known, position = view.known_uids(folder, state.uidvalidity, uids), view.position(folder)
        wanted = [uid for uid in uids if uid not in known]
        if position is not None and position.uidvalidity == state.uidvalidity:
            wanted = _from_before(mailbox, position, wanted)
        return sum(
            _take(parts, mailbox, folder, state.uidvalidity, wanted[start : start + AT_ONCE], since)
            for start in range(0, len(wanted), AT_ONCE)
        )
    finally:
        mailbox.close()


def _from_before(mailbox: Mailbox, position: FolderPosition, uids: list[int]) -> list[int]:
    """Without the letters that the service itself takes: those are acknowledged."""
    moments = mailbox.moments([uid for uid in uids if uid > position.started_after])
    return [uid for uid in uids if uid not in moments or is_from_before(position, moments[uid])]


def _take(  # noqa: PLR0917 - one caller
    parts: Parts, mailbox: Mailbox, folder: str, uidvalidity: int, uids: list[int], since: datetime
) -> int:
    waiting: deque[Arrival] = deque()
    moments = mailbox.moments(uids)  # so that an old mailbox is not fetched whole for the sake of its last week
    meant = [uid for uid in uids if uid not in moments or moments[uid] >= since]

    def tasks() -> Iterator[Task]:
        for item in mailbox.fetch(meant, max_size=parts.configuration.mailbox.max_size):
            if not isinstance(item, Fetched) or item.received_at is None or item.received_at < since or item.stub:
                continue
            place = Place(folder=folder, uidvalidity=uidvalidity, uid=item.uid)
            waiting.append(
                Arrival(place=place, raw=item.raw, received_at=item.received_at, truncated=item.truncated, silent=True)
            )
            yield Task(raw=item.raw, in_sent_folder=False, now=parts.time_source.now())

    count = 0
    for read in parts.reader.read(tasks()):
        arrival = waiting.popleft()
        try:
            taken = parts.intake.take(arrival, read, None)
        except (StoreError, TryAgainLater, PersonMustLook):
            raise
        except Exception as error:  # as in the service: the letter is set aside, the others go on
            parts.journal.error("letter_broke_the_program", trouble=error)
            taken = parts.intake.set_aside(arrival, f"{type(error).__name__} while it was taken", 1, None)
        count += taken.fate not in ("known", "copy")
    return count
