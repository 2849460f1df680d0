"""What the reading process drafts is what would be written in earnest, or it is not used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.demo import letters as demonstration
from daemon.draft import NO_TICKET, Draft, find_fitting, write_draft
from daemon.letters import ClientFacts, Letters
from daemon.policy_of import default_policy
from daemon.read_letter import ReadLetter
from daemon.reading import read_letter
from daemon.templating import Rendered
from rules.decide import decide
from rules.decision import Proof

POLICY = default_policy()
LETTERS = Letters(POLICY)
SATURDAY = datetime(2026, 11, 21, 7, 4, 30, tzinfo=UTC)


def read(raw: bytes) -> ReadLetter:
    return read_letter(raw, policy=POLICY, keys=None, now=SATURDAY)


def drafted(letter: ReadLetter, *, letters: Letters = LETTERS, now: datetime = SATURDAY) -> Draft | None:
    return write_draft(
        mail=letter.mail,
        words=letter.words,
        origin=letter.origin,
        reading=letter.first,
        received_at=SATURDAY,
        now=now,
        policy=POLICY,
        letters=letters,
    )


def fitted(draft: Draft | None, *, now: datetime = SATURDAY, received_at: datetime = SATURDAY) -> Rendered | None:
    return find_fitting(draft, received_at=received_at, now=now, number=1042, prefix=POLICY.ticket_prefix)


@pytest.mark.parametrize("raw", demonstration())
@pytest.mark.parametrize("proof", [Proof.NONE, Proof.AUTHENTICATION_RESULTS])
def test_a_draft_with_the_tickets_number_is_the_letter_itself(raw: bytes, proof: Proof) -> None:
    letter = read(raw)
    letter = replace(letter, origin=replace(letter.origin, proof=proof))
    decision = decide(origin=letter.origin, reading=letter.first, received_at=SATURDAY, policy=POLICY)
    draft = drafted(letter)
    assert (draft is not None) == decision.acknowledge
    if draft is None:
        return
    written = LETTERS.acknowledgement(
        ClientFacts(
            number=1042,
            decision=decision,
            client=letter.origin.client,
            subject=letter.mail.subject,
            proved=proof is Proof.AUTHENTICATION_RESULTS,
            received_at=SATURDAY,
            now=SATURDAY,
            words=letter.words.as_first,
        )
    )
    fitting = fitted(draft)
    assert fitting == written
    assert str(NO_TICKET) not in f"{written.subject}{written.text}{written.html}"


def test_a_draft_stands_for_its_minute_and_its_moment_of_receipt_alone() -> None:
    draft = drafted(read(demonstration()[0]))
    assert fitted(draft, now=SATURDAY + timedelta(seconds=29)) is not None
    assert fitted(draft, now=SATURDAY + timedelta(seconds=30)) is None
    assert fitted(draft, received_at=SATURDAY - timedelta(seconds=1)) is None
    assert fitted(None) is None


def test_templates_at_fault_give_no_draft(tmp_path: Path) -> None:
    folder = tmp_path / "weekend_duty"
    folder.mkdir()
    (folder / "body.txt").write_text("{{ nothing_of_that_name }}", encoding="utf-8")
    assert drafted(read(demonstration()[0]), letters=Letters(POLICY, tmp_path)) is None
