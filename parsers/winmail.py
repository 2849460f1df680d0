"""What Outlook hides in winmail.dat (TNEF, MS-OXTNEF): the letter's text and its files."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from parsers import charsets

_SIGNATURE = 0x223E9F78
_BODY = 0x0002800C
_CODE_PAGE = 0x00069007
_PROPERTIES = 0x00069003
_FILE_BEGINS = 0x00069002
_FILE_TITLE = 0x00018010
_FILE_CONTENT = 0x0006800F
_FILE_PROPERTIES = 0x00069005

_TEXT = 0x1000
_HTML = 0x1013
_LONG_FILE_NAME = 0x3707
_STRING_8, _STRING_16 = 0x1E, 0x1F
_WITH_LENGTH = frozenset((_STRING_8, _STRING_16, 0x0D, 0x102))
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of each fixed property type, padded to four (MS-OXTNEF, 2.1.3.5)."""

_MOST_FILES = 100
_MOST_PROPERTIES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Winmail:
    """Texts are empty where there are none; files as (name or None, content)."""

    text: str = ""
    html: str = ""
    files: tuple[tuple[str | None, bytes], ...] = ()


@dataclass(slots=True)
class _File:
    name: str | None = None
    content: bytes = b""


def read_winmail(data: bytes) -> Winmail | None:
    """What ``data`` holds, as far as it can be read; None where it is no TNEF at all. Compressed RTF is left alone."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    charset, text, html = "cp1251", "", ""
    files: list[_File] = []
    for kind, value in _attributes(data):
        if kind == _CODE_PAGE and len(value) >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif kind == _BODY:
            text = text or _string(value, charset)
        elif kind == _PROPERTIES:
            found = dict(_properties(value, charset))
            text, html = found.get(_TEXT, "") or text, found.get(_HTML, "")
        elif kind == _FILE_BEGINS and len(files) < _MOST_FILES:
            files.append(_File())
        elif files:
            _add_to_file(files[-1], kind, value, charset)
    return Winmail(text=text, html=html, files=tuple((file.name, file.content) for file in files))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(identifier, value) of each attribute; a length beyond the end ends it."""
    at = 6
    while at + 9 <= len(data):
        _level, kind, length = struct.unpack_from("<BII", data, at)
        at += 9
        if at + length > len(data):
            return
        yield kind, data[at : at + length]
        at += length + 2  # the checksum: what is broken shows itself


def _add_to_file(file: _File, kind: int, value: bytes, charset: str) -> None:
    if kind == _FILE_TITLE:
        file.name = file.name or _string(value, charset)
    elif kind == _FILE_CONTENT:
        file.content = value
    elif kind == _FILE_PROPERTIES:
        file.name = dict(_properties(value, charset)).get(_LONG_FILE_NAME) or file.name


def _properties(data: bytes, charset: str) -> Iterator[tuple[int, str]]:
    """(identifier, text) of each string property of a MAPI property list (MS-OXTNEF, 2.1.3.4); ends at what is odd."""
    at = 4
    for _ in range(_MOST_PROPERTIES):
        if at + 4 > len(data):
            return
        kind, identifier = struct.unpack_from("<HH", data, at)
        at += 4
        if identifier >= 0x8000:
            at = _behind_name(data, at)
        values, at = _values(data, at, kind)
        if at > len(data):
            return
        if values and identifier in (_TEXT, _HTML, _LONG_FILE_NAME):
            said = "utf-16-le" if kind == _STRING_16 else "utf-8" if identifier == _HTML else charset
            yield identifier, _string(values[0], said)


def _behind_name(data: bytes, at: int) -> int:
    """A named property says its set, and a number or a string."""
    if at + 24 > len(data):
        return len(data) + 1
    by_string, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (_padded(length) if by_string else 0)


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    """The values of one property and where the next begins; a place beyond the end where it cannot be read."""
    beyond = len(data) + 1
    several, kind = bool(kind & 0x1000), kind & 0x0FFF
    count = 1
    if several or kind in _WITH_LENGTH:
        if at + 4 > len(data):
            return [], beyond
        count, at = struct.unpack_from("<I", data, at)[0], at + 4
    values: list[bytes] = []
    for _ in range(min(count, _MOST_PROPERTIES)):
        if kind in _WITH_LENGTH:
            if at + 4 > len(data):
                return [], beyond
            length, at = struct.unpack_from("<I", data, at)[0], at + 4
        elif kind in _SIZES:
            length = _SIZES[kind]
        else:
            return [], beyond
        values.append(data[at : at + length])
        at += _padded(length)
    return values, at if count <= _MOST_PROPERTIES else beyond


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _string(value: bytes, charset: str) -> str:
    return charsets.decode(value, charset).text.rstrip("\x00").replace("\r\n", "\n")
