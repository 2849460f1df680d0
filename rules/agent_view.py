"""A ticket as an agent is shown it in a letter: bounded lines of text, and links that carry commands."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from rules.category import Category
from rules.commands import RUSSIAN_OF, Verb
from rules.policy import Policy
from rules.spoken import speak_asked_for, speak_brief
from rules.ticket import Deadline, Status, Ticket, TicketKind

MAX_EXCERPT = 300
MAX_TOPIC = 120

CATEGORY_WORDS = "документы, возврат, сотрудничество, доработка, API, настройка, неполадка, вопрос, оплата, другое"
"""A word for each category that ``#категория`` understands: a link has room for no more."""

_STATUS = {Status.OPEN: "в работе", Status.WAITING: "ждём ответа клиента", Status.CLOSED: "закрыто"}
_KIND = {
    TicketKind.FORM: "через форму обратной связи",
    TicketKind.MACHINE: "письмо программы, без срока",
    TicketKind.UNREADABLE: "письмо не разобрано: посмотрите его в почтовом ящике",
    TicketKind.UNPROVED: "с адреса сотрудника, подлинность не подтверждена",
    TicketKind.VIOLATOR: "отправитель в списке нарушителей договора: срока нет, решите сами (п. 11)",
    TicketKind.AGENT_FIRST: "ответ на наше письмо",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """«возврат средств», «пн 23.11 до 9:00», and whether it is broken already."""

    named: str
    until: str
    broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A ``mailto:`` link that carries a command."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """Texts are one line each and bounded; an empty one is left out. ``due_at``: the earliest promise still owed."""

    number: str
    client: str
    topic: str
    asks: str
    excerpt: str
    missing: tuple[str, ...]
    promises: tuple[PromiseView, ...]
    remarks: tuple[str, ...]
    links: tuple[Link, ...]
    became: str
    due_at: datetime | None


def view_ticket(ticket: Ticket, *, asked: str, token: str, now: datetime, policy: Policy) -> TicketView:
    """``asked`` are the client's words, of any length; without a ``token`` there are no links."""
    owed = sorted((each for each in ticket.deadlines if each.unanswered()), key=lambda each: each.due_at)
    number = f"{policy.ticket_prefix}-{ticket.number or 0}"
    promises = tuple(_promise(each, now=now, policy=policy) for each in owed)
    return TicketView(
        number=number,
        client=_client(ticket),
        topic=shorten(ticket.subject, MAX_TOPIC) or "без темы",
        asks="; ".join(category.wording for category in ticket.categories),
        excerpt=shorten(asked, MAX_EXCERPT),
        missing=speak_asked_for(ticket.missing),
        promises=promises,
        remarks=_remarks(ticket),
        links=_links(ticket, f"[{number}] {token}", policy.mailbox) if token else (),
        became=_became(ticket, number, promises, now=now, policy=policy),
        due_at=owed[0].due_at if owed else None,
    )


def shorten(text: str, length: int) -> str:
    """``text`` as one line of at most ``length`` characters, without control and direction marks, cut at a word."""
    words = " ".join(text[: length * 20].split())
    if not words.isprintable():  # rare, and looking at each character is slow
        seen = (each for each in words if unicodedata.category(each) != "Cf")
        words = " ".join("".join(" " if unicodedata.category(each)[0] == "C" else each for each in seen).split())
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[length // 2 :] else cut}…"


def _client(ticket: Ticket) -> str:
    name = shorten(ticket.requester_name, 60)
    address = shorten(ticket.requester, 254)
    account = f", аккаунт {ticket.account_number}" if ticket.account_number else ""
    return f"{name} <{address}>{account}" if name else f"{address or 'адрес неизвестен'}{account}"


def _promise(deadline: Deadline, *, now: datetime, policy: Policy) -> PromiseView:
    return PromiseView(
        named="; ".join(category.wording for category in deadline.categories),
        until=speak_brief(deadline.due_at, now=now, zone=policy.schedule.zone, until=True),
        broken=now > deadline.due_at,
    )


def _remarks(ticket: Ticket) -> tuple[str, ...]:
    said = (
        _KIND.get(ticket.kind, ""),
        "просит позвонить" if ticket.wants_call else "",
        "грубые слова (п. 12)" if ticket.conduct else "",
        "отмечено: проверьте отправителя" if ticket.marked and ticket.kind is TicketKind.REQUEST else "",
    )
    return tuple(each for each in said if each)


def _became(ticket: Ticket, number: str, promises: tuple[PromiseView, ...], *, now: datetime, policy: Policy) -> str:
    """«CSC-1042: в работе, ответить пн 23.11 до 9:00 (возврат средств)»."""
    status = f"{number}: {_STATUS[ticket.status]}"
    if ticket.status is Status.OPEN and promises:
        until = "; ".join(f"{each.until} ({each.named}{', просрочено' if each.broken else ''})" for each in promises)
        return f"{status}, ответить {until}"
    if ticket.status is Status.OPEN:
        return f"{status}, срока нет"
    if ticket.status is Status.WAITING and ticket.closes_at is not None:
        return f"{status}; без ответа закроется {speak_brief(ticket.closes_at, now=now, zone=policy.schedule.zone)}"
    return status


def _links(ticket: Ticket, subject: str, mailbox: str) -> tuple[Link, ...]:
    current = ", ".join(category.wording for category in ticket.categories) or Category.QUESTION.wording
    bodies = (
        ("закрыть", f"#{RUSSIAN_OF[Verb.CLOSE]}\n"),
        ("ждём клиента", f"#{RUSSIAN_OF[Verb.WAITING]}\n"),
        (
            "продлить срок",
            f"#{RUSSIAN_OF[Verb.EXTEND]} +2ч \n\nИзмените срок; причину для клиента допишите в той же строке.",
        ),
        ("до понедельника", f"#{RUSSIAN_OF[Verb.DEFER]}\n"),
        ("категория", f"#{RUSSIAN_OF[Verb.CATEGORY]} {current}\n\nВпишите одну или две: {CATEGORY_WORDS}"),
        ("заметка", f"#{RUSSIAN_OF[Verb.NOTE]} "),
    )
    return tuple(Link(label=label, href=_mailto(mailbox, subject, body)) for label, body in bodies)


def _mailto(mailbox: str, subject: str, body: str) -> str:
    """RFC 6068: percent-encoded UTF-8, line breaks as CRLF."""
    lines = quote(body.replace("\n", "\r\n"), safe="")
    return f"mailto:{quote(mailbox, safe='@')}?subject={quote(subject, safe='')}&body={lines}"
