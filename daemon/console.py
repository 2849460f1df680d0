"""What every command shares: the configuration, the store, exit codes, and printing for people or as JSON."""

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from daemon.configuration import Configuration, load, path_of
from daemon.errors import ConfigurationFaults, Fault
from store.errors import InstanceRunning, StoreBroken, StoreBusy, StoreTooNew
from store.store import Store

DONE, FAILED, CONFIGURATION = 0, 1, 2


class Failed(SystemExit):
    """Ends the command with exit code 1, after a clear sentence on stderr."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        complain(sentence)
        super().__init__(code)


def complain(sentence: str) -> None:
    """One line on stderr."""
    print(f"supportd: {sentence}", file=sys.stderr)


def speak_utf8() -> None:
    """UTF-8 in any locale; what cannot be shown never breaks a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def configured(option: Path | None) -> Configuration:
    """The configuration, or every fault of it on stderr and exit code 2."""
    path = path_of(option, os.environ)
    try:
        return load(path, os.environ)
    except ConfigurationFaults as error:
        say_faults(error.faults, path)
        raise SystemExit(CONFIGURATION) from error


def say_faults(faults: Iterable[Fault], path: Path) -> None:
    """Each fault on a line of its own."""
    complain(f"the configuration {path} cannot be used:")
    for fault in faults:
        print(f"  {fault}", file=sys.stderr)


@contextlib.contextmanager
def opened(configuration: Configuration, *, read_only: bool = False) -> Iterator[Store]:
    """The store; what is wrong with it becomes a sentence and exit code 1."""
    with sentences(), Store.open(configuration.store.url, read_only=read_only, migrate=not read_only) as store:
        yield store


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """The store's errors as sentences and exit code 1."""
    try:
        yield
    except (StoreBusy, StoreBroken, StoreTooNew, InstanceRunning) as error:
        raise Failed(str(error)) from error


def print_json(row: Mapping[str, object]) -> None:
    """One object on one line."""
    print(json.dumps(row, ensure_ascii=False))


def table(rows: Iterable[Iterable[str]], header: Iterable[str]) -> None:
    """Columns for people, as wide as they need be."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("─" * width for width in widths))
