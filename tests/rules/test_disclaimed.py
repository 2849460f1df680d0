"""Things named only to say that they are not wanted."""

import pytest

from rules.disclaimed import without_disclaimed


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Возврата не прошу, найдите платёж", ", найдите платёж"),
        ("Деньги назад не прошу, продлите тариф", ", продлите тариф"),
        ("Возвращать ничего не нужно", ""),
        ("Счет пока не нужен. Добавьте таймер", ". Добавьте таймер"),
    ],
)
def test_what_is_disclaimed_is_left_out(text: str, rest: str) -> None:
    assert without_disclaimed(text).strip() == rest


@pytest.mark.parametrize("text", ["Верните деньги", "Акт не пришёл", "Счёт нужен срочно", "Не могу скачать акт", ""])
def test_what_is_wanted_stays(text: str) -> None:
    assert without_disclaimed(text) == text
