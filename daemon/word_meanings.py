"""What words mean, as vectors from a large body of text: words that no labelled letter holds are judged by their like.

Used in training alone: what a vector adds to a category is folded into the weight of the word's lemma, so that reading
a letter costs nothing more.

``rules/training/word_vectors.bin`` (a NumPy archive) was made from the vectors of Navec (Natasha project, MIT
licence, © Alexander Kukushkin; 250,000 word forms of news in Russian, 300 numbers each): for each lemma the
mean of its forms and of its own vector, less the mean of all, turned to the 32 directions in which the
labelled letters differ most. It holds the lemmas of those letters and the 16,000 others with the most forms,
names of people and places left out.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np

MEANING_WEIGHT = 1.1
"""How much the meanings of a letter's words count beside the words themselves; found by cross-validation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMeanings:
    """Lemmas, and a row of ``vectors`` for each; a letter's sum of them has a length of about ``MEANING_WEIGHT``."""

    rows: dict[str, int]
    vectors: Any

    @property
    def dimensions(self) -> int:
        return int(self.vectors.shape[1])


@lru_cache(maxsize=1)
def load_meanings() -> WordMeanings:
    """Those that the package ships."""
    with as_file(files("rules").joinpath("training/word_vectors.bin")) as path, np.load(path) as kept:
        lemmas = kept["words"].tobytes().decode("utf-8").split("\n")
        vectors = kept["vectors"].astype(np.float64) * (float(kept["step"]) * MEANING_WEIGHT)
    return WordMeanings(rows={lemma: row for row, lemma in enumerate(lemmas)}, vectors=vectors)
