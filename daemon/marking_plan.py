"""What is to be done so that a ticket's letters look in the mail client as the ticket stands: pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.mark import Mark
from store.records import Letter, LetterRole, Place

KEYWORDS: Mapping[Mark, str] = {
    Mark.OPEN: "supportd-open",
    Mark.DUE_SOON: "supportd-due-soon",
    Mark.BROKEN: "supportd-broken",
    Mark.DEFERRED: "supportd-monday",
    Mark.WAITING: "supportd-waiting",
    Mark.CLOSED: "supportd-closed",
}
"""Lower-case ASCII: a Thunderbird tag made under this name has it as its key, also once it is renamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkingSettings:
    """What is switched on. ``folders`` has the states with a folder, by their configured names."""

    inbox: str
    sent_folder: str = ""
    keywords: bool = False
    move: bool = False
    folders: Mapping[Mark, str] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        return self.keywords or bool(self.folders)

    @property
    def fingerprint(self) -> str:
        """Differs where letters would look otherwise: what was marked under other settings is marked again."""
        told = (self.keywords, self.move, sorted(self.folders.items()))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A ticket's letters and the mark that they are to bear. ``places``: of each letter, wherever it was seen."""

    number: int
    mark: Mark
    places: Mapping[int, tuple[Place, ...]]

    def lies_in(self, folder: str) -> bool:
        """Whether one of its letters was seen there."""
        return any(place.folder == folder for places in self.places.values() for place in places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One letter to be moved (or copied: ``copies``) from where it lies into the folder of its state."""

    letter: int
    source: Place
    target: str
    copies: bool = False


def is_shown(letter: Letter) -> bool:
    """Letters on a ticket, whoever wrote them; our own notices are nobody's letters."""
    return letter.ticket is not None and letter.role is not LetterRole.OWN


def keyword_changes(tickets: Iterable[Marked], folders: Iterable[str]) -> dict[tuple[str, int], dict[Mark, list[int]]]:
    """UIDs to be marked, by (folder, UIDVALIDITY) and mark. Letters in folders that are not ours to mark stay out."""
    ours = frozenset(folders)
    changes: defaultdict[tuple[str, int], defaultdict[Mark, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ticket in tickets:
        for places in ticket.places.values():
            for place in places:
                if place.folder in ours:
                    changes[place.folder, place.uidvalidity][ticket.mark].append(place.uid)
    return {folder: {mark: sorted(set(uids)) for mark, uids in by_mark.items()} for folder, by_mark in changes.items()}


def shifts_of(ticket: Marked, folders: Mapping[Mark, str], *, inbox: str, move: bool) -> tuple[Shift, ...]:
    """What brings a ticket's letters into the folder of its state; a state without a folder leaves them where they are.

    ``move``: the letters themselves go. Else a copy is made once, and it is the copy that goes from folder to folder.
    """
    target = folders.get(ticket.mark)
    if target is None:
        return ()
    states = frozenset(folders.values())
    found: list[Shift] = []
    for letter, places in ticket.places.items():
        here = [place for place in places if place.folder in states]
        original = [place for place in places if place.folder == inbox]
        going = here + original if move else here
        found += [Shift(letter=letter, source=place, target=target) for place in going if place.folder != target]
        if not move and not here and original:
            found.append(Shift(letter=letter, source=original[-1], target=target, copies=True))
    return tuple(found)
