"""One running instance per store, and whether the last one stopped in order.

SQLite: ``flock`` on a file beside the database, which the kernel lets go when the process ends, however it ends.
PostgreSQL: an advisory lock of a connection kept for it. Other commands work beside the instance.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from store.engine import INSTANCE_LOCK, file_of, is_sqlite, writing_engine
from store.errors import TRANSLATED, InstanceRunning, StoreBroken, place_of, translated

if TYPE_CHECKING:
    from store.store import Store

_MARK = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The right to serve a store. ``clean``: the last one stopped in order, or there was none."""

    clean: bool


def only_instance(url: URL) -> AbstractContextManager[None]:
    """Nobody serves the store and nobody begins to while the block lasts. InstanceRunning if somebody does."""
    return _file_lock(url) if is_sqlite(url) else _server_lock(url)


@contextmanager
def locked_instance(store: "Store", url: URL) -> Iterator[Instance]:
    """See ``Store.lock_instance``. The mark of a clean stop is set when the block ends without an exception."""
    with only_instance(url):
        with store.view() as view:
            mark = view.meta(_MARK)
        clean = mark in (None, "clean")
        if not clean:
            examine(store, url)
        with store.transaction() as tx:
            tx.set_meta(_MARK, "running")
        yield Instance(clean=clean)
        with store.transaction() as tx:
            tx.set_meta(_MARK, "clean")


def examine(store: "Store", url: URL) -> None:
    """StoreBroken if the database is damaged. PostgreSQL examines itself when it recovers."""
    if not is_sqlite(url):
        return
    with store.view() as view:
        found = view.faults()
    if found:
        raise StoreBroken(
            f"{place_of(url)} is damaged ({found[0]}): keep a copy of the file and restore the last backup with "
            "`supportd restore`."
        )


@contextmanager
def _file_lock(url: URL) -> Iterator[None]:
    path = lock_file(url)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise translated(error, url) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstanceRunning(_sentence(url, f" (process {_owner(descriptor)})")) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def lock_file(url: URL) -> Path:
    """Beside the database; never removed, for a removed file can be locked twice."""
    path = file_of(url)
    return path.with_name(f"{path.name}.lock")


def _owner(descriptor: int) -> str:
    return os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"


@contextmanager
def _server_lock(url: URL) -> Iterator[None]:
    engine = writing_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({INSTANCE_LOCK})").scalar()
            if not taken:
                raise InstanceRunning(_sentence(url, ""))
            yield
    except TRANSLATED as error:
        raise translated(error, url) from error
    finally:
        engine.dispose()


def _sentence(url: URL, owner: str) -> str:
    return f"Another supportd{owner} serves {place_of(url)}: stop it first (`systemctl stop supportd`)."
