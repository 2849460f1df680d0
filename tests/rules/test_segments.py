"""Sentences and words."""

from rules.segments import sentences, words


def test_lines_and_numbered_items_are_sentences() -> None:
    assert sentences("Добрый день! Прошу:\n1) счёт; 2) акт") == ("Добрый день!", "Прошу:", "1) счёт;", "2) акт")


def test_addresses_links_and_numbers_are_one_sign_each() -> None:
    assert words("Пишу с a@b.kz, см. https://x.kz/1, 104 582?") == (
        "пишу",
        "с",
        "<mail>",
        "см",
        "<url>",
        "<number>",
        "<number>",
        "?",
    )


def test_nothing_has_no_sentences() -> None:
    assert sentences(" \n ") == ()
