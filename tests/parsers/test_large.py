"""What stands for a letter above the size limit."""

from parsers.large import headers_and_text
from parsers.parse import parse_mail

_HEADERS = (
    b"From: ivan@example.kz\r\nSubject: =?utf-8?B?0J/RgNC40LLQtdGC?=\r\nMessage-ID: <a@b>\r\n"
    b'Content-Type: multipart/mixed;\r\n boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
)
_MIME = b"Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"


def test_the_letter_keeps_its_header_and_the_text_with_its_charset() -> None:
    mail = parse_mail(headers_and_text(_HEADERS, _MIME, "Не работает\r\n".encode("koi8-r")))

    assert (mail.subject, mail.message_id, mail.text) == ("Привет", "<a@b>", "Не работает\n")
    assert mail.content_type == "text/plain"
    assert mail.value("x-supportd-reduced") is not None
    assert mail.attachments == ()


def test_a_letter_of_one_part_keeps_its_own_content_fields() -> None:
    headers = b"From: ivan@example.kz\r\n" + _MIME

    assert parse_mail(headers_and_text(headers, b"", "Да".encode("koi8-r"))).text == "Да"


def test_the_same_letter_gives_the_same_bytes_and_nothing_gives_a_letter() -> None:
    assert headers_and_text(_HEADERS, _MIME, b"x") == headers_and_text(_HEADERS, _MIME, b"x")
    assert parse_mail(headers_and_text(b"", b"", b"")).text == ""
