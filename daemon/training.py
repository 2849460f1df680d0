"""Training the model of categories from labelled letters; the only file that knows scikit-learn.

Letters are JSONL: one object a line with ``subject``, ``body``, ``categories`` (main first) and, where known,
``is_reply`` (the body holds a quoted letter below the new words).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score, precision_score, recall_score
from sklearn.svm import LinearSVC

from rules.category import Category
from rules.classifier import OFFICE
from rules.features import BLOCK_WEIGHTS, BUCKETS, Block, Unit, features_of, units_of
from rules.model import FORMAT, IDF_STEP

OUTPUTS = (*Category, OFFICE)
FOLDS = 3
STRENGTH = 0.5
"""The inverse strength of regularisation (C of the linear SVM)."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """How well letters are read that the model was not trained on: each file by a model of the others."""

    letters: int
    macro_f1: float
    f1_by_category: tuple[tuple[Category, float], ...]
    office_precision: float
    office_recall: float


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
    return LabelledLetter(
        subject=str(entry["subject"]),
        words=_new_words(str(entry["body"])) if entry.get("is_reply") else str(entry["body"]),
        categories=tuple(Category(each) for each in entry["categories"]),
        hand=str(entry.get("hand", hand)),
    )


def _new_words(body: str) -> str:
    """The new words of a body that quotes an earlier letter, told apart as in a letter that arrives."""
    from parsers.new_words import split_words
    from parsers.parse import parse_mail

    message = EmailMessage()
    message["Subject"] = "Re:"
    message.set_content(body)
    return split_words(parse_mail(message.as_bytes())).new


def train(letters: Sequence[Path], out: Path) -> TrainingReport:
    """Trains on every letter of the files and writes the model to ``out``; the report is of models that did not know
    the letters they were judged by. Raises ``ValueError`` for a line that is not labelled rightly.
    """
    labelled = tuple(letter for path in letters for letter in read_labelled(path))
    units = [units_of(letter.subject, letter.words) for letter in labelled]
    report = _cross_validate(labelled, units)
    out.write_bytes(_pack(*_fit(labelled, units)))
    return report


def _cross_validate(labelled: Sequence[LabelledLetter], units: Sequence[frozenset[Unit]]) -> TrainingReport:
    hands = sorted({letter.hand for letter in labelled})
    fold = [hands.index(letter.hand) if len(hands) > 1 else index % FOLDS for index, letter in enumerate(labelled)]
    main: list[str] = [""] * len(labelled)
    office = [False] * len(labelled)
    for held in sorted(set(fold)):
        known = [index for index, each in enumerate(fold) if each != held]
        tested = [index for index, each in enumerate(fold) if each == held]
        frequencies, weights, biases = _fit([labelled[i] for i in known], [units[i] for i in known])
        scores = _matrix([units[i] for i in tested], frequencies) @ weights.T + biases
        for index, row in zip(tested, scores, strict=True):
            main[index] = OUTPUTS[int(np.argmax(row[: len(Category)]))]
            office[index] = bool(row[-1] >= 0 and Category(main[index]).deferrable)
    truth = [letter.categories[0] for letter in labelled]
    waits = [letter.waits_for_office for letter in labelled]
    by_category = f1_score(truth, main, labels=list(Category), average=None, zero_division=0)
    return TrainingReport(
        letters=len(labelled),
        macro_f1=float(np.mean(by_category)),
        f1_by_category=tuple(zip(Category, (float(each) for each in by_category), strict=True)),
        office_precision=float(precision_score(waits, office, zero_division=0)),
        office_recall=float(recall_score(waits, office, zero_division=0)),
    )


Fitted = tuple[Any, Any, Any]
"""Inverse document frequencies (buckets), weights (outputs x buckets) and biases (outputs)."""


def _fit(labelled: Sequence[LabelledLetter], units: Sequence[frozenset[Unit]]) -> Fitted:
    frequencies = _inverse_frequencies(units)
    features = _matrix(units, frequencies)
    weights, biases = [], []
    for output in OUTPUTS:
        truth = [
            letter.waits_for_office if output == OFFICE else output in letter.categories[:1] for letter in labelled
        ]
        machine = LinearSVC(C=STRENGTH).fit(features, truth)
        weights.append(machine.coef_[0])
        biases.append(float(machine.intercept_[0]))
    return frequencies, np.array(weights), np.array(biases)


def _inverse_frequencies(units: Sequence[frozenset[Unit]]) -> Any:
    """Smoothed, and cut to the steps in which the model keeps them, so that training sees what reading will."""
    count: Counter[int] = Counter()
    for letter in units:
        count.update({bucket for unit in letter for bucket in features_of(unit)})
    raw = np.full(BUCKETS, log(1 + len(units)) + 1)
    for bucket, times in count.items():
        raw[bucket] = log((1 + len(units)) / (1 + times)) + 1
    return np.minimum(np.round(raw / IDF_STEP), 255) * IDF_STEP


def _matrix(units: Sequence[frozenset[Unit]], frequencies: Any) -> Any:
    """One row per letter, its blocks brought to their lengths exactly as ``Model.score`` does."""
    values: list[float] = []
    columns: list[int] = []
    rows: list[int] = []
    for row, letter in enumerate(units):
        squares = [0.0] * len(Block)
        for block, name in letter:
            squares[block] += sum(float(frequencies[bucket]) ** 2 for bucket in features_of((block, name)))
        shares = [
            weight / sqrt(square) if square else 0.0 for weight, square in zip(BLOCK_WEIGHTS, squares, strict=True)
        ]
        for block, name in letter:
            for bucket in features_of((block, name)):
                rows.append(row)
                columns.append(bucket)
                values.append(shares[block] * float(frequencies[bucket]))
    return csr_matrix((values, (rows, columns)), shape=(len(units), BUCKETS))


def _pack(frequencies: Any, weights: Any, biases: Any) -> bytes:
    """The file that ``rules.model.Model.unpack`` reads: weights in signed bytes, scaled per output."""
    scales = np.abs(weights).max(axis=1) / 127
    scales[scales == 0] = 1.0
    head = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "outputs": list(OUTPUTS),
        "biases": [float(each) for each in biases],
        "scales": [float(each) for each in scales],
    }
    quantised = np.round(weights / scales[:, None]).astype(np.int8).T
    steps = np.round(frequencies / IDF_STEP).astype(np.uint8)
    return json.dumps(head).encode() + b"\n" + steps.tobytes() + np.ascontiguousarray(quantised).tobytes()
