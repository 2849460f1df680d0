"""What the client did that leads to the problem: «захожу → нажимаю → вижу ошибку»."""

import re
from functools import lru_cache

_WORD = re.compile(r"\w+")
# what he does, step by step, in the first person (or «жмут», «нажимают» of his pupils)
_ACTION = re.compile(
    r"(?:захо(?:жу|дим|дят|дит|дишь)|заш[её]л|зашла|зашли|вхо(?:жу|дим)|вош(?:ёл|ел|ла)|откры(?:ваю|ваем|вают|вает|л|ла|ли)|нажима(?:ю|ем|ют|ет|ешь)|наж(?:ал|ала|али)|жм(?:у|ём|ем|ут)|кликаю|кликаем|кликнул\w*|щ[её]лка(?:ю|ем)|тыка(?:ю|ем)|тыкнул\w*|"
    r"ввож?у|ввод(?:ит|им|ят)|вв[её]л|ввела|набираю|вбиваю|выбира(?:ю|ем|ют)|выбрал[аи]?|загружа(?:ю|ем|ют)|гружу|загрузил[аи]?|залива(?:ю|ем)|сохраня(?:ю|ем)|сохранил[аи]?|перехо(?:жу|дим|дят)|перешл?[аи]?|перетаскиваю|"
    r"включа(?:ю|ем)|включил[аи]?|запуска(?:ю|ем|ют)|запустил[аи]?|став(?:лю|им)|поставил[аи]?|ставишь|подключа(?:ю|ем)|подключаюсь|подключил[аи]?|созда(?:ю|ём|ем|л|ла)|добавля(?:ю|ем)|добавил[аи]?|заполня(?:ю|ем|ют)|заполнил[аи]?|меня(?:ю|ем)|поменял[аи]?|вставля(?:ю|ем)|"
    r"отправля(?:ю|ем|ют)|отправил[аи]?|скачива(?:ю|ем|ют)|скачал[аи]?|обновля(?:ю|ем)|обновил[аи]?|перезагружа(?:ю|ем)|перезагрузил[аи]?|перезахожу|показываю|делюсь|пробую|соглашаюсь|подтверждаю|прикрепля(?:ю|ем)|удаля(?:ю|ем)|начинаю|запрашиваю|"
    r"навожу|вижу|ж[аму]\w*кнопк\w+|делаю|оплачиваю|логинюсь|авторизуюсь|копирую|прохожу|прошел|выхожу|возвращаюсь|редактирую|импортирую|экспортирую|печатаю|распечатываю|zahozhu|nazhimayu|vhozhu|vvozhu|otkryvayu|clicked|click|opened|open|наводит|дергаю|дёргаю|шлю|қосамын|press|select|enter|кіремін|басамын|ашамын|жазамын|енгіземін)",
    re.I,
)
# what comes of it
_RESULT = re.compile(
    r"\bпиш(?:ет|ут)\b|\bвыда[её]т|\bвыскакива\w+|\bвылаз\w+|\bвылета\w+|\bвыбрасыва\w+|\bвыкидыва\w+|\bпоявля\w+|\bпуст\w+|\bкрутит\w+|\bвис(?:нет|ит)|\bзависа\w+|\bзависл\w+|\bошибк\w+|\bничего\s+не|\bне\s+(?:реагиру|открыва|загружа|срабатыва|появля|происход|"
    r"сохраня|пуска|работа|запуска|приход|слышно|видно|активн|нажима|отправля|грузит|меня|дает|даёт)\w*|\bпо\s+кругу|\bбел\w+\s+(?:экран|лист|страниц)|\bч[её]рн\w+\s+(?:экран|квадрат)|\bисчеза\w+|\bпропада\w+|\bвозвраща\w+|\bсбрасыва\w+|\bгаснет|\bмигает|\bтишина|\bвижу\b|"
    r"\bпрыга\w+|\bзакрыва\w+|\bистекла|\bустарела|\b[45]\d\d\b|error|blank|nothing|қате|шығады|ашылмайды",
    re.I,
)
# «→», «->», «1) … 2) …», «Порядок такой:», «делаю так:», «схема:», «затем», «потом», «после этого»
_ARROWS = re.compile(r"→|->|=>|⇒|»\s*[—–-]\s*«|\s>\s")
_ORDER = re.compile(
    r"порядок\s+так\w+|делаю\s+(?:так|вот)|делаем\s+так|схема\s*:|шаги\s*:|по\s+шагам|воспроизвод\w+|последовательност\w+|алгоритм\s*:|steps?\b|как\s+получил\w+",
    re.I,
)
_THEN = re.compile(
    r"\bзатем\b|\bпотом\b|\bдалее\b|\bпосле\s+(?:этого|чего)\b|\bи\s+(?:сразу|тут)\b|\bсначала\b|\bthen\b|\bсосын\b|\bсодан\s+кейін\b",
    re.I,
)


ENOUGH = 5.0
ENOUGH_WHERE_BROKEN = 2.3
"""Points. Whoever reports a breakage mostly tells with one doing what leads to it; elsewhere it takes a sequence."""
MOST_BY_WORDS = 1.5


def find_steps(text: str, *, broken: bool) -> str | None:
    """The first words of what the client did and what came of it, or None where he tells no sequence of doings.

    ``broken``: the letter reports that something is broken.
    """
    doings = [word for word in _WORD.findall(text.lower()) if _is_doing(word)]
    if not doings:
        return None
    points = min(len(set(doings)), 5) + 1.5 * min(len(doings), 6) + (2.0 * min(len(_ARROWS.findall(text)), 3))
    needed = ENOUGH_WHERE_BROKEN if broken else ENOUGH
    if points < needed <= points + MOST_BY_WORDS:
        points += _points_by_words(text)
    if points < needed:
        return None
    first = next(match.start() for match in _WORD.finditer(text) if _is_doing(match.group().lower()))
    return " ".join(text[first : first + 60].split())


def _points_by_words(text: str) -> float:
    """What words of order and of outcome add, at most ``MOST_BY_WORDS``."""
    return (
        (0.8 if _ORDER.search(text) else 0.0)
        + (0.4 if _THEN.search(text) else 0.0)
        + (0.3 if _RESULT.search(text) else 0.0)
    )


@lru_cache(maxsize=2_000)
def _is_doing(word: str) -> bool:
    return _ACTION.fullmatch(word) is not None
