"""What a client says he does *not* want: its words speak of another category than his letter."""

import re

_THING = (
    r"(?:деньг\w*|денег|средств\w*|возврат\w*|возвращать\w*|вернуть|акт\w*|авр|эсф|фактур\w*|сч[её]т(?:-фактур\w*|ов|а)?|"
    r"(?:закрывающ\w+\s+)?документ\w*|скидк\w*|бонус\w*|настраивать|помощь\s+с\s+кодом|звонк\w*|тариф\w*)"
)
_FILLER = r"(?:[\s,]+(?!не\b)[\w-]+){0,4}?"
_NOT_WANTED = r"не\s+(?:прошу|просим|надо|нужн\w*|нужен|требу\w+|хочу|хотим|буд[уе]м?\s+\w+|жду|ждём)"
# «Возвращать ничего не нужно», «Возврата не прошу», «Счет пока не нужен», «ни акт, ни ЭСФ мне не нужны»
_DISCLAIMED = re.compile(
    rf"\b(?:ни\s+)?{_THING}{_FILLER}[\s,]+{_NOT_WANTED}\b|\b{_NOT_WANTED}\s+(?:\w+\s+)?{_THING}\b", re.I
)
# how each of them begins, in lower case: looked for first, since few letters hold it
_MAY_DISCLAIM = re.compile(r"не\s+(?:прошу|просим|надо|нуж|треб|хо[чт]|буд|жд)")


def without_disclaimed(text: str) -> str:
    """``text`` without the phrases that name a thing to say that it is not wanted; the rest stays as it is."""
    if _MAY_DISCLAIM.search(text.lower()) is None:
        return text
    return _DISCLAIMED.sub(" ", text)
