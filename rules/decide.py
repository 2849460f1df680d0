"""What becomes of a letter that opens a ticket: parts, promises, what is missing, whether it is acknowledged."""

from datetime import datetime
from zoneinfo import ZoneInfo

from parsers.mail import Language
from rules.category import Category, Detail
from rules.decision import Decision, Disposition, Origin
from rules.missing import find_missing
from rules.part import Part, split_into_parts
from rules.policy import Policy
from rules.reading import CategoryReading, Reading
from rules.reason import Reason
from rules.schedule import Calendar

NOTHING_READ = Reading(
    categories=(),
    conduct=False,
    wants_call=False,
    account_number=None,
    supplied=frozenset(),
    thanks_alone=False,
    objects=False,
    language=Language.OTHER,
    reasons=(),
)

_UNREAD = (CategoryReading(category=Category.OTHER, confident=False),)


def decide(
    *, origin: Origin, reading: Reading, received_at: datetime, policy: Policy, defects: tuple[str, ...] = ()
) -> Decision:
    """The letter judged as a first one, received at ``received_at`` (aware, UTC).

    What is not a request has no categories, no parts and no acknowledgement. Every decision stands in ``reasons``.
    """
    asks = origin.disposition is Disposition.NEW_REQUEST
    readings = (reading.categories or _UNREAD) if asks else ()
    categories = tuple(each.category for each in readings)
    parts = (
        split_into_parts(
            readings, received_at=received_at, schedule=policy.schedule, answer_within=policy.answer_within
        )
        if asks
        else ()
    )
    missing = find_missing(categories, reading.supplied) if asks else ()
    acknowledge = asks and not origin.silenced
    reasons = (
        *origin.reasons,
        *(reading.reasons if asks else ()),
        *(reason for part in parts for reason in _reasons_of(part, policy)),
        *(_clause_reasons(categories, reading) if asks else ()),
        *(_missing_reasons(missing) if asks else ()),
        _acknowledgement_reason(origin, acknowledge=acknowledge),
    )
    return Decision(
        origin=origin,
        reading=reading if asks else NOTHING_READ,
        categories=categories,
        parts=parts,
        acknowledge=acknowledge,
        supplied=tuple(detail for detail in Detail if detail in reading.supplied) if asks else (),
        missing=missing,
        reasons=reasons,
        defects=defects,
    )


def _reasons_of(part: Part, policy: Policy) -> tuple[Reason, ...]:
    """The calculation, printed: a promise that cannot be followed is a promise that is disputed."""
    zone = policy.schedule.zone
    names = ", ".join(part.categories)
    reached = Reason(
        decision="reached_at",
        value=_local(part.reached_at, zone),
        clause="2",
        evidence=f"received {_local(part.received_at, zone)}",
    )
    calendar = Reason(
        decision="calendar",
        value=part.calendar,
        clause="3" if part.calendar is Calendar.OFFICE else "2",
        evidence=f"{names}: {'needs developers or the management' if part.calendar is Calendar.OFFICE else 'duty'}",
    )
    due = Reason(
        decision="due_at",
        value=_local(part.due_at, zone),
        clause="4",
        evidence=f"{policy.answer_within} of working time after {_local(part.deferred_until or part.reached_at, zone)}",
    )
    if part.deferred_until is None:
        return reached, calendar, due
    deferred = Reason(
        decision="deferred_until",
        value=_local(part.deferred_until, zone),
        clause="3",
        evidence=f"{names}: the office opens then",
    )
    return reached, calendar, deferred, due


def _clause_reasons(categories: tuple[Category, ...], reading: Reading) -> tuple[Reason, ...]:
    stated = {
        Category.API_SCRIPTS: Reason(
            decision="states_clause", value="7", clause="7", evidence="requests and scripts are not checked"
        ),
        Category.ACCOUNT_SETUP: Reason(
            decision="states_clause", value="8", clause="8", evidence="accounts are not set up; turnkey is paid"
        ),
    }
    by_category = tuple(stated[category] for category in categories if category in stated)
    call = (Reason(decision="states_clause", value="5", clause="5", evidence="no telephone"),)
    conduct = (Reason(decision="states_clause", value="12", clause="12", evidence="reminds of the rules of conduct"),)
    return by_category + (call if reading.wants_call else ()) + (conduct if reading.conduct else ())


def _missing_reasons(missing: tuple[Detail, ...]) -> tuple[Reason, ...]:
    return tuple(Reason(decision="missing", value=detail, clause="6") for detail in missing)


def _acknowledgement_reason(origin: Origin, *, acknowledge: bool) -> Reason:
    if acknowledge:
        evidence = "a person's first letter"
    elif origin.automated is not None:
        evidence = origin.automated
    else:
        evidence = f"disposition {origin.disposition}" if not origin.silenced else "no automatic answer may go there"
    return Reason(decision="acknowledge", value="yes" if acknowledge else "no", clause=None, evidence=evidence)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
