"""Letters that the server lists and does not give: since when, how often asked for, and what becomes of them."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

ABSENT_SECONDS = 60.0
"""A letter is gone when it was absent from two lists this far apart."""
ASKED_AT_MOST = 5
"""How often a letter that is listed and not given is asked for before people are told."""
GIVEN_UP_AFTER = 3600.0
"""Seconds after which a letter that ends the connection is set aside although no other letter shows that the server
is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """One letter. ``ends_connection``: asking for it does so; ``others_given``: letters that came all the same."""

    since: float
    asked: int = 0
    said: str = ""
    ends_connection: bool = False
    others_given: bool = False

    def is_hopeless(self, now: float) -> bool:
        """Asked for often enough. Where the connection ended each time, it is the letter's fault only if others came
        meanwhile; else the server may be unwell, and is given an hour."""
        if self.asked < ASKED_AT_MOST:
            return False
        return not self.ends_connection or self.others_given or now - self.since >= GIVEN_UP_AFTER


class WithheldLetters:
    """Those of one folder, by UID."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._letters: dict[int, Withheld] = {}
        self.broken_fetches = 0
        """How often in a row the connection ended while letters were asked for."""

    @property
    def uids(self) -> Collection[int]:
        return self._letters.keys()

    def ends_connection(self, uid: int) -> bool:
        """Asking for it ended the connection: it is asked for by itself, after all others."""
        kept = self._letters.get(uid)
        return kept is not None and kept.ends_connection

    def note_absent(self, uid: int, *, still_listed: bool, said: str) -> Withheld:
        """It was asked for and not given."""
        kept = self._letters.get(uid) or Withheld(since=self._clock())
        kept = replace(kept, asked=kept.asked + still_listed, said=said)
        self._letters[uid] = kept
        return kept

    def note_broken(self, uid: int, said: str) -> Withheld:
        """The connection ended while it was asked for by itself."""
        kept = self._letters.get(uid) or Withheld(since=self._clock())
        kept = replace(kept, asked=kept.asked + 1, said=said, ends_connection=True)
        self._letters[uid] = kept
        return kept

    def note_given(self, uid: int) -> None:
        """A letter came: it is not withheld any more, and the server is well."""
        self._letters.pop(uid, None)
        for other, kept in self._letters.items():
            if kept.ends_connection and not kept.others_given:
                self._letters[other] = replace(kept, others_given=True)

    def hopeless(self) -> dict[int, Withheld]:
        """Those to be set aside for people to look at."""
        now = self._clock()
        return {uid: kept for uid, kept in self._letters.items() if kept.ends_connection and kept.is_hopeless(now)}

    def forget(self, uid: int) -> None:
        self._letters.pop(uid, None)

    def forget_gone(self, listed: Collection[int]) -> tuple[int, ...]:
        """Those absent from two lists a minute apart are gone: the position may pass them."""
        now = self._clock()
        gone = tuple(
            uid for uid, kept in self._letters.items() if uid not in listed and now - kept.since >= ABSENT_SECONDS
        )
        for uid in gone:
            del self._letters[uid]
        return gone
