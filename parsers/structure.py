"""The tree of a letter's parts (RFC 2046), cut from bytes without recursion over what a sender controls.

Python's ``email`` (and with it every library built on it) raises RecursionError on 1,000 nested parts and takes
seconds for 100,000; this room reads whatever has no bounds, and whatever the library breaks on.
"""

import binascii
import quopri
import re
from dataclasses import dataclass, field

from parsers.header_block import Block, read_block
from parsers.parameters import Value, media_type, parse_value

DEEPEST = 40
MOST_PARTS = 500
MOST_BYTES = 160 * 1024 * 1024
"""Each level of a letter's parts is cut out anew: as many levels as fit into this, so that memory is bounded too."""
_MOST_DELIMITERS = 100_000
"""Places that look like a delimiter and are looked at, of one multipart."""

_BASE64_AND_SPACE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
# The quick brown fox
_SPACES_INSIDE = re.compile(rb"[^\s] [^\s]+ [^\s]+ [^\s]")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
# begin 644 report.doc
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
# Content-Type: text/plain; charset=utf-8
_TEXT_FIELD = re.compile(rb"\ncontent-type[ \t]*:[ \t]*text/(?:plain|html)\b", re.IGNORECASE)
# --=_boundary_1   at the beginning of the body where the declared boundary never occurs
_ANY_DELIMITER = re.compile(rb"(?:^|\n)--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\n[ \t]*Content-", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part. ``content`` is decoded from its transfer encoding, and empty where there are ``children``.

    A message/* part has the message (for a delivery status: each block of fields) as its children.
    """

    block: Block
    kind: Value
    """Content-Type; ``kind.main`` is always a media type."""
    disposition: Value
    content: bytes = b""
    children: tuple["Part", ...] = ()


@dataclass(slots=True, kw_only=True)
class Budget:
    """What one letter may still cost, and the defects met on the way; shared by all its parts."""

    parts: int = MOST_PARTS
    bytes: int = MOST_BYTES
    defects: list[str] = field(default_factory=list)


def make_part(block: Block, *, default: str = "text/plain") -> Part:
    """A part without content, of its header block alone."""
    kind = parse_value(block.first("content-type") or b"")
    return Part(
        block=block,
        kind=Value(main=media_type(kind.main, default=default), parameters=kind.parameters, defects=kind.defects),
        disposition=parse_value(block.first("content-disposition") or b""),
    )


def split(data: bytes, budget: Budget, *, default: str = "text/plain", depth: int = 0) -> Part:
    """The tree of ``data``, a whole letter or part with its header block. Never deeper than ``DEEPEST`` calls."""
    block = read_block(data)
    part = make_part(block, default=default)
    body = data[block.body_at :]
    budget.defects.extend((*block.odd, *part.kind.defects))
    if part.kind.main.startswith("multipart/"):
        return _split_multipart(part, body, budget, depth)
    content = decode_transfer(body, block.first("content-transfer-encoding"))
    return split_message(part, content, budget, depth)


def split_message(part: Part, content: bytes, budget: Budget, depth: int) -> Part:
    """``part`` with its decoded content, as children where it is a message or a report."""
    main = part.kind.main
    if main in ("message/delivery-status", "message/global-delivery-status"):
        return with_children(part, tuple(_blocks(content)), content)
    if main in ("message/rfc822", "message/global", "message/news") and content.strip():
        budget.bytes -= len(content)
        if depth >= DEEPEST or budget.parts <= 0 or budget.bytes < 0:
            budget.defects.append("messages nested too deeply; the inner ones were not read")
        else:
            budget.parts -= 1
            return with_children(part, (split(content.lstrip(b"\r\n"), budget, depth=depth + 1),), content)
    return with_children(part, (), content)


def with_children(part: Part, children: tuple[Part, ...], content: bytes) -> Part:
    return Part(block=part.block, kind=part.kind, disposition=part.disposition, content=content, children=children)


def decode_transfer(body: bytes, encoding: bytes | None) -> bytes:
    """The content behind a Content-Transfer-Encoding; one that is unknown or cannot be undone leaves it as it is."""
    name = (encoding or b"").split(b";")[0].strip().lower()
    if name == b"base64":
        return decode_base64(body) if _may_be_base64(body) else body
    if name == b"quoted-printable":
        return quopri.decodestring(body)
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return _decode_uuencoded(body)
    return body


def _may_be_base64(body: bytes) -> bool:
    """False for words in a part that says base64 and is none: there, spaces stand inside of lines."""
    sample = body[:2000].strip()
    odd = len(sample.translate(None, _BASE64_AND_SPACE))
    return _SPACES_INSIDE.search(sample) is None and odd * 5 <= len(sample)


def decode_base64(body: bytes) -> bytes:
    """Lenient, and ends at the padding as every mail client does."""
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        data = _NOT_BASE64.sub(b"", body).split(b"=", 1)[0]
        if len(data) % 4 == 1:
            data = data[:-1]
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _decode_uuencoded(body: bytes) -> bytes:
    begin = _UUENCODED.search(body)
    if begin is None:
        return body
    lines = []
    for line in body[begin.end() :].splitlines():
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:  # lines of old programs are a few characters too long
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                lines.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return body
    return b"".join(lines)


def _split_multipart(part: Part, body: bytes, budget: Budget, depth: int) -> Part:
    budget.bytes -= len(body)
    if depth >= DEEPEST or budget.bytes < 0:
        budget.defects.append("parts nested too deep; of the inner ones only the first text was read")
        return with_children(part, tuple(split(piece, Budget()) for piece in _first_text(body)), b"")
    pieces = _pieces(body, part, budget)
    if pieces is None:
        return _unsplit(part, body, budget)
    digest = "message/rfc822" if part.kind.main == "multipart/digest" else "text/plain"
    children = []
    for piece in pieces:
        if budget.parts <= 0:
            budget.defects.append(f"more than {MOST_PARTS} parts; the rest were not read")
            break
        budget.parts -= 1
        children.append(split(piece, budget, default=digest, depth=depth + 1))
    return with_children(part, tuple(children), b"")


def _first_text(body: bytes) -> tuple[bytes, ...]:
    """The first text part anywhere in ``body`` with its header block, found without regard to the levels around it."""
    found = _TEXT_FIELD.search(body)
    if found is None:
        return ()
    start = body.find(b"\n", body.rfind(b"\n--", 0, found.start()) + 1) + 1
    end = body.find(b"\n--", found.end())
    return (body[min(start, found.start() + 1) : end if end >= 0 else len(body)],)


def _pieces(body: bytes, part: Part, budget: Budget) -> list[bytes] | None:
    """What stands between the delimiters, or None where there are none."""
    boundary = (part.kind.get("boundary") or "").rstrip()
    found = _between(body, boundary.encode("utf-8"), budget.parts + 1) if boundary else None
    if found is not None:
        return found
    # SendGrid's bounces declare a boundary that never occurs; another delimiter is plainly there.
    other = _ANY_DELIMITER.search(body, 0, 65536)
    if other is None:
        return None
    budget.defects.append("the declared boundary never occurs; another one was found and used")
    return _between(body, other.group(1), budget.parts + 1)


def _between(body: bytes, boundary: bytes, most: int) -> list[bytes] | None:
    delimiter = b"--" + boundary
    pieces: list[bytes] = []
    start: int | None = None
    at = body.find(delimiter)
    tries = _MOST_DELIMITERS
    while at >= 0 and len(pieces) < most and tries > 0:
        tries -= 1
        after = at + len(delimiter)
        end = body.find(b"\n", after)
        tail = body[after : end if end >= 0 else len(body)] if end < 0 or end - after < 256 else b"x"
        rest = tail.strip()
        if (at == 0 or body[at - 1 : at] == b"\n") and rest in (b"", b"--"):
            if start is not None:
                pieces.append(_without_last_line_end(body, start, at))
            start = end + 1 if end >= 0 else len(body)
            if rest == b"--":
                return pieces
        at = body.find(delimiter, after)
    if start is not None and len(pieces) < most and body[start:].strip():
        pieces.append(body[start:])
    return pieces if start is not None else None


def _without_last_line_end(body: bytes, start: int, at: int) -> bytes:
    """The line end before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    end = max(start, at - 1)
    return body[start : end - 1 if body[end - 1 : end] == b"\r" and end > start else end]


def _unsplit(part: Part, body: bytes, budget: Budget) -> Part:
    """A multipart without any delimiter: its body is read as text, so that nothing is lost."""
    if not body.strip():
        return part
    budget.defects.append("a multipart without any delimiter was read as text")
    html = re.search(rb"<(?:html|body|div|p|table)\b", body[:4096], re.IGNORECASE) is not None
    return Part(
        block=part.block,
        kind=Value(main="text/html" if html else "text/plain", parameters=part.kind.parameters),
        disposition=part.disposition,
        content=decode_transfer(body, part.block.first("content-transfer-encoding")),
    )


def _blocks(content: bytes) -> list[Part]:
    """The blocks of fields of a delivery status (RFC 3464, 2.1)."""
    blocks: list[Part] = []
    at = 0
    while at < len(content) and len(blocks) < 100:
        block = read_block(content, at)
        if block.fields:
            blocks.append(make_part(block))
        if block.body_at <= at or (not block.fields and block.odd):
            break
        at = block.body_at
    return blocks
