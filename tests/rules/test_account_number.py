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


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("Найдите платёж, пусть садится на 199-40, больше ничего не прошу", "19940"),
        ("Центр реабилитации, 18-187", "18187"),
        ("В сервисе мы 84 337.", "84337"),
        ("теперь зачислите пожалуйста на 26804", "26804"),
        ("набрала 48031 вместо своего 48013", "48013"),
        ("оплаты было две: 18000 и 22500. гляньте плиз, 72 118 это наш код у вас", "72118"),
        ("Реакции добавьте. #12998", "12998"),
        ("8807 — это я.", "8807"),
        ("Скажите, куда жать? 61 61 4", "61614"),
        ("Организация 87-41.", "8741"),
        ("верните деньги за 55012", "55012"),
        ("с 55012 списали 9 900", "55012"),
        ("указала кабинет 70 060 вместо своего 70 006", "70006"),
        ("На квитанции написано: абонент 7104.", "7104"),
        ("Аккаунт заведён, № 7704410, внутри пусто", "7704410"),
        ("или ухожу. акк39938", "39938"),
        ("Завёл профиль в 2021 и забыл. Ликвидируйте 51510", "51510"),
        ("Нужен акт. Учётный номер организации: 100 733.\nИсп. Сеилханов Б., 8 7212 41 20 20", "100733"),
        ("KZ12 722C 0000 1234 5678, Kaspi. Сумма 9 350. 85005. жду", "85005"),
    ],
)
def test_a_number_that_can_be_nothing_else_is_the_account(words: str, digits: str) -> None:
    found = find_account_number(words)
    assert found is not None
    assert found.digits == digits


@pytest.mark.parametrize(
    "words",
    [
        "Верните мои 12000, пожалуйста",
        "было 7900 стало 10900. какой тариф у вас",
        "Отмените и верните 24990 на карту",
        "Счёт № 20455 оплачен, чек 771204",
        "почтовый адрес прежний, 423450, Альметьевск",
        "читательский билет 30417, это он?",
        "Ввожу код из смс 483921, не подходит",
        "позвоните дежурному: 8 (71433) 2 07 18",
        "на домашний, 2-14-77, после обеда",
        "по договору 230940018872/240115/00",
        "Исп.: Кожахметова А., тел. 55-12-08",
        "по закупке № 884201 сообщить стоимость",
        "Промахнулась и взяла год. 71 000! Откатите",
        "оплата от 12-05-26",
        "Было на лицевом счету 18 300, стало 12 100",
        '{"id": 45120, "status": 50012}',
        "собрали 15320 заявок, аудитория 15300",
        "открыты порты UDP 10000–20000",
        "указан код ТРУ 620920.000.001",
        "нужен зал на 15000 зрителей",
        "подписались «айфон» и «12345»",
        "ИИК KZ46722S000002384417",
    ],
)
def test_sums_documents_codes_and_telephones_are_no_account(words: str) -> None:
    assert find_account_number(words) is None


def test_hostile_rows_of_digits_and_blanks_are_read_at_once() -> None:
    for text in ("1 " * 4_000, "12-" * 2_600, "номер " * 1_300, "8 (" * 2_600, "аккаунт " + "а " * 3_900):
        assert find_account_number(text) is None
