"""Which of the ten categories a letter asks for, how surely, and on what evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest

from rules.category import Category
from rules.features import Block, Features, Units, features_of_letter, telling_subject
from rules.model import Model
from rules.morphology import lemma
from rules.reading import CategoryReading
from rules.reason import Reason
from rules.segments import words
from rules.wishes import (
    LetterScores,
    best_two,
    count_marks,
    in_order_asked,
    probability_of_second,
    second_features,
)

OFFICE = "office"
"""The model's output beside the categories: whether all of the letter waits for the office."""
CATEGORIES = tuple(Category)
OUTPUTS = (*CATEGORIES, OFFICE)
OFFICE_FROM = -0.15
"""The score from which the letter is confidently read as waiting: a wrong Monday is worse than a missed one."""
TWO_FROM = 0.45
"""The probability from which a letter has two categories."""
DUTY_FROM = 0.4
"""The probability of a second wish that is not deferrable from which the first is no longer surely the only one."""
SPLIT_FROM = 0.7
"""The probability of two wishes from which the deferrable one of a mixed letter is confidently read and waits."""
PLAIN_FROM = 0.4
"""The score from which the words name the category by themselves («верните деньги»; not: «посмотрите поскорее»)."""
LEXICON_WEIGHT = 0.8
"""What an operator's own word adds to its category's score."""
WORDS_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """One or two readings, the main one first, with their reasons."""

    readings: tuple[CategoryReading, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The categories chosen, the main one first; whether all of the letter surely waits for the office (``waits``), or
    surely the deferrable one of two wishes while the other is answered on duty (``splits``)."""

    chosen: tuple[Category, ...]
    second: float
    """The probability that two things are asked for."""
    office: float
    waits: bool
    splits: bool


def classify(*, model: Model, subject: str, text: str, lexicon: Mapping[Category, tuple[str, ...]]) -> Classified:
    """The categories of a letter. ``lexicon``: an operator's words or phrases per category, matched by lemma.

    A letter without one word to judge by is ``other``, not confident.
    """
    features = features_of_letter(subject, text)
    if not features.sentences:
        return Classified(readings=(CategoryReading(category=Category.OTHER, confident=False),), reasons=())
    own = _operator_words(f"{subject}\n{text}", lexicon)
    scores, office = score_letter(model, features, marks=count_marks(f"{telling_subject(subject, text)}\n{text}"))
    raised = tuple(
        score + LEXICON_WEIGHT * len(own.get(category, ()))
        for category, score in zip(CATEGORIES, scores.letter, strict=True)
    )
    judged = judge(model, replace(scores, letter=raised), office=office)
    return Classified(
        readings=tuple(
            CategoryReading(
                category=category,
                confident=judged.waits or judged.splits or not category.deferrable,
                plain=len(judged.chosen) > 1 or raised[CATEGORIES.index(category)] >= PLAIN_FROM,
            )
            for category in judged.chosen
        ),
        reasons=tuple(
            _reason(
                model=model,
                units=features.letter,
                category=category,
                score=raised[CATEGORIES.index(category)],
                own=own.get(category, ()),
                judged=judged,
            )
            for category in judged.chosen
        ),
    )


def score_letter(model: Model, features: Features, *, marks: int) -> tuple[LetterScores, float]:
    """The categories' scores of a letter and of its sentences, and the score for the office."""
    whole = model.score(features.letter)
    by_sentence = tuple(model.score(sentence)[: len(CATEGORIES)] for sentence in features.sentences)
    return LetterScores(letter=whole[: len(CATEGORIES)], sentences=by_sentence, marks=marks), whole[len(CATEGORIES)]


def judge(model: Model, scores: LetterScores, *, office: float) -> Judged:
    """One or two categories, and whether all of it surely waits."""
    first, second = best_two(scores)
    probability = probability_of_second(model.second, second_features(scores))
    order = in_order_asked(scores, first, second) if probability >= TWO_FROM else (first,)
    chosen = tuple(CATEGORIES[index] for index in order)
    something_else = probability >= DUTY_FROM and not CATEGORIES[second].deferrable
    waits = office >= OFFICE_FROM and all(category.deferrable for category in chosen) and not something_else
    splits = probability >= SPLIT_FROM and len({category.deferrable for category in chosen}) == 2
    return Judged(chosen=chosen, second=probability, office=office, waits=waits, splits=splits)


def _operator_words(letter: str, lexicon: Mapping[Category, tuple[str, ...]]) -> dict[Category, tuple[str, ...]]:
    """The operator's words and phrases that are in the letter, by category."""
    if not lexicon:
        return {}
    lemmas = f" {_lemmas(letter)} "
    found = {
        category: tuple(phrase for phrase in phrases if f" {_lemmas(phrase)} " in lemmas)
        for category, phrases in lexicon.items()
    }
    return {category: phrases for category, phrases in found.items() if phrases}


def _lemmas(text: str) -> str:
    return " ".join(lemma(form) for form in words(text))


def _reason(
    *, model: Model, units: Units, category: Category, score: float, own: Sequence[str], judged: Judged
) -> Reason:
    """The words that spoke for it most, with their weights: «акт +0.41, эсф +0.38»."""
    named = [f"{word} {weight:+.2f}" for word, weight in _strongest(model, units, OUTPUTS.index(category))]
    named += [f"{phrase} {LEXICON_WEIGHT:+.2f} (operator's)" for phrase in own]
    sure = f"; office {judged.office:+.2f}, second wish {judged.second:.2f}" if category.deferrable else ""
    return Reason(
        decision="category",
        value=category,
        clause=_CLAUSES.get(category, "3" if category.deferrable else None),
        evidence=f"score {score:+.2f}: {', '.join(named)}{sure}",
    )


def _strongest(model: Model, units: Units, output: int) -> list[tuple[str, float]]:
    """The words that speak for an output, at most ``WORDS_NAMED`` of them, the strongest first."""
    by_block = model.evidence(units, output)
    by_word: dict[str, float] = {}
    for form, added in by_block[Block.FORM]:
        word = lemma(form)
        by_word[word] = by_word.get(word, 0.0) + added
    for word, added in (*by_block[Block.LEMMA], *by_block[Block.SUBJECT]):
        by_word[word] = by_word.get(word, 0.0) + added
    speaking = [(-added, word) for word, added in (*by_word.items(), *by_block[Block.PAIR]) if added > 0]
    speaking += [(-added, f"[{concept}]") for concept, added in by_block[Block.CONCEPT] if added > 0]
    return [(word, -added) for added, word in nsmallest(WORDS_NAMED, speaking)]


_CLAUSES = {Category.API_SCRIPTS: "7", Category.ACCOUNT_SETUP: "8"}
