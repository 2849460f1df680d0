"""How far a folder has been read, as arithmetic on its position: pure, so that no letter is ever passed over."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from store.records import FolderPosition

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def first_position(
    folder: str, uidvalidity: int, *, last_uid: int, now: datetime, from_beginning: bool
) -> FolderPosition:
    """Where the very first start begins: behind the last letter there is, or before the first."""
    return FolderPosition(
        folder=folder,
        uidvalidity=uidvalidity,
        started_after=0 if from_beginning else last_uid,
        started_at=BEGINNING if from_beginning else now,
        settled=0 if from_beginning else last_uid,
    )


def renumbered(position: FolderPosition, uidvalidity: int) -> FolderPosition:
    """The folder got new UIDs: all is read again, known letters are recognised, older ones are passed over."""
    return replace(position, uidvalidity=uidvalidity, started_after=0, settled=0, settled_above=frozenset())


def settle(position: FolderPosition, uid: int, unsettled: Collection[int]) -> FolderPosition:
    """The position once ``uid`` is stored or gone; ``unsettled`` are listed letters that the server did not give."""
    above = position.settled_above | {uid}
    lowest_open = min((each for each in unsettled if each > position.settled), default=None)
    if lowest_open is None:
        return replace(position, settled=max(position.settled, *above), settled_above=frozenset())
    below = [each for each in above if each < lowest_open]
    return replace(
        position,
        settled=max([position.settled, *below]),
        settled_above=frozenset(each for each in above if each > lowest_open),
    )


def passed_over(position: FolderPosition, uid: int, unsettled: Collection[int]) -> FolderPosition:
    """Settles a letter from before the first start; where only such ones lie below, reconciliation begins after it."""
    settled = settle(position, uid, unsettled)
    if position.started_after == position.settled and settled.settled == uid:
        return replace(settled, started_after=uid)
    return settled


def is_settled(position: FolderPosition, uid: int) -> bool:
    return uid <= position.settled or uid in position.settled_above


def is_from_before(position: FolderPosition, received_at: datetime) -> bool:
    """Whether the server had the letter before the first start; INTERNALDATE knows whole seconds only."""
    return received_at < position.started_at.replace(microsecond=0)
