"""Date fields as moments in UTC."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_LONGEST = 300


def read_moment(value: str) -> datetime | None:
    """The moment of a Date field (RFC 5322, 3.3), in UTC; without a zone it is taken as UTC. None if unreadable."""
    try:
        fields = parsedate_tz(value[:_LONGEST].strip())
    except (ValueError, IndexError, OverflowError):  # Python's reader has raised each of them on junk
        return None
    if fields is None:
        return None
    try:
        zone = timezone(timedelta(seconds=fields[9] or 0))
        return datetime(*fields[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_received(value: str) -> datetime | None:
    """The moment of a Received field: what stands behind its last semicolon (RFC 5321, 4.4)."""
    return read_moment(value[-_LONGEST:].rpartition(";")[2]) if ";" in value else None
