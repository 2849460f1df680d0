import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mime import MAX_REFERENCES, SENDER_NAME, AttachedFile, LetterKind, build, can_be_written_to

DATE = datetime(2026, 11, 21, 7, 4, tzinfo=UTC)
TEXT = "Здравствуйте!\n\nОтветим сегодня до 13:04.\n"


def a_letter(**differing: Any) -> bytes:
    facts: dict[str, Any] = {
        "subject": "[CSC-1042] Обращение принято",
        "text": TEXT,
        "html": "<p>Здравствуйте!</p>\n",
        "sender": "info@controlsystem.kz",
        "recipient": "client@example.kz",
        "message_id": "<csc.1042@controlsystem.kz>",
        "date": DATE,
        "kind": LetterKind.REPLY,
        "loop_mark": "mark",
    }
    return build(**(facts | differing))


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    for name, _ in message.items():
        assert not message[name].defects, name
    return message


def test_the_letter_reads_back_as_it_was_written() -> None:
    message = read(a_letter(in_reply_to="<a@b>", references=("<c@d>", "<a@b>")))
    assert message["From"] == f"{SENDER_NAME} <info@controlsystem.kz>"
    assert message["To"] == "client@example.kz"
    assert message["Subject"] == "[CSC-1042] Обращение принято"
    assert message["Date"].datetime == DATE
    assert message["Message-ID"] == "<csc.1042@controlsystem.kz>"
    assert message["In-Reply-To"] == "<a@b>"
    assert message["References"].split() == ["<c@d>", "<a@b>"]
    plain, html = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert plain.get_content() == TEXT.replace("\n", "\r\n")  # the canonical form (RFC 2045, 6.8)
    assert html.get_content_type() == "text/html"
    assert html.get_content() == "<p>Здравствуйте!</p>\r\n"


def test_every_line_is_short_ascii_and_ends_with_crlf() -> None:
    raw = a_letter(text="слово " * 5000, html="<p>" + "х" * 9000, references=tuple(f"<{n}@x>" for n in range(50)))
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert all(b"\r" not in line and b"\n" not in line and b"\0" not in line for line in lines)


@pytest.mark.parametrize(
    ("kind", "submitted"),
    [(LetterKind.REPLY, "auto-replied"), (LetterKind.GENERATED, "auto-generated"), (LetterKind.ORDINARY, None)],
)
def test_machines_are_told_who_is_speaking(kind: LetterKind, submitted: str | None) -> None:
    message = read(a_letter(kind=kind))
    assert message["Auto-Submitted"] == submitted
    suppress = message["X-Auto-Response-Suppress"]
    assert suppress == ("OOF, AutoReply, DR, RN, NRN" if submitted else None)
    assert message["X-CSC-Loop"] == "mark"
    assert read(a_letter(loop_mark=""))["X-CSC-Loop"] is None


@pytest.mark.parametrize("evil", ["\r\nBcc: all@example.kz", "\n", "\r", "\0", "\x85", "\u2028"])
@pytest.mark.parametrize(
    "field", ["subject", "sender", "recipient", "message_id", "reply_to", "loop_mark", "sender_name"]
)
def test_a_header_cannot_be_injected(field: str, evil: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        a_letter(**{field: f"a{evil}@example.kz"})


@pytest.mark.parametrize(
    "evil", ["<a@b>\r\nBcc: all@example.kz", "<a b@c>", "a@b", "", "<>", "<а@b>", f"<{'x' * 300}@b>"]
)
def test_an_odd_message_id_of_somebody_else_is_left_out(evil: str) -> None:
    message = read(a_letter(in_reply_to=evil, references=(evil, "<good@x>")))
    assert message["In-Reply-To"] is None
    assert message["References"] == "<good@x>"
    assert message["Bcc"] is None


def test_of_very_many_references_the_first_and_the_newest_are_kept() -> None:
    ids = [f"<{n}@x>" for n in range(100)]
    kept = read(a_letter(in_reply_to=ids[-1], references=ids))["References"].split()
    assert kept == [ids[0], *ids[-MAX_REFERENCES + 1 :]]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
def test_any_subject_reads_back_and_stays_in_short_lines(subject: str) -> None:
    raw = a_letter(subject=subject)
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 120
    # White space at the ends and in rows is what a header may lose.
    assert " ".join(str(read(raw)["Subject"]).split()) == " ".join(subject.split())


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_becomes_a_letter(text: str, html: str) -> None:
    plain, page = read(a_letter(text=text, html=html)).iter_parts()
    expected = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    payload = plain.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == expected
    assert page.get_content_type() == "text/html"


def test_files_go_along_under_their_names() -> None:
    original = AttachedFile(filename="письмо.eml", content_type="message/rfc822", content=b"Subject: x\n\nbody\xff")
    odd = AttachedFile(filename='a"b.txt', content_type="x\r\ny", content=b"")
    message = read(a_letter(attachments=(original, odd)))
    words, first, second = message.iter_parts()
    assert words.get_content_type() == "multipart/alternative"
    assert isinstance(first, EmailMessage)
    assert isinstance(second, EmailMessage)
    assert (first.get_filename(), first.get_content_type()) == ("письмо.eml", "application/octet-stream")
    assert first.get_content() == b"Subject: x\n\nbody\xff"
    assert second.get_filename() == 'a"b.txt'


@pytest.mark.parametrize("address", ["client@example.kz", "a+b@x.kz", "x..y@docomo.ne.jp", "client@пример.kz"])
def test_plain_addresses_can_be_written_to(address: str) -> None:
    assert can_be_written_to(address)
    assert b"@" in a_letter(recipient=address).partition(b"To: ")[2].partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "address", ["", "client", "клиент@example.kz", '"a b"@x.kz', "a@b@c.kz ", "a,b@x.kz", "<a@x.kz>", "a@x.kz\n", "a@"]
)
def test_what_is_no_plain_address_cannot_be_written_to(address: str) -> None:
    assert not can_be_written_to(address)


def test_two_letters_have_different_boundaries() -> None:
    one, other = (re.search(rb'boundary="([^"]+)"', a_letter(message_id=f"<{n}@x>")) for n in (1, 2))
    assert one is not None
    assert other is not None
    assert one[1] != other[1]
