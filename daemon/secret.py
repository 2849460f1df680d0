"""A secret that does not show itself, and the places it comes from."""

import stat
from collections.abc import Mapping
from pathlib import Path


class Secret:
    """A password or key: ``reveal`` gives it; printing, logging and comparing in error texts show stars alone."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself: to be handed to a library at once, never kept in a message."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def credential_file(name: str, environ: Mapping[str, str]) -> Path | None:
    """The file of the systemd credential ``name`` (LoadCredential=), or None where there is none."""
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return None
    path = Path(directory) / name
    return path if path.is_file() else None


def read_secret(path: Path) -> Secret:
    """The first line of a file, without its line end. Raises OSError; an empty or non-UTF-8 file raises ValueError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
    if not lines or not lines[0]:
        raise ValueError("the file's first line is empty")
    return Secret(lines[0])


def read_keys(path: Path) -> tuple[Secret, ...]:
    """Signing keys, one a line, the current one first and those still honoured after it; blank lines do not count.

    A key shorter than 32 characters, or a file without any, raises ValueError; an unreadable file OSError.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
    keys = [line for line in lines if line]
    if not keys or any(len(key) < 32 for key in keys):
        raise ValueError("the file must hold keys of at least 32 characters, one a line, the current one first")
    return tuple(Secret(key) for key in keys)


def others_may_read(path: Path) -> bool:
    """Whether anybody but the owner has any right to the file."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
