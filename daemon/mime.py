"""The bytes of a letter, built once and sent unchanged at every attempt.

Lines end with CRLF and hold ASCII alone (bodies are base64, words in headers are encoded by RFC 2047), so no server on
the way has a reason to change or refuse them. Written by hand since the letters are few kinds of one shape: the
standard library's generator takes more than a millisecond for each.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import Enum, auto
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from urllib.parse import quote

SENDER_NAME = "Техническая поддержка Control System Center"
LOOP_HEADER = "X-CSC-Loop"
MAX_REFERENCES = 20
"""Message-IDs kept in References: the first one and the newest (RFC 5322, 3.6.4 sets no bound; servers do)."""


class LetterKind(Enum):
    """Who is speaking, as other machines are told (RFC 3834, 5)."""

    REPLY = auto()
    """An automatic answer to a letter."""
    GENERATED = auto()
    """An automatic letter that answers none: reminders, digests, notices."""
    ORDINARY = auto()
    """A person stands behind it: relayed answers, refusals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file that goes along; ``filename`` is a plain name without a path."""

    filename: str
    content_type: str
    content: bytes


# Not ``All``: that would also silence the report of a failed delivery, which we want.
_AUTOMATIC = {
    LetterKind.REPLY: "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: OOF, AutoReply, DR, RN, NRN\r\n",
    LetterKind.GENERATED: "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply, DR, RN, NRN\r\n",
    LetterKind.ORDINARY: "",
}


def build(
    *,
    subject: str,
    text: str,
    html: str,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    kind: LetterKind,
    loop_mark: str = "",
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    reply_to: str = "",
    sender_name: str = SENDER_NAME,
    attachments: Sequence[AttachedFile] = (),
) -> bytes:
    """The whole letter, one recipient. ``date`` is aware and is written with the offset it has.

    Raises ``ValueError`` for a line break, NUL or other control character in anything that becomes a header, and for
    an address that cannot stand in one. Message-IDs of other people (``in_reply_to``, ``references``) that could not
    be written safely are left out instead: a badly formed one is no reason to lose a letter.
    """
    boundary = blake2b(message_id.encode(), digest_size=12).hexdigest()
    head = (
        f"From: {_sender(sender_name, sender)}\r\n"
        f"To: {_address(recipient)}\r\n"
        f"{_words('Subject', subject)}\r\n"
        f"Date: {format_datetime(date)}\r\n"
        f"Message-ID: {_own_id(message_id)}\r\n"
        f"{_thread(in_reply_to, references)}"
        f"{f'Reply-To: {_address(reply_to)}' + chr(13) + chr(10) if reply_to else ''}"
        f"{_AUTOMATIC[kind]}"
        f"{_loop(loop_mark)}"
        "MIME-Version: 1.0\r\n"
    ).encode("ascii")
    words = _alternative(text, html, boundary)
    if not attachments:
        return head + words
    return head + _mixed(words, attachments, f"{boundary}-mixed")


def can_be_written_to(address: str) -> bool:
    """Whether ``address`` can stand in To without SMTPUTF8: one plain ASCII mailbox, its domain perhaps not ASCII."""
    try:
        _address(address)
    except ValueError:
        return False
    return True


def _alternative(text: str, html: str, boundary: str) -> bytes:
    return b"".join(
        (
            f'Content-Type: multipart/alternative; boundary="={boundary}"\r\n\r\n'.encode(),
            f"--={boundary}\r\n".encode(),
            b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
            _base64(_crlf(text)),
            f"--={boundary}\r\n".encode(),
            b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
            _base64(_crlf(html)),
            f"--={boundary}--\r\n".encode(),
        )
    )


def _mixed(words: bytes, attachments: Sequence[AttachedFile], boundary: str) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="={boundary}"\r\n\r\n--={boundary}\r\n'.encode(), words]
    for each in attachments:
        head = (
            f"Content-Type: {_media_type(each.content_type)}\r\n"
            f"Content-Disposition: attachment;\r\n {_filename(each.filename)}\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
        )
        parts += [f"--={boundary}\r\n{head}".encode("ascii"), _base64(each.content)]
    parts.append(f"--={boundary}--\r\n".encode())
    return b"".join(parts)


def _crlf(text: str) -> bytes:
    """The canonical form that text has before base64 (RFC 2045, 6.8); lone surrogates become question marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\n", "\r\n").encode("utf-8", "replace")


def _base64(content: bytes) -> bytes:
    """Lines of 76 characters (RFC 2045, 6.8), the last one ended too; nothing for no bytes."""
    encoded = b64encode(content)
    return b"".join([encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76)])


# --- headers

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]{1,60}")
# «client@example.kz»: the plain dot-atom form (RFC 5322, 3.4.1); quoted local parts are not written to
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
# «<CAF0x1=abc.def@mail.gmail.com>»; also the odd ones without an @
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_OWN_ID = re.compile(r"<[!-;=?-~]{1,120}@[A-Za-z0-9.-]{1,120}>")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}")


def _refuse_control(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(f"{name} must be one line without control characters: {value[:80]!r}")
    return value


def _address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891)."""
    _refuse_control("an address", address)
    local, at, domain = address.rpartition("@")
    try:
        plain = f"{local}{at}{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ValueError(f"the domain of {address!r} cannot be written in ASCII") from error
    if len(plain) > 254 or _MAILBOX.fullmatch(plain) is None:
        raise ValueError(f"{address[:80]!r} is no address that a letter can be sent to")
    return plain


@lru_cache(maxsize=16)
def _sender(name: str, address: str) -> str:
    """The display name as a phrase (RFC 2047, 5.3): plain words stay as they are, the others are encoded together.

    Two encoded words beside each other are kept from where they can be: some readers show a blank between them.
    """
    _refuse_control("the sender's name", name)
    pieces: list[str] = []
    for plain, words in groupby(name.split(), key=lambda word: _ATOM.fullmatch(word) is not None):
        run = " ".join(words)
        pieces += [run] if plain else _encoded_words(run, room=75 - len("From: "))
    return "\r\n ".join((*pieces, f"<{_address(address)}>"))


def _words(name: str, value: str) -> str:
    """A header of free text: as it is where it is short ASCII, else encoded words, folded."""
    _refuse_control(name, value)
    if value.isascii() and len(value) <= 900 and "=?" not in value and len(name) + 2 + len(value) <= 78:
        return f"{name}: {value}"
    folded = "\r\n ".join(_encoded_words(value, room=75 - len(name) - 2))
    return f"{name}: {folded}"


def _encoded_words(value: str, *, room: int) -> Iterator[str]:
    """``value`` as encoded words of at most 75 characters, ``room`` for the first; never splits a character.

    RFC 2047, 2 and 5: each word is decodable by itself. White space between two of them is not shown, so that what
    belongs there stands inside.
    """
    taken = bytearray()
    limit = _bytes_that_fit(room)
    for character in value:
        encoded = character.encode("utf-8", "replace")
        if len(taken) + len(encoded) > limit:
            yield f"=?utf-8?b?{b64encode(taken).decode()}?="
            taken.clear()
            limit = _bytes_that_fit(75)
        taken += encoded
    if taken:
        yield f"=?utf-8?b?{b64encode(taken).decode()}?="


def _bytes_that_fit(room: int) -> int:
    return (room - len("=?utf-8?b??=")) // 4 * 3


def _own_id(message_id: str) -> str:
    if _OWN_ID.fullmatch(message_id) is None:
        raise ValueError(f"{message_id[:80]!r} is no Message-ID of ours")
    return message_id


def _thread(in_reply_to: str | None, references: Sequence[str]) -> str:
    parent = in_reply_to if in_reply_to is not None and _MESSAGE_ID.fullmatch(in_reply_to) else None
    kept = list(dict.fromkeys(each for each in references if _MESSAGE_ID.fullmatch(each) and each != parent))
    if parent is not None:
        kept.append(parent)
    if len(kept) > MAX_REFERENCES:
        kept = [kept[0], *kept[-MAX_REFERENCES + 1 :]]
    answered = f"In-Reply-To: {parent}\r\n" if parent is not None else ""
    return answered + ("References: " + "\r\n ".join(kept) + "\r\n" if kept else "")


def _loop(mark: str) -> str:
    if not mark:
        return ""
    if not mark.isascii() or len(mark) > 200:
        raise ValueError("the loop mark must be short ASCII")
    return f"{LOOP_HEADER}: {_refuse_control('the loop mark', mark)}\r\n"


def _media_type(content_type: str) -> str:
    """The type alone, or octet-stream: what is odd is not passed on; a message cannot be in base64 (RFC 2046, 5.2)."""
    plain = content_type.lower()
    odd = _MEDIA_TYPE.fullmatch(plain) is None or plain.startswith(("multipart/", "message/"))
    return "application/octet-stream" if odd else plain


def _filename(filename: str) -> str:
    """``filename=`` for plain ASCII, else ``filename*=`` (RFC 2231), cut to a length that fits one line."""
    _refuse_control("a file name", filename)
    plain = filename[-80:] or "file"
    if plain.isascii() and '"' not in plain and "\\" not in plain:
        return f'filename="{plain}"'
    return f"filename*=utf-8''{quote(plain, safe='', errors='replace')}"
