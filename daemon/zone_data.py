"""Whether this machine's zone data knows that Kazakhstan is one zone, UTC+5, since 2024-03-01."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ALMATY = "Asia/Almaty"


def zone_data_fault(now: datetime) -> str | None:
    """A sentence about what is wrong with the data of Asia/Almaty at ``now`` (aware), or None; read afresh."""
    try:
        zone = ZoneInfo.no_cache(ALMATY)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"there is no zone data for {ALMATY} on this machine: install the package tzdata"
    offset = now.astimezone(zone).utcoffset()
    if offset == timedelta(hours=5):
        return None
    shown = now.astimezone(zone).strftime("%z")
    return (
        f"the zone data of this machine says that {ALMATY} is UTC{shown} today, but it is UTC+0500 since 1 March 2024: "
        "update the system's package tzdata (2024a or later), every promised time would be wrong"
    )
