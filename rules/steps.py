"""What the client did that leads to the problem: «захожу → нажимаю → вижу ошибку»."""

import re
from enum import Enum
from functools import lru_cache

_WORD = re.compile(r"\w+")
# what he does, step by step, in the first person (or «жмут», «нажимают» of his pupils)
_ACTION = re.compile(
    r"(?:захо(?:жу|дим|дят|дит|дишь)|заш[её]л|зашла|зашли|вхо(?:жу|дим)|вош(?:ёл|ел|ла)|откры(?:ваю|ваем|вают|"
    r"вает|л|ла|ли)|нажима(?:ю|ем|ют|ет|ешь)|наж(?:ал|ала|али)|жм(?:у|ём|ем|ут|[её]т|[её]шь)|кликаю|кликаем|"
    r"кликнул\w*|щ[её]лка(?:ю|ем)|тыка(?:ю|ем)|тыкнул\w*|"
    r"ввож?у|ввод(?:ит|им|ят)|вв[её]л|ввела|набираю|вбиваю|выбира(?:ю|ем|ют)|выбрал[аи]?|загружа(?:ю|ем|ют)|"
    r"гружу|загрузил[аи]?|залива(?:ю|ем)|сохраня(?:ю|ем)|сохранил[аи]?|перехо(?:жу|дим|дят)|перешл?[аи]?|"
    r"перетаскиваю|"
    r"включа(?:ю|ем)|включил[аи]?|запуска(?:ю|ем|ют)|запустил[аи]?|став(?:лю|им)|поставил[аи]?|ставишь|"
    r"подключа(?:ю|ем)|подключаюсь|подключил[аи]?|созда(?:ю|ём|ем|л|ла)|добавля(?:ю|ем)|добавил[аи]?|"
    r"заполня(?:ю|ем|ют)|заполнил[аи]?|меня(?:ю|ем)|поменял[аи]?|вставля(?:ю|ем)|"
    r"отправля(?:ю|ем|ют)|отправил[аи]?|скачива(?:ю|ем|ют)|скачал[аи]?|обновля(?:ю|ем)|обновил[аи]?|"
    r"перезагружа(?:ю|ем)|перезагрузил[аи]?|перезахожу|показываю|делюсь|пробую|соглашаюсь|подтверждаю|"
    r"прикрепля(?:ю|ем)|удаля(?:ю|ем)|начинаю|запрашиваю|"
    r"навожу|вижу|ж[аму]\w*кнопк\w+|делаю|оплачиваю|логинюсь|авторизуюсь|копирую|прохожу|прошел|выхожу|"
    r"возвращаюсь|редактирую|импортирую|экспортирую|печатаю|распечатываю|zahozhu|nazhimayu|vhozhu|vvozhu|"
    r"otkryvayu|clicked|click|opened|open|наводит|дергаю|дёргаю|шлю|дош[её]л|дошла|повторил[аи]?|выделил[аи]?|"
    r"сворачива(?:ю|ешь|ет)|разворачива(?:ю|ешь)|пополня(?:ю|ем)|выгружа(?:ю|ем)|подписыва(?:ю|ем)|қосамын|"
    r"kiraman|yozaman|bosaman|press|select|enter|кіремін|басамын|ашамын|жазамын|енгіземін)",
    re.I,
)
# what comes of it
_RESULT = re.compile(
    r"\bпиш(?:ет|ут)\b|\bвыда[её]т|\bвыскакива\w+|\bвылаз\w+|\bвылета\w+|\bвыбрасыва\w+|\bвыкидыва\w+|"
    r"\bпоявля\w+|\bпуст\w+|\bкрутит\w+|\bвис(?:нет|ит)|\bзависа\w+|\bзависл\w+|\bошибк\w+|\bничего\s+не|"
    r"\bне\s+(?:реагиру|открыва|загружа|срабатыва|появля|происход|"
    r"сохраня|пуска|работа|запуска|приход|слышно|видно|активн|нажима|отправля|грузит|меня|дает|даёт)\w*|"
    r"\bпо\s+кругу|\bбел\w+\s+(?:экран|лист|страниц)|\bч[её]рн\w+\s+(?:экран|квадрат)|\bисчеза\w+|"
    r"\bпропада\w+|\bвозвраща\w+|\bсбрасыва\w+|\bгаснет|\bмигает|\bтишина|\bвижу\b|"
    r"\bпрыга\w+|\bзакрыва\w+|\bистекла|\bустарела|\b[45]\d\d\b|error|blank|nothing|қате|шығады|ашылмайды",
    re.I,
)
# «→», «->», «Порядок такой:», «делаю так:», «схема:»
_ARROWS = re.compile(r"→|->|=>|⇒|»\s*[—–-]\s*«|\s>\s")
_SIGNS_OF_ARROWS = (">", "→", "⇒", "»")
_ORDER = re.compile(
    r"порядок\s+так\w+|делаю\s+(?:так|вот)|делаем\s+так|схема\s*:|шаги\s*:|по\s+шагам|воспроизвод\w+|"
    r"последовательност\w+|алгоритм\s*:|steps?\b|как\s+получил\w+",
    re.I,
)
# «пополняю», «генерю», «дую»: whatever else he does now, himself; and what he only thinks, asks or has
_DOES_NOW = re.compile(r"[а-яё]{2,}(?:аю|яю|ую|юю|ею|жу|шу|чу|дю|лю|ню|рю|ую|усь|юсь)")
_DOES_NOTHING_WORDS = """
прошу хочу могу жду понимаю знаю думаю пишу предлагаю благодарю надеюсь работаю веду нахожу спрашиваю плачу боюсь
уважаю желаю готовлю живу вижу куплю скажу приложу прикладываю вышлю прилагаю пришлю сообщаю напоминаю повторяю
обращаюсь очень твою мою свою вашу нашу вторую первую какую такую каждую другую новую старую одну эту всю
"""
_DOES_NOTHING = frozenset(_DOES_NOTHING_WORDS.split())
# «вижу», «шлю»: a doing beside others, none by itself
_WEAK = frozenset({"вижу", "шлю", "начинаю", "показываю", "делаю", "пробую"})
_PRESENT = re.compile(r"\w+(?:ю|у|ем|им|ём|юсь|усь|ут|ют|ит|ет|ёт|ят|ишь|ешь)")
# «не зашёл», «если ученик нажал», «чтобы открыть»: nobody did it
_NOT_DONE = re.compile(r"\b(?:не|если|когда|чтобы?)\s+(?:\w+\s+)?$", re.I)

ENOUGH = 4.3
MOST_BY_WORDS = 2.3
MOST_COUNTED = 4
"""Of doings of one kind: a longer list of them proves no more."""


class _Doing(Enum):
    """Words of what he does, each with a word of its kind."""

    PRESENT = "нажимаю"
    PAST = "нажал"
    WEAK = "вижу"
    OTHER = "дую"


def find_steps(text: str, *, broken: bool) -> str | None:
    """The first words of what the client did and what came of it, or None where he tells no sequence of doings.

    ``broken``: the letter reports that something is broken; then one doing mostly tells what leads to it, where it
    takes a sequence elsewhere. The points are rounded weights of a logistic regression on labelled letters.
    """
    doings = [
        (match, kind)
        for match in _WORD.finditer(text)
        if (kind := _doing(match.group().lower())) is not None and (kind is _Doing.OTHER or _is_done(text, match))
    ]
    if not doings:
        return None
    points = _points_of_doings(doings, broken=broken)
    if any(sign in text for sign in _SIGNS_OF_ARROWS):
        points += 1.7 * min(len(_ARROWS.findall(text)), 3)
    if points < ENOUGH <= points + MOST_BY_WORDS:
        points += _points_by_words(text)
    if points < ENOUGH:
        return None
    first = doings[0][0].start()
    return " ".join(text[first : first + 60].split())


def _is_done(text: str, match: re.Match[str]) -> bool:
    return _NOT_DONE.search(text[max(0, match.start() - 20) : match.start()]) is None


def _points_of_doings(doings: list[tuple[re.Match[str], _Doing]], *, broken: bool) -> float:
    kinds = [kind for _, kind in doings]
    distinct = len({match.group().lower() for match, kind in doings if kind in (_Doing.PRESENT, _Doing.PAST)})
    present, other = kinds.count(_Doing.PRESENT), kinds.count(_Doing.OTHER)
    points = 1.4 * min(distinct, MOST_COUNTED) + 1.3 * min(present, MOST_COUNTED)
    points += 0.45 * min(kinds.count(_Doing.PAST), MOST_COUNTED) + 0.45 * min(other, 3)
    points += 0.6 if _Doing.WEAK in kinds else 0.0
    if broken:
        points += (
            1.2 + 0.8 * min(distinct, 3) + 0.4 * min(present, 2) + 0.35 * min(other, 2) + (0.5 if distinct else 0.0)
        )
    return points


def _points_by_words(text: str) -> float:
    """What words of order and of outcome add, at most ``MOST_BY_WORDS``."""
    return (0.8 if _ORDER.search(text) else 0.0) + 0.5 * min(len(_RESULT.findall(text)), 3)


@lru_cache(maxsize=2_000)
def _doing(word: str) -> _Doing | None:
    if word in _WEAK:
        return _Doing.WEAK
    if _ACTION.fullmatch(word) is not None:
        return _Doing.PRESENT if _PRESENT.fullmatch(word) else _Doing.PAST
    if word not in _DOES_NOTHING and _DOES_NOW.fullmatch(word) is not None:
        return _Doing.OTHER
    return None
