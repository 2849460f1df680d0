"""The meanings that training knows words by."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs the extra «train»")

from daemon.training import train
from daemon.word_meanings import load_meanings
from rules.category import Category
from rules.classifier import classify
from rules.model import load_model
from tests.daemon.test_training import _PLAIN, _written


def _likeness(one: str, other: str) -> float:
    meanings = load_meanings()
    first, second = (meanings.vectors[meanings.rows[word]] for word in (one, other))
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_words_of_like_meaning_lie_near_each_other() -> None:
    assert _likeness("платеж", "сумма") > _likeness("платеж", "микрофон")
    assert _likeness("сотрудничество", "партнер") > _likeness("сотрудничество", "пароль")


def test_every_lemma_has_one_vector() -> None:
    meanings = load_meanings()
    assert len(meanings.rows) == len(meanings.vectors)
    assert np.isfinite(meanings.vectors).all()


def test_a_word_that_no_letter_holds_speaks_by_its_meaning(tmp_path: Path) -> None:
    out = tmp_path / "model.bin"
    train((_written(tmp_path / "ours.jsonl", _PLAIN),), out)
    model = load_model(out.read_bytes())

    def read(text: str) -> Category:
        return classify(model=model, subject="", text=text, lexicon={}).readings[0].category

    assert read("компенсация") is Category.REFUND
    assert read("динамик") is Category.TECHNICAL
