"""Which of the ten categories a letter asks for, how surely, and on what evidence."""

from dataclasses import dataclass

from parsers.mail import Language
from rules.category import Category
from rules.features import Block, Unit
from rules.model import Model, Scores
from rules.morphology import lemma
from rules.reading import CategoryReading
from rules.reason import Reason
from rules.segments import words

OFFICE = "office"
"""The model's output beside the categories: whether all of the letter waits for the office."""
OFFICE_FROM = 0.0
"""The score from which the letter is confidently read as waiting: a wrong Monday is worse than a missed one."""
SECOND_FROM = 0.0
"""The score from which a second category counts as asked for."""
LEXICON_WEIGHT = 0.6
"""What an operator's own word adds to its category's score."""
WORDS_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """One or two readings, the main one first, with their reasons."""

    readings: tuple[CategoryReading, ...]
    reasons: tuple[Reason, ...]


def classify(
    *, model: Model, subject: str, text: str, language: Language, lexicon: dict[Category, tuple[str, ...]]
) -> Classified:
    """The categories of a letter; ``other``, not confident, where there is not one word to judge by."""
    scores = model.score_text(subject, text)
    extra = _operator_words(subject, text, lexicon)
    by_category = {
        category: value + LEXICON_WEIGHT * len(extra.get(category, ()))
        for category, value in zip(model.outputs, scores.values, strict=True)
        if category in Category.__members__.values()
    }
    main, second, *_ = sorted(by_category, key=lambda category: -by_category[category])
    chosen = [Category(main)]
    if by_category[second] >= SECOND_FROM:
        chosen.append(Category(second))
    office = scores.values[model.outputs.index(OFFICE)]
    confident = office >= OFFICE_FROM and all(category.deferrable for category in chosen)
    readings = tuple(
        CategoryReading(category=category, confident=confident if category.deferrable else True) for category in chosen
    )
    reasons = tuple(
        Reason(
            decision="category",
            value=category,
            clause="3" if category.deferrable else None,
            evidence=_evidence(scores, model.outputs.index(category), by_category[category], extra.get(category, ())),
        )
        for category in chosen
    )
    return Classified(readings=readings, reasons=reasons)


def _operator_words(subject: str, text: str, lexicon: dict[Category, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The operator's words and phrases that are in the letter, by category; matched by lemma."""
    if not lexicon:
        return {}
    letter = f" {' '.join(lemma(form) for form in words(f'{subject}. {text}'))} "
    return {
        category: tuple(
            phrase for phrase in phrases if f" {' '.join(lemma(form) for form in words(phrase))} " in letter
        )
        for category, phrases in lexicon.items()
    }


def _evidence(scores: Scores, output: int, score: float, own: tuple[str, ...]) -> str:
    """The words that spoke for it most, with their weights: «акт +0.41, эсф +0.38»."""
    by_word: dict[str, float] = {}
    for unit, added in scores.added:
        by_word[_spoken(unit)] = by_word.get(_spoken(unit), 0.0) + added[output]
    strongest = sorted(by_word.items(), key=lambda item: -item[1])[:WORDS_NAMED]
    named = [f"{word} {weight:+.2f}" for word, weight in strongest if weight > 0]
    named += [f"{phrase} {LEXICON_WEIGHT:+.2f} (operator's)" for phrase in own]
    return f"score {score:+.2f}: {', '.join(named)}"


def _spoken(unit: Unit) -> str:
    block, name = unit
    if block is Block.FORM:
        return lemma(name)
    if block is Block.CONCEPT:
        return f"[{name}]"
    return name
