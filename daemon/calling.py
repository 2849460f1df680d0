"""How the program is called: ``--config`` may stand before or after the subcommand, and the last one counts."""

from collections.abc import Iterable
from pathlib import Path


class NoFileNamed(ValueError):  # noqa: N818 - says what is wrong
    """``--config`` stands last, or its value is empty."""


def take_config(words: Iterable[str]) -> tuple[list[str], Path | None]:
    """The words without ``--config FILE``, and the file. What follows ``--`` is left alone. Raises NoFileNamed."""
    rest: list[str] = []
    config: Path | None = None
    pending = iter(words)
    for word in pending:
        if word == "--":
            return [*rest, word, *pending], config
        if word == "--config":
            config = _file(next(pending, ""))
        elif word.startswith("--config="):
            config = _file(word.removeprefix("--config="))
        else:
            rest.append(word)
    return rest, config


def _file(name: str) -> Path:
    if not name:
        raise NoFileNamed("--config needs a file: --config /etc/supportd/supportd.toml")
    return Path(name)
