"""Training from labelled letters."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="training needs the extra «train»")

from daemon.training import train
from rules.category import Category
from rules.classifier import classify
from rules.model import load_model

_PLAIN = {
    "refund": ("верните деньги на карту", "прошу возврат оплаты", "возвратите платёж"),
    "technical": ("не работает звук", "ошибка на странице, звук пропал", "сломалась комната, нет звука"),
}


def _written(path: Path, letters: Mapping[str, tuple[str, ...]]) -> Path:
    lines = [
        json.dumps({"subject": "", "body": body, "categories": [category]}, ensure_ascii=False)
        for category, bodies in letters.items()
        for body in bodies
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_an_operators_letters_make_a_model_that_reads(tmp_path: Path) -> None:
    out = tmp_path / "model.bin"
    report = train((_written(tmp_path / "ours.jsonl", _PLAIN),), out)
    assert report.pooled.letters == 6
    read = classify(model=load_model(out.read_bytes()), subject="", text="верните деньги", lexicon={})
    assert read.readings[0].category is Category.REFUND


def test_each_hand_is_judged_by_models_of_the_others(tmp_path: Path) -> None:
    one = _written(tmp_path / "one.jsonl", _PLAIN)
    two = _written(tmp_path / "two.jsonl", _PLAIN)
    report = train((one, two), tmp_path / "model.bin")
    assert [hand for hand, _ in report.by_hand] == ["one", "two"]
    assert report.row()["by_hand"]
    assert "macro-F1" in str(report)


def test_one_kind_of_letter_is_not_enough(tmp_path: Path) -> None:
    path = _written(tmp_path / "one.jsonl", {"refund": _PLAIN["refund"]})
    with pytest.raises(ValueError, match="at least two categories"):
        train((path,), tmp_path / "model.bin")


def test_the_same_letters_make_the_same_model(tmp_path: Path) -> None:
    letters = _written(tmp_path / "ours.jsonl", _PLAIN)
    for name in ("once.bin", "again.bin"):
        train((letters,), tmp_path / name)
    assert (tmp_path / "once.bin").read_bytes() == (tmp_path / "again.bin").read_bytes()
