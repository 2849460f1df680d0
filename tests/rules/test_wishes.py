"""How many things are asked for, and which first."""

from rules.model import SecondWish
from rules.wishes import (
    LetterScores,
    best_two,
    count_marks,
    in_order_asked,
    probability_of_second,
    second_features,
)


def _scores(*sentences: tuple[float, float, float]) -> LetterScores:
    return LetterScores(letter=(0.2, 0.5, -1.0), sentences=sentences, marks=0)


def test_the_wish_of_the_earlier_sentence_comes_first() -> None:
    scores = _scores((0.9, -0.5, -1.0), (-0.5, 0.9, -1.0))
    assert best_two(scores) == (1, 0)
    assert in_order_asked(scores, 1, 0) == (0, 1)


def test_one_sentence_leaves_the_order() -> None:
    assert in_order_asked(_scores((0.9, -0.5, -1.0)), 1, 0) == (1, 0)


def test_numbered_wishes_and_joining_words_are_counted() -> None:
    assert count_marks("1) счёт 2) акт") == 2
    assert count_marks("Пришлите акт. И ещё вопрос, заодно") == 2
    assert count_marks("Пришлите акт") == 0


def test_a_probability_stays_between_nought_and_one() -> None:
    features = second_features(_scores())
    for bias in (-1e6, 0.0, 1e6):
        assert 0 <= probability_of_second(SecondWish(weights=(1.0,) * 10, bias=bias), features) <= 1
