"""Moments, days and hours as a person says them in Russian; and what a request is about, in the case a sentence needs.

Every function takes aware moments and the zone to speak in. A spoken time is cut to the minute, never rounded: what is
promised aloud is never later than what is kept.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.category import Category, Detail
from rules.schedule import Calendar, Hours, Schedule

_ON_WEEKDAY = ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье")
_SHORT = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_OF_MONTH = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
_ZONE_NAMES = {"Asia/Almaty": "время Астаны", "Asia/Qostanay": "время Астаны", "Europe/Moscow": "московское время"}

_DATIVE = {
    Category.CLOSING_DOCUMENTS: "закрывающим документам",
    Category.REFUND: "возврату средств",
    Category.PARTNERSHIP: "сотрудничеству",
    Category.FEATURE_REQUEST: "доработке функционала",
    Category.API_SCRIPTS: "запросам API и скриптам",
    Category.ACCOUNT_SETUP: "настройке под ключ",
    Category.TECHNICAL: "технической неполадке",
    Category.QUESTION: "вопросу о работе сервиса",
    Category.BILLING: "оплате и тарифам",
    Category.OTHER: "остальным вопросам",
}
_NAMED = {
    Category.CLOSING_DOCUMENTS: "подготовка закрывающих документов",
    Category.PARTNERSHIP: "вопросы сотрудничества",
}
"""As the subject of a sentence, where the bare wording would be stiff."""
_PLURAL = frozenset({Category.PARTNERSHIP, Category.API_SCRIPTS})

_ASKED_FOR = {
    Detail.ACCOUNT_NUMBER: "номер аккаунта в сервисе",
    Detail.DESCRIPTION: "подробное описание ситуации",
    Detail.STEPS: "описание действий, которые приводят к проблеме",
    Detail.SCREENSHOT: "снимок экрана",
    Detail.LINK: "ссылку на комнату, курс или страницу регистрации",
}


def speak_clock(moment: datetime | time) -> str:
    """The time of day without a leading zero: «9:30». Seconds are cut off."""
    return f"{moment.hour}:{moment.minute:02d}"


def speak_day(day: date, *, today: date) -> str:
    """«в понедельник, 23 ноября»; with the year where it is not this one: «в понедельник, 11 января 2027 года»."""
    year = "" if day.year == today.year else f" {day.year} года"
    return f"{_ON_WEEKDAY[day.weekday()]}, {day.day} {_OF_MONTH[day.month - 1]}{year}"


def speak_received(moment: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """When something came: «в субботу, 21 ноября, в 12:04»."""
    local = moment.astimezone(zone)
    return f"{speak_day(local.date(), today=now.astimezone(zone).date())}, в {speak_clock(local)}"


def speak_until(due_at: datetime, *, now: datetime, schedule: Schedule) -> str:
    """Until when: «сегодня до 14:35», «завтра, в субботу, 21 ноября, до 9:30», «в понедельник, 23 ноября, до 9:00».

    Today and tomorrow are those of ``now``, the moment of writing. Today needs no name on a weekday; on a day off it
    is named, for nobody expects an answer then. Midnight is 24:00 of the day that it ends.
    """
    day, clock = _end_of(due_at.astimezone(schedule.zone))
    today = now.astimezone(schedule.zone).date()
    if day == today and schedule.is_office_day(day):
        return f"сегодня до {clock}"
    return f"{_relative_day(day, today)}, до {clock}"


def speak_from(moment: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """From when: «сегодня с 9:00», «завтра, в субботу, 21 ноября, с 9:00»."""
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    if local.date() == today:
        return f"сегодня с {speak_clock(local)}"
    return f"{_relative_day(local.date(), today)}, с {speak_clock(local)}"


def speak_brief(moment: datetime, *, now: datetime, zone: ZoneInfo, until: bool = False) -> str:
    """For lists that agents read: «сегодня 14:35», «пн 23.11 9:00», «пн 11.01.2027 9:00»; or «сегодня до 14:35»."""
    day, clock = _end_of(moment.astimezone(zone))
    said = f"до {clock}" if until else clock
    today = now.astimezone(zone).date()
    if day == today:
        return f"сегодня {said}"
    year = "" if day.year == today.year else f".{day.year}"
    return f"{_SHORT[day.weekday()]} {day.day:02d}.{day.month:02d}{year} {said}"


def speak_date(moment: datetime, *, zone: ZoneInfo) -> str:
    """For headings that agents read: «сб 21.11»."""
    day = moment.astimezone(zone).date()
    return f"{_SHORT[day.weekday()]} {day.day:02d}.{day.month:02d}"


def speak_span_of_time(span: timedelta) -> str:
    """How long, in the largest unit that fits: «10 мин», «1 ч», «90 с»."""
    seconds = int(span.total_seconds())
    for unit, word in ((3600, "ч"), (60, "мин")):
        if seconds and seconds % unit == 0:
            return f"{seconds // unit} {word}"
    return f"{seconds} с"


def _end_of(local: datetime) -> tuple[date, str]:
    """The day and the time of day of an end: 0:00 is 24:00 of the day before."""
    if local.hour == 0 and local.minute == 0:
        return local.date() - timedelta(days=1), "24:00"
    return local.date(), speak_clock(local)


def _relative_day(day: date, today: date) -> str:
    named = speak_day(day, today=today)
    if day == today:
        return f"сегодня, {named}"
    if day == today + timedelta(days=1):
        return f"завтра, {named}"
    return named


def speak_zone(zone: ZoneInfo, *, now: datetime) -> str:
    """«время Астаны, UTC+5»; the offset alone where the zone has no name that clients know."""
    offset = now.astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    utc = f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")
    name = _ZONE_NAMES.get(zone.key or "")
    return f"{name}, {utc}" if name else utc


def speak_hours(schedule: Schedule) -> str:
    """The working hours: «в будни с 8:00 до 20:00, в выходные с 9:00 до 17:00 (дежурный режим)»."""
    days_off = "в выходные и праздничные дни" if schedule.holidays else "в выходные"
    weekend = schedule.weekend
    if weekend is None:
        return f"в будни {speak_span(schedule.weekday)}; {days_off} поддержка не работает"
    return f"в будни {speak_span(schedule.weekday)}, {days_off} {speak_span(weekend)} (дежурный режим)"


def speak_span(hours: Hours) -> str:
    """«с 8:00 до 20:00»; «круглосуточно» for a whole day."""
    if hours.opens == hours.closes == time(0):
        return "круглосуточно"
    closes = "24:00" if hours.closes == time(0) else speak_clock(hours.closes)
    return f"с {speak_clock(hours.opens)} до {closes}"


def speak_closing(moment: datetime, *, schedule: Schedule) -> str:
    """When the desk closes on the period that holds ``moment`` or follows it: «20:00»."""
    return _end_of(schedule.closing_after(Calendar.DUTY, moment).astimezone(schedule.zone))[1]


def speak_about(categories: Sequence[Category]) -> str:
    """What an answer is about, after «по»: «технической неполадке и возврату средств»."""
    return _and(tuple(_DATIVE[category] for category in categories))


def speak_named(categories: Sequence[Category]) -> str:
    """What a sentence is about: «возврат средств и подготовка закрывающих документов»."""
    return _and(tuple(_NAMED.get(category, category.wording) for category in categories))


def is_plural(categories: Sequence[Category]) -> bool:
    """Whether a verb after ``speak_named`` stands in the plural."""
    return len(categories) > 1 or any(category in _PLURAL for category in categories)


def speak_asked_for(details: Sequence[Detail]) -> tuple[str, ...]:
    """What a client is asked to send, each in the accusative."""
    return tuple(_ASKED_FOR[detail] for detail in details)


def _and(words: tuple[str, ...]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} и {words[-1]}"
