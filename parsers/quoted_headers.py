"""Dividers and header lines above a letter that stands inside another as text, and what they tell of it.

-----Original Message-----          ---------- Forwarded message ---------      Begin forwarded message:
От: Имя <a@b.kz>                    From: Name <a@b.kz>
Отправлено: 23 ноября 2026 г. 12:04 Date: Mon, 23 Nov 2026 at 12:04
Кому: …                             Subject: …
Тема: …                             To: …
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.dividers import FIELD_NAMES, FORWARD_PREFIXES, FORWARD_STEMS, MESSAGE_STEMS, ORIGINAL_STEMS, Field
from parsers.mail import NOBODY, Address

MAX_VALUE_LINES = 12
"""Lines over which the addresses of one header line may be wrapped."""

_NAME_OF: dict[str, Field] = {}
for _field, _by_language in FIELD_NAMES.items():
    for _names in _by_language.values():
        for _name in _names:
            _NAME_OF.setdefault(_name, _field)
del _field, _by_language, _names, _name

# *От:* Имя <a@b.kz> | Envoyé : vendredi | 发件人: x | От:\tИмя
_HEADER_LINE = re.compile(
    r"[\s*_>|•\u200b-\u200f]{0,12}(?P<name>[^\W\d_][\w .\-]{0,24}?)[\s*_\u00a0]{0,3}[:：][*_]{0,2}\s*(?P<value>.*)"
)
_EMAIL = re.compile(r"(?<![^\s<>\"'(\[:;,])[\w.+=\-&'/]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")

# -----Original Message----- | -------- Пересылаемое сообщение -------- | ----- Mensagem original ----- Von: …
_DASHED = re.compile(r"[\s>]*[-_=—–*+#~]{2,}\s*(?P<phrase>[^-_=—–\s][^\n]{2,60}?)\s*[-_=—–*+#~]{2,}")
# Begin forwarded message: | Začátek přeposílané zprávy:
_BARE = re.compile(r"[\s>*_]*(?P<phrase>[^\W\d_][^\n:：]{4,60})[:：]?[\s*_]*$")
_INLINE_FIELD = re.compile(r"(?P<name>[^\W\d_][\w .\-]{0,20}?)\s?[:：]\s?")
# Понедельник, 23 ноября 2026, 12:04 +05:00 от Имя | 20 окт. 2016 г. 19:37 пользователь "Имя" | On …, at 6:54 PM, Name
_MOMENT = re.compile(
    r".*?\d{1,2}[:.]\d{2}(?::\d{2})?(?![\d.])(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?(?:GMT|UTC)?[+\-]\d{1,2}:?\d{2})?[\s,]*(?:(?:от|пользователь)\s)?"
)
_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\ufeff"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderBlock:
    """Header lines of a quoted letter: lines ``start`` to ``end`` (half-open) of the text, and what they say."""

    start: int
    end: int
    author: Address
    subject: str
    fields: frozenset[Field]


def _any_of(stems: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, stems)))


_FORWARDED = _any_of(FORWARD_STEMS)
_ORIGINAL = _any_of(ORIGINAL_STEMS)
_MESSAGE = _any_of(MESSAGE_STEMS)


def is_forward_divider(line: str) -> bool:
    """Whether a line between dashes says that a forwarded letter follows."""
    found = _DASHED.match(line[:300]) if "--" in line or "__" in line or "==" in line else None
    return found is not None and _FORWARDED.search(found["phrase"].lower()) is not None


def is_forward_announcement(line: str) -> bool:
    """Whether a bare line says so (Apple Mail); it counts only where header lines or a colon bear it out."""
    if len(line) > 80:
        return False
    found = _BARE.match(line)
    if found is None:
        return False
    phrase = found["phrase"].lower()
    return bool(_FORWARDED.search(phrase) and _MESSAGE.search(phrase)) and len(phrase.split()) <= 6


def is_original_divider(line: str) -> bool:
    """Whether a line between dashes says that the letter that is answered follows."""
    found = _DASHED.match(line[:120]) if "--" in line or "__" in line or "==" in line else None
    if found is None:
        return False
    phrase = found["phrase"].lower()
    return bool(_ORIGINAL.search(phrase)) and (bool(_MESSAGE.search(phrase)) or len(phrase.split()) <= 3)


def read_header_line(line: str) -> tuple[Field, str] | None:
    """The field and the value of a quoted header line, or None for any other line."""
    if ":" not in line[:60] and "：" not in line[:60]:
        return None
    found = _HEADER_LINE.match(line[:1000].translate(_DIRECTION_MARKS))
    if found is None:
        return None
    field = _NAME_OF.get(" ".join(found["name"].lower().split()))
    return None if field is None else (field, found["value"].strip())


def find_header_block(lines: Sequence[str], start: int) -> HeaderBlock | None:
    """The header lines that begin with ``lines[start]``, or None if they are no letter's.

    They are one if they name an author and two more of date, addressee and subject, or (behind a divider, which the
    caller knows of) an author at all. Values may be wrapped, and blank lines may stand between (text from HTML).
    """
    first = read_header_line(lines[start])
    if first is None:
        return None
    found: dict[Field, str] = {first[0]: first[1]}
    end, index, strays = start + 1, start + 1, 0
    while index < len(lines) and strays <= MAX_VALUE_LINES:
        header = read_header_line(lines[index])
        if header is not None:
            if header[0] in found and header[0] is not Field.COPY:
                break
            found.setdefault(*header)
            end, strays = index + 1, 0
        elif not _continues(lines, index, end):
            break
        else:
            strays += 1
        index += 1
    subject = found.get(Field.SUBJECT, "")
    return HeaderBlock(
        start=start, end=end, author=read_author(found.get(Field.FROM, "")), subject=subject, fields=frozenset(found)
    )


def _continues(lines: Sequence[str], index: int, end: int) -> bool:
    """Whether a line without a name may stand between two header lines: one blank, or a rest of addresses."""
    line = lines[index].strip(" \t>*")
    if not line:
        return index == end and index + 1 < len(lines) and read_header_line(lines[index + 1]) is not None
    return "@" in line or (index == end and line[-1:] in ";," and index + 1 < len(lines))


def is_whole(block: HeaderBlock, *, announced: bool) -> bool:
    """Whether header lines are enough to say that a letter follows; ``announced``: a divider stands before them."""
    if announced:
        return len(block.fields) >= 2 or Field.FROM in block.fields
    return Field.FROM in block.fields and len(block.fields) >= 3


def read_author(value: str) -> Address:
    """The mailbox that a quoted «From» line names; ``NOBODY`` if it names none, an empty address if only a name."""
    value = value.translate(_DIRECTION_MARKS).strip()[:500]
    found = _EMAIL.search(value)
    if found is None:
        return Address(name=value.strip(" \"'*_<>[]"), address="") if value else NOBODY
    name = (
        value[: found.start()]
        .strip(" \"'*_<([\t")
        .removesuffix("[mailto:")
        .removesuffix("mailto:")
        .strip(" \"'*_<([\t")
    )
    return Address(name=name, address=found[0].lower().strip("."))


def read_writer(line: str) -> Address:
    """The mailbox that «23.11.2026, 12:04, "Имя" <a@b.kz>:» names; a name alone is not looked for."""
    found = read_author(line)
    if not found.address:
        return NOBODY
    before = line.translate(_DIRECTION_MARKS).partition("<")[0]
    return Address(name=_MOMENT.sub("", before).strip(" \"'*_,;"), address=found.address)


def read_inline_headers(line: str) -> tuple[Address, str]:
    """Author and subject where all header lines stand in one (Yahoo): «Von: A <a@b>An: … Betreff: …»."""
    found: dict[Field, str] = {}
    last: Field | None = None
    since = 0
    for match in _INLINE_FIELD.finditer(line[:2000]):
        field = _field_at_end(match["name"])
        if field is None or field in found:
            continue
        if last is not None:
            found[last] = line[since : match.start("name") + len(match["name"])]
        last, since = field, match.end()
        found[field] = ""
    if last is not None:
        found[last] = line[since:2000]
    author = found.get(Field.FROM, "")
    return read_author(author[: author.find(">") + 1] or author), found.get(Field.SUBJECT, "").strip()


def _field_at_end(name: str) -> Field | None:
    """The longest field name that ``name`` ends with: the value before it runs into it without a space."""
    low = name.lower()
    for start in range(len(low)):
        field = _NAME_OF.get(low[start:].strip())
        if field is not None and len(low) - start >= 2:
            return field
    return _NAME_OF.get(low[-1:])


def tells_of_forwarding(subject: str) -> bool:
    """Whether a subject begins with the mark of a forwarded letter: ``Fwd:``, ``FW:``, ``Пересл:``, ``WG:``."""
    start, colon, _ = subject.strip().lower()[:16].replace("：", ":").partition(":")
    return bool(colon) and start.strip() in FORWARD_PREFIXES
