"""Moments as a person writes them at the command line, and as JSON says them."""

from datetime import datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1971, 2400
"""What stands outside is a slip of the pen, or junk in a header: no calendar can reckon at the ends of the era."""


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """ISO 8601; without an offset a local moment in ``zone``, a day alone is its midnight. ValueError otherwise."""
    moment = datetime.fromisoformat(text.strip())
    if not is_sensible(moment):
        raise ValueError(text)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def is_sensible(moment: datetime) -> bool:
    """Whether a calendar can reckon with it."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """ISO 8601 with the zone's offset."""
    return moment.astimezone(zone).isoformat() if moment is not None else None
