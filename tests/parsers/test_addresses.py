"""Mailboxes, and when a From field is exactly one."""

import pytest

from parsers.addresses import clean_address, is_one_clean_mailbox, make_address, one_clean_mailbox, rescue_mailbox


@pytest.mark.parametrize(
    "value",
    [
        "ivan@example.kz",
        "<ivan@example.kz>",
        "Ivan I. Petrov <Ivan.Petrov+x@Mail.Example.KZ>",
        "Иван Петров <ivan@example.kz>",
        '"Petrov, Ivan" <ivan@example.kz>',
        '"ivan@example.kz" <ivan@example.kz>',
        "=?utf-8?B?0JjQstCw0L0=?= <ivan@example.kz>",
        "O'Neil <o'neil@xn--80ak6aa92e.com>",
    ],
)
def test_one_mailbox_is_clean(value: str) -> None:
    assert is_one_clean_mailbox(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "agent@our.kz <evil@example.org>",
        "<agent@our.kz>evil@example.org",
        "<agent@our.kz> <evil@example.org>",
        "agent@our.kz)evil@example.org",
        "agent@our.kz (evil@example.org)",
        "(agent@our.kz) evil@example.org",
        "a: agent@our.kz;",
        "agent@our.kz, evil@example.org",
        "agent@our.kz evil@example.org",
        '"agent" evil@example.org',
        '"agent\\" <agent@our.kz>',
        "<@evil.example.org:agent@our.kz>",
        '"agent"@our.kz',
        "аgent@our.kz",
        "agent@оur.kz",
        "agent@our.kz.",
        "agent@our",
        "agent@[192.0.2.1]",
        "agent@@our.kz",
        ".agent@our.kz",
        "agent@our.kz\x00",
        "\u202eagent <agent@our.kz>",
        "a" * 5000 + " <agent@our.kz>",
    ],
)
def test_anything_but_one_mailbox_is_not_clean(value: str) -> None:
    assert not is_one_clean_mailbox(value)


def test_a_quoted_name_loses_its_quotes() -> None:
    assert one_clean_mailbox(r'"Petrov, \"Ivan\"" <ivan@example.kz>') == ('Petrov, "Ivan"', "ivan@example.kz")


def test_an_address_is_lower_case_and_a_name_is_decoded() -> None:
    address = make_address("=?koi8-r?B?6dfBzg==?=  (отдел)\u202e", " Ivan@Example.KZ ")

    assert (address.name, address.address) == ("Иван (отдел)", "ivan@example.kz")


@pytest.mark.parametrize("value", ["", "ivan", "@example.kz", "ivan@", "a" * 400 + "@example.kz"])
def test_what_is_no_address_is_empty(value: str) -> None:
    assert clean_address(value) == ""


def test_an_address_without_brackets_is_found_only_if_it_is_alone() -> None:
    assert rescue_mailbox("Иван Петров ivan@example.kz") == ("Иван Петров", "ivan@example.kz")
    assert rescue_mailbox("a@example.kz b@example.kz")[1] == ""
