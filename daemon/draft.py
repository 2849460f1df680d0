"""The acknowledgement as it would be if the letter opened a ticket: written where the letter is read.

Rendering is a third of what a letter costs the service's own process, and the reading process has the time. Whether
there will be a ticket, and its number, only the store knows: the draft bears a number that no ticket has, and stands
only for the minute and the moment of receipt that it was written for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from daemon.letters import ClientFacts, Letters
from daemon.templating import LetterFault, Rendered
from parsers.mail import ParsedMail, Words
from rules.decide import decide
from rules.decision import Decision, Origin, Proof
from rules.policy import Policy
from rules.reading import Reading

NO_TICKET = 909_090_909_090
"""The number in a draft; tickets have nine digits at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """``rendered`` bears ``NO_TICKET``; ``now`` is the moment of writing, ``received_at`` that of receipt, in UTC.

    ``decision`` is what the letter was judged to be for it, without the letter's defects.
    """

    decision: Decision
    rendered: Rendered
    received_at: datetime
    now: datetime


def write_draft(
    *,
    mail: ParsedMail,
    words: Words,
    origin: Origin,
    reading: Reading,
    received_at: datetime,
    now: datetime,
    policy: Policy,
    letters: Letters,
) -> Draft | None:
    """None where no acknowledgement can be due, or where the templates are at fault (which is said when it is written
    in earnest)."""
    received_at = received_at.astimezone(UTC).replace(microsecond=0)
    decision = decide(origin=origin, reading=reading, received_at=received_at, policy=policy)
    if not decision.acknowledge or not origin.client.address:
        return None
    facts = ClientFacts(
        number=NO_TICKET,
        decision=decision,
        client=origin.client,
        subject=mail.subject,
        proved=origin.proof is Proof.AUTHENTICATION_RESULTS,
        received_at=received_at,
        now=now,
        words=words.as_first,
    )
    try:
        return Draft(decision=decision, rendered=letters.acknowledgement(facts), received_at=received_at, now=now)
    except LetterFault:
        return None


def find_fitting(
    draft: Draft | None, *, received_at: datetime, now: datetime, number: int, prefix: str
) -> Rendered | None:
    """The draft with the ticket's number, where it says what would be said now: a letter speaks in minutes."""
    if draft is None or draft.received_at != received_at or _minute(draft.now) != _minute(now):
        return None
    before, after = f"{prefix}-{NO_TICKET}", f"{prefix}-{number}"
    rendered = draft.rendered
    return Rendered(
        template=rendered.template,
        subject=rendered.subject.replace(before, after),
        text=rendered.text.replace(before, after),
        html=rendered.html.replace(before, after),
    )


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
