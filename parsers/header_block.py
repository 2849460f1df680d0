"""The block of header fields at the head of a letter or part, cut into fields; total and linear on any bytes."""

import re
from dataclasses import dataclass

MOST_FIELDS = 5000
LONGEST_FIELD = 65536
"""Bytes of one field that are kept; identity fields beyond it would be nonsense anyway."""

_LONGEST_BLOCK = 1024 * 1024
_LONGEST_LATE_FIELD = 256
"""The same for fields that begin behind a whole megabyte of others."""

# Subject: text, or "Subject : text" (RFC 5322, 4.5), with its folded lines
_FIELD = re.compile(rb"([!-9;-~]{1,256})[ \t]*:([^\n]*(?:\n[ \t]+[^\n]*)*)(?:\n|\Z)")
# From sender@example.kz Sat Nov 21 12:04:00 2026    (the line that an mbox file puts before a letter)
_MBOX_LINE = re.compile(rb"(?:>?From [^\n]*\n)+")
# Truly empty: a line of spaces alone goes on with the field before it (RFC 5322, 4.2)
_BLANK_LINE = re.compile(rb"\r?(?:\n|\Z)")
_END_OF_BLOCK = re.compile(rb"\n\r?\n")
_CONTINUATION = re.compile(rb"(?:[ \t]+[^\n]*(?:\n|\Z))+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: lower-cased name, and the value as it came, folds and all."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The fields in order and where the body begins. ``odd`` says what no ordinary letter has."""

    fields: tuple[Field, ...]
    starts_at: int
    """Behind the line that an mbox file puts before a letter."""
    body_at: int
    odd: tuple[str, ...] = ()

    def first(self, name: str) -> bytes | None:
        """The first value of the field, stripped, or None."""
        return next((field.value.strip() for field in self.fields if field.name == name), None)

    def all(self, name: str) -> tuple[bytes, ...]:
        return tuple(field.value for field in self.fields if field.name == name)


NO_BLOCK = Block(fields=(), starts_at=0, body_at=0)


def read_block(data: bytes, start: int = 0) -> Block:
    """The header block that begins at ``start``.

    It ends at the first blank line, or at the first line that is no field: that line begins the body (a letter without
    any header is all body).
    """
    fields: list[Field] = []
    odd: list[str] = []
    at = start
    mbox = _MBOX_LINE.match(data, at)
    if mbox is not None:
        at = mbox.end()
    starts_at = at
    while at < len(data):
        match = _FIELD.match(data, at)
        if match is None:
            blank = _BLANK_LINE.match(data, at)
            if blank is not None:
                at = blank.end()
                break
            following = _following_field(data, at)
            if following is None:
                odd.append("the header block ends without a blank line")
                break
            odd.append("the header block holds a line that is no field")
            at = following
            continue
        at = match.end()
        _keep(match, fields, odd)
        if len(fields) >= MOST_FIELDS:
            odd.append(f"more than {MOST_FIELDS} header fields; the rest were not read")
            blank = _END_OF_BLOCK.search(data, at - 1)
            at = blank.end() if blank is not None else len(data)
            break
    return Block(fields=tuple(fields), starts_at=starts_at, body_at=min(at, len(data)), odd=tuple(dict.fromkeys(odd)))


def _keep(match: re.Match[bytes], fields: list[Field], odd: list[str]) -> None:
    value = match.group(2)
    longest = LONGEST_FIELD if match.start() < _LONGEST_BLOCK else _LONGEST_LATE_FIELD
    if len(value) > longest:
        odd.append(f"a header field longer than {longest} bytes; its end is left out")
        value = value[:longest]
    fields.append(Field(name=match.group(1).decode("ascii").lower(), value=value))


def _following_field(data: bytes, at: int) -> int | None:
    """Where the block goes on behind one odd line, or None: one line alone, followed by a well-known field."""
    if data.startswith(b"--", at):  # the delimiter of a multipart: its body has begun without a blank line
        return None
    continuation = _CONTINUATION.match(data, at)
    end = continuation.end() if continuation is not None else data.find(b"\n", at) + 1
    return end if end > 0 and _WELL_KNOWN.match(data, end) else None


_WELL_KNOWN = re.compile(
    rb"(?:From|To|Cc|Subject|Date|Message-ID|Reply-To|Received|Return-Path|MIME-Version|Content-[A-Za-z-]{2,30}|"
    rb"In-Reply-To|References|X-[A-Za-z0-9-]{2,60})[ \t]*:",
    re.IGNORECASE,
)
