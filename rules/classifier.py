"""Which of the ten categories a letter asks for, how surely, and on what evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest, nsmallest

from rules.category import Category
from rules.features import Block, Features, Units, features_of_letter, telling_subject, units_by_clause
from rules.model import Logistic, Model
from rules.morphology import lemma
from rules.reading import CategoryReading
from rules.reason import Reason
from rules.segments import words
from rules.wishes import (
    LetterScores,
    best_two,
    count_marks,
    in_order_asked,
    second_features,
)

OFFICE = "office"
"""The model's output beside the categories: whether all of the letter waits for the office."""
CATEGORIES = tuple(Category)
OUTPUTS = (*CATEGORIES, OFFICE)
WAITS_FROM = 0.5
"""The probability from which the letter is confidently read as waiting: a wrong Monday is worse than a missed one."""
TWO_POSSIBLE_FROM = -1.0
"""The second highest score from which a letter is read clause by clause: below it two wishes are next to impossible."""
TWO_FROM = 0.5
"""The probability from which a letter has two categories."""
SPLIT_FROM = 0.55
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
    waiting: float
    """The probability that all of the letter waits."""
    waits: bool
    splits: bool


def classify(*, model: Model, subject: str, text: str, lexicon: Mapping[Category, tuple[str, ...]]) -> Classified:
    """The categories of a letter. ``lexicon``: an operator's words or phrases per category, matched by lemma.

    A letter without one word to judge by is ``other``, not confident.
    """
    features = features_of_letter(subject, text)
    if not any(features.letter):
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
    """The categories' scores of a letter, those of its clauses where a second wish is possible, and the office's."""
    whole = model.score(features.letter)
    letter, office = whole[: len(CATEGORIES)], whole[len(CATEGORIES)]
    may_be_two = nlargest(2, letter)[-1] >= TWO_POSSIBLE_FROM
    subject, text = (
        tuple(model.score(clause)[: len(CATEGORIES)] for clause in units_by_clause(sentences)) if may_be_two else ()
        for sentences in (features.subject, features.text)
    )
    return LetterScores(letter=letter, subject=subject, text=text, marks=marks), office


def judge(model: Model, scores: LetterScores, *, office: float) -> Judged:
    """One or two categories, and whether all of it surely waits. ``office``: the model's score for waiting."""
    two = probability_of_two(model.second, scores)
    first, second = best_two(scores)
    chosen = tuple(
        CATEGORIES[index] for index in (in_order_asked(scores, first, second) if two >= TWO_FROM else (first,))
    )
    waiting = model.waiting.probability(waiting_features(scores, office=office, two=two))
    waits = waiting >= WAITS_FROM and all(category.deferrable for category in chosen)
    splits = two >= SPLIT_FROM and len({category.deferrable for category in chosen}) == 2
    return Judged(chosen=chosen, second=two, waiting=waiting, waits=waits, splits=splits)


def probability_of_two(judge_of_second: Logistic, scores: LetterScores) -> float:
    """That two things are asked for; nothing where the letter was not read clause by clause."""
    return judge_of_second.probability(second_features(scores)) if scores.subject or scores.text else 0.0


def waiting_features(scores: LetterScores, *, office: float, two: float) -> tuple[float, float, float]:
    """What tells whether all of a letter waits: the model's own score for it, how far the best category that waits is
    ahead of the best that does not, and the probability ``two`` of a second wish where that would not wait."""
    waits = max(score for category, score in zip(CATEGORIES, scores.letter, strict=True) if category.deferrable)
    does_not = max(score for category, score in zip(CATEGORIES, scores.letter, strict=True) if not category.deferrable)
    _, second = best_two(scores)
    return office, waits - does_not, 0.0 if CATEGORIES[second].deferrable else two


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
    sure = f"; waits {judged.waiting:.2f}, second wish {judged.second:.2f}" if category.deferrable else ""
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
