"""What a letter looks like to the linear model: the same for training and for reading.

A letter is a set of *units* (a word form, two neighbouring lemmas, a word of the subject, a concept of the lexicon). A
unit stands for one or more *features*, each a number below ``BUCKETS``; units belong to a *block*, and a letter's
blocks are brought to length one each, so that a long letter weighs no more than a short one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from zlib import crc32

from rules.disclaimed import without_disclaimed
from rules.lexicon import concepts
from rules.morphology import lemma
from rules.segments import clauses, sentences, words

BUCKETS = 1 << 17
LONGEST_FORM = 32


class Block(IntEnum):
    """The kinds of unit."""

    FORM = 0
    LEMMA = 1
    PAIR = 2
    SUBJECT = 3
    CONCEPT = 4


BLOCK_WEIGHTS = (1.0, 1.0, 0.8, 0.5, 1.2)
"""How much each block counts; found by cross-validation over the hands."""

_SIGNS = "01234"
"""What keeps the same name apart in different blocks."""

Units = tuple[frozenset[str], ...]
"""The names of a text's units, a set for each block in the order of ``Block``."""
NO_UNITS: Units = (frozenset(),) * len(Block)

# «Re: Акт за июнь», «RE[2]: …», «Fwd: …», «Ответ: …»: the subject of what was written before
_REPLY = re.compile(r"^\s*(?:(?:re|fwd?|fw|ответ|отв|пересл|на)(?:\[\d+\])?\s*:\s*)+", re.I)
WORDS_ENOUGH = 6
"""Words from which a reply speaks for itself: its subject is that of the earlier letter and would mislead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """A letter as units, and the sentences they are from: those of the subject, and those of the text."""

    letter: Units
    subject: tuple[str, ...]
    text: tuple[str, ...]


def features_of_letter(subject: str, text: str) -> Features:
    """The units of a letter; none where there is not one word."""
    of_subject, of_text = sentences(telling_subject(subject, text)), sentences(without_disclaimed(text))
    letter = units_of_letter(tuple(map(words, of_subject)), tuple(map(words, of_text)))
    return Features(letter=letter, subject=of_subject, text=of_text)


def units_of_letter(subject: Iterable[Sequence[str]], text: Iterable[Sequence[str]]) -> Units:
    """The units of a letter from the words of its sentences."""
    in_subject = tuple(forms for forms in subject if forms)
    by_sentence = tuple(units_of(forms) for forms in (*in_subject, *text) if forms)
    if not by_sentence:
        return NO_UNITS
    whole = [frozenset().union(*names) for names in zip(*by_sentence, strict=True)]
    whole[Block.SUBJECT] = frozenset(lemma(form) for forms in in_subject for form in forms)
    return tuple(whole)


def units_by_clause(of: Iterable[str]) -> tuple[Units, ...]:
    """The units of each clause of some sentences, in order; clauses without a word are left out."""
    in_clauses = (words(clause) for sentence in of for clause in clauses(sentence))
    return tuple(units_of(forms) for forms in in_clauses if forms)


def telling_subject(subject: str, text: str) -> str:
    """The subject without «Re:»; empty where a reply says enough by itself."""
    bare = _REPLY.sub("", subject)
    return "" if bare != subject and len(text.split()) >= WORDS_ENOUGH else bare


def units_of(forms: Sequence[str]) -> Units:
    """The units of the words of a sentence or clause; it has none of the subject's."""
    lemmas = [lemma(form) for form in forms]
    pairs = [f"{first} {second}" for first, second in zip(("^", *lemmas), lemmas, strict=False)]
    pairs += [f"{first} _ {third}" for first, third in zip(lemmas, lemmas[2:], strict=False)]
    found = sorted(concepts(lemmas))
    together = map("+".join, combinations(found, 2))
    return frozenset(forms), frozenset(lemmas), frozenset(pairs), frozenset(), frozenset((*found, *together))


def buckets_of(block: Block, name: str) -> tuple[int, ...]:
    """The buckets a unit stands for: its own, and for a word form those of its runs of 3 to 5 letters."""
    if block is not Block.FORM:
        return (_bucket(_SIGNS[block] + name),)
    marked = f"<{name[:LONGEST_FORM]}>"
    return tuple(
        _bucket(marked[start : start + length])
        for length in (3, 4, 5)
        for start in range(max(1, len(marked) - length + 1))
    )


def _bucket(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) & (BUCKETS - 1)
