"""Thanks alone: a letter that asks for nothing more."""

import re

LONGEST = 260
"""Characters without greeting; a longer letter wants something besides."""

# «Спасибо, всё получилось», «благодарю», «рахмет», «Thank you, it works now», «низкий поклон»
_THANKS = re.compile(r"спасиб|пасиб|благодар|\bспс\b|ра[хқ]мет|rahmet|алғыс|thank|\bthx\b|\bпоклон", re.I)
# «Всё заработало», «вопрос закрыт», «Зашла!», «Пришло!», «уже не надо»: news that all is well
_ALL_IS_WELL = re.compile(
    r"\b(?:вс[её]\s+)?(?:получилось|заработал\w*|разобрал(?:ся|ась|ись)|наладил\w*|помогло|подошло)\b"
    r"|вопрос\s+(?:решен|решён|решил\w*|снят|закрыт|больше\s+не\s+актуален)|\b(?:уже|больше)\s+не\s+(?:надо|нужно|актуально)|вс[её]\s+(?:ок|хорошо|отлично)\b",
    re.I,
)
# what one of the two always holds, in lower case: looked for first, since few letters do
_MAY_THANK = re.compile(
    r"пасиб|благодар|спс|ра[хқ]мет|rahmet|алғыс|thank|thx|поклон|получилось|заработал|разобрал|наладил|помогло|подошло|"
    r"вопрос\s+(?:реш|снят|закрыт|больше)|(?:уже|больше)\s+не\s|вс[её]\s+(?:ок|хорошо|отлично)"
)
# what makes it more than thanks; «не надо», «не нужно» are taken out before
_ASKS = re.compile(
    r"\?|подскаж|пришлит|вышлит|вернит|вернут|прошу|просим|просьба|помогите|можно(?!\s+закры)|как\s+(?:мне|нам|сделать|быть)|\bнуж(?:ен|на|но|ны)\b|хотел|\bхочу|хотим|"
    r"не\s+(?:могу|можем|работа|получа|открыва|помогл|приш[её]?л|видно|слышно|вижу|слыш|пуска|груз|заработал|получилось)|ошибк|теперь|\bещ[её]\b|заодно|\bсдела|добав|выстав|скинь|\bдайте|отправ|предлага|предлож|"
    r"\bно\s|\bа\s+(?:как|где|что|когда|можно(?!\s+закры)|сколько|почему|если|по|вот|скаж)|однако|когда|сколько|почему|проверь|посмотри|исправь|почини|передайте|жд[уе]м?\b|жібер|сұра[йн]|жойып|(?<!извин)(?<!прост)(?<!здравствуй)(?<!прим)(?:ь|[иеуыаяй])те\b(?<!здравствуйте)|керек|қалай|please|could\s+you|can\s+you|\bhow\b|\bsend\b|\bbut\b|удалите|акт[аы]?\b|сч[её]т",
    re.I,
)
_GREETING = re.compile(
    r"^\s*(?:здравствуйте|здраствуйте|добрый\s+(?:день|вечер)|доброе\s+утро|привет\w*|салам|сәлем\w*|hello|hi)\b[^.!\n]{0,40}[.!,)\n]*",
    re.I,
)
# «Спасибо заранее», «заранее благодарю»: thanks for what is still to come
_IN_ADVANCE = re.compile(r"заранее|in\s+advance|\bбыл[аи]?\s+бы|\bсказали\s+бы|алдын\s+ала", re.I)
# «Получила, спасибо», «акт пришёл, благодарю»: a receipt is no request
_RECEIPT = re.compile(
    r"(?:ничего\s+|больше\s+|уже\s+)?не\s+(?:надо|нужно|требуется)|(?:акт\w*|сч[её]т\w*|эсф|документ\w*|письмо)[^.!?\n]{0,20}(?:получ(?:ил|ен)\w*|приш(?:[её]л|л[аои])\b|увидел\w*|дош(?:[её]л|л[аои])\b)|"
    r"(?:получ(?:ил|ен)\w*|приш(?:[её]л|л[аои])\b)[^.!?\n]{0,20}(?:акт\w*|сч[её]т\w*|эсф|документ\w*)",
    re.I,
)


# «Re: звук», «ответ: счёт»: the subject of what was written before
_REPLY = re.compile(r"^\s*(?:re|fwd?|ответ|отв)\b", re.I)
SUBJECT_SPEAKS = 3
"""Words. A subject of one's own that is longer and does not thank may hold the request («нужен акт за май»)."""


def is_thanks_alone(subject: str, words: str) -> bool:
    """Whether ``words`` thank («спасибо, всё получилось», «рахмет») and ask for nothing. No words thank for nothing."""
    if _MAY_THANK.search(words.lower()) is None:
        return False
    plain = _RECEIPT.sub(" ", _GREETING.sub("", words.strip()))
    if not words.strip() or len(plain) > LONGEST or _IN_ADVANCE.search(plain):
        return False
    own_subject = "" if _REPLY.search(subject) else subject
    if len(own_subject.split()) >= SUBJECT_SPEAKS and not _THANKS.search(own_subject):
        return False
    thanks = _THANKS.search(words) is not None or _ALL_IS_WELL.search(words) is not None
    return thanks and _ASKS.search(plain) is None
