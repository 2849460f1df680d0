"""``supportd outbox list`` and ``quarantine list`` and ``show``: our own letters, and those set aside."""

import sys

from daemon.configuration import Configuration
from daemon.console import Failed, in_words, print_json, print_rows, say
from daemon.sheets import outgoing_row, quarantined_row
from store.records import OutgoingState
from store.store import Store

SHOWN_BYTES = 20_000
"""Of a letter set aside, at a terminal."""


def list_outbox(store: Store, configuration: Configuration, *, everything: bool, as_json: bool) -> None:
    """Letters that have not gone out, oldest first; ``everything``: sent ones too."""
    prefix, zone = configuration.support.ticket_prefix, configuration.support.zone
    states = [each for each in OutgoingState if everything or each is not OutgoingState.SENT]
    with store.view() as view:
        letters = view.outgoing_in(states)
    rows = (outgoing_row(each, prefix=prefix, zone=zone) for each in letters)
    columns = ("id", "ticket", "template", "recipient", "state", "attempts", "reason")
    print_rows(rows, columns, as_json=as_json, none="no letter waits" if not everything else "no letter was written")


def list_quarantine(store: Store, configuration: Configuration, *, everything: bool, as_json: bool) -> None:
    """Letters set aside; ``everything``: those dealt with too."""
    prefix, zone = configuration.support.ticket_prefix, configuration.support.zone
    with store.view() as view:
        kept = view.quarantined(open_only=not everything)
    rows = (quarantined_row(each, prefix=prefix, zone=zone) for each in kept)
    columns = ("id", "ticket", "received_at", "attempts", "reason")
    print_rows(rows, columns, as_json=as_json, none="no letter is set aside")


def show_quarantined(store: Store, configuration: Configuration, letter: int, *, as_json: bool) -> None:
    """Why it was set aside, and its raw bytes; where nobody sits at a terminal, its bytes alone."""
    with store.view() as view:
        aside = view.quarantined_one(letter)
    if aside is None:
        raise Failed(f"there is no letter {letter} in quarantine")
    row = quarantined_row(aside, prefix=configuration.support.ticket_prefix, zone=configuration.support.zone)
    if as_json:
        print_json(row | {"raw": aside.raw.decode("utf-8", "backslashreplace")})
    elif sys.stdout.isatty():
        for key, value in row.items():
            say(f"{key.replace('_', ' ')}: {in_words(value)}")
        say()
        say(aside.raw[:SHOWN_BYTES].decode("utf-8", "backslashreplace").replace("\r\n", "\n"))
        if len(aside.raw) > SHOWN_BYTES:
            say(f"… {len(aside.raw)} bytes in all: `supportd quarantine show {letter} > letter.eml` gives them whole")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(aside.raw)
        sys.stdout.buffer.flush()
