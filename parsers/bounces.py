"""What a bounce says: whose letter did not arrive, for whom, for good or for now.

Read from the report's own fields (RFC 3464) where there are such, else from the text of programs that write none.
"""

import re
from collections.abc import Iterable, Iterator

from parsers.mail import Bounce, Embedded, ParsedMail

_MOST_RECIPIENTS = 20
_LONGEST_LOOK = 20_000

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", re.I)
_MESSAGE_ID = re.compile(r"^[ \t>]*message-id:\s*(<[^<>\s]{3,250}>)", re.I | re.M)
# 5.1.1, as in "550 5.1.1 User unknown" and "Status: 5.1.1 (bad destination)"
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.:-])([45]\d\d)[ -](?=[#A-Za-z45<])")
_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/partial")


def find_bounce(mail: ParsedMail) -> Bounce | None:
    """The report that ``mail`` is; None where it names neither a recipient nor a returned letter nor a status.

    To be asked of letters that bear a mark of a bounce: a person may quote one. Reports of success and of relaying
    (Action: delivered, relayed, expanded) are no bounces.
    """
    statuses = [each for each in mail.embedded if each.content_type in _TYPES]
    actions = {value.lower().split()[0] for each in statuses for value in _values(each, "action") if value.split()}
    if actions and actions <= {"delivered", "relayed", "expanded"}:
        return None
    text = mail.text[:_LONGEST_LOOK]
    recipients = _recipients(mail, statuses, text)
    message_ids = _message_ids(mail, text)
    status = _status(statuses, text)
    if not recipients and not message_ids and not status:
        return None
    return Bounce(
        recipients=recipients, message_ids=message_ids, permanent=_is_permanent(actions, status, text), status=status
    )


def _values(part: Embedded, name: str) -> Iterator[str]:
    return (header.value for header in part.headers if header.name == name)


def _recipients(mail: ParsedMail, statuses: list[Embedded], text: str) -> tuple[str, ...]:
    told = [
        value
        for each in statuses
        for value in (*_values(each, "final-recipient"), *_values(each, "original-recipient"))
    ]
    told += list(mail.values("x-failed-recipients"))
    found = _addresses(told)
    return found or _addresses([text])


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    found = (match.group().lower() for text in texts for match in _ADDRESS.finditer(text))
    return tuple(dict.fromkeys(found))[:_MOST_RECIPIENTS]


def _message_ids(mail: ParsedMail, text: str) -> tuple[str, ...]:
    told = [
        value.strip()
        for each in mail.embedded
        if each.content_type in _RETURNED
        for value in _values(each, "message-id")
    ]
    if not told:
        told = [*_MESSAGE_ID.findall(text), *mail.in_reply_to, *mail.references]
    return tuple(dict.fromkeys(told))[:_MOST_RECIPIENTS]


def _status(statuses: list[Embedded], text: str) -> str:
    for source in (*(value for each in statuses for value in _values(each, "status")), text):
        match = _STATUS.search(source)
        if match is not None:
            return match.group(1)
    return ""


def _is_permanent(actions: set[str], status: str, text: str) -> bool | None:
    if "failed" in actions:
        return True
    if "delayed" in actions:
        return False
    if status:
        return {"5": True, "4": False}.get(status[0])
    match = _REPLY_CODE.search(text)
    return None if match is None else match.group(1)[0] == "5"
