"""Durations, limits and sizes as an operator writes them: ``90s``, ``15m``, ``24h``, ``7d``, ``10/1h``, ``25MB``."""

import re
from datetime import timedelta

from rules.policy import Limit

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=36500)
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")  # "90s", "24h"
_LIMIT = re.compile(r"([0-9]{1,9})/(\S+)")  # "10/1h"
_SIZE = re.compile(r"([0-9]{1,9})\s?([KM])B", re.IGNORECASE)  # "25MB", "512 kB"
_SIZE_FACTORS = {"k": 1_000, "m": 1_000_000}

HOW_DURATION = 'write a number and a unit in quotes, as "90s", "15m", "24h" or "7d"'
HOW_LIMIT = 'write how many in what time, as "10/1h", or "0" for no limit'
HOW_SIZE = 'write bytes as a number, or a size as "25MB"'


def parse_duration(value: object) -> timedelta:
    """The duration written in ``value``; ``"0"`` is none at all. A sign, a fraction or two units raise ValueError."""
    if isinstance(value, timedelta):
        return value
    if value == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(HOW_DURATION)
    duration = timedelta(**{_UNITS[match[2]]: min(int(match[1]), 10**8)})
    if duration > _LONGEST:
        raise ValueError("the duration is longer than a hundred years; " + HOW_DURATION)
    return duration


def parse_age(value: object) -> timedelta | None:
    """A duration, or None where ``"0"`` lifts it."""
    return None if value is None else parse_duration(value) or None


def parse_limit(value: object) -> Limit:
    """``"N/duration"``; ``"0"`` is a limit without a count. Zero letters or a zero time raise ValueError."""
    if isinstance(value, Limit):
        return value
    if value == "0":
        return Limit(count=None, within=timedelta(0))
    match = _LIMIT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError(HOW_LIMIT)
    within = parse_duration(match[2])
    if not within:
        raise ValueError(HOW_LIMIT)
    return Limit(count=int(match[1]), within=within)


def parse_size(value: object) -> int:
    """Bytes: a whole number, or digits with ``KB`` or ``MB`` (thousands, millions). Below 1 kB raises ValueError."""
    size = 0
    if isinstance(value, int) and not isinstance(value, bool):
        size = value
    elif isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        size = int(match[1]) * _SIZE_FACTORS[match[2].lower()]
    elif isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        size = int(value.strip()[:18])
    if size < 1_000:
        raise ValueError(HOW_SIZE)
    return size
