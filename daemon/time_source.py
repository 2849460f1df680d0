"""What time it is: the one place where the service asks."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class TimeSource(Protocol):
    """Gives the present moment, aware, in UTC."""

    def now(self) -> datetime: ...


class SystemTime:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedTime:
    """A clock that runs as the machine's does, from another moment on: for the demonstration and for tests."""

    def __init__(self, start: datetime) -> None:
        self._shift: timedelta = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def move(self, by: timedelta) -> None:
        """Sets the clock forward (or back)."""
        self._shift += by
