"""The one gate through which every automatic letter leaves: limits and the circuit breaker.

It decides whether a letter may be queued; it sends nothing and writes no words.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.limits import Counts, Verdict, find_domain, find_verdict
from rules.policy import AcknowledgementLimits, Policy
from store.records import Event, EventKind
from store.view import View
from store.writing import Transaction

BREAKER = "breaker"
"""The key under which the store keeps the breaker: the moment and the reason it tripped, or nothing."""

RESET = "breaker_reset"
"""The key of the moment at which a person last reset it; the overall limit counts anew from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Whether a letter may go out. ``tripped``: this very letter tripped the breaker, people are to be told."""

    held_back: str | None = None
    tripped: bool = False


FREE = Passage()


class Gate:
    """Holds the letters already written against the limits of the configuration."""

    def __init__(self, policy: Policy) -> None:
        self._limits: AcknowledgementLimits = policy.limits
        self._zone = policy.schedule.zone

    def pass_client(self, tx: Transaction, *, recipient: str, body_key: str, now: datetime) -> Passage:
        """An automatic letter to a client; trips the breaker where the overall limit is reached."""
        breaker = tx.meta(BREAKER)
        if breaker:
            return Passage(held_back=f"breaker: {breaker}")
        verdict = find_verdict(self._counts(tx, recipient, body_key, now), self._limits)
        if verdict is None:
            return FREE
        if verdict.trips:
            self._trip(tx, verdict, now)
        return Passage(held_back=verdict.reason, tripped=verdict.trips)

    def pass_agent(self, tx: Transaction, *, recipient: str, now: datetime) -> Passage:
        """An automatic answer to an agent: bounded by address alone, so that no loop can run over it."""
        limit = self._limits.per_address
        if limit.count is None:
            return FREE
        count = tx.count_answers(now - limit.within, recipient=recipient)
        if count < limit.count * 6:  # an agent gives more commands than a client writes letters
            return FREE
        return Passage(held_back=f"limit: {count} answers to this agent within {limit.within}")

    def _counts(self, tx: View, recipient: str, key: str, now: datetime) -> Counts:
        limits = self._limits
        domain = find_domain(recipient)

        begins = now - limits.overall.within
        if reset := tx.meta(RESET):
            begins = max(begins, datetime.fromisoformat(reset))

        def count(within: timedelta, limited: int | None, **by: str) -> int:
            return tx.count_automatic(now - within, **by) if limited is not None else 0

        return Counts(
            per_address=count(limits.per_address.within, limits.per_address.count, recipient=recipient),
            per_domain=count(limits.per_domain.within, limits.per_domain.count, domain=domain) if domain else 0,
            per_body=count(limits.per_body.within, limits.per_body.count, body_key=key) if key else 0,
            overall=tx.count_automatic(begins) if limits.overall.count is not None else 0,
        )

    def _trip(self, tx: Transaction, verdict: Verdict, now: datetime) -> None:
        tx.set_meta(BREAKER, f"{now.astimezone(self._zone).isoformat(timespec='seconds')} {verdict.reason}")
        tx.add_event(Event(at=now, ticket=None, kind=EventKind.BREAKER, author="supportd", text=verdict.reason))


def reset_breaker(tx: Transaction, *, author: str, now: datetime) -> str | None:
    """Lets automatic letters out again, as many as the overall limit allows from ``now`` on: a storm that goes on trips
    it again. Gives what had tripped it, or None if nothing had."""
    tripped = tx.meta(BREAKER)
    if not tripped:
        return None
    tx.set_meta(BREAKER, "")
    tx.set_meta(RESET, now.isoformat())
    tx.add_event(Event(at=now, ticket=None, kind=EventKind.BREAKER, author=author, text=f"reset; it was: {tripped}"))
    return tripped
