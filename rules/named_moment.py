"""Moments as an agent names them: «завтра 15:00», «в пятницу до 12:00», «26.11 15:00», «18:30», «+2ч», «2 дня».

Pure: the moment they are counted from is an argument.
"""

import re
from datetime import UTC, datetime, timedelta

from rules.schedule import Calendar, Schedule

_LENGTH = re.compile(
    r"^\+?\s?(\d{1,3})\s?(минут[ауы]?|мин|м|min|m|час(?:а|ов)?|ч|hours?|h|д(?:ень|ня|ней|н)?|days?|d)\b\.?"
    r"[ ,;:–-]*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
# завтра | в пятницу | до пятницы | к среде | on friday | пт
_DAY_WORD = re.compile(
    r"^(?:(?:во?|до|к|on|by|until)\s+)?(сегодня|завтра|послезавтра|понедельник[ау]?|вторник[ау]?|сред[ауые]|четверг[ау]?|пятниц[ауые]"
    r"|суббот[ауые]|воскресень[еяю]|today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|пн|вт|ср|чт|пт|сб|вс)\b[ ,]*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(r"^(?:до\s+)?(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2}))?(?![\d:])[ ,]*(.*)$", re.DOTALL)
_ISO_DATE = re.compile(r"^(?:до\s+)?(\d{4})-(\d{2})-(\d{2})(?:[ T]|$)(.*)$", re.DOTALL)
_CLOCK = re.compile(
    r"^(?:до\s+|в\s+|к\s+|by\s+|at\s+)?([01]?\d|2[0-3])[:.]([0-5]\d)(?!\d)[ ,;:–-]*(.*)$", re.IGNORECASE | re.DOTALL
)
# завтра в 15 | завтра 15 ч | в 18 часов        (a bare number of hours, where a day or a preposition says what it is)
_HOUR = re.compile(
    r"^(?:(?P<to>до|в|к|by|at)\s+)?(?P<hour>[01]?\d|2[0-3])(?:\s*(?P<unit>ч|час(?:а|ов)?|h|hours?)\b\.?|(?=\s*(?:$|[,;–-])))"
    r"[ ,;:–-]*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAYS = ("пон", "вто", "сре", "чет", "пят", "суб", "вос")
_SHORT_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_AHEAD = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2}


def parse_moment(argument: str, *, at: datetime, schedule: Schedule) -> tuple[datetime | None, str]:
    """The moment an agent names, in UTC, and what he wrote behind it (the reason); None where none is understood.

    A length of minutes or hours is working time on the duty calendar; days are calendar days at the same hour. A day
    without an hour means the closing time of that day; an hour without a day means today.
    """
    argument = argument.strip()
    length = _LENGTH.match(argument)
    if length:
        return _after_length(int(length.group(1)), length.group(2).lower(), at=at, schedule=schedule), length.group(
            3
        ).strip()
    day, rest = _day(argument, at=at, schedule=schedule)
    clock = _clock(rest, day_named=day is not None)
    try:
        if clock is not None:
            hour, minute, reason = clock
            local = (day or at.astimezone(schedule.zone)).replace(hour=hour, minute=minute, second=0, microsecond=0)
            return local.astimezone(UTC), reason
        if day is not None:
            return _closing_on(day, schedule), rest.strip(" ,;:–-")
    except OverflowError:  # 0001-01-01
        pass
    return None, argument


def _clock(text: str, *, day_named: bool) -> tuple[int, int, str] | None:
    """Hour, minute and what follows, where ``text`` begins with a time of day."""
    clock = _CLOCK.match(text)
    if clock is not None:
        return int(clock.group(1)), int(clock.group(2)), clock.group(3).strip()
    hour = _HOUR.match(text)
    if hour is None or not (day_named or (hour["to"] and hour["unit"])):
        return None
    return int(hour["hour"]), 0, hour["rest"].strip()


def _after_length(count: int, unit: str, *, at: datetime, schedule: Schedule) -> datetime | None:
    if count == 0:
        return None
    if unit.startswith(("м", "m")):
        return schedule.after(Calendar.DUTY, at, timedelta(minutes=count))
    if unit.startswith(("ч", "h")):
        return schedule.after(Calendar.DUTY, at, timedelta(hours=count))
    return at + timedelta(days=count)


def _day(argument: str, *, at: datetime, schedule: Schedule) -> tuple[datetime | None, str]:
    """The local day named at the beginning, and what follows it."""
    today = at.astimezone(schedule.zone)
    word = _DAY_WORD.match(argument)
    if word:
        name = word.group(1).lower()
        if name in _DAYS_AHEAD:
            return today + timedelta(days=_DAYS_AHEAD[name]), word.group(2)
        ahead = (_weekday(name) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead), word.group(2)
    try:
        iso = _ISO_DATE.match(argument)
        if iso:
            year, month, day = (int(iso.group(number)) for number in (1, 2, 3))
            return today.replace(year=year, month=month, day=day), iso.group(4)
        date = _DATE.match(argument)
        if date:
            return _date(date.group(1), date.group(2), date.group(3), today), date.group(4)
    except ValueError:  # 31.02
        return None, argument
    return None, argument


def _weekday(name: str) -> int:
    if name in _SHORT_WEEKDAYS:
        return _SHORT_WEEKDAYS.index(name)
    names = _ENGLISH_WEEKDAYS if name.isascii() else _WEEKDAYS
    return names.index(name[:3])


def _date(day: str, month: str, year: str | None, today: datetime) -> datetime:
    """A date without a year is the next such one."""
    if year is not None:
        return today.replace(year=int(year) + (2000 if len(year) == 2 else 0), month=int(month), day=int(day))
    named = today.replace(month=int(month), day=int(day))
    return named if named.date() >= today.date() else named.replace(year=named.year + 1)


def _closing_on(day: datetime, schedule: Schedule) -> datetime:
    period = schedule.period_on(Calendar.DUTY, day.date())
    return (
        period.end if period is not None else day.replace(hour=23, minute=59, second=0, microsecond=0).astimezone(UTC)
    )
