"""What README and the agents' guide say of the program is so."""

import re
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from daemon.command_line import app
from daemon.configuration import Configuration
from daemon.marking_plan import KEYWORDS
from rules.commands import RUSSIAN_OF, Command, Verb, parse_command
from tests.daemon.a_policy import SCHEDULE
from tests.daemon.a_request import at

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "GUIDE.ru.md").read_text("utf-8")
EXAMPLE = (ROOT / "systemd" / "supportd.toml.example").read_text("utf-8")


def keys(section: str) -> list[str]:
    model = Configuration.model_fields[section].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return [name for name in model.model_fields if name != "signing_keys"]


def chapter(section: str) -> str:
    """README's table of one section of the configuration."""
    begun = README.split(f"### `[{section}]`", 1)[1]
    return begun.split("\n### ", 1)[0]


@pytest.mark.parametrize("section", list(Configuration.model_fields))
def test_every_key_of_the_configuration_is_described(section: str) -> None:
    described = set(re.findall(r"`([a-z_]+)`", " ".join(line.split("|")[1] for line in _rows(chapter(section)))))
    assert described == set(keys(section))


@pytest.mark.parametrize("section", list(Configuration.model_fields))
def test_every_key_stands_in_the_example(section: str) -> None:
    written = EXAMPLE.split(f"[{section}]\n", 1)[1].split("\n[", 1)[0]
    known = set(re.findall(r"^#?([a-z_]+) = ", written, re.MULTILINE))
    assert known | {"password"} >= set(keys(section))


def test_every_command_is_described() -> None:
    group = typer.main.get_command(app)
    commands = README.split("## Commands", 1)[1].split("\n## ", 1)[0]
    for name, command in group.commands.items():  # type: ignore[attr-defined] # a group has them
        assert re.search(rf"`{name}\b", commands), name
        for sub in getattr(command, "commands", {}):
            assert re.search(rf"\b{sub}\b", commands), f"{name} {sub}"


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:parsers|rules|store|daemon|templates|tests|systemd)/[\w./*-]+)`", README)))
)
def test_every_file_that_is_named_exists(path: str) -> None:
    assert list(ROOT.glob(path.rstrip("/"))), path


COMMANDS = [row.split("|")[1] for row in GUIDE.splitlines() if row.startswith("| `#")]


@pytest.mark.parametrize("words", re.findall(r"`(#[^`]+)`", " ".join(COMMANDS)))
def test_every_command_of_the_guide_is_understood(words: str) -> None:
    assert isinstance(parse_command(words, at=at("2026-11-20T12:00"), schedule=SCHEDULE), Command)


@pytest.mark.parametrize("verb", list(Verb))
def test_the_guide_names_every_command_in_both_languages(verb: Verb) -> None:
    assert f"`#{RUSSIAN_OF[verb]}" in GUIDE
    assert f"`#{verb.value}`" in GUIDE


@pytest.mark.parametrize("name", ["agents_opening", "agents_command_answer"])
def test_letters_in_the_guide_are_the_programs_own(name: str) -> None:
    letter = (ROOT / "tests" / "daemon" / "letters_written" / f"{name}.txt").read_text("utf-8")
    subject = letter.split("\n", 1)[0]
    shown = next(each for each in GUIDE.split("```") if subject in each)
    assert shown.strip() in letter


def test_the_letter_in_the_readme_is_the_programs_own() -> None:
    letter = (ROOT / "tests" / "daemon" / "letters" / "two_promises.txt").read_text("utf-8")
    shown = README.split("> Здравствуйте!", 1)[1].split(" …", 1)[0].replace(">", " ")
    assert " ".join(shown.split()) in " ".join(letter.split())


@pytest.mark.parametrize("keyword", sorted(KEYWORDS.values()))
def test_every_tag_is_named_to_operators_and_agents(keyword: str) -> None:
    assert f"`{keyword}`" in README
    assert f"`{keyword}`" in GUIDE


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| `")]
