"""Statements compiled once and handed to SQLite's driver as they are.

SQLAlchemy's own execution costs 70 µs a statement, SQLite's ten; a letter's transaction has fifteen of them. What is
prepared here is the same Core statement with the same types for parameters and columns, so that nothing but the road
differs. Other databases take the ordinary road: there the network is the cost.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from store.columns import Choice, Moment, Words

Processor = Callable[[Any], Any] | None


class Row:
    """One row: by name, by position, or as a mapping, as SQLAlchemy's own."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        self._names = names
        self._values = values

    @property
    def _mapping(self) -> dict[str, Any]:
        return dict(zip(self._names, self._values, strict=True))

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[self._names.index(name)]
        except ValueError:
            raise AttributeError(name) from None

    def __getitem__(self, index: int) -> Any:
        return self._values[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)


class Answer:
    """The rows of one statement, read at once: the part of SQLAlchemy's result that the store asks for."""

    __slots__ = ("_names", "_rows", "rowcount")

    def __init__(self, names: tuple[str, ...], rows: list[tuple[Any, ...]], rowcount: int) -> None:
        self._names = names
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Row]:
        return (Row(self._names, row) for row in self._rows)

    def all(self) -> list[Row]:
        return list(self)

    def first(self) -> Row | None:
        return Row(self._names, self._rows[0]) if self._rows else None

    def scalars(self) -> Iterator[Any]:
        return (row[0] for row in self._rows)

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one_or_none(self) -> Any:
        """LookupError where there are several rows."""
        if len(self._rows) > 1:
            raise LookupError("more rows than one")
        return self.scalar()

    def scalar_one(self) -> Any:
        """LookupError unless there is exactly one row."""
        if len(self._rows) != 1:
            raise LookupError("not exactly one row")
        return self._rows[0][0]


class Prepared:
    """A statement whose parameters are all named when it is run, and none of which is a list."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._compiled: _Compiled | None = None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Answer:
        """Inside a transaction on an SQLite connection, whoever began it (``store.engine.begun``)."""
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = _Compiled(self.statement, connection.dialect, values)
        return compiled.run(connection, values)


class _Compiled:
    def __init__(self, statement: ClauseElement, dialect: Dialect, values: Mapping[str, Any]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(values))
        assert isinstance(compiled, SQLCompiler)
        assert not compiled.post_compile_params, "a list among the parameters: it cannot be prepared"
        self._sql = str(compiled)
        self._binds: list[tuple[str, Any, Processor]] = [
            (compiled.binds[name].key, compiled.binds[name].effective_value, _bound(compiled, name))
            for name in compiled.positiontup or ()
        ]
        columns = compiled._result_columns
        self._names = tuple(entry.keyname for entry in columns)
        self._processors: tuple[Processor, ...] = tuple(
            entry.type._cached_result_processor(dialect, None) for entry in columns
        )
        self._as_they_are = all(process is None for process in self._processors)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Answer:
        parameters = [
            values.get(key, default) if process is None else process(values.get(key, default))
            for key, default, process in self._binds
        ]
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.execute(self._sql, parameters)
        try:
            rows = cursor.fetchall() if self._names else []
            if not self._as_they_are:
                rows = [self._processed(row) for row in rows]
            return Answer(self._names, rows, cursor.rowcount)
        finally:
            cursor.close()

    def _processed(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value if process is None else process(value) for process, value in zip(self._processors, row, strict=True)
        )


def _bound(compiled: SQLCompiler, name: str) -> Processor:
    """What makes a value fit the database. SQLAlchemy wraps each type's own function in two others, and a letter has a
    hundred values."""
    kind = compiled.binds[name].type
    if isinstance(kind, Moment | Words | Choice):
        return kind.bound()
    return cast("Processor", compiled._bind_processors.get(name))
