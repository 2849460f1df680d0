"""Letters that came in: by what they are known, and where they lie."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, literal, or_, select, union_all, update

from store.compression import compress, decompress
from store.errors import AlreadyKept
from store.prepared import Prepared
from store.records import Letter, LetterRole, Place
from store.statements import CHUNK, Work, chunks, columns_but, inserting
from store.tables import letters, outgoing, places, quarantine

_ALL = columns_but(letters, "content_key", "raw")
_AT_PLACE = [
    (table.c.folder == bindparam("folder"), table.c.uidvalidity == bindparam("uidvalidity"), table.c.uid)
    for table in (places, quarantine)
]
_IS_KNOWN = Prepared(select(or_(*(exists().where(*at[:2], at[2] == bindparam("uid")) for at in _AT_PLACE))))
_KNOWN_UIDS = union_all(
    *(select(at[2]).where(*at[:2], at[2].in_(bindparam("uids", expanding=True))) for at in _AT_PLACE)
)
_LETTER = select(*_ALL).where(letters.c.id == bindparam("id"))
_COPY = select(*_ALL).where(letters.c.content_key == bindparam("content_key"))
_WITH_MESSAGE_ID = Prepared(select(*_ALL).where(letters.c.message_id == bindparam("message_id")).order_by(letters.c.id))
_TWIN = Prepared(
    select(*_ALL)
    .where(
        letters.c.digest == bindparam("digest"),
        letters.c.received_at >= bindparam("since"),
        letters.c.sender == bindparam("sender"),
        letters.c.role != LetterRole.COPY,
    )
    .order_by(letters.c.received_at.desc(), letters.c.id.desc())
    .limit(1)
)
_OF_TICKET = select(*_ALL).where(letters.c.ticket == bindparam("ticket")).order_by(letters.c.received_at, letters.c.id)
_PLACES_OF = (
    select(places).where(places.c.letter.in_(bindparam("ids", expanding=True))).order_by(places.c.folder, places.c.uid)
)
_RAW = select(letters.c.raw).where(letters.c.id == bindparam("id"))
_SINCE = (
    select(*_ALL)
    .where(letters.c.received_at >= bindparam("since"), letters.c.id > bindparam("after"))
    .order_by(letters.c.id)
    .limit(CHUNK)
)
_TICKETS_OF = union_all(
    *(
        select(table.c.message_id, table.c.ticket).where(
            table.c.message_id.in_(bindparam("message_ids", expanding=True)), table.c.ticket.is_not(None)
        )
        for table in (letters, outgoing)
    )
)
_MESSAGE_IDS = union_all(
    select(letters.c.received_at.label("at"), literal(0).label("ours"), letters.c.id, letters.c.message_id).where(
        letters.c.ticket == bindparam("ticket"), letters.c.message_id.is_not(None)
    ),
    select(outgoing.c.created_at, literal(1), outgoing.c.id, outgoing.c.message_id).where(
        outgoing.c.ticket == bindparam("ticket")
    ),
).order_by("at", "ours", "id")

_KEEP = Prepared(inserting(letters).on_conflict_do_nothing().returning(letters.c.id))
_OWNER_OF_PLACE = select(places.c.letter).where(
    places.c.folder == bindparam("folder"),
    places.c.uidvalidity == bindparam("uidvalidity"),
    places.c.uid == bindparam("uid"),
)
_OWNER_OF_CONTENT = select(letters.c.id).where(letters.c.content_key == bindparam("content_key"))
_OCCUPY = Prepared(inserting(places).on_conflict_do_nothing().returning(places.c.letter))
_FORGET = delete(letters).where(letters.c.id == bindparam("id_"))
_FORGET_PLACES = (
    delete(places).where(places.c.folder == bindparam("from_folder"), places.c.uidvalidity == bindparam("numbers")),
    update(quarantine)
    .where(quarantine.c.folder == bindparam("from_folder"), quarantine.c.uidvalidity == bindparam("numbers"))
    .values(folder=None, uidvalidity=None, uid=None),
)
_CHANGE = update(letters).where(letters.c.id == bindparam("id_"))
_JOIN = _CHANGE.values(ticket=bindparam("number"), role=bindparam("part"))
_MOVE = _CHANGE.values(folder=bindparam("to_folder"), uidvalidity=bindparam("to_uidvalidity"), uid=bindparam("to_uid"))


class LetterReads(Work):
    """Questions about letters; values come without ``raw``."""

    def is_known(self, place: Place) -> bool:
        """Whether what lies there is kept or in quarantine."""
        values = {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}
        return bool(self._run(_IS_KNOWN, **values).scalar_one())

    def known_uids(self, folder: str, uidvalidity: int, uids: Iterable[int]) -> frozenset[int]:
        """Those of ``uids`` that are kept or in quarantine."""
        known: set[int] = set()
        for piece in chunks(uids):
            known.update(self._run(_KNOWN_UIDS, folder=folder, uidvalidity=uidvalidity, uids=piece).scalars())
        return frozenset(known)

    def find_copy(self, message_id: str | None, digest: str) -> Letter | None:
        """The letter of that Message-ID and content; without a Message-ID none is a copy."""
        key = _content_key(message_id, digest)
        return None if key is None else _one(self._run(_COPY, content_key=key).first())

    def find_by_message_id(self, message_id: str) -> tuple[Letter, ...]:
        """All letters of that Message-ID, whatever their content, in the order they were kept."""
        return tuple(_letter(row) for row in self._run(_WITH_MESSAGE_ID, message_id=message_id))

    def find_twin(self, sender: str, digest: str, since: datetime) -> Letter | None:
        """The youngest letter of that sender and content received at ``since`` or later; a copy is not the letter."""
        return _one(self._run(_TWIN, sender=sender, digest=digest, since=since).first())

    def tickets_of(self, message_ids: Iterable[str]) -> dict[str, int]:
        """For each Message-ID of a letter on a ticket, in or out, its ticket; the youngest where there are several."""
        found: dict[str, int] = {}
        for piece in chunks(message_ids):
            for message_id, ticket in self._run(_TICKETS_OF, message_ids=piece):
                found[message_id] = max(ticket, found.get(message_id, 0))
        return found

    def letter(self, letter_id: int) -> Letter | None:
        """One letter, or None."""
        return _one(self._run(_LETTER, id=letter_id).first())

    def letters_of(self, number: int) -> tuple[Letter, ...]:
        """The letters that came in to a ticket, in the order received."""
        return tuple(_letter(row) for row in self._run(_OF_TICKET, ticket=number))

    def places_of(self, letter_ids: Iterable[int]) -> dict[int, tuple[Place, ...]]:
        """Every place at which each of these letters was ever seen; it may have gone from there since."""
        found: dict[int, tuple[Place, ...]] = {}
        for piece in chunks(letter_ids):
            for row in self._run(_PLACES_OF, ids=piece):
                place = Place(folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid)
                found[row.letter] = (*found.get(row.letter, ()), place)
        return found

    def raw_letter(self, letter_id: int) -> bytes:
        """The letter's bytes; empty where retention has let them go. LookupError if there is no such letter."""
        row = self._run(_RAW, id=letter_id).first()
        if row is None:
            raise LookupError(f"no letter {letter_id}")
        return decompress(row[0])

    def message_ids_of(self, number: int) -> tuple[str, ...]:
        """The Message-IDs of all letters on a ticket, in and out, oldest first, each once."""
        return tuple(dict.fromkeys(row[3] for row in self._run(_MESSAGE_IDS, ticket=number)))

    def letters_since(self, at: datetime, *, roles: Collection[LetterRole] | None = None) -> Iterator[Letter]:
        """Letters received at ``at`` or later (of these roles, if given), in the order kept, streamed."""
        after = 0
        while rows := self._run(_SINCE, since=at, after=after).all():
            yield from (_letter(row) for row in rows if roles is None or row.role in roles)
            after = rows[-1].id


class LetterWrites(LetterReads):
    """Keeping letters."""

    def keep_letter(self, letter: Letter) -> Letter:
        """The letter with its id. AlreadyKept if its place or its Message-ID with this content is in the store."""
        key = _content_key(letter.message_id, letter.digest)
        values = _values(letter)
        where = _place_values(letter.place)
        letter_id = self._run(_KEEP, **values, **where, content_key=key, raw=compress(letter.raw)).scalar_one_or_none()
        if letter_id is None:
            raise AlreadyKept(self._run(_OWNER_OF_CONTENT, content_key=key).scalar_one())
        if letter.place is not None and not self._occupy(letter.place, letter_id):
            self._run(_FORGET, id_=letter_id)
            raise AlreadyKept(self._owner_of(letter.place))
        return Letter(id=letter_id, place=letter.place, raw=b"", **values)

    def save_letter(self, letter: Letter) -> bool:
        """New facts for a kept letter (read again after an upgrade); its places and bytes stay. False if unknown."""
        key = _content_key(letter.message_id, letter.digest)
        return self._changed(_CHANGE.values(**_values(letter), content_key=key), id_=letter.id) == 1

    def join_letter(self, letter_id: int, ticket: int | None, role: LetterRole) -> bool:
        """Puts a kept letter on a ticket in that role. False if there is no such letter."""
        return self._changed(_JOIN, id_=letter_id, number=ticket, part=role) == 1

    def move_place(self, letter_id: int, place: Place) -> None:
        """A known letter lies at this place too, or still. AlreadyKept if another letter has the place."""
        if not self._occupy(place, letter_id):
            owner = self._owner_of(place)
            if owner != letter_id:
                raise AlreadyKept(owner)
        self._run(_MOVE, id_=letter_id, to_folder=place.folder, to_uidvalidity=place.uidvalidity, to_uid=place.uid)

    def forget_places(self, folder: str, uidvalidity: int) -> None:
        """The folder's UIDs are used anew for other letters: what lies where is not known any more."""
        for statement in _FORGET_PLACES:
            self._changed(statement, from_folder=folder, numbers=uidvalidity)

    def _occupy(self, place: Place, letter_id: int) -> bool:
        values = {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid, "letter": letter_id}
        return self._run(_OCCUPY, **values).first() is not None

    def _owner_of(self, place: Place) -> int:
        values = {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}
        owner: int = self._run(_OWNER_OF_PLACE, **values).scalar_one()
        return owner


def _content_key(message_id: str | None, digest: str) -> str | None:
    if message_id is None:
        return None
    return hashlib.sha256(f"{message_id}\0{digest}".encode(errors="replace")).hexdigest()


def _one(row: Row[Any] | None) -> Letter | None:
    return None if row is None else _letter(row)


def _letter(row: Row[Any]) -> Letter:
    values = dict(row._mapping)
    folder, uidvalidity, uid = values.pop("folder"), values.pop("uidvalidity"), values.pop("uid")
    place = None if folder is None else Place(folder=folder, uidvalidity=uidvalidity, uid=uid)
    return Letter(place=place, **values)


_FIELDS = tuple(name for name in Letter.__slots__ if name not in ("id", "place", "raw"))


def _values(letter: Letter) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in _FIELDS}


def _place_values(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"folder": None, "uidvalidity": None, "uid": None}
    return {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}
