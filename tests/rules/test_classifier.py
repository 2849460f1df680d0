"""Categories, read by the shipped model."""

import pytest

from rules.category import Category
from rules.classifier import classify
from rules.model import load_model


def _read(subject: str, text: str, **lexicon: tuple[str, ...]) -> tuple[Category, ...]:
    words = {Category(name): phrases for name, phrases in lexicon.items()}
    return tuple(
        reading.category for reading in classify(model=load_model(), subject=subject, text=text, lexicon=words).readings
    )


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Пришлите, пожалуйста, акт выполненных работ и ЭСФ за март.", Category.CLOSING_DOCUMENTS),
        ("Выставьте, пожалуйста, счёт на оплату на апрель.", Category.BILLING),
        ("Списали дважды, верните, пожалуйста, второй платёж на карту.", Category.REFUND),
        ("Не могу войти в кабинет, пишет ошибку.", Category.TECHNICAL),
        ("Подскажите, как добавить второго ведущего в комнату?", Category.QUESTION),
        ("Посмотрите мой скрипт на Python, запрос к API возвращает 401.", Category.API_SCRIPTS),
        ("Настройте нам аккаунт под ключ, сами не умеем.", Category.ACCOUNT_SETUP),
        ("Предлагаем партнёрство: будем продавать ваш сервис за процент.", Category.PARTNERSHIP),
        ("Добавьте, пожалуйста, тёмную тему, сейчас такой функции нет.", Category.FEATURE_REQUEST),
        ("Удалите мой аккаунт и персональные данные.", Category.OTHER),
    ],
)
def test_a_plain_letter_of_each_category_is_read_rightly(text: str, category: Category) -> None:
    assert _read("", text)[0] is category


def test_the_subject_of_a_reply_does_not_mislead() -> None:
    read = _read("Re: Акт за май и ЭСФ", "Спасибо. Теперь не открывается комната, белый экран, помогите.")
    assert read == (Category.TECHNICAL,)


def test_two_wishes_come_in_the_order_they_are_asked() -> None:
    read = _read("", "Пришлите, пожалуйста, акт и ЭСФ за март. И ещё выставьте счёт на оплату за апрель.")
    assert read == (Category.CLOSING_DOCUMENTS, Category.BILLING)


def test_no_words_are_other_and_not_confident() -> None:
    classified = classify(model=load_model(), subject="", text="", lexicon={})
    assert [(each.category, each.confident) for each in classified.readings] == [(Category.OTHER, False)]


def test_an_operators_words_add_weight_in_any_form() -> None:
    text = "Нам бы справочку о зелёной комиссии."
    assert _read("", text, partnership=("зелёная комиссия",) * 4)[0] is Category.PARTNERSHIP


def test_the_reason_names_words_and_weights() -> None:
    (reason,) = classify(model=load_model(), subject="", text="Пришлите акт выполненных работ", lexicon={}).reasons
    assert reason.value == "closing_documents"
    assert reason.clause == "3"
    assert "акт +" in reason.evidence
