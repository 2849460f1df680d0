"""What words mean, as vectors from a large body of text: words that no labelled letter holds are judged by their like.

Used in training alone: what a vector adds to a category is folded into the weight of the word's lemma, so that reading
a letter costs nothing more.

``rules/training/word_vectors.bin`` (a line of JSON, then packed: lemmas, an empty line, signed bytes) was
made from the vectors of Navec (Natasha project, MIT licence, © Alexander Kukushkin; 250,000 word forms of
news in Russian, 300 numbers each): for each lemma the mean of its forms and of its own vector, less the mean
of all, turned to the 32 directions in which the labelled letters differ most. It holds the lemmas of those
letters and the 16,000 others with the most forms, names of people and places left out.
"""

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

MEANING_WEIGHT = 1.1
"""How much the meanings of a letter's words count beside the words themselves; found by cross-validation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMeanings:
    """Lemmas with the row of each; a row is ``dimensions`` signed bytes of ``vectors``, in steps of ``step``.

    The rows of a letter's lemmas, added up as the lemmas' block is, have a length of about ``MEANING_WEIGHT``.
    """

    rows: dict[str, int]
    vectors: bytes
    dimensions: int
    step: float


@lru_cache(maxsize=1)
def load_meanings() -> WordMeanings:
    """Those that the package ships."""
    head, _, packed = files("rules").joinpath("training/word_vectors.bin").read_bytes().partition(b"\n")
    facts = json.loads(head)
    lemmas, _, vectors = zlib.decompress(packed).partition(b"\n\n")
    return WordMeanings(
        rows={lemma: row for row, lemma in enumerate(lemmas.decode("utf-8").split("\n"))},
        vectors=vectors,
        dimensions=facts["dimensions"],
        step=facts["step"] * MEANING_WEIGHT,
    )
