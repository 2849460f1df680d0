"""Labelled letters, read from files."""

import json
from pathlib import Path

import pytest

from daemon.labelled_letters import read_labelled


def test_a_line_that_is_not_labelled_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"subject": "", "body": "", "categories": ["refund"]}\n{"subject": ""}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong\.jsonl, line 2"):
        read_labelled(path)


def test_quoted_words_of_a_reply_are_not_learned(tmp_path: Path) -> None:
    path = tmp_path / "reply.jsonl"
    body = "Верните деньги.\n\n> Пришлите акт"
    path.write_text(
        json.dumps({"subject": "Re: акт", "body": body, "categories": ["refund"], "is_reply": True}), encoding="utf-8"
    )
    (letter,) = read_labelled(path)
    assert "акт" not in letter.words
