"""Thanks alone."""

import pytest

from rules.thanks import is_thanks_alone


@pytest.mark.parametrize(
    "words",
    [
        "Спасибо, всё получилось!",
        "Рақмет, бәрі дұрыс келді!",
        "Добрый день! Получили, спасибо.",
        "Thank you, it works now.",
        "Спасибо, уже не надо, сын приехал и всё наладил.",
        "Всё заработало",
    ],
)
def test_a_letter_that_only_thanks_is_thanks_alone(words: str) -> None:
    assert is_thanks_alone("", words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Спасибо, но не помогло",
        "Спасибо. А как скачать запись?",
        "Заранее спасибо",
        "Акт получил. Но ссылку открыть не могу",
        "Пришлите акт. Спасибо!",
        "Шот-фактураны жіберулеріңізді сұраймыз. Рахмет!",
        "Прикрутите таймер, мы бы вам спасибо сказали",
        "Спасибо, деньги пришли, вопрос закрыт. Но теперь другая беда: не могу войти",
    ],
)
def test_a_letter_that_asks_for_more(words: str) -> None:
    assert not is_thanks_alone("", words)


def test_a_subject_that_asks_is_no_thanks() -> None:
    assert not is_thanks_alone("нужна первичка за ноябрь, акк 84410", "Спасибо.")
    assert is_thanks_alone("Re: нужна первичка за ноябрь", "Спасибо.")
