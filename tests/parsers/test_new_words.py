"""New words are told from quotes, forwarded letters, signatures and disclaimers."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.mail import Address, Words
from parsers.new_words import split_words
from tests.parsers.test_forms import a_letter

LETTERS = Path(__file__).parents[1] / "letters_words"


def split(text: str, *, subject: str = "") -> Words:
    return split_words(a_letter(text, subject=subject))


def filled(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.split("\n") if line.strip())


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_letter_as_its_expected_twin_says(path: Path) -> None:
    words = split(path.read_text(encoding="utf-8"))
    expected = path.with_suffix(".new").read_text(encoding="utf-8")
    assert words.new.split() == expected.split()
    assert words.as_first == words.new


def test_every_letter_has_its_twin() -> None:
    assert {path.stem for path in LETTERS.glob("*.txt")} == {path.stem for path in LETTERS.glob("*.new")}


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_no_line_of_a_letter_is_lost(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = split(text)
    assert filled("\n".join((words.new, words.quoted, words.signature))) == filled(text)


_LINES = st.sampled_from(
    [
        "Здравствуйте!",
        "> цитата",
        "",
        "-- ",
        "--",
        "Отправлено с iPhone",
        "От: Имя <a@b.kz>",
        "Отправлено: 23 ноября 2026 г. 12:04",
        "Кому: x@y.kz",
        "Тема: тема",
        "---------- Forwarded message ---------",
        "-------- Конец пересылаемого сообщения --------",
        "-----Original Message-----",
        "________________________________",
        '23.11.2026, 12:04, "Имя" <a@b.kz>:',
        "> wrote:",
        "С уважением,",
        "+7 701 123 45 67",
        "| таблица",
        "- пункт",
    ]
)


@settings(deadline=None)
@given(st.lists(_LINES | st.text(max_size=40).map(lambda text: " ".join(text.split())), max_size=25))
def test_no_line_of_any_text_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    words = split(text)
    assert filled("\n".join((words.new, words.quoted, words.signature))) == filled(text)


def test_a_letter_without_text_has_no_words() -> None:
    assert split("") == Words(new="", as_first="", quoted="", signature="", forwarded=None)


FORWARD = """Посмотрите, пожалуйста.

---------- Forwarded message ---------
От: Айгерим <Aigerim@Example.kz>
Date: пн, 23 нояб. 2026 г. в 12:04
Subject: Нет звука
To: <director@example.kz>

Не слышно ведущего.
"""


def test_a_forwarded_letter_stays_in_a_first_letter() -> None:
    words = split(FORWARD, subject="Fwd: Нет звука")
    assert words.new == "Посмотрите, пожалуйста."
    assert "Не слышно ведущего." in words.as_first
    assert words.forwarded is not None
    assert words.forwarded.author == Address(name="Айгерим", address="aigerim@example.kz")
    assert words.forwarded.subject == "Нет звука"
    assert words.forwarded.text == "Не слышно ведущего."


def test_a_forward_of_apple_mail_loses_its_quote_marks() -> None:
    text = (
        "> Начало переадресованного сообщения:\n>\n> От: Айгерим <a@b.kz>\n> Тема: Звук\n>\n"
        "> Не слышно.\n> Второй день.\n"
    )
    words = split(text)
    assert words.new == ""
    assert "Не слышно.\nВторой день." in words.as_first
    assert words.forwarded is not None
    assert words.forwarded.author.address == "a@b.kz"


def test_a_forward_of_yandex_ends_where_it_says_so() -> None:
    text = (
        '-------- Пересылаемое сообщение --------\n23.11.2026, 12:04, "Айгерим" <a@b.kz>:\n\nНе слышно.\n'
        "-------- Конец пересылаемого сообщения --------\nЧто ей ответить?"
    )
    words = split(text)
    assert words.new == "Что ей ответить?"
    assert words.forwarded is not None
    assert words.forwarded.author == Address(name="Айгерим", address="a@b.kz")
    assert words.forwarded.text == "Не слышно."


OUTLOOK = (
    "См. ниже.\n\nОт: Айгерим <a@b.kz>\nОтправлено: 23 ноября 2026 г. 12:04\nКому: Директор\nТема: Звук\n\nНе слышно."
)


def test_header_lines_of_outlook_are_a_forward_only_where_the_subject_says_so() -> None:
    answered = split(OUTLOOK, subject="RE: Звук")
    assert (answered.as_first, answered.forwarded) == ("См. ниже.", None)
    handed_on = split(OUTLOOK, subject="FW: Звук")
    assert "Не слышно." in handed_on.as_first
    assert handed_on.forwarded is not None
    assert handed_on.forwarded.author == Address(name="Айгерим", address="a@b.kz")


@pytest.mark.parametrize(
    "text",
    [
        "1. Захожу\n2. Жму\n---\nОшибка 500. Что делать?",
        "Реквизиты:\nТОО «Пример»\nг. Алматы, ул. Абая 1\nтел. 8 727 123 45 67\ninfo@primer.kz",
        "Нужен счёт.\nТОО «Пример», БИН 123456789012\n+7 701 123 45 67",
        "Прошу перезвонить\n87011234567",
    ],
)
def test_what_a_client_gives_or_asks_at_the_end_is_no_signature(text: str) -> None:
    assert split(text).new == text


def test_a_signature_below_a_quote_is_one() -> None:
    words = split("On Tue, Jan 4, 2011 at 12:04 PM, X <x@y.com> wrote:\n> q\n\n-- \nAnn")
    assert (words.new, words.signature) == ("", "-- \nAnn")


def test_a_letter_of_nothing_but_quotes_is_not_empty_as_a_first_one() -> None:
    words = split("> Не слышно ведущего.\n> Второй день.")
    assert words.new == ""
    assert words.as_first == "Не слышно ведущего.\nВторой день."


def test_a_hand_written_sign_off_stays_and_the_contacts_below_it_do_not() -> None:
    words = split("Нет звука.\n\nС уважением, Айгерим\nМенеджер отдела продаж\n+7 701 123 45 67\nwww.primer.kz")
    assert words.new == "Нет звука.\n\nС уважением, Айгерим"
    assert words.signature == "Менеджер отдела продаж\n+7 701 123 45 67\nwww.primer.kz"


@pytest.mark.parametrize(
    "line",
    [
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "Отправлено с устройства Samsung Galaxy",
        "Отправлено из мобильной Яндекс Почты",
        "Sent from my iPhone",
        "Sent from Mail for Windows 10",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "发自我的iPhone",
        "iPhoneから送信",
    ],
)
def test_what_a_telephone_writes_under_a_letter_is_signature(line: str) -> None:
    words = split(f"Нет звука\n\n{line}")
    assert (words.new, words.signature) == ("Нет звука", line)


@pytest.mark.parametrize(
    "line",
    [
        "Отправлено с ошибкой, повторите.",
        "Sent from my desk, it is much easier to type there than on my phone.",
        "Наш номер 44120",
        "Это конфиденциальные данные, не публикуйте их.",
        "Аккаунт 44120, тел. 8 701 123 45 67",
    ],
)
def test_a_clients_own_last_line_is_no_signature(line: str) -> None:
    assert split(f"Нет звука.\n\n{line}").new == f"Нет звука.\n\n{line}"


@pytest.mark.parametrize(
    "announcement",
    [
        "On 28 Jan 2016, at 19:04, Some One wrote:",
        "Am 25.06.2015 um 10:55 schrieb Test User:",
        "Le 23 janv. 2015 à 22:03, Jean <j@example.com> a écrit :",
        "El jue., 4 abr. 2019 a las 10:12, Ana (<ana@example.com>) escribió:",
        "Il giorno gio 8 dic 2016 alle ore 12:04 Anna <a@example.com> ha scritto:",
        "Em qui., 4 de abr. de 2019 às 10:12, Ana <ana@example.com> escreveu:",
        "Op 13-02-2014 3:18 schreef Julius <j@example.com>:",
        "W dniu 2015-06-25 o 10:55, Test pisze:",
        "Den 28 februari 2025 kl. 10:15 skrev Anna <anna@example.com>:",
        "пн, 23 лист. 2026 р. о 12:04 Ім'я <a@example.com> пише:",
        "Vào 14:24 8 tháng 6, 2017, Hùng <h@example.com> đã viết:",
        "2016年11月8日(火) 14:23 Name <a@example.com>:",
        "在 2016年11月8日，下午2:23，Test <test@example.com> 写道：",
        "2016. 11. 8. 오후 12:39 Test <test@example.com> 작성:",
        "---- John Smith <j@example.com> wrote ----",
        '20 окт. 2016 г. 19:37 пользователь "Имя" <a@example.com> написал:',
    ],
)
def test_the_line_above_an_unmarked_quote_is_known_in_many_languages(announcement: str) -> None:
    assert split(f"Reply.\n\n{announcement}\n\nold words").new == "Reply."


def test_what_stands_below_the_lines_that_are_looked_at_belongs_to_the_last_of_them() -> None:
    text = "New.\n\n" + "> old\n" * 30_000
    words = split(text)
    assert words.new == "New."
    assert words.quoted.count("> old") == 30_000
