"""The value of Content-Type and Content-Disposition taken apart, with parameters as RFC 2231 has them."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from parsers import charsets
from parsers.encoded_words import decode_value, decode_words, join_folds

_LONGEST = 16384
"""Bytes of a value that are looked at. Python's ``email`` takes 12 s for 40,000 parameters."""
_MOST = 200

# ; charset="koi8-r"   ; filename*0*=utf-8''%D0%BE   ; name = отчёт за май.docx
_PARAMETER = re.compile(r""";\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""", re.DOTALL)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+*-]{1,80}")
# filename*1*: the second piece, percent-encoded
_PIECE = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")
_BACKSLASHED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """``text/plain; charset=utf-8`` as ``main`` (lower-cased) and parameters by lower-cased name."""

    main: str
    parameters: dict[str, str] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """The parameter's value, or None; the first one counts where it is repeated."""
        return self.parameters.get(name)


def parse_value(raw: bytes) -> Value:
    """Any bytes give a value; what cannot be read is left out."""
    defects: list[str] = []
    if len(raw) > _LONGEST:
        raw = raw[:_LONGEST]
        defects.append("a Content field is longer than can be meant; its end was not read")
    text = join_folds(raw.decode("latin-1"))  # byte for letter: each value is decoded by itself
    main, _, _rest = text.partition(";")
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    plain: dict[str, str] = {}
    for count, match in enumerate(_PARAMETER.finditer(text, len(main))):
        if count >= _MOST:
            defects.append("a Content field has more parameters than can be meant")
            break
        _collect(match, plain, pieces)
    for name, found in pieces.items():
        plain[name] = _join(found)
    return Value(main=main.strip().lower(), parameters=plain, defects=tuple(defects))


def media_type(main: str, *, default: str) -> str:
    """``main`` where it is a media type, ``text/plain`` where it is none (RFC 2045, 5.2), ``default`` if empty."""
    if not main:
        return default
    return main if _TYPE.fullmatch(main) else "text/plain"


def _collect(match: re.Match[str], plain: dict[str, str], pieces: dict[str, dict[int, tuple[str, bool]]]) -> None:
    name = match.group(1).lower()
    quoted = match.group(2)
    value = _BACKSLASHED.sub(_unescape, quoted) if quoted is not None else match.group(3).strip()
    piece = _PIECE.fullmatch(name)
    if piece is None:
        plain.setdefault(name, decode_value(value.encode("latin-1")).text)
    else:
        number = int(piece.group(2) or 0)
        encoded = piece.group(2) is None or piece.group(3) is not None
        pieces.setdefault(piece.group(1), {}).setdefault(number, (value, encoded))


def _unescape(match: re.Match[str]) -> str:
    # "C:\docs\report.doc": a backslash that escapes nothing special belongs to the value
    return match.group(1) if match.group(1) in '"\\' else match.group()


def _join(found: dict[int, tuple[str, bool]]) -> str:
    """The pieces of an RFC 2231 value in order, decoded in the charset that the first names."""
    charset: str | None = None
    data = bytearray()
    for number in sorted(found):
        value, encoded = found[number]
        if encoded and number == min(found) and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value.encode("latin-1")) if encoded else value.encode("latin-1")
    return decode_words(charsets.decode(bytes(data), charset or None).text).text
