"""How many things a letter asks for, and which of two it asks first: read sentence by sentence.

All functions take scores of one letter: those of the whole, and of each of its sentences; an index stands for a
category in the order of the model's outputs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from rules.model import SecondWish

# «и ещё вопрос», «заодно», «1) счёт 2) акт», «две просьбы», «- выставить счёт\n- прислать УПД», «екі сұрақ»
_LISTED = re.compile(
    r"\b(?:ещ[её]|также|заодно|попутно|втор(?:ое|ой|ая)|перв(?:ое|ой|ая)|плюс|отдельно|кроме\s+того|"
    r"две\s+(?:вещи|просьбы|темы)|два\s+(?:вопроса|дела|момента|пункта)|и\s+сразу|екі|also|раз\s+уж)\b"
    r"|(?:^|\s)[12][.)]\s|\n\s*[-—•]"
)
MOST_MARKS = 5
MOST_SENTENCES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterScores:
    """Scores of the categories alone."""

    letter: tuple[float, ...]
    sentences: tuple[tuple[float, ...], ...]
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
    each = scores.sentences or (scores.letter,)
    gaps = [sentence[second] - sentence[first] for sentence in each]
    return (
        scores.letter[first],
        scores.letter[second],
        max(sentence[first] for sentence in each),
        max(sentence[second] for sentence in each),
        max(gaps),
        -min(gaps),
        1.0 if scores.marks else 0.0,
        float(scores.marks),
        float(min(len(each), MOST_SENTENCES)),
        third,
    )


def probability_of_second(judge: SecondWish, features: Sequence[float]) -> float:
    """From 0 to 1."""
    total = judge.bias + sum(weight * feature for weight, feature in zip(judge.weights, features, strict=True))
    return 1 / (1 + exp(-max(-50.0, min(50.0, total))))


def in_order_asked(scores: LetterScores, one: int, other: int) -> tuple[int, int]:
    """The two categories in the order in which sentences speak for them most; as given where there is one sentence."""
    gaps = [sentence[one] - sentence[other] for sentence in scores.sentences]
    if len(gaps) < 2 or gaps.index(max(gaps)) <= gaps.index(min(gaps)):
        return one, other
    return other, one
