"""Content-Type and Content-Disposition taken apart."""

from hypothesis import given
from hypothesis import strategies as st

from parsers.parameters import media_type, parse_value


def test_pieces_are_joined_in_their_order_and_decoded_in_their_charset() -> None:
    value = parse_value(b"attachment; filename*1*=%CA.doc; filename*0*=koi8-r'ru'%D3%DE%A3%D4%20%CD%C1; size=1")

    assert value.main == "attachment"
    assert value.get("filename") == "счёт май.doc"


def test_quotes_semicolons_and_backslashes_inside_a_value() -> None:
    value = parse_value(rb'TEXT/Plain; name="a;b \"c\" C:\docs\x.txt"; Charset = KOI8-R')

    assert value.main == "text/plain"
    assert value.get("name") == r'a;b "c" C:\docs\x.txt'
    assert value.get("charset") == "KOI8-R"


def test_the_first_of_a_repeated_parameter_counts() -> None:
    assert parse_value(b"text/plain; charset=a; charset=b").get("charset") == "a"


def test_too_many_parameters_are_a_defect() -> None:
    value = parse_value(b"text/plain" + b"".join(b"; a%d=b" % number for number in range(1000)))

    assert len(value.parameters) == 200
    assert value.defects


def test_what_is_no_media_type_is_plain_text() -> None:
    assert media_type("html", default="text/plain") == "text/plain"
    assert media_type("", default="message/rfc822") == "message/rfc822"
    assert media_type("multipart/*", default="text/plain") == "multipart/*"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value(raw: bytes) -> None:
    for name, value in parse_value(b"a/b;" + raw).parameters.items():
        (name + value).encode("utf-8")
