"""Single values of the configuration: each function reads one as written and raises ValueError with what to write.

No sentence repeats the value: it may be a password in the wrong place.
"""

import ipaddress
import re
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.category import Category
from rules.schedule import Hours


class Security(StrEnum):
    """How a connection is protected; ``none`` on loopback alone."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class StartFrom(StrEnum):
    """Where the very first start begins to read the folder."""

    NOW = "now"
    BEGINNING = "beginning"


class SentCopies(StrEnum):
    """Whether the SMTP server itself files a copy of what it sends in Sent; ``auto`` watches and learns."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"


_ADDRESS = re.compile(
    r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?=.{1,253}\Z)(?:[^\W_](?:[\w-]*[^\W_])?\.)*[^\W_](?:[\w-]*[^\W_])?"
)
_PATTERN = re.compile(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()*?]+")  # "*@controlsystem.kz"
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")  # "08:00-20:00", "8:00 – 24:00"
_HOST = re.compile(r"[\w.:-]{1,253}")  # "imap.example.kz", "127.0.0.1", "::1"


def parse_address(value: object) -> str:
    """One address without a display name, lower-cased."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value.strip()):
        raise ValueError('write one address without a name, as "info@example.kz"')
    return value.strip().lower()


def parse_pattern(value: object) -> str:
    """An address, or a pattern for one domain (``*@controlsystem.kz``), lower-cased."""
    if not isinstance(value, str) or not _PATTERN.fullmatch(value.strip()):
        raise ValueError('write an address, or a pattern for one domain, as "*@example.kz"')
    return value.strip().lower()


def parse_envelope_from(value: object) -> str:
    """An address, or the empty text: the null sender."""
    return "" if value == "" else parse_address(value)


def parse_host(value: object) -> str:
    """A host name or an IP address, without a scheme, port or path."""
    if not isinstance(value, str) or not _HOST.fullmatch(value.strip()):
        raise ValueError(
            'write the server\'s name or IP address alone, as "mail.example.kz"; the port has a key of its own'
        )
    return value.strip()


def is_loopback(host: str) -> bool:
    """Whether connections to ``host`` never leave this machine; names other than localhost are taken to leave it."""
    name = host.strip().strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def parse_hours(value: object) -> Hours:
    """``"08:00-20:00"``; 24:00 closes at midnight. Hours that do not close after they open raise ValueError."""
    if isinstance(value, Hours):
        return value
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write opening and closing time, as "08:00-20:00"')
    opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if int(match[2]) > 59 or int(match[4]) > 59 or opens >= 24 * 60 or closes > 24 * 60:
        raise ValueError('write times of the day between 00:00 and 24:00, as "08:00-20:00"')
    if closes <= opens:
        raise ValueError('the desk closes before it opens: write the opening time first, as "09:00-17:00"')
    return Hours(opens=time(*divmod(opens, 60)), closes=time(*divmod(closes % (24 * 60), 60)))


def parse_weekend_hours(value: object) -> Hours | None:
    """Hours, or ``"closed"`` for None."""
    return None if value is None or value == "closed" else parse_hours(value)


def parse_day(value: object) -> date:
    """A day as ``"2026-12-16"`` or a TOML date; a time of day raises ValueError."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise ValueError('write a day that exists, as "2026-12-16"') from None


def parse_zone(value: object) -> ZoneInfo:
    """A zone of the tz database."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('write a zone that this machine knows, as "Asia/Almaty"') from None


def check_store_url(value: str) -> str:
    """``value``, if it names a store that can be opened; no password of it is in the error."""
    from store.engine import read_url  # noqa: PLC0415 - loads the database's library: not for those who take the default
    from store.errors import StoreBroken  # noqa: PLC0415 - the same

    try:
        read_url(value)
    except StoreBroken as fault:
        raise ValueError(str(fault).removeprefix("`store.url` ")) from None
    return value


def parse_sent_copies(value: object) -> SentCopies:
    """``"auto"``, true or false."""
    known: dict[object, SentCopies] = {"auto": SentCopies.AUTO, "true": SentCopies.YES, "false": SentCopies.NO}
    for each in (True, False):
        if value is each:
            return SentCopies.YES if each else SentCopies.NO
    if isinstance(value, SentCopies):
        return value
    if isinstance(value, str) and value.lower() in known:
        return known[value.lower()]
    raise ValueError('write "auto", true or false')


def parse_prefix(value: object) -> str:
    """The letters before a ticket's number: 1 to 10 Latin capitals."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{1,10}", value):
        raise ValueError('write 1 to 10 Latin capital letters, as "CSC"')
    return value


def parse_url(value: object) -> str:
    """An http(s) address without white space."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise ValueError('write a whole address, as "https://help.example.kz"')
    return value


def parse_category(value: object) -> Category:
    """One of the ten categories by its name."""
    try:
        return Category(value)  # type: ignore[arg-type]  # anything may stand in the file; the enum refuses it
    except ValueError:
        raise ValueError("write one of the categories: " + ", ".join(Category)) from None
