"""The account number a client gives, in all its notations, told from telephone numbers, БИН/ИИН, invoices and sums."""

import re
from dataclasses import dataclass

from rules.unnamed_number import find_unnamed_number

LEAST_DIGITS = 4
MOST_DIGITS = 9
"""Longer ones are telephone numbers (10, 11 digits) or БИН/ИИН (12)."""
LEAST_DIGITS_AFTER_SIGN = 3
"""«аккаунт № 404» names a number outright; a bare «в кабинете 404» is more likely an error code."""

# «7 701 455», «12 08 64», «48-48-10», «50-214», «1 0 4 7 1 1», «104582»
_NUMBER = r"(?P<number>\d{4,9}(?![\d])|\d{1,3}(?:[ \u00a0\u202f.\-–]{1,2}\d{1,4}){1,8}(?!\d)|\d{3}(?!\d))"

# «аккаунт», «акаунт», «номер аккаунта», «акк», «акк-т», «ак.», «acc», «akkaunt», «account ID», «есептік жазба»
_ACCOUNT = (
    r"(?:ак{1,2}аунт[^\W\d]*(?:\s+(?:курса|вебинаров)(?=\s*[№:]?\s*\d))?|акк-?т\w{0,2}|акк[^\W\d]{0,2}|"
    r"ак(?=[.\s№:])|acc(?:ount)?s?(?:[ _-]?(?:id|number|no))?"
    r"|ak{1,2}aunt\w*|akk"
    r"|есептік\s+жазба\w*|шот\s+нөмір\w*|аккаунт\w*\s+нөмір\w*)"
)
# «л/с», «Л/счёт», «лс», «лиц. счёт», «Лицевой», «лицевого счёта»
_LEDGER = (
    r"(?:л\s?/\s?(?:с(?:ч[её]т\w*|ч)?)|л\.\s?с(?:ч[её]т\w*|ч)?|лс|лиц(?:\.|ев\w+)?\s*(?:сч[её]т\w*|сч\.?)"
    r"|лицев(?:ой|ого|ому|ым|ом))"
)
# «Кабинет 34419», «Личный кабинет № 30511», «ЛК 2117», «Учётка № 90 115», «Профиль 17760»
_PLACE = r"(?:(?:личн\w+\s+)?кабинет\w*|лк|уч[её]тк\w*|уч[её]тн\w+\s+запис\w+|профил\w*|логин/аккаунт)"
# «ID 55012», «id72728», «Айди 77105», «ид 71012», «Id-шник», «Идентификатор», «ID клиента», «ID в сервисе»
_ID = r"(?:(?<![a-zа-я_\"'])id(?:-?шник\w*)?|айди(?:шник\w*)?|(?<![а-я])ид|идентификатор\w*)"
# «номер в сервисе 48213», «Наш номер в вашей системе», «мы у вас под номером», «нөмірім»
_NUMBERED = (
    r"(?:номер\w*\s+(?:клиента|пользователя|абонента)|(?:клиентск|личн)\w+\s+номер\w*|логин|"
    r"номер\w*\s+(?:у\s+нас\s+|у\s+вас\s+)?(?:в\s+(?:вашем\s+|вашей\s+)?(?:сервис|систем|программ|баз)\w*)"
    r"|(?:в\s+(?:вашей\s+|вашем\s+)?(?:сервис|систем)\w*\s+(?:мы\s+)?(?:под\s+)?(?:наш\s+)?номер\w*)"
    r"|(?:мы|у\s+вас|я|компани\w+|заведен\w*|заведён\w*)\s+(?:у\s+вас\s+)?(?:[а-яё]+\s+)?под\s+номером|под\s+номером)"
)
# what may stand between the name and the number: «у нас — », «клиники: », «тот же: », «я уже завела - », «(», « номер »
_PREPOSITION = r"(?:на|до|за|с|со|по|от|из|для|о|об|и|а|но|не|что|через|больше|около|всего|в(?=\s\d))\s"
_BETWEEN = (
    rf"\.?(?:[ \t]*(?:[:;=№#(«\"—–-]|n(?=\s?\d)|no\.?|nr\.?|,(?=\s*(?:номер|№)))"
    rf"|(?:\s+|(?<=\())(?!{_PREPOSITION})[^\W\d]+\.?)"
    r"{0,4}(?:(?<=же)|(?<=прежний)|(?<=старый))?[ \t]*(?:(?<=же),|(?<=прежний),)?[:;=№#(«\"—–-]*\s*"
)

_FORWARD = tuple(
    (rank, re.compile(begins), re.compile(rf"(?<!\w){name}(?P<between>{_BETWEEN}){_NUMBER}", re.I))
    for rank, begins, name in (
        (5, r"ак(?<!\wак)|a[ck](?<!\wa[ck])|есептік|шот", _ACCOUNT),
        (5, r"л\s?/|л\.|лс|лиц", _LEDGER),
        (4, r"кабинет|лк|уч[её]т|профил|логин", _PLACE),
        (3, r"номер|логин", _NUMBERED),
        (3, r"id|ид|айди", _ID),
    )
)
"""Each with its rank and what it always holds, in lower case: a text without it is not searched."""
# «14402 – это мой номер аккаунта», «66721 аккаунт», «(52521 — это наш аккаунт)», «62300 мой номер аккаунта»
_BACKWARD = re.compile(
    rf"(?<![\w.,/-]){_NUMBER}(?:\s*[(—–-]*\s*(?:это\s+)?|,\s+это\s+)(?:(?:мой|наш|моего|нашего|ваш)\s+)?(?:номер\w*\s+)?"
    rf"(?:моего\s+|нашего\s+)?(?:{_ACCOUNT}|{_LEDGER}|(?:личн\w+\s+)?кабинет\w*)(?!\w)",
    re.I,
)
# «Re: Обращение №55871»: the number of a conversation
_ANSWERS = re.compile(r"\s*(?:re|fwd?|ответ|на)\b\s*(?:\[\d+\])?\s*:", re.I)
_DIGIT = re.compile(r"\d")
# «Наш номер: 91717», «ваш № 40217», «его номер 240331», «Номер 77152.», «61208 мой номер», «вы у нас клиент (93030)»
_OWN = re.compile(
    r"\b(?:наш|мой|ваш|его)\s+(?:номер|№)(?:\s+у\s+вас)?\s*[:—–-]?\s*(?P<after>\d{5,7})(?![\d-]|\s\d)"
    r"|(?:^|[.!?]\s+)номер\s+(?P<bare>\d{5,7})(?=\.|\s+в\s+вашем)"
    r"|(?<![\d,+] )(?<![\d,+-])(?P<before>\d{5,7})\s+(?:[—–-]\s+)?(?:мой|наш)\s+номер(?!\w|\s+тел)"
    r"|\b(?:клиент\w*|платформ\w+|у\s+вас)\s*\((?:№\s*)?(?P<within>\d{5,7})\)",
    re.I,
)
# a number that is a sentence of its own at either end: «Спасибо. 40030», «№ 31 515», «29445. эсф за 3 кв где?»
_CLOSING = re.compile(
    r"(?:^|[.!?…)»]\s+|\n)\s*(?:№\s*(?P<signed>\d{2,3} ?\d{3})|(?P<bare>\d{5,6}))\s*[.!]?\s*$"
    r"|^\s*№?\s*(?P<first>\d{5,6})\.\s+(?=[^\W\d])"
)
# an answer to «пришлите номер аккаунта» that is nothing but the number
_ALONE = re.compile(rf"^\s*№?\s*{_NUMBER}\s*[.!]?\s*$", re.M)
_ASKED_FOR_ACCOUNT = re.compile(r"номер\w*\s+(?:вашего\s+)?(?:аккаунт|лицев|кабинет)", re.I)

# «ID комнаты 11», «ID платежа», «кабинет 7 этаж», «аккаунт, счет № 288», «акк … БИН», «+7 701 …»
_ANOTHER_THING = re.compile(
    r"комнат|курс|встреч|конференц|платеж|платёж|транзакц|операци|заявк|обращени|тикет|договор|"
    r"сч[её]т(?!\w*\s*$)|оплат|инн|бин|иин|"
    r"телефон|тел\b|карт|меропр|событи|room|meeting|course|payment|invoice|order|тариф|ошибк|error|урок|тест|"
    r"вебинар|zoom|этаж|сумм|показыва|минус|плюс",
    re.I,
)
# «12.03.2024»: digits with points between are a date
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}")
# «договор № 45012 аккаунт», «счёт 5520 аккаунт»
_NAMED_OTHERWISE = re.compile(
    r"(?:договор|сч[её]т|сч|заявк|обращени|плат[её]ж\w*|поручени|комнат|курс)\w*\s*[№#:]*\s*$", re.I
)
# «указала кабинет 70 060 вместо своего 70 006», «Было на лицевом счету 18 300, стало 12 100»
_MISTAKEN = re.compile(r",?\s+(?:вместо|(?:а\s+)?(?:теперь\s+)?стало)\b", re.I)
# what makes the digits something else: «12 000 тг», «50 мест», «15 марта», «2 раза», «403 Forbidden»
_UNIT_AFTER = re.compile(
    r"^\s*(?:тг\b|тенге|теңге|руб|р\.|₸|\$|%|у\.?\s?е|сом\b|сум\b|мест|человек|чел\b|участник|ученик|раз\b|"
    r"раза|месяц|мес\b|дн|час|мин|"
    r"гб|мб|год|лет|янв|фев|мар(?:т|\.)|апр|ма[йя]\b|июн|июл|авг|сен|окт|ноя|дек|forbidden|ошибк|error|шт)",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNumber:
    """The digits, and the words of the letter that name them so."""

    digits: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    rank: int
    found: AccountNumber


def find_account_number(*texts: str, full_text: str = "") -> AccountNumber | None:
    """The account number in the first of ``texts`` that names one most plainly; None if none does.

    Where none is named, a number that stands in the first (the client's words) as a sentence of its own.

    ``full_text`` (with the quoted letter) decides whether a number alone on a line answers «пришлите номер аккаунта».
    """
    for text in texts:
        candidates = [*_named(text), *_named_after(text)] if _DIGIT.search(text) else []
        if candidates:
            return max(candidates, key=lambda candidate: candidate.rank).found
    for text in texts:
        unnamed = _unnamed(text) if not _ANSWERS.match(text) else None
        if unnamed is not None:
            return unnamed
    if _ASKED_FOR_ACCOUNT.search(full_text):
        for text in texts:
            for match in _ALONE.finditer(text):
                digits = _digits(match["number"])
                if LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
                    return AccountNumber(digits=digits, evidence=match.group().strip())
    return None


def _unnamed(text: str) -> AccountNumber | None:
    """A number that the client calls his own, or writes as a sentence of its own, with no word for the account."""
    if not _DIGIT.search(text):
        return None
    match = _OWN.search(text) or _CLOSING.search(text)
    if match is None:
        number = find_unnamed_number(text)
        return AccountNumber(digits=_digits(number), evidence=number) if number is not None else None
    digits = next(_digits(each) for each in match.groups() if each is not None)
    return AccountNumber(digits=digits, evidence=match.group().strip())


def _named(text: str) -> list[_Candidate]:
    low = text.lower()
    return [
        _Candidate(rank=rank, found=AccountNumber(digits=digits, evidence=match.group().strip()))
        for rank, begins, pattern in _FORWARD
        if begins.search(low)
        for match in pattern.finditer(text)
        if (digits := _accepted(match, text)) is not None
    ]


def _named_after(text: str) -> list[_Candidate]:
    return [
        _Candidate(rank=4, found=AccountNumber(digits=digits, evidence=match.group().strip()))
        for match in _BACKWARD.finditer(text)
        if LEAST_DIGITS <= len(digits := _digits(match["number"])) <= MOST_DIGITS
        and not _NAMED_OTHERWISE.search(text[max(0, match.start() - 30) : match.start()])
    ]


def _accepted(match: re.Match[str], text: str) -> str | None:
    """The digits, unless the words around say that they are something else."""
    digits = _digits(match["number"])
    between = match["between"]
    if not LEAST_DIGITS_AFTER_SIGN <= len(digits) <= MOST_DIGITS:
        return None
    if len(digits) < LEAST_DIGITS and not re.search(r"[№#:=]|номер", match.group(), re.I):
        return None
    if _ANOTHER_THING.search(between) or text[match.start("number") - 1 : match.start("number")] == "+":
        return None
    if _MISTAKEN.match(text, match.end("number")):
        return None
    if _DATE.fullmatch(match["number"]) or _UNIT_AFTER.match(text[match.end("number") :]):
        return None
    return digits


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
