"""A model of the design's table of a ticket's life, written from its words alone: nothing of the program is in it.

Moments are naive local ones of the desk (its zone has no summer time), so that the arithmetic shares nothing with the
program's either.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

DUTY, OFFICE = "duty", "office"
DEFERRABLE = frozenset({"closing_documents", "refund", "partnership", "feature_request"})
HOUR = timedelta(hours=1)


# --- time


def hours(calendar: str, day: date) -> tuple[datetime, datetime] | None:
    """Mon-Fri 8-20 on both calendars; Sat-Sun 9-17 on duty alone."""
    if day.weekday() < 5:
        opens, closes = time(8), time(20)
    elif calendar == DUTY:
        opens, closes = time(9), time(17)
    else:
        return None
    return datetime.combine(day, opens), datetime.combine(day, closes)


def first_open(calendar: str, moment: datetime) -> datetime:
    day = moment.date()
    while True:
        there = hours(calendar, day)
        if there is not None and moment < there[1]:
            return max(moment, there[0])
        day += timedelta(days=1)


def after(calendar: str, moment: datetime, left: timedelta) -> datetime:
    """A duration that fits exactly ends at closing time."""
    while True:
        start = first_open(calendar, moment)
        there = hours(calendar, start.date())
        assert there is not None
        if start + left <= there[1]:
            return start + left
        left -= there[1] - start
        moment = there[1]


def is_open(moment: datetime) -> bool:
    return first_open(DUTY, moment) == moment


# --- tickets


@dataclass
class Promise:
    """``was``: None while it is owed; else ``met`` or ``cancelled``, at ``ended``."""

    categories: tuple[str, ...]
    calendar: str
    received: datetime
    deferred: datetime | None
    due: datetime
    was: str | None = None
    ended: datetime | None = None

    def state(self, now: datetime) -> str:
        if self.was == "cancelled":
            return "cancelled"
        if self.was == "met":
            assert self.ended is not None
            return "met" if self.ended <= self.due else "broken"
        return "broken" if now > self.due else "running"


@dataclass
class Ticket:
    """One row of the day's end; ``letters`` are those to the client, by what they are for."""

    requester: str
    categories: tuple[str, ...] = ()
    status: str = "open"
    promises: list[Promise] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    linked_to: int | None = None
    violator: bool = False
    told_closings: set[datetime] = field(default_factory=set)

    def owed(self) -> list[Promise]:
        return [each for each in self.promises if each.was is None]

    def parts(self) -> dict[str, tuple[str, ...]]:
        """Its categories by the calendar they were last promised on; only what is deferrable waits for the office."""
        on: dict[str, list[str]] = {DUTY: [], OFFICE: []}
        for category in self.categories or ("other",):
            last = [each.calendar for each in self.promises if category in each.categories]
            named = OFFICE if self.promises else DUTY
            calendar = (last[-1] if last else named) if category in DEFERRABLE else DUTY
            on[calendar].append(category)
        return {calendar: tuple(found) for calendar, found in on.items() if found}


def promise(categories: tuple[str, ...], calendar: str, received: datetime) -> Promise:
    reached = first_open(DUTY, received)
    begins = first_open(calendar, reached)
    deferred = begins if calendar == OFFICE and begins > reached else None
    return Promise(categories, calendar, received, deferred, after(calendar, begins, HOUR))


def split(categories: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """One part per calendar, the duty part first."""
    duty = tuple(each for each in categories if each not in DEFERRABLE)
    office = tuple(each for each in categories if each in DEFERRABLE)
    return {calendar: part for calendar, part in ((DUTY, duty), (OFFICE, office)) if part}


@dataclass
class Day:
    """Everything that has happened; a ticket's number is its place in ``tickets``."""

    tickets: list[Ticket] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)

    # --- people

    def first_letter(
        self,
        who: str,
        categories: tuple[str, ...],
        at: datetime,
        *,
        acknowledged: bool = True,
        linked_to: int | None = None,
        machine: bool = False,
    ) -> int:
        ticket = Ticket(requester=who, categories=() if machine else categories, linked_to=linked_to)
        ticket.violator = who in self.blocked and not machine and acknowledged
        if not (machine or ticket.violator):
            ticket.promises = [promise(part, calendar, at) for calendar, part in split(categories).items()]
        if acknowledged and not machine:
            ticket.letters.append("violator" if ticket.violator else "acknowledgement")
        self.tickets.append(ticket)
        return len(self.tickets) - 1

    def writes_again(
        self, number: int, who: str, categories: tuple[str, ...], at: datetime, *, objects: bool = False
    ) -> None:
        ticket = self.tickets[number]
        was, ticket.status = ticket.status, "open"
        if ticket.violator or who in self.blocked:
            return
        told_before = {(category, each.deferred) for each in ticket.promises for category in each.categories}
        added: list[Promise] = []
        if objects:  # what would come sooner on duty is moved there
            waiting = [each for each in ticket.owed() if each.calendar == OFFICE and each.due > after(DUTY, at, HOUR)]
            for each in waiting:
                each.was, each.ended = "cancelled", at
            if waiting:
                moved = tuple(dict.fromkeys(category for each in waiting for category in each.categories))
                added.append(promise(moved, DUTY, at))
                ticket.promises.append(added[-1])
        wanted = split(categories) if categories else ticket.parts()
        if objects:
            wanted = {DUTY: tuple(category for part in wanted.values() for category in part)}
        running = [each for each in ticket.owed() if at <= each.due]
        known = set(ticket.categories).union(*(each.categories for each in running))
        for calendar, part in wanted.items():
            runs = any(each.calendar == calendar for each in running)
            new = tuple(category for category in part if not runs or category not in known)
            if new:
                added.append(promise(new, calendar, at))
                ticket.promises.append(added[-1])
        ticket.categories = tuple(
            dict.fromkeys((*ticket.categories, *(category for each in added for category in each.categories)))
        )
        self._second_acknowledgement(ticket, was, added, told_before, at)

    @staticmethod
    def _second_acknowledgement(
        ticket: Ticket, was: str, added: list[Promise], told_before: set[tuple[str, datetime | None]], at: datetime
    ) -> None:
        deferred = {(category, each.deferred) for each in added if each.deferred for category in each.categories}
        if deferred - told_before:
            ticket.letters.append("part_deferred")
        elif added and was != "open" and not is_open(at):
            opens = first_open(DUTY, at)
            if opens not in ticket.told_closings:
                ticket.told_closings.add(opens)
                ticket.letters.append("reopened")

    # --- agents

    def answered(self, number: int, at: datetime) -> None:
        ticket = self.tickets[number]
        for each in ticket.owed():
            if each.received <= at and (each.deferred is None or each.deferred <= at):
                each.was, each.ended = "met", at
        if ticket.status != "closed":
            ticket.status = "open" if ticket.owed() else "waiting"

    def close(self, number: int, at: datetime) -> None:
        self._end(self.tickets[number], "cancelled", "closed", at)

    def wait_for_client(self, number: int, at: datetime) -> None:
        self._end(self.tickets[number], "cancelled", "waiting", at)

    def refuse(self, number: int, at: datetime) -> None:
        ticket = self.tickets[number]
        if ticket.status != "closed":
            ticket.letters.append("refusal")
            self._end(ticket, "met", "closed", at)

    @staticmethod
    def _end(ticket: Ticket, was: str, status: str, at: datetime) -> None:
        for each in ticket.owed():
            each.was, each.ended = was, at
        ticket.status = status

    def reopen(self, number: int, at: datetime) -> None:
        ticket = self.tickets[number]
        ticket.status, ticket.violator = "open", False
        if not ticket.owed():
            ticket.promises += [promise(part, calendar, at) for calendar, part in ticket.parts().items()]

    def categorise(self, number: int, category: str, at: datetime) -> None:
        """What keeps its calendar keeps its promise; what changes it is due an hour after the command or later."""
        ticket = self.tickets[number]
        ticket.categories = (category,)
        owed = ticket.owed()
        if ticket.status != "open" or not (owed or ticket.violator):
            return
        ticket.violator = False
        calendar = OFFICE if category in DEFERRABLE else DUTY
        stays = [each for each in owed if each.calendar == calendar]
        for each in stays:
            each.categories = (category,)
        new = []
        if not stays:
            received = min((each.received for each in owed), default=at)
            new = [promise((category,), calendar, received)]
        self._replace(ticket, [each for each in owed if each not in stays], new, owed, at)

    def extend(self, number: int, until: datetime, at: datetime) -> None:
        ticket = self.tickets[number]
        owed = ticket.owed()
        by_calendar: dict[str, Promise] = {}
        for each in owed or [promise(part, calendar, at) for calendar, part in ticket.parts().items()]:
            there = by_calendar.setdefault(
                each.calendar, Promise((), each.calendar, each.received, each.deferred, until)
            )
            there.categories = tuple(dict.fromkeys((*there.categories, *each.categories)))
            due = max(until, after(DUTY, at, HOUR))
            there.deferred = there.deferred if there.deferred and there.deferred < due else None
        self._replace(ticket, owed, list(by_calendar.values()), owed, at)

    def defer(self, number: int, at: datetime) -> None:
        ticket = self.tickets[number]
        owed = ticket.owed()
        named = tuple(dict.fromkeys(category for each in owed for category in each.categories))
        monday = datetime.combine(at.date() + timedelta(days=7 - at.weekday()), time(8))
        received = min((each.received for each in owed), default=at)
        deferred = monday if monday > first_open(DUTY, received) else None
        new = Promise(named or ticket.categories or ("other",), OFFICE, received, deferred, monday + HOUR)
        self._replace(ticket, owed, [new], owed, at)

    @staticmethod
    def _replace(ticket: Ticket, old: list[Promise], new: list[Promise], before: list[Promise], at: datetime) -> None:
        """A promise made later than it was is told to the client in one letter."""
        was = max((each.due for each in before), default=None)
        for each in old:
            each.was, each.ended = "cancelled", at
        for each in new:
            each.due = max(each.due, after(DUTY, at, HOUR))
        ticket.promises += new
        ticket.status, ticket.violator = "open", False
        if was is not None and new and max(each.due for each in new) > was:
            ticket.letters.append("promise_changed")
