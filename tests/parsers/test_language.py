"""Which language a letter is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.language import find_language
from parsers.mail import Language


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте, не открывается комната",
        "Спасибо",
        "Пишет: An unexpected error occurred, please contact the administrator and try again later. Что делать?",
        "Webinar Room Pro Business не открывается",
        "Счёт оплатили, где закрывающие документы? Құрметпен, Асель",
        "Zdravstvuite, ne mogu zaiti v kabinet",
    ],
)
def test_russian_is_told_also_in_latin_letters(text: str) -> None:
    assert find_language(text) is Language.RUSSIAN


@pytest.mark.parametrize(
    "text",
    [
        "Сәлеметсіз бе! Вебинар бөлмесіне кіре алмаймын.",
        "Рахмет",
        "Салеметсиз бе, аккаунтка кире алмай жатырмын",
        "Вход в ЛК: жазамын номерді, код келеді, кодты енгіземін — «Неверный код».",
    ],
)
def test_kazakh_is_told_also_without_its_letters(text: str) -> None:
    assert find_language(text) is Language.KAZAKH


@pytest.mark.parametrize("text", ["Hello, I cannot log in to my account", "Thank you!"])
def test_english_is_told(text: str) -> None:
    assert find_language(text) is Language.ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "12345 !!!",
        "Control System Center",
        "https://room.controlsystem.kz/kak-voiti-v-komnatu",
        "Bonjour, je ne peux pas me connecter",
        "Доброго дня! Підкажіть, будь ласка, як увійти до кабінету",
        "你好，我无法登录我的账户",
    ],
)
def test_nothing_and_anything_else_is_other(text: str) -> None:
    assert find_language(text) is Language.OTHER


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    assert find_language(text) in Language
