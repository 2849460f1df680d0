"""How many things are asked for, and which first."""

from rules.wishes import (
    LetterScores,
    best_two,
    count_marks,
    in_order_asked,
)

_OF_FIRST = (0.9, -0.5, -1.0)
_OF_SECOND = (-0.5, 0.9, -1.0)


def _scores(*text: tuple[float, float, float], subject: tuple[tuple[float, float, float], ...] = ()) -> LetterScores:
    return LetterScores(letter=(0.2, 0.5, -1.0), subject=subject, text=text, marks=0)


def test_the_wish_of_the_earlier_clause_comes_first() -> None:
    scores = _scores(_OF_FIRST, _OF_SECOND)
    assert best_two(scores) == (1, 0)
    assert in_order_asked(scores, 1, 0) == (0, 1)


def test_what_clauses_say_strongly_outweighs_a_weak_mention_before() -> None:
    scores = _scores((-0.2, 0.1, -1.0), _OF_FIRST, _OF_SECOND)
    assert in_order_asked(scores, 1, 0) == (0, 1)


def test_the_subject_does_not_say_which_wish_of_the_text_is_first() -> None:
    scores = _scores(_OF_FIRST, _OF_SECOND, subject=(_OF_SECOND,))
    assert in_order_asked(scores, 1, 0) == (0, 1)


def test_one_clause_is_ordered_with_the_subject() -> None:
    assert in_order_asked(_scores(_OF_SECOND, subject=(_OF_FIRST,)), 1, 0) == (0, 1)


def test_clauses_that_speak_for_one_wish_alone_leave_the_order() -> None:
    assert in_order_asked(_scores(_OF_FIRST), 1, 0) == (1, 0)
    assert in_order_asked(_scores(), 1, 0) == (1, 0)


def test_numbered_wishes_and_joining_words_are_counted() -> None:
    assert count_marks("1) счёт 2) акт") == 2
    assert count_marks("Пришлите акт. И ещё вопрос, заодно") == 2
    assert count_marks("Пришлите акт") == 0
