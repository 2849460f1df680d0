"""What the client did that leads to the problem."""

import pytest

from rules.steps import find_steps


@pytest.mark.parametrize(
    "text",
    [
        "Захожу в «Записи» → нажимаю «Скачать» → пустая страница",
        "Порядок такой: открываю комнату, включаю микрофон, нажимаю «Эфир», и звук пропадает",
        "Ввожу почту и пароль, жму «Войти», страница обновляется",
    ],
)
def test_a_sequence_of_doings_is_seen(text: str) -> None:
    assert find_steps(text, broken=False) is not None


def test_one_doing_is_enough_where_something_is_broken() -> None:
    text = "Загружаю логотип, вместо него чёрный квадрат"
    assert find_steps(text, broken=True) is not None
    assert find_steps(text, broken=False) is None


@pytest.mark.parametrize("text", ["", "Не работает звук", "Пришлите акт за март", "Как добавить преподавателя?"])
def test_a_request_without_doings_has_none(text: str) -> None:
    assert find_steps(text, broken=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "Ребёнок не зашёл на урок",
        "если ученик нажал «Завершить», как ему вернуться?",
        "хочу, чтобы создал администратор",
    ],
)
def test_what_nobody_did_is_no_step(text: str) -> None:
    assert find_steps(text, broken=True) is None
