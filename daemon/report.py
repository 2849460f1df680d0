"""``supportd report``: promises kept and broken between two days, by category."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from daemon.console import print_rows
from rules.category import Category
from rules.ticket import Deadline, DeadlineState, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How many promises of a category were due, and what became of them at the moment of asking."""

    category: Category
    kept: int
    broken: int
    running: int
    cancelled: int

    @property
    def share(self) -> float | None:
        """Kept of those that were kept or broken; None where there was none."""
        judged = self.kept + self.broken
        return self.kept / judged if judged else None


def lines(promises: Iterable[tuple[Ticket, Deadline]], now: datetime) -> tuple[Line, ...]:
    """One line a category that had promises, in the order of the categories; a promise counts for each of its own."""
    counts: Counter[tuple[Category, DeadlineState]] = Counter()
    for _, deadline in promises:
        state = deadline.state(now)
        counts.update((category, state) for category in deadline.categories)
    return tuple(
        Line(
            category=category,
            kept=counts[category, DeadlineState.MET],
            broken=counts[category, DeadlineState.BROKEN],
            running=counts[category, DeadlineState.RUNNING],
            cancelled=counts[category, DeadlineState.CANCELLED],
        )
        for category in Category
        if any(counts[category, state] for state in DeadlineState)
    )


def show_report(promises: Iterable[tuple[Ticket, Deadline]], *, as_json: bool, now: datetime) -> None:
    """The lines as rows; ``share`` is rounded to four digits."""
    rows = (
        {
            "category": line.category.value,
            "kept": line.kept,
            "broken": line.broken,
            "running": line.running,
            "cancelled": line.cancelled,
            "share": None if line.share is None else round(line.share, 4),
        }
        for line in lines(promises, now)
    )
    columns = ("category", "kept", "broken", "running", "cancelled", "share")
    print_rows(rows, columns, as_json=as_json, none="no promise was due in that time")
