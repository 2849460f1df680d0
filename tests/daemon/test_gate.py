"""The one gate of automatic letters: what it lets through, and what it counts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.gate import BREAKER, FREE, Gate, reset_breaker
from rules.limits import body_key
from rules.policy import Limit
from store.records import EventKind
from tests.daemon.a_policy import a_policy
from tests.daemon.desk import TECHNICAL, Desk, a_desk
from tests.daemon.storms import HOUR, LIMITS


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path, limits=LIMITS)


def passage(desk: Desk, recipient: str = "next@example.kz", *, body: str = "") -> str | None:
    """Why an automatic letter would be held back now, or None."""
    with desk.store.transaction() as tx:
        gate = Gate(desk.policy)
        return gate.pass_client(tx, recipient=recipient, body_key=body, now=desk.hands.at).held_back


def write(desk: Desk, count: int, *, sender: str = "client{}@firm{}.kz", text: str = "Не работает {}") -> None:
    for number in range(count):
        desk.client_writes(text.format(chr(1072 + number) * 4), "Mon 10:00", sender=sender.format(number, number))


def test_an_address_is_bounded_and_free_again_when_its_hour_is_over(desk: Desk) -> None:
    write(desk, 10, sender="client@example.kz")
    assert "to this address" in (passage(desk, "client@example.kz") or "")
    assert passage(desk, "other@elsewhere.kz") is None
    desk.hands.at += HOUR + timedelta(seconds=1)
    assert passage(desk, "client@example.kz") is None


def test_a_domain_counts_with_all_that_stands_below_it_and_a_public_one_not_at_all(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, limits=replace(LIMITS, per_domain=Limit(count=3, within=HOUR)))
    write(desk, 3, sender="r{}@a{}.robots.example.com")
    assert "to this domain" in (passage(desk, "x@robots.example.com") or "")
    assert passage(desk, "x@other.example.kz") is None
    write(desk, 5, sender="p{}@mail.ru")
    assert passage(desk, "new@mail.ru") is None


def test_a_text_is_known_whatever_its_numbers_are(desk: Desk) -> None:
    for number in range(20):
        text, sender = f"Заявка {number} от {number}.11.2026", f"c{number}@firm{number}.kz"
        desk.client_writes(text, "Mon 10:00", sender=sender, subject="Заявка")
    assert "this very text" in (passage(desk, body=body_key("Заявка", "Заявка 99 от 21.12.2027")) or "")
    assert passage(desk, body=body_key("Заявка", "Совсем другое")) is None


def test_letters_that_were_held_back_do_not_count(desk: Desk) -> None:
    write(desk, 30, sender="client@example.kz")
    desk.hands.at += HOUR + timedelta(seconds=1)
    assert passage(desk, "client@example.kz") is None


def test_a_limit_of_zero_lifts_it(tmp_path: Path) -> None:
    lifted = replace(LIMITS, per_address=Limit(count=None, within=HOUR))
    desk = a_desk(tmp_path, limits=lifted)
    write(desk, 12, sender="client@example.kz")
    assert passage(desk, "client@example.kz") is None


def test_the_breaker_holds_everything_back_until_it_is_reset(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, limits=replace(LIMITS, overall=Limit(count=2, within=HOUR)))
    write(desk, 4)
    with desk.store.view() as view:
        assert view.meta(BREAKER)
        assert [each.kind for each in view.events_since(desk.hands.at - HOUR)].count(EventKind.BREAKER) == 1
    desk.hands.at += timedelta(days=2)
    assert (passage(desk) or "").startswith("breaker:")
    with desk.store.transaction() as tx:
        assert reset_breaker(tx, author="dana", now=desk.hands.at) is not None
    assert passage(desk) is None


def test_answers_to_an_agent_are_bounded_by_his_address_alone(desk: Desk) -> None:
    desk.client_writes(TECHNICAL, "Mon 10:00")
    for minute in range(70):
        desk.commands("#заметка проверяем", desk.hands.at + timedelta(seconds=minute))
    with desk.store.transaction() as tx:
        gate = Gate(desk.policy)
        assert gate.pass_agent(tx, recipient="dana@controlsystem.kz", now=desk.hands.at).held_back is not None
        assert gate.pass_agent(tx, recipient="erlan@controlsystem.kz", now=desk.hands.at) == FREE
    free = Gate(a_policy())
    with desk.store.transaction() as tx:
        assert free.pass_agent(tx, recipient="dana@controlsystem.kz", now=desk.hands.at) == FREE
