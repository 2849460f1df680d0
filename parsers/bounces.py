"""What a bounce says: whose letter did not arrive, for whom, for good or for now.

Read from the report's own fields (RFC 3464) where there are such, else from the text of programs that write none:
above the returned letter stand the addresses that failed, below it those of everybody else.
"""

import re
from collections.abc import Iterable, Iterator

from parsers.mail import Bounce, Embedded, ParsedMail

_MOST = 20
_LONGEST_LOOK = 20_000

_ADDRESS = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9][a-z0-9.-]{0,250}", re.I)
# Message-ID: <4711@controlsystem.kz>, also quoted with "> " or indented
_MESSAGE_ID = re.compile(r"^[ \t>|]{0,20}message-id:\s{0,3}(<[^<>\s]{3,250}>)", re.I | re.M)
_RETURNED_TO = re.compile(r"^[ \t>|]{0,20}to:([^\n]{3,300})", re.I | re.M)
# where the returned letter begins: its own fields, or a divider
_RETURNED = re.compile(
    r"^[ \t>|]{0,20}(?:received: |return-path: |message-id: |mime-version: |x-mailer: "
    r"|-{2,}\s?(?:below this line|this is a copy|original message|returned|unsent message|message headers?"
    r"|исходное|текст (?:письма|сообщения))|old message:|original message (?:follows|headers))",
    re.I | re.M,
)
# Status: 5.1.1 (bad destination mailbox address)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# 550 5.1.1 <client@example.kz>: Recipient address rejected;  #550 #5.1.1
_TEXT_STATUS = re.compile(r"(?<![\d.])[#(]?([45]\.[0-7]\.\d{1,3})(?![\d.])")
# 550 User unknown;  552-Mailbox full
_REPLY_CODE = re.compile(r"(?<![\d.:/-])([45][0-5]\d)[ -](?=[#A-Za-z45<])")
_FOR_NOW = re.compile(
    r"will (?:be retried|keep trying|continue (?:trying|to try)|try again|retry)|still trying"
    r"|has(?: not yet| been) (?:been )?delay"
    r"|delayed|not yet been delivered|temporar|do not (?:need to )?resend"
    r"|попытки доставки (?:будут )?продолж|задерж|отложен",
    re.I,
)
_FOR_GOOD = re.compile(
    r"permanent|giving up|given up|undeliver|user unknown|unknown user"
    r"|no such (?:user|person|mailbox|recipient|address)"
    r"|does ?n[o']t exist|not exist|unknown (?:address|recipient|local)|mailbox (?:is )?(?:full|unavailable|not found)"
    r"|over ?quota|quota exceeded|rejected|refused|not listed"
    r"|could ?n[o']t be (?:found|delivered)|failed|failure"
    r"|not (?:be |been )?delivered|unable to deliver|returned mail"
    r"|не (?:было |может быть )?доставлен|не удалось доставить"
    r"|недоставлен|не существует|переполнен|не найден|отклон",
    re.I,
)
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/partial"}
)
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_NOT_FAILED = frozenset({"delivered", "relayed", "expanded"})


def find_bounce(mail: ParsedMail) -> Bounce | None:
    """The report that ``mail`` is; None where it names neither a recipient nor a returned letter nor a status.

    To be asked of letters that bear a mark of a bounce: a person may quote one. Reports of success and of relaying
    (Action: delivered, relayed, expanded) are no bounces, nor are receipts of reading (RFC 8098).
    """
    if any(each.content_type in _RECEIPT_TYPES for each in mail.embedded[:1]):
        return None
    statuses = [each for each in mail.embedded if each.content_type in _STATUS_TYPES]
    actions = {value.lower().split()[0] for each in statuses for value in _values(each, "action") if value.split()}
    if actions and actions <= _NOT_FAILED:
        return None
    text = mail.text[:_LONGEST_LOOK]
    cut = _RETURNED.search(text)
    told, copy = (text, "") if cut is None else (text[: cut.start()], text[cut.start() :])
    recipients = _failed_of_fields(mail, statuses) or _failed_of_text(mail, told, copy)
    message_ids = _returned_ids(mail, copy or text)
    status = _status(statuses, told)
    permanent = _is_permanent(actions, status, f"{mail.subject}\n{told}")
    if permanent is None and not status and not any(_returned(mail)):  # nothing speaks of a failure
        return None
    if not recipients and not message_ids and not status:
        return None
    return Bounce(recipients=recipients, message_ids=message_ids, permanent=permanent, status=status)


def _values(part: Embedded, name: str) -> Iterator[str]:
    return (header.value for header in part.headers if header.name == name)


def _failed_of_fields(mail: ParsedMail, statuses: list[Embedded]) -> tuple[str, ...]:
    """Final and original recipients (our letter went to the latter), and Exim's own field."""
    told = [
        value
        for each in statuses
        for name in ("final-recipient", "original-recipient", "x-actual-recipient")
        for value in _values(each, name)
    ]
    return _addresses((*told, *mail.values("x-failed-recipients")))


def _failed_of_text(mail: ParsedMail, told: str, copy: str) -> tuple[str, ...]:
    """Addresses above the returned letter but for its sender's and the reporter's; else those it was written to."""
    others = {each.address for each in (*mail.from_, *mail.to, *mail.cc, *mail.sender)} | {mail.return_path or ""}
    ids = {each.strip("<>").lower() for each in (*mail.in_reply_to, *mail.references, *_returned_ids(mail, copy))}
    found = tuple(
        address
        for address in _addresses([told])
        if address not in others and address not in ids and not address.startswith(("postmaster@", "mailer-daemon@"))
    )
    if found:
        return found
    returned_to = [value for each in _returned(mail) for value in _values(each, "to")]
    return _addresses(returned_to or _RETURNED_TO.findall(copy)[:1])


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    found = (match.group().lower().rstrip(".-") for text in texts for match in _ADDRESS.finditer(text))
    return tuple(dict.fromkeys(found))[:_MOST]


def _returned(mail: ParsedMail) -> Iterator[Embedded]:
    return (each for each in mail.embedded if each.content_type in _RETURNED_TYPES)


def _returned_ids(mail: ParsedMail, copy: str) -> tuple[str, ...]:
    """The returned letter's own Message-ID; what the report answers where it returns nothing."""
    told = [value.strip() for each in _returned(mail) for value in _values(each, "message-id")]
    if not told:
        told = [
            *_MESSAGE_ID.findall(copy),
            *(match for each in mail.embedded for match in _MESSAGE_ID.findall(each.text)),
        ]
    return tuple(dict.fromkeys(told or (*mail.in_reply_to, *mail.references)))[:_MOST]


def _status(statuses: list[Embedded], told: str) -> str:
    for value in (value for each in statuses for value in _values(each, "status")):
        match = _STATUS.search(value)
        if match is not None:
            return match.group(1)
    match = _TEXT_STATUS.search(told)
    return match.group(1) if match is not None else ""


def _is_permanent(actions: set[str], status: str, told: str) -> bool | None:
    """By the report's action, else its status, the server's reply, its words; None where none of them tells."""
    if "failed" in actions:
        return True
    if "delayed" in actions:
        return False
    if status[:1] in ("4", "5"):
        return status[0] == "5"
    match = _REPLY_CODE.search(told)
    if match is not None:
        return match.group(1)[0] == "5"
    if _FOR_NOW.search(told) is not None:
        return False
    return True if _FOR_GOOD.search(told) is not None else None
