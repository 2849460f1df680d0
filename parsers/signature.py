"""Signatures: what stands under a letter by itself, and not because its author wrote it for this letter.

A hand-written sign-off («С уважением, Айгерим») is no signature; a block of telephone, site and position is.
"""

import re
from collections.abc import Sequence

from parsers.disclaimer import is_disclaimer

MAX_BLOCK_LINES = 14
"""A block of contacts with more lines than this is a text about something."""
MAX_PARAGRAPH_LINES = 60
"""Lines of a paragraph that may still be a disclaimer."""
MAX_DELIMITED_LINES = 40
"""Lines under «-- »: more than this is no signature."""

# "-- " (RFC 3676, 4.3) | "--" | "---"; also the mark of a mail tracker alone in its line
_DELIMITER = re.compile(r"\s{0,8}(?:-{2,3}|—{2}|–{2}|ᐧ|_{2,3})\s*$")
# ________________________________ | ***** | ~~~~~
_RULE = re.compile(r"\s{0,8}(?:[-_=*#~+—–.]{2,}\s*){1,3}$|\s{0,8}[—–]\s*$")

_DEVICES = (
    r"iphone|ipad|ipod|айфон\w*|айпад\w*|android|андроид\w*|samsung|galaxy|xiaomi|redmi|huawei|honor|realme"
    r"|oppo|vivo|pixel"
    r"|blackberry|nokia|htc|sony|xperia|motorola|oneplus|windows|outlook|yahoo|gmail|mail\.?ru|почт\w+"
    r"|яндекс\S*|yandex\S*"
    r"|mobile\w*|phone|handy|mobil\w*|smartphone|смартфон\w*|телефон\w*|tablet|планшет\w*|device|gerät|mailbox"
    r"|airmail"
    r"|sparrow|spark|nine|acompli|typeapp|mailbird|proton\w*|bluemail|blue|mymail|k-9|thunderbird|superhuman"
    r"|polymail|verizon"
    r"|t-mobile|at&t|lg|mac|apple|app|application|приложени\w+|电话|手机|ios|aqua|zoho|tuta\w*|fairemail|mailspring"
    r"|edison|newton"
)
_SENT = (
    r"sent\s(?:from|via|with|using|by)|get\soutlook|posted\s(?:from|via)|from\smy|from\smobile"
    r"|envoyé\s(?:depuis|de|avec|à)"
    r"|von\smeinem|gesendet\s(?:von|mit|über)|diese\snachricht\swurde|enviado\s(?:desde|do|de|a\spartir|via|com|pelo)"
    r"|inviato\s(?:da|dal|con|tramite)|verzonden\s(?:vanaf|via|met|vanuit)|verstuurd\s(?:vanaf|met|via)"
    r"|wysłan[eoay]\s(?:z|za)"
    r"|skickat\sfrån|sendt\sfra|lähetetty|odesláno\sz|poslano\ss?a?|odoslané\sz|trimis\s(?:de|din)|gönderildi"
    r"|στάλθηκε"
    r"|отправлено\s(?:с|из|от|через|при|со)|послано\s(?:с|из)|отправлен[оа]?|написано\sс|надіслано\s(?:з|із|через)"
    r"|(?:менің\s)?\S{1,20}\s(?:құрылғысынан|телефонымнан)|жіберілді|жіберілген|скачать\sпочту"
    r"|с\sуважением\sмой\sайфон"
)
# Sent from my iPhone | Отправлено из мобильной Почты Mail.ru | Get Outlook for iOS<https://…> | 发自我的 iPad
_MOBILE = re.compile(
    rf"[\W_]{{0,6}}(?:(?:{_SENT})\b.{{0,60}}?(?<!\w)(?:{_DEVICES})(?!\w)(?P<rest>.{{0,60}}?)"
    rf"|sent from my(?:\s[\w-]+){{1,3}}"
    r"|(?:发自|從|从|来自).{0,24}|\S{0,20}\s?(?:iPhone|iPad|スマホ|携帯)から送信.{0,12}|나의.{0,20}에서 보냄.{0,6}"
    r"|(?:менің\s)?iphone\S{0,8}\sжіберілді|iphone(?:'|’)?\w{0,6}\sgönderildi|\S{1,24}\sfrom\smobile"
    r"|sent\sby\s[\w\s]{2,30}|envoyé.{0,30}orange)[\W_]*(?:https?://\S*[\W_]*)?$",
    re.IGNORECASE,
)
_LINK_TAIL = re.compile(r"\s*[<(\[]+(?:https?://|mailto:)[^\s>)\]]{1,300}[>)\]]+")

# -Abhishek | - Roman | —Lev.
_DASHED_NAME = re.compile(
    r"\s{0,3}(?:[-–—]{1,2}[^\W\d_][\w'’]{1,20}"
    r"|[-–—]{1,2}\s[^\W\d_a-zа-яё][\w'’]{1,20})(?:\s[^\W\d_a-zа-яё][\w'’.]{0,20}){0,2}[.!]?\s*$"
)

# +7 701 123 45 67 | тел.: 8 (727) 123-45-67, вн. 12 | Mobile: +49 …
_FIGURES = re.compile(r"\+?\d[\d ()\-–./\u00a0]{7,24}\d")
_LABELS = frozenset(
    (
        *("тел", "телефон", "телефоны", "моб", "мобильный", "сот", "сотовый", "раб", "рабочий", "факс", "контактный"),
        *("городской", "вн", "доб", "внутр", "т", "м", "ф", "ұялы", "и", "номер", "для", "связи", "только", "вайбер"),
        *("ватсап", "вотсап", "телеграм", "tel", "telephone", "phone", "mob", "mobile", "mobil", "cell", "fax"),
        *("office", "direct", "ext", "int", "t", "m", "p", "f", "c", "d", "wa", "whatsapp", "whats", "app", "telegram"),
        *("viber", "tg", "tél", "téléphone", "telefon", "teléfono", "móvil"),
    )
)
_LETTERS = re.compile(r"[^\W\d_]+")

# www.site.kz | https://site.kz | e-mail: a@b.kz | Skype: name | @pandaland
_SITE = re.compile(
    r"[*|•]?\s{0,3}(?:(?:e-?mail|mail|почта|эл\. ?почта|сайт|web|www|site|website|skype|telegram|tg|instagram"
    r"|linkedin|twitter|url)\s?[:.]\s?)?"
    r"(?:https?://\S{3,120}|www\.\S{3,80}|[\w.+\-]{1,64}@[\w\-.]{3,80}"
    r"|[\w\-]{2,40}(?:\.[\w\-]{2,40}){0,2}\.(?:kz|ru|com|org|net|by|uz|kg|ua|de|eu|io)/?"
    r"|(?<=:\s)@?[\w.]{3,40})(?:\s?[|,;<(]\s?\S{1,120})?\s*$",
    re.IGNORECASE,
)
# Менеджер отдела продаж | Главный бухгалтер, ТОО «Ромашка» | CEO at Pandaland
_POSITION = re.compile(
    r"\b(?:директор\w*|менеджер\w*|бухгалтер\w*|специалист\w*|руководител\w+|начальник\w*|юрист\w*|методист\w*"
    r"|инженер\w*|секретар\w+|ассистент\w*"
    r"|администратор\w*|координатор\w*|преподавател\w+|заведующ\w+|зам\.?\s|заместител\w+|председател\w+"
    r"|маркетолог\w*|тренер\w*|эксперт\w*|консультант\w*"
    r"|аналитик\w*|разработчик\w*|экономист\w*|логист\w*|психолог\w*|основател\w+|соучредител\w+|отдел\w*"
    r"|департамент\w*|управлени\w+|кафедр\w+|факультет\w*"
    r"|маман\w*|басшы\w*|меңгеруш\w+|бөлім\w*|есепші\w*|ceo|cto|cfo|coo|founder|manager|director|engineer"
    r"|developer|president|officer|head of|"
    r"consultant|assistant|specialist|partner|department|sales|marketing|hr|lead|geschäftsführer|leiter)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"(?:^|[\s«\"(|,*])(?:ТОО|ИП|АО|ООО|ОАО|ЗАО|ПАО|ЖШС|АҚ|ЧУ|КГУ|КГКП|ГКП|РГП|НАО|LLP|LLC|Ltd\.?|Inc\.?|GmbH"
    r"|Corp\.?|Компания|Company|Университет|Академия|Школа|Колледж)(?:[\s»\".,|*]|$)"
)
_PLACE_AT_START = re.compile(
    r"^[\s*|]*(?:\d{5,6},?\s|адрес\s?:|г\.\s?[А-ЯA-ZӘІҢҒҮҰҚӨҺ]|город\s[А-Я]|(?:РК|Казахстан"
    r"|Республика Казахстан|Россия|Kazakhstan)[,\s]|ул\.\s|пр(?:-т|\.)\s|(?:Алматы|Астана|Шымкент|Almaty|Astana)\b)",
)
_SIGNOFF = re.compile(
    r"[\s*\-–—]*(?:с\s(?:глубоким\s|большим\s|искренним\s|наилучшими\s|добрыми\s|теплом)?\s?(?:уважением"
    r"|пожеланиями|почтением|признательностью|благодарностью)?|заранее\s(?:спасибо|благодар\w+)"
    r"|спасибо|благодарю|искренне\sваш\w*|всего\s(?:доброго|хорошего)|хорошего\sдня|құрметпен|ізгі\sниетпен"
    r"|рахмет|з\sповагою|дякую"
    r"|(?:best|kind|warm|many)\s(?:regards|wishes|thanks)|regards|sincerely(?:\syours)?|yours\s\w+|cheers"
    r"|thanks(?:\sagain)?|thank\syou|best|rgds|br"
    r"|mit\sfreundlichen\sgrüßen|viele\sgrüße|liebe\sgrüße|gruß|cordialement|bien\sà\svous|saludos"
    r"|cordiali\ssaluti|atenciosamente|met\svriendelijke\sgroet\w*|pozdrawiam)"
    r"[\s,.!*]*(?P<name>.{0,60})$",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"[?]|аккаунт|акк\.|лицевой|л/с|\bлс\b|\bid\b|кабинет|счет|счёт|договор|бин|иин|заявк|просьб|прош[уа]"
    r"|пожалуйста|account|invoice|please|комнат|ссылк",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"[\s*/]*[^\W\d_a-zа-яёәіңғүұқөһ][\w'’\-]{0,24}\.?(?:\s?[^\W\d_a-zа-яёәіңғүұқөһ][\w'’\-]{0,24}\.?){0,3}[\s,.!*]*$"
)


def is_delimiter(line: str) -> bool:
    """Whether a line is the mark above a signature: «-- », «--», «---»."""
    return bool(_DELIMITER.match(line))


def is_rule(line: str) -> bool:
    """Whether a line holds nothing but a drawn rule."""
    return len(line) <= 200 and bool(_RULE.match(line))


def is_sent_from(line: str) -> bool:
    """Whether a line is what a telephone or a mail program puts under a letter («Отправлено с iPhone»).

    «Sent from my desk, is much easier then my mobile phone.» is somebody's words.
    """
    if not 6 <= len(line) <= 400:
        return False
    short = _LINK_TAIL.sub("", line)
    if len(short) > 100:
        return False
    found = _MOBILE.match(short)
    return found is not None and "," not in short.rstrip(" ,.") and len(short.split()) <= 11


def find_signature(lines: Sequence[str]) -> int:
    """The index at which the signature of a piece of new words begins; its length if there is none.

    The piece holds no quotes. What stands below the index goes to the signature altogether.
    """
    end = _last_filled(lines, len(lines))
    start = end
    for _ in range(MAX_DELIMITED_LINES):
        before = start
        start = _strip_disclaimer(lines, start)
        start = _strip_footer_line(lines, start)
        start = _strip_contacts(lines, start)
        if start >= before:
            break
    start = _strip_delimited(lines, start)
    return len(lines) if start == end else start


def _last_filled(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _strip_delimited(lines: Sequence[str], end: int) -> int:
    """The first delimiter that has only a signature's length below it, and no question but under «-- » itself."""
    filled, asked = 0, False
    best = end
    for index in range(end - 1, -1, -1):
        line = lines[index]
        if not line.strip():
            continue
        marks = is_delimiter(line) and (not asked or line == "-- ")
        if marks or (is_rule(line) and best == _next_filled(lines, index, end)):
            best = index
        asked = asked or line.rstrip(' )!"»').endswith("?")
        filled += 1
        if filled > MAX_DELIMITED_LINES:
            break
    return best


def _next_filled(lines: Sequence[str], index: int, end: int) -> int:
    index += 1
    while index < end and not lines[index].strip():
        index += 1
    return index


def _strip_footer_line(lines: Sequence[str], end: int) -> int:
    """Takes off a last line that is a rule, a program's line, or a name behind a dash."""
    end = _last_filled(lines, end)
    if not end:
        return end
    last = lines[end - 1]
    if is_rule(last) or is_delimiter(last) or is_sent_from(last):
        return end - 1
    before = _last_filled(lines, end - 1)
    if _DASHED_NAME.match(last) and before and not lines[before - 1].lstrip().startswith(("-", "–", "—", "*", "•")):
        return end - 1
    return end


def _strip_disclaimer(lines: Sequence[str], end: int) -> int:
    """Takes off last paragraphs that are disclaimers."""
    end = _last_filled(lines, end)
    start = end
    while start and end - start <= MAX_PARAGRAPH_LINES and lines[start - 1].strip():
        start -= 1
    if start == end or end - start > MAX_PARAGRAPH_LINES or not is_disclaimer(" ".join(lines[start:end])):
        return end
    return _last_filled(lines, start)


def _strip_contacts(lines: Sequence[str], end: int) -> int:
    """Takes off a block of contacts under a sign-off or a name; the sign-off and the name stay."""
    end = _last_filled(lines, end)
    start = end
    weights: list[int] = []
    for index in range(end - 1, max(-1, end - 2 * MAX_BLOCK_LINES), -1):
        line = lines[index].strip()
        if not line:
            continue
        weight = _contact_weight(line)
        if weight is None:
            return _below_the_name(lines, index, range(start, end), sum(weights)) if weights else end
        weights.append(weight)
        start = index
        if len(weights) > MAX_BLOCK_LINES:
            break
    return end


def _below_the_name(lines: Sequence[str], above: int, block: range, strength: int) -> int:
    """Where the contacts of ``block`` are cut off, given the line above them; its end if nowhere."""
    start, end = block.start, block.stop
    line = lines[above].strip()
    if line.endswith(":"):  # «Реквизиты:» asks for what stands below it to be read
        return end
    signed = _SIGNOFF.match(line)
    if signed is None:
        # «Белый экран» above a link is no name: a name has two words, and a telephone or a position below it.
        named = len(line) <= 60 and _NAME.match(line) and len(line.split()) >= 2
        return start if (named and strength >= 2) or strength >= 6 else end
    first = lines[start].strip()
    if not signed["name"].strip() and start == above + 1 and not (_is_telephone(first) or _SITE.match(first)):
        # «С уважением,» | «бухгалтер Роза»: the line is the name, whatever else it says
        start, strength = _next_filled(lines, start, end), strength - 2
    return start if strength >= 1 else end


def _is_telephone(line: str) -> bool:
    """Whether a line holds a telephone number and nothing but labels and further numbers beside it."""
    found = _FIGURES.search(line)
    if found is None or not 9 <= sum(sign.isdigit() for sign in found[0]) <= 15:
        return False
    return all(word.lower() in _LABELS for word in _LETTERS.findall(line))


def _contact_weight(line: str) -> int | None:
    """How strongly a line speaks of a contact block: 2 a telephone, an address, a position; 0 fits; None does not."""
    if len(line) > 140:
        return None
    if _SITE.match(line):
        return 0 if "/" in line.partition("://")[2].rstrip("/") else 1
    if _REQUEST.search(line):
        return None
    if _is_telephone(line):
        return 2
    if (
        len(line.split()) <= 10
        and line[-1] not in ".!?:"
        and any(pattern.search(line) for pattern in (_COMPANY, _POSITION, _PLACE_AT_START))
    ):
        return 2
    return 0 if is_rule(line) or is_sent_from(line) else None


def is_boilerplate(lines: Sequence[str]) -> bool:
    """Whether lines hold nothing but programs' lines, rules and disclaimers, which are nobody's words."""
    filled = [line for line in lines if line.strip()]
    if len(filled) > MAX_PARAGRAPH_LINES:
        return False
    return all(is_sent_from(line) or is_rule(line) or is_delimiter(line) for line in filled) or is_disclaimer(
        " ".join(filled)
    )
