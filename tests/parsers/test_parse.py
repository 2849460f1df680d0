"""Any bytes give a letter, and odd ones say what was odd."""

import email.message
import string
from email.headerregistry import Address as PythonAddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import structure
from parsers.mail import ParsedMail
from parsers.parse import parse_mail
from parsers.structure import Budget, Part

_HEAD = b"From: ivan@example.kz\r\nTo: info@controlsystem.kz\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
_MIXED = _HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n"


def _every_string(mail: ParsedMail) -> list[str]:
    return [
        mail.subject,
        mail.text,
        mail.html or "",
        mail.message_id or "",
        *mail.references,
        *mail.defects,
        *(header.name + header.value for header in mail.headers),
        *(author.name + author.address for author in mail.from_ + mail.to),
        *((file.filename or "") + file.content_type for file in mail.attachments),
        *(inner.text for inner in mail.embedded),
    ]


@given(st.binary(max_size=2000))
def test_any_bytes_give_a_value_that_can_be_written(raw: bytes) -> None:
    for text in _every_string(parse_mail(raw)):
        text.encode("utf-8")
        assert "\x00" not in text


_FIELDS = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=q",
        b'Content-Type: multipart/alternative; boundary="q"',
        b"Content-Type: multipart/report; boundary=r; report-type=delivery-status",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/html; charset=koi8-r",
        b"Content-Type: text/plain; charset=undefined",
        b"Content-Type: text/plain; format=flowed",
        b"Content-Type: ; ;=",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=utf-8''%D0",
        b"From: =?utf-8?B?0J?= <a@b.kz>",
        b"From: \xc8\xe2\xe0\xed <a@b.kz",
        b"To: (((,;:<>@",
        b"Date: 99 Foo 99999",
        b"Message-ID: [",
        b"References: <<a@b> <",
        b"no field at all",
        b" folded",
    ]
)
_LINES = st.sampled_from(
    [
        b"",
        b"--q",
        b"--q--",
        b"--r",
        b"text",
        b"begin 644 a.txt",
        b"=D0=",
        b"0J/R",
        b"<p>\xcf\xf0</p>",
        b"\x00\xff",
        b"From x",
    ]
)


@given(st.lists(st.one_of(_FIELDS, _LINES), max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_mixture_of_what_letters_are_made_of_gives_a_value(lines: list[bytes], end: bytes) -> None:
    for text in _every_string(parse_mail(end.join(lines))):
        text.encode("utf-8")


@given(
    st.text(alphabet=string.ascii_letters + "ёжЖәқ ,.\"'<>=?", max_size=60),
    st.text(alphabet=string.ascii_letters + "Приветәқ \n=>.-", max_size=300),
)
def test_what_python_writes_is_read_back(subject: str, body: str) -> None:
    message = email.message.EmailMessage()
    message["From"] = PythonAddress("Иван, Петров", "ivan", "example.kz")
    message["Subject"] = " ".join(subject.split())
    message.set_content(body, charset="utf-8")

    mail = parse_mail(message.as_bytes())

    assert " ".join(mail.subject.split()) == " ".join(subject.split())
    assert mail.text.split() == body.split()
    assert (mail.from_[0].name, mail.from_[0].address) == ("Иван, Петров", "ivan@example.kz")
    assert mail.from_well_formed


def _nested(levels: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
    return _HEAD + opening + b"Content-Type: text/plain\r\n\r\nhello\r\n"


_ODD = {
    "nested parts": _nested(3000),
    "nested messages": _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2000 + b"Subject: inner\r\n\r\nhello",
    "parts": _MIXED + b"--q\r\nContent-Type: image/png\r\n\r\nx\r\n" * 100_000 + b"--q--",
    "fields": b"X-A: b\r\n" * 100_000 + _HEAD + b"\r\nhi",
    "a long field": b"X-A: " + b"b" * 3_000_000 + b"\r\n" + _HEAD + b"\r\nhi",
    "parameters": _HEAD + b"Content-Type: text/plain" + b"".join(b"; a%d=b" % n for n in range(40_000)) + b"\r\n\r\nhi",
    "recipients": b"To: " + b", ".join(b'"U %d" <u%d@example.kz>' % (n, n) for n in range(10_000)) + b"\r\n\r\nhi",
    "lost boundary": _MIXED + b"hello",
    "unknown charset": _HEAD + "Content-Type: text/plain; charset=x-1\r\n\r\nПривет".encode(),
    "no From": b"Subject: x\r\n\r\nhi",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", _ODD)
def test_an_odd_letter_gives_a_value_with_a_defect(kind: str) -> None:
    assert parse_mail(_ODD[kind]).defects


def test_text_under_any_number_of_levels_is_found() -> None:
    assert parse_mail(_nested(30)).text.strip() == "hello"
    assert parse_mail(_nested(1000)).text.strip() == "hello"


@pytest.mark.parametrize(
    "field",
    [
        b"From: agent@our.kz\x00\r\n",
        b"From: agent@our.kz\r evil@example.org\r\n",
        b"From: agent@our.kz\r\nfrom: evil@example.org\r\n",
        b"From: \xe2\x80\xaeagent <agent@our.kz>\r\n",
        b"From: agent@our.kz <evil@example.org>\r\n",
        b"From:\r\n",
        b"",
    ],
)
def test_a_from_field_with_anything_odd_is_not_well_formed(field: bytes) -> None:
    assert not parse_mail(field + b"To: info@example.kz\r\n\r\nhi").from_well_formed


def test_a_folded_from_field_with_a_raw_name_is_well_formed() -> None:
    mail = parse_mail("From: Иван\r\n <Ivan@Example.KZ>\r\n\r\nhi".encode("koi8-r"))

    assert mail.from_well_formed
    assert (mail.from_[0].name, mail.from_[0].address) == ("Иван", "ivan@example.kz")


def test_ten_thousand_recipients_are_bounded_and_still_many() -> None:
    assert 500 <= len(parse_mail(_ODD["recipients"]).to) <= 1000


def test_the_message_id_on_which_python_breaks_is_kept() -> None:
    assert parse_mail(b"Message-ID: [\r\n" + _HEAD + b"\r\nhi").message_id == "["


def test_a_letter_without_a_header_is_all_text() -> None:
    assert parse_mail("Помогите\nничего не работает".encode()).text == "Помогите\nничего не работает"


def test_repeated_fields_are_all_kept_in_order() -> None:
    mail = parse_mail(b"X-A: 1\r\n" + _HEAD + b"X-a: 2\r\n\r\nhi")

    assert list(mail.values("x-A")) == ["1", "2"]


def test_the_digest_knows_content_and_not_the_road() -> None:
    first = parse_mail(_HEAD + b"\r\nhello \r\n")
    other_road = parse_mail(b"Received: by x; y\r\n" + _HEAD + b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8K")

    assert first.digest == other_road.digest
    assert first.digest != parse_mail(_HEAD + b"\r\nhello!").digest
    assert first.digest != parse_mail(_HEAD.replace(b"Subject: x", b"Subject: y") + b"\r\nhello").digest


def test_the_digest_knows_attachments() -> None:
    def letter(content: bytes) -> bytes:
        return _MIXED + b"--q\r\n\r\nhi\r\n--q\r\nContent-Type: image/png\r\n\r\n" + content + b"\r\n--q--"

    assert parse_mail(letter(b"a")).digest != parse_mail(letter(b"b")).digest


def test_names_of_parts_that_are_text_do_not_hide_the_only_text() -> None:
    mail = parse_mail(_HEAD + b"Content-Type: text/plain; name=letter.txt\r\n\r\nhello")

    assert mail.text == "hello"
    assert mail.attachments[0].filename == "letter.txt"


def test_both_ways_of_cutting_a_letter_agree() -> None:
    raw = (
        _MIXED
        + b"--q\r\nContent-Type: multipart/alternative; boundary=r\r\n\r\n--r\r\n\r\nplain\r\n"
        + b"--r\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--r--\r\n"
        + b"--q\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\n--q--\r\n"
    )
    ordinary = parse_mail(raw)
    by_hand = parse_mail(raw + b" " * 100_000)  # too large for the library

    assert (ordinary.text, ordinary.html, ordinary.attachments) == (by_hand.text, by_hand.html, by_hand.attachments)
    assert ordinary.digest == by_hand.digest


def test_uuencoded_and_broken_base64_content_is_read() -> None:
    def content(raw: bytes) -> bytes:
        return _leaf(structure.split(raw, Budget())).content

    assert content(b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#0V%T\n`\nend\n") == b"Cat"
    assert content(b"Content-Transfer-Encoding: base64\n\nQ2F0!!\nQ2F\n") == b"CatCa"
    assert content(b"Content-Transfer-Encoding: x-own\n\nCat") == b"Cat"


def test_words_that_call_themselves_base64_stay_words() -> None:
    raw = _HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nThe quick brown fox jumps over\r\n"

    assert parse_mail(raw).text == "The quick brown fox jumps over\n"


def test_a_line_of_spaces_does_not_end_the_header_block() -> None:
    mail = parse_mail(b"Subject: a\r\n  \r\n b\r\nX-A: c\r\n\r\nhi")

    assert (mail.subject, mail.value("x-a"), mail.text) == ("a b", "c", "hi")


def test_a_byte_order_mark_before_the_letter_is_skipped() -> None:
    assert parse_mail(b"\xef\xbb\xbf" + _HEAD + b"\r\nhi").from_well_formed


def _leaf(part: Part) -> Part:
    return _leaf(part.children[0]) if part.children else part
