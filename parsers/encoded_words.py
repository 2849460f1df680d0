"""Header values as text: encoded words (RFC 2047), and the raw 8-bit letters that mailers write instead."""

import binascii
import re
from dataclasses import dataclass

from parsers import charsets

# =?koi8-r?B?8NLJ18XU?=   =?utf-8*ru?Q?=D0=9F_?=   (RFC 2231, 5 adds the language)
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
# Encoded words that follow one another with nothing but white space between: it is not part of the text.
_RUN = re.compile(rf"{_WORD.pattern}(?:\s*{_WORD.pattern})*".replace("([^", "(?:[^").replace("([bBqQ])", "(?:[bBqQ])"))
_HEXADECIMAL = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_FOLD = re.compile(r"(?:\r?\n[ \t]*)+|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderText:
    """A field's value, unfolded and decoded, and what was odd about it."""

    text: str
    defects: tuple[str, ...] = ()


def decode_value(raw: bytes, *, hint: str | None = None) -> HeaderText:
    """The value of a header field. Raw 8-bit letters are read in ``hint`` (the body's charset) or guessed."""
    if raw.isascii() and b"=?" not in raw:
        return HeaderText(text=unfold(raw.decode("ascii")))
    text, defects = raw_text(raw, hint=hint)
    decoded = decode_words(text)
    return HeaderText(text=decoded.text, defects=defects + decoded.defects)


def raw_text(raw: bytes, *, hint: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The value as text with its encoded words still encoded, and the defect of raw 8-bit letters."""
    if raw.isascii():
        return unfold(raw.decode("ascii")), ()
    found = charsets.decode(raw, None if charsets.guess(raw) == "utf-8" else hint)
    return unfold(found.text), ("raw 8-bit letters in a header field" + (f": {found.defect}" if found.defect else ""),)


def decode_words(text: str) -> HeaderText:
    """``text`` with its encoded words decoded; words that split one letter between them are joined first."""
    if "=?" not in text:
        return HeaderText(text=charsets.clean(text))
    defects: list[str] = []

    def run(match: re.Match[str]) -> str:
        return _decode_run(match.group(), defects)

    return HeaderText(text=charsets.clean(_RUN.sub(run, text)).strip(), defects=tuple(dict.fromkeys(defects)))


def unfold(text: str) -> str:
    """One line: a fold becomes one space, control characters go, the ends are stripped."""
    return charsets.clean(join_folds(text)).strip()


def join_folds(text: str) -> str:
    """The lines of a folded value as one, everything else as it is."""
    return _FOLD.sub(" ", text) if "\n" in text or "\r" in text else text


def _decode_run(run: str, defects: list[str]) -> str:
    pieces: list[tuple[str, bytearray]] = []
    for charset, encoding, payload in _WORD.findall(run):
        data = _base64(payload) if encoding in "bB" else _quoted(payload)
        if pieces and pieces[-1][0] == charset.lower():
            pieces[-1][1].extend(data)
        else:
            pieces.append((charset.lower(), bytearray(data)))
    texts = []
    for charset, joined in pieces:
        found = charsets.decode(bytes(joined), charset)
        texts.append(unfold_inside(found.text))
        if found.defect is not None:
            defects.append(f"an encoded word: {found.defect}")
    return "".join(texts)


def unfold_inside(text: str) -> str:
    """Line ends that an encoded word smuggles in become spaces: a value is one line."""
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text


def _quoted(payload: str) -> bytes:
    data = payload.replace("_", " ").encode("utf-8", "replace")
    return _HEXADECIMAL.sub(lambda match: bytes((int(match.group(1), 16),)), data)


def _base64(payload: str) -> bytes:
    """Lenient: what is no base64 is skipped, missing padding is added, a lone last character is dropped."""
    data = _NOT_BASE64.sub("", payload)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + "=" * (-len(data) % 4))
