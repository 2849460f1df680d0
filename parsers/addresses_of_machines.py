"""The addresses and names under which machines write: mailer-daemon, no-reply, bounces and owners of lists."""

import re
from collections.abc import Iterator

from parsers.mail import Address, Mark, MarkKind, ParsedMail

# mailer-daemon@mx.example.kz, post_master@example.jp, postmaster1@…, ndr@…, mail-delivery-system@…
_DAEMON = re.compile(
    r"(?:mailer?[-_.]?d(?:a|ae|e)mon|mdaemon|post[-_.]?master|double-?bounce|ndr|mail[-_.]?delivery[-_.a-z]{0,20}"
    r"|bounce[-_.]?(?:handler|notification|notifier|daemon)|delivery[-_.]?(?:status|failure|notification)s?"
    r"|undeliverable|mail[-_.]?error|(?:smtp|mta)[-_.]?daemon|symantec[-_.]?antivirus[a-z_.-]{0,40}"
    r"|microsoftexchange[0-9a-f]{0,40}|system[-_.]?attendant)\d{0,3}"
)
# no-reply@, noreply.invoices@, donotreply@, crm-noreply@, ne-otvechat@
_NO_REPLY = re.compile(
    r"(?:[^@]{1,60}[-_.])?(?:no[-_.]?t?[-_.]?(?:repl(?:y|ay|ies)|respon[ds]e?|answer)|nao[-_.]?responda|(?:do"
    r"|dont|please)[-_.]?(?:do[-_.]?)?no?t?"
    r"[-_.]?(?:reply|respond|answer)|ne[-_.]?otve(?:ch|4)a[a-z]{0,5}|не[-_.]?отвеча(?:ть|йте)|devnull"
    r"|blackhole)(?:[-_.\d][^@]{0,60})?"
)
# bounces@, bounce+4711@, list-bounces@, owner-list@, list-request@, listserv@
_LIST = re.compile(
    r"(?:owner-[^@]{1,80}|[^@]{1,80}-(?:owner|request|bounces?|errors?|return)|bounces?(?:[-+=_.][^@]{0,200})?"
    r"|[^@]{1,80}-(?:bounces?|confirm|return)[-+=][^@]{1,200}|(?:listserv|majordomo|listmaster|mailman|sympa"
    r"|listproc|ezmlm|fml)\d?)"
)
_SERVICE = re.compile(
    r"(?:mail|www|ftp)?daemon|[a-z]{2,20}-daemon|uucp|cron|mailer|mta|auto[-_.]?(?:respond(?:er)?|reply"
    r"|response|confirm|notify|mailer|answer)"
    r"|robot|notifications?|alerts?|fbl|feedback-?loop|abuse-?reports?|dmarc[-_.]?reports?"
    r"|[a-z]{0,20}[-_.]?dmarc[-_.]?support"
)
# the senders of complaints: Hotmail, AOL, Yahoo, Amazon
_COMPLAINT = re.compile(
    r"staff@hotmail\.com|scomp@aol\.(?:net|com)|feedback@arf\.mail\.yahoo\.com"
    r"|complaints?@(?:[\w-]{1,40}\.)?email-abuse\.amazonses\.com"
)
_ODD = frozenset({"root", "abuse", "nobody"})
# "Mail Delivery System", "Mail Delivery Subsystem", "Системный администратор"
_DAEMON_NAME = re.compile(
    r"(?:internet )?mail delivery(?: (?:sub)?system| service| agent)?|(?:mail )?delivery (?:sub)?system"
    r"|mailer[- ]daemon|postmaster"
    r"|microsoft exchange(?: server)?|mail administrator|системный администратор|система доставки почты"
    r"|почтовый (?:робот|демон|сервер)"
)
_NO_REPLY_NAME = re.compile(
    r"no[- ]?reply|do not reply|не отвечать|(?:пожалуйста,? )?не отвечайте.{0,60}|жауап бермеңіз"
)


def mark_of_sender(mail: ParsedMail) -> Iterator[Mark]:
    """What From and Sender tell, their plus-tags apart. Of an odd address (root) only From adds its suspicion."""
    for author in mail.from_:
        yield from _mark_of(author, "From")
    for sender in mail.sender:
        if sender not in mail.from_:
            yield from (mark for mark in _mark_of(sender, "Sender") if mark.kind is not MarkKind.SUSPICION)


def mark_of_envelope(mail: ParsedMail) -> Iterator[Mark]:
    """What the envelope's address tells, where the server kept it in Return-Path."""
    path = mail.return_path
    if not path:
        return
    local = path.rpartition("@")[0] or path
    for pattern, kind in ((_DAEMON, MarkKind.BOUNCE), (_LIST, MarkKind.BULK), (_NO_REPLY, MarkKind.NO_REPLY)):
        if pattern.fullmatch(local):
            yield Mark(kind=kind, evidence=f"Return-Path: {path}"[:120], source="RFC 5230, 4.6")
            return


def _mark_of(author: Address, field: str) -> Iterator[Mark]:
    kind = _kind_of_address(author.address) or _kind_of_name(author.name)
    if kind is not None:
        shown = author.address or author.name
        yield Mark(kind=kind, evidence=f"{field}: {shown}"[:120], source="RFC 5230, 4.6")


def _kind_of_address(address: str) -> MarkKind | None:
    tagged = address.rpartition("@")[0] or address
    local = tagged.partition("+")[0]
    if _DAEMON.fullmatch(local):
        return MarkKind.BOUNCE
    if _COMPLAINT.fullmatch(address):
        return MarkKind.REPORT
    if _NO_REPLY.fullmatch(local):
        return MarkKind.NO_REPLY
    if _LIST.fullmatch(tagged):
        return MarkKind.BULK
    if _SERVICE.fullmatch(local):
        return MarkKind.AUTOMATIC
    return MarkKind.SUSPICION if local in _ODD else None


def _kind_of_name(name: str) -> MarkKind | None:
    plain = name.strip(" \"'").lower()
    if _DAEMON_NAME.fullmatch(plain):
        return MarkKind.BOUNCE
    return MarkKind.NO_REPLY if _NO_REPLY_NAME.fullmatch(plain) else None
