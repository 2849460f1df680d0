"""The types of columns: how moments, enums, texts and small collections are kept, alike on both databases."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

Processor = Callable[[Any], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_KEY = 200
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def storable(text: str) -> str:
    """The same text without what a database refuses: NUL and lone surrogates become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


def _words(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a zone cannot be kept")
    return (value - _EPOCH) // _MICROSECOND


def _value(value: StrEnum | None) -> str | None:
    return None if value is None else value._value_


class Moment(TypeDecorator[datetime]):
    """An aware moment: microseconds since 1970 on SQLite (they sort as numbers), ``timestamptz`` on PostgreSQL.

    Read back in UTC. A naive moment is an error, never guessed.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL has a type of its own for it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """ValueError for a naive moment."""
        microseconds = _microseconds(value)
        return value if dialect.name == "postgresql" else microseconds

    def bound(self) -> Processor:
        """``process_bind_param`` for SQLite."""
        return _microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Text of any length, with what databases refuse taken out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As ``storable``."""
        return _words(value)

    def bound(self) -> Processor:
        """``process_bind_param`` by itself."""
        return _words


class Key(TypeDecorator[str]):
    """Text to look things up by: a long one is cut and ends in its hash, for PostgreSQL indexes at most 2,704 bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The same for a question as for a row, so that both meet."""
        if value is None or len(value) <= _LONGEST_KEY:
            return None if value is None else storable(value)
        value = storable(value)
        return f"{value[:100]}#{hashlib.sha256(value.encode()).hexdigest()}"


class Choice(TypeDecorator[StrEnum]):
    """An enum, kept as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """The bare value."""
        return _value(value)

    def bound(self) -> Processor:
        """``process_bind_param`` by itself."""
        return _value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """ValueError for a value that this version does not know."""
        return None if value is None else self.kind(value)


class Collection(TypeDecorator[Any]):
    """A small tuple or set, read and written as a whole: kept as a JSON list.

    ``read`` makes the value from the list, ``write`` the list from the value.
    """

    impl = Text
    cache_ok = True

    def __init__(self, read: Callable[[list[Any]], Any], write: Callable[[Any], Iterable[Any]] = list) -> None:
        super().__init__()
        self.read = read
        self.write = write

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """JSON with its letters readable."""
        if not value:
            return "[]"
        return storable(_write_json(list(self.write(value))))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """An empty collection where nothing is kept."""
        return self.read(json.loads(value) if value and value != "[]" else [])
