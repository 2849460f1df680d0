"""The addresses under which machines write: mailer-daemon, no-reply, owners and bounces of lists."""

import re
from collections.abc import Iterator

from parsers.mail import Address, Mark, MarkKind, ParsedMail

# mailer-daemon@mx.example.kz, MAILER-DAEMON, post_master@example.jp, postmaster1@…
_DAEMON = re.compile(
    r"(?:mailer[-_.]?d(?:a|ae|e)mon|mail[-_.]?daemon|mdaemon|mailer|mail[-_.]?delivery(?:[-_.](?:system|subsystem))?"
    r"|post[-_.]?master|double-?bounce|mta|smtp[-_.]?daemon|mailadmin"
    r"|bounce[-_.]?(?:handler|notification|notifier|daemon)|delivery[-_.]?(?:status|failure|notification)s?"
    r"|(?:microsoftexchange|exchange[-_.]?(?:server|system)|system[-_.]?attendant)[0-9a-f-]*)\d{0,3}"
)
# no-reply@, noreply.invoices@, do_not_reply@, ne-otvechat@
_NO_REPLY = re.compile(
    r"(?:.*[-_.+])?(?:no[-_.]?(?:t[-_.]?)?(?:reply|replies|respond|response|answer)|(?:do|dont|don|please)[-_.]?(?:do[-_.]?)?(?:not|n?t|no)[-_.]?"
    r"(?:reply|respond|answer)|ne[-_.]?otve(?:ch|tsh|ć)[a-z]*|неотвечать|не[-_.]?отвечать(?:йте)?|null|devnull|blackhole)(?:[-_.+\d].*)?"
)
# bounces@, bounce+4711@, list-bounces@, owner-list@, list-request@
_LIST = re.compile(
    r"(?:owner-.*|.*-(?:owner|request|bounces?|confirm\+?.*|errors)|bounces?(?:[-+=_.].*)?"
    r"|(?:listserv|majordomo|listmaster|mailman|sympa|listproc|ezmlm|fml)\d?)"
)
_SERVICE = re.compile(
    r"(?:daemon|uucp|cron|autorespond(?:er)?|auto[-_.]?(?:reply|response|confirm|notify|mailer)|robot"
    r"|notifications?|alerts?|feedback-?loop|fbl|staff@hotmail\.com|complaints?@.*|abuse-?reports?)"
)
_ODD = frozenset({"root", "abuse", "nobody"})
_DAEMON_NAMES = re.compile(
    r"(?:mail (?:delivery|administrator|delivery (?:sub)?system)|mailer[- ]daemon|delivery (?:sub)?system|postmaster"
    r"|internet mail delivery|mail delivery (?:sub)?system|microsoft (?:exchange|outlook) ?(?:server)?|system administrator"
    r"|(?:системный администратор|система доставки почты|почтовый (?:робот|демон)))"
)


def mark_of_sender(mail: ParsedMail) -> Iterator[Mark]:
    """What the From and Sender addresses tell; plus-tags do not matter."""
    for author in mail.from_:
        yield from _mark_of(author, "From")
    for sender in mail.sender:
        for mark in _mark_of(sender, "Sender"):
            if mark.kind is not MarkKind.SUSPICION:
                yield mark


def mark_of_envelope(mail: ParsedMail) -> Iterator[Mark]:
    """What the address of the envelope tells, where the server kept it in Return-Path."""
    path = mail.return_path
    if not path:
        return
    local = path.rpartition("@")[0] or path
    if _DAEMON.fullmatch(local):
        yield Mark(kind=MarkKind.BOUNCE, evidence=f"Return-Path: {path}"[:120], source="RFC 3834, 2")
    elif _LIST.fullmatch(local):
        yield Mark(kind=MarkKind.BULK, evidence=f"Return-Path: {path}"[:120], source="RFC 5230, 4.6")
    elif _NO_REPLY.fullmatch(local):
        yield Mark(kind=MarkKind.NO_REPLY, evidence=f"Return-Path: {path}"[:120], source="RFC 5230, 4.6")


def _mark_of(author: Address, field: str) -> Iterator[Mark]:
    address = author.address
    local = (author.local_part or address).partition("+")[0]
    evidence = f"{field}: {address}"[:120]
    if _DAEMON.fullmatch(local):
        yield Mark(kind=MarkKind.BOUNCE, evidence=evidence, source="RFC 5230, 4.6")
    elif _NO_REPLY.fullmatch(local):
        yield Mark(kind=MarkKind.NO_REPLY, evidence=evidence, source="RFC 5230, 4.6")
    elif _LIST.fullmatch(author.local_part or address):
        yield Mark(kind=MarkKind.BULK, evidence=evidence, source="RFC 5230, 4.6")
    elif _SERVICE.fullmatch(local) or _SERVICE.fullmatch(address):
        yield Mark(kind=MarkKind.AUTOMATIC, evidence=evidence, source="RFC 5230, 4.6")
    elif local in _ODD:
        yield Mark(kind=MarkKind.SUSPICION, evidence=evidence, source="RFC 2142")
    elif not address and _DAEMON_NAMES.match(author.name.lower()):
        yield Mark(kind=MarkKind.BOUNCE, evidence=f"{field}: {author.name}"[:120], source="RFC 3834, 2")
