"""Thanks alone: a letter that asks for nothing more."""

import re

LONGEST = 260
"""Characters without greeting and sign-off; a longer letter wants something besides."""

_THANKS = re.compile(
    r"спасиб|благодар|спс\b|пасиб|рахмет|рақмет|алғыс|thank|thx|всё\s+получилось|все\s+получилось|заработал|разобрал(?:ся|ась|ись)|вопрос\s+(?:решен|решён|снят|закрыт)"
    r"|получил[аи]?|всё\s+ок\b|все\s+ок\b|супер\b|отлично|поклон|помогл[иао]|вошл[аи]|зашл[аи]|зашел\b|зашёл\b|пришло|больше\s+не\s+(?:надо|нужно)|уже\s+не\s+надо",
    re.I,
)
_ASKS = re.compile(
    r"\?|подскаж|пришлит|вышлит|верните|вернуть|прошу|просим|просьба|помогите|можно\s+ли|как\s+(?:мне|нам|сделать|быть)|нужен|нужна|нужно|нужны|хотел|хочу|хотим|не\s+(?:могу|работает|получается|открывается|"
    r"помогло|пришл|видно|слышно|вижу)|ошибк|теперь|ещё\s+(?:вопрос|раз|один)|заодно|сделайте|добавьте|выставьте|скиньте|дайте|отправьте|предлага|но\s|однако|когда|сколько|почему|please|could\s+you|can\s+you|how\s",
    re.I,
)
_GREETING = re.compile(
    r"^\s*(?:здравствуйте|добрый\s+(?:день|вечер)|доброе\s+утро|привет\w*|салам|сәлем\w*|hello|hi)\b[^.!\n]{0,40}[.!,)\n]*",
    re.I,
)
# «не надо», «не нужно» beside thanks ask for nothing: «возвращать ничего не нужно, спасибо»
_NEEDS_NOTHING = re.compile(
    r"(?:ничего\s+|больше\s+|уже\s+)не\s+(?:надо|нужно|требуется)|пожалуйста\s+не\s+беспокой", re.I
)


def is_thanks_alone(words: str) -> bool:
    """Whether ``words`` thank («спасибо, всё получилось», «рахмет») and ask for nothing. No words thank for nothing."""
    plain = _NEEDS_NOTHING.sub(" ", _GREETING.sub("", words.strip()))
    if not plain.strip() or len(plain) > LONGEST:
        return False
    return bool(_THANKS.search(words)) and not _ASKS.search(plain)
