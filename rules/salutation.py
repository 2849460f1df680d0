"""Whether a display name is plainly a person's, so that a letter may greet by it."""

import re

# «Айгерим», «Анна-Мария», «Ө́мірбек», «O'Brien»
_WORD = r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)?"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{1,2}}")
MAX_NAME = 60

_NO_PERSON = re.compile(
    r"\b(?:тоо|ооо|ип|ао|зао|пао|оао|ао|кх|гу|кгу|кгп|гкп|гккп|ргп|рп|оо|фонд|жшс|жк|llp|llc|ltd|inc|gmbh|corp|co|company|"
    r"компани\w*|групп\w*|group|центр\w*|center|centre|отдел\w*|департамент\w*|служб\w*|бухгалтер\w*|дирек\w*|директор\w*|"
    r"администра\w*|менеджер\w*|manager|admin\w*|support\w*|поддержк\w*|техподдержк\w*|техническ\w*|help|helpdesk|desk|"
    r"info|sales|office|team|команд\w*|школ\w*|school|академи\w*|academy|универ\w*|university|институт\w*|колледж\w*|"
    r"college|курс\w*|студи\w*|studio|агентств\w*|agency|магазин\w*|shop|store|сервис\w*|service\w*|клиник\w*|банк\w*|"
    r"bank|hr|it|pr|no|reply|noreply|mail|mailer|daemon|почт\w*|приёмн\w*|приемн\w*|секретар\w*|кадр\w*|юр\w*отдел|"
    r"продаж\w*|закуп\w*|маркетинг\w*|marketing|control|system|консалтинг\w*|consulting|training|education|edu|тренинг\w*|"
    r"проект\w*|project|клуб\w*|club|союз\w*|ассоциаци\w*|дом|медиа|media|онлайн|online|plus|плюс|kz|ru|com|"
    r"заявк\w*|заказ\w*|обращени\w*|форма|сайт\w*|site|web|account|аккаунт\w*|user|client|клиент\w*|пользовател\w*|гость|"
    r"guest|test|тест\w*|оператор\w*|бизнес\w*|business|лаборатори\w*|lab|labs|мастерск\w*|салон\w*|кафе|отель|hotel|"
    r"travel|тур|завод\w*|фирм\w*|филиал\w*|редакци\w*|газет\w*|радио|радиостанци\w*|телеканал\w*|учебн\w*|детск\w*|"
    r"городск\w*|областн\w*|государственн\w*|национальн\w*|республик\w*|казахстан\w*|kazakhstan|алматы|almaty|астана|"
    r"astana|срочно|urgent|важно|внимание|уважаем\w*|господин|госпожа|коллег\w*)\b",
    re.IGNORECASE,
)


def find_salutation_name(display_name: str) -> str:
    """The name to greet by, or an empty string in every doubt: «Здравствуйте, Отдел продаж!» must never be said.

    A person's is two or three capitalised words of one alphabet («Айгерим Сатпаева», «Ivan Petrov», «Иванов Иван
    Иванович»), without digits, signs, words of firms and offices, or capitals throughout.
    """
    name = " ".join(display_name.split())
    if not name or len(name) > MAX_NAME or _NAME.fullmatch(name) is None or _NO_PERSON.search(name):
        return ""
    words = re.split(r"[ -]", name)
    if not all(
        len(word) > 1 and word[0].isupper() and word[1:].replace("’", "").replace("'", "").islower() for word in words
    ):
        return ""
    return name if _one_alphabet(name) else ""


def _one_alphabet(name: str) -> bool:
    letters = [each for each in name if each.isalpha()]
    cyrillic = sum("\u0400" <= each <= "\u052f" for each in letters)
    latin = sum(each <= "\u024f" for each in letters)
    return len(letters) in (cyrillic, latin)
