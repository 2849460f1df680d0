"""Whether a display name is plainly a person's, so that a letter may greet by it."""

import re

from rules.given_names import CYRILLIC, LATIN

MAX_NAME = 60

# «Айгерим Сатпаева», «Анна-Мария Ли», «O'Brien»: capitalised words of letters alone
_WORD = r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)?"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{1,2}}")

# «Сергеевна», «Болатович», «Ильинична», «Мұсаұлы», «Сапарқызы»
_PATRONYMIC = re.compile(r"(?:[оеё]вич|[оеё]вна|ич|ична|инична|улы|ұлы|кызы|қызы|гызы|оглы)$")
# «Сатпаева», «Ковальский», «Савченко», «Ковальчук», «Минасян», «Рустамбек»
_SURNAME = re.compile(
    r"(?:[оеё]ва?|[иы]на?|ск(?:ий|ая|ой)|цк(?:ий|ая|ой)|енко|ко|ук|юк|як|ян|янц|дзе|швили|их|ых|бай|бек|хан|улы|ұлы|кызы|қызы)$"
)
_LATIN_SURNAME = re.compile(r"(?:[oey]va?|ina?|yna?|s[kc]iy|sk[yi]|skaya|enko|uk|yan|bay|bek|khan|uly|kyzy)$")
# Korean and other short surnames that are common in Kazakhstan
_SHORT_SURNAME = re.compile(
    r"ан|ким|кан|ли|лим|лян|мин|нам|ни|огай|пак|сон|тен|те|хан|хван|хегай|цай|цой|чен|чой|шек|шин|эм|югай|юн|ю"
)
# What stands before or behind a surname in the names of firms and offices: «Клиника Иванова», «Анна Декор»
_NO_PERSON = re.compile(
    r"\b(?:тоо|ооо|ип|ао|кх|гу|жшс|llp|llc|ltd|inc|gmbh|отдел\w*|бухгалтер\w*|директор\w*|менеджер\w*|служб\w*|групп\w*|"
    r"центр\w*|школ\w*|клиник\w*|магазин\w*|студи\w*|салон\w*|академи\w*|курс\w*|online|онлайн|shop|studio|school|center|"
    r"centre|group|team|support|sales|office|info|admin\w*|manager|company|travel|fashion|beauty|music|market|design)\b",
    re.IGNORECASE,
)


def find_salutation_name(display_name: str) -> str:
    """The name to greet by, or an empty string in every doubt: «Здравствуйте, Отдел продаж!» must never be said.

    A person's is two or three capitalised words of one alphabet, one of them a known given name, each other one known
    too or with the ending of a surname or patronymic: «Айгерим Сатпаева», «Иванов Иван Иванович», «Нина Васильевна».
    """
    name = " ".join(display_name.split())
    if not name or len(name) > MAX_NAME or _NAME.fullmatch(name) is None or _NO_PERSON.search(name):
        return ""
    words = name.split(" ")
    if not all(_is_capitalised(word) for word in words):
        return ""
    if all("\u0400" <= each <= "\u052f" for each in name if each.isalpha()):
        return name if _is_cyrillic_person(words) else ""
    return name if name.isascii() and _is_latin_person(words) else ""


def _is_capitalised(word: str) -> bool:
    pieces = re.split("['’ʼ-]", word)
    return all(len(piece) == 1 or piece[1:].islower() for piece in pieces) and word[0].isupper()


def _is_cyrillic_person(words: list[str]) -> bool:
    plain = [word.replace("ё", "е") for word in words]
    given = [all(piece in CYRILLIC for piece in word.split("-")) for word in plain]
    others = [word.lower() for word, known in zip(plain, given, strict=True) if not known]
    if not any(given):
        return False
    if len(words) == 3 and any(_PATRONYMIC.search(word) for word in others):
        return True  # «Елена Викторовна Шульц»: no firm has a patronymic
    return all(
        _SHORT_SURNAME.fullmatch(word) or (len(word) > 4 and (_SURNAME.search(word) or _PATRONYMIC.search(word)))
        for word in others
    )


def _is_latin_person(words: list[str]) -> bool:
    known = [word in LATIN for word in words]
    others = [word.lower() for word, given in zip(words, known, strict=True) if not given]
    return any(known) and all(len(word) > 4 and _LATIN_SURNAME.search(word) for word in others)
