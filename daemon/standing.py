"""``supportd status``: how much there is of everything, and what waits for a person."""

from datetime import datetime
from zoneinfo import ZoneInfo

from daemon.configuration import Configuration
from daemon.console import in_words, print_json, say
from daemon.gate import BREAKER
from daemon.moments import local
from store.store import Store


def show_standing(store: Store, configuration: Configuration, *, as_json: bool, now: datetime) -> None:
    """One row as JSON, or a line for each of its keys."""
    row = standing(store, configuration, now)
    if as_json:
        print_json(row)
        return
    width = max(map(len, row))
    for key, value in row.items():
        say(f"{key.replace('_', ' ').ljust(width)}  {in_words(value)}")


def standing(store: Store, configuration: Configuration, now: datetime) -> dict[str, object]:
    """One row of counts and moments; ``breaker`` says why automatic letters are stopped, or is None."""
    zone = configuration.support.zone
    with store.view() as view:
        counts = view.counts()
        position = view.position(configuration.mailbox.folder)
        return {
            "tickets": {status.value: count for status, count in counts.tickets},
            "letters": counts.letters,
            "outbox": {state.value: count for state, count in counts.outgoing},
            "quarantine": counts.quarantined,
            "breaker": view.meta(BREAKER) or None,
            "broken_promises_untold": len(view.broken_due(now)),
            "next_clock_moment": _second(view.next_clock_moment(now), zone),
            "next_letter_at": _second(view.next_outgoing_at(), zone),
            "folder": configuration.mailbox.folder,
            "read_up_to_uid": position.settled if position is not None else None,
        }


def _second(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return local(moment.replace(microsecond=0), zone) if moment is not None else None
