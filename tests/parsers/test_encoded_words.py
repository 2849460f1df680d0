"""Header values as text."""

from hypothesis import given
from hypothesis import strategies as st

from parsers.encoded_words import decode_value, decode_words


def test_words_that_share_a_letter_are_joined_before_decoding() -> None:
    # «П» is D0 9F: one byte in each word
    assert decode_words("=?utf-8?Q?=D0?= \t=?UTF-8?Q?=9F?=").text == "П"


def test_space_between_words_goes_and_space_beside_text_stays() -> None:
    assert decode_words("a =?utf-8?Q?b?= =?koi8-r?B?xA==?= c").text == "a bд c"


def test_language_tags_and_spaces_in_a_word_are_borne() -> None:
    assert decode_words("=?utf-8*ru?Q?=D0=9F =D0=9F?=").text == "П П"


def test_broken_base64_is_read_as_far_as_it_goes() -> None:
    assert decode_words("=?utf-8?B?0J/RgNC4\u0444 0LLQtdG\u0444C==?=").text == "Привет"
    assert decode_words("=?utf-8?B?0?=").text == ""


def test_a_line_end_in_a_word_becomes_a_space() -> None:
    assert decode_words("=?utf-8?Q?a=0D=0ABcc:_x?=").text == "a  Bcc: x"


def test_a_fold_is_one_space() -> None:
    assert decode_value(b" a\r\n\t b\r\n ").text == "a b"


def test_raw_letters_take_the_hint_and_are_told() -> None:
    found = decode_value("Тема".encode("koi8-r"), hint="koi8-r")

    assert found.text == "Тема"
    assert len(found.defects) == 1


@given(st.binary(max_size=300))
def test_any_value_gives_one_line(raw: bytes) -> None:
    text = decode_value(raw + b"=?utf-8?B?" + raw + b"?=").text

    text.encode("utf-8")
    assert "\n" not in text
    assert "\r" not in text
