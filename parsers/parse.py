"""One letter's bytes into a ``ParsedMail``: the only importer of mail-parser.

mail-parser reads the ordinary letter: its parts and its addresses. What it is known to break on, or to need more
than milliseconds for, is read by ``parsers/structure.py`` instead, which has bounds for everything.
"""

import hashlib
import logging
from email.errors import MessageError
from email.message import Message

import mailparser
from mailparser.exceptions import MailParserError
from mailparser.utils import get_addresses

from parsers import structure
from parsers.addresses import MOST as MOST_ADDRESSES
from parsers.addresses import collect, is_one_clean_mailbox, one_clean_mailbox, rescue_mailbox
from parsers.body import Body, Reading, bare_body, read_body
from parsers.embedded import read_embedded
from parsers.encoded_words import decode_value, join_folds, raw_text
from parsers.header_block import MOST_FIELDS, Block, Field, read_block
from parsers.mail import Address, Attachment, Header, ParsedMail
from parsers.message_ids import find_message_ids, own_message_id
from parsers.moments import read_moment, read_received
from parsers.structure import Budget, Part, make_part, with_children

_LARGEST_FOR_LIBRARY = 48 * 1024
"""Bytes: mail-parser copies each attachment several times as text; a larger letter is cut by our own hand."""
_LONGEST_HEADER_FOR_LIBRARY = 32 * 1024
_MOST_PARTS_FOR_LIBRARY = 60
_DEEPEST_FOR_LIBRARY = 20
_MOST_DELIMITERS_FOR_LIBRARY = 2000
_LONGEST_ADDRESS_FIELD = 64 * 1024
_LONGEST_PATH = 320
_MOST_DEFECTS = 50

# What mail-parser 4.8.0 and Python's email raise on odd letters, seen with: SendGrid's bounces, whose boundary never
# occurs (AttributeError), charset="undefined" (UnicodeError is a ValueError), a charset of another kind (LookupError),
# parameters in pieces without a first one (TypeError), header parts that do not decode (MessageError).
_LIBRARY_FAULTS = (MailParserError, MessageError, AttributeError, LookupError, TypeError, ValueError)

_OWN_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What a slip of our own in the parts of a letter may raise: a letter with its header and raw text, marked by a defect,
is worth more than none. A time limit's exception and MemoryError are the caller's and pass."""

# It warns of each part that it does not know, with the sender's own words: the defects say what matters.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)


def parse_mail(raw: bytes) -> ParsedMail:
    """The facts of the letter ``raw``; any bytes give a value, and whatever was odd stands in its defects.

    Bounded: about a millisecond for an ordinary letter, a second or two and a few times its size for the worst.
    """
    if b"\n" not in raw and b"\r" in raw:  # line ends of old Macs alone
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    defects: list[str] = [] if raw.strip() else ["the letter is empty"]
    try:
        root = _read_parts(raw, defects)
        body = read_body(root, Reading(defects=defects))
    except _OWN_FAULTS as fault:
        defects.append(f"the program could not take the letter apart ({type(fault).__name__}); its text is as it came")
        block = read_block(raw)
        root, body = make_part(block), bare_body(raw[block.body_at :])
    return _compose(root, body, defects)


def _read_parts(raw: bytes, defects: list[str]) -> Part:
    """The tree of parts: by mail-parser for an ordinary letter, else by our own hand."""
    block = read_block(raw)
    if _is_ordinary(raw, block):
        try:
            message = mailparser.parse_from_bytes(_content_alone(raw, block)).message
            if not any(part.defects for part in message.walk()):
                return _convert(message, block)
        except _LIBRARY_FAULTS as fault:
            defects.append(f"mail-parser could not read the letter ({type(fault).__name__}); it was cut by hand")
    return structure.split(raw, Budget(defects=defects))


def _content_alone(raw: bytes, block: Block) -> bytes:
    """The letter with those of its header fields alone that say how to read its body.

    mail-parser takes all others apart, each Received and address field, which is most of its time: they are read here.
    """
    fields = (
        field.name.encode("ascii") + b":" + field.value + b"\n"
        for field in block.fields
        if field.name.startswith("content-")
    )
    return b"".join((*fields, b"\n", raw[block.body_at :]))


def _is_ordinary(raw: bytes, block: Block) -> bool:
    """Whether mail-parser reads the letter in about a millisecond.

    It needs a recursion for each level of parts (RecursionError at 1,000), and time that grows with the square of
    parameters in one field.
    """
    if len(raw) > _LARGEST_FOR_LIBRARY or block.odd or block.body_at > _LONGEST_HEADER_FOR_LIBRARY:
        return False
    if raw.count(b"\n--") > _MOST_DELIMITERS_FOR_LIBRARY:
        return False
    folded = raw.lower()
    if folded.count(b"multipart/") > _DEEPEST_FOR_LIBRARY:
        return False
    if b"message/" in folded or b"multipart/digest" in folded:
        # mail-parser mixes the text of embedded messages into the letter's own, and keeps none of their bytes
        return False
    at = folded.find(b"content-", 0)
    seen = 0
    while at >= 0:
        seen += 1
        if seen > 4 * _MOST_PARTS_FOR_LIBRARY or _longer_than_a_field(raw, at):
            return False
        at = folded.find(b"\ncontent-", at + 8)
    return True


def _longer_than_a_field(raw: bytes, at: int) -> bool:
    end = raw.find(b"\n", at)
    while 0 <= end < at + 4096 and raw[end + 1 : end + 2] in (b" ", b"\t"):
        end = raw.find(b"\n", end + 1)
    return (end if end >= 0 else len(raw)) - at >= 4096


def _convert(message: Message, block: Block) -> Part:
    """Python's tree as ours. Its depth is that of an ordinary letter."""
    part = make_part(block)
    payload = message.get_payload()
    if message.is_multipart() and isinstance(payload, list):
        children = tuple(_convert(child, _block_of(child)) for child in payload if isinstance(child, Message))
        return with_children(part, children, b"")
    content = message.get_payload(decode=True)
    return with_children(part, (), content if isinstance(content, bytes) else b"")


def _block_of(message: Message) -> Block:
    fields = (
        Field(name=name.lower(), value=str(value).encode("ascii", "surrogateescape"))
        for name, value in message.raw_items()
    )
    return Block(fields=tuple(fields), starts_at=0, body_at=0)


def _compose(root: Part, body: Body, defects: list[str]) -> ParsedMail:
    block, hint = root.block, body.charset
    headers = _headers(block, hint, defects)
    subject = _first(headers, "subject") or ""
    senders = [raw_text(value, hint=hint)[0] for value in block.all("from")]
    if len(senders) != 1:
        defects.append("no From field" if not senders else f"{len(senders)} From fields")
    return ParsedMail(
        headers=headers,
        content_type=root.kind.main,
        message_id=own_message_id(_first(headers, "message-id") or ""),
        in_reply_to=find_message_ids(" ".join(_all(headers, "in-reply-to"))),
        references=find_message_ids(" ".join(_all(headers, "references"))),
        from_=_addresses(senders, defects),
        from_fields=len(senders),
        from_well_formed=_has_one_clean_author(block),
        sender=_field_addresses(block, "sender", hint, defects),
        reply_to=_field_addresses(block, "reply-to", hint, defects),
        to=_field_addresses(block, "to", hint, defects),
        cc=_field_addresses(block, "cc", hint, defects),
        return_path=_return_path(_first(headers, "return-path")),
        subject=subject,
        date=read_moment(_first(headers, "date") or ""),
        received=read_received(_first(headers, "received") or ""),
        text=body.text,
        html=body.html,
        text_from_html=body.from_html,
        attachments=body.attachments,
        embedded=read_embedded(body.embedded),
        digest=_digest(subject, body.text, body.attachments),
        defects=tuple(dict.fromkeys(defects))[:_MOST_DEFECTS],
    )


def _has_one_clean_author(block: Block) -> bool:
    """Judged on the bytes as they came: what decoding takes away (NUL, a bare carriage return) is odd here."""
    values = block.all("from")
    if len(values) != 1 or len(block.fields) >= MOST_FIELDS or b"\r" in values[0].replace(b"\r\n", b"\n").rstrip():
        return False
    return is_one_clean_mailbox(join_folds(values[0].decode("utf-8", "replace")))


def _headers(block: Block, hint: str | None, defects: list[str]) -> tuple[Header, ...]:
    headers = []
    for field in block.fields:
        found = decode_value(field.value, hint=hint)
        defects.extend(f"{field.name}: {defect}" for defect in found.defects)
        headers.append(Header(name=field.name, value=found.text))
    return tuple(headers)


def _first(headers: tuple[Header, ...], name: str) -> str | None:
    return next((header.value for header in headers if header.name == name), None)


def _all(headers: tuple[Header, ...], name: str) -> list[str]:
    return [header.value for header in headers if header.name == name]


def _field_addresses(block: Block, name: str, hint: str | None, defects: list[str]) -> tuple[Address, ...]:
    return _addresses([raw_text(value, hint=hint)[0] for value in block.all(name)], defects)


def _addresses(values: list[str], defects: list[str]) -> tuple[Address, ...]:
    """The mailboxes of all the fields; lists and odd ones by mail-parser, strict about what is a name and what not."""
    mailboxes: list[tuple[str, str]] = []
    for value in values:
        mailboxes.extend(_mailboxes(_cut(value, defects), defects))
        if len(mailboxes) >= MOST_ADDRESSES:
            defects.append(f"more than {MOST_ADDRESSES} addresses; only the first are kept")
            break
    return collect(mailboxes)


def _cut(value: str, defects: list[str]) -> str:
    if len(value) <= _LONGEST_ADDRESS_FIELD:
        return value
    defects.append("an address field is too long; its end was not read")
    return value[:_LONGEST_ADDRESS_FIELD].rpartition(",")[0]


def _mailboxes(value: str, defects: list[str]) -> list[tuple[str, str]]:
    clean = one_clean_mailbox(value)
    if clean is not None:  # the usual field, twenty times as fast
        return [clean]
    try:
        found: list[tuple[str, str]] = get_addresses(value)
    except _LIBRARY_FAULTS as fault:
        defects.append(f"mail-parser could not read an address field ({type(fault).__name__})")
        found = []
    if any(address for _, address in found) or not value:
        return found
    return [rescue_mailbox(value)]


def _return_path(value: str | None) -> str | None:
    """The envelope's sender; only ``<>`` is the null sender, an empty field says nothing."""
    if not value:
        return None
    return "".join(value.partition(">")[0].rpartition("<")[2].split()).lower()[:_LONGEST_PATH]


def _digest(subject: str, text: str, attachments: tuple[Attachment, ...]) -> str:
    """White space does not count: servers on the way change it."""
    content = hashlib.sha256(" ".join(subject.split()).encode())
    content.update(b"\0" + " ".join(text.split()).encode())
    for attachment in attachments:
        content.update(b"\0" + attachment.digest.encode())
    return content.hexdigest()
