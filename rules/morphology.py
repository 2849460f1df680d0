"""Word forms brought to their dictionary form; the only file that knows pymorphy3."""

from functools import lru_cache

from pymorphy3 import MorphAnalyzer

FORMS_REMEMBERED = 6_000
"""Word forms kept with their lemmas: analysing one costs 20 to 200 µs, a letter has a hundred."""
LONGEST_WORD = 24
"""Longer runs of letters are no words (a token, a pasted key): they are not analysed."""


@lru_cache(maxsize=1)
def _analyzer() -> MorphAnalyzer:
    """Loaded at the first word: a program that reads no letter does not pay for the dictionary."""
    return MorphAnalyzer()


@lru_cache(maxsize=FORMS_REMEMBERED)
def lemma(form: str) -> str:
    """The dictionary form of a Russian word, in lower case with «ё» as «е».

    A word in another script, or longer than any word is, comes back as it is, in lower case.
    """
    low = form.lower().replace("ё", "е")
    if len(low) > LONGEST_WORD or len(low) < 3 or not _is_russian(low):
        return low
    normal: str = _analyzer().parse(low)[0].normal_form
    return normal.replace("ё", "е")


def _is_russian(low: str) -> bool:
    return all("а" <= letter <= "я" or letter == "-" for letter in low)
