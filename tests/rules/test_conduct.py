"""Obscene and insulting words, and what only looks like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.conduct import find_misconduct


@pytest.mark.parametrize(
    "text",
    [
        "Вы там идиоты?",
        "опять ваша х**ня легла",
        "обнаглели, сук@?",
        "ну пи3дец у вас тут",
        "ваш cервис г0вно",
        "КАКИМ, Б.. ЛЯ.. ТЬ, МОДЕРАТОРОМ",
        "Ваши бухгалтеры — бараны",
        "cyка",
        "Вы мошенники и твари",
        "Мошенники!",
        "ақымақтар",
        "fucking service",
        "х.й вам",
        "дебильный интерфейс",
        "какого хера списали дважды",
        "ни хрена не работает",
        "Дибилы, я же написала",
        "совсем оборзели, барыги?",
        "У вас там обезьяны бухгалтерами работают?",
        "да ё* вашу мать",
    ],
)
def test_insults_are_seen_open_or_masked(text: str) -> None:
    assert find_misconduct(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Подстрахуйте нас завтра, пожалуйста",
        "застрахуйте груз",
        "по употреблению спецодежды, колебания сильные",
        "я дура, не могу найти кнопку",
        "Извините, я идиот, сам удалил",
        "В чате написали «вы все дебилы», как заблокировать?",
        "мошенники звонят от вашего имени",
        "вебинар по свиноводству, мандарины, себестоимость, рубля",
        "С уважением, Козлов Иван, Баранова А., Худякова С.",
        "Это безобразие, я крайне недоволен",
        "т.е. 10* скидка, с.г., п.п. 642",
        "",
        "желаю терпения с нами, бестолковыми",
    ],
)
def test_what_only_looks_like_an_insult_is_none(text: str) -> None:
    assert find_misconduct(text) is None


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert find_misconduct(text) is None or find_misconduct(text) != ""
