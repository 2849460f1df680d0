"""Subjects that machines write: failed deliveries, absences, receipts, challenges; in Russian and English mostly.

Only the beginning of a subject counts. People write about such letters too («Не приходит автоответ», «Не удалось
доставить приглашение»), so there are two sorts of phrases: those that programs alone write, and those that must be
the whole subject or be followed by the colon, date or dash that programs put there.
"""

import re
from collections.abc import Iterator

from parsers.mail import Mark, MarkKind, ParsedMail

_LONGEST = 300
_MOST_PREFIXES = 8

# «12.08», «12.08.2026», «12 августа», «12 августа 2026 г.», «12»
_DAY = (
    r"\d{1,2}(?:[./]\d{1,2}(?:[./]\d{2,4})?"
    r"|\s(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]{0,6}(?:\s\d{4})?)?(?:\s?г(?:ода|\.))?"
)
# «с 1 по 14 августа», «до 14.08», «по 14 августа»
_SPAN = rf"(?:\s(?:с|c|до|по)\s{_DAY}){{1,2}}|\s{_DAY}\s?[-–—]\s?{_DAY}|\s(?:до|по)\s\S{{5,12}}\s{_DAY}"
# what programs put behind their phrase: nothing at all, a colon, a stop, a bracket, or the letter that they answer
_END = rf"(?:{_SPAN})?\s*(?:$|[:：.!\[(«\"]|[-–—|,]\s?(?:re|fw|ответ)\b)"

_BOUNCES = (
    # Postfix, CommuniGate, IMail, Exchange, MS IIS, Verizon, X.400: «Undelivered Mail Returned to Sender»
    r"undeliver(?:ed|able)\s?(?:mail|message|e-?mail|to\b|smtp|$|[:,.])",
    # Exim, Sendmail, Yahoo, qmail: «Mail delivery failed: returning message to sender», «failure notice»
    r"(?:e-?mail|mail|message) delivery (?:failed|failure|delayed|(?:sub)?system)\b",
    r"(?:e-?mail|mail|message) delivery (?:error|problem|status)\s?(?:$|[:(])",
    r"delayed mail\b",
    r"(?:warning: )?message \S{6,40} delayed \d",
    r"failure notice\s*(?:$|[:(\[])",
    r"failure delivery\b",
    r"returned (?:mail|e-?mail|message)\s?(?:$|[:,-])",
    r"(?:\*+ ?)?warning: (?:could not send (?:message|mail)|message still undelivered|e-?mail (?:still )?undeliver)",
    r"mail system error\b",
    # Exchange, Gmail, OpenSMTPD, McAfee: «Delivery Status Notification (Failure)»
    r"delivery (?:status )?notification\s?(?:$|[:(\[])",
    r"delivery (?:failure|failed|delayed|error|report|status|problem)\s?(?:notification|report|notice)?\s?(?:$|[:(\[])",
    # «Nondeliverable mail», «Non-delivery notification», «NON-DELIVERY of: …»
    r"non[- ]?deliver(?:y|able|ed)\b",
    r"not delivered:",
    r"notice: mail delivery",
    r"message (?:status -|rejected|bounced|undeliverable|blocked|not delivered)\s?(?:$|[:(]|undeliver)",
    r"(?:permanent|transient|temporary) delivery (?:failure|problem|error)",
    # Barracuda, Mimecast, Symantec: «**Message you sent blocked by our bulk email filter**»
    r"(?:\*+ ?)?message you sent blocked\b",
    r"\[?postmaster\]? (?:e-?mail delivery|message delivery|undeliver|delivery)",
    r"unable to deliver (?:your )?(?:mail|message|e-?mail)\s?(?:$|[:.])",
    r"(?:your )?(?:e-?mail|mail|message) (?:could|can) ?not be delivered\s?(?:$|[:.])",
    r"could not deliver (?:your )?(?:mail|message)\b",
    r"the (?:following )?(?:address(?:es)?|recipients?) (?:had|could)\b",
    r"there was an error sending your mail",
    r"(?:e-?mail )?bounce (?:notification|message|report)\s?(?:$|:)",
    r"automatically rejected mail",
    # Sendmail, James, Facebook, SurfControl, mail gates: «Postmaster notify: …», «[BOUNCE]», «failed delivery»
    r"postmaster notify:|\[bounce\]|failed (?:delivery|mail)\s?(?:$|[:(])|mail failed, returning to sender",
    r"(?:sorry, )?(?:your )?(?:mail|message|e-?mail) (?:delivery has failed|(?:could|can) ?not be (?:delivered|sent))",
    r"mail returned(?: to sender)?\s?(?:$|[:(])|user unknown:|blocked message \(|(?:mail|message) returned to sender",
    r"unzustellbar(?:e|:|keit)|mail[- ]?zustellung fehl|non remis\b|échec de (?:la )?remise"
    r"|no se puede entregar:",
    r"non recapitabile:",
    r"配信不能|配信に失敗|メール(?:送信)?エラー|配信できま|メール(?:の)?不達|送信エラー|无法投递|退信",
    # Yandex: «Недоставленное сообщение»; Mail.ru: «Ваше сообщение не доставлено. Mail failure.»
    r"недоставленн(?:ое|ая) (?:сообщение|письмо|почта)\s*(?:$|[:.(])",
    r"ваше (?:сообщение|письмо) не (?:было |может быть )?доставлено\s*(?:$|[:.!(])",
    r"(?:сообщение|письмо|почта) не (?:было |была |может быть )?доставлен[оа]\s*(?:$|[:.(]\s*(?:$|mail|re))",
    # Exchange and Outlook in Russian: «Не удалось доставить: тема», «Недоставлено: тема»
    r"не (?:удалось|удаётся|удается) доставить\s*(?:$|:)",
    r"не удалось доставить (?:ваше )?(?:сообщение|письмо)\s*(?:$|[:.])",
    r"(?:недоставлено|не доставлено|невозможно доставить|недоставка)\s*(?:$|:)",
    r"(?:уведомление|отч[её]т|извещение) о (?:недоставке|невозможности доставки|статусе доставки|состоянии доставки"
    r"|(?:не)?доставке)\s*(?:$|[:.(])",
    r"(?:ошибка|сбой) (?:при )?доставк[еи] (?:почты|письма|сообщения)\s*(?:$|[:.(])",
    r"доставка (?:письма |сообщения )?(?:отложена|задержана|не удалась)\s*(?:$|[:.(])",
    r"хат жеткізілмеді",
)
_COMPLAINTS = (
    # Hotmail: «complaint about message from 192.0.2.1»; AOL: «Email Feedback Report for IP …»; ARF
    r"complaint about message from\b",
    r"(?:e-?mail )?(?:feedback|abuse|complaint) report\s?(?:$|for\b|:|\()",
    r"client tos notification\b|[\w ]{1,30} abuse report\s?(?:$|:)",
    r"spam (?:complaint|report|feedback) (?:for|from) \S{0,60}[@.]\S",
    # RFC 7489, 7.2.1.1 and RFC 8460, 5.3: «Report Domain: x Submitter: y Report-ID: z»
    r"report domain:\s?\S{1,255}\s+submitter:",
)
_RECEIPTS = (
    # Outlook and Exchange: «Read: …», «Прочитано: …», «Not read: …»; Thunderbird: «Return Receipt (displayed) - …»
    r"(?:not read|read|deleted|displayed|delivered|relayed|expanded|gelesen|lu|leído):",
    r"(?:return|read|delivery) receipt\s?(?:$|[:(\[-])",
    r"disposition notification\b",
    r"(?:не прочитано|непрочитано|прочитано|прочтено|доставлено|удалено без прочтения|просмотрено)\s?:",
    r"(?:уведомление|отч[её]т|подтверждение) о (?:прочтении|прочитывании)\s*(?:$"
    r"|[:(«\"]|[-–—]\s)",
    r"оқылды\s?:",
)
_ABSENCES = (
    # Exchange, Outlook, Gmail: «Automatic reply: …», «Out of Office AutoReply: …», «Auto: …»
    rf"auto(?:mat(?:ic|ed|isch[er]*))?[-_ ]?(?:reply|response|responder|answer)(?: from\b|{_END})",
    r"auto(?:-?re|-?reply)?\s?:",
    r"auto-generated response\b",
    rf"out of (?:the )?office(?: auto[- ]?reply| (?:reply|response|message|notification|notice|alert"
    rf"|until\b.{{0,40}}))?{_END}",
    rf"out[- ]of[- ]office{_END}",
    r"ooo\s?(?:$|:|-\s)",
    rf"(?:i am |i'm )?(?:currently )?(?:out of (?:the )?office(?: until\b.{{0,40}})?"
    rf"|away from (?:the |my )?(?:office|mail|e-?mail|desk)"
    rf"|on (?:vacation|annual leave|maternity leave|parental leave)){_END}",
    rf"(?:vacation|holiday|absence|away) (?:reply|response|message|notice|notification|auto[- ]?reply){_END}",
    r"abwesenheits(?:notiz|benachrichtigung|nachricht)|automatische antwort|réponse automatique|respuesta automática"
    r"|risposta automatica|autosvar|automatiskt svar|odpowiedź automatyczna|automatisch antwoord|自動応答|自动回复",
    r"автоматична відповідь|автоматтық жауап|автоматты жауап",
    # Gmail, Exchange, Yandex, Mail.ru in Russian: «Автоответ: …», «Автоматический ответ: …»
    rf"авто(?:матический )?[- ]?ответ(?:чик)?(?: на (?:ваше |сообщение|письмо\b)[^?]{{0,200}}$|{_END})",
    rf"автоматическ(?:ое|ий) (?:уведомление|сообщение|подтверждение)(?: (?:о получении|об отсутствии"
    rf"|о при[её]ме)\b|{_END})",
    r"авто\s?:",
    rf"(?:я )?(?:сейчас |временно )?не на рабочем месте{_END}",
    rf"(?:меня )?(?:сейчас |временно )?нет (?:на (?:рабочем )?месте|в офисе){_END}",
    rf"(?:я )?(?:временно |буду )?отсутствую(?: (?:на (?:рабочем )?месте|на работе|в офисе))?{_END}",
    rf"временно отсутству(?:ет|ю)(?: на (?:рабочем )?месте| на работе| в офисе)?{_END}",
    rf"(?:я |сотрудник )?(?:сейчас |временно )?вне офиса{_END}",
    rf"(?:я |сейчас |временно )*(?:нахожусь )?в (?:ежегодном |очередном |трудовом |декретном )?отпуск[еу]{_END}",
    rf"(?:сообщение )?(?:об )?отсутстви(?:е|и) на (?:рабочем месте|работе){_END}",
    r"(?:сообщение|уведомление) об отсутствии\s*(?:$|:)",
    rf"демалыста(?:мын)?{_END}",
)
_CHALLENGES = (
    # TMDA, Boxbe, SpamArrest, Earthlink, Mail.ru's and Yandex' captchas of the past
    r"please confirm (?:your (?:message|e-?mail|mail)|(?:that )?you(?:'re| are) (?:not a (?:robot|spammer)"
    r"|human|a real))",
    r"(?:message|mail|e-?mail) (?:verification|confirmation) (?:required|request|needed)\b",
    r"(?:sender|human) (?:address )?verification\b",
    r"(?:.{0,100} )?\(verification\)$",
    r"(?:.{0,100} )?(?:spam ?arrest|boxbe)\b",
    r"your (?:mail|message|e-?mail) (?:to \S{3,100} )?(?:requires|needs) (?:confirmation|verification|approval)",
    r"(?:action|confirmation) required to deliver\b",
    r"one-time (?:sender )?verification\b",
    r"подтвердите,? (?:пожалуйста,? )?что (?:вы|это|вы\W) не (?:робот|спам)",
    r"подтвердите,? (?:пожалуйста,? )?(?:отправку|доставку) (?:вашего )?(?:письма|сообщения)",
    r"подтверждение (?:отправителя|доставки письма)\s*(?:$|[:.])|проверка отправителя\s*(?:$|:)",
)
_LISTS = (
    # Mailman: «Your message to Users awaits moderator approval», «confirm 4d3f…»; Majordomo: «Confirmation for …»
    r"your message to \S{1,100} awaits moderator approval",
    r"confirm [0-9a-f]{20,}",
    r"confirmation for (?:subscribe|unsubscribe)\b",
    r"the results of your e-?mail commands",
    # fml: «You ivan@example.jp are not member (users ML)», «Loop Alert: Duplicated Message-ID (users ML)»
    r"you \S{1,100} are not member \(|loop alert:|request \S{1,60} rejected",
    r"\d{1,5} .{1,80} moderator request\(s\) waiting",
)
_NOTICES = (
    r"cron <[^>]{1,100}>",  # Cron <root@host> run-parts /etc/cron.daily
    # other help desks: Chatwoot's agents, GLPI, Zendesk
    r"(?:[\w .-]{1,60}, )?(?:a new conversation|new message in (?:your )?(?:assigned )?conversation"
    r"|you have been mentioned in conversation)\W{1,3}id - \d",
    r"\[(?:request received|ticket created|автоответ|auto[- ]?reply)\]",
    r"ваш[аеи]? (?:обращение|заявка|запрос|письмо|сообщение|тикет)(?: (?:№|#)? ?[\w-]{0,6}\d\S{0,15})?"
    r" (?:было )?(?:успешно )?(?:принят|зарегистрирован|получен|создан)[ао]?\s*(?:$|[.!:(])",
    r"(?:мы получили ваш[еу]? (?:письмо|обращение|запрос|заявку|сообщение)"
    r"|спасибо за (?:ваше )?обращение)\s*(?:$|[.!:(])",
    r"your (?:request|ticket|message|case|e-?mail|inquiry)(?: #?\S{0,6}\d\S{0,15})?"
    r" (?:has been|was) (?:received|created|registered)",
    r"(?:we have|we've) received your (?:request|ticket|message|e-?mail|inquiry)|thank you for contacting\b",
    r"(?:ticket|request|case) #?\d\S{0,20} (?:has been )?(?:received|created|opened|registered)",
)

_KINDS = (
    (MarkKind.OUT_OF_OFFICE, _ABSENCES),
    (MarkKind.BOUNCE, _BOUNCES),
    (MarkKind.REPORT, _COMPLAINTS + _RECEIPTS),
    (MarkKind.CHALLENGE, _CHALLENGES),
    (MarkKind.LIST, _LISTS),
    (MarkKind.AUTOMATIC, _NOTICES),
)
_PATTERNS = tuple((kind, re.compile("|".join(phrases), re.I)) for kind, phrases in _KINDS)

# «Re:», «Re[2]:», «Ответ:», «HA:» (what Outlook in Russian writes), «Fwd:», «[SPAM]», «***SPAM***», «{Spam?}»
_PREFIX = re.compile(
    r"(?P<forward>(?:fwd?|fw|wg|tr|пересл|перенапр|пер)(?:\[\d{1,3}\])?\s?[:：])"
    r"|(?P<answer>(?:re|aw|sv|antw|ref|ha|на|hа|нa|ответ|отв|қайта)(?:\s?\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：])"
    r"|\[[^\]]{1,30}\]|\{[^}]{1,20}\}|\*{2,5}[^*]{1,20}\*{2,5}",
    re.I,
)
# > quoted;  ----- Forwarded message -----;  ---------- Пересылаемое сообщение;  From: …;  От: …
_QUOTE = re.compile(
    r"^\s*(?:>|-{3,}|_{5,}|\*{0,2}(?:from|от|from|кімнен)\*{0,2}\s?:|begin forwarded|пересылаемое)", re.I
)
_ATTRIBUTION = re.compile(r"^.{5,200}(?:wrote|пишет|писал\(?а?\)?|написала?|жазды):?\s*$", re.I | re.M)


def mark_of_subject(mail: ParsedMail) -> Iterator[Mark]:
    """What the subject tells; at most one mark.

    Behind «Re:» it tells nothing where the letter quotes (a person answers a machine's letter), behind «Fwd:» nothing
    where the forwarded text does not begin at once (a person has something to say about it).
    """
    subject = " ".join(mail.subject[:_LONGEST].split())
    for start, prefix in _beginnings(subject):
        for kind, pattern in _PATTERNS:
            if pattern.match(subject, start):
                if not _is_persons(kind, prefix, mail.text):
                    yield Mark(
                        kind=kind, evidence=f"Subject: {subject}"[:120], source="subjects of machines", by_words=True
                    )
                return


def _beginnings(subject: str) -> Iterator[tuple[int, str]]:
    """Where the subject may begin, at once and behind each prefix, with the last telling prefix before."""
    position, telling = 0, ""
    yield position, telling
    for _ in range(_MOST_PREFIXES):
        match = _PREFIX.match(subject, position)
        if match is None:
            return
        telling = match.lastgroup or telling
        position = match.end()
        while position < len(subject) and subject[position] == " ":
            position += 1
        yield position, telling


def _is_persons(kind: MarkKind, prefix: str, text: str) -> bool:
    """Whether a person stands behind «Re:» or «Fwd:» of a machine's subject; a notice is answered by people alone."""
    if not prefix:
        return False
    if kind is MarkKind.AUTOMATIC:
        return True
    lines = [line for line in text[:4000].splitlines() if line.strip()]
    if prefix == "forward":
        return bool(lines) and not _QUOTE.match(lines[0])
    return any(_QUOTE.match(line) for line in lines[1:]) or bool(lines and _ATTRIBUTION.search(text[:4000]))
