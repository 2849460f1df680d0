"""What stands behind the rules against machines: how many automatic letters may go out (RFC 3834, 2; practice).

Pure: the counts are arguments.
"""

import hashlib
import re
from dataclasses import dataclass

from rules.policy import AcknowledgementLimits, Limit

PUBLIC_MAIL_DOMAINS = frozenset(
    """
    gmail.com googlemail.com mail.ru bk.ru list.ru inbox.ru internet.ru xmail.ru mail.kz yandex.ru yandex.kz ya.ru
    yandex.com yandex.by yandex.uz rambler.ru lenta.ru autorambler.ru ro.ru outlook.com hotmail.com live.com live.ru
    msn.com outlook.kz icloud.com me.com mac.com yahoo.com ymail.com proton.me protonmail.com pm.me gmx.com gmx.net
    gmx.de web.de aol.com zoho.com ukr.net i.ua meta.ua nur.kz tut.by qip.ru pochta.ru vk.com fastmail.com hey.com
    """.split()  # noqa: SIM905 - one domain a word reads better than fifty strings
)
"""Where many people who do not know each other have their addresses: no limit per domain."""

# Second-level domains under which companies register: the domain is one label longer there.
_PUBLIC_SUFFIXES = frozenset({"com", "org", "net", "edu", "gov", "mil", "co", "ac", "or", "go", "spb", "msk"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many automatic letters to clients were written within each limit's span."""

    per_address: int
    per_domain: int
    per_body: int
    overall: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a letter is held back. ``trips``: everything automatic stops until a person looks."""

    reason: str
    trips: bool = False


def find_verdict(counts: Counts, limits: AcknowledgementLimits) -> Verdict | None:
    """None where the letter may go out."""
    if _reached(limits.overall, counts.overall):
        return Verdict(reason=f"limit: {counts.overall} automatic letters within {limits.overall.within}", trips=True)
    named = (
        (limits.per_address, counts.per_address, "to this address"),
        (limits.per_domain, counts.per_domain, "to this domain"),
        (limits.per_body, counts.per_body, "in answer to this very text"),
    )
    for limit, count, whom in named:
        if _reached(limit, count):
            return Verdict(reason=f"limit: {count} letters {whom} within {limit.within}")
    return None


def _reached(limit: Limit, count: int) -> bool:
    return limit.count is not None and count >= limit.count


def find_domain(address: str) -> str | None:
    """The registered domain the limit counts by, or None where many strangers share it.

    ``x@a1.robots.example.com`` and ``y@a2.robots.example.com`` are one domain: ``example.com``.
    """
    labels = address.rpartition("@")[2].rstrip(".").split(".")
    if labels == [""]:
        return None
    length = 3 if len(labels) >= 3 and labels[-2] in _PUBLIC_SUFFIXES else 2
    domain = ".".join(labels[-length:])
    return None if domain in PUBLIC_MAIL_DOMAINS else domain


# A robot's texts differ in a number or a date: «Заявка 88120 от 21.11.2026».
_NOT_A_LETTER = re.compile(r"[\W\d_]+")


def body_key(subject: str, text: str) -> str:
    """A fingerprint of a letter's words that does not see numbers, white space and case; empty for no words."""
    words = _NOT_A_LETTER.sub("", f"{subject[:500]}\n{text[:4000]}".lower())
    return hashlib.sha256(words.encode()).hexdigest()[:32] if words else ""
