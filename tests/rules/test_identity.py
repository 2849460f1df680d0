"""What proves a sender: one well-formed From, and our own server's findings or a token of his own."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.authentication import read_results
from parsers.mail import ParsedMail
from parsers.parse import parse_mail
from rules.decision import Proof
from rules.identity import UNPROVED, has_one_author, prove_agent, prove_by_results
from tests.daemon.a_policy import a_policy

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
POLICY = a_policy(authserv_ids=frozenset({"mx.controlsystem.kz"}))
PASS = read_results("mx.controlsystem.kz; dmarc=pass header.from=controlsystem.kz")


def a_mail(*fields: str) -> ParsedMail:
    return parse_mail("\r\n".join((*fields, "", "text", "")).encode())


@pytest.mark.parametrize(
    ("fields", "one"),
    [
        (("From: a@controlsystem.kz",), True),
        (("From: Aigul <a@controlsystem.kz>", "Sender: A@controlsystem.kz"), True),
        (("From: a@controlsystem.kz", "Sender: b@controlsystem.kz"), False),
        (("From: a@controlsystem.kz", "From: a@controlsystem.kz"), False),
        (("From: a@controlsystem.kz, b@controlsystem.kz",), False),
        (("From: team: a@controlsystem.kz;",), False),
        (("From: a@controlsystem.kz <a@controlsystem.kz>",), False),
        (("Subject: nobody",), False),
    ],
)
def test_one_author_is_one_clean_address_in_one_field(fields: tuple[str, ...], one: bool) -> None:
    assert has_one_author(a_mail(*fields)) is one


def test_nobody_is_believed_before_a_server_is_named() -> None:
    mail = a_mail("From: a@controlsystem.kz")
    assert prove_by_results(mail, PASS, policy=POLICY).proof is Proof.AUTHENTICATION_RESULTS
    assert prove_by_results(mail, PASS, policy=a_policy()) == UNPROVED
    assert prove_by_results(mail, None, policy=POLICY) == UNPROVED


def test_a_server_that_writes_no_name_is_believed_by_nobody() -> None:
    nameless = read_results("dmarc=pass action=none header.from=controlsystem.kz")
    assert prove_by_results(a_mail("From: a@controlsystem.kz"), nameless, policy=POLICY) == UNPROVED


@pytest.mark.parametrize(
    "results",
    [
        "mx.controlsystem.kz; dmarc=pass",
        "mx.controlsystem.kz; dmarc=pass header.from=controlsystem.kz; dmarc=fail header.from=controlsystem.kz",
        "mx.controlsystem.kz; dmarc=pass header.from=controlsystem.kz header.from=evil.kz",
        "mx.controlsystem.kz; dkim=pass header.d=evil.kz header.i=@controlsystem.kz",
        "mx.controlsystem.kz; arc=pass header.d=controlsystem.kz",
        "mx.controlsystem.kz; dkim=pass",
        "mx.controlsystem.kz; spf=pass smtp.mailfrom=a@controlsystem.kz; iprev=pass policy.iprev=192.0.2.1",
    ],
)
def test_a_finding_that_is_not_plainly_of_the_from_domain_proves_nothing(results: str) -> None:
    assert prove_by_results(a_mail("From: a@controlsystem.kz"), read_results(results), policy=POLICY) == UNPROVED


def test_what_lies_in_sent_needs_no_other_proof() -> None:
    identity = prove_agent(a_mail("Subject: x"), None, policy=POLICY, keys=None, in_sent_folder=True, now=NOW)
    assert identity.proof is Proof.SENT_FOLDER


@given(st.text(max_size=120))
def test_no_text_in_from_is_proved_without_being_of_the_domain(sender: str) -> None:
    mail = a_mail("From: " + sender.replace("\r", " ").replace("\n", " "))
    identity = prove_by_results(mail, PASS, policy=POLICY)
    assert identity == UNPROVED or mail.from_[0].domain == "controlsystem.kz"
