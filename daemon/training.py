"""Training the model of categories from labelled letters; the only file that knows scikit-learn.

Letters of one writer are alike, so a model is judged by hands that it does not know.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import log, sqrt
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from daemon.labelled_letters import LabelledLetter, read_labelled
from daemon.word_meanings import load_meanings
from rules.category import Category
from rules.classifier import OFFICE, OUTPUTS, Judged, judge, probability_of_two, score_letter, waiting_features
from rules.features import (
    BLOCK_WEIGHTS,
    BUCKETS,
    Block,
    Features,
    Units,
    buckets_of,
    features_of_letter,
    telling_subject,
    units_of_letter,
)
from rules.model import FORMAT, IDF_STEP, Logistic, Model
from rules.segments import words
from rules.wishes import LetterScores, count_marks, second_features

STRENGTH = 1.0
"""The inverse strength of regularisation (C of the linear SVM)."""
STRENGTH_OF_JUDGES = 0.3
FOLDS_OF_ONE_HAND = 3
LEFT_OUT = (0.25, 0.4)
"""The shares of words left out of a letter's *thinned* copies, which are learned beside it: a model that has to do
without some of the telling words leans on all of them, and so reads writers who choose others. Found by
cross-validation over the hands."""
THINNED_WEIGHT = 0.4
"""How much a thinned copy counts beside its letter."""


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
    thinned: tuple[Units, ...]
    marks: int


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
    out.write_bytes(_fit(prepared, _fit_judges(prepared, held_out)))
    assert Model.unpack(out.read_bytes()).outputs == OUTPUTS, "what was written can be read"
    return report


def _prepare(labelled: Sequence[LabelledLetter]) -> list[_Prepared]:
    return [_prepared(letter) for letter in labelled]


def _prepared(letter: LabelledLetter) -> _Prepared:
    features = features_of_letter(letter.subject, letter.words)
    # of the letter alone, so that the same letters make the same model
    chance = Random(f"{letter.subject}\n{letter.words}")  # noqa: S311 - nothing is kept secret by it
    return _Prepared(
        letter=letter,
        features=features,
        thinned=tuple(_thinned(features, share, chance) for share in LEFT_OUT),
        marks=count_marks(f"{telling_subject(letter.subject, letter.words)}\n{letter.words}"),
    )


def _thinned(features: Features, share: float, chance: Random) -> Units:
    """The units of a letter of which a share of the words is left out by chance."""
    subject, text = (
        [[form for form in words(sentence) if chance.random() >= share] for sentence in sentences]
        for sentences in (features.subject, features.text)
    )
    return units_of_letter(subject, text)


def _folds(prepared: Sequence[_Prepared]) -> list[str]:
    """The fold of each letter: its hand, or turns where there is one hand only."""
    hands = {each.letter.hand for each in prepared}
    if len(hands) > 1:
        return [each.letter.hand for each in prepared]
    return [str(index % FOLDS_OF_ONE_HAND) for index in range(len(prepared))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judges:
    """What is decided over the linear scores."""

    second: Logistic
    waiting: Logistic


Scored = tuple[LetterScores, float]


def _held_out_scores(prepared: Sequence[_Prepared], folds: Sequence[str]) -> list[Scored]:
    """Each letter scored by a model that does not know its fold."""
    scores: dict[int, Scored] = {}
    for held in sorted(set(folds)):
        known = [each for each, fold in zip(prepared, folds, strict=True) if fold != held]
        model = Model.unpack(_fit(known, _NEVER))
        for index, each in enumerate(prepared):
            if folds[index] == held:
                scores[index] = score_letter(model, each.features, marks=each.marks)
    return [scores[index] for index in range(len(prepared))]


def _report(prepared: Sequence[_Prepared], folds: Sequence[str], held_out: Sequence[Scored]) -> TrainingReport:
    """The judges are fitted without the fold they are used on, too."""
    judged: dict[int, Judged] = {}
    for held in sorted(set(folds)):
        others = [index for index, fold in enumerate(folds) if fold != held]
        model = Model.unpack(
            _empty(_fit_judges([prepared[index] for index in others], [held_out[index] for index in others]))
        )
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


def _fit_judges(prepared: Sequence[_Prepared], held_out: Sequence[Scored]) -> _Judges:
    """The judges of letters that were scored by models which did not know them."""
    letters = [each.letter for each in prepared]
    possible = [
        (second_features(scores), len(letter.categories) > 1)
        for letter, (scores, _) in zip(letters, held_out, strict=True)
        if scores.subject or scores.text
    ]
    second = _fit_logistic([features for features, _ in possible], [two for _, two in possible], _NEVER.second)
    features = [
        waiting_features(scores, office=office, two=probability_of_two(second, scores)) for scores, office in held_out
    ]
    return _Judges(
        second=second,
        waiting=_fit_logistic(features, [letter.waits_for_office for letter in letters], _NEVER.waiting),
    )


_NEVER = _Judges(second=Logistic(weights=(0.0,) * 10, bias=-50.0), waiting=Logistic(weights=(0.0,) * 3, bias=-50.0))


def _fit_logistic(features: Sequence[Sequence[float]], truth: Sequence[bool], otherwise: Logistic) -> Logistic:
    """Its scaling is folded into the weights; ``otherwise`` where there is nothing to tell apart."""
    if len(set(truth)) < 2:
        return otherwise
    scaler = StandardScaler()
    machine = LogisticRegression(C=STRENGTH_OF_JUDGES).fit(scaler.fit_transform(features), truth)
    weights = machine.coef_[0] / scaler.scale_
    bias = machine.intercept_[0] - float(np.dot(weights, scaler.mean_))
    return Logistic(weights=tuple(float(each) for each in weights), bias=float(bias))


def _fit(prepared: Sequence[_Prepared], judges: _Judges) -> bytes:
    """The packed model of the letters."""
    letters = [each.features.letter for each in prepared]
    frequencies = _inverse_frequencies(letters)
    copies = len(LEFT_OUT)
    units = [*letters, *(each.thinned[copy] for copy in range(copies) for each in prepared)]
    matrix = hstack([_matrix(units, frequencies), _meant(units, frequencies)], format="csr")
    shares = np.repeat([1.0, *[THINNED_WEIGHT] * copies], len(prepared))
    weights, biases = [], []
    for output in OUTPUTS:
        fitted = [_fit_one(matrix, truth * (1 + copies), shares) for truth in _truths(prepared, output)]
        weights.append(np.mean([each for each, _ in fitted], axis=0))
        biases.append(float(np.mean([bias for _, bias in fitted])))
    return _pack(frequencies, _folded(np.array(weights)), biases, judges)


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


def _fit_one(matrix: Any, truth: Sequence[bool], shares: Any) -> tuple[Any, float]:
    if len(set(truth)) < 2:  # a category that no letter has: never read
        return np.zeros(matrix.shape[1]), 1.0 if truth[0] else -1.0
    machine = LinearSVC(C=STRENGTH, random_state=0).fit(matrix, truth, sample_weight=shares)
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


def _empty(judges: _Judges) -> bytes:
    return _pack(np.zeros(BUCKETS), np.zeros((len(OUTPUTS), BUCKETS)), [0.0] * len(OUTPUTS), judges)


def _pack(frequencies: Any, weights: Any, biases: Sequence[float], judges: _Judges) -> bytes:
    """The file that ``rules.model.Model.unpack`` reads: weights in signed bytes, scaled per output."""
    scales = np.abs(weights).max(axis=1) / 127
    scales[scales == 0] = 1.0
    head = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "outputs": list(OUTPUTS),
        "biases": [round(each, 6) for each in biases],
        "scales": [float(each) for each in scales],
        **asdict(judges),
    }
    quantised = np.round(weights / scales[:, None]).astype(np.int8).T
    steps = np.round(frequencies / IDF_STEP).astype(np.uint8)
    body: bytes = steps.tobytes() + np.ascontiguousarray(quantised).tobytes()
    return json.dumps(head).encode() + b"\n" + body
