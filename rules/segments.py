"""A text cut into sentences, clauses and words: the units in which a client's wishes are read."""

import re

MOST_CHARACTERS = 8_000
"""A letter says what it wants within its first pages; the rest is a log or a price list."""

# «…не могу войти. Верните деньги», «1) счёт; 2) акт», «- акт\n- счёт»
_SENTENCE_END = re.compile(r"(?<=[.!?…;])\s+|\n+|(?<=\s)(?=\d{1,2}[.)]\s)|(?<=[.!?])(?=[А-ЯЁA-Z«])")
# «https://room.controlsystem.kz/abc», «ivan@mail.ru»
_URL = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:kz|ru|com|net|org|uz|kg|by|io|su)\b(?:/\S*)?", re.I
)
# what every link and address holds: «://», or a point with something behind it
_MAY_BE_LINK = re.compile(r"://|\.\S")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# «104582», «7 701 455»: one sign for any number, since its digits mean nothing for the kind of request
_NUMBER = re.compile(r"\d+")
# «Нужна ЭСФ за август, а также счёт», «верните остаток и удалите профиль»
_CLAUSE_END = re.compile(
    r"[,;:()]\s+|\s+[—–-]\s+|\s+(?=(?:и|а|но|затем|потом|плюс|да)\s)|(?<!\s[аи])\s+(?=также\s)", re.I
)
_WORD = re.compile(r"[^\W\d_]+(?:[-*@'][^\W\d_]+)*|[?!]|<\w+>")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences, list items and lines of ``text``, stripped, none of them empty."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text[:MOST_CHARACTERS]) if part and part.strip())


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence that may each ask for another thing, none of them empty."""
    return tuple(part for part in _CLAUSE_END.split(sentence) if part)


def words(sentence: str) -> tuple[str, ...]:
    """The word forms of a sentence in lower case, in order; links, addresses and numbers stand as ``<url>`` and so on.

    Question and exclamation marks are words: «можно ли вернуть деньги?» is another thing than «верните деньги!».
    """
    plain = _EMAIL.sub(" <mail> ", sentence) if "@" in sentence else sentence
    if _MAY_BE_LINK.search(plain):
        plain = _URL.sub(" <url> ", plain)
    plain = _NUMBER.sub(" <number> ", plain)
    return tuple(_WORD.findall(plain.lower().replace("ё", "е")))
