"""Patterns that are searched only where a part of theirs stands."""

from rules.phrase_patterns import PhrasePatterns

PATTERNS = PhrasePatterns(
    (("звон", "набер"), r"\bпозвоните\b|\bнаберите\b"),
    (("телефон",), r"\bтелефон\w*"),
    (("звон",), r"\bзвонок\b"),
)


def _sources(low: str) -> list[str]:
    return [pattern.pattern for pattern in PATTERNS.possible(low)]


def test_a_text_without_any_part_is_not_searched() -> None:
    assert _sources("напишите, пожалуйста") == []
    assert _sources("") == []


def test_a_pattern_is_named_once_and_in_its_order_however_many_of_its_parts_stand() -> None:
    assert _sources("телефон: наберите или позвоните") == [
        r"\bпозвоните\b|\bнаберите\b",
        r"\bтелефон\w*",
        r"\bзвонок\b",
    ]


def test_patterns_do_not_look_at_capital_letters() -> None:
    (pattern,) = PATTERNS.possible("телефон")
    assert pattern.search("ТЕЛЕФОН") is not None
