"""The account number in all its notations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.account_number import find_account_number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("аккаунт 104582", "104582"),
        ("Мой ID 55012.", "55012"),
        ("номер аккаунта: 7 701 455", "7701455"),
        ("л/с №20311", "20311"),
        ("acc 88120", "88120"),
        ("мой номер в сервисе 48213", "48213"),
        ("Акк. № 92 118", "92118"),
        ("акаунт 18-77-41", "187741"),
        ("Лицевой счёт 8 815.", "8815"),
        ("Лицевой 26615", "26615"),
        ("Кабинет 34419.", "34419"),
        ("Учётка № 90 115", "90115"),
        ("id72728", "72728"),
        ("Аккаунт нөмірі: 50231", "50231"),
        ("Аккаунт прежний, 48482.", "48482"),
        ("на головной аккаунт, номер 10055", "10055"),
        ("Аккаунт клиники: 18-245", "18245"),
        ("14402 – это мой номер аккаунта.", "14402"),
        ("19903 акк.", "19903"),
        ("Аккаунт мой 1 0 4 7 1 1, я специально", "104711"),
        ("ЛС: 004127", "004127"),
        ("Account No. 55123", "55123"),
        ("аккаунт 45390 8 701 555 22 11", "45390"),
        ("комната 11, аккаунт № 27650", "27650"),
    ],
)
def test_it_is_found_in_every_notation(text: str, digits: str) -> None:
    found = find_account_number(text)
    assert found is not None
    assert found.digits == digits


@pytest.mark.parametrize(
    "text",
    [
        "тел. +7 701 123 45 67",
        "аккаунт 8 701 123 45 67",
        "БИН 080440012376",
        "счёт № 288 от 12.03.2024",
        "договор №45012, аккаунта нет",
        "аккаунт на 100 мест",
        "аккаунт создан 12.03.2024",
        "аккаунт заблокирован, оплатили счёт 5520",
        "в аккаунте 25 учеников",
        "не могу войти в аккаунт, пишет 403 ошибка",
        "ID комнаты 123456",
        "id транзакции 9988776",
        "оплатили 27 000 тенге",
        "",
    ],
)
def test_other_numbers_are_not_taken_for_it(text: str) -> None:
    assert find_account_number(text) is None


def test_the_words_come_before_the_subject_and_the_signature() -> None:
    found = find_account_number("аккаунт 11111", "аккаунт 22222", "аккаунт 33333")
    assert found is not None
    assert found.digits == "11111"


def test_a_number_alone_answers_the_question_for_it() -> None:
    assert find_account_number("Вот:\n5239", full_text="> Пришлите номер аккаунта.\n5239") is not None
    assert find_account_number("Вот:\n5239", full_text="5239") is None


@given(st.text(max_size=300))
def test_any_text_gives_plain_digits_or_nothing(text: str) -> None:
    found = find_account_number(text, full_text=text)
    assert found is None or 3 <= len(found.digits) <= 9


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("Переведите меня на «Соло», пожалуйста. 40030", "40030"),
        ("По сверке мы должны. Номер 36610 в вашем кабинете", "36610"),
        ("29445. эсф за 3 кв где?", "29445"),
        ("51777", "51777"),
        ("Повторите её у меня, пожалуйста. № 31 515", "31515"),
        ("Разберитесь, пожалуйста. 61208 мой номер.", "61208"),
        ("Как забрать права у спикера? Наш номер: 91717", "91717"),
        ("Мы бюро переводов и ваши клиенты (94440). Давайте меняться.", "94440"),
    ],
)
def test_a_number_that_is_the_clients_own_or_a_sentence_of_its_own_is_the_account(words: str, digits: str) -> None:
    found = find_account_number(words)
    assert found is not None
    assert found.digits == digits


@pytest.mark.parametrize(
    "words",
    [
        "Итого к оплате 40030",
        "Мой номер 87771234567",
        "Позвоните, мой номер 5 12 34",
        "Спасибо. 2026",
        "на сайте 7900 а мне в кабинете показывает 9480",
        "Верните 33 000",
    ],
)
def test_a_number_inside_a_sentence_that_nobody_calls_his_own_is_no_account(words: str) -> None:
    assert find_account_number(words) is None
