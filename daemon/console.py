"""Printing for people and as JSON, exit codes, and how a command ends: never with a traceback."""

import contextlib
import itertools
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from daemon.errors import PersonMustLook, TryAgainLater

DONE, FAILED, CONFIGURATION = 0, 1, 2
INTERRUPTED = 130
NOTHING = "—"

_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # "\x1b[2J" in a subject
_MEASURED = 200
"""Rows of a table that its widths are taken from; the rest streams by, however many there are."""


class Failed(SystemExit):
    """Ends the command with exit code 1, after a clear sentence on stderr."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        complain(sentence)
        super().__init__(code)


def complain(sentence: str) -> None:
    """One line on stderr."""
    with contextlib.suppress(OSError):  # nobody reads it any more
        print(f"supportd: {shown(sentence)}", file=sys.stderr, flush=True)


def speak_utf8() -> None:
    """UTF-8 in any locale; what cannot be shown never breaks a command, nor does a stream that was closed."""
    if sys.stdout is None:  # `>&-`
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Whatever happens inside, the command ends with its output written, an exit code, and at most a sentence."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # `supportd tickets list | head -1`: the reader has all it wanted
        _end_quietly()
    except (TryAgainLater, PersonMustLook) as error:
        raise Failed(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _end_quietly(f"{where}{error.strerror or error}")
    except ModuleNotFoundError as error:
        raise Failed(missing_package(error)) from None
    except MemoryError:
        raise Failed("there is not enough memory for that") from None
    except Exception as error:  # noqa: BLE001,RUF100 - the last place before a person would see a traceback
        raise Failed(f"a fault of the program itself, please report it: {_place(error)}") from None


def _end_quietly(sentence: str = "") -> NoReturn:
    """Standard output takes nothing more: what is still in its buffer goes nowhere."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    if sentence:
        complain(sentence)
    raise SystemExit(FAILED)


_EXTRAS = {
    **dict.fromkeys(("pymap", "aiosmtpd"), "demo"),
    **dict.fromkeys(("sklearn", "numpy", "scipy"), "train"),
    "psycopg": "postgresql",
}


def missing_package(error: ModuleNotFoundError) -> str:
    """Not everybody needs everything: what an extra of the package brings, or that the installation is broken."""
    package = (error.name or "").partition(".")[0]
    if package in _EXTRAS:
        return f"this needs {package}, which is not installed: pip install 'supportd[{_EXTRAS[package]}]'"
    return f"{package or error} is not installed: install supportd anew"


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace is not None else ""
    return f"{type(error).__name__}: {error}{where}"


def print_json(row: Mapping[str, object]) -> None:
    """One object on one line. Control characters of clients' words stand as ``\\u001b`` and the like."""
    print(_UNSHOWN.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(row, ensure_ascii=False)))


def say(text: str = "") -> None:
    """Lines for people, without what would move a terminal's cursor or turn its text around."""
    print(shown(text))


def shown(text: str) -> str:
    """Control characters of clients' words cannot reach a terminal; line ends and tabs stay."""
    return _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def in_words(value: object) -> str:
    """A value of a row, for people: lists with commas, nothing as a dash."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {in_words(each)}" for key, each in value.items()) or NOTHING
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(in_words(each) for each in value) or NOTHING
    return NOTHING if value is None or value == "" else str(value)


def table(rows: Iterable[Iterable[str]], header: Iterable[str]) -> bool:
    """Columns for people, as wide as the first rows need; whether there was any row."""
    source = (tuple(" ".join(shown(cell).split()) for cell in row) for row in rows)
    names = tuple(header)
    first = list(itertools.islice(source, _MEASURED))
    if not first:
        return False
    widths = [max(len(line[column]) for line in (names, *first)) for column in range(len(names))]
    for line in itertools.chain((names, tuple("─" * width for width in widths)), first, source):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return True


def print_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, as_json: bool, none: str) -> None:
    """Rows as JSON, or these columns of them as a table; ``none`` is said where there is no row."""
    if as_json:
        for row in rows:
            print_json(row)
    elif not table(([in_words(row[column]) for column in columns] for row in rows), _spaced(columns)):
        print(none)


def _spaced(columns: Sequence[str]) -> list[str]:
    return [column.replace("_", " ") for column in columns]
