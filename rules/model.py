"""The linear model that reads categories: its packed form and its scores. The one room of ``rules`` that reads a file.

The file holds a line of JSON (outputs, biases, scales), the inverse document frequency of each bucket (one byte) and
its weights (one signed byte per output). It is data of the package, or an operator's own, made by ``supportd train``.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Self

from rules.features import BLOCK_WEIGHTS, BUCKETS, Block, Unit, features_of, units_of

FORMAT = "supportd-categories-1"
IDF_STEP = 1 / 24
"""The resolution in which inverse document frequencies are kept; 255 steps reach 10.6."""
UNITS_REMEMBERED = 40_000


class UnreadableModel(Exception):
    """The file is no model of ours, or one of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A unit's part in a letter: what it adds to each output before the block's length is taken out."""

    unit: Unit
    weights: tuple[float, ...]
    square: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One score per output, in the order of ``Model.outputs``, and what each unit added to each."""

    values: tuple[float, ...]
    added: tuple[tuple[Unit, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights as they were trained; ``outputs`` names what is scored."""

    outputs: tuple[str, ...]
    biases: tuple[float, ...]
    scales: tuple[float, ...]
    frequencies: bytes = field(repr=False)
    weights: memoryview = field(repr=False)
    remembered: dict[Unit, Scored] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Raises ``UnreadableModel`` for anything but a model of this version."""
        head, _, body = packed.partition(b"\n")
        try:
            facts = json.loads(head)
            outputs, biases, scales = tuple(facts["outputs"]), tuple(facts["biases"]), tuple(facts["scales"])
            right = facts["format"] == FORMAT and facts["buckets"] == BUCKETS
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableModel("this is no model of categories") from error
        if not right or len(body) != BUCKETS * (1 + len(outputs)) or not len(outputs) == len(biases) == len(scales):
            raise UnreadableModel("this model of categories was made by another version; train it again")
        return cls(
            outputs=outputs,
            biases=biases,
            scales=scales,
            frequencies=body[:BUCKETS],
            weights=memoryview(body)[BUCKETS:].cast("b"),
        )

    def score(self, units: frozenset[Unit]) -> Scores:
        """The scores of a letter; those of no units are the biases."""
        scored = [self._scored(unit) for unit in units]
        lengths = [0.0] * len(Block)
        for each in scored:
            lengths[each.unit[0]] += each.square
        shares = [
            weight / sqrt(length) if length else 0.0 for weight, length in zip(BLOCK_WEIGHTS, lengths, strict=True)
        ]
        totals = list(self.biases)
        added = []
        for each in scored:
            share = shares[each.unit[0]]
            part = tuple(share * weight for weight in each.weights)
            totals = [total + more for total, more in zip(totals, part, strict=True)]
            added.append((each.unit, part))
        return Scores(values=tuple(totals), added=tuple(added))

    def score_text(self, subject: str, text: str) -> Scores:
        return self.score(units_of(subject, text))

    def _scored(self, unit: Unit) -> Scored:
        known = self.remembered.get(unit)
        if known is None:
            if len(self.remembered) >= UNITS_REMEMBERED:
                self.remembered.clear()
            known = self.remembered[unit] = self._score_unit(unit)
        return known

    def _score_unit(self, unit: Unit) -> Scored:
        count = len(self.outputs)
        sums = [0.0] * count
        square = 0.0
        for bucket in features_of(unit):
            frequency = self.frequencies[bucket] * IDF_STEP
            square += frequency * frequency
            row = self.weights[bucket * count : (bucket + 1) * count]
            sums = [total + frequency * weight for total, weight in zip(sums, row, strict=True)]
        return Scored(
            unit=unit,
            weights=tuple(total * scale for total, scale in zip(sums, self.scales, strict=True)),
            square=square,
        )


@cache
def load_model() -> Model:
    """The model that the package ships, read once. Raises ``UnreadableModel``."""
    return Model.unpack(files("rules").joinpath("model/categories.bin").read_bytes())
