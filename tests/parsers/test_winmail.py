"""Outlook's winmail.dat."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from parsers.parse import parse_mail
from parsers.winmail import read_winmail

_START = struct.pack("<IH", 0x223E9F78, 1)


def _attribute(level: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _property(kind: int, identifier: int, value: bytes) -> bytes:
    padded = value + b"\0" * (-len(value) % 4)
    return struct.pack("<HHII", kind, identifier, 1, len(value)) + padded


def _properties(*made: bytes) -> bytes:
    number = struct.pack("<HHI", 0x03, 0x0E07, 1)
    named = struct.pack("<HH16sII", 0x03, 0x8001, b"", 0, 7) + struct.pack("<I", 1)
    return struct.pack("<I", len(made) + 2) + number + named + b"".join(made)


_WHOLE = (
    _START
    + _attribute(1, 0x00069007, struct.pack("<II", 1251, 0))
    + _attribute(1, 0x00069003, _properties(_property(0x1F, 0x1000, "Не работает\0".encode("utf-16-le"))))
    + _attribute(2, 0x00069002, b"")
    + _attribute(2, 0x00018010, "СНИМОК~1.PNG\0".encode("cp1251"))
    + _attribute(2, 0x0006800F, b"picture")
    + _attribute(2, 0x00069005, _properties(_property(0x1E, 0x3707, "снимок экрана.png\0".encode("cp1251"))))
)


def test_text_and_files_are_found_in_a_winmail() -> None:
    winmail = read_winmail(_WHOLE)

    assert winmail is not None
    assert winmail.text == "Не работает"
    assert winmail.files == (("снимок экрана.png", b"picture"),)


def test_the_text_of_an_older_outlook_is_in_its_code_page() -> None:
    code_page = _attribute(1, 0x00069007, struct.pack("<II", 1251, 0))
    winmail = read_winmail(_START + code_page + _attribute(1, 0x0002800C, "Да\r\n\0".encode("cp1251")))

    assert winmail is not None
    assert winmail.text == "Да\n"


def test_a_letter_of_winmail_alone_has_its_text_and_its_files() -> None:
    head = b"From: a@example.kz\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"
    mail = parse_mail(head + _WHOLE)

    assert mail.text == "Не работает"
    assert [(file.filename, file.content_type) for file in mail.attachments] == [
        ("winmail.dat", "application/ms-tnef"),
        ("снимок экрана.png", "image/png"),
    ]


def test_what_is_no_tnef_is_none() -> None:
    assert read_winmail(b"") is None
    assert read_winmail(b"%PDF-1.7") is None


@given(st.binary(max_size=200), st.integers(0, len(_WHOLE)))
def test_broken_tnef_gives_what_can_be_read(junk: bytes, cut: int) -> None:
    assert read_winmail(_START + junk) is not None
    assert read_winmail(_START + _WHOLE[6:cut] + junk + _WHOLE[cut:]) is not None
