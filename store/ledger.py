"""What stands beside tickets and letters: positions, events, quarantine, the list of violators, single facts."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from rules.ticket import Status
from store.compression import compress, decompress
from store.prepared import Prepared
from store.records import (
    Blocked,
    Counts,
    Event,
    FolderPosition,
    OutgoingState,
    Place,
    Quarantined,
)
from store.statements import Work, columns_but, columns_named, inserting
from store.tables import blocked, events, letters, meta, outgoing, positions, quarantine, tickets

_POSITION = Prepared(select(positions).where(positions.c.folder == bindparam("folder")))
_EVENTS_OF = select(events).where(events.c.ticket == bindparam("ticket")).order_by(events.c.at, events.c.id)
_EVENTS_SINCE = select(events).where(events.c.at >= bindparam("since")).order_by(events.c.at, events.c.id)
_BLOCKED = Prepared(
    select(blocked).where(
        blocked.c.what.in_([bindparam(name, type_=blocked.c.what.type) for name in ("address", "domain", "account")])
    )
)
_BLOCKED_ALL = select(blocked).order_by(blocked.c.what)
_META = Prepared(select(meta.c.value).where(meta.c.key == bindparam("key")))
_QUARANTINED_COLUMNS = columns_but(quarantine, "raw")
_QUARANTINED = select(*_QUARANTINED_COLUMNS).order_by(quarantine.c.id)
_QUARANTINED_OPEN = _QUARANTINED.where(quarantine.c.solved_at.is_(None))
_QUARANTINED_ONE = select(quarantine).where(quarantine.c.id == bindparam("id"))
_QUARANTINED_AT = select(quarantine.c.id).where(
    quarantine.c.folder == bindparam("folder"),
    quarantine.c.uidvalidity == bindparam("uidvalidity"),
    quarantine.c.uid == bindparam("uid"),
)

_POSITION_ROW = inserting(positions)
_SETTLE = Prepared(
    _POSITION_ROW.on_conflict_do_update(
        index_elements=[positions.c.folder],
        set_={name: _POSITION_ROW.excluded[name] for name in columns_named(positions) if name != "folder"},
    )
)
_EVENT = Prepared(insert(events))
_BLOCK = inserting(blocked)
_BLOCK = _BLOCK.on_conflict_do_update(
    index_elements=[blocked.c.what], set_={name: _BLOCK.excluded[name] for name in ("author", "reason", "at")}
)
_UNBLOCK = delete(blocked).where(blocked.c.what == bindparam("what_"))
_META_ROW = inserting(meta)
_SET_META = Prepared(
    _META_ROW.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": _META_ROW.excluded["value"]})
)
_DROP_META = delete(meta).where(meta.c.key == bindparam("key_"))
_QUARANTINE = insert(quarantine).returning(quarantine.c.id)
_AGAIN = update(quarantine).where(quarantine.c.id == bindparam("id_"))
_SOLVE = _AGAIN.where(quarantine.c.solved_at.is_(None)).values(solved_at=bindparam("moment"))


class LedgerReads(Work):
    """Questions about the rest."""

    def position(self, folder: str) -> FolderPosition | None:
        """How far the folder has been read; None if it never was."""
        row = self._run(_POSITION, folder=folder).first()
        return None if row is None else FolderPosition(**row._mapping)

    def events_of(self, number: int) -> tuple[Event, ...]:
        """What happened to a ticket, in order."""
        return tuple(Event(**row._mapping) for row in self._run(_EVENTS_OF, ticket=number))

    def events_since(self, at: datetime) -> tuple[Event, ...]:
        """What happened at ``at`` or later, to tickets and to the service, in order."""
        return tuple(Event(**row._mapping) for row in self._run(_EVENTS_SINCE, since=at))

    def blocked(self, *, address: str, account: str | None) -> Blocked | None:
        """The entry that holds for this sender: his address, else his domain (``@x.kz``), else his account."""
        names = [address, f"@{address.rpartition('@')[2]}" if "@" in address else "", account or ""]
        found = {row.what: row for row in self._run(_BLOCKED, address=names[0], domain=names[1], account=names[2])}
        return next((Blocked(**found[name]._mapping) for name in names if name in found), None)

    def blocked_all(self) -> tuple[Blocked, ...]:
        """The whole list, in alphabetical order."""
        return tuple(Blocked(**row._mapping) for row in self._run(_BLOCKED_ALL))

    def quarantined(self, open_only: bool = True) -> tuple[Quarantined, ...]:
        """Letters set aside, oldest first, without ``raw``."""
        question = _QUARANTINED_OPEN if open_only else _QUARANTINED
        return tuple(_quarantined(row) for row in self._run(question))

    def quarantined_one(self, quarantined_id: int) -> Quarantined | None:
        """One letter set aside, with ``raw``; None if there is no such."""
        row = self._run(_QUARANTINED_ONE, id=quarantined_id).first()
        return None if row is None else _quarantined(row)

    def meta(self, key: str) -> str | None:
        """A single fact by its name, or None. May be a secret: not for logs."""
        value: str | None = self._run(_META, key=key).scalar_one_or_none()
        return value

    def counts(self) -> Counts:
        """How much there is of everything."""
        by_status = dict(self._pairs(tickets.c.status))
        by_state = dict(self._pairs(outgoing.c.state))
        kept: int = self._run(select(func.count()).select_from(letters)).scalar_one()
        aside: int = self._run(
            select(func.count()).select_from(quarantine).where(quarantine.c.solved_at.is_(None))
        ).scalar_one()
        return Counts(
            tickets=tuple((status, by_status.get(status, 0)) for status in Status),
            outgoing=tuple((state, by_state.get(state, 0)) for state in OutgoingState),
            letters=kept,
            quarantined=aside,
        )

    def faults(self) -> tuple[str, ...]:
        """What SQLite finds wrong with its file, bounded; nothing on PostgreSQL, which has no such question."""
        if self._dialect != "sqlite":
            return ()
        answers = self._connection.exec_driver_sql("PRAGMA quick_check(10)").scalars()
        return tuple(answer for answer in answers if answer != "ok")

    def _pairs(self, column: Any) -> list[tuple[Any, int]]:
        return [(value, count) for value, count in self._run(select(column, func.count()).group_by(column))]


class LedgerWrites(LedgerReads):
    """Noting the rest."""

    def settle(self, position: FolderPosition) -> None:
        """The folder's position is this from now on."""
        self._run(_SETTLE, **{name: getattr(position, name) for name in FolderPosition.__slots__})

    def add_event(self, event: Event) -> None:
        """One more thing that happened; its ``id`` is passed over."""
        self._run(_EVENT, **{name: getattr(event, name) for name in Event.__slots__ if name != "id"})

    def quarantine(self, letter: Quarantined) -> Quarantined:
        """The letter set aside, with its id, without ``raw``. Set aside again from its place it is the same entry, open
        again, with the new reason."""
        values = {name: getattr(letter, name) for name in _QUARANTINED_FIELDS} | _place_values(letter.place)
        values["raw"] = compress(letter.raw)
        kept = None
        if letter.place is not None:
            kept = self._run(_QUARANTINED_AT, **_place_values(letter.place)).scalar_one_or_none()
        if kept is None:
            kept = self._run(_QUARANTINE, **values).scalar_one()
        else:
            self._run(_AGAIN.values(**values), id_=kept)
        return replace(letter, id=kept, raw=b"")

    def move_quarantined(self, quarantined_id: int, place: Place) -> None:
        """A letter set aside lies at this place now."""
        self._run(_AGAIN.values(**_place_values(place)), id_=quarantined_id)

    def solve_quarantined(self, quarantined_id: int, at: datetime) -> bool:
        """It has been dealt with. False if it had been already, or is unknown."""
        return self._changed(_SOLVE, id_=quarantined_id, moment=at) == 1

    def block(self, entry: Blocked) -> None:
        """Puts an entry on the list, in place of one for the same."""
        self._run(_BLOCK, what=entry.what, author=entry.author, reason=entry.reason, at=entry.at)

    def unblock(self, what: str) -> bool:
        """Takes an entry off the list. False if there was none."""
        return self._changed(_UNBLOCK, what_=what) == 1

    def set_meta(self, key: str, value: str | None) -> None:
        """Keeps a single fact; None forgets it."""
        if value is None:
            self._run(_DROP_META, key_=key)
        else:
            self._run(_SET_META, key=key, value=value)


_QUARANTINED_FIELDS = tuple(name for name in Quarantined.__slots__ if name not in ("id", "place", "raw"))


def _place_values(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"folder": None, "uidvalidity": None, "uid": None}
    return {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}


def _quarantined(row: Row[Any]) -> Quarantined:
    values = dict(row._mapping)
    folder, uidvalidity, uid = values.pop("folder"), values.pop("uidvalidity"), values.pop("uid")
    place = None if folder is None else Place(folder=folder, uidvalidity=uidvalidity, uid=uid)
    if "raw" in values:
        values["raw"] = decompress(values["raw"])
    return Quarantined(place=place, **values)
