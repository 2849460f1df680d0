"""Training the model of categories from labelled letters; the only file that knows scikit-learn.

Letters are JSONL: one object a line with ``subject``, ``body``, ``categories`` (main first) and, where known,
``is_reply`` (the body holds a quoted letter beside the new words). Each file is a *hand*: letters of one writer are
alike, so a model is judged by hands that it does not know.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from functools import lru_cache
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from daemon.word_meanings import load_meanings
from parsers.new_words import split_words
from parsers.parse import parse_mail
from rules.category import Category
from rules.classifier import OFFICE, OUTPUTS, Judged, judge, score_letter
from rules.features import (
    BLOCK_WEIGHTS,
    BUCKETS,
    Block,
    Features,
    Units,
    buckets_of,
    features_of_letter,
    telling_subject,
)
from rules.model import FORMAT, IDF_STEP, Model, SecondWish
from rules.wishes import LetterScores, count_marks, second_features

STRENGTH = 1.0
"""The inverse strength of regularisation (C of the linear SVM)."""
STRENGTH_OF_SECOND = 0.3
FOLDS_OF_ONE_HAND = 3


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
class Figures:
    """How rightly letters are read. ``office``: all of the letter waits for the office, and surely."""

    letters: int
    macro_f1: float
    f1_by_category: tuple[tuple[Category, float], ...]
    both_right: float
    """The share of letters whose one or two categories are all right, in any order."""
    office_precision: float
    office_recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """Figures of models that did not know the hand they were judged by: all letters pooled, and each hand."""

    pooled: Figures
    by_hand: tuple[tuple[str, Figures], ...]

    def row(self) -> dict[str, object]:
        """The figures as plain values, for JSON."""
        return {"pooled": _row(self.pooled), "by_hand": {hand: _row(figures) for hand, figures in self.by_hand}}

    def __str__(self) -> str:
        return "\n".join(f"{name}: {_spoken(figures)}" for name, figures in (("all", self.pooled), *self.by_hand))


def _row(figures: Figures) -> dict[str, object]:
    return {**asdict(figures), "f1_by_category": {str(name): score for name, score in figures.f1_by_category}}


def _spoken(figures: Figures) -> str:
    by_category = ", ".join(f"{category} {score:.3f}" for category, score in figures.f1_by_category)
    return (
        f"{figures.letters} letters, macro-F1 {figures.macro_f1:.3f}, categories all right {figures.both_right:.3f}, "
        f"waits for the office: precision {figures.office_precision:.3f}, recall {figures.office_recall:.3f} "
        f"({by_category})"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    letter: LabelledLetter
    features: Features
    marks: int


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


def train(letters: Sequence[Path], out: Path) -> TrainingReport:
    """Trains on every letter of the files, writes the model to ``out`` and says how well such models read.

    Raises ``ValueError`` for a line that is not labelled rightly, or where there are fewer than two kinds of letter.
    """
    prepared = _prepare(tuple(letter for path in letters for letter in read_labelled(path)))
    if len({each.letter.categories[0] for each in prepared}) < 2:
        raise ValueError("letters of at least two categories are needed to train")
    folds = _folds(prepared)
    held_out = _held_out_scores(prepared, folds)
    report = _report(prepared, folds, held_out)
    out.write_bytes(_fit(prepared, _fit_second(prepared, [scores for scores, _ in held_out])))
    assert Model.unpack(out.read_bytes()).outputs == OUTPUTS, "what was written can be read"
    return report


def _prepare(labelled: Sequence[LabelledLetter]) -> list[_Prepared]:
    return [
        _Prepared(
            letter=letter,
            features=features_of_letter(letter.subject, letter.words),
            marks=count_marks(f"{telling_subject(letter.subject, letter.words)}\n{letter.words}"),
        )
        for letter in labelled
    ]


def _folds(prepared: Sequence[_Prepared]) -> list[str]:
    """The fold of each letter: its hand, or turns where there is one hand only."""
    hands = {each.letter.hand for each in prepared}
    if len(hands) > 1:
        return [each.letter.hand for each in prepared]
    return [str(index % FOLDS_OF_ONE_HAND) for index in range(len(prepared))]


_NO_SECOND = SecondWish(weights=(0.0,) * 10, bias=-50.0)
Scored = tuple[LetterScores, float]


def _held_out_scores(prepared: Sequence[_Prepared], folds: Sequence[str]) -> list[Scored]:
    """Each letter scored by a model that does not know its fold."""
    scores: dict[int, Scored] = {}
    for held in sorted(set(folds)):
        known = [each for each, fold in zip(prepared, folds, strict=True) if fold != held]
        model = Model.unpack(_fit(known, _NO_SECOND))
        for index, each in enumerate(prepared):
            if folds[index] == held:
                scores[index] = score_letter(model, each.features, marks=each.marks)
    return [scores[index] for index in range(len(prepared))]


def _report(prepared: Sequence[_Prepared], folds: Sequence[str], held_out: Sequence[Scored]) -> TrainingReport:
    """The judge of second wishes is fitted without the fold it is used on, too."""
    judged: dict[int, Judged] = {}
    for held in sorted(set(folds)):
        others = [index for index, fold in enumerate(folds) if fold != held]
        second = _fit_second([prepared[index] for index in others], [held_out[index][0] for index in others])
        model = Model.unpack(_empty(second))
        for index, (scores, office) in enumerate(held_out):
            if folds[index] == held:
                judged[index] = judge(model, scores, office=office)
    everything = [(prepared[index].letter, judged[index]) for index in range(len(prepared))]
    return TrainingReport(
        pooled=_figures(everything),
        by_hand=tuple(
            (held, _figures([pair for pair, fold in zip(everything, folds, strict=True) if fold == held]))
            for held in sorted(set(folds))
        ),
    )


def _figures(pairs: Sequence[tuple[LabelledLetter, Judged]]) -> Figures:
    truth = [letter.categories[0] for letter, _ in pairs]
    main = [judged.chosen[0] for _, judged in pairs]
    waits = [letter.waits_for_office for letter, _ in pairs]
    surely = [judged.waits for _, judged in pairs]
    by_category = f1_score(truth, main, labels=list(Category), average=None, zero_division=0)
    return Figures(
        letters=len(pairs),
        macro_f1=float(np.mean(by_category)),
        f1_by_category=tuple(zip(Category, (float(each) for each in by_category), strict=True)),
        both_right=sum(set(letter.categories) == set(judged.chosen) for letter, judged in pairs) / len(pairs),
        office_precision=float(precision_score(waits, surely, zero_division=0)),
        office_recall=float(recall_score(waits, surely, zero_division=0)),
    )


def _fit_second(prepared: Sequence[_Prepared], scores: Sequence[LetterScores]) -> SecondWish:
    """A logistic judge over the held-out scores, its scaling folded into the weights."""
    two = [len(each.letter.categories) > 1 for each in prepared]
    if len(set(two)) < 2:
        return _NO_SECOND
    scaler = StandardScaler()
    features = scaler.fit_transform([second_features(each) for each in scores])
    machine = LogisticRegression(C=STRENGTH_OF_SECOND).fit(features, two)
    weights = machine.coef_[0] / scaler.scale_
    bias = machine.intercept_[0] - float(np.dot(weights, scaler.mean_))
    return SecondWish(weights=tuple(float(each) for each in weights), bias=float(bias))


def _fit(prepared: Sequence[_Prepared], second: SecondWish) -> bytes:
    """The packed model of the letters."""
    units = [each.features.letter for each in prepared]
    frequencies = _inverse_frequencies(units)
    matrix = hstack([_matrix(units, frequencies), _meant(units, frequencies)], format="csr")
    weights, biases = [], []
    for output in OUTPUTS:
        fitted = [_fit_one(matrix, truth) for truth in _truths(prepared, output)]
        weights.append(np.mean([each for each, _ in fitted], axis=0))
        biases.append(float(np.mean([bias for _, bias in fitted])))
    return _pack(frequencies, _folded(np.array(weights)), biases, second)


@lru_cache(maxsize=1)
def _vectors() -> Any:
    """One row per lemma whose meaning is known."""
    meanings = load_meanings()
    steps = np.frombuffer(meanings.vectors, dtype=np.int8).reshape(len(meanings.rows), meanings.dimensions)
    return steps * meanings.step


def _meant(units: Sequence[Units], frequencies: Any) -> Any:
    """One row per letter: the sum of its lemmas' vectors, each weighed as ``Model.score`` weighs the lemma."""
    meanings, vectors = load_meanings(), _vectors()
    rows = np.zeros((len(units), vectors.shape[1]))
    for row, letter in enumerate(units):
        known = {name: frequencies[_buckets(Block.LEMMA, name)[0]] for name in sorted(letter[Block.LEMMA])}
        for name, frequency in known.items():
            if name in meanings.rows:
                rows[row] += frequency * vectors[meanings.rows[name]]
        length = sqrt(sum(frequency**2 for frequency in known.values()))
        rows[row] *= BLOCK_WEIGHTS[Block.LEMMA] / length if length else 0.0
    return csr_matrix(rows)


def _folded(weights: Any) -> Any:
    """The weights of buckets alone: what a meaning adds to an output is added to those of the lemmas that have it."""
    folded = weights[:, :BUCKETS].copy()
    added = weights[:, BUCKETS:] @ _vectors().T
    for name, row in load_meanings().rows.items():
        folded[:, buckets_of(Block.LEMMA, name)[0]] += added[:, row]
    return folded


def _truths(prepared: Sequence[_Prepared], output: str) -> tuple[list[bool], ...]:
    """What a machine has to tell for an output; a category's score is the mean of two: main wish, any wish."""
    if output == OFFICE:
        return ([each.letter.waits_for_office for each in prepared],)
    return (
        [output == each.letter.categories[0] for each in prepared],
        [output in each.letter.categories for each in prepared],
    )


def _fit_one(matrix: Any, truth: Sequence[bool]) -> tuple[Any, float]:
    if len(set(truth)) < 2:  # a category that no letter has: never read
        return np.zeros(matrix.shape[1]), 1.0 if truth[0] else -1.0
    machine = LinearSVC(C=STRENGTH, random_state=0).fit(matrix, truth)
    return machine.coef_[0], float(machine.intercept_[0])


_buckets = lru_cache(maxsize=200_000)(buckets_of)


def _buckets_by_block(units: Units) -> list[list[int]]:
    """The buckets of a letter's units; one that several units share stands as often."""
    return [
        [bucket for name in sorted(names) for bucket in _buckets(block, name)]
        for block, names in zip(Block, units, strict=True)
    ]


def _inverse_frequencies(units: Sequence[Units]) -> Any:
    """Smoothed, and cut to the steps in which the model keeps them, so that training sees what reading will."""
    count: Counter[int] = Counter()
    for letter in units:
        count.update({bucket for buckets in _buckets_by_block(letter) for bucket in buckets})
    raw = np.full(BUCKETS, log(1 + len(units)) + 1)
    for bucket, times in count.items():
        raw[bucket] = log((1 + len(units)) / (1 + times)) + 1
    return np.minimum(np.round(raw / IDF_STEP), 255) * IDF_STEP


def _matrix(units: Sequence[Units], frequencies: Any) -> Any:
    """One row per letter, its blocks brought to their lengths exactly as ``Model.score`` does."""
    known = frequencies.tolist()
    values: list[float] = []
    columns: list[int] = []
    rows: list[int] = []
    for row, letter in enumerate(units):
        for buckets, weight in zip(_buckets_by_block(letter), BLOCK_WEIGHTS, strict=True):
            square = sum(known[bucket] ** 2 for bucket in buckets)
            share = weight / sqrt(square) if square else 0.0
            rows.extend([row] * len(buckets))
            columns.extend(buckets)
            values.extend(share * known[bucket] for bucket in buckets)
    return csr_matrix((values, (rows, columns)), shape=(len(units), BUCKETS))


def _empty(second: SecondWish) -> bytes:
    return _pack(np.zeros(BUCKETS), np.zeros((len(OUTPUTS), BUCKETS)), [0.0] * len(OUTPUTS), second)


def _pack(frequencies: Any, weights: Any, biases: Sequence[float], second: SecondWish) -> bytes:
    """The file that ``rules.model.Model.unpack`` reads: weights in signed bytes, scaled per output."""
    scales = np.abs(weights).max(axis=1) / 127
    scales[scales == 0] = 1.0
    head = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "outputs": list(OUTPUTS),
        "biases": [round(each, 6) for each in biases],
        "scales": [float(each) for each in scales],
        "second": {"weights": list(second.weights), "bias": second.bias},
    }
    quantised = np.round(weights / scales[:, None]).astype(np.int8).T
    steps = np.round(frequencies / IDF_STEP).astype(np.uint8)
    body: bytes = steps.tobytes() + np.ascontiguousarray(quantised).tobytes()
    return json.dumps(head).encode() + b"\n" + body
