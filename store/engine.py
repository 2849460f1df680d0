"""How the two databases are opened: what is durable, who waits how long for whom, and which file has which rights.

SQLite: WAL with synchronous=FULL (a commit survives a power cut), foreign keys, transactions begun by hand, because
the driver's own implicit ones begin too late and cannot hold DDL. PostgreSQL: its defaults are durable; views see one
snapshot.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from store.errors import StoreBroken

PATIENCE = 30.0
"""Seconds to wait for another process that writes."""


def is_sqlite(url: URL) -> bool:
    """Whether the store is a file of ours."""
    return url.get_backend_name() == "sqlite"


def read_url(text: str) -> URL:
    """StoreBroken unless it is a file of SQLite or a PostgreSQL database by psycopg."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreBroken(
            "`store.url` is not a database URL: write sqlite:////var/lib/supportd/supportd.db "
            "or postgresql+psycopg://user@host/database."
        ) from None
    if is_sqlite(url) and (not url.database or url.database == ":memory:"):
        raise StoreBroken("`store.url` names no file: write sqlite:////var/lib/supportd/supportd.db.")
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreBroken(
            f"`store.url` names a database that is not supported ({url.drivername}): "
            "write sqlite:////… or postgresql+psycopg://…"
        )
    return url


def file_of(url: URL) -> Path:
    """The file of an SQLite store."""
    return Path(url.database or "").absolute()


def make_file(url: URL) -> None:
    """An empty database file that only its owner reads (letters are private), unless there is one. OSError as it is."""
    with suppress(FileExistsError):
        os.close(os.open(file_of(url), os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def writing_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """For one connection that writes. On PostgreSQL each transaction takes its turn among all processes."""
    if is_sqlite(url):
        return _sqlite_engine(url, "BEGIN IMMEDIATE", _writer_pragmas(foreign_keys), pool_class=NullPool)
    engine = _server_engine(url, pool_class=NullPool)
    event.listen(engine, "begin", _take_turn)
    return engine


def reading_engine(url: URL) -> Engine:
    """For any number of snapshots beside the writer."""
    if is_sqlite(url):
        return _sqlite_engine(url, "BEGIN", _READER_PRAGMAS, pool_class=QueuePool, read_only=True)
    return _server_engine(url, pool_class=QueuePool).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _writer_pragmas(foreign_keys: bool) -> tuple[str, ...]:
    return (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        f"PRAGMA foreign_keys={int(foreign_keys)}",
        "PRAGMA cache_size=-2000",
        "PRAGMA journal_size_limit=67108864",
        "PRAGMA temp_store=MEMORY",
    )


_READER_PRAGMAS = ("PRAGMA query_only=1", "PRAGMA cache_size=-1000", "PRAGMA temp_store=MEMORY")


def _sqlite_engine(
    url: URL, begin: str, pragmas: tuple[str, ...], *, pool_class: type[Any], read_only: bool = False
) -> Engine:
    mode = "ro" if read_only else "rw"
    name = f"{file_of(url).as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # rw, not rwc: a file that has vanished is an error, never a new and empty store
        connection = sqlite3.connect(
            name, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = _engine(url, connect, pool_class)
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    return engine


def _begin(connection: Connection, words: str) -> None:
    """Nothing where a transaction was begun on the driver itself (``begun``)."""
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        connection.exec_driver_sql(words)


@contextmanager
def begun(connection: Connection) -> Iterator[None]:
    """One write transaction. On SQLite it is begun and ended on the driver: SQLAlchemy's way costs as much as five
    statements, and each letter has two."""
    driver: Any = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        with connection.begin():
            yield
        return
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield
        if connection.in_transaction():
            connection.commit()
        else:
            driver.commit()
    except BaseException:
        connection.rollback()  # if one of SQLAlchemy's own statements was among it, it believes itself in one
        driver.rollback()
        raise


class Savepoint:
    """A part of a write transaction that can be undone by itself. Every method raises where the whole is lost."""

    def __init__(self, connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        # on SQLite on the driver itself, as the transaction (``begun``)
        self._say = driver.execute if isinstance(driver, sqlite3.Connection) else connection.exec_driver_sql
        self._say("SAVEPOINT part")

    def keep(self) -> None:
        """It belongs to the transaction now."""
        self._say("RELEASE SAVEPOINT part")

    def undo(self) -> None:
        """As if nothing had been written since."""
        self._say("ROLLBACK TO SAVEPOINT part")
        self._say("RELEASE SAVEPOINT part")


def _engine(url: URL, connect: Callable[[], sqlite3.Connection], pool_class: type[Any]) -> Engine:
    return create_engine(url, creator=connect, poolclass=pool_class, hide_parameters=True)


def _server_engine(url: URL, *, pool_class: type[Any]) -> Engine:
    milliseconds = int(PATIENCE * 1000)
    settings = f"-c timezone=UTC -c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout=600000"
    arguments: dict[str, Any] = {
        "options": f"{url.query.get('options', '')} {settings}".strip(),
        "connect_timeout": 10,
        "application_name": "supportd",
        "keepalives_idle": 30,
    }
    return create_engine(url, poolclass=pool_class, connect_args=arguments, hide_parameters=True)


WRITERS_LOCK = 7_305_419_001
INSTANCE_LOCK = 7_305_419_002
"""Advisory locks of PostgreSQL; they are counted per database."""


def _take_turn(connection: Connection) -> None:
    """One writer at a time, as on SQLite: whoever reads and then writes never overwrites another's change."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
