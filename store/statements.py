"""Running statements: a connection in the midst of a transaction, and how rows become values.

Statements are Core, made once where they are used and cached compiled; no session, no unit of work.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Executable, Table
from sqlalchemy.dialects.postgresql import Insert, insert

from store.prepared import Prepared

T = TypeVar("T")

CHUNK = 500
"""How many keys stand in one question, and how many rows of a long list are in memory at once."""


class Work:
    """One transaction, read or written, in the thread that opened it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name

    def _run(self, statement: Executable | Prepared, **values: Any) -> Any:
        """The result: SQLAlchemy's, or the like of it where the statement was prepared."""
        if not isinstance(statement, Prepared):
            return self._connection.execute(statement, values)
        if self._dialect == "sqlite":
            return statement.run(self._connection, values)
        return self._connection.execute(statement.statement, values)

    def _changed(self, statement: Executable | Prepared, **values: Any) -> int:
        """How many rows it changed."""
        count: int = self._run(statement, **values).rowcount
        return count


def columns_but(table: Table, *names: str) -> list[Column[Any]]:
    """The table's columns without those named."""
    return [column for column in table.columns if column.name not in names]


def columns_named(table: Table) -> list[str]:
    """The names of the table's columns, in order."""
    return [column.name for column in table.columns]


def inserting(table: Table) -> Insert:
    """An INSERT that can say ON CONFLICT: both databases spell it alike, and SQLite takes PostgreSQL's construct."""
    return insert(table)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """``values`` in pieces of bounded size, in order."""
    iterator = iter(values)
    while piece := tuple(islice(iterator, size)):
        yield piece
