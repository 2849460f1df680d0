"""Rows of more than one room's interest, made into values."""

from typing import Any

from sqlalchemy import Row, func

from rules.ticket import Deadline
from store.compression import decompress
from store.records import Outgoing
from store.statements import columns_but
from store.tables import deadlines, outgoing

DEADLINE_COLUMNS = columns_but(deadlines, "ticket", "silent")
OUTGOING_COLUMNS = [
    func.coalesce(outgoing.c.key, "").label("key"),
    *columns_but(outgoing, "key", "recipient_key", "raw"),
]


def deadline_of(row: Row[Any]) -> Deadline:
    """From a row that has ``DEADLINE_COLUMNS``; a column ``ticket`` beside them is passed over."""
    values = dict(row._mapping)
    values.pop("ticket", None)
    return Deadline(**values)


def outgoing_of(row: Row[Any]) -> Outgoing:
    """From a row that has ``OUTGOING_COLUMNS``, with its bytes where the row has them too."""
    values = dict(row._mapping)
    if "raw" in values:
        values["raw"] = decompress(values["raw"])
    return Outgoing(**values)
