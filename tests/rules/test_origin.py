"""Who wrote a letter, from whole letters: the order of the law, what proves, and what does nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parsers.authentication import topmost_results
from parsers.automation import find_marks
from parsers.mail import NOBODY, Address, FormLetter, Forwarded, Words
from parsers.parse import parse_mail
from rules.decision import Disposition, Origin, Proof
from rules.origin import judge_origin
from rules.policy import Policy
from rules.tokens import LOOP_HEADER, Purpose, SigningKeys, make_loop_mark, make_message_id, make_subject_token
from tests.daemon.a_policy import a_policy

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
KEYS = SigningKeys(current=b"k" * 32)
AIGUL = "aigul@controlsystem.kz"
CLIENT = "ivan@example.kz"
TRUSTING = a_policy(authserv_ids=frozenset({"mx.controlsystem.kz"}))
PROVED = "mx.controlsystem.kz; dmarc=pass header.from=controlsystem.kz"
CSC_1042 = 1042


def a_letter(
    *extra: str, sender: str = f"Иван <{CLIENT}>", subject: str = "Нет звука", text: str = "Помогите."
) -> bytes:
    """A letter to the mailbox; ``extra`` are whole fields that stand above the others."""
    fields = (
        *extra,
        f"From: {sender}",
        "To: info@controlsystem.kz",
        f"Subject: {subject}",
        "Message-ID: <1@example.kz>",
    )
    return "\r\n".join((*fields, "Content-Type: text/plain; charset=utf-8", "", text, "")).encode()


def judge(raw: bytes, *, policy: Policy = TRUSTING, **differing: Any) -> Origin:
    mail = parse_mail(raw)
    words = Words(new=mail.text, as_first=mail.text, quoted="", signature="", forwarded=None)
    arguments: dict[str, Any] = {"words": words, "form": None, "keys": KEYS, "in_sent_folder": False, "now": NOW}
    arguments |= differing
    return judge_origin(
        mail,
        arguments.pop("words"),
        find_marks(mail, own_lists=policy.own_lists),
        authentication=topmost_results(mail),
        policy=policy,
        **arguments,
    )


def an_id(agent: str = AIGUL, *, purpose: Purpose = Purpose.AGENT, expires: datetime = LATER) -> str:
    return make_message_id(
        KEYS, purpose=purpose, ticket=CSC_1042, recipient=agent, serial="1", domain="controlsystem.kz", expires=expires
    )


def is_plain_request(origin: Origin) -> bool:
    return origin.disposition is Disposition.NEW_REQUEST and not origin.silenced and origin.automated is None


# --- a person


def test_a_persons_letter_is_a_request_and_may_be_answered() -> None:
    origin = judge(a_letter())
    assert is_plain_request(origin)
    assert origin.client == Address(name="Иван", address=CLIENT)
    assert origin.proof is Proof.NONE


def test_reply_to_does_not_make_somebody_else_the_author() -> None:
    assert judge(a_letter("Reply-To: victim@example.com")).client.address == CLIENT


@pytest.mark.parametrize(
    ("results", "proof"),
    [
        ("mx.controlsystem.kz; dmarc=pass (p=none) header.from=example.kz", Proof.AUTHENTICATION_RESULTS),
        ("mx.controlsystem.kz; dkim=pass header.d=example.kz", Proof.AUTHENTICATION_RESULTS),
        ("mx.controlsystem.kz; dkim=pass header.i=@example.kz", Proof.AUTHENTICATION_RESULTS),
        (
            "mx.controlsystem.kz; dmarc=none header.from=example.kz; dkim=pass header.d=example.kz",
            Proof.AUTHENTICATION_RESULTS,
        ),
        ("mx.controlsystem.kz; spf=pass smtp.mailfrom=ivan@example.kz", Proof.NONE),
        ("mx.controlsystem.kz; dkim=pass header.d=other.kz", Proof.NONE),
        ("mx.controlsystem.kz; dkim=pass header.d=mail.example.kz", Proof.NONE),
        ("mx.controlsystem.kz; dmarc=pass header.from=other.kz", Proof.NONE),
        ("mx.controlsystem.kz; dmarc=fail header.from=example.kz; dkim=pass header.d=example.kz", Proof.NONE),
        ("mx.controlsystem.kz; dkim=none (dmarc=pass header.from=example.kz)", Proof.NONE),
        ("mx.other.kz; dmarc=pass header.from=example.kz", Proof.NONE),
        ("dmarc=pass header.from=example.kz", Proof.NONE),
    ],
)
def test_a_client_is_proved_by_our_own_servers_findings_alone(results: str, proof: Proof) -> None:
    origin = judge(a_letter(f"Authentication-Results: {results}"))
    assert is_plain_request(origin)
    assert origin.proof is proof


def test_authentication_results_below_the_top_do_nothing() -> None:
    below = ("Authentication-Results: mx.controlsystem.kz; dmarc=fail header.from=example.kz",)
    brought = ("Authentication-Results: mx.controlsystem.kz; dmarc=pass header.from=example.kz",)
    assert judge(a_letter(*below, *brought)).proof is Proof.NONE


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "undisclosed",
        "a@example.kz, b@example.kz",
        f"{AIGUL} <evil@example.kz>",
        f"<{AIGUL}>evil@example.kz",
        "@",
    ],
)
def test_a_from_that_is_not_one_address_is_answered_to_nobody(sender: str) -> None:
    origin = judge(a_letter(sender=sender))
    assert origin.disposition is Disposition.NEW_REQUEST
    assert origin.silenced
    assert any(reason.decision == "silenced" for reason in origin.reasons)


def test_two_from_fields_are_answered_to_nobody() -> None:
    origin = judge(a_letter("From: other@example.kz"))
    assert (origin.client, origin.silenced) == (NOBODY, True)


@pytest.mark.parametrize("sender", [f"{CLIENT} <{CLIENT}>", f"Иванов И.И. (ТОО) <{CLIENT}>", f"{CLIENT} (Ivan)"])
def test_an_odd_from_that_means_one_person_is_answered(sender: str) -> None:
    origin = judge(a_letter(sender=sender))
    assert is_plain_request(origin)
    assert origin.client.address == CLIENT


@pytest.mark.parametrize(
    "field", ["Feedback-ID: 1:2:3:ses", "X-Spam-Flag: YES", "To: x@example.kz" + ", y@example.kz" * 30]
)
def test_a_suspicion_adds_a_reason_and_silences_nobody(field: str) -> None:
    origin = judge(a_letter(field))
    assert is_plain_request(origin)
    assert any(reason.decision == "suspicion" for reason in origin.reasons)


def test_a_letter_that_is_not_addressed_to_us_says_so() -> None:
    origin = judge(a_letter().replace(b"To: info@controlsystem.kz", b"To: somebody@example.kz"))
    assert is_plain_request(origin)
    assert any("neither To nor Cc" in reason.evidence for reason in origin.reasons)


# --- a machine


@pytest.mark.parametrize(
    "field",
    ["Auto-Submitted: auto-replied", "Return-Path: <>", "Precedence: bulk", "List-Id: <news.example.kz>"],
)
def test_a_machine_is_never_answered(field: str) -> None:
    origin = judge(a_letter(field))
    assert (origin.disposition, origin.silenced) == (Disposition.AUTOMATED, True)
    assert origin.automated


def test_an_agents_own_autoresponder_is_a_machine_even_when_proved() -> None:
    origin = judge(
        a_letter(f"Authentication-Results: {PROVED}", "Auto-Submitted: auto-replied", sender=AIGUL, subject="Автоответ")
    )
    assert origin.disposition is Disposition.AUTOMATED


# --- our own


def test_a_letter_with_our_signature_is_our_own() -> None:
    raw = a_letter(sender="info@controlsystem.kz").replace(b"<1@example.kz>", an_id().encode())
    assert judge(raw).disposition is Disposition.OWN
    assert judge(raw, keys=None).disposition is Disposition.NEW_REQUEST


def test_a_letter_with_our_loop_mark_is_our_own_and_a_made_up_mark_does_nothing() -> None:
    mark = make_loop_mark(KEYS, "info@controlsystem.kz")
    assert judge(a_letter(f"{LOOP_HEADER}: {mark}")).disposition is Disposition.OWN
    assert is_plain_request(judge(a_letter(f"{LOOP_HEADER}: {'a' * len(mark)}")))


def test_an_answer_to_our_signed_letter_is_the_clients_and_not_our_own() -> None:
    assert is_plain_request(judge(a_letter(f"In-Reply-To: {an_id(CLIENT, purpose=Purpose.CLIENT)}")))


# --- an agent


def test_what_lies_in_sent_is_an_agents() -> None:
    origin = judge(a_letter(sender="info@controlsystem.kz", subject="Re: Автоответ: вопрос"), in_sent_folder=True)
    assert (origin.disposition, origin.proof) == (Disposition.AGENT, Proof.SENT_FOLDER)


def test_a_responder_that_files_its_answers_in_sent_is_a_machine() -> None:
    origin = judge(a_letter("Auto-Submitted: auto-replied", sender="info@controlsystem.kz"), in_sent_folder=True)
    assert origin.disposition is Disposition.AUTOMATED


def test_our_own_letter_that_the_server_files_in_sent_is_our_own() -> None:
    raw = a_letter(sender="info@controlsystem.kz").replace(b"<1@example.kz>", an_id().encode())
    assert judge(raw, in_sent_folder=True).disposition is Disposition.OWN


def test_an_agent_is_proved_by_authentication_results_for_any_ticket() -> None:
    origin = judge(a_letter(f"Authentication-Results: {PROVED}", sender=AIGUL))
    assert (origin.disposition, origin.proof, origin.proved_for) == (
        Disposition.AGENT,
        Proof.AUTHENTICATION_RESULTS,
        None,
    )
    assert origin.silenced


@pytest.mark.parametrize("field", ["In-Reply-To: {}", "References: <a@b.kz> {} <c@d.kz>"])
def test_an_agent_is_proved_by_answering_our_letter_to_him_for_its_ticket(field: str) -> None:
    origin = judge(a_letter(field.format(an_id()), sender=AIGUL))
    assert (origin.disposition, origin.proof, origin.proved_for) == (Disposition.AGENT, Proof.TOKEN, CSC_1042)


def test_an_agent_is_proved_by_the_token_of_a_link() -> None:
    token = make_subject_token(KEYS, ticket=CSC_1042, agent=AIGUL, expires=LATER)
    origin = judge(a_letter(sender=AIGUL, subject=f"[CSC-7] {token}"))
    assert (origin.proof, origin.proved_for) == (Proof.TOKEN, CSC_1042)


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Authentication-Results: mx.evil.kz; dmarc=pass header.from=controlsystem.kz",),
        ("Authentication-Results: mx.controlsystem.kz; spf=pass smtp.mailfrom=aigul@controlsystem.kz",),
        (f"In-Reply-To: {an_id('bolat@controlsystem.kz')}",),
        (f"In-Reply-To: {an_id(purpose=Purpose.CLIENT)}",),
        (f"In-Reply-To: {an_id(expires=NOW)}",),
        (f"In-Reply-To: {an_id().replace('.1042.', '.1043.')}",),
        (f"Authentication-Results: {PROVED}", "Sender: evil@example.kz"),
        (f"Authentication-Results: {PROVED}", "From: other@controlsystem.kz"),
    ],
)
def test_a_forged_agent_is_a_marked_request_without_acknowledgement(fields: tuple[str, ...]) -> None:
    origin = judge(a_letter(*fields, sender=AIGUL))
    assert (origin.disposition, origin.silenced, origin.claims_staff) == (Disposition.NEW_REQUEST, True, True)
    assert origin.proof is Proof.NONE


@pytest.mark.parametrize(
    "sender",
    [
        f"{AIGUL} <evil@example.kz>",
        f'"{AIGUL}" <evil@example.kz>',
        f"<{AIGUL}>evil@example.kz",
        f"{AIGUL})evil@example.kz",
        f"{AIGUL}, evil@example.kz",
        f"a: {AIGUL};",
        "аigul@controlsystem.kz",
        "aigul@controlsystem.kz.evil.kz",
        "aigul@controlsystem.kz@evil.kz",
    ],
)
def test_no_odd_form_of_from_acts_as_an_agent(sender: str) -> None:
    findings = (
        f"Authentication-Results: mx.controlsystem.kz; dmarc=pass header.from={sender.rpartition('@')[2].strip('<>;')}"
    )
    for fields in ((findings,), (f"Authentication-Results: {PROVED}",), (f"In-Reply-To: {an_id()}",)):
        assert judge(a_letter(*fields, sender=sender)).disposition is not Disposition.AGENT


def test_a_colleague_who_is_not_proved_is_not_lost() -> None:
    origin = judge(a_letter(sender="buh@controlsystem.kz"))
    assert origin.client.address == "buh@controlsystem.kz"
    assert (origin.claims_staff, origin.silenced) == (True, True)


@pytest.mark.parametrize(
    ("switched_off", "fields", "in_sent_folder"),
    [
        (Proof.SENT_FOLDER, (), True),
        (Proof.AUTHENTICATION_RESULTS, (f"Authentication-Results: {PROVED}",), False),
        (Proof.TOKEN, (f"In-Reply-To: {an_id()}",), False),
    ],
)
def test_each_proof_can_be_switched_off(switched_off: Proof, fields: tuple[str, ...], in_sent_folder: bool) -> None:
    raw = a_letter(*fields, sender=AIGUL)
    assert judge(raw, in_sent_folder=in_sent_folder).disposition is Disposition.AGENT
    policy = replace(TRUSTING, agent_proofs=TRUSTING.agent_proofs - {switched_off})
    assert judge(raw, policy=policy, in_sent_folder=in_sent_folder).disposition is Disposition.NEW_REQUEST


# --- forwarded by an agent, and the form

FORWARDED = Words(
    new="",
    as_first="Нет звука",
    quoted="",
    signature="",
    forwarded=Forwarded(author=Address(name="Иван", address=CLIENT), subject="Нет звука", text="Нет звука"),
)


def test_a_clients_letter_that_a_proved_agent_forwards_is_that_clients_request() -> None:
    raw = a_letter(f"Authentication-Results: {PROVED}", sender=AIGUL, subject="Fwd: Нет звука")
    origin = judge(raw, words=FORWARDED)
    assert is_plain_request(origin)
    assert (origin.client.address, origin.proof) == (CLIENT, Proof.NONE)


def test_a_forward_by_somebody_who_is_not_proved_makes_nobody_a_client() -> None:
    origin = judge(a_letter(sender=AIGUL, subject="Fwd: Нет звука"), words=FORWARDED)
    assert (origin.client.address, origin.silenced) == (AIGUL, True)


def test_an_agents_answer_that_quotes_the_client_is_no_forward() -> None:
    answer = a_letter(f"Authentication-Results: {PROVED}", sender=AIGUL, subject="Re: Нет звука")
    assert judge(answer, words=FORWARDED).disposition is Disposition.AGENT
    to_client = a_letter(f"Authentication-Results: {PROVED}", f"Cc: {CLIENT}", sender=AIGUL, subject="Fwd: Нет звука")
    assert judge(to_client, words=FORWARDED).disposition is Disposition.AGENT


def test_a_forward_with_a_command_is_the_agents_own_letter() -> None:
    raw = a_letter(f"Authentication-Results: {PROVED}", sender=AIGUL, subject="Fwd: Нет звука")
    assert judge(raw, words=replace(FORWARDED, new="#заметка звонил")).disposition is Disposition.AGENT


FORM = a_policy(form_senders=("site@example.kz",))


def a_form(**fields: str) -> FormLetter:
    return FormLetter(**({"name": "", "address": "", "telephone": "", "account": "", "message": ""} | fields))


def test_the_forms_letter_is_the_clients_whatever_marks_the_site_sets() -> None:
    raw = a_letter("Auto-Submitted: auto-generated", sender="site@example.kz")
    origin = judge(raw, policy=FORM, form=a_form(name="Иван", address=CLIENT))
    assert is_plain_request(origin)
    assert (origin.client, origin.from_form) == (Address(name="Иван", address=CLIENT), True)


def test_the_forms_letter_may_name_the_client_in_reply_to() -> None:
    origin = judge(a_letter(f"Reply-To: {CLIENT}", sender="site@example.kz"), policy=FORM)
    assert (origin.client.address, origin.from_form, origin.silenced) == (CLIENT, True, False)


def test_a_form_without_an_address_is_a_request_that_nobody_is_answered_on() -> None:
    origin = judge(a_letter(sender="site@example.kz"), policy=FORM, form=a_form(name="Иван", message="Нет звука"))
    assert (origin.client.address, origin.silenced, origin.from_form) == ("", True, True)


def test_the_sites_other_letters_are_not_answered_to_the_site() -> None:
    origin = judge(a_letter(sender="site@example.kz"), policy=FORM)
    assert (origin.client, origin.silenced) == (NOBODY, True)


def test_a_form_filled_in_with_our_own_address_is_not_answered() -> None:
    origin = judge(a_letter(sender="site@example.kz"), policy=FORM, form=a_form(address="info@controlsystem.kz"))
    assert origin.silenced
