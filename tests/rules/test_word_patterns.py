"""A list of word patterns looked at by the first letter."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rules.word_patterns import WordPatterns

ALTERNATION = r"кот(?:ы|а|ами)?|[пс]ёс|с?ова|(?:за)?яц|волк\w*|\w+-\w+|\[лис\]"


def test_each_way_to_begin_is_found() -> None:
    patterns = WordPatterns(ALTERNATION)
    for word in ("кот", "коты", "пёс", "сёс", "ова", "сова", "яц", "заяц", "волками", "а-б", "[лис]"):
        assert patterns.match(word), word


def test_a_part_of_a_word_and_an_empty_word_are_none() -> None:
    patterns = WordPatterns(ALTERNATION)
    for word in ("", "котик", "ёс", "овал", "лис"):
        assert not patterns.match(word), word


@given(st.text(alphabet="котыпёсваяцзлик-[]", max_size=8))
def test_it_agrees_with_the_whole_alternation(word: str) -> None:
    assert WordPatterns(ALTERNATION).match(word) == (re.fullmatch(ALTERNATION, word) is not None)
