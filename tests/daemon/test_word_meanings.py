"""The meanings that training knows words by."""

from math import sqrt
from operator import mul
from pathlib import Path
from struct import unpack

import pytest

pytest.importorskip("sklearn", reason="training needs the extra «train»")

from daemon.training import train
from daemon.word_meanings import load_meanings
from rules.category import Category
from rules.classifier import classify
from rules.model import load_model
from tests.daemon.test_training import _PLAIN, _written


def _likeness(one: str, other: str) -> float:
    """The cosine of the angle between two words."""
    first, second = _vector(one), _vector(other)
    return _product(first, second) / sqrt(_product(first, first) * _product(second, second))


def _product(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    return sum(map(mul, first, second))


def _vector(word: str) -> tuple[int, ...]:
    meanings = load_meanings()
    at = meanings.rows[word] * meanings.dimensions
    return unpack(f"{meanings.dimensions}b", meanings.vectors[at : at + meanings.dimensions])


def test_words_of_like_meaning_lie_near_each_other() -> None:
    assert _likeness("платеж", "сумма") > _likeness("платеж", "микрофон")
    assert _likeness("сотрудничество", "партнер") > _likeness("сотрудничество", "пароль")


def test_every_lemma_has_one_vector() -> None:
    meanings = load_meanings()
    assert len(meanings.rows) * meanings.dimensions == len(meanings.vectors)


def test_a_word_that_no_letter_holds_speaks_by_its_meaning(tmp_path: Path) -> None:
    out = tmp_path / "model.bin"
    train((_written(tmp_path / "ours.jsonl", _PLAIN),), out)
    model = load_model(out.read_bytes())

    def read(text: str) -> Category:
        return classify(model=model, subject="", text=text, lexicon={}).readings[0].category

    assert read("компенсация") is Category.REFUND
    assert read("динамик") is Category.TECHNICAL
