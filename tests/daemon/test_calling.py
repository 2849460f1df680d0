"""``--config`` is taken from anywhere among the words."""

from pathlib import Path

import pytest

from daemon.calling import NoFileNamed, take_config


@pytest.mark.parametrize(
    ("words", "rest", "config"),
    [
        ("status", "status", None),
        ("--config a.toml tickets list --json", "tickets list --json", "a.toml"),
        ("tickets --config a.toml list", "tickets list", "a.toml"),
        ("tickets list --config=a.toml", "tickets list", "a.toml"),
        ("--config a.toml status --config b.toml", "status", "b.toml"),
        ("explain -- --config a.toml", "explain -- --config a.toml", None),
    ],
)
def test_the_file_is_found_before_and_after_the_subcommand(words: str, rest: str, config: str | None) -> None:
    assert take_config(words.split()) == (rest.split(), Path(config) if config else None)


@pytest.mark.parametrize("words", ["status --config", "--config= status"])
def test_an_option_without_a_file_is_a_fault(words: str) -> None:
    with pytest.raises(NoFileNamed, match="needs a file"):
        take_config(words.split())
