"""What a bounce says, where programs write no report of their own; and what is no bounce."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.bounces import find_bounce
from parsers.mail import Bounce
from parsers.parse import parse_mail

OURS = "<csc.c.1042.a.-.b.c@controlsystem.kz>"


def told(text: str, *fields: str, subject: str = "Undelivered") -> Bounce | None:
    head = (*fields, "From: mailer-daemon@example.kz", "To: info@controlsystem.kz", f"Subject: {subject}")
    raw = "\r\n".join((*head, "Content-Type: text/plain; charset=utf-8", "", text)).encode()
    return find_bounce(parse_mail(raw))


@pytest.mark.parametrize(
    ("text", "permanent", "status"),
    [
        ("<ivan@example.kz>: 550 5.1.1 User unknown", True, "5.1.1"),
        ("<ivan@example.kz>: 450 4.2.1 Try later", False, "4.2.1"),
        ("ivan@example.kz\n550 No such user", True, ""),
        ("ivan@example.kz\n421 Service not available", False, ""),
        ("ivan@example.kz will be retried for 5 days", False, ""),
        ("Ящик ivan@example.kz переполнен", True, ""),
        ("Доставка на ivan@example.kz отложена", False, ""),
        ("Deferred by 10.4.2.1 for ivan@example.kz, mailbox full", True, ""),
    ],
)
def test_the_text_tells_for_whom_and_for_how_long(text: str, permanent: bool, status: str) -> None:
    found = told(text)
    assert found is not None
    assert (found.recipients, found.permanent, found.status) == (("ivan@example.kz",), permanent, status)


def test_the_addresses_of_the_returned_letter_and_of_the_reporter_did_not_fail() -> None:
    found = told(
        "Could not be delivered: ivan@example.kz\nContact postmaster@example.kz\n\n--- Original message\n"
        f"From: info@controlsystem.kz\nCc: other@example.kz\nMessage-ID: {OURS}\n"
    )
    assert found is not None
    assert found.recipients == ("ivan@example.kz",)
    assert found.message_ids == (OURS,)


def test_where_nobody_is_named_it_was_the_one_the_letter_was_written_to() -> None:
    found = told(f"Undeliverable.\n\nReceived: from a by b\nTo: <ivan@example.kz>\nMessage-ID: {OURS}\n")
    assert found is not None
    assert found.recipients == ("ivan@example.kz",)


def test_a_quoted_message_id_is_found() -> None:
    found = told(f"Not delivered\n\n> Message-Id: {OURS}\n")
    assert found is not None
    assert found.message_ids == (OURS,)


def test_a_report_that_returns_nothing_names_what_it_answers() -> None:
    found = told("ivan@example.kz: user unknown", f"In-Reply-To: {OURS}")
    assert found is not None
    assert found.message_ids == (OURS,)


@pytest.mark.parametrize("text", ["", "Good day", "Your letter to ivan@example.kz was read."])
def test_what_tells_no_failure_is_no_bounce(text: str) -> None:
    assert told(text, subject="Read: hello") is None


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    raw = (
        'From: postmaster@example.kz\r\nContent-Type: multipart/report; boundary="a"\r\n\r\n--a\r\n\r\nOk\r\n'
        "--a\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.kz\r\n\r\n"
        f"Final-Recipient: rfc822; ivan@example.kz\r\nAction: {action}\r\nStatus: 2.0.0\r\n\r\n--a--\r\n"
    )
    assert find_bounce(parse_mail(raw.encode())) is None


@given(st.binary(max_size=300))
def test_any_bytes_can_be_asked_for_a_bounce(raw: bytes) -> None:
    found = find_bounce(parse_mail(b"From: a@b.kz\nSubject: failed\n\n" + raw))
    assert found is None or all("@" in recipient for recipient in found.recipients)
