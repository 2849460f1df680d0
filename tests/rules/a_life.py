"""Tickets, readings and moments for tests of a ticket's life."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rules.category import Category
from rules.decide import NOTHING_READ
from rules.life import Change, Happening
from rules.life_of_agent import (
    agent_answers,
    categorise,
    close,
    defer,
    extend,
    fall_silent,
    refuse,
    reopen,
    wait_for_client,
)
from rules.life_of_client import client_writes
from rules.reading import CategoryReading, Reading
from rules.ticket import Status, Ticket
from tests.daemon.a_policy import a_policy
from tests.daemon.a_request import a_ticket, at

POLICY = a_policy()
SATURDAY_NOON = "2026-11-21T12:00"
FRIDAY_NOON = "2026-11-20T12:00"
LATER = at("2026-11-20T12:45")
"""Friday, while the promise of what was asked at noon still runs."""


def reads(*categories: Category, sure: bool = True, plain: bool = True, **more: object) -> Reading:
    """A follow-up read as these categories; none at all: one without a category of its own."""
    readings = tuple(CategoryReading(category=each, confident=sure, plain=plain) for each in categories)
    return replace(NOTHING_READ, categories=readings, **more)  # type: ignore[arg-type]


def asked(*categories: Category, received: str = FRIDAY_NOON) -> Ticket:
    """An open ticket of these categories, confidently read."""
    return a_ticket(POLICY, received=received, categories=categories or (Category.TECHNICAL,))


def in_status(status: Status, *, received: str = FRIDAY_NOON, since: str = "2026-11-20T12:30") -> Ticket:
    """A ticket that has come to ``status`` the way tickets do."""
    ticket = asked(received=received)
    if status is Status.OPEN:
        return ticket
    ended = (wait_for_client if status is Status.WAITING else close)(ticket, at=at(since), policy=POLICY)
    return ended.ticket


def happens(happening: Happening, ticket: Ticket, moment: datetime) -> Change:
    """What can happen to a ticket, by its row's name."""
    match happening:
        case Happening.CLIENT_WRITES:
            return client_writes(ticket, reads(), at=moment, policy=POLICY)
        case Happening.CLIENT_THANKS:
            return client_writes(ticket, reads(thanks_alone=True), at=moment, policy=POLICY)
        case Happening.MACHINE_WRITES:
            return Change(ticket=ticket)
        case Happening.AGENT_ANSWERS:
            return agent_answers(ticket, at=moment, recipients=(), policy=POLICY)
        case Happening.AGENT_CLOSES:
            return close(ticket, at=moment, policy=POLICY)
        case Happening.AGENT_REOPENS:
            return reopen(ticket, at=moment, policy=POLICY)
        case Happening.AGENT_REFUSES:
            return refuse(ticket, at=moment, policy=POLICY)
        case Happening.AGENT_CATEGORISES:
            return categorise(ticket, (Category.BILLING,), at=moment, policy=POLICY)
        case Happening.AGENT_EXTENDS:
            return extend(ticket, at("2026-11-20T19:00"), at=moment, policy=POLICY)
        case Happening.AGENT_DEFERS:
            return defer(ticket, at=moment, policy=POLICY)
        case Happening.AGENT_WAITS:
            return wait_for_client(ticket, at=moment, policy=POLICY)
        case Happening.SILENCE:
            return fall_silent(ticket, at=moment, policy=POLICY)


def shown(ticket: Ticket, now: datetime) -> Sequence[str]:
    """Each promise as ``technical: running until 20.11 13:00``."""
    zone = POLICY.schedule.zone
    return tuple(
        f"{'+'.join(each.categories)}: {each.state(now)} until {each.due_at.astimezone(zone):%d.%m %H:%M}"
        for each in ticket.deadlines
    )
