"""``supportd explain``: why a letter would be treated as it would be, without touching anything.

Each letter is judged as a first one taken at the moment it was received, without limits, ``max_age``, threads or lists
kept by agents.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.letters import ClientFacts, Letters
from daemon.reader import Reader, ReadFault, Task
from daemon.reading import ReadLetter
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


def find_letters(paths: list[Path]) -> Iterator[Path | Unreadable]:
    """The files meant by ``paths``: a folder means every ``*.eml`` below it, sorted; a file named is always meant."""
    for path in paths:
        if path.is_dir():
            try:
                yield from sorted(each for each in _below(path) if each.suffix.lower() == ".eml")
            except OSError as error:
                yield Unreadable(path=path, why=error.strerror or type(error).__name__)
        else:
            yield path


def _below(folder: Path) -> Iterator[Path]:
    for root, _folders, files in os.walk(folder):
        yield from (Path(root) / name for name in files)


def explain(
    paths: list[Path], *, received: datetime | None, policy: Policy, letters: Letters, reader: Reader, now: datetime
) -> Iterator[Explained | Unreadable]:
    """Each letter, or why its path cannot be read. ``received`` (aware) overrides what the letters say."""
    for path in find_letters(paths):
        if isinstance(path, Unreadable):
            yield path
            continue
        try:
            raw = path.read_bytes()
        except OSError as error:
            yield Unreadable(path=path, why=error.strerror or type(error).__name__)
            continue
        read = reader.read_one(Task(raw=raw, in_sent_folder=False, now=received or now))
        row = (
            _row_of_fault(path, read, received or now, policy)
            if isinstance(read, ReadFault)
            else _row(path, read, received, policy, letters, now)
        )
        yield Explained(path=path, row=row)


def moment_of(read: ReadLetter, received: datetime | None, now: datetime) -> datetime:
    """The moment received: as given, else of the topmost Received field, else of Date, else now; whole seconds, UTC."""
    moment = received or read.mail.received or read.mail.date or now
    return moment.astimezone(UTC).replace(microsecond=0)


def _row(  # noqa: PLR0917 - one caller
    path: Path, read: ReadLetter, received: datetime | None, policy: Policy, letters: Letters, now: datetime
) -> dict[str, object]:
    at = moment_of(read, received, now)
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
        "letter": _letter(letters, facts) if answered else None,
        "reasons": [_reason(each) for each in decision.reasons],
        "defects": list(decision.defects),
    }


def _row_of_fault(path: Path, fault: ReadFault, at: datetime, policy: Policy) -> dict[str, object]:
    """A letter that breaks the program: for people, on the duty calendar, without acknowledgement."""
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
        received_at=at.replace(microsecond=0),
        policy=policy,
        defects=(fault.reason,),
    )
    return {
        "path": str(path),
        **_origin(origin, acknowledge=False),
        "subject": "",
        "text": "",
        "language": Language.OTHER.value,
        "attachments": [],
        **_decided(decision, policy.schedule.zone),
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


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """ISO 8601 with the zone's offset."""
    return moment.astimezone(zone).isoformat() if moment is not None else None


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


def parse_received(text: str, zone: ZoneInfo) -> datetime:
    """ISO 8601; without an offset it is a local moment in ``zone``. ValueError otherwise."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
