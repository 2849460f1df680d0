"""What reaches a terminal is harmless, whatever clients write; tables stream; commands end with sentences."""

import json
import sys
from collections.abc import Iterator

import pytest

from daemon.console import Failed, ending, in_words, print_json, print_rows, say, table
from daemon.errors import TryAgainLater

NASTY = "\x1b[2J\x9b1A\u202eтекст\r\x00"


def test_no_control_character_reaches_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(NASTY)
    table([[NASTY, "a\nb"]], ["one", "two"])
    print_json({"subject": NASTY})
    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\x9b\u202e\r\x00")
    assert out.count("\n") == 5  # a line end in a cell makes no line
    assert json.loads(out.splitlines()[-1]) == {"subject": NASTY}


def test_columns_are_as_wide_as_their_cells(capsys: pytest.CaptureFixture[str]) -> None:
    assert table([["1", "сто"], ["22", "—"]], ["id", "words"])
    assert capsys.readouterr().out.splitlines() == ["id  words", "──  ─────", "1   сто", "22  —"]


def test_a_long_table_streams(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number in range(5000):
            if number == 4000:
                seen.append(capsys.readouterr().out.count("\n"))
            yield [str(number)]

    table(rows(), ["n"])
    assert seen[0] > 3000  # what came first was printed before the last was known


def test_without_rows_a_person_is_told_so_and_json_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], ["id"], as_json=False, none="no letter waits")
    assert capsys.readouterr().out == "no letter waits\n"
    print_rows([], ["id"], as_json=True, none="no letter waits")
    assert capsys.readouterr().out == ""


def test_values_are_said_in_words() -> None:
    assert in_words({"open": 2, "closed": 0}) == "open 2, closed 0"
    assert [in_words(each) for each in (None, "", [], True, False, ["a", 1])] == ["—", "—", "—", "yes", "no", "a, 1"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TryAgainLater("imap.example.kz cannot be reached"), "supportd: imap.example.kz cannot be reached\n"),
        (PermissionError(13, "Permission denied", "/etc/x"), "supportd: /etc/x: Permission denied\n"),
        (
            ModuleNotFoundError("No module named 'pymap'", name="pymap.backend"),
            "supportd: this needs pymap, which is not installed: pip install 'supportd[demo]'\n",
        ),
        (MemoryError(), "supportd: there is not enough memory for that\n"),
    ],
)
def test_a_command_ends_with_a_sentence_and_exit_1(
    error: BaseException, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, ending():
        raise error
    assert ended.value.code == 1
    assert capfd.readouterr().err == sentence


def test_a_fault_of_the_program_is_one_line_that_names_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failed), ending():
        raise ZeroDivisionError("oh")
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "ZeroDivisionError: oh" in told
    assert "test_console.py:" in told


def test_an_exit_code_passes_through_and_the_output_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("done")
    with pytest.raises(SystemExit) as ended, ending():
        raise SystemExit(2)
    assert ended.value.code == 2
    assert capsys.readouterr().out == "done"
