"""What of an agent's letter to the mailbox is his answer to the client."""

import pytest

from rules.letter_plan import ANSWER_ABOVE
from rules.relay import answer_in, keep_above, says_something


@pytest.mark.parametrize(
    "line",
    [
        ANSWER_ABOVE,
        f"> {ANSWER_ABOVE}",
        "--- Ответ клиенту пишите выше\n> этой строки ---",
        "— Ответ клиенту  пишите\u00a0выше этой строки —",
        "--- ОТВЕТ КЛИЕНТУ ПИШИТЕ ВЫШЕ ЭТОЙ СТРОКИ ---",
    ],
)
def test_nothing_below_the_line_is_the_answer(line: str) -> None:
    kept = keep_above(f"Готово.\n\n{line}\nПисьмо клиента: секрет")

    assert "секрет" not in kept
    assert answer_in(kept) == "Готово."


def test_a_letter_without_the_line_is_whole() -> None:
    assert keep_above("Готово.\n\nПроверьте.") == "Готово.\n\nПроверьте."
    assert answer_in("  Готово.\n") == "Готово."


def test_a_dash_that_is_the_agents_own_stays() -> None:
    assert answer_in(f"Тариф — месячный\n{ANSWER_ABOVE}") == "Тариф — месячный"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Готово.", True),
        ("Готово.\n\nС уважением, Дана", True),
        ("С уважением, Дана", False),
        ("\n\nс  уважением,\nДана", False),
        ("Best regards,\nDana", False),
        ("...", False),
        ("", False),
    ],
)
def test_a_sign_off_alone_is_no_answer(words: str, answer: bool) -> None:
    assert says_something(words) is answer
