"""Letters to clients: facts in, words out. What is said is planned in ``rules/letter_plan.py``.

Unless the sender is proved, nothing that the client wrote is repeated: no name, no subject, no text. An address can be
forged, and a help desk that quotes is a relay for spam.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from daemon.templating import Rendered, Templates
from parsers.mail import Address, Language
from rules.commands import Refusal
from rules.decision import Decision
from rules.letter_plan import (
    ClientLetter,
    LetterPlan,
    fitting_articles,
    plan_acknowledgement,
    plan_change,
    plan_promises,
    speak_understood,
)
from rules.part import Part
from rules.policy import Policy
from rules.salutation import find_salutation_name
from rules.spoken import speak_asked_for, speak_hours, speak_received, speak_zone
from rules.ticket import Deadline, Ticket

MAX_SUBJECT = 150
"""Characters of the client's subject that are repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """What an acknowledgement is made of. ``subject`` and ``client.name`` are as they came; ``proved``: they may be
    repeated. ``promises`` are the stored ones (``decision.parts`` where None). ``words`` are the client's, for the
    choice of articles alone. Moments aware, in UTC; ``now`` is the moment of writing."""

    number: int
    decision: Decision
    client: Address
    subject: str
    proved: bool
    received_at: datetime
    now: datetime
    promises: Sequence[Part | Deadline] | None = None
    violator: bool = False
    words: str = ""


class Letters:
    """All letters to clients in the words of the templates. Built once; thread-safe."""

    def __init__(self, policy: Policy, directory: Path | None = None) -> None:
        self._policy = policy
        self._templates = Templates(directory)
        self._standing = _standing_facts(policy)

    def acknowledgement(self, facts: ClientFacts) -> Rendered:
        """The answer to a first letter, in whichever of its variants holds at ``facts.now``."""
        decision = facts.decision
        promises = decision.parts if facts.promises is None else facts.promises
        plan = plan_acknowledgement(
            promises, received_at=facts.received_at, now=facts.now, violator=facts.violator, policy=self._policy
        )
        return self._render(
            plan.letter,
            self._addressed(
                number=facts.number, name=facts.client.name, subject=facts.subject, proved=facts.proved, now=facts.now
            ),
            self._promised(plan),
            {
                "received": speak_received(facts.received_at, now=facts.now, zone=self._policy.schedule.zone),
                "understood": speak_understood(decision.categories),
                "missing": speak_asked_for(decision.missing),
                "states": frozenset(decision.categories),
                "wants_call": decision.reading.wants_call,
                "conduct": decision.reading.conduct,
                "language": decision.reading.language.value,
                "articles": fitting_articles(self._policy.articles, facts.words),
            },
        )

    def reopened(
        self, ticket: Ticket, added: Sequence[Deadline], *, now: datetime, language: Language = Language.RUSSIAN
    ) -> Rendered:
        """A follow-up has reopened the ticket outside duty hours."""
        plan = plan_promises(added, letter=ClientLetter.REOPENED, now=now, schedule=self._policy.schedule)
        return self._about_promises(plan, ticket, added, now=now, language=language)

    def part_deferred(
        self, ticket: Ticket, added: Sequence[Deadline], *, now: datetime, language: Language = Language.RUSSIAN
    ) -> Rendered:
        """A follow-up has added a part that waits for the office; ``added`` are the promises that are new."""
        plan = plan_promises(added, letter=ClientLetter.PART_DEFERRED, now=now, schedule=self._policy.schedule)
        return self._about_promises(plan, ticket, added, now=now, language=language)

    def promise_changed(
        self, ticket: Ticket, changed: Sequence[Deadline], *, now: datetime, reason: str = ""
    ) -> Rendered:
        """An agent has promised the answer later than it was promised; ``reason`` is in his words."""
        said = one_line(reason).rstrip(" .")
        plan = plan_change(changed, reason=said, now=now, schedule=self._policy.schedule)
        return self._about_promises(plan, ticket, changed, now=now, reason=said)

    def refusal(self, ticket: Ticket, refusal: Refusal, *, now: datetime) -> Rendered:
        """An agent has refused support: for the client's conduct (clause 12) or a broken contract (clause 11)."""
        letter = ClientLetter.REFUSAL_CONDUCT if refusal is Refusal.CONDUCT else ClientLetter.REFUSAL_CONTRACT
        return self._render(letter, self._to(ticket, now=now))

    def relayed_answer(
        self, ticket: Ticket, answer: str, *, now: datetime, attachments: Sequence[str] = ()
    ) -> Rendered:
        """An agent's answer as it leaves from the mailbox: his words, and our foot. ``attachments`` are file names."""
        facts = self._addressed(
            number=ticket.number or 0, name=ticket.requester_name, subject=ticket.subject, proved=True, now=now
        )
        return self._render(
            ClientLetter.RELAYED_ANSWER,
            facts,
            {
                "answer": answer.strip(),
                "lines": tuple(answer.strip().split("\n")),
                "attachments": tuple(one_line(name) for name in attachments),
            },
        )

    def _about_promises(
        self,
        plan: LetterPlan,
        ticket: Ticket,
        promises: Sequence[Deadline],
        *,
        now: datetime,
        language: Language = Language.RUSSIAN,
        reason: str = "",
    ) -> Rendered:
        received = max((each.received_at for each in promises), default=now)
        return self._render(
            plan.letter,
            self._to(ticket, now=now),
            self._promised(plan),
            _NO_PARAGRAPHS,
            {
                "received": speak_received(received, now=now, zone=self._policy.schedule.zone),
                "language": language.value,
                "reason": reason,
            },
        )

    def _to(self, ticket: Ticket, *, now: datetime) -> dict[str, object]:
        return self._addressed(
            number=ticket.number or 0,
            name=ticket.requester_name,
            subject=ticket.subject,
            proved=ticket.requester_proved,
            now=now,
        )

    def _addressed(self, *, number: int, name: str, subject: str, proved: bool, now: datetime) -> dict[str, object]:
        tag = f"{self._policy.ticket_prefix}-{number}"
        return {
            "number": tag,
            "name": find_salutation_name(name) if proved else "",
            "topic": topic_of(subject, tag) if proved else "",
            "zone": speak_zone(self._policy.schedule.zone, now=now),
        }

    @staticmethod
    def _promised(plan: LetterPlan) -> dict[str, object]:
        return {
            "promises": plan.promises,
            "joined": plan.joined,
            "reaches": plan.reaches,
            "closes": plan.closes,
            "opens": plan.opens,
        }

    def _render(self, letter: ClientLetter, *facts: Mapping[str, object]) -> Rendered:
        merged = dict(self._standing)
        for each in facts:
            merged.update(each)
        return self._templates.render(letter.value, merged)


_NO_PARAGRAPHS: Mapping[str, object] = {
    "understood": "",
    "missing": (),
    "states": frozenset(),
    "wants_call": False,
    "conduct": False,
}


def _standing_facts(policy: Policy) -> dict[str, object]:
    """What every letter says alike."""
    return {
        "mailbox": policy.mailbox,
        "portal_url": policy.portal_url,
        "hours": speak_hours(policy.schedule),
        "articles": (),
        "days_off": "в выходные и праздничные дни" if policy.schedule.holidays else "в выходные",
    }


# «Re: », «Fwd: », «Re[2]: » (The Bat), «НА: », «Отв: », «Пересл: » (Russian mail clients)
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|на|отв|ответ|пересл|fw)\s*(?:\[\d{1,3}\])?\s*:\s*)+", re.IGNORECASE)


def topic_of(subject: str, tag: str) -> str:
    """The client's subject as it may stand in ours: one line, bounded, without «Re:» and without the ticket's tag."""
    plain = _PREFIX.sub("", one_line(subject[: MAX_SUBJECT * 20]).replace(f"[{tag}]", " "))
    words = " ".join(plain.split())
    return words if len(words) <= MAX_SUBJECT else f"{words[: MAX_SUBJECT - 1].rstrip()}…"


def one_line(text: str) -> str:
    """``text`` without line breaks, control characters and marks that turn the direction of writing."""
    return " ".join("".join(_seen(each) for each in text).split())


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":  # soft hyphens, joiners, marks of direction: nothing stands there for a reader
        return ""
    return " " if category in ("Cc", "Cs", "Co", "Zl", "Zp") else character
