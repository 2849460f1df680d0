"""Sentences and words."""

from rules.segments import clauses, sentences, words


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


def test_a_sentence_that_asks_twice_has_two_clauses() -> None:
    assert clauses("Верните остаток и удалите профиль.") == ("Верните остаток", "и удалите профиль.")
    assert clauses("Нужна ЭСФ за август, а также счёт") == ("Нужна ЭСФ за август", "а также счёт")
    assert clauses("") == ()
