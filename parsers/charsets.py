"""Bytes to text where the sender says the charset, says a wrong one, or says none.

Russian mailers still send windows-1251 and koi8-r, and web forms label either as anything. What was not said is
guessed, and a guess is always told to the caller as a defect.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

_SAMPLE = 600
"""Bytes from the first 8-bit letter on that a guess looks at: more does not make it better."""

_PLAINLY_RUSSIAN = 58
"""A score that text in the right charset has, and none in a wrong one."""

CYRILLIC = ("cp1251", "koi8_r", "iso8859_5", "cp866")

_USUAL = {"cp1251": 6, "koi8_r": 4}
"""Added to the score: windows-1251 is far the most usual."""

# A name from the wire must not pick one of Python's codecs that are no charsets (punycode is quadratic besides).
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap"}
)

_ALIASES = {
    "cp-1251": "cp1251",
    "win-1251": "cp1251",
    "windows1251": "cp1251",
    "x-cp1251": "cp1251",
    "koi8": "koi8_r",
    "koi-8": "koi8_r",
    "koi8r": "koi8_r",
    "koi-8-r": "koi8_r",
    "dos-866": "cp866",
    "x-mac-cyrillic": "mac_cyrillic",
    "utf8mb4": "utf_8",
    "unicode-1-1-utf-7": "utf_7",
    "unicode-1-1-utf-8": "utf_8",
    # What mailers call by the smaller set's name holds the larger set's letters.
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-6-i": "iso8859_6",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-2022-jp": "iso2022_jp_ext",
}

_NOTHING_SAID = frozenset(
    {
        "",
        "us-ascii",
        "ascii",
        "unknown",
        "x-unknown",
        "unknown-8bit",
        "x-user-defined",
        "8bit",
        "7bit",
        "default",
        "none",
    }
)
_WESTERN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp1250", "iso8859-2"})

# "\x1b$B" opens the Japanese letters of ISO-2022-JP (RFC 1468), "\x1b$)C" the Korean ones of ISO-2022-KR (RFC 1557).
_JAPANESE = re.compile(rb"\x1b\$[@B]|\x1b\([JI]")
_KOREAN = re.compile(rb"\x1b\$\)C")
# "пРИВЕТ": a capital behind a small letter inside one word is what koi8-r read as windows-1251 looks like.
_CAPITAL_INSIDE = re.compile("[а-яё][А-ЯЁ]")
_CAPITAL_BEHIND = re.compile("(?<=[А-Яа-яЁё])[А-ЯЁ]")
_FOREIGN = re.compile("[^\x00-\x7f]")
_CYRILLIC_LETTER = re.compile("[А-яЁё]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
# "d\xe9j\xe0" and "\xd1\xf0\xee\xf7\xed\xee": the words that have high bytes at all
_HIGH_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_HIGH = re.compile(rb"[\x80-\xff]")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]+")
_FABRICATED = re.compile("[\ud800-\udfff]")

# How often each letter stands in Russian text, per thousand.
_PER_THOUSAND = "110 85 80 74 67 63 55 47 45 44 35 32 30 28 26 20 19 17 17 16 16 14 12 10 9 7 6 5 4 3 3 1 1"
_FREQUENCY = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", map(int, _PER_THOUSAND.split()), strict=True))
_PAIRS_WORDS = (
    "ст но то на ен ни ра во ко ал ро ер по ре пр ли ов ет ан го не ка ва ор ло ит ть ла та ом ос ол ат ми ел ин "
    "де ес ри за ог те ве ам ле от ед ны до об да ки ти ск ар се бы ил ся тр мо ас ив ое ий ия им ем ой ый ая ше "
    "чт мн"
)
_PAIRS = frozenset(_PAIRS_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text that always encodes to UTF-8, and what was odd about its bytes (None where nothing was)."""

    text: str
    defect: str | None = None


def decode(data: bytes, charset: str | None) -> Decoded:
    """The text of ``data``, whatever ``charset`` claims. None or an unknown name: UTF-8 where it holds, else a guess.

    Line ends are left alone; a byte order mark, NUL and other control characters are dropped.
    """
    if not data:
        return Decoded(text="")
    said = _known(charset)
    if data.isascii() and said in (None, "utf-8", "ascii", "cp1252", "cp1251", "koi8-r") and b"\x1b" not in data:
        return Decoded(text=clean(data.decode("ascii")))
    found = _decode_as_said(data, said) if said is not None else _decode_unsaid(data, charset)
    return Decoded(text=clean(found.text), defect=found.defect)


def clean(text: str) -> str:
    """``text`` without NUL and other control characters (tab and line ends stay), surrogates, byte order marks."""
    if text.isascii() and text.isprintable():
        return text
    return _FABRICATED.sub("\ufffd", _UNWANTED.sub("", text))


def guess(data: bytes) -> str:
    """Python's name of the charset that ``data`` most likely has: UTF-8 if it holds, else a Cyrillic one or cp1252."""
    if _is_utf8(data):
        return "utf-8"
    if _looks_cyrillic(data):
        return _best_cyrillic(data)[0]
    return "cp1252"


def _known(charset: str | None) -> str | None:
    """Python's canonical name of the charset, or None where it is missing, says nothing or is unknown."""
    name = (charset or "").strip().strip("\"'").lower()
    if name in _NOTHING_SAID or len(name) > 60:
        return None
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):  # ValueError: a NUL in the name; UnicodeError: letters in it
        return None
    return None if found.replace("-", "_") in _NO_CHARSETS else found


def _decode_as_said(data: bytes, said: str) -> Decoded:
    mistaken = _mistaken_for(data, said)
    if mistaken is not None:
        return Decoded(
            text=data.decode(mistaken, "replace"), defect=f"the text says {said} but was read as {mistaken} (guessed)"
        )
    try:
        return Decoded(text=data.decode(said))
    except (LookupError, UnicodeError):  # LookupError: "hex" and its like are codecs, but not of text
        return _decode_broken(data, said)


def _decode_broken(data: bytes, said: str) -> Decoded:
    """Bytes that do not fit the charset: a slip in good text is marked, otherwise another charset is guessed."""
    try:
        patched = data.decode(said, "replace")
    except (LookupError, UnicodeError):
        patched = ""
    broken = patched.count("\ufffd")
    if patched and broken * 20 <= len(data if data.isascii() else _HIGH.findall(data)) + 1:
        return Decoded(text=patched, defect=f"the text has {broken} places that are no {said}")
    other = guess(data)
    if other == "cp1252" and patched:
        return Decoded(text=patched, defect=f"the text has {broken} places that are no {said}")
    return Decoded(
        text=data.decode(other, "replace"), defect=f"the text is no {said}; it was read as {other} (guessed)"
    )


def _decode_unsaid(data: bytes, charset: str | None) -> Decoded:
    what = (
        f"the unknown charset {clean(charset)[:40]!r}"
        if charset and charset.lower() not in _NOTHING_SAID
        else "no charset"
    )
    if _JAPANESE.search(data, 0, 4096):
        return Decoded(
            text=data.decode("iso2022_jp_ext", "replace"), defect=f"{what}; it was read as iso-2022-jp (guessed)"
        )
    if _KOREAN.search(data, 0, 4096):
        return Decoded(
            text=data.decode("iso2022_kr", "replace"), defect=f"{what}; it was read as iso-2022-kr (guessed)"
        )
    if data.isascii():
        return Decoded(text=data.decode("ascii"))
    name = guess(data)
    return Decoded(text=data.decode(name, "replace"), defect=f"8-bit text with {what}; it was read as {name} (guessed)")


def _mistaken_for(data: bytes, said: str) -> str | None:
    """Another charset that the bytes plainly have, although they also decode as the one that was said."""
    if data.isascii() or said.startswith(("utf", "iso2022", "gb", "cp9", "big5", "euc", "shift")):
        return None
    if _is_utf8(data):
        return "utf-8"
    if said in _WESTERN:
        if not _looks_cyrillic(data):
            return None
        name, score = _best_cyrillic(data)
        return name if score > 25 else None
    if said.replace("-", "_") in CYRILLIC:
        if _is_plainly(data, said.replace("-", "_")):
            return None
        own = _score(data, said)
        if own >= _PLAINLY_RUSSIAN:
            return None
        name, score = _best_cyrillic(data)
        return name if name != said.replace("-", "_") and score > 1.25 * own + 8 else None
    return None


def _is_plainly(data: bytes, charset: str) -> bool:
    """A quick yes for the usual letter: small letters mostly, and the six commonest often enough."""
    sample = _around_first_high(data)
    high = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    small = len(sample) - len(sample.translate(None, "абвгдеёжзийклмнопрстуфхцчшщъыьэюя".encode(charset)))
    common = len(sample) - len(sample.translate(None, "оеаинт".encode(charset)))
    return high > 40 and small * 10 >= high * 8 and common * 100 >= high * 35


def _is_utf8(data: bytes) -> bool:
    """Non-ASCII bytes that all form UTF-8 are practically never anything else."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter cut in its last character is still UTF-8.
        return error.start >= len(data) - 3 and error.start > 8 and not data[: error.start].isascii()
    return True


def _looks_cyrillic(data: bytes) -> bool:
    """Words made of high bytes: in Western languages a high byte stands alone among ASCII letters."""
    sample = _around_first_high(data)
    words = b"".join(_HIGH_WORD.findall(sample))
    return _HIGH_RUN.search(sample) is not None and len(_HIGH.findall(words)) * 5 >= 3 * len(words)


def _around_first_high(data: bytes) -> bytes:
    first = _HIGH.search(data)
    start = first.start() if first else 0
    return data[start : start + _SAMPLE]


def _best_cyrillic(data: bytes) -> tuple[str, float]:
    scored = [(_score(data, name) + _USUAL.get(name, 0), name) for name in CYRILLIC]
    best = max(scored, key=lambda pair: pair[0])
    return best[1], best[0]


def _score(data: bytes, charset: str) -> float:
    """How Russian the bytes look in ``charset``: roughly per letter, 100 is ordinary text."""
    text = _around_first_high(data).decode(charset, "replace")
    foreign = _FOREIGN.findall(text)
    if not foreign:
        return 0.0
    letters = _CYRILLIC_LETTER.findall(text)
    small = text.lower()
    value = float(sum(_FREQUENCY.get(letter, 0) * count for letter, count in Counter(small).items()))
    value += 40.0 * sum(pair in _PAIRS for pair in map("".join, pairwise(small)))
    value -= 8.0 * len(_CAPITAL_BEHIND.findall(text))
    value -= 60.0 * len(_CAPITAL_INSIDE.findall(text)) + 80.0 * (len(foreign) - len(letters))
    return value / len(foreign)
