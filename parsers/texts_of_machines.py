"""Reports known by their structure, and letters of machines known only by the fixed sentences of their programs.

The sentences must begin one of the first lines, and are looked for only where nothing else tells a bounce: a person
who quotes one has written something of his own above it.
"""

import re
from collections.abc import Iterator

from parsers.mail import Mark, MarkKind, ParsedMail

_FIRST_LINES = 4
_BEGINNING = 1200
_LONGEST_LOOK = 6000

_REPORTS = {
    "message/delivery-status": MarkKind.BOUNCE,
    "message/global-delivery-status": MarkKind.BOUNCE,
    "message/tracking-status": MarkKind.BOUNCE,
    "message/disposition-notification": MarkKind.REPORT,
    "message/global-disposition-notification": MarkKind.REPORT,
    "message/feedback-report": MarkKind.REPORT,
}
# multipart/report; report-type="feedback-report"; boundary=…
_REPORT_TYPE = re.compile(r"report-type\s?=\s?\"?([a-z-]{1,40})", re.I)

_BOUNCES = (
    # Exim
    r"this (?:message|e-?mail|mail) (?:was|is) (?:created |generated )?automatically (?:created "
    r"|generated )?by (?:the )?(?:mail|e-?mail|postfix|exim|a program)",
    r"hi\. this is the (?:qmail-send|deliver) program",  # qmail: Hi. This is the qmail-send program at mx.example.kz.
    r"this is the (?:mail system|mail delivery (?:sub)?system|postfix program|dragonfly mail agent"
    r"|courier mail server) ",
    r"this is a (?:permanent|temporary|delivery) (?:failure|error|status notification)",
    r"this is an automatically generated delivery status notification",
    r"-{3,} (?:the following addresses had|transcript of session follows)",  # sendmail
    r"your message (?:did not reach|has not been delivered to|was not delivered to|could not be delivered to)\b",
    r"i'm sorry to have to inform you that (?:the|your) message|i'm afraid i wasn't able to deliver",
    r"(?:a |the )?message (?:that )?you sent (?:to the following recipients? )?(?:could|can) ?not be delivered",
    r"the following (?:address(?:es)?|recipients?|message) .{0,60}(?:failed|could not be delivered"
    r"|undeliverable|not be reached)",
    r"delivery to the following recipients? (?:has been delayed|failed)|delivery has failed to these recipients",
    r"(?:message|mail|e-?mail) from \S{1,60}@\S{3,80} to \S{1,60}@\S{3,80} (?:could|was) not (?:be )?delivered",
    r"(?:sorry|unfortunately),? (?:we|i) (?:were|was|are) (?:not able|unable) to deliver your (?:message|mail|e-?mail)",
    r"(?:votre message n'a pas pu|ihre nachricht konnte nicht|su mensaje no (?:pudo|ha podido))",
    r"your (?:e-?mail|mail|message) (?:sent on|with subject): .{3,120} could not be delivered",  # KDDI, Symantec
    r"non-delivery report\b",
    r"the original message was received at [a-z]{3}, ",  # sendmail: Postmaster notify
    r"(?:a|your) (?:message|mail|e-?mail) could not be (?:sent\.|delivered to:)",  # SurfControl
    r"(?:message from \S{3,80}\. ?)?unable to deliver (?:your )?message to the following",
    r"(?:no valid recipients were found|.{0,60}送信できませんでした)",
    r"(?:your mail|the e-?mail below|the following mail) (?:could|can) ?not be delivered",
    r"[\W_]{0,10}message from interscan",
    r"это (?:письмо|сообщение) (?:было )?(?:создано|сгенерировано"
    r"|сформировано) автоматически (?:почтовым )?(?:сервером|программой)",
    r"не удалось доставить (?:ваше )?(?:сообщение|письмо) следующ",
    r"ваше (?:сообщение|письмо) не (?:было|может быть) доставлено (?:следующ|по адрес|адресат)",
    r"к сожалению, (?:ваше )?(?:письмо|сообщение)[^.]{0,100} не (?:может быть|было|удалось) достав",
)
_COMPLAINTS = (
    r"this is an? (?:e-?mail )?(?:abuse|complaint|feedback|spam) report",  # ARF: This is an email abuse report for …
)
_CHALLENGES = (
    r"(?:please |to deliver your message,? )?(?:click|reply|visit|press|follow)[^.\n]{0,80} (?:to|and)"
    r" (?:confirm|verify|prove)[^.\n]{0,60}(?:you are (?:not a|a real|human)|your (?:message|e-?mail|address)"
    r"|delivery)",
    r"подтвердите,? (?:пожалуйста,? )?(?:что (?:вы|это) не (?:робот|спам)|отправку письма|доставку письма)",
    r"(?:ваше )?(?:письмо|сообщение) (?:будет доставлено|задержано)[^.\n]{0,80}(?:после подтверждения|подтверд)",
)
_ABSENCES = (
    r"this is an? (?:automatic|automated|auto)[- ](?:reply|response)\b(?! ?(?:\?|or\b))",
    r".{0,60}\bthis is an? (?:\w{1,20} )?auto-?(?:responder|reply)\b",
    r"apple mail sent this email to unsubscribe",
    r"это (?:автоматический ответ|автоответ) ?(?:[.!:]|на (?:ваше|письмо)|системы|почтов|службы)",
    r"(?:данное|это) (?:письмо|сообщение) (?:является автоматическим|отправлено автоматически"
    r"|(?:было )?сформировано автоматически)",
)

# Final-Recipient: rfc822; client@example.kz
_FIELDS = re.compile(
    r"^[ \t>]*(?:final-recipient: ?rfc822|reporting-mta: ?(?:dns|x-)|diagnostic-code: ?(?:smtp|x-)|action: ?failed\s*$"
    r"|feedback-type: ?(?:abuse|fraud|virus|not-spam|opt-out))",
    re.I | re.M,
)
# https://www.spamarrest.com/a2?…
_CHALLENGERS = re.compile(r"https?://(?:www\.)?(?:spamarrest\.com|boxbe\.com|vanquish\.com)/", re.I)
_CYRILLIC_WORD = re.compile(r"[а-яёәіңғүұқөһ]{3}", re.I)

_TEXTS = tuple(
    (kind, re.compile("|".join(phrases), re.I))
    for kind, phrases in (
        (MarkKind.BOUNCE, _BOUNCES),
        (MarkKind.REPORT, _COMPLAINTS),
        (MarkKind.CHALLENGE, _CHALLENGES),
        (MarkKind.AUTOMATIC, _ABSENCES),
    )
)


def marks_of_structure(mail: ParsedMail) -> Iterator[Mark]:
    """What the media types tell: multipart/report (RFC 6522), and a report that is the letter's own first inner part.

    A report inside an attached letter is none of this letter's: a person may have attached it.
    """
    first = mail.embedded[0].content_type if mail.embedded else ""
    if mail.content_type == "multipart/report":
        match = _REPORT_TYPE.search(mail.value("content-type") or "")
        told = match.group(1).lower() if match else ""
        is_report = told in ("disposition-notification", "feedback-report", "tlsrpt")
        kind = (
            MarkKind.REPORT if is_report or (not told and _REPORTS.get(first) is MarkKind.REPORT) else MarkKind.BOUNCE
        )
        yield Mark(kind=kind, evidence=f"Content-Type: multipart/report; {told}", source="RFC 6522")
    elif mail.content_type in _REPORTS:
        yield Mark(kind=_REPORTS[mail.content_type], evidence=f"Content-Type: {mail.content_type}", source="RFC 3464")
    elif first in _REPORTS:
        yield Mark(kind=_REPORTS[first], evidence=f"a part is {first}", source="RFC 3464")


def marks_of_text(mail: ParsedMail) -> Iterator[Mark]:
    """What the first sentences tell; at most one mark."""
    lines = [line.strip(" \t>*#-\ufeff\xa0") for line in mail.text[:_LONGEST_LOOK].splitlines()]
    lines = [line for line in lines if line]
    beginning = " ".join(lines)[:_BEGINNING]
    position = 0
    for line in lines[:_FIRST_LINES]:
        for kind, pattern in _TEXTS:
            match = pattern.match(beginning, position)
            if match is not None and not _is_quoted_by_person(beginning[:position], match.group()):
                yield Mark(kind=kind, evidence=match.group()[:120], source="sentences of machines", by_words=True)
                return
        position += len(line) + 1
    yield from _marks_of_fields(mail.text[:_LONGEST_LOOK])


def _marks_of_fields(text: str) -> Iterator[Mark]:
    """Fields of a report that stand in the text itself, as in one without its parts, and challengers' links."""
    for pattern, kind in ((_FIELDS, MarkKind.BOUNCE), (_CHALLENGERS, MarkKind.CHALLENGE)):
        match = pattern.search(text)
        if match is not None and not _is_quoted_by_person(text[: match.start()], match.group()):
            evidence = match.group().strip()[:120]
            told = MarkKind.REPORT if evidence.lower().startswith("feedback") else kind
            yield Mark(kind=told, evidence=evidence, source="RFC 3464, RFC 5965, Spam Arrest, Boxbe", by_words=True)
            return


def _is_quoted_by_person(before: str, words: str) -> bool:
    """Whether somebody wrote Russian or Kazakh words of his own above a machine's English ones."""
    return words.isascii() and _CYRILLIC_WORD.search(before) is not None
