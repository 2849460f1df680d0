"""``supportd status``: how much there is of everything, and what waits for a person."""

from datetime import datetime

from daemon.configuration import Configuration
from daemon.explain import local
from daemon.gate import BREAKER
from store.store import Store


def standing(store: Store, configuration: Configuration, now: datetime) -> dict[str, object]:
    """One row of counts and moments; ``breaker`` says why automatic letters are stopped, or is None."""
    zone = configuration.support.zone
    with store.view() as view:
        counts = view.counts()
        position = view.position(configuration.mailbox.folder)
        row: dict[str, object] = {
            "tickets": {status.value: count for status, count in counts.tickets},
            "letters": counts.letters,
            "outbox": {state.value: count for state, count in counts.outgoing},
            "quarantine": counts.quarantined,
            "breaker": view.meta(BREAKER) or None,
            "broken_promises_untold": len(view.broken_due(now)),
            "next_clock_moment": local(view.next_clock_moment(now), zone),
            "next_letter_at": local(view.next_outgoing_at(), zone),
            "folder": configuration.mailbox.folder,
            "read_up_to_uid": position.settled if position is not None else None,
        }
    return row
