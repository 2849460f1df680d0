"""Reports told by their structure, and by the fixed sentences of well-known mail programs at the top of the text."""

import re
from collections.abc import Iterator

from parsers.mail import Mark, MarkKind, ParsedMail

_LONGEST_LOOK = 4000

_REPORTS = {
    "message/delivery-status": MarkKind.BOUNCE,
    "message/global-delivery-status": MarkKind.BOUNCE,
    "message/disposition-notification": MarkKind.REPORT,
    "message/global-disposition-notification": MarkKind.REPORT,
    "message/feedback-report": MarkKind.REPORT,
    "message/tracking-status": MarkKind.BOUNCE,
}
# multipart/report; report-type="feedback-report"; boundary=…
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?([a-z-]+)", re.I)

_TEXTS = (
    (
        MarkKind.BOUNCE,
        "a bounce's own words",
        re.compile(
            r"this message was created automatically by mail delivery software|hi\. this is the qmail-send program|this is the (?:mail|postfix|qmail|courier|sendmail)[\w ]* (?:system|program) at"
            r"|----- the following addresses had|----- transcript of session follows|your message (?:did not reach|could not be delivered to) (?:some or all of )?the (?:intended|following) recipient"
            r"|i'm (?:sorry to have to inform you|afraid i wasn't able to deliver)|(?:original|returned) message (?:follows|headers)?:?\s*$|^final-recipient:\s*rfc822|^diagnostic-code:\s*(?:smtp|x-)"
            r"|^reporting-mta:\s*dns|delivery to the following recipients? (?:has been delayed|failed)|your message was not delivered (?:to|for the following reason)|could not be delivered to the following|failed to deliver to|^action:\s*failed"
            r"|это письмо создано автоматически (?:сервером|почтовой)|не удалось доставить сообщение следующим получател|ваше (?:сообщение|письмо) не (?:было|может быть) доставлено следующ",
            re.I | re.M,
        ),
    ),
    (
        MarkKind.REPORT,
        "a complaint's own words",
        re.compile(
            r"this is an? (?:e-?mail|spam)? ?(?:abuse|complaint|feedback) report|^feedback-type:\s*abuse", re.I | re.M
        ),
    ),
    (
        MarkKind.CHALLENGE,
        "a challenge's own words",
        re.compile(
            r"spamarrest\.com|boxbe\.com/|this message was created automatically by (?:tmda|mail delivery confirmation)|to (?:release|deliver) your message.{0,80}(?:click|reply)|(?:click|press) (?:the link|here|on the link) (?:below )?to (?:confirm|verify) (?:that )?(?:you are|your (?:message|e-?mail))"
            r"|подтвердите,? (?:пожалуйста,? )?что вы не робот",
            re.I,
        ),
    ),
)


def marks_of_structure(mail: ParsedMail) -> Iterator[Mark]:
    """What the media types tell: multipart/report (RFC 6522) and the reports inside."""
    if mail.content_type in ("multipart/report", "message/delivery-status", "message/feedback-report"):
        match = _REPORT_TYPE.search(mail.value("content-type") or "")
        told = match.group(1).lower() if match else ""
        inside = {_REPORTS[each.content_type] for each in mail.embedded if each.content_type in _REPORTS}
        report = told in ("disposition-notification", "feedback-report") or inside == {MarkKind.REPORT}
        kind = MarkKind.REPORT if report else MarkKind.BOUNCE
        yield Mark(kind=kind, evidence=f"Content-Type: {mail.content_type}; {told}", source="RFC 6522")
        return
    for each in mail.embedded:
        if each.content_type in _REPORTS:
            yield Mark(kind=_REPORTS[each.content_type], evidence=f"a part is {each.content_type}", source="RFC 3464")
            return


def marks_of_text(mail: ParsedMail) -> Iterator[Mark]:
    """What the first sentences tell, where nothing else does."""
    text = mail.text[:_LONGEST_LOOK]
    for kind, source, pattern in _TEXTS:
        match = pattern.search(text)
        if match is not None:
            yield Mark(kind=kind, evidence=match.group()[:120], source=source, by_words=True)
            return
