"""The limits behind the rules against machines."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.limits import Counts, body_key, find_domain, find_verdict
from rules.policy import AcknowledgementLimits, Limit

HOUR = timedelta(hours=1)
LIMITS = AcknowledgementLimits(
    per_address=Limit(count=10, within=HOUR),
    per_domain=Limit(count=100, within=HOUR),
    per_body=Limit(count=20, within=HOUR),
    overall=Limit(count=300, within=timedelta(minutes=10)),
    max_age=None,
)
FREE = AcknowledgementLimits(
    per_address=Limit(count=None, within=HOUR),
    per_domain=Limit(count=None, within=HOUR),
    per_body=Limit(count=None, within=HOUR),
    overall=Limit(count=None, within=HOUR),
    max_age=None,
)


def counts(**differing: int) -> Counts:
    return Counts(**({"per_address": 0, "per_domain": 0, "per_body": 0, "overall": 0} | differing))


@pytest.mark.parametrize(
    ("name", "most"), [("per_address", 10), ("per_domain", 100), ("per_body", 20), ("overall", 300)]
)
def test_the_last_letter_within_a_limit_goes_out_and_the_next_does_not(name: str, most: int) -> None:
    assert find_verdict(counts(**{name: most - 1}), LIMITS) is None
    verdict = find_verdict(counts(**{name: most}), LIMITS)
    assert verdict is not None
    assert str(most) in verdict.reason
    assert verdict.trips is (name == "overall")


@given(*[st.integers(0, 10**6)] * 4)
def test_lifted_limits_hold_nothing_back(address: int, domain: int, body: int, overall: int) -> None:
    assert find_verdict(counts(per_address=address, per_domain=domain, per_body=body, overall=overall), FREE) is None


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("x@example.kz", "example.kz"),
        ("x@a1.robots.example.com", "example.com"),
        ("x@mail.company.com.kz", "company.com.kz"),
        ("x@company.com.kz", "company.com.kz"),
        ("x@gmail.com", None),
        ("x@mail.ru", None),
        ("", None),
        ("x@localhost", "localhost"),
        ("x@example.kz.", "example.kz"),
    ],
)
def test_a_domain_is_the_registered_one_and_public_ones_are_none(address: str, domain: str | None) -> None:
    assert find_domain(address) == domain


def test_a_robots_texts_are_one_body_whatever_their_numbers() -> None:
    first = body_key("Заявка 88120", "Заявка 88120 от 21.11.2026 создана.")

    assert first == body_key("заявка 99131", "Заявка  99131 от 22.11.2026\nсоздана")
    assert first != body_key("Заявка 88120", "Заявка 88120 от 21.11.2026 закрыта.")
    assert body_key("123", "-- 5 --") == ""
