"""A client who objects to the waiting, or to how he was understood."""

import pytest

from rules.objection import find_objection


@pytest.mark.parametrize(
    "words", ["Это срочно!", "Вы неверно поняли", "не могу ждать до понедельника", "Это не возврат", "It is urgent"]
)
def test_urgency_and_misunderstanding_object(words: str) -> None:
    assert find_objection("", words) is not None


def test_an_urgent_subject_objects() -> None:
    assert find_objection("СРОЧНО!!!", "Где акт?") is not None


@pytest.mark.parametrize("words", ["", "Хорошо, подождём", "Это не срочно, спасибо"])
def test_patience_does_not_object(words: str) -> None:
    assert find_objection("", words) is None
