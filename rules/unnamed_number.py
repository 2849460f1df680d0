"""A number that no word calls an account and that can hardly be anything else: «…почините, пожалуйста. 36610».

Clients who were asked for the number before leave the word out. A number of five or six digits that is no sum, no
telephone, no document and no code is taken for the account's.
"""

import re

# «48213», «№ 31515», «#12998», «533-81», «18-187», «61 61 4», «44-88-1», «62 026»,
# «70 44» where it stands alone
_NUMBER = re.compile(
    r"(?<![\d\w.,/:+*=@%&?«\"“-])(?<!\d[ \u00a0–(-])(?<!\d [(–-])(?<!\d\))(?<!\d\) )(?<!kz )(?<!kz)(?<!\": )(?<!\':)"
    r"(?P<number>\d{4,7}|\d{1,3}(?:-\d{1,3}){1,5}|\d{1,3}(?:[ \u00a0]\d{1,3}){1,5})"
    r"(?![\w%₸$°*@=+])(?![.,/:–-]\d)(?!\)?[ \u00a0–-]\(?\d)",
    re.I,
)
# «24 000», «100 733»: written as sums are; «533-81» and «61 61 4» are not
_LIKE_SUM = re.compile(r"\d{1,3}(?:[ \u00a0]\d{3})+")
# «2-0-2-5»
_YEAR = re.compile(r"[12]\D?[09]\D?\d\D?\d")
# «30-03-26»
_LIKE_DATE = re.compile(r"(?:[0-2]?\d|3[01])[ -](?:0?\d|1[0-2])[ -](?:20)?2\d")
_SENTENCE_BREAK = re.compile(r"[.!?;…\n]+(?=\s|$)|\n")
LEAST_DIGITS = 4
"""So few are a year or a price as often as an account, even where the client says «мы»."""
SHORT_NAME = 2
"""Words beside a number that is a sentence of its own."""
MOST_DIGITS = 7
MOST_DIGITS_UNNAMED = 6
FAR_LEFT = 200
"""Characters before a number written like a sum, within which nothing may speak of money."""
LEFT = 60
"""Characters before a number that may say what it is."""

# «счёт 5520», «по договору № 45012», «чек 771204», «индекс 050010», «код из смс 483920», «билет № 30417»
_NAMED_OTHERWISE = re.compile(
    r"(?<!\w)(?:сч[её]т(?:а|у|ом|е|ов|ам)?|сч|сч[её]т-?фактур\w*|фактур\w*|сф|инвойс\w*|invoice|чек\w*|"
    r"договор\w*|контракт\w*|заказ\w*|order|заявк\w*|обращени\w*|тикет\w*|ticket|инцидент\w*|закуп\w*|лот\w*|"
    r"подписчик\w*|просмотр\w*|слушател\w*|зрител\w*|участников|клиентов|учеников|кредит\w*|апостил\w*|"
    r"сборк\w*|тираж\w*|status|timeout|code|\w+_id|рейс\w*|страниц\w*|офис\w*|аудитори\w*|охват\w*|собрал\w*|"
    r"заработал\w*|зарплат\w*|задолженност\w*|ндс|справк\w*|постановлени\w*|протокол\w*|дел[оау]|указ\w*|"
    r"стать\w+|запрос\w*|индекс\w*|смс|sms|комнат\w*|room|зал\w*|встреч\w*|конференц\w*|курс\w*|урок\w*|"
    r"групп\w*|билет\w*|плат[её]ж\w*|плат[её]жк\w*|п/п|поручени\w*|транзакци\w*|операци\w*|перевод\w*|авр|"
    r"акт\w*|эсф|упд|накладн\w*|квитанци\w*|бин|иин|инн|иик|бик|кпп|iso|гост|порт\w*|верси\w*|build|тел\w*|"
    r"моб\w*|доб|вн|ошибк\w*|error|ящик\w*|приказ\w*|лицензи\w*|сертификат\w*|карт\w*|card|номинал\w*|"
    r"паспорт\w*|удостоверени\w*|меропри\w*|событи\w*|вебинар\w*|сумм\w*|итого|цен[аыуе]\w*|стоит|долг|"
    r"лимит\w*|промокод\w*|пароль|пин\w*|pin|тру|из|до|от|около|порядка|почти|более|свыше|всего|по\s+цене|"
    r"ещ[её]\s+раз|zoom|anydesk|(?:янв|фев|март|апр|ма[йя]|июн|июл|авг|сент|окт|нояб|дек)\w*|"
    r"код\w*(?:\s+(?!у\b)[а-яё]+){0,3})\.?\s*(?:[№#:]|n|no\.?|номер\w*|идентификатор\w*|id)*\s*$",
    re.I,
)
# «списали 23658», «верните, пожалуйста, 11256», «пополнила баланс 15810»; but «зачислите на 26804»
_PAID = re.compile(
    r"(?<!\w)(?:списа\w+|сня[лт]\w*|перев[её]?[лд]\w*|перечисл\w+|плат\w+|оплат\w+|заплат\w+|уплат\w+|верн\w+|"
    r"вернит\w+|возврат\w*|возме\w+|внес\w+|(?:за|с)?кину\w+|полож\w+|отправил\w*|сумм\w*|стоил\w*|стоит|"
    r"стоимост\w*|остал\w+|остат\w+|разниц\w+|перепла\w+|было|стало|oplatil\w*|"
    r"pereve\w+):?(?:,?\s+пожалуйста,?)?(?:\s+[\w-]+){0,2}?\s*[:—–]?\s*$",
    re.I,
)
_TOWARDS = re.compile(r"(?<!\w)(?:на|за|с|в|к|по|для|из|у|под|как|за\s+№|номер\w*|кабинет\w*|аккаунт\w*)\s*$", re.I)
# «12000 тг», «15000 символов»
_UNIT_AFTER = re.compile(
    r"\s*(?:\(?[а-яё ]+\)\s*)?(?:тг|тенге|теңге|тыс|руб|р\b|сом\b|сум\b|kzt|usd|долл|евро|процент|мест|"
    r"человек|чел\b|участник|ученик|слушател|зрител|подписчик|просмотр|раз\b|раза|заявок|отзыв|скачиван|копи|"
    r"штук|символ|знак|строк|запис|шаг|км\b|метр|минут|сек|час|мс\b|мб|гб|кб|байт|год\w*\b|г\.|gb|mb|ms|kb|"
    r"tg\b|tenge|орнына|\$|€)",
    re.I,
)
# «номер 50932», «учётный 20312», «код клиента 105733», «номер студии в системе: 5-02-18»,
# «Аккаунт, о котором речь: 10 884»
_NAMED_SO = re.compile(
    r"(?:\bномер(?:ок|у|ом|а)?(?:\s+(?:мой|наш|у\s+вас|тут|там|там\s+был|тут\s+был|участник\w*|клиент\w*|"
    r"организатор\w*|в\s+(?:системе|сервисе)|[а-яё]+\s+(?:в|у)\s+(?:системе|сервисе|вас))){0,2}|"
    r"\b(?:код\s+)?плательщик\w*|\bкод\w*\s+(?:мой|наш|клиент\w*|абонент\w*|пользовател\w*|организации|"
    r"у\s+вас|в\s+(?:вашей\s+)?(?:системе|сервисе))|\b(?:наш|мой|её|ее|его|их)\s+код|\bномер\s+(?:(?:тот\s+же|"
    r"прежний|старый),?|вбива\w+|вводил\w*|указ\w+)|\b(?:доступ|портал|uid|шот)|\bцифр[ыа]\s+(?:мои|наши)|"
    r"\b(?:уч[её]тный|персональный|порядковый|клиентский|школьный|абонентский)(?:\s+(?:номер|"
    r"сч[её]т))?(?:\s+(?:у\s+вас|[а-яё]+))?|\bлич\w+\s+(?:номер|сч[её]т)|\bсч[её]т\s+(?:уч[её]тный|"
    r"в\s+(?:вашей\s+|вашем\s+)?(?:системе|сервисе))|\bабонент\w{0,3}|\bклиент(?:а|у|ом|ский)?|\btenant|"
    r"\bkonto|\bprofile|\bкаб|\bзарегистрирован\w*\s+под|\bза\s+№|\bнөмірі\w*|\bnomer|"
    r"\bаккаунт\w*[^.!?\d\n]{0,30}[:—–№])\s*[:№#—–(-]*\s*$",
    re.I,
)
# «наш 15015», «мы у вас 84 337», «я у вас на 64640», «уже есть как 533-81», «вместо своего 48013»
_OWN_BEFORE = re.compile(
    r"(?:\b(?:наш|мой|мо[яеё]|наше|мы|я|свой|своего|своём|моего|моём|нашего|нашему|моему|нашем|"
    r"нашим)(?:\s+(?:у\s+вас|тут|там|был|есть|тест\w+)){0,4}|\bсадятся\s+на|\bкак|\bпод|\b(?:у|к|в)\s+вас|"
    r"\bmoi|\bnash)\s*[:№#—–(-]*\s*$",
    re.I,
)
# «53118 (мой)», «8807 — это я», «72 118 это наш код», «43434 наш ID», «81802 — id», «на 56701 лежит 11 256»
_OWN_AFTER = re.compile(
    r"(?:\s*[,(—–-]*\s*(?:это\s+)?(?:мой|наш|id|ид|айди|ак{1,2}|номер\w*\s+(?:мой|наш)|код\s+клиента)|"
    r"\s*[,(—–-]*\s*(?:это\s+)(?:мы|я)|\s*[(—–-]+\s*(?:мы|я))\b(?!\s+(?:тел|сот|моб|whats|ватс))|"
    r"\s+(?:осталось|лежит|висит|числится)\s+(?:[а-яё]+\s+)?\d",
    re.I,
)
# «почтовый адрес прежний, 423450, Альметьевск, ул. Ленина», «индекс 630000, а должен быть 630099»
_ADDRESS = re.compile(
    r"\bадрес|\bиндекс|\bул\.|\bулиц|\bпр-?т?\.|\bпроспект|,\s*(?:г\.|город|алматы|астана|павлодар|караганд|шымкент|актоб|актау|атырау|костан|семей|тараз|москва|омск|казань)|\bг\.\s*[а-яё]+,?\s*$|\bа/я\b",
    re.I,
)
_TELEPHONE_BEFORE = re.compile(r"(?:\b(?:тел|моб|сот|доб|вн)|звон|домашн|whatsapp|ватсап|набер)[^.!?\n]{0,25}$", re.I)
# «верните мои 12000», «было 7900 стало 10900»
_SPEAKS_OF_MONEY = re.compile(
    r"тенге|теңге|\bтг\b|руб|\bспис(?:а[лнт]|ы)|\bсня[лт]|плат|перев[её]?[лд]|перечисл|\bверн(?:и|у|ё|е[мтш])|"
    r"обратно|\bназад\b|возврат|сумм|\bцен(?!тр)|сто(?:ит|ил|им)|деньг|денег|скидк|пополн|закин|полож|тысяч|"
    r"\bбыло\b|\bстало\b|теперь|\b(?:по|на)\s*$|долг|аванс|переплат|разниц|остат|баланс\w*\s*$|подорожа|"
    r"дешевле|oplatil|\bза\s*$|лишн|набрал|kaspi|каспи|чек",
    re.I,
)
# «исп. Кожахметова А., тел. 55-12-08»
_TELEPHONE_SHORT = re.compile(r"\b(?:тел|т|ф|факс|моб|доб|вн)\.?\s*(?:[а-яё]+\s*)?:?\s*$", re.I)
# «Организация 87-41.», «Университет, 300 801», «48-48, вы меня знаете»: nothing else is said in the sentence
_ENDS = re.compile(r"\s*(?:[.!]|,(?!\s*\d)|$|\n|\s—)")
# «12990», «24 000», «7 450»: what prices end in
_PRICE_LIKE = re.compile(r"(?:00|[^0]90|[^0]50)$")


def find_unnamed_number(text: str) -> str | None:
    """The number as written that is most likely the account's, or None; of two equally likely ones the first."""
    best, best_points = None, 0
    for match in _NUMBER.finditer(text):
        points = _points(match, text)
        if points > best_points:
            best, best_points = match["number"], points
    return best


def _points(match: re.Match[str], text: str) -> int:
    """0: something else; the more, the likelier the account."""
    number = match["number"]
    digits = len(number.replace("-", "").replace(" ", "").replace("\u00a0", ""))
    before = text[max(0, match.start() - LEFT) : match.start()]
    after = text[match.end() : match.end() + LEFT]
    clause = _SENTENCE_BREAK.split(before)[-1]
    if not LEAST_DIGITS <= digits <= MOST_DIGITS or _UNIT_AFTER.match(after):
        return 0
    if _TELEPHONE_BEFORE.search(clause) or _TELEPHONE_SHORT.search(before):
        return 0
    if _NAMED_SO.search(clause):
        return 4
    if ((digits > LEAST_DIGITS or not number.isdigit()) and _OWN_BEFORE.search(clause)) or _OWN_AFTER.match(after):
        return 0 if _may_be_sum(number, clause, after) else 3
    if _LIKE_SUM.fullmatch(number) and not _is_last_word(number, clause, after):
        far = text[max(0, match.start() - FAR_LEFT) : match.start()]
        if _SPEAKS_OF_MONEY.search(far):
            return 0
    return 0 if _is_another_thing(number, digits, clause, after) else 1 + _stands_alone(clause, after)


def _is_last_word(number: str, clause: str, after: str) -> bool:
    """Whether it is all that the letter ends with and is no price: «…так и должно быть? 59 377»."""
    return not clause.strip() and not after.strip(" .\n") and _PRICE_LIKE.search(number) is None


def _is_another_thing(number: str, digits: int, clause: str, after: str) -> bool:
    alone = len(clause.split()) <= SHORT_NAME and _ENDS.match(after) is not None
    if digits == LEAST_DIGITS:
        split = not number.isdigit() and not _LIKE_SUM.fullmatch(number) and not _YEAR.fullmatch(number)
        return not (split and alone) or _NAMED_OTHERWISE.search(clause) is not None
    if digits > MOST_DIGITS_UNNAMED or number.startswith("0") or _LIKE_DATE.fullmatch(number):
        return True
    if _LIKE_SUM.fullmatch(number) and not _closes(number, clause, after):
        return True
    if _NAMED_OTHERWISE.search(clause):
        return True
    if _PAID.search(clause) and not _TOWARDS.search(clause):
        return True
    return _ADDRESS.search(f"{clause} {after}") is not None or _may_be_sum(number, clause, after)


def _closes(number: str, clause: str, after: str) -> bool:
    """Whether a number written like a sum is a sentence of its own; one like a price, the last of the letter."""
    if _PRICE_LIKE.search(number):
        return not clause.strip() and not after.strip(" .")
    return len(clause.split()) <= SHORT_NAME and (not after.strip() or after.lstrip(" ")[0] in ".\n")


def _may_be_sum(number: str, clause: str, after: str) -> bool:
    """Whether it is written as prices are, where the sentence speaks of money."""
    if not _PRICE_LIKE.search(number):
        return False
    return _SPEAKS_OF_MONEY.search(f"{clause} {_SENTENCE_BREAK.split(after)[0]}") is not None


def _stands_alone(clause: str, after: str) -> bool:
    """A sentence of its own, or what closes one after a comma."""
    return not clause.strip(" №#(") or (clause.rstrip().endswith((",", "(")) and not after.strip(" )."))
