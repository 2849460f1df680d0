"""Letters in which a person read the categories: what a model is trained from.

They are JSONL: one object a line with ``subject``, ``body``, ``categories`` (main first) and, where known, ``is_reply``
(the body holds a quoted letter beside the new words). Each file is a *hand*: the letters of one writer.
"""

import json
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from parsers.new_words import split_words
from parsers.parse import parse_mail
from rules.category import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledLetter:
    """A letter with what a person read in it; ``hand`` is the file it came from."""

    subject: str
    words: str
    categories: tuple[Category, ...]
    hand: str

    @property
    def waits_for_office(self) -> bool:
        return all(category.deferrable for category in self.categories)


def read_labelled(path: Path) -> tuple[LabelledLetter, ...]:
    """The letters of one file. Raises ``ValueError`` with the line's number for one that is not labelled rightly."""
    letters = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            letters.append(_labelled(json.loads(line), path.stem))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
    return tuple(letters)


def _labelled(entry: dict[str, Any], hand: str) -> LabelledLetter:
    categories = tuple(Category(each) for each in entry["categories"])
    if not categories:
        raise ValueError("a letter has at least one category")
    body = str(entry["body"])
    return LabelledLetter(
        subject=str(entry["subject"]),
        words=_new_words(body) if entry.get("is_reply") else body,
        categories=categories,
        hand=hand,
    )


def _new_words(body: str) -> str:
    """The new words of a body that quotes an earlier letter, told apart as in a letter that arrives."""
    message = EmailMessage()
    message["Subject"] = "Re:"
    message.set_content(body)
    return split_words(parse_mail(message.as_bytes())).new
