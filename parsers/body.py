"""The letter's own text among its parts, and what is an attachment."""

import hashlib
import re
from dataclasses import dataclass, field

from parsers import charsets
from parsers.calendar_text import calendar_to_text
from parsers.file_names import clean_file_name, type_of_file
from parsers.flowed import join_flowed
from parsers.header_block import NO_BLOCK
from parsers.html_text import html_to_text
from parsers.mail import Attachment
from parsers.parameters import Value
from parsers.structure import Part
from parsers.winmail import read_winmail

LONGEST_TEXT = 1_000_000
"""Characters of text that are kept of one letter."""
LONGEST_HTML = 1_000_000
_LONGEST_CONTENT = 4_000_000
"""Bytes that are decoded as text, of all parts together."""
_MOST_TEXTS = 50

_TEXTS = frozenset(("text/plain", "text/html", "text/enriched", "text/richtext"))
_WINMAIL = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_EMBEDDED = ("message/", "text/rfc822-headers")

# «This message requires an HTML viewer», «Ваш почтовый клиент не поддерживает HTML»
_STUB = re.compile(
    r"(?:requires?|need|please use|viewe[dr]|support|enable|поддерж|просмотр|формат|отображ)[^.]{0,80}\bhtml|"
    r"\bhtml\b[^.]{0,80}(?:viewer|capable|client|version|mail reader|enabled|compatible|поддерж|формат|просмотр)|"
    r"multi-part message in MIME format|view (?:it|this e?mail|this message) in (?:your|a) browser|не отображается",
    re.IGNORECASE,
)
_LONGEST_STUB = 300
_ENRICHED = re.compile(r"<(/?)[a-zA-Z][a-zA-Z0-9-]{0,60}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What the parts give: the letter's text, its HTML, its attachments, its embedded messages as parts."""

    text: str
    html: str | None
    from_html: bool
    attachments: tuple[Attachment, ...]
    embedded: tuple[Part, ...]
    charset: str | None
    """What the first text part says of itself: raw 8-bit header fields are most likely in it too."""


@dataclass(slots=True)
class Reading:
    """What may still be read of one letter, and what was odd in it."""

    defects: list[str]
    text_left: int = _LONGEST_CONTENT
    html_left: int = LONGEST_HTML

    def content(self, part: Part) -> bytes:
        """The part's content as far as the letter's measure allows."""
        content = part.content[: self.text_left]
        if len(content) < len(part.content):
            self.defects.append("the letter holds too much text; only its beginning was read")
        self.text_left -= len(content)
        return content

    def html(self, html: str) -> str:
        cut = html[: self.html_left]
        self.html_left -= len(cut)
        return cut


@dataclass(slots=True)
class _Found:
    """What one branch of the tree gave so far."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    from_html: bool = False
    attachments: list[Part] = field(default_factory=list)
    embedded: list[Part] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    boxed: list[str] = field(default_factory=list)
    """Texts out of winmail.dat."""
    spare: list[Part] = field(default_factory=list)
    """Named text parts that are read only where there is no other text."""

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    def take(self, other: "_Found") -> None:
        """Adds what another branch gave; a second text that says the same in HTML is not said twice."""
        if other.texts and not (other.from_html and self.texts and _says_same(self.text, other.text)):
            self.texts.extend(other.texts)
            self.from_html |= other.from_html
        self.htmls.extend(other.htmls)
        self.keep_rest(other)

    def keep_rest(self, other: "_Found") -> None:
        self.attachments.extend(other.attachments)
        self.embedded.extend(other.embedded)
        self.calendars.extend(other.calendars)
        self.spare.extend(other.spare)
        self.boxed.extend(other.boxed)


def read_body(root: Part, reading: Reading) -> Body:
    """The body of the letter ``root``; what was odd is added to the reading's defects."""
    found = _read(root, reading)
    text = found.text
    if not text.strip() and found.calendars:
        text = "\n\n".join(found.calendars)
    elif not text.strip() and found.boxed:
        text = "\n\n".join(found.boxed)
    elif not text.strip() and found.spare:
        _read_text(found.spare[0], found, reading)
        text = found.text
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        reading.defects.append(f"only the first {LONGEST_TEXT} characters of the text were read")
    return Body(
        text=text,
        html="\n".join(filter(None, found.htmls)) if found.htmls else None,
        from_html=found.from_html,
        attachments=tuple(_attachment(part) for part in found.attachments),
        embedded=tuple(found.embedded),
        charset=_first_charset(root),
    )


def bare_body(content: bytes) -> Body:
    """The body of a letter whose parts cannot be told apart: everything behind the header as text."""
    text = charsets.decode(content[:LONGEST_TEXT], None).text.replace("\r\n", "\n").replace("\r", "\n")
    return Body(text=text, html=None, from_html=False, attachments=(), embedded=(), charset=None)


def part_text(part: Part, reading: Reading) -> str:
    """The decoded text of one text part; line ends are ``\\n``. HTML comes as HTML."""
    content = reading.content(part)
    charset = part.kind.get("charset")
    if charset is None and part.kind.main == "text/html":
        charset = _charset_of_html(content)
    found = charsets.decode(content, charset)
    if found.defect is not None:
        reading.defects.append(found.defect)
    text = found.text.replace("\r\n", "\n").replace("\r", "\n")
    if part.kind.main == "text/plain" and (part.kind.get("format") or "").lower() == "flowed":
        return join_flowed(text, delete_space=(part.kind.get("delsp") or "").lower() == "yes")
    return text


def _read(part: Part, reading: Reading, *, is_first_of_report: bool = False) -> _Found:
    main = part.kind.main
    if main.startswith("multipart/") or (part.children and not main.startswith("message/")):
        return _read_multipart(part, reading)
    found = _Found()
    if main.startswith(_EMBEDDED):
        found.embedded.append(part)
        if main.startswith("message/"):
            found.attachments.append(part)
    elif main in _TEXTS and (is_first_of_report or not _is_file(part)):
        _read_text(part, found, reading)
        if part.disposition.get("filename"):  # shown in the letter, and a file all the same
            found.attachments.append(part)
    elif main == "text/calendar":
        found.calendars.append(calendar_to_text(part_text(part, reading)))
        found.attachments.append(part)
    else:
        if main in _TEXTS and part.disposition.main != "attachment":
            found.spare.append(part)
        found.attachments.append(part)
        if main in _WINMAIL or file_name_of(part) == "winmail.dat":
            _read_winmail(part, found, reading)
    return found


def _read_text(part: Part, found: _Found, reading: Reading) -> None:
    text = part_text(part, reading)
    if part.kind.main == "text/html":
        html = reading.html(text)
        found.htmls.append(html)
        found.from_html = True
        text = html_to_text(html)
    elif part.kind.main != "text/plain":
        text = _ENRICHED.sub("", text).replace("<<", "<")
    if text.strip():
        found.texts.append(text)


def _read_winmail(part: Part, found: _Found, reading: Reading) -> None:
    """Outlook's box: its files are listed beside it, its text is read where the letter has no other."""
    winmail = read_winmail(part.content)
    if winmail is None:
        return
    for name, content in winmail.files:
        found.attachments.append(
            Part(
                block=NO_BLOCK,
                kind=Value(main=type_of_file(name)),
                disposition=Value(main="attachment", parameters={"filename": name} if name else {}),
                content=content,
            )
        )
    text = winmail.text if winmail.text.strip() else html_to_text(reading.html(winmail.html))
    if text.strip():
        found.boxed.append(text)


def _read_multipart(part: Part, reading: Reading) -> _Found:
    if part.kind.main == "multipart/alternative":
        return _best([_read(child, reading) for child in part.children])
    found = _Found()
    for number, child in enumerate(part.children):
        in_report = part.kind.main == "multipart/report"
        given = _read(child, reading, is_first_of_report=in_report and number == 0)
        if in_report and number > 0 and child.kind.main.startswith("text/plain"):
            # Some systems put the returned letter or its header as plain text: it is no word of this letter's author.
            found.keep_rest(given)
            found.embedded.append(child)
        elif len(found.texts) < _MOST_TEXTS:
            found.take(given)
        else:
            found.keep_rest(given)
    return found


def _best(branches: list[_Found]) -> _Found:
    """Of several versions of one text the plain one, unless it is empty or only says that there is a better one."""
    plain = next((branch for branch in branches if branch.texts and not branch.from_html), None)
    rich = next((branch for branch in reversed(branches) if branch.texts and branch.from_html), None)
    chosen = plain if plain is not None and not (rich is not None and _is_stub(plain.text, rich.text)) else rich
    best = _Found()
    if chosen is not None:
        best.texts, best.from_html = chosen.texts, chosen.from_html
    for branch in branches:
        best.htmls.extend(branch.htmls)
        best.keep_rest(branch)
    return best


def _is_stub(plain: str, rich: str) -> bool:
    """Whether the plain text only says that there is HTML: empty, or short, of that kind and not in the HTML."""
    short = plain.strip()
    if not short:
        return True
    if len(short) > _LONGEST_STUB or _STUB.search(short) is None:
        return False
    words, shown = short.split(), set(rich.split())
    return sum(word in shown for word in words) * 10 < 7 * len(words)


def _is_file(part: Part) -> bool:
    """A text part that is a file: it says attachment, or it has a name and does not say inline."""
    named = part.disposition.get("filename") or part.kind.get("name")
    return part.disposition.main == "attachment" or (bool(named) and part.disposition.main != "inline")


def _says_same(text: str, other: str) -> bool:
    words, others = text.split(), other.split()
    return words[:200] == others[:200] if words else False


def _first_charset(root: Part) -> str | None:
    """Breadth does not matter: the first leaf with a charset, down to a few parts."""
    waiting, seen = [root], 0
    while waiting and seen < 20:
        part = waiting.pop(0)
        seen += 1
        said = part.kind.get("charset")
        if said and part.kind.main.startswith("text/"):
            return said
        if part.kind.main.startswith("multipart/"):
            waiting.extend(part.children)
    return None


# <meta http-equiv="Content-Type" content="text/html; charset=koi8-r">   <meta charset="windows-1251">
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


def _charset_of_html(content: bytes) -> str | None:
    found = _META.search(content, 0, 4096)
    return found.group(1).decode("ascii") if found else None


def file_name_of(part: Part) -> str | None:
    return clean_file_name(part.disposition.get("filename") or part.kind.get("name"))


def _attachment(part: Part) -> Attachment:
    content_id = part.block.first("content-id")
    disposition = part.disposition.main
    return Attachment(
        filename=file_name_of(part),
        content_type=part.kind.main,
        size=len(part.content),
        inline=disposition == "inline" or (disposition != "attachment" and content_id is not None),
        content_id=charsets.clean(content_id.decode("ascii", "replace")).strip().strip("<>")[:255]
        if content_id
        else None,
        digest=hashlib.sha256(part.content).hexdigest(),
    )
