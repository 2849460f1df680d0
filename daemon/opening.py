"""What commands open before they work: the configuration, the store, the parts. What is wrong becomes a sentence."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from daemon import wiring
from daemon.configuration import Configuration, load, path_of
from daemon.console import CONFIGURATION, Failed, complain
from daemon.errors import ConfigurationFaults, Fault
from daemon.journal import open_journal
from daemon.time_source import SystemTime
from daemon.wiring import Parts
from store.errors import InstanceRunning, StoreBroken, StoreBusy, StoreTooNew
from store.store import Store


def configured(option: Path | None, *, logs_in: bool = False) -> Configuration:
    """The configuration, or every fault of it on stderr and exit code 2.

    A command that does not log in anywhere (``logs_in`` False) needs no passwords: those that only the service can
    read, such as its credentials, are no fault then.
    """
    path = path_of(option, os.environ)
    try:
        return load(path, os.environ, passwords=logs_in)
    except ConfigurationFaults as error:
        say_faults(error.faults, path)
        raise SystemExit(CONFIGURATION) from None


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
        raise Failed(str(error)) from None


@contextlib.contextmanager
def parts_of(configuration: Configuration) -> Iterator[Parts]:
    """The parts over the configured store, for a command that works beside the service; its journal speaks on
    stderr."""
    with opened(configuration) as store:
        journal = open_journal(sys.stderr)
        parts = wiring.build(configuration, store=store, time_source=SystemTime(), journal=journal)
        try:
            yield parts
        finally:
            parts.reader.close()
