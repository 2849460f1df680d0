"""Messages and reports inside a letter, kept apart from its own text."""

from parsers import charsets
from parsers.body import Reading, part_text, read_body
from parsers.encoded_words import decode_value
from parsers.header_block import Block, read_block
from parsers.mail import Embedded, Header
from parsers.structure import Part

_MOST = 20
_MOST_HEADERS = 300
_LONGEST_TEXT = 100_000
_HTML_OF_ALL = 300_000


def read_embedded(parts: tuple[Part, ...]) -> tuple[Embedded, ...]:
    """Each embedded message or report, outermost first, those inside of them behind; bounded in number and length."""
    waiting = list(parts)
    reading = Reading(defects=[], html_left=_HTML_OF_ALL)  # the inner messages' oddities are none of this letter's
    found: list[Embedded] = []
    while waiting and len(found) < _MOST:
        part = waiting.pop(0)
        made, inner = _read(part, reading)
        found.append(made)
        waiting.extend(inner)
    return tuple(found)


def headers_of(blocks: tuple[Block, ...]) -> tuple[Header, ...]:
    """The fields of ``blocks``, decoded, in order."""
    return tuple(
        Header(name=field.name, value=decode_value(field.value).text) for block in blocks for field in block.fields
    )[:_MOST_HEADERS]


def _read(part: Part, reading: Reading) -> tuple[Embedded, tuple[Part, ...]]:
    main = part.kind.main
    if main in ("message/delivery-status", "message/global-delivery-status") and part.children:
        blocks = tuple(child.block for child in part.children)
        return Embedded(content_type=main, headers=headers_of(blocks), text=_plain(part.content)), ()
    if part.children:
        message = part.children[0]
        body = read_body(message, reading)
        headers = headers_of((message.block,))
        return Embedded(content_type=main, headers=headers, text=body.text[:_LONGEST_TEXT]), body.embedded
    if main.startswith("text/plain"):
        return Embedded(content_type=main, headers=(), text=part_text(part, reading)[:_LONGEST_TEXT]), ()
    block = read_block(part.content.lstrip(b"\r\n"))
    return Embedded(content_type=main, headers=headers_of((block,)), text=_plain(part.content)), ()


def _plain(content: bytes) -> str:
    return charsets.decode(content[:_LONGEST_TEXT], None).text.replace("\r\n", "\n").replace("\r", "\n")
