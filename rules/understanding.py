"""What the program understands of a client's new words."""

import re
from dataclasses import replace

from parsers.mail import Attachment, Language
from rules.account_number import find_account_number
from rules.category import Category, Detail
from rules.classifier import Classified, classify
from rules.conduct import find_misconduct
from rules.link import find_link
from rules.model import load_model
from rules.objection import find_objection
from rules.policy import Policy
from rules.reading import CategoryReading, Reading
from rules.reason import Reason
from rules.screenshot import find_screenshot
from rules.segments import words as word_forms
from rules.steps import find_steps
from rules.telephone import find_wish_for_call
from rules.thanks import is_thanks_alone

BARE_LINE = 7
"""Words. A letter of fewer describes nothing («не работает»)."""
LONGEST_EVIDENCE = 120
MOST_CHARACTERS = 8_000
"""What a letter wants stands within its first pages; a pasted log of a megabyte would only cost time."""


def read_request(
    *,
    subject: str,
    words: str,
    full_text: str,
    signature: str,
    attachments: tuple[Attachment, ...],
    language: Language,
    policy: Policy,
) -> Reading:
    """The reading of a letter from its new ``words``; all other text only where a detail may stand in it.

    Empty words are read from the subject alone. ``full_text`` (with quotes) never counts as the client's own words.
    """
    subject, words, signature, full_text = (_bounded(each) for each in (subject, words, signature, full_text))
    thanks_alone = is_thanks_alone(subject, words)
    classified = classify(model=load_model(policy.model), subject=subject, text=words, lexicon=policy.lexicon)
    account = find_account_number(words, subject, signature, full_text=full_text)
    found: dict[Detail, str | None] = {
        Detail.ACCOUNT_NUMBER: account.evidence if account is not None else None,
        Detail.DESCRIPTION: _description(words),
        Detail.STEPS: find_steps(words, broken=_reports_breakage(classified)),
        Detail.SCREENSHOT: find_screenshot(attachments, f"{subject}\n{words}"),
        Detail.LINK: find_link(f"{subject}\n{words}", policy.service_hosts),
    }
    conduct = find_misconduct(f"{subject}\n{words}")
    call = find_wish_for_call(f"{subject}\n{words}")
    objection = find_objection(subject, words)
    return Reading(
        categories=_named(classified.readings, words) if objection is not None else classified.readings,
        conduct=conduct is not None,
        wants_call=call is not None,
        account_number=account.digits if account is not None else None,
        supplied=frozenset(detail for detail, evidence in found.items() if evidence is not None),
        thanks_alone=thanks_alone,
        objects=objection is not None,
        language=language,
        reasons=(
            *classified.reasons,
            *_reasons(found, conduct=conduct, call=call, objection=objection, thanks_alone=thanks_alone),
        ),
    )


LONGEST_WORD = 120
LONGEST_SPACE = 20
# a pasted key, a line of stars: no word, and long ones would cost time by their square
_LONG_RUN = re.compile(rf"(\S{{{LONGEST_WORD}}})\S+")
_BLANK_LINES = re.compile(rf"\s{{{LONGEST_SPACE},}}")


def _bounded(text: str) -> str:
    """``text`` cut so that reading it takes milliseconds, whatever it is."""
    text = text[:MOST_CHARACTERS]
    lengths = [len(word) for word in text.split()]
    spaces_beyond_one = len(text) - sum(lengths) - len(lengths)
    if max(lengths, default=0) <= LONGEST_WORD and spaces_beyond_one < LONGEST_SPACE - 2:
        return text
    return _BLANK_LINES.sub("\n", _LONG_RUN.sub(r"\1", text))


def _reports_breakage(classified: Classified) -> bool:
    return any(reading.category is Category.TECHNICAL for reading in classified.readings)


# Срочно! Мы не можем ждать до понедельника.
_SENTENCE_END = re.compile(r"[.!?…\n]+")


def _named(readings: tuple[CategoryReading, ...], words: str) -> tuple[CategoryReading, ...]:
    """The readings of words that object; where they do nothing else, they name no category of their own."""
    if any(word_forms(each) and find_objection("", each) is None for each in _SENTENCE_END.split(words)):
        return readings
    return tuple(replace(each, plain=False) for each in readings)


def _description(words: str) -> str | None:
    count = len(word_forms(words))
    return f"{count} words" if count >= BARE_LINE else None


def _reasons(
    found: dict[Detail, str | None],
    *,
    conduct: str | None,
    call: str | None,
    objection: str | None,
    thanks_alone: bool,
) -> tuple[Reason, ...]:
    supplied = [
        Reason(decision="supplied", value=detail, clause="6", evidence=evidence[:LONGEST_EVIDENCE])
        for detail, evidence in found.items()
        if evidence is not None
    ]
    flags = [
        Reason(decision=decision, value="yes", clause=clause, evidence=evidence[:LONGEST_EVIDENCE])
        for decision, clause, evidence in (
            ("conduct", "12", conduct),
            ("wants_call", "5", call),
            ("objects", None, objection),
            ("thanks_alone", None, "thanks, and no request" if thanks_alone else None),
        )
        if evidence is not None
    ]
    return (*supplied, *flags)
