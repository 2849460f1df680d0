"""Reading letters: which are asked for together, what is made of missing answers, what is taken of a large letter."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LETTERS_AT_ONCE = 20
"""UIDs of one command: long lists break servers."""
BYTES_AT_ONCE = 1024 * 1024
"""Bytes of one answer, unless a single letter is larger."""
HEADER_AT_MOST = 256 * 1024
TEXT_AT_MOST = 1024 * 1024
"""Of a letter too large to be taken whole."""

_LETTER = ("BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE")
_STUB = b"Retrieval using the IMAP4 protocol failed"


Rows = dict[int, dict[bytes, Any]]
"""The answer to one UID FETCH as imapclient gives it: what was asked for, by UID."""
Ask = Callable[[str, Sequence[str]], Rows]
"""One UID FETCH: a set of UIDs and the items wanted. Raises Refused where the server says NO or BAD."""


class Refused(Exception):  # noqa: N818 - a lawful answer where a letter is gone (RFC 2180 4.1.2), not a fault of ours
    """The server does not answer a FETCH; its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A letter as the server gave it.

    ``received_at``: INTERNALDATE in UTC, whole seconds; None where the server gives none that can be read.
    ``size``: RFC822.SIZE as the server says it; it may differ from the bytes. ``truncated``: ``raw`` holds the headers
    and the text alone. ``stub``: the server could not render the letter and says so in its place (Exchange does): its
    words are not the client's.
    """

    uid: int
    raw: bytes
    received_at: datetime | None
    size: int
    truncated: bool = False
    stub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A letter that was asked for and not given, also when asked for alone.

    ``still_listed`` False: it is gone from the folder. True: the server lists it and does not give it; it must not be
    passed over before a second look.
    """

    uid: int
    still_listed: bool
    said: str = ""


def fetch_sizes(ask: Ask, uids: Sequence[int]) -> dict[int, int]:
    """RFC822.SIZE of those of the letters that the server tells it of."""
    found: dict[int, int] = {}
    for some in uid_sets(uids):
        with contextlib.suppress(Refused):  # one of them is gone: their sizes stay unknown
            for uid, row in ask(some, ("RFC822.SIZE",)).items():
                size = row.get(b"RFC822.SIZE")
                if isinstance(size, int):
                    found[uid] = size
    return found


def fetch_moments(ask: Ask, uids: Sequence[int]) -> dict[int, datetime]:
    """INTERNALDATE of those of the letters that the server tells it of."""
    found: dict[int, datetime] = {}
    for some in uid_sets(uids):
        with contextlib.suppress(Refused):
            found |= {uid: moment for uid, row in ask(some, ("INTERNALDATE",)).items() if (moment := _moment(row))}
    return found


def fetch_letters(ask: Ask, uids: Sequence[int], *, max_size: int) -> Iterator[Fetched | Absent]:
    """The letters in the order asked for, each exactly once (``Mailbox.fetch``)."""
    sizes = fetch_sizes(ask, uids)
    for batch in batches(uids, sizes, max_size=max_size):
        if len(batch) == 1:
            yield _fetch_one(ask, batch[0], sizes.get(batch[0]), max_size)
            continue
        rows: Rows = {}
        with contextlib.suppress(Refused):
            rows = ask(",".join(map(str, batch)), _LETTER)
        for uid in batch:
            whole = _whole(uid, rows.pop(uid, {}))
            yield whole if whole is not None else _fetch_one(ask, uid, None, max_size)


def _fetch_one(ask: Ask, uid: int, size: int | None, max_size: int) -> Fetched | Absent:
    """One letter by itself: whole, or its headers and text, or the finding that it is not given."""
    refusal = ""
    try:
        if size is None:
            size = fetch_sizes(ask, (uid,)).get(uid)
        if size is not None:
            found = _whole(uid, ask(str(uid), _LETTER).get(uid, {})) if size <= max_size else _large(ask, uid, size)
            if found is not None:
                return found
    except Refused as refused:
        refusal = str(refused)
    try:
        return Absent(uid=uid, still_listed=uid in ask(str(uid), ("UID",)), said=refusal)
    except Refused as refused:
        return Absent(uid=uid, still_listed=False, said=str(refused))


def _whole(uid: int, row: Mapping[bytes, Any]) -> Fetched | None:
    """None where the row is missing or holds NIL for the letter (it was expunged meanwhile)."""
    raw = row.get(b"BODY[]")
    size = row.get(b"RFC822.SIZE")
    if not isinstance(raw, bytes) or (not raw and size):
        return None
    return Fetched(
        uid=uid,
        raw=raw,
        received_at=_moment(row),
        size=size if isinstance(size, int) else len(raw),
        stub=is_stub(raw),
    )


def _large(ask: Ask, uid: int, size: int) -> Fetched | None:
    """The headers and the first text part; where the server cannot tell its parts, the letter's beginning."""
    with contextlib.suppress(Refused):
        row = ask(str(uid), ("BODYSTRUCTURE", "INTERNALDATE", f"BODY.PEEK[HEADER]<0.{HEADER_AT_MOST}>")).get(uid, {})
        header, part = row.get(b"BODY[HEADER]<0>"), find_text_part(row.get(b"BODYSTRUCTURE"))
        if isinstance(header, bytes) and part is not None:
            raw = _header_and_text(ask, uid, header, part)
            if raw is not None:
                return Fetched(uid=uid, raw=raw, received_at=_moment(row), size=size, truncated=True)
    row = ask(str(uid), ("INTERNALDATE", f"BODY.PEEK[]<0.{TEXT_AT_MOST}>")).get(uid, {})
    raw = row.get(b"BODY[]<0>")
    if not isinstance(raw, bytes):
        return None
    return Fetched(uid=uid, raw=raw, received_at=_moment(row), size=size, truncated=True)


def _header_and_text(ask: Ask, uid: int, header: bytes, part: str) -> bytes | None:
    from parsers.large import headers_and_text  # noqa: PLC0415 - the service's own process stays without parsers

    text = f"BODY.PEEK[{part or 'TEXT'}]<0.{TEXT_AT_MOST}>"
    mime = f"BODY.PEEK[{part}.MIME]<0.{HEADER_AT_MOST}>"
    row = ask(str(uid), (text, mime) if part else (text,)).get(uid, {})
    body, headers = row.get(f"BODY[{part or 'TEXT'}]<0>".encode()), row.get(f"BODY[{part}.MIME]<0>".encode(), b"")
    if not isinstance(body, bytes) or not isinstance(headers, bytes):
        return None
    return headers_and_text(header, headers, body) if part else header + body


def _moment(row: Mapping[bytes, Any]) -> datetime | None:
    """INTERNALDATE in UTC, whole seconds."""
    moment = row.get(b"INTERNALDATE")
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0)


def is_stub(raw: bytes) -> bool:
    """``Subject: Retrieval using the IMAP4 protocol failed for the following message: 4711``, by Exchange itself."""
    head = raw[:4096]
    return _STUB in head and b"Microsoft Exchange Server" in head


def uid_sets(uids: Sequence[int]) -> Iterator[str]:
    """Sets for one command each, such as ``4,7:19,23``: at most ``LETTERS_AT_ONCE`` numbers or ranges."""
    ranges: list[tuple[int, int]] = []
    for uid in uids:
        if ranges and ranges[-1][1] + 1 == uid:
            ranges[-1] = (ranges[-1][0], uid)
        else:
            ranges.append((uid, uid))
    for start in range(0, len(ranges), LETTERS_AT_ONCE):
        some = ranges[start : start + LETTERS_AT_ONCE]
        yield ",".join(str(first) if first == last else f"{first}:{last}" for first, last in some)


def batches(uids: Iterable[int], sizes: Mapping[int, int], *, max_size: int) -> Iterator[tuple[int, ...]]:
    """UIDs in order, in batches for one command each; a letter above ``max_size`` comes alone.

    A UID without a known size goes alone too: nobody knows what would come.
    """
    some: list[int] = []
    weight = 0
    for uid in uids:
        size = sizes.get(uid, BYTES_AT_ONCE)
        alone = size >= BYTES_AT_ONCE or size > max_size
        if some and (alone or len(some) == LETTERS_AT_ONCE or weight + size > BYTES_AT_ONCE):
            yield tuple(some)
            some, weight = [], 0
        if alone:
            yield (uid,)
        else:
            some.append(uid)
            weight += size
    if some:
        yield tuple(some)


def find_text_part(structure: Any, path: str = "", depth: int = 0) -> str | None:
    """The first text part of a BODYSTRUCTURE as imapclient gives it: ``1.2``; "" for a letter without parts.

    None where there is no text, or the structure is not one. Plain text wins over HTML among alternatives because it
    comes first (RFC 2046 5.1.4).
    """
    if not isinstance(structure, tuple) or not structure or depth > 20:
        return None
    if isinstance(structure[0], list):
        for number, part in enumerate(structure[0], start=1):
            found = find_text_part(part, f"{path}.{number}" if path else str(number), depth + 1)
            if found:
                return found
        return None
    kind = structure[0]
    is_attached = any(
        isinstance(item, tuple) and item and isinstance(item[0], bytes) and item[0].lower() == b"attachment"
        for item in structure[1:]
    )
    return path if isinstance(kind, bytes) and kind.lower() == b"text" and not is_attached else None
