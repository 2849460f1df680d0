"""Whole letters, held as files, against what each says of itself in the file beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.mail import ParsedMail
from parsers.parse import parse_mail

_LETTERS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))


def _facts(mail: ParsedMail) -> dict[str, Any]:
    """Everything that a twin may speak of, in its words."""
    return {
        "subject": mail.subject,
        "from_": [{"name": author.name, "address": author.address} for author in mail.from_],
        "from_well_formed": mail.from_well_formed,
        "content_type": mail.content_type,
        "text": mail.text,
        "text_from_html": mail.text_from_html,
        "has_html": mail.html is not None,
        "attachments": [[file.filename, file.content_type, file.size, file.inline] for file in mail.attachments],
        "embedded": [
            [
                inner.content_type,
                next((header.value for header in inner.headers if header.name == "subject"), None),
                inner.text if inner.content_type == "message/rfc822" else None,
            ]
            for inner in mail.embedded
        ],
        "references": list(mail.references),
        "in_reply_to": list(mail.in_reply_to),
        "return_path": mail.return_path,
        "defects": len(mail.defects),
    }


@pytest.mark.parametrize("letter", _LETTERS, ids=lambda path: path.stem)
def test_the_letter_is_what_its_twin_says(letter: Path) -> None:
    mail = parse_mail(letter.read_bytes())
    expected = json.loads(letter.with_suffix(".json").read_text("utf-8"))
    counts = expected.pop("header_counts", {})

    facts = _facts(mail)

    assert {name: facts[name] for name in expected} == expected, mail.defects
    assert {name: len(list(mail.values(name))) for name in counts} == counts


@pytest.mark.parametrize("letter", _LETTERS, ids=lambda path: path.stem)
def test_line_ends_change_nothing_but_sizes(letter: Path) -> None:
    raw = letter.read_bytes()
    unix = parse_mail(raw.replace(b"\r\n", b"\n"))
    windows = parse_mail(raw)

    assert (unix.subject, unix.text, unix.from_, unix.message_id) == (
        windows.subject,
        windows.text,
        windows.from_,
        windows.message_id,
    )
    assert [file.filename for file in unix.attachments] == [file.filename for file in windows.attachments]


def test_more_than_twenty_letters_are_read() -> None:
    assert len(_LETTERS) > 20
