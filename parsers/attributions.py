"""Lines by which a program announces a quoted letter: «23.11.2026, 12:04, "Имя" <a@b>:», «On … wrote:».

One is known by what it is made of (a date, a time, an address, a verb of writing, a colon) and not by its whole form,
so that other orders of words and other programs fit as well. Programs wrap it over several lines.
"""

import re
from collections.abc import Sequence

from parsers.dividers import DATE_OPENERS, DAYS_AND_MONTHS, WROTE

MAX_LINES = 6
"""More lines than any program spreads an attribution over."""
MAX_LENGTH = 400
"""In characters; a paragraph that is longer is somebody's words."""
_LONGEST_PROSE = 12
"""In words: an attribution without date and address is no longer than this («John Smith from Acme wrote:»)."""


def _alternatives(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


# Chinese and Japanese write no spaces between words, so only letters of alphabets count as a word's edge.
_EDGE_BEFORE = r"(?<![^\W\d_\u3040-\u9fff])"
_EDGE_AFTER = r"(?![^\W\d_\u3040-\u9fff])"
_VERB = re.compile(
    _EDGE_BEFORE + "(?:" + _alternatives([verb for verbs in WROTE.values() for verb in verbs]) + ")" + _EDGE_AFTER,
    re.IGNORECASE,
)

# 23.11.2026 | 2016-11-08 | 2016年11月8日 | 2016. 11. 8. | 23 нояб. 2026 | 16 aug. 2014 | Jan 27, 2015 | 17-feb.-2015
_DATE = re.compile(
    r"""\d{1,4}[./-][ ]?\d{1,2}[./-][ ]?\d{1,4}
      | \d{4}[ ]?年
      | \d{1,2}(?:st|nd|rd|th)?[.\s-]{0,3}(?:de\s)?(?:of\s)?[^\W\d_]{3,12}\.?[,.\s-]{0,3}(?:de\s|del\s)?(?:\d{4}|\d{2}:)
      | [^\W\d_]{3,12}\.?[\s-]\d{1,2}(?:st|nd|rd|th)?[,.\s-]
      | \d{1,2}\s(?:tháng|thg)""",
    re.VERBOSE,
)

# 12:04 | 12.04 after «klo», «kl», «um» | 14h05 | 下午2:23
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}(?!\d)(?![./]\d)")

_HAS_WORD = re.compile(r"[^\W\d_]{2}")
_ADDRESS = re.compile(r"[^\s<>@\"'(,;:]{1,64}@[^\s<>@\"',;]{2,255}")

_OPENS = re.compile(
    r"(?:\W{0,6}(?:" + _alternatives(DATE_OPENERS) + r")[\s,]+)?"
    r"(?:\W{0,6}(?:" + _alternatives(DAYS_AND_MONTHS) + r")[^\W\d_]{0,12}[.,]{0,2}\W{1,4}(?:de\s)?){0,2}"
    r"(?:(?:" + _alternatives(DATE_OPENERS) + r")\s)?\W{0,3}\d{1,4}(?:st|nd|rd|th)?[\s./:,年-]",
    re.IGNORECASE,
)
# On Tue, 2011-03-01 | Il giorno gio 8 | Vào Th 5, 8 thg 6: a preposition, a word or two, a figure
_OPENS_WIDELY = re.compile(
    r"\W{0,6}(?:" + _alternatives(DATE_OPENERS) + r")\s+(?:[^\W\d_]{1,13}[.,]{0,2}\s+){0,4}\d", re.IGNORECASE
)

# «12 октября в 10:00 ваш менеджер писал:» is a client's tale, no program's line; «Поддержка» would be a name
_TALE = re.compile(
    r"\b(?:я|мы|мне|нам|мной|вам|вас|вы|ваш\w*|наш\w*|менеджер\w*|сотрудни\w+|специалист\w*|оператор\w*|поддержк\w+|клиент\w*"
    r"|участни\w+|преподавател\w+|систем\w+|сервис\w*|письм\w+|сообщени\w+|чат\w*|ошибк\w+|we|me|us|you|your)\b"
)

# ---- John Smith wrote ---- (Android, Zoho) | ------On 12/29/1987 17:32 PM, Julius Caesar wrote-----
_BETWEEN_DASHES = re.compile(r"\s*-{2,}\s?(?P<inside>[^-\s].{3,200}?)\s?-{2,}\s*$")

_LOOSE_END = " \t\u00a0\u200b\u200c\u200d\u200e\u200f*_"
_VERBS = tuple(sorted({verb for verbs in WROTE.values() for verb in verbs}))
_COLON = re.compile(r"[:：][\s\u200b-\u200f*_]*$")


def may_close(line: str) -> bool:
    """Whether an attribution may end with this line: a cheap question, asked of every line."""
    end = line[-80:].rstrip(_LOOSE_END)
    return end.endswith((":", "：", ">", ")", "--")) or _ends_with_verb(end)


def _ends_with_verb(text: str) -> bool:
    end = text[-60:].rstrip(_LOOSE_END + ".-:：").lower()
    for verb in _VERBS if end.endswith(_VERBS) else ():
        before = end[-len(verb) - 1 : -len(verb)]
        if end.endswith(verb) and (not before.isalpha() or ord(verb[0]) > 0x3000):
            return True
    return False


def opens_with_date(line: str) -> bool:
    """Whether a line begins as attributions with a date do: «пн, 23 нояб.», «On Tue, 3 Apr», «2016-11-08»."""
    start = line[:120]
    return bool(_OPENS.match(start) or _OPENS_WIDELY.match(start))


def is_attribution(text: str, *, quote_follows: bool) -> bool:
    """Whether a text, joined to one line, announces a quoted letter.

    ``quote_follows``: the next line that is not blank carries a quote mark; then less evidence is enough.
    """
    if len(text) > MAX_LENGTH or not _HAS_WORD.search(text):
        return False
    dashed = _BETWEEN_DASHES.match(text)
    if dashed:
        inside = dashed["inside"]
        return _ends_with_verb(inside) and (quote_follows or bool(_DATE.search(inside) or _ADDRESS.search(inside)))
    verb = _VERB.search(text)
    has_address = bool(_ADDRESS.search(text))
    has_moment = bool(_DATE.search(text)) or bool(_TIME.search(text))
    colon = bool(_COLON.search(text))
    opens = opens_with_date(text)
    if has_address and has_moment and opens:
        # 23.11.2026, 12:04, "Имя" <a@b>: | On Wed, 14 Nov 2018 08:14:43 -0200 John Doe <john@doe.com> wrote
        return colon or (verb is not None and _ends_with_verb(text)) or quote_follows
    if verb is None:
        # Пт, 13 мар. 2026 г. в 09:40, Дана Абильдина:
        return colon and quote_follows and opens and bool(_TIME.search(text))
    return _speaks_of_writing(text, colon, opens, has_address, has_moment, quote_follows)


def _speaks_of_writing(  # noqa: PLR0917 - the evidence, gathered by its only caller
    text: str, colon: bool, opens: bool, has_address: bool, has_moment: bool, quote_follows: bool
) -> bool:
    ends = colon and _ends_with_verb(text)
    if has_address and (ends or (colon and has_moment)):
        # codinghorror via Discourse Meta <info@discourse.org> schrieb:
        return True
    if opens and has_moment and (colon or _ends_with_verb(text)):
        # On 28 Jan 2016, at 19:04, Some One wrote: | Am 25.06.2015 um 10:55 schrieb Test user:
        return quote_follows or (bool(_TIME.search(text) or _DATE.search(text)) and not _TALE.search(text))
    # Вы писали 23 ноября 2026 г., 12:04:12: (The Bat!) | John Smith wrote:
    return quote_follows and colon and (ends or has_moment) and len(text.split()) <= _LONGEST_PROSE


def find_start(lines: Sequence[str], end: int, first: int, *, quote_follows: bool) -> int | None:
    """The line at which an attribution that ends with ``lines[end]`` begins, or None if there is none.

    ``first`` is the earliest line it may reach back to. A start that carries the date is preferred to a nearer one.
    """
    found = None
    joined = ""
    for index in range(end, max(first, end - MAX_LINES + 1) - 1, -1):
        line = lines[index].strip(" \t\u00a0\ufeff\u200b")
        if not line and (index == end or not lines[index + 1].lstrip().startswith(("<", "mailto:"))):
            break
        joined = f"{line} {joined}".strip()
        if len(joined) > MAX_LENGTH:
            break
        if is_attribution(joined, quote_follows=quote_follows):
            if opens_with_date(line):
                return index
            found = index if found is None else found
    return found
