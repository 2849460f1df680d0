"""How many things a letter asks for, and which of two it asks first: read clause by clause.

All functions take scores of one letter: those of the whole, and of each of its clauses; an index stands for a
category in the order of the model's outputs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# «и ещё вопрос», «заодно», «1) счёт 2) акт», «две просьбы», «- выставить счёт\n- прислать УПД», «екі сұрақ»
_LISTED = re.compile(
    r"\b(?:ещ[её]|также|заодно|попутно|втор(?:ое|ой|ая)|перв(?:ое|ой|ая)|плюс|отдельно|кроме\s+того|"
    r"две\s+(?:вещи|просьбы|темы)|два\s+(?:вопроса|дела|момента|пункта)|и\s+сразу|екі|also|раз\s+уж)\b"
    r"|(?:^|\s)[12][.)]\s|\n\s*[-—•]"
)
MOST_MARKS = 5
MOST_CLAUSES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterScores:
    """Scores of the categories alone."""

    letter: tuple[float, ...]
    subject: tuple[tuple[float, ...], ...]
    """Of each clause of the subject. Without any clause here and in ``text`` the letter has one wish."""
    text: tuple[tuple[float, ...], ...]
    marks: int
    """How often the words number or join wishes."""


def count_marks(text: str) -> int:
    """How often ``text`` numbers or joins wishes («1)», «заодно», «и ещё»)."""
    return min(MOST_MARKS, sum(1 for _ in _LISTED.finditer(text.lower())))


def best_two(scores: LetterScores) -> tuple[int, int]:
    """The categories with the highest scores, the higher first."""
    first, second, *_ = sorted(range(len(scores.letter)), key=lambda index: -scores.letter[index])
    return first, second


def second_features(scores: LetterScores) -> tuple[float, ...]:
    """What tells a letter of two wishes from one that only mentions another matter."""
    first, second = best_two(scores)
    third = sorted(scores.letter)[-3]
    each = (*scores.subject, *scores.text) or (scores.letter,)
    gaps = [clause[second] - clause[first] for clause in each]
    return (
        scores.letter[first],
        scores.letter[second],
        max(clause[first] for clause in each),
        max(clause[second] for clause in each),
        max(gaps),
        -min(gaps),
        1.0 if scores.marks else 0.0,
        float(scores.marks),
        float(min(len(each), MOST_CLAUSES)),
        third,
    )


def in_order_asked(scores: LetterScores, one: int, other: int) -> tuple[int, int]:
    """The two categories in the order in which clauses of the text speak for them; as given where only one does."""
    each = scores.text if len(scores.text) > 1 else (*scores.subject, *scores.text)
    gaps = [clause[one] - clause[other] for clause in each]
    place_of_one, place_of_other = _place(gaps), _place([-gap for gap in gaps])
    if place_of_one is None or place_of_other is None or place_of_one <= place_of_other:
        return one, other
    return other, one


def _place(gaps: Sequence[float]) -> float | None:
    """Where the clauses stand that speak for a category, on average, each weighed by the square of how much it does."""
    weights = [max(0.0, gap) ** 2 for gap in gaps]
    total = sum(weights)
    return sum(index * weight for index, weight in enumerate(weights)) / total if total else None
