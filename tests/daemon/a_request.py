"""Requests, decisions and tickets for tests of letters; times are local ones of the desk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from daemon.letters import ClientFacts
from parsers.mail import Address, Language
from rules.category import Category, Detail
from rules.decide import NOTHING_READ
from rules.decision import Decision, Disposition, Origin, Proof
from rules.part import Part, split_into_parts
from rules.policy import Policy
from rules.promises import deadline_for
from rules.reading import CategoryReading
from rules.ticket import Status, Ticket, TicketKind
from tests.daemon.a_policy import ALMATY

CLIENT = Address(name="Айгерим Сатпаева", address="client@example.kz")


def at(local: str) -> datetime:
    """The moment in UTC of a local time of the desk."""
    return datetime.fromisoformat(local).replace(tzinfo=ALMATY).astimezone(UTC)


def parts_of(
    categories: Sequence[Category], received: datetime, policy: Policy, *, sure: bool = True
) -> tuple[Part, ...]:
    readings = tuple(CategoryReading(category=category, confident=sure) for category in categories)
    return split_into_parts(
        readings, received_at=received, schedule=policy.schedule, answer_within=policy.answer_within
    )


def a_decision(
    policy: Policy,
    *,
    received: str = "2026-11-20T13:35",
    categories: Sequence[Category] = (Category.TECHNICAL,),
    missing: Sequence[Detail] = (),
    language: Language = Language.RUSSIAN,
    wants_call: bool = False,
    conduct: bool = False,
) -> Decision:
    return Decision(
        origin=Origin(
            disposition=Disposition.NEW_REQUEST,
            client=CLIENT,
            proof=Proof.NONE,
            automated=None,
            silenced=False,
            from_form=False,
            reasons=(),
        ),
        reading=replace(NOTHING_READ, language=language, wants_call=wants_call, conduct=conduct),
        categories=tuple(categories),
        parts=parts_of(categories, at(received), policy),
        acknowledge=True,
        supplied=(),
        missing=tuple(missing),
        reasons=(),
        defects=(),
    )


def client_facts(
    policy: Policy,
    *,
    received: str = "2026-11-20T13:35",
    written: str | None = None,
    proved: bool = False,
    subject: str = "Не открывается комната",
    client: Address = CLIENT,
    violator: bool = False,
    words: str = "",
    **decided: Any,
) -> ClientFacts:
    """``written`` is when the letter is written; at once, if not said."""
    return ClientFacts(
        number=1042,
        decision=a_decision(policy, received=received, **decided),
        client=client,
        subject=subject,
        proved=proved,
        received_at=at(received),
        now=at(written or received),
        violator=violator,
        words=words,
    )


def a_ticket(
    policy: Policy,
    *,
    received: str = "2026-11-20T13:35",
    categories: Sequence[Category] = (Category.TECHNICAL,),
    **differing: Any,
) -> Ticket:
    parts = parts_of(categories, at(received), policy)
    ticket = Ticket(
        number=1042,
        kind=TicketKind.REQUEST,
        status=Status.OPEN,
        subject="Не открывается комната",
        requester=CLIENT.address,
        requester_name=CLIENT.name,
        addresses=frozenset({CLIENT.address}),
        categories=tuple(categories),
        deadlines=tuple(deadline_for(part, policy) for part in parts),
        opened_at=at(received),
        changed_at=at(received),
    )
    return replace(ticket, **differing)
