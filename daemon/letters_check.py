"""Renders every letter in every situation with sample facts, so that a fault in an operator's templates is found by
``supportd check`` and not by a client."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from daemon.agents_letters import (
    AgentsLetters,
    AgentTicket,
    CommandOutcome,
    Digest,
    DigestKind,
    NoticeKind,
    Remarks,
)
from daemon.letters import ClientFacts, Letters
from daemon.templating import LetterFault, Rendered, Templates
from parsers.mail import Address, Language
from rules.category import Category, Detail
from rules.commands import NotUnderstood, Refusal
from rules.decide import NOTHING_READ
from rules.decision import Decision, Disposition, Origin, Proof
from rules.letter_plan import ClientLetter
from rules.part import Part, promise
from rules.policy import Article, Policy
from rules.promises import deadline_for
from rules.schedule import Calendar
from rules.ticket import Status, Ticket, TicketKind

_CLIENT = Address(name="Айгерим Сатпаева", address="client@example.kz")
_SATURDAY = datetime.fromisoformat("2026-11-21T07:04:00+00:00")
_MOMENTS = (
    _SATURDAY,
    datetime.fromisoformat("2026-11-20T08:35:00+00:00"),  # Friday, 13:35
    datetime.fromisoformat("2026-11-20T14:40:00+00:00"),  # Friday, 19:40
    datetime.fromisoformat("2026-11-24T18:00:00+00:00"),  # Tuesday, 23:00
)
_WISHES = (
    ((Calendar.DUTY, (Category.TECHNICAL,)),),
    ((Calendar.OFFICE, (Category.REFUND, Category.CLOSING_DOCUMENTS)),),
    ((Calendar.DUTY, (Category.API_SCRIPTS,)), (Calendar.OFFICE, (Category.FEATURE_REQUEST,))),
    ((Calendar.DUTY, (Category.ACCOUNT_SETUP,)),),
)

AGENTS_LETTERS = frozenset(
    {
        "agents_reminder",
        "agents_command_answer",
        "agents_relayed_request",
        *(kind.value for kind in DigestKind),
        *(kind.value for kind in NoticeKind),
    }
)


def check_letters(policy: Policy, directory: Path | None) -> tuple[str, ...]:
    """What is wrong with the templates, each fault as one sentence, each once; empty where all is well."""
    article = Article(title="Как войти в комнату", url="https://example.kz/help", words=("комната",))
    sample = replace(policy, articles=(*policy.articles, article), portal_url=policy.portal_url or article.url)
    letters = frozenset(each.value for each in ClientLetter) | AGENTS_LETTERS
    faults = list(Templates(directory).strangers(letters))
    for render in (
        *_to_clients(Letters(sample, directory), sample),
        *_to_agents(AgentsLetters(sample, directory), sample),
    ):
        try:
            rendered = render()
        except LetterFault as fault:
            faults.append(str(fault))
        else:
            faults += [
                f"letter {rendered.template}: its {part} is empty"
                for part, words in (("subject", rendered.subject), ("text", rendered.text), ("HTML", rendered.html))
                if not words.strip()
            ]
    return tuple(dict.fromkeys(faults))


def _to_clients(letters: Letters, policy: Policy) -> Iterator[Callable[[], Rendered]]:
    for facts in _acknowledgements(policy):
        yield partial(letters.acknowledgement, facts)
    for proved in (True, False):
        ticket = _ticket(_parts(_WISHES[2], _SATURDAY, policy), proved=proved, policy=policy)
        promises = ticket.deadlines
        for language in Language:
            yield partial(letters.reopened, ticket, promises, now=_SATURDAY, language=language)
        yield partial(letters.part_deferred, ticket, promises[1:], now=_SATURDAY)
        for reason in ("", "нужен ответ банка"):
            yield partial(letters.promise_changed, ticket, promises[1:], now=_SATURDAY, reason=reason)
        for refusal in Refusal:
            yield partial(letters.refusal, ticket, refusal, now=_SATURDAY)
        for names in ((), ("счёт.pdf",)):
            yield partial(letters.relayed_answer, ticket, "Обновите страницу.", now=_SATURDAY, attachments=names)


def _acknowledgements(policy: Policy) -> Iterator[ClientFacts]:
    """Every variant: in time and late, proved and not, with everything missing and nothing, a violator."""
    for moment in _MOMENTS:
        for wishes in _WISHES:
            parts = _parts(wishes, moment, policy)
            for late in (timedelta(0), timedelta(hours=8), timedelta(days=7)):
                bare = ClientFacts(
                    number=1042,
                    decision=_decision(parts, full=False),
                    client=_CLIENT,
                    subject="Не открывается комната",
                    proved=False,
                    received_at=moment,
                    now=moment + late,
                )
                yield bare
                for language in Language:
                    decision = _decision(parts, full=True, language=language)
                    yield replace(bare, decision=decision, proved=True, words="комната")
                yield replace(bare, violator=True)


def _to_agents(letters: AgentsLetters, policy: Policy) -> Iterator[Callable[[], Rendered]]:
    now = _SATURDAY + timedelta(minutes=70)
    ticket = _ticket(_parts(_WISHES[2], _SATURDAY, policy), proved=True, policy=policy)
    bare = replace(ticket, deadlines=(), missing=(), kind=TicketKind.MACHINE, categories=())
    shown = AgentTicket(ticket=ticket, token="key-1042", asked="Комната не открывается")  # noqa: S106 - no secret
    plain = AgentTicket(ticket=bare)
    remarks = (Remarks(title="Вернувшиеся письма", lines=("client@example.kz: ящик переполнен",)),)
    yield partial(letters.reminder, soon=(shown,), broken=(plain,), now=now)
    yield partial(letters.reminder, soon=(shown,), broken=(), now=now)
    yield partial(letters.reminder, soon=(), broken=(shown,), now=now)
    for kind in DigestKind:
        for digest in (
            Digest(kind=kind, tickets=(shown, plain), waited=(shown,), remarks=remarks),
            Digest(kind=kind, tickets=(), remarks=remarks),
        ):
            yield partial(letters.digest, digest, now=now)
    done = (CommandOutcome(line="#срок +2ч", told=True), CommandOutcome(line="#разблок", refused="записи нет"))
    strange = (NotUnderstood(line="#зкрыть", why="такой команды нет"),)
    yield partial(letters.command_answer, ticket, done, not_understood=strange, now=now)
    yield partial(letters.command_answer, ticket, done[:1], now=now)
    kept = (CommandOutcome(line="", refused="письмо записано как внутренняя заметка"),)
    yield partial(letters.command_answer, ticket, kept, now=now)
    yield partial(letters.command_answer, None, (), not_understood=strange, now=now)
    for notice in NoticeKind:
        address = _CLIENT.address
        yield partial(letters.notice, notice, now=now, ticket=ticket, recipient=address, detail="550 5.1.1", id=7)
        yield partial(letters.notice, notice, now=now)
    for words, names in (("Комната не открывается", ("снимок.png",)), ("слово " * 5000, ())):
        yield partial(letters.relayed_request, shown, received_at=_SATURDAY, words=words, attachments=names, now=now)


def _parts(
    wishes: tuple[tuple[Calendar, tuple[Category, ...]], ...], moment: datetime, policy: Policy
) -> tuple[Part, ...]:
    return tuple(
        promise(
            categories=categories,
            calendar=calendar,
            received_at=moment,
            schedule=policy.schedule,
            answer_within=policy.answer_within,
        )
        for calendar, categories in wishes
    )


def _decision(parts: tuple[Part, ...], *, full: bool, language: Language = Language.RUSSIAN) -> Decision:
    """A request for ``parts``; ``full``: everything is missing and every clause is to be stated."""
    return Decision(
        origin=Origin(
            disposition=Disposition.NEW_REQUEST,
            client=_CLIENT,
            proof=Proof.NONE,
            automated=None,
            silenced=False,
            from_form=False,
            reasons=(),
        ),
        reading=replace(NOTHING_READ, language=language, conduct=full, wants_call=full),
        categories=tuple(category for part in parts for category in part.categories),
        parts=parts,
        acknowledge=True,
        supplied=(),
        missing=tuple(Detail) if full else (),
        reasons=(),
        defects=(),
    )


def _ticket(parts: tuple[Part, ...], *, proved: bool, policy: Policy) -> Ticket:
    return Ticket(
        number=1042,
        kind=TicketKind.REQUEST,
        status=Status.OPEN,
        subject="Не открывается комната",
        requester=_CLIENT.address,
        requester_name=_CLIENT.name,
        requester_proved=proved,
        addresses=frozenset({_CLIENT.address}),
        categories=tuple(category for part in parts for category in part.categories),
        deadlines=tuple(deadline_for(part, policy) for part in parts),
        missing=tuple(Detail),
        account_number="104582",
        conduct=True,
        wants_call=True,
        opened_at=_SATURDAY,
        changed_at=_SATURDAY,
    )
