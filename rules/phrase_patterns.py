"""Patterns of phrases, each searched only where it can be: it names parts of words, one of which it always holds."""

import re
from collections import defaultdict


class PhrasePatterns:
    """``entries``: parts of words in lower case, and the pattern that holds one of them wherever it matches."""

    __slots__ = ("_owners", "_patterns")

    def __init__(self, *entries: tuple[tuple[str, ...], str]) -> None:
        self._patterns = tuple(re.compile(pattern, re.I) for _, pattern in entries)
        owners: defaultdict[str, list[int]] = defaultdict(list)
        for index, (parts, _) in enumerate(entries):
            for part in parts:
                owners[part].append(index)
        self._owners = tuple(owners.items())

    def possible(self, low: str) -> tuple[re.Pattern[str], ...]:
        """Those that may match the text whose lower case is ``low``, in the order given; mostly none."""
        found = [owners for part, owners in self._owners if part in low]
        if not found:
            return ()
        return tuple(self._patterns[index] for index in sorted({index for owners in found for index in owners}))
