"""Which letters bytes stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import charsets

_WORDS = "Здравствуйте! Подскажите, почему не открывается запись вебинара"


@pytest.mark.parametrize("charset", charsets.CYRILLIC)
def test_russian_without_a_charset_is_read_and_the_guess_is_told(charset: str) -> None:
    found = charsets.decode(_WORDS.encode(charset), None)

    assert found.text == _WORDS
    assert found.defect is not None
    assert "guessed" in found.defect


@pytest.mark.parametrize("charset", ["cp1251", "koi8_r", "iso8859_5"])
@pytest.mark.parametrize("said", ["cp1251", "koi8-r", "iso-8859-5", "iso-8859-1", "utf-8", "us-ascii", "nonsense"])
def test_russian_with_a_wrong_charset_is_read(charset: str, said: str) -> None:
    assert charsets.decode(_WORDS.encode(charset), said).text == _WORDS


@pytest.mark.parametrize("charset", ["cp1251", "koi8_r", "iso8859_5", "utf-8"])
def test_capitals_alone_are_read(charset: str) -> None:
    words = "СРОЧНО! НЕ РАБОТАЕТ ВХОД В АККАУНТ"

    assert charsets.decode(words.encode(charset), None).text == words


def test_western_text_is_not_taken_for_russian() -> None:
    words = "Où est le café? Schöne Grüße aus München, déjà vu"

    assert charsets.decode(words.encode("cp1252"), "iso-8859-1") == charsets.Decoded(text=words)
    assert charsets.decode(words.encode("cp1252"), None).text == words


def test_a_right_charset_leaves_no_defect() -> None:
    assert charsets.decode("Қайырлы күн".encode(), "utf-8") == charsets.Decoded(text="Қайырлы күн")
    assert charsets.decode(b"plain", None) == charsets.Decoded(text="plain")


def test_one_broken_byte_does_not_change_the_charset_of_the_rest() -> None:
    found = charsets.decode((_WORDS * 3).encode() + b"\xff!", "utf-8")

    assert found.text == _WORDS * 3 + "\ufffd!"
    assert found.defect is not None


@pytest.mark.parametrize(
    "said", ["idna", "punycode", "undefined", "base64", "rot13", "unicode_escape", "a\x00b", "x" * 999]
)
def test_a_codec_that_is_no_charset_is_never_used(said: str) -> None:
    assert charsets.decode(b"x-4dbcagdahymbxekheh6e0a7fei0b", said).text == "x-4dbcagdahymbxekheh6e0a7fei0b"


@given(
    st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-7", "utf-16", "koi8-r", "iso-2022-jp", "big5", "hz"])
)
def test_any_bytes_give_text_that_can_be_written(data: bytes, charset: str | None) -> None:
    text = charsets.decode(data, charset).text

    text.encode("utf-8")
    assert "\x00" not in text
