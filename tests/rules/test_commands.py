"""The command block at the top of an agent's letter: what is a command, what is not, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.category import Category
from rules.commands import (
    MAX_COMMANDS,
    RUSSIAN_OF,
    Command,
    CommandBlock,
    NotUnderstood,
    Refusal,
    Verb,
    parse_categories,
    parse_commands,
)
from tests.daemon.a_policy import SCHEDULE
from tests.daemon.a_request import at

NOW = at("2026-11-24T12:00")


def read(text: str) -> CommandBlock:
    return parse_commands(text, at=NOW, schedule=SCHEDULE)


def only(text: str) -> Command:
    block = read(text)
    assert block.not_understood == ()
    (command,) = block.commands
    return command


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("#закрыть", Verb.CLOSE), ("#close", Verb.CLOSE),
        ("#открыть", Verb.REOPEN), ("#reopen", Verb.REOPEN),
        ("#отказ", Verb.REFUSE), ("#refuse", Verb.REFUSE),
        ("#категория возврат", Verb.CATEGORY), ("#category refund", Verb.CATEGORY),
        ("#срок +2ч", Verb.EXTEND), ("#extend 2h", Verb.EXTEND),
        ("#отложить", Verb.DEFER), ("#defer", Verb.DEFER),
        ("#жду", Verb.WAITING), ("#waiting", Verb.WAITING),
        ("#заметка звонил", Verb.NOTE), ("#note called", Verb.NOTE),
        ("#блок", Verb.BLOCK), ("#block", Verb.BLOCK),
        ("#разблок", Verb.UNBLOCK), ("#unblock", Verb.UNBLOCK),
    ],
)  # fmt: skip
def test_every_command_has_a_russian_and_an_english_word(line: str, verb: Verb) -> None:
    assert only(line).verb is verb


def test_every_verb_has_its_russian_word() -> None:
    assert set(RUSSIAN_OF) == set(Verb)


@pytest.mark.parametrize(
    "line",
    ["#Закрыть", "# закрыть", "#\u00a0закрыть", "#закрыть.", "#закрыть!", "  #закрыть  ", "#ЗАКРЫТЬ вопрос решён"],
)
def test_a_phone_or_outlook_may_write_it_a_little_otherwise(line: str) -> None:
    assert only(line).verb is Verb.CLOSE


def test_commands_stand_one_a_line_at_the_top_and_the_rest_is_the_letter() -> None:
    block = read("#категория оплата\n\n#закрыть\n\nЗдравствуйте!\n#открыть")

    assert [each.verb for each in block.commands] == [Verb.CATEGORY, Verb.CLOSE]
    assert block.rest == "Здравствуйте!\n#открыть"


@pytest.mark.parametrize("text", ["", "Здравствуйте!\n#закрыть", "закрыть", "№ 5 #закрыть"])
def test_a_letter_that_begins_otherwise_commands_nothing(text: str) -> None:
    block = read(text)

    assert not block
    assert block.rest == text


def test_an_unknown_line_is_named_and_the_others_are_understood() -> None:
    block = read("#закрыьт\n#жду")

    assert block.not_understood == (NotUnderstood(line="#закрыьт", why="такой команды нет"),)
    assert [each.verb for each in block.commands] == [Verb.WAITING]


def test_a_note_is_the_rest_of_the_letter() -> None:
    assert only("#заметка\nКлиент звонил.\n\n#закрыть").text == "Клиент звонил.\n\n#закрыть"
    assert only("#заметка звонил").text == "звонил"


@pytest.mark.parametrize(
    ("line", "refusal", "reason"),
    [
        ("#отказ", Refusal.CONDUCT, ""),
        ("#отказ поведение", Refusal.CONDUCT, ""),
        ("#отказ Договор: долг", Refusal.CONTRACT, "долг"),
        ("#refuse contract unpaid", Refusal.CONTRACT, "unpaid"),
    ],
)
def test_a_refusal_names_its_ground(line: str, refusal: Refusal, reason: str) -> None:
    command = only(line)

    assert (command.refusal, command.text) == (refusal, reason)


@pytest.mark.parametrize(
    "line",
    [
        "#отказ просто так",
        "#категория",
        "#категория возврат, оплата, другое",
        "#категория чепуха",
        "#срок",
        "#срок вчера",
        "#срок 11:00",
        "#срок 23.11",
        "#блок @",
        "#блок client@",
        "#",
        "#1",
        "#закрыть_всё",
    ],
)
def test_what_is_not_understood_changes_nothing(line: str) -> None:
    block = read(line)

    assert block.commands == ()
    assert len(block.not_understood) == (0 if line == "#" else 1)


def test_an_extension_has_its_moment_and_its_reason() -> None:
    command = only("#срок завтра 15:00 ждём банк")

    assert (command.due_at, command.text) == (at("2026-11-25T15:00"), "ждём банк")


@pytest.mark.parametrize(
    ("line", "target", "reason"),
    [
        ("#блок", "", ""),
        ("#блок долг за октябрь", "", "долг за октябрь"),
        ("#блок Client@Example.kz долг", "client@example.kz", "долг"),
        ("#блок @example.kz", "@example.kz", ""),
        ("#блок 104582 долг", "104582", "долг"),
        ("#разблок 104582", "104582", ""),
    ],
)
def test_a_block_names_whom_or_means_the_requester(line: str, target: str, reason: str) -> None:
    command = only(line)

    assert (command.target, command.text) == (target, reason)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("возврат", (Category.REFUND,)),
        ("Возврат средств", (Category.REFUND,)),
        ("refund", (Category.REFUND,)),
        ("closing documents", (Category.CLOSING_DOCUMENTS,)),
        ("документы и оплата", (Category.CLOSING_DOCUMENTS, Category.BILLING)),
        ("неполадка, возврат", (Category.TECHNICAL, Category.REFUND)),
        ("возврат; возврат", (Category.REFUND,)),
        ("API", (Category.API_SCRIPTS,)),
        ("во", ()),
        ("", ()),
    ],
)
def test_a_category_is_known_by_its_name_or_its_beginning(said: str, meant: tuple[Category, ...]) -> None:
    assert parse_categories(said) == meant


@pytest.mark.parametrize("category", list(Category))
def test_every_category_is_known_by_its_code_and_by_its_words(category: Category) -> None:
    assert parse_categories(category.value) == parse_categories(category.wording) == (category,)


def test_more_commands_than_a_person_writes_are_not_obeyed() -> None:
    block = read("#закрыть\n" * 50)

    assert len(block.commands) + len(block.not_understood) <= 2 * MAX_COMMANDS
    assert len(block.commands) == MAX_COMMANDS


@given(st.text(alphabet=st.sampled_from("#закрытьclose 0123\n@.,:–-"), max_size=200))
def test_nothing_that_anybody_writes_breaks_the_reading_of_commands(text: str) -> None:
    block = read(text)

    lines = [each.line for each in block.commands] + [each.line for each in block.not_understood]
    assert all(line.startswith("#") for line in lines)
    assert block.rest in text or not text.strip()
