"""Letters of real programs' making, as files: the most telling mark of each, and what its bounce says."""

import json
from pathlib import Path

import pytest

from parsers.automation import find_marks
from parsers.bounces import find_bounce
from parsers.mail import MarkKind
from parsers.parse import parse_mail

LETTERS = sorted((Path(__file__).parent.parent / "mails" / "machines").glob("*.eml"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_a_machines_letter_is_known(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    mail = parse_mail(path.read_bytes())
    marks = find_marks(mail, own_lists=())
    assert marks[0].kind is MarkKind(expected["kind"])
    told = find_bounce(mail) if marks[0].kind in (MarkKind.BOUNCE, MarkKind.REPORT) else None
    found = told and {
        "recipients": list(told.recipients),
        "message_ids": list(told.message_ids),
        "permanent": told.permanent,
        "status": told.status,
    }
    assert found == expected["bounce"]


def test_more_than_ten_letters_of_machines_are_read() -> None:
    assert len(LETTERS) > 10
