"""The linear model that reads categories: its packed form and its scores; the one room of ``rules`` with package data.

What a unit adds to the dozen outputs is held as one whole number, cut into *lanes* of 64 bits: one lane for each output
and two for the unit's own measure. Adding two such numbers adds all their lanes at once, exactly and without a loop in
Python; the scores of a letter and of its dozen sentences take some thousand such additions.

The file holds a line of JSON (outputs, biases, scales, the judges of second wishes and of waiting), the inverse
document frequency of each bucket (one byte) and its weights (one signed byte per output). It is data of the package, or
an operator's own, made by ``supportd train``.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import exp, sqrt
from struct import Struct
from typing import Self

from rules.features import BLOCK_WEIGHTS, BUCKETS, Block, Units, buckets_of

FORMAT = "supportd-categories-3"
IDF_STEP = 1 / 24
"""The resolution in which inverse document frequencies are kept; 255 steps reach 10.6."""
UNITS_REMEMBERED = 2_000
"""Units of each block whose sums are kept (some 300 bytes each): those of a word, with its runs, cost 20 µs to add."""
PAIRS_REMEMBERED = 400
"""Two neighbouring words seldom stand so in another letter: those of one letter are enough."""


_LANE = 8
"""Bytes. The lane of a unit's bucket is below 2**16; a letter's blocks brought to length one, and ``_ONE`` times that,
stay below 2**60 for the 50,000 buckets that a letter can have: no lane runs over into the next."""
_ONE = 1 << 40
"""What stands for one where a block's share is a whole number too."""
_LANE_MASK = (1 << 8 * _LANE) - 1
_MIDDLE = 128
"""What is added to each weight, so that no lane is negative."""
_RAISED_TO_MIDDLE = bytes(byte ^ _MIDDLE for byte in range(256))
"""For each signed byte the unsigned one that is greater by ``_MIDDLE``."""


class UnreadableModel(Exception):  # noqa: N818 - a state of the file, named as people say it
    """The file is no model of ours, or one of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A judge of yes or no; one weight per feature."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        """From 0 to 1; ``features`` are as many as the weights."""
        total = self.bias + sum(weight * feature for weight, feature in zip(self.weights, features, strict=True))
        return 1 / (1 + exp(-max(-50.0, min(50.0, total))))


class _Sums(dict[str, int]):
    """The lanes of each unit of one block, computed when first asked for and kept within bounds.

    Lanes, from the lowest: the sum of the frequencies of the unit's buckets; for each output that of
    (weight + ``_MIDDLE``) * frequency; that of the frequencies' squares. Frequencies are in steps.
    """

    __slots__ = ("_block", "_frequencies", "_outputs", "_weights")

    def __init__(self, block: Block, outputs: int, frequencies: bytes, weights: bytes) -> None:
        super().__init__()
        self._block, self._outputs, self._frequencies, self._weights = block, outputs, frequencies, weights

    def __missing__(self, name: str) -> int:
        if len(self) >= (PAIRS_REMEMBERED if self._block is Block.PAIR else UNITS_REMEMBERED):
            self.clear()
        found = self[name] = sum(map(self._lanes, buckets_of(self._block, name)))
        return found

    def _lanes(self, bucket: int) -> int:
        outputs, frequency = self._outputs, self._frequencies[bucket]
        lanes = bytearray((outputs + 2) * _LANE)
        lanes[0] = 1
        lanes[_LANE : (outputs + 1) * _LANE : _LANE] = self._weights[bucket * outputs : (bucket + 1) * outputs]
        lanes[(outputs + 1) * _LANE] = frequency
        return int.from_bytes(lanes, "little") * frequency


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights as they were trained; ``outputs`` names what is scored."""

    outputs: tuple[str, ...]
    biases: tuple[float, ...]
    scales: tuple[float, ...]
    fine_scales: tuple[float, ...] = field(repr=False)
    """The scales of sums that hold ``_ONE`` for each one."""
    second: Logistic
    """Whether a letter asks for its second category too."""
    waiting: Logistic
    """Whether all of a letter waits for the office."""
    sums: tuple[_Sums, ...] = field(repr=False)
    """One for each block, in the order of ``Block``."""
    layout: Struct = field(repr=False)
    """All lanes."""
    at_square: int
    """The bit at which the highest lane begins."""

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Raises ``UnreadableModel`` for anything but a model of this version."""
        head, _, body = packed.partition(b"\n")
        try:
            facts = json.loads(head)
            outputs, biases, scales = tuple(facts["outputs"]), tuple(facts["biases"]), tuple(facts["scales"])
            second, waiting = (
                Logistic(weights=tuple(facts[judge]["weights"]), bias=float(facts[judge]["bias"]))
                for judge in ("second", "waiting")
            )
            right = facts["format"] == FORMAT and facts["buckets"] == BUCKETS
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableModel(
                "this is no model of categories, or one of another version; train it again"
            ) from error
        if not right or len(body) != BUCKETS * (1 + len(outputs)) or not len(outputs) == len(biases) == len(scales):
            raise UnreadableModel("this model of categories was made by another version; train it again")
        frequencies, weights = body[:BUCKETS], body[BUCKETS:].translate(_RAISED_TO_MIDDLE)
        return cls(
            outputs=outputs,
            biases=biases,
            scales=scales,
            fine_scales=tuple(scale / _ONE for scale in scales),
            second=second,
            waiting=waiting,
            sums=tuple(_Sums(block, len(outputs), frequencies, weights) for block in Block),
            layout=Struct(f"<{len(outputs) + 2}Q"),
            at_square=8 * _LANE * (len(outputs) + 1),
        )

    def score(self, units: Units) -> tuple[float, ...]:
        """One score per output, in the order of ``outputs``; those of no units are the biases."""
        lanes, at_square = 0, self.at_square
        for sums, names, block_weight in zip(self.sums, units, BLOCK_WEIGHTS, strict=True):
            if names:
                added = sum(map(sums.__getitem__, names))
                lanes += added * int(_ONE * _share(block_weight, added >> at_square))
        layout = self.layout
        steps, *totals, _ = layout.unpack(lanes.to_bytes(layout.size, "little"))
        middle = _MIDDLE * steps
        return tuple(
            [
                bias + scale * (total - middle)
                for bias, scale, total in zip(self.biases, self.fine_scales, totals, strict=True)
            ]
        )

    def evidence(self, units: Units, output: int) -> tuple[list[tuple[str, float]], ...]:
        """What each unit of a letter adds to one output, for each block in the order of ``Block``."""
        return tuple(
            self._evidence(sums, names, block_weight, output)
            for sums, names, block_weight in zip(self.sums, units, BLOCK_WEIGHTS, strict=True)
        )

    def _evidence(
        self, sums: _Sums, names: Collection[str], block_weight: float, output: int
    ) -> list[tuple[str, float]]:
        at = 8 * _LANE * (output + 1)
        added = [sums[name] for name in names]
        share = _share(block_weight, sum(added) >> self.at_square) * self.scales[output]
        return [
            (name, share * ((lanes >> at & _LANE_MASK) - _MIDDLE * (lanes & _LANE_MASK)))
            for name, lanes in zip(names, added, strict=True)
        ]


def _share(block_weight: float, square: int) -> float:
    """What brings a block with this sum of squares to its weight; nothing where no unit of it was ever seen."""
    return block_weight / sqrt(square) if square else 0.0


@lru_cache(maxsize=2)
def load_model(packed: bytes = b"") -> Model:
    """An operator's own packed model, or the one that the package ships where ``packed`` is empty; unpacked once.

    Raises ``UnreadableModel``.
    """
    return Model.unpack(packed or files("rules").joinpath("model/categories.bin").read_bytes())
