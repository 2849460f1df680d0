"""The design's table of times, row by row, through the command; and one promise or two as the letter asks."""

from pathlib import Path
from typing import Any

import pytest

from tests.daemon.called import called
from tests.service import a_letter

LETTERS = {
    "technical": (
        "Не работает вход",
        "Здравствуйте! Не могу войти в аккаунт 104582: после ввода пароля появляется ошибка 500.",
    ),
    "refund": (
        "Возврат средств",
        "Здравствуйте! Прошу вернуть деньги за тариф: оплатили, но сервисом не пользовались. "
        "Оформите, пожалуйста, возврат средств. Аккаунт 104582.",
    ),
    "technical + refund": (
        "Ошибка при входе и возврат средств",
        "Здравствуйте! Не могу войти в аккаунт 104582: после ввода пароля появляется ошибка 500.\n\n"
        "Второй вопрос: прошу вернуть деньги за прошлый месяц, оформите возврат средств.",
    ),
    "question": (
        "Как добавить администратора?",
        "Здравствуйте! Подскажите, пожалуйста, как добавить второго администратора? Где это настраивается?",
    ),
}
FRIDAY, SATURDAY, SUNDAY, MONDAY = (f"2026-11-{day}T" for day in (20, 21, 22, 23))

TABLE = [
    # received, what is asked, and of each part: categories, calendar, reached, deferred until, due
    (FRIDAY + "19:00", "technical", [("technical", "duty", FRIDAY + "19:00", None, FRIDAY + "20:00")]),
    (FRIDAY + "19:30", "technical", [("technical", "duty", FRIDAY + "19:30", None, SATURDAY + "09:30")]),
    (FRIDAY + "19:30", "refund", [("refund", "office", FRIDAY + "19:30", None, MONDAY + "08:30")]),
    (FRIDAY + "20:30", "refund", [("refund", "office", SATURDAY + "09:00", MONDAY + "08:00", MONDAY + "09:00")]),
    (SATURDAY + "12:00", "refund", [("refund", "office", SATURDAY + "12:00", MONDAY + "08:00", MONDAY + "09:00")]),
    (
        SATURDAY + "12:00",
        "technical + refund",
        [
            ("technical", "duty", SATURDAY + "12:00", None, SATURDAY + "13:00"),
            ("refund", "office", SATURDAY + "12:00", MONDAY + "08:00", MONDAY + "09:00"),
        ],
    ),
    (SATURDAY + "17:00", "technical", [("technical", "duty", SUNDAY + "09:00", None, SUNDAY + "10:00")]),
    (SUNDAY + "16:30", "question", [("question", "duty", SUNDAY + "16:30", None, MONDAY + "08:30")]),
    (SUNDAY + "18:00", "refund", [("refund", "office", MONDAY + "08:00", None, MONDAY + "09:00")]),
]

Promised = tuple[str, str, str, str | None, str]


@pytest.mark.parametrize(("received", "asked", "promised"), TABLE)
def test_each_row_of_the_table_of_times_holds(
    received: str, asked: str, promised: list[Promised], tmp_path: Path
) -> None:
    subject, body = LETTERS[asked]
    letter = tmp_path / "letter.eml"
    letter.write_bytes(a_letter(subject=subject, body=body))
    answer = called("explain", "--json", "--received", received, letter)
    assert answer.code == 0, answer.err
    (row,) = answer.rows
    assert [_promise(part) for part in row["parts"]] == promised
    assert {part["received_at"] for part in row["parts"]} == {f"{received}:00+05:00"}
    assert row["categories"] == asked.split(" + ")
    assert row["acknowledge"]
    assert all(_spoken(due) in row["letter"]["body"] for *_, due in promised)


def _promise(part: dict[str, Any]) -> Promised:
    return (
        ", ".join(part["categories"]),
        part["calendar"],
        _local(part["reached_at"]),
        _local(part["deferred_until"]) if part["deferred_until"] else None,
        _local(part["due_at"]),
    )


def _local(moment: str) -> str:
    """Without the offset and the seconds, which the table has none of."""
    assert moment.endswith(":00+05:00")
    return moment.removesuffix(":00+05:00")


def _spoken(due: str) -> str:
    """The time of day as a letter says it."""
    clock = due.partition("T")[2]
    return f"до {clock.removeprefix('0')}"
