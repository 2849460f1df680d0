"""Subjects that machines write: failed deliveries, absences, receipts, challenges, in Russian and English.

Only the beginning counts, behind «Re:», «Ответ:» and the like; people write about such letters too («Не приходит
автоответ»), so a phrase is here only where it is a program's own, and much of it must stand as the whole subject.
"""

import re
from collections.abc import Iterator

from parsers.mail import Mark, MarkKind, ParsedMail

# Re: Re[2]: Ответ: HA: Fwd: [SPAM] {Spam?} ***SPAM***
_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|sv|vs|antw|ref|ha|на|ответ|отв|нa|fwd?|fw|пересл|перенапр|пер)(?:\s?\[\d+\]|\(\d+\))?\s?[:：]"
    r"|\[[^\]]{1,30}\]|\{[^}]{1,20}\}|\*{2,5}[^*]{1,20}\*{2,5})",
    re.I,
)
_ANSWERED = re.compile(r"\s*(?:re|ответ|отв|ha|на|нa|aw|fwd?|fw|пересл)(?:\s?\[\d+\]|\(\d+\))?\s?[:：]", re.I)
_MOST_PREFIXES = 8

_BOUNCE = re.compile(
    r"undeliver(?:ed|able)\b|(?:your )?(?:e-?mail|mail|message) (?:you sent )?(?:could not be|was not|not|has not been|cannot be|can't be) "
    r"(?:delivered|sent)|delivery (?:status )?notification\b|delivery (?:has )?(?:failed|failure|failures|delayed|error|report|problem|attempt|unsuccessful|status)"
    r"|returned (?:mail|to sender|e-?mail|message)|return(?:ed)? (?:mail|email):|failure notice|mail (?:delivery )?(?:failed|failure|error|system error|delayed|problem)|mail status report"
    r"|(?:message|mail|email|e-mail) (?:delivery )?(?:failed|failure|delayed|undeliverable|bounced?|rejected|quarantined)\b|non[- ]?deliver(?:y|able)|nondeliver(?:y|able)"
    r"|warning: (?:could not send|message [\w-]+ delayed|message still undelivered|e-?mail|delivery)|\*{0,3}\s*warning: could not send|transient delivery failure"
    r"|unable to deliver|could(?: ?not|n't) (?:deliver|send)|cannot (?:send|deliver)|can't send|unzustellbar|unzustellbarkeit"
    r"|mail could not be delivered|the following addresses had|user unknown|unknown user|mailbox (?:full|unavailable|unknown|over quota)|recipient unknown"
    r"|message you sent blocked|message (?:could|can)(?: ?not|n't) be|message from mail delivery|mail delivery (?:system|subsystem|status)|delivery to the following|undelivered|permanent delivery|dsn\b"
    r"|\[?(?:postmaster|mailer-daemon)\]?\b.{0,20}(?:fail|undeliver|error)|e-?mail abuse report|abuse report\b|complaint about message from|"
    r"spam (?:feedback|complaint)|feedback report|email feedback report"
    r"|недоставлен\w{2,3} сообщени|недоставленное|(?:ваше )?(?:сообщение|письмо) не (?:было )?доставлено|не удалось доставить|не доставлено(?::|$)"
    r"|(?:сообщение|письмо) не может быть доставлено|невозможно доставить|невозможность доставки|ошибка доставки|сбой доставки|уведомление о (?:недоставке|доставке|невозможности доставки|статусе доставки)"
    r"|отч[её]т о (?:недоставке|доставке)|возврат (?:письма|сообщения|почты):|возвращ[её]нн(?:ое|ая) (?:письмо|почта)|доставка (?:отложена|не удалась|задерживается|задержана)"
    r"|недоставка|почта не доставлена|жеткізілмеді",
    re.I,
)
_OUT_OF_OFFICE = re.compile(
    r"auto(?:mat(?:ic|ed))?[- ]?(?:reply|respon[sd]e?r?|answer|response)\b|auto\s?:|auto (?:re|reply|response)\b|autoreply|autorespon|out[- ]of[- ](?:the[- ])?office|ooo\b\s?[:\-]"
    r"|out of (?:the )?office|away from (?:the |my )?(?:office|mail|desk|keyboard)|i(?:'| a)m (?:away|on (?:vacation|holiday|leave)|out of)|on (?:vacation|annual leave|holiday|maternity leave)\b|vacation (?:reply|message|notice|response)"
    r"|absence notice|abwesenheit|automatische antwort|réponse automatique|respuesta automática|risposta automatica|automatiserat svar"
    r"|авто(?:матический |матич\. )?-?ответ(?:чик)?\s*(?::|$|[-–—(«\"]|на (?:письмо|ваше|сообщение))|автоматическ(?:ий|ое) (?:ответ|уведомление|сообщение|подтверждение|письмо)\s*(?::|$|[-–—(«\"]|на |о |об )"
    r"|авто\s?:|(?:я )?не на рабочем месте|нет на (?:рабочем )?месте|(?:я )?отсутствую\b|(?:временно )?отсутствует на (?:рабочем )?месте|вне офиса|(?:я )?(?:нахожусь |сейчас )?в (?:ежегодном |очередном |декретном |трудовом )?отпуске\b(?!\s*(?:у|ли|не|наш|менеджер))"
    r"|автоматты жауап|демалыстамын",
    re.I,
)
_RECEIPT = re.compile(
    r"(?:read|not read|deleted|displayed|opened|delivered|read receipt|return receipt(?: \(displayed\))?|leesbevestiging|gelesen)\s?:|return receipt\b|read receipt\b|disposition notification"
    r"|(?:прочитано|прочтено|не прочитано|удалено|доставлено|получено|просмотрено)\s?:|(?:уведомление|отч[её]т|подтверждение) о (?:прочтении|прочитывании|получении)\s*(?::|$|[-–—(«\"])|оқылды\s?:",
    re.I,
)
_CHALLENGE = re.compile(
    r"please confirm (?:your (?:message|email|mail|e-mail)|you are|that you)|confirm(?:ation)? (?:required|needed)\b.{0,40}(?:message|mail|delivery)|verification required|\[?challenge\b|your (?:mail|message|email) (?:requires|needs) (?:confirmation|verification)"
    r"|(?:one more step|action required).{0,20}deliver|spamarrest|spam arrest|boxbe|re: .{0,80}\(verification\)|human verification|mail (?:confirmation|verification) (?:request|required)|sender (?:verification|address verification|authentication)"
    r"|подтвердите,? (?:пожалуйста,? )?(?:что (?:вы|вы) не робот|что письмо|отправку|ваше письмо|доставку письма|свой адрес|ваш адрес)|подтверждение (?:отправителя|отправки письма)|проверка отправителя",
    re.I,
)
_PATTERNS = (
    (MarkKind.OUT_OF_OFFICE, _OUT_OF_OFFICE),
    (MarkKind.REPORT, _RECEIPT),
    (MarkKind.BOUNCE, _BOUNCE),
    (MarkKind.CHALLENGE, _CHALLENGE),
)


def mark_of_subject(mail: ParsedMail) -> Iterator[Mark]:
    """What the subject tells; at most one mark."""
    subject = mail.subject[:300]
    for start in _beginnings(subject):
        for kind, pattern in _PATTERNS:
            if pattern.match(subject, start):
                yield Mark(
                    kind=kind, evidence=f"Subject: {subject}"[:120], source="subjects of machines", by_words=True
                )
                return


def _beginnings(subject: str) -> Iterator[int]:
    """Where the subject may begin: at once, and behind each prefix."""
    position = len(subject) - len(subject.lstrip())
    yield position
    for _ in range(_MOST_PREFIXES):
        match = _PREFIX.match(subject, position)
        if match is None:
            return
        position = match.end()
        while position < len(subject) and subject[position].isspace():
            position += 1
        yield position
