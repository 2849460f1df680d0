"""A long list of patterns for single words, looked at by a word's first letter: most words have none to be tried."""

import re
from collections import defaultdict
from collections.abc import Iterator


class WordPatterns:
    """Patterns of whole words, given as one alternation («идиот\\w*|[ск]от(?:ы|ина)»), without its brackets.

    One that begins with anything but a letter or a class of letters is tried on every word.
    """

    __slots__ = ("_by_letter", "_of_any")

    def __init__(self, alternation: str) -> None:
        by_letter: defaultdict[str, list[str]] = defaultdict(list)
        for alternative in _alternatives(alternation):
            for letter in _first_letters(alternative):
                by_letter[letter].append(alternative)
        of_any = by_letter.pop("", [])
        self._of_any = re.compile("|".join(of_any)) if of_any else None
        self._by_letter = {letter: re.compile("|".join(those)) for letter, those in by_letter.items()}

    def match(self, word: str) -> bool:
        """Whether the whole ``word``, in lower case, is one of them; an empty word is none."""
        own = self._by_letter.get(word[:1])
        if own is not None and own.fullmatch(word) is not None:
            return True
        return self._of_any is not None and self._of_any.fullmatch(word) is not None


def _alternatives(alternation: str) -> Iterator[str]:
    """The parts between the bars that stand in no bracket."""
    depth, begin = 0, 0
    for place, sign in enumerate(alternation):
        if sign in "([" and alternation[place - 1 : place] != "\\":
            depth += 1
        elif sign in ")]" and alternation[place - 1 : place] != "\\":
            depth -= 1
        elif sign == "|" and depth == 0:
            yield alternation[begin:place]
            begin = place + 1
    yield alternation[begin:]


def _first_letters(alternative: str) -> str | tuple[str]:
    if alternative[:1].isalpha() and alternative[1:2] not in ("?", "*", "{"):
        return alternative[0]
    inside = re.match(r"\[([^\W\d_]+)\](?![?*{])", alternative)
    return inside[1] if inside is not None else ("",)
