"""Authentication-Results as Gmail, Exchange, Yandex and Mail.ru write it, and as those who would deceive do."""

import pytest

from parsers.authentication import read_results, topmost_results
from parsers.mail import AuthenticationResults
from parsers.parse import parse_mail

GMAIL = (
    "mx.google.com; dkim=pass header.i=@example.kz header.s=mail header.b=Zk3/aQ==;"
    " spf=pass (google.com: domain of a@example.kz designates 192.0.2.1 as permitted sender)"
    " smtp.mailfrom=a@example.kz;"
    " dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.kz"
)
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.kz; dkim=pass (signature was verified)"
    " header.d=example.kz;dmarc=pass action=none header.from=example.kz;compauth=pass reason=100"
)
YANDEX = (
    "iva1-0.mail.yandex.net; spf=pass (iva1-0.mail.yandex.net: domain of example.kz designates 192.0.2.1 as permitted"
    " sender, rule=[ip4:192.0.2.1]) smtp.mail=a@example.kz; dkim=pass header.i=@example.kz"
)
MAIL_RU = (
    "mxs.mail.ru; spf=pass (mx1.mail.ru: domain of example.kz designates 192.0.2.1 as permitted sender)"
    " smtp.mailfrom=a@example.kz smtp.helo=mx.example.kz; dkim=pass header.d=example.kz;"
    " dmarc=pass header.from=a@example.kz"
)


def methods(results: AuthenticationResults | None) -> list[tuple[str, str]]:
    assert results is not None
    return [(each.method, each.result) for each in results.methods]


@pytest.mark.parametrize(
    ("value", "authserv_id", "found"),
    [
        (GMAIL, "mx.google.com", [("dkim", "pass"), ("spf", "pass"), ("dmarc", "pass")]),
        (EXCHANGE, "", [("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass"), ("compauth", "pass")]),
        (YANDEX, "iva1-0.mail.yandex.net", [("spf", "pass"), ("dkim", "pass")]),
        (MAIL_RU, "mxs.mail.ru", [("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass")]),
        ("MX.Example.KZ 1; none", "mx.example.kz", []),
        ('"mx.example.kz"; DKIM/1 = Pass (ok) header.d = Example.KZ', "mx.example.kz", [("dkim", "pass")]),
        ('mx.example.kz (a (nested) comment); dkim=fail reason="bad; dmarc=pass"', "mx.example.kz", [("dkim", "fail")]),
    ],
)
def test_the_usual_forms_are_read(value: str, authserv_id: str, found: list[tuple[str, str]]) -> None:
    results = read_results(value)
    assert results is not None
    assert results.authserv_id == authserv_id
    assert methods(results) == found


def test_properties_are_kept_in_order_and_lower_case() -> None:
    results = read_results("mx.example.kz; dkim=pass header.d=Example.KZ header.i=@Example.KZ")
    assert results is not None
    assert results.methods[0].properties == (("header.d", "example.kz"), ("header.i", "@example.kz"))


def test_what_a_comment_says_is_not_a_result() -> None:
    assert methods(read_results("mx.example.kz; spf=pass (x; dmarc=pass header.from=our.kz) smtp.mailfrom=a@b.kz")) == [
        ("spf", "pass")
    ]


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        "mx.example.kz; dkim=pass (never closed",
        "mx.example.kz; dkim=pass never opened)",
        'mx.example.kz; dkim=pass reason="never closed',
        "mx.example.kz; dkim=pass dmarc=pass header.from=our.kz",
        "mx.example.kz; dkim",
        "mx.example.kz evil; dkim=pass header.d=our.kz",
        'mx.example.kz; spf=pass smtp.mailfrom="x; dmarc=pass header.from=our.kz"@evil.kz',
        "mx.example.kz; " + "dkim=none; " * 100,
        "mx.example.kz; " + "(" * 5000,
        "x" * 10_000,
    ],
)
def test_what_is_not_understood_to_its_end_says_nothing(value: str) -> None:
    assert read_results(value) is None


def test_the_topmost_field_alone_is_read() -> None:
    mail = parse_mail(
        b"Authentication-Results: mx.ours.kz;\r\n dkim=fail header.d=example.kz\r\n"
        b"From: a@example.kz\r\nAuthentication-Results: mx.ours.kz; dmarc=pass header.from=example.kz\r\n\r\nhi\r\n"
    )
    assert methods(topmost_results(mail)) == [("dkim", "fail")]
    assert topmost_results(parse_mail(b"From: a@example.kz\r\n\r\nhi\r\n")) is None
