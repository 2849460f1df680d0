"""``supportd reprocess --dry-run``: what today's rules and parser would decide differently for stored letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from daemon.console import NOTHING, print_json, say
from daemon.reader import ReadFault, Task
from daemon.wiring import Parts
from rules.decide import decide
from rules.decision import Decision
from rules.reason import Reason
from store.records import Letter, LetterRole

_FIRST = (LetterRole.REQUEST, LetterRole.AUTOMATIC, LetterRole.UNPROVED, LetterRole.BACKFILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One letter that would be judged differently: decision → (as it was, as it would be)."""

    letter: Letter
    changes: tuple[tuple[str, str, str], ...]


def show_differences(parts: Parts, since: datetime, *, as_json: bool) -> None:
    """Each letter that would be judged differently, and how."""
    count = 0
    for difference in differences(parts, since):
        count += 1
        letter = difference.letter
        number = f"{parts.policy.ticket_prefix}-{letter.ticket}" if letter.ticket is not None else None
        if as_json:
            changes = [{"decision": name, "was": was, "would_be": new} for name, was, new in difference.changes]
            print_json({"ticket": number, "letter": letter.id, "changes": changes})
            continue
        say(f"{number or NOTHING} letter {letter.id}")
        for name, was, new in difference.changes:
            say(f"    {name}: {was or NOTHING} → {new or NOTHING}")
    if not as_json:
        say(f"{count} letters would be judged differently; nothing was changed")


def differences(parts: Parts, since: datetime) -> Iterator[Difference]:
    """Every letter received at ``since`` or later, read and judged anew; nothing is changed.

    Letters whose raw bytes were let go are passed over.
    """
    with parts.store.view() as view:
        letters = tuple(view.letters_since(since, roles=_FIRST))
    for letter in letters:
        assert letter.id is not None
        with parts.store.view() as view:
            raw = view.raw_letter(letter.id)
        if not raw:
            continue
        read = parts.reader.read_one(Task(raw=raw, in_sent_folder=False, now=letter.taken_at))
        if isinstance(read, ReadFault):
            yield Difference(letter=letter, changes=(("reading", "read", read.reason),))
            continue
        decision = decide(origin=read.origin, reading=read.first, received_at=letter.received_at, policy=parts.policy)
        changes = tuple(_changes(letter, decision))
        if changes:
            yield Difference(letter=letter, changes=changes)


def _changes(letter: Letter, decision: Decision) -> Iterator[tuple[str, str, str]]:
    if letter.disposition != decision.origin.disposition.value:
        yield "disposition", letter.disposition, decision.origin.disposition.value
    before, after = _values(letter.reasons), _values(decision.reasons)
    for name in dict.fromkeys((*before, *after)):
        if name in ("thread", "copy", "proof"):
            continue  # these depend on other letters
        if before.get(name, "") != after.get(name, ""):
            yield name, before.get(name, ""), after.get(name, "")


def _values(reasons: tuple[Reason, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for reason in reasons:
        values[reason.decision] = (
            f"{values[reason.decision]}, {reason.value}" if reason.decision in values else reason.value
        )
    return values
