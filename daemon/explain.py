"""``supportd explain``: why a letter would be treated as it would be, without touching anything.

Each letter is judged as a first one taken at the moment it was received, without limits, ``max_age``, threads or lists
kept by agents.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.letters import ClientFacts, Letters
from daemon.moments import is_sensible, local
from daemon.read_letter import ReadLetter
from daemon.reader import Reader, ReadFault, Task
from parsers.mail import NOBODY, Language
from rules.decide import NOTHING_READ, decide
from rules.decision import Decision, Disposition, Origin, Proof
from rules.part import Part
from rules.policy import Policy
from rules.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A path that cannot be read, and why."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One letter: as a row of JSON (all keys always present) and as what it was read into."""

    path: Path
    row: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What letters are judged by. ``received`` (aware) overrides what they say themselves; ``now`` is the last
    resort."""

    policy: Policy
    letters: Letters
    received: datetime | None
    now: datetime


def find_letters(paths: Iterable[Path]) -> Iterator[Path | Unreadable]:
    """The files meant by ``paths``: a folder means every ``*.eml`` below it, sorted; a file named is always meant."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        unreadable: list[Unreadable] = []
        for letter in sorted(_below(path, unreadable)):
            yield Unreadable(path=letter, why="it is no file") if _is_endless(letter) else letter
        yield from unreadable


def _is_endless(path: Path) -> bool:
    """A pipe, a socket or a device, which might be waited for for ever; named by itself it is read all the same."""
    return path.exists() and not path.is_file()


def _below(folder: Path, unreadable: list[Unreadable]) -> Iterator[Path]:
    """Every letter below a folder, in no order; folders that cannot be looked into are noted."""

    def note(error: OSError) -> None:
        unreadable.append(Unreadable(path=Path(error.filename), why=error.strerror or type(error).__name__))

    for root, _folders, files in os.walk(folder, onerror=note):
        yield from (Path(root) / name for name in files if name.lower().endswith(".eml"))


def explain(paths: Iterable[Path], reader: Reader, circumstances: Circumstances) -> Iterator[Explained | Unreadable]:
    """Each letter, or why its path cannot be read, in order. The next letters are read while one is judged.

    Raises TryAgainLater where the reader does not start.
    """
    found: deque[Path | Unreadable] = deque()
    for read in reader.read(_tasks(paths, found, circumstances)):
        while isinstance(first := found.popleft(), Unreadable):
            yield first
        yield Explained(path=first, row=_judged(first, read, circumstances))
    yield from (each for each in found if isinstance(each, Unreadable))


def _tasks(paths: Iterable[Path], found: deque[Path | Unreadable], circumstances: Circumstances) -> Iterator[Task]:
    """The letters' bytes as the reader wants them; what was found on the way is noted in ``found``."""
    now = circumstances.received or circumstances.now
    for path in find_letters(paths):
        if isinstance(path, Unreadable):
            found.append(path)
            continue
        try:
            raw = path.read_bytes()
        except OSError as error:
            found.append(Unreadable(path=path, why=error.strerror or type(error).__name__))
            continue
        found.append(path)
        yield Task(raw=raw, in_sent_folder=False, now=now)


def moment_of(read: ReadLetter, circumstances: Circumstances) -> datetime:
    """The moment received: as given, else of the topmost Received field, else of Date, else now; whole seconds, UTC."""
    named = (read.mail.received, read.mail.date)
    moment = circumstances.received or next((each for each in named if each and is_sensible(each)), circumstances.now)
    return moment.astimezone(UTC).replace(microsecond=0)


def _judged(path: Path, read: ReadLetter | ReadFault, circumstances: Circumstances) -> dict[str, object]:
    if isinstance(read, ReadFault):
        return _row_of_fault(path, read, circumstances)
    return _row(path, read, circumstances)


def _row(path: Path, read: ReadLetter, circumstances: Circumstances) -> dict[str, object]:
    policy, at = circumstances.policy, moment_of(read, circumstances)
    decision = decide(origin=read.origin, reading=read.first, received_at=at, policy=policy, defects=read.mail.defects)
    facts = ClientFacts(
        number=0,
        decision=decision,
        client=read.origin.client,
        subject=read.mail.subject,
        proved=read.origin.proof is Proof.AUTHENTICATION_RESULTS,
        received_at=at,
        now=at,
        words=read.words.as_first,
    )
    answered = decision.acknowledge and bool(read.origin.client.address)
    return {
        "path": str(path),
        **_origin(read.origin, acknowledge=answered),
        "subject": read.mail.subject,
        "text": read.words.as_first,
        "language": read.first.language.value,
        "attachments": [
            {"filename": each.filename, "content_type": each.content_type, "size": each.size}
            for each in read.mail.attachments
        ],
        **_decided(decision, policy.schedule.zone),
        "letter": _letter(circumstances.letters, facts) if answered else None,
        "reasons": [_reason(each) for each in decision.reasons],
        "defects": list(decision.defects),
    }


def _row_of_fault(path: Path, fault: ReadFault, circumstances: Circumstances) -> dict[str, object]:
    """A letter that breaks the program: for people, on the duty calendar, without acknowledgement."""
    at = (circumstances.received or circumstances.now).astimezone(UTC).replace(microsecond=0)
    origin = Origin(
        disposition=Disposition.NEW_REQUEST,
        client=NOBODY,
        proof=Proof.NONE,
        automated=None,
        silenced=True,
        from_form=False,
        reasons=(Reason(decision="reading", value="failed", evidence=fault.reason),),
    )
    decision = decide(
        origin=origin,
        reading=NOTHING_READ,
        received_at=at,
        policy=circumstances.policy,
        defects=(fault.reason,),
    )
    return {
        "path": str(path),
        **_origin(origin, acknowledge=False),
        "subject": "",
        "text": "",
        "language": Language.OTHER.value,
        "attachments": [],
        **_decided(decision, circumstances.policy.schedule.zone),
        "letter": None,
        "reasons": [_reason(each) for each in decision.reasons],
        "defects": list(decision.defects),
    }


def _origin(origin: Origin, *, acknowledge: bool) -> dict[str, object]:
    return {
        "disposition": origin.disposition.value,
        "automated": origin.automated,
        "acknowledge": acknowledge,
        "sender": {"name": origin.client.name, "address": origin.client.address},
    }


def _decided(decision: Decision, zone: ZoneInfo) -> dict[str, object]:
    return {
        "categories": [category.value for category in decision.categories],
        "parts": [_part(part, zone) for part in decision.parts],
        "conduct": decision.reading.conduct,
        "wants_call": decision.reading.wants_call,
        "account_number": decision.reading.account_number,
        "supplied": [detail.value for detail in decision.supplied],
        "missing": [detail.value for detail in decision.missing],
    }


def _part(part: Part, zone: ZoneInfo) -> dict[str, object]:
    return {
        "categories": [category.value for category in part.categories],
        "calendar": part.calendar.value,
        "received_at": local(part.received_at, zone),
        "reached_at": local(part.reached_at, zone),
        "deferred_until": local(part.deferred_until, zone),
        "due_at": local(part.due_at, zone),
    }


def _letter(letters: Letters, facts: ClientFacts) -> dict[str, object]:
    rendered = letters.acknowledgement(facts)
    return {"template": rendered.template, "subject": rendered.subject, "body": rendered.text}


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "decision": reason.decision,
        "value": reason.value,
        "clause": reason.clause,
        "evidence": reason.evidence,
    }
