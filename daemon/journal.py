"""What the service says of its work: JSON lines for machines, readable colours at a terminal.

The only file that knows structlog. Secrets never get through: neither a Secret, nor a fact named like one, nor the
local variables of a traceback; control characters of clients' words do not reach a terminal.
"""

import json
import logging
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import structlog

from daemon.secret import Secret

_HIDDEN = "***"
_SECRET_NAMES = re.compile(r"password|passwd|secret|token|signing_key|credential", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s]+@")  # "postgresql+psycopg://supportd:geheim@localhost/supportd"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # "\x1b[2J" in a subject


@dataclass(frozen=True, slots=True)
class Journal:
    """A log with bound context. Made by ``open_journal``; safe to use from several threads."""

    _logger: Any

    def bind(self, **context: object) -> "Journal":
        """A journal whose every line carries ``context`` too."""
        return Journal(self._logger.bind(**context))

    def info(self, event: str, **facts: object) -> None:
        """What happened as it should."""
        self._logger.info(event, **facts)

    def warning(self, event: str, **facts: object) -> None:
        """What went wrong and will be tried again."""
        self._logger.warning(event, **facts)

    def error(self, event: str, *, trouble: BaseException | None = None, **facts: object) -> None:
        """What a person must look at; ``trouble`` adds its traceback, without local variables."""
        self._logger.error(event, exc_info=trouble, **facts)


def open_journal(stream: TextIO, *, colours: bool | None = None) -> Journal:
    """A journal that writes to ``stream``: for people where it is a terminal (or ``colours`` says so), else JSON.

    Warnings of the libraries' own logging go the same way, without their arguments' secrets.
    """
    for_people = stream.isatty() if colours is None else colours
    processors: list[Any] = [structlog.processors.add_log_level, structlog.processors.format_exc_info, _hide_secrets]
    if for_people:
        processors += [
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            _harmless,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    else:
        processors += [
            _moment,
            structlog.processors.JSONRenderer(_as_json),
        ]
    logger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=processors,
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return Journal(logger)


def hear_libraries(journal: Journal) -> None:
    """From now on the warnings and errors of the libraries' own logging are lines of ``journal``."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _LibraryHandler)]:
        root.removeHandler(handler)
    root.addHandler(_LibraryHandler(journal))


class _LibraryHandler(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__(level=logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._journal.warning("a library says", library=record.name, says=record.getMessage())
        except Exception:
            self.handleError(record)


def _moment(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **event}


def _hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: str, value: object) -> object:
    if isinstance(value, Secret) or (isinstance(value, str | bytes) and _names_a_secret(name)):
        return _HIDDEN
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\1{_HIDDEN}@", value) if "://" in value else value
    if isinstance(value, Mapping):
        return {str(key): _shown(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(name, each) for each in value]
    return value


@lru_cache(maxsize=512)
def _names_a_secret(name: str) -> bool:
    return _SECRET_NAMES.search(name) is not None


def _harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: _without_control(value) for name, value in event.items()}


def _without_control(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", value)
    return value


def _as_json(event: Mapping[str, Any], **_: object) -> str:
    return _write_json(event)


def _plain(value: object) -> object:
    """What JSON cannot say by itself: moments in ISO 8601, bytes by their length, anything else as its text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes"
    return str(value)


_write_json = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
