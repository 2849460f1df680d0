"""The linear model that reads categories: its packed form and its scores; the one room of ``rules`` with package data.

The file holds a line of JSON (outputs, biases, scales, the judge of second wishes), the inverse document frequency of
each bucket (one byte) and its weights (one signed byte per output). It is data of the package, or an operator's own,
made by ``supportd train``.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import sqrt
from typing import Self

from rules.features import BLOCK_WEIGHTS, BUCKETS, Block, Unit, buckets_of

FORMAT = "supportd-categories-2"
IDF_STEP = 1 / 24
"""The resolution in which inverse document frequencies are kept; 255 steps reach 10.6."""
UNITS_REMEMBERED = 8_000
"""Units whose sums are kept (some 500 bytes each): adding up the two dozen runs of letters of a word costs 40 µs."""

Part = tuple[tuple[float, ...], float]
"""What a unit adds to each output before its block's length is taken out, and its square."""


class UnreadableModel(Exception):  # noqa: N818 - a state of the file, named as people say it
    """The file is no model of ours, or one of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondWish:
    """A logistic judge of whether a letter asks for its second category too; one weight per feature."""

    weights: tuple[float, ...]
    bias: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights as they were trained; ``outputs`` names what is scored."""

    outputs: tuple[str, ...]
    biases: tuple[float, ...]
    scales: tuple[float, ...]
    second: SecondWish
    frequencies: bytes = field(repr=False)
    weights: memoryview = field(repr=False)
    remembered: dict[Unit, Part] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Raises ``UnreadableModel`` for anything but a model of this version."""
        head, _, body = packed.partition(b"\n")
        try:
            facts = json.loads(head)
            outputs, biases, scales = tuple(facts["outputs"]), tuple(facts["biases"]), tuple(facts["scales"])
            second = SecondWish(weights=tuple(facts["second"]["weights"]), bias=float(facts["second"]["bias"]))
            right = facts["format"] == FORMAT and facts["buckets"] == BUCKETS
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableModel(
                "this is no model of categories, or one of another version; train it again"
            ) from error
        if not right or len(body) != BUCKETS * (1 + len(outputs)) or not len(outputs) == len(biases) == len(scales):
            raise UnreadableModel("this model of categories was made by another version; train it again")
        return cls(
            outputs=outputs,
            biases=biases,
            scales=scales,
            second=second,
            frequencies=body[:BUCKETS],
            weights=memoryview(body)[BUCKETS:].cast("b"),
        )

    def parts_of(self, units: Iterable[Unit]) -> "Parts":
        """What each unit adds: computed once for a letter, whose sentences hold the same units."""
        return {unit: self._part(unit) for unit in units}

    def score(self, units: Iterable[Unit], parts: "Parts") -> tuple[float, ...]:
        """One score per output, in the order of ``outputs``; those of no units are the biases.

        ``parts`` holds (at least) all of ``units``.
        """
        by_block: tuple[list[Part], ...] = tuple([] for _ in Block)
        for unit in units:
            by_block[unit[0]].append(parts[unit])
        totals = list(self.biases)
        for own, weight in zip(by_block, BLOCK_WEIGHTS, strict=True):
            if own:
                share = weight / sqrt(sum([square for _, square in own]))
                columns = map(sum, zip(*[added for added, _ in own], strict=True))
                totals = [total + share * column for total, column in zip(totals, columns, strict=True)]
        return tuple(totals)

    def added_by(self, parts: "Parts", output: int) -> dict[Unit, float]:
        """What each unit of a letter adds to one output: the evidence for it."""
        squares = [0.0] * len(Block)
        for (block, _), (_, square) in parts.items():
            squares[block] += square
        shares = [
            weight / sqrt(square) if square else 0.0 for weight, square in zip(BLOCK_WEIGHTS, squares, strict=True)
        ]
        return {unit: shares[unit[0]] * added[output] for unit, (added, _) in parts.items()}

    def _part(self, unit: Unit) -> Part:
        known = self.remembered.get(unit)
        if known is None:
            known = self._summed(unit)
            if unit[0] is not Block.PAIR:  # pairs of words seldom come again
                if len(self.remembered) >= UNITS_REMEMBERED:
                    self.remembered.clear()
                self.remembered[unit] = known
        return known

    def _summed(self, unit: Unit) -> Part:
        count = len(self.outputs)
        buckets = buckets_of(unit)
        if len(buckets) == 1:
            frequency = self.frequencies[buckets[0]] * IDF_STEP
            row = self.weights[buckets[0] * count : (buckets[0] + 1) * count]
            return tuple(
                [frequency * weight * scale for weight, scale in zip(row, self.scales, strict=True)]
            ), frequency**2
        sums = [0.0] * count
        square = 0.0
        for bucket in buckets:
            frequency = self.frequencies[bucket] * IDF_STEP
            square += frequency * frequency
            row = self.weights[bucket * count : (bucket + 1) * count]
            sums = [total + frequency * weight for total, weight in zip(sums, row, strict=True)]
        return tuple([total * scale for total, scale in zip(sums, self.scales, strict=True)]), square


Parts = dict[Unit, Part]
"""The parts of a letter's units."""


@lru_cache(maxsize=2)
def load_model(packed: bytes = b"") -> Model:
    """An operator's own packed model, or the one that the package ships where ``packed`` is empty; unpacked once.

    Raises ``UnreadableModel``.
    """
    return Model.unpack(packed or files("rules").joinpath("model/categories.bin").read_bytes())
