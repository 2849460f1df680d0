"""The store: opened once, asked and written from any thread.

One writer at a time, whatever the database: threads stand in a queue, processes wait in the database. Views do not
wait for writers, nor writers for views. Small pieces of work may share the commit of another thread's transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from store.engine import (
    PATIENCE,
    Savepoint,
    begun,
    file_of,
    is_sqlite,
    make_file,
    read_url,
    reading_engine,
    writing_engine,
)
from store.errors import TRANSLATED, StoreBroken, translated
from store.instance import Instance, locked_instance
from store.schema import HEAD, check, revision_of, upgrade
from store.turn import Guest, Turn
from store.view import View
from store.writing import Transaction

T = TypeVar("T")


class Store:
    """All that is kept. Errors are those of ``store.errors``; whatever a caller raises passes through."""

    def __init__(self, url: URL, *, read_only: bool) -> None:
        self._url = url
        self._read_only = read_only
        self._turn = Turn()
        self._writing = writing_engine(url)
        self._reading = reading_engine(url)
        self._writer: Connection | None = None

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, migrate: bool = True) -> Self:
        """The store at ``url``, made if there is none and brought to this version's schema.

        ``read_only``: nothing is made, changed or upgraded. ``migrate=False``: an older schema is an error.
        """
        parsed = read_url(url)
        with _border(parsed):
            if not read_only and is_sqlite(parsed):
                make_file(parsed)
            elif is_sqlite(parsed) and not file_of(parsed).exists():
                raise StoreBroken(f"{file_of(parsed)} does not exist: start the service once, it makes the store.")
            store = cls(parsed, read_only=read_only)
            try:
                store._agree_on_schema(migrate=migrate and not read_only)
            except BaseException:
                store.close()
                raise
        return store

    def _agree_on_schema(self, *, migrate: bool) -> None:
        with self._reading.connect() as connection:
            revision = revision_of(connection)
        if revision == HEAD:
            return
        if migrate:
            self._reading.dispose()  # a connection that saw the old schema must not be used again
            upgrade(self._url)
        else:
            check(revision, self._url)

    @contextmanager
    def view(self) -> Iterator[View]:
        """A snapshot for reading; short ones, for a long one keeps the log of SQLite growing."""
        with _work(self._url), self._reading.connect() as connection, connection.begin():
            yield View(connection)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Everything written in it is kept when it ends, or nothing where it ends by an exception.

        After StoreBusy at the end it may be kept all the same: every write can be repeated by its key.
        """
        self._refuse_reader()
        with _work(self._url), self._turn.hold(PATIENCE), self._written() as connection:
            yield Transaction(connection)

    def write_along(self, work: Callable[[Transaction], T]) -> T:
        """``work`` in a write transaction, as by ``transaction``; for small pieces that another thread's transaction
        may carry along, so that one commit keeps both. It returns when that is done.

        ``work`` may run in the other's thread; what it raises is undone by itself and is raised here.
        """
        self._refuse_reader()
        guest = Guest(work)
        with _work(self._url):
            if self._turn.enter(PATIENCE, guest):
                try:
                    with self._written() as connection:
                        return work(Transaction(connection))
                finally:
                    self._turn.leave()
            if guest.error is not None:
                raise guest.error
            result: T = guest.result
            return result

    def carrying(self) -> AbstractContextManager[None]:
        """While in it, this thread has one write transaction after another: what others ``write_along`` waits a
        moment to be carried."""
        return self._turn.carrying()

    @contextmanager
    def _written(self) -> Iterator[Connection]:
        """The writer's connection in a transaction that ends with those who waited meanwhile."""
        connection = self._writer or self._writing.connect()
        self._writer = connection
        guests: tuple[Guest, ...] = ()
        try:
            with begun(connection):
                yield connection
                guests = self._turn.guests()
                for guest in guests:
                    _serve(guest, connection)
        except BaseException as error:
            if isinstance(error, (SQLAlchemyError, sqlite3.Error)):
                self._drop_writer()
            for guest in guests:
                guest.dismiss(error)
            raise
        for guest in guests:
            guest.dismiss()

    def _refuse_reader(self) -> None:
        if self._read_only:
            raise RuntimeError("the store was opened for reading only")

    def lock_instance(self) -> AbstractContextManager[Instance]:
        """For the one process that takes letters and sends them, as long as it runs.

        InstanceRunning if another does. After an unclean stop the database is examined first: StoreBroken if damaged.
        """
        return locked_instance(self, self._url)

    def close(self) -> None:
        """Lets go of all connections. A view or transaction that is open elsewhere must have ended."""
        with _border(self._url):
            self._drop_writer()
            self._writing.dispose()
            self._reading.dispose()

    def _drop_writer(self) -> None:
        connection, self._writer = self._writer, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self._url.render_as_string(hide_password=True)!r})"


def _serve(guest: Guest, connection: Connection) -> None:
    """The guest's work as a part of the transaction that fails or stays by itself.

    Raises the database's error where the whole transaction went with it (a full disk makes SQLite do so).
    """
    mark = Savepoint(connection)
    try:
        assert guest.work is not None, "only those who bring work are carried along"
        guest.result = guest.work(Transaction(connection))
    except Exception as error:  # whatever it is, it is the guest's own
        guest.error = error
        try:
            mark.undo()
        except (SQLAlchemyError, sqlite3.Error) as lost:
            raise (error if isinstance(error, (SQLAlchemyError, sqlite3.Error)) else lost) from None
    else:
        mark.keep()


@contextmanager
def _work(url: URL) -> Iterator[None]:
    """The border around a caller's own work, whose OSErrors are not the store's."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise translated(error, url) from error


@contextmanager
def _border(url: URL) -> Iterator[None]:
    try:
        yield
    except TRANSLATED as error:
        raise translated(error, url) from error
