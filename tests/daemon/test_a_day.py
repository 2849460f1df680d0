"""A day of 500 letters between 60 clients and 4 agents ends as the model of the design's table says.

Every ticket's status, every promise with its moments and its state, and every letter to a client are compared.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.reading import read_letter
from rules.promises import owed
from rules.ticket import Ticket
from tests.daemon.a_day import ADDITIONS, FIRST_NUMBER, OBJECTION, TEXTS, THANKS, Script, expected_row, signed
from tests.daemon.a_policy import ALMATY
from tests.daemon.desk import KEYS, Desk, a_mail
from tests.daemon.model_of_a_day import Day

FIRST_LETTERS = frozenset({"in_hours", "after_hours", "weekend_duty", "deferred", "two_promises", "late"})
KIND = {"refusal_conduct": "refusal", "refusal_contract": "refusal"} | dict.fromkeys(FIRST_LETTERS, "acknowledgement")
FRIDAY, SATURDAY = datetime(2026, 11, 20, 9, 0), datetime(2026, 11, 21, 8, 0)  # noqa: DTZ001 - the model is naive


@dataclass
class OverTheIntake:
    """The world of the tests that need no network."""

    desk: Desk

    def deliver(self, raw: bytes, at: datetime, *, in_sent: bool = False) -> None:
        self.desk.take(raw, at.replace(tzinfo=ALMATY).astimezone(UTC), in_sent=in_sent)

    def signed_id(self, number: int) -> str | None:
        with self.desk.store.view() as view:
            return next(
                (each.message_id for each in view.outgoing_of(FIRST_NUMBER + number) if each.template in FIRST_LETTERS),
                None,
            )


@dataclass
class WhileSentLags(OverTheIntake):
    """Most answers in Sent are seen only after some letters that came to the inbox later; commands are seen at once."""

    dice: random.Random
    waiting: list[tuple[int, bytes, datetime]] = field(default_factory=list)
    delivered: int = 0

    def deliver(self, raw: bytes, at: datetime, *, in_sent: bool = False) -> None:
        self.delivered += 1
        if in_sent and b"\n#" not in raw and self.dice.random() < 0.7:
            self.waiting.append((self.delivered + self.dice.randint(1, 4), raw, at))
        else:
            super().deliver(raw, at, in_sent=in_sent)
        self.let_in(until=self.delivered, seen=at)

    def let_in(self, *, until: int, seen: datetime) -> None:
        due = [each for each in self.waiting if each[0] <= until]
        self.waiting = [each for each in self.waiting if each[0] > until]
        for _, raw, at in due:
            written, now = (each.replace(tzinfo=ALMATY).astimezone(UTC) for each in (at, seen))
            self.desk.take(raw, written, in_sent=True, seen=now)


@pytest.mark.parametrize(("categories", "body"), TEXTS.items(), ids=lambda value: str(value)[:30])
def test_a_days_requests_are_read_as_the_model_takes_them(desk: Desk, categories: tuple[str, ...], body: str) -> None:
    reading = _read(desk, body).first

    assert {each.category for each in reading.categories} == set(categories)
    assert all(each.confident and each.plain for each in reading.categories)
    assert not reading.thanks_alone
    assert not reading.objects


@pytest.mark.parametrize("body", [*ADDITIONS, *THANKS, OBJECTION])
def test_a_days_other_letters_are_read_as_the_model_takes_them(desk: Desk, body: str) -> None:
    reading = _read(desk, body).follow_up

    assert (reading.thanks_alone, reading.objects) == (body in THANKS, body == OBJECTION)
    assert reading.thanks_alone or not any(
        each.confident and each.plain and each.category != "other" for each in reading.categories
    )


def _read(desk: Desk, body: str) -> Any:
    raw = a_mail(
        signed(body, 481), sender="a@example.kz", to="info@controlsystem.kz", subject="Вопрос", message_id="<a@b>"
    )
    return read_letter(raw, policy=desk.policy, keys=KEYS, now=desk.hands.now())


@pytest.mark.parametrize(
    ("begins", "seed"),
    [(FRIDAY, 1), (SATURDAY, 2), (FRIDAY.replace(hour=14), 3), (SATURDAY.replace(day=22, hour=12), 4)],
    ids=["a Friday", "a Saturday", "a Friday evening", "a Sunday until Monday"],
)
def test_a_day_of_500_letters_ends_as_the_model_says(desk: Desk, begins: datetime, seed: int) -> None:
    script = Script(world=OverTheIntake(desk), seed=seed, at=begins)
    script.play()

    with desk.store.view() as view:
        tickets = list(view.tickets())
        letters = {
            each.number: [
                KIND.get(letter.template, letter.template)
                for letter in view.outgoing_of(each.number or 0)
                if letter.to_client
            ]
            for each in tickets
        }
    assert script.written >= 500
    compare(script, {each.number or 0: row(each, letters[each.number], script.at) for each in tickets})


@pytest.mark.parametrize(("begins", "seed"), [(FRIDAY, 6), (SATURDAY, 7)], ids=["a Friday", "a Saturday"])
def test_a_day_on_which_sent_lags_behind_leaves_every_ticket_where_it_belongs(
    desk: Desk, begins: datetime, seed: int
) -> None:
    world = WhileSentLags(desk, random.Random(seed))
    script = Script(world=world, seed=seed, at=begins)
    script.play()
    world.let_in(until=script.written + 9, seen=script.at)

    with desk.store.view() as view:
        there = [(each.status.value, bool(owed(each))) for each in view.tickets()]
    assert there == [(each.status, bool(each.owed())) for each in script.day.tickets]


def row(ticket: Ticket, letters: list[str], now: datetime) -> dict[str, Any]:
    """A ticket of the program, as it is compared."""
    at = now.replace(tzinfo=ALMATY)
    return {
        "status": ticket.status.value,
        "requester": ticket.requester,
        "linked_to": ticket.linked_to,
        "promises": [
            (
                tuple(sorted(each.categories)),
                each.calendar.value,
                _naive(each.received_at),
                _naive(each.deferred_until),
                _naive(each.due_at),
                each.state(at).value,
                _naive(each.met_at),
            )
            for each in ticket.deadlines
        ],
        "letters": letters,
        "owes": bool(owed(ticket)),
    }


def compare(script: Script, rows: dict[int, dict[str, Any]]) -> None:
    """Every difference with its ticket's story."""
    day: Day = script.day
    assert len(rows) == len(day.tickets)
    for index, ticket in enumerate(day.tickets):
        there, wanted = rows[FIRST_NUMBER + index], expected_row(ticket, script.at)
        story = "\n".join(each for each in script.said if f" {index}:" in each or each.endswith(f" {index}"))
        for name, value in wanted.items():
            assert there[name] == value, f"{name} of {index} ({ticket.requester}):\n{story}"


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(ALMATY).replace(tzinfo=None)
