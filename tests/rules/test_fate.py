"""What a letter is to its ticket, where the scenes would be long: recipients, notices, bounces, strangers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from parsers.mail import NOBODY, Address, Mark, MarkKind
from parsers.parse import parse_mail
from rules.commands import CommandBlock, parse_commands
from rules.decide import NOTHING_READ
from rules.decision import Disposition, Origin, Proof
from rules.fate import (
    Destiny,
    Fate,
    Pointers,
    Surroundings,
    addressees_of,
    answers_relayed,
    find_fate,
    find_pointers,
    holds_answer,
    recipients_of,
)
from rules.ticket import Status, Ticket
from rules.tokens import Purpose, SigningKeys, make_message_id
from tests.daemon.a_policy import SCHEDULE, a_policy
from tests.daemon.a_request import CLIENT, a_ticket, at

POLICY = a_policy()
NOW = at("2026-11-20T12:30")
KEYS = SigningKeys(current=b"a key")
MAIL = parse_mail(b"From: dana@controlsystem.kz\r\nTo: info@controlsystem.kz\r\n\r\n")
NONE = CommandBlock(commands=(), not_understood=(), rest="")
NOWHERE = Pointers(ancestors=(), signed={}, signed_any={}, number=None, token=None)
BESIDE = Surroundings(ancestors=(), known={}, tickets={}, remembered={}, violator=False)


def ours(ticket: int | None, purpose: Purpose = Purpose.AGENT) -> str:
    return make_message_id(
        KEYS, purpose=purpose, ticket=ticket, recipient="x", serial="s", domain="controlsystem.kz", expires=NOW
    )


def origin(disposition: Disposition, client: Address = CLIENT, **differing: object) -> Origin:
    plain = Origin(
        disposition=disposition,
        client=client,
        proof=Proof.NONE,
        automated=None,
        silenced=False,
        from_form=False,
        reasons=(),
    )
    return replace(plain, **differing)  # type: ignore[arg-type]


def fate(
    who: Origin,
    *,
    pointers: Pointers = NOWHERE,
    around: Surroundings = BESIDE,
    marks: tuple[Mark, ...] = (),
    commands: CommandBlock = NONE,
    relays: bool = False,
    mail: bytes = b"",
) -> Destiny:
    return find_fate(
        mail=parse_mail(mail) if mail else MAIL,
        origin=who,
        marks=marks,
        reading=NOTHING_READ,
        commands=commands,
        pointers=pointers,
        around=around,
        relays=relays,
        at=NOW,
        policy=POLICY,
    )


def kept(ticket: Ticket, message_id: str = "<theirs@x>") -> tuple[Pointers, Surroundings]:
    """A letter that answers ``message_id``, which is on ``ticket``."""
    assert ticket.number is not None
    return (
        replace(NOWHERE, ancestors=(message_id,)),
        replace(BESIDE, ancestors=(message_id,), known={message_id: ticket.number}, tickets={ticket.number: ticket}),
    )


def mark(kind: MarkKind) -> Mark:
    return Mark(kind=kind, evidence="", source="")


# --- who an agent's letter goes to


def test_everybody_counts_as_addressed_and_only_outsiders_in_the_open_join_the_thread() -> None:
    mail = parse_mail(
        b"From: info@controlsystem.kz\r\nTo: Client <client@example.kz>, info+1@controlsystem.kz\r\n"
        b"Cc: dana@controlsystem.kz\r\nBcc: Boss <BOSS@example.kz>, other@example.kz\r\n\r\n"
    )

    assert addressees_of(mail, POLICY) == {
        "client@example.kz",
        "dana@controlsystem.kz",
        "boss@example.kz",
        "other@example.kz",
    }
    assert recipients_of(mail, POLICY) == {"client@example.kz"}


# --- pointers


def test_only_letters_to_clients_make_a_thread_and_letters_to_agents_prove_nothing_of_a_client() -> None:
    client, agent = ours(1042, Purpose.CLIENT), ours(1042)
    raw = f"From: a@b.kz\r\nSubject: Re: [CSC-1042]\r\nReferences: {agent} {client}\r\n\r\n".encode()

    pointers = find_pointers(parse_mail(raw), sender="a@b.kz", keys=KEYS, policy=POLICY, now=NOW)

    assert pointers.signed == {client: 1042}
    assert pointers.signed_any == {client: 1042, agent: 1042}
    assert pointers.number == 1042


def test_without_keys_nothing_is_signed() -> None:
    raw = f"From: a@b.kz\r\nReferences: {ours(1042)}\r\n\r\n".encode()

    assert find_pointers(parse_mail(raw), sender="a@b.kz", keys=None, policy=POLICY, now=NOW).signed_any == {}


def test_a_relayed_request_is_answered_where_one_of_that_very_ticket_is() -> None:
    pointers = replace(NOWHERE, signed_any={"<relayed>": 1042, "<reminder>": 1042})

    assert answers_relayed(1042, pointers, replace(BESIDE, relayed=frozenset({"<relayed>"})))
    assert not answers_relayed(1043, pointers, replace(BESIDE, relayed=frozenset({"<relayed>"})))
    assert not answers_relayed(1042, pointers, BESIDE)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Готово.", True),
        ("#закрыть\nГотово.", True),
        ("#закрыть", False),
        ("#закрыть\nС уважением, Дана", False),
        ("#заметка\nГотово.", False),
        ("", False),
    ],
)
def test_an_answer_is_what_stands_beside_commands(text: str, holds: bool) -> None:
    assert holds_answer(parse_commands(text, at=NOW, schedule=SCHEDULE)) is holds


# --- machines


@pytest.mark.parametrize("kind", [MarkKind.BOUNCE, MarkKind.REPORT])
def test_a_bounce_belongs_to_the_ticket_whose_letter_came_back_whoever_sent_that(kind: MarkKind) -> None:
    pointers, around = kept(a_ticket(POLICY))

    found = fate(origin(Disposition.AUTOMATED, NOBODY), pointers=pointers, around=around, marks=(mark(kind),))

    assert (found.fate, found.ticket) == (Fate.BOUNCED, 1042)


def test_a_bounce_of_nothing_that_we_keep_is_kept() -> None:
    found = fate(origin(Disposition.AUTOMATED, NOBODY), marks=(mark(MarkKind.BOUNCE),))

    assert (found.fate, found.ticket) == (Fate.BOUNCED, None)


@pytest.mark.parametrize("kind", [MarkKind.LIST, MarkKind.LOOP])
def test_a_list_and_a_loop_open_no_ticket(kind: MarkKind) -> None:
    assert fate(origin(Disposition.AUTOMATED), marks=(mark(kind),)).fate is Fate.KEPT


def test_an_agents_out_of_office_opens_no_ticket() -> None:
    agent = Address(name="", address="dana@controlsystem.kz")

    assert fate(origin(Disposition.AUTOMATED, agent), marks=(mark(MarkKind.OUT_OF_OFFICE),)).fate is Fate.KEPT


def test_a_machines_first_letter_opens_a_ticket() -> None:
    assert fate(origin(Disposition.AUTOMATED), marks=(mark(MarkKind.AUTOMATIC),)).fate is Fate.MACHINE_REQUEST


def test_an_out_of_office_on_a_ticket_is_recorded_there() -> None:
    pointers, around = kept(a_ticket(POLICY))

    found = fate(origin(Disposition.AUTOMATED), pointers=pointers, around=around, marks=(mark(MarkKind.OUT_OF_OFFICE),))

    assert (found.fate, found.ticket) == (Fate.AUTOMATIC, 1042)


# --- agents


def test_a_proof_bound_to_another_ticket_is_an_impostors() -> None:
    pointers, around = kept(a_ticket(POLICY))
    agent = origin(Disposition.AGENT, proof=Proof.TOKEN, proved_for=1043)

    assert fate(agent, pointers=pointers, around=around).fate is Fate.IMPOSTOR


def test_an_agents_letter_in_sent_on_no_ticket_is_his_first_word_to_somebody() -> None:
    sent = b"From: info@controlsystem.kz\r\nTo: new@example.kz\r\n\r\n"

    assert fate(origin(Disposition.AGENT, proof=Proof.SENT_FOLDER), mail=sent).fate is Fate.AGENT_FIRST


def test_a_proved_agent_who_writes_to_the_mailbox_alone_is_a_colleague_with_a_request() -> None:
    found = fate(origin(Disposition.AGENT, proof=Proof.AUTHENTICATION_RESULTS))

    assert (found.fate, found.marked) == (Fate.COLLEAGUE, True)


def test_an_answer_is_relayed_only_where_relaying_is_on() -> None:
    notice = ours(1042)
    pointers, around = kept(a_ticket(POLICY), notice)
    pointers, around = replace(pointers, signed_any={notice: 1042}), replace(around, relayed=frozenset({notice}))
    agent = origin(Disposition.AGENT, proof=Proof.TOKEN, proved_for=1042)
    words = parse_commands("Готово.", at=NOW, schedule=SCHEDULE)

    for relays, expected in ((True, Fate.RELAY), (False, Fate.NOTE)):
        assert fate(agent, pointers=pointers, around=around, commands=words, relays=relays).fate is expected


def test_what_lies_in_sent_is_never_relayed() -> None:
    notice = ours(1042)
    pointers, around = kept(a_ticket(POLICY), notice)
    pointers, around = replace(pointers, signed_any={notice: 1042}), replace(around, relayed=frozenset({notice}))
    words = parse_commands("Готово.", at=NOW, schedule=SCHEDULE)
    sent = origin(Disposition.AGENT, proof=Proof.SENT_FOLDER)

    assert fate(sent, pointers=pointers, around=around, commands=words, relays=True).fate is Fate.NOTE


# --- people


def test_a_violator_on_his_ticket_follows_up_and_elsewhere_opens_one_of_his_own() -> None:
    pointers, around = kept(a_ticket(POLICY))
    violating = replace(around, violator=True)

    assert fate(origin(Disposition.NEW_REQUEST), pointers=pointers, around=violating).fate is Fate.FOLLOW_UP
    assert fate(origin(Disposition.NEW_REQUEST), around=replace(BESIDE, violator=True)).fate is Fate.VIOLATOR


def test_a_ticket_closed_too_long_ago_is_linked_but_thanks_still_join_it() -> None:
    old = replace(a_ticket(POLICY), status=Status.CLOSED, closed_at=NOW - POLICY.reopen_within - timedelta(seconds=1))
    pointers, around = kept(old)

    found = fate(origin(Disposition.NEW_REQUEST), pointers=pointers, around=around)
    assert (found.fate, found.linked_to) == (Fate.REQUEST, 1042)
    thanks = find_fate(
        mail=MAIL,
        origin=origin(Disposition.NEW_REQUEST),
        marks=(),
        reading=replace(NOTHING_READ, thanks_alone=True),
        commands=NONE,
        pointers=pointers,
        around=around,
        relays=False,
        at=NOW,
        policy=POLICY,
    )
    assert (thanks.fate, thanks.ticket) == (Fate.FOLLOW_UP, 1042)


@pytest.mark.parametrize(("client", "expected"), [(CLIENT, Fate.FIRST_ANSWERED), (NOBODY, Fate.REQUEST)])
def test_only_whom_an_agents_first_letter_went_to_answers_it(client: Address, expected: Fate) -> None:
    pointers = replace(NOWHERE, ancestors=("<first>",))
    around = replace(BESIDE, ancestors=("<first>",), remembered={"<first>": frozenset({CLIENT.address})})

    assert fate(origin(Disposition.NEW_REQUEST, client), pointers=pointers, around=around).fate is expected
