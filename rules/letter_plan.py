"""Which letter a client gets and what it has to say: chosen as a value, put into words by the templates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from rules.category import Category
from rules.part import Part
from rules.policy import Article, Policy
from rules.schedule import Calendar, Schedule
from rules.spoken import (
    is_plural,
    speak_about,
    speak_closing,
    speak_from,
    speak_named,
    speak_until,
)
from rules.ticket import Deadline

MAX_ARTICLES = 3
ANSWER_ABOVE = "--- Ответ клиенту пишите выше этой строки ---"
"""Stands at the top of a relayed request: what an agent writes above it goes to the client, what is below never."""


class ClientLetter(StrEnum):
    """The letters to clients; each is the name of a folder of templates."""

    IN_HOURS = "in_hours"
    AFTER_HOURS = "after_hours"
    WEEKEND_DUTY = "weekend_duty"
    DEFERRED = "deferred"
    TWO_PROMISES = "two_promises"
    LATE = "late"
    VIOLATOR = "violator"
    REOPENED = "reopened"
    PART_DEFERRED = "part_deferred"
    PROMISE_CHANGED = "promise_changed"
    REFUSAL_CONDUCT = "refusal_conduct"
    REFUSAL_CONTRACT = "refusal_contract"
    RELAYED_ANSWER = "relayed_answer"


class Waits(StrEnum):
    """Why an office promise is not due on the day it was asked for (clause 3)."""

    NO = ""
    CAME_ON_DAY_OFF = "came_on_day_off"
    OVER_DAYS_OFF = "over_days_off"
    UNTIL_OPENING = "until_opening"
    DECIDED = "decided"
    """An agent says that it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise as it is spoken: ``about`` stands after «по», ``named`` begins a sentence.

    ``until`` is empty where the moment has passed: a past time is never named.
    """

    about: str
    named: str
    plural: bool
    until: str
    waits: Waits
    monday: bool
    """The office opens for it on a Monday; otherwise on «ближайший рабочий день»."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPlan:
    """What a letter about promises says. Empty strings are left out.

    ``joined``: several promises fall on one moment and are spoken in one sentence. ``reaches``: from when somebody is
    there to read what came outside working hours. ``closes``: when the desk closes today, where the answer comes
    later than that. ``opens``: from when somebody works on what is late.
    """

    letter: ClientLetter
    promises: tuple[Promise, ...]
    joined: bool
    reaches: str
    closes: str
    opens: str


def plan_acknowledgement(
    promises: Sequence[Part | Deadline], *, received_at: datetime, now: datetime, violator: bool, policy: Policy
) -> LetterPlan:
    """The first letter's answer, written at ``now``. A violator gets no promise until an agent decides (clause 11)."""
    if violator or not promises:
        letter = ClientLetter.VIOLATOR if violator else ClientLetter.IN_HOURS
        return LetterPlan(letter=letter, promises=(), joined=False, reaches="", closes="", opens="")
    return plan_promises(
        promises, letter=_acknowledgement_for(promises, received_at, policy.schedule), now=now, schedule=policy.schedule
    )


def plan_promises(
    promises: Sequence[Part | Deadline], *, letter: ClientLetter, now: datetime, schedule: Schedule
) -> LetterPlan:
    """``letter`` with its promises as spoken at ``now``; the late letter in its place where one of them has passed."""
    spoken = tuple(_speak(each, now=now, schedule=schedule) for each in promises)
    passed = [each for each in promises if has_passed(each.due_at, now=now)]
    return LetterPlan(
        letter=ClientLetter.LATE if passed else letter,
        promises=spoken,
        joined=len(spoken) > 1 and len({each.until for each in spoken}) == 1,
        reaches=_reaches(promises, now=now, schedule=schedule),
        closes=_closes(promises, now=now, schedule=schedule),
        opens=_opens(passed, now=now, schedule=schedule),
    )


def plan_change(promises: Sequence[Deadline], *, reason: str, now: datetime, schedule: Schedule) -> LetterPlan:
    """A promise made later than it was. Where the agent gives no reason, an office promise tells clause 3 as one."""
    plan = plan_promises(promises, letter=ClientLetter.PROMISE_CHANGED, now=now, schedule=schedule)
    spoken = tuple(
        replace(each, waits=Waits.DECIDED if each.waits is not Waits.NO and not reason else Waits.NO)
        for each in plan.promises
    )
    return replace(plan, promises=spoken, closes="", reaches="")


def has_passed(due_at: datetime, *, now: datetime) -> bool:
    """Whether the promise, as it would be spoken (cut to the minute), names no future moment any more."""
    return due_at.replace(second=0, microsecond=0) <= now


def fitting_articles(articles: Sequence[Article], words: str) -> tuple[Article, ...]:
    """The articles of the portal one of whose words begins a word of the letter; three at most, none without words."""
    if not articles:
        return ()
    text = f" {' '.join(words.lower().split())}"
    return tuple(article for article in articles if any(f" {word}" in text for word in article.words if word))[
        :MAX_ARTICLES
    ]


def _acknowledgement_for(
    promises: Sequence[Part | Deadline], received_at: datetime, schedule: Schedule
) -> ClientLetter:
    if len(promises) > 1:
        return ClientLetter.TWO_PROMISES
    if _waits(promises[0], schedule) is not Waits.NO:
        return ClientLetter.DEFERRED
    if not schedule.open_at(Calendar.DUTY, received_at):
        return ClientLetter.AFTER_HOURS
    if not schedule.is_office_day(received_at.astimezone(schedule.zone).date()):
        return ClientLetter.WEEKEND_DUTY
    return ClientLetter.IN_HOURS


def _speak(promise: Part | Deadline, *, now: datetime, schedule: Schedule) -> Promise:
    passed = has_passed(promise.due_at, now=now)
    return Promise(
        about=speak_about(promise.categories),
        named=_capital(speak_named(promise.categories)),
        plural=is_plural(promise.categories),
        until="" if passed else speak_until(promise.due_at, now=now, schedule=schedule),
        waits=_waits(promise, schedule),
        monday=_office_opens(promise, schedule).weekday() == 0,
    )


def _waits(promise: Part | Deadline, schedule: Schedule) -> Waits:
    """Clause 3 is told wherever an office promise is not due on the local day on which it was asked for."""
    received = promise.received_at.astimezone(schedule.zone).date()
    due = promise.due_at.astimezone(schedule.zone).date()
    if promise.calendar is not Calendar.OFFICE or due == received:
        return Waits.NO
    if not schedule.is_office_day(received):
        return Waits.CAME_ON_DAY_OFF
    between = range(received.toordinal() + 1, due.toordinal())
    if all(schedule.is_office_day(date.fromordinal(day)) for day in between):
        return Waits.UNTIL_OPENING
    return Waits.OVER_DAYS_OFF


def _office_opens(promise: Part | Deadline, schedule: Schedule) -> date:
    """The local day on which what came outside the office's hours is taken up there."""
    opens = (promise.deferred_until or promise.reached_at).astimezone(schedule.zone).date()
    if opens == promise.received_at.astimezone(schedule.zone).date():
        return promise.due_at.astimezone(schedule.zone).date()
    return opens


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _reaches(promises: Sequence[Part | Deadline], *, now: datetime, schedule: Schedule) -> str:
    """From when somebody reads it, where it came outside working hours and that moment still lies ahead."""
    first = min(promises, key=lambda each: each.reached_at)
    if first.reached_at == first.received_at or first.reached_at <= now:
        return ""
    return speak_from(first.reached_at, now=now, zone=schedule.zone)


def _closes(promises: Sequence[Part | Deadline], *, now: datetime, schedule: Schedule) -> str:
    """When the desk closes today, where an answer to what came in working hours comes only on another day."""
    first = promises[0]
    today = now.astimezone(schedule.zone).date()
    came_today = first.received_at.astimezone(schedule.zone).date() == today
    due_later = first.due_at.astimezone(schedule.zone).date() > today
    if not (came_today and due_later and schedule.open_at(Calendar.DUTY, now)):
        return ""
    return speak_closing(now, schedule=schedule)


def _opens(passed: Sequence[Part | Deadline], *, now: datetime, schedule: Schedule) -> str:
    """From when the answer to what is late is worked on, where nobody is there now."""
    if not passed:
        return ""
    calendar = Calendar.OFFICE if all(each.calendar is Calendar.OFFICE for each in passed) else Calendar.DUTY
    opens = schedule.first_open(calendar, now)
    return "" if opens == now else speak_from(opens, now=now, zone=schedule.zone)


def speak_understood(categories: Sequence[Category]) -> str:
    """How a letter says what it took the request for: «техническая неполадка; возврат средств»."""
    return "; ".join(category.wording for category in categories)
