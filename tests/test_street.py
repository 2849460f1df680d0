"""The street: data goes left to right, each outside library stands behind one file, parsers and rules are pure."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("parsers", "rules", "store", "templates", "daemon")
KNOWS = {
    "parsers": {"parsers"},
    "rules": {"rules", "parsers"},
    "store": {"store", "rules", "parsers"},
    "templates": set[str](),
    "daemon": {"daemon", "store", "rules", "parsers", "templates"},
}
DATABASE = {"sqlmodel", "sqlalchemy", "alembic", "psycopg"}
BEHIND = {
    "imapclient": "daemon/mailbox.py",
    "aiosmtplib": "daemon/smtp.py",
    "pydantic": "daemon/configuration.py",
    "pydantic_settings": "daemon/configuration.py",
    "structlog": "daemon/journal.py",
    "pymap": "daemon/demo_servers.py",
    "aiosmtpd": "daemon/demo_servers.py",
}
"""Where a library stands whose place the design or the files' own words fix; the others stand behind any one file."""
IMPURE_MODULES = {
    *("asyncio", "concurrent", "ftplib", "glob", "http", "imaplib", "io", "logging", "multiprocessing", "os"),
    *("pathlib", "poplib", "random", "secrets", "select", "selectors", "shutil", "signal", "smtplib", "socket"),
    *("sqlite3", "ssl", "subprocess", "sys", "syslog", "tempfile", "threading", "time", "uuid"),
}
SILENCED = {"parsers/parse.py": {"logging"}}
"""logging is imported there to silence mail-parser's own words, which repeat the sender's; nothing is logged."""
IMPURE_CALLS = {"now", "utcnow", "today", "debug", "info", "warning", "error", "exception", "critical"}
IMPURE_BUILTINS = {"open", "print", "input", "exec", "eval"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module, the names taken from it (empty where the module itself is), and where."""

    module: str
    names: tuple[str, ...]
    line: int

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield Import(module=each.name, names=(), line=node.lineno)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)}:{node.lineno} imports relatively: say the whole name"
            yield Import(module=node.module or "", names=tuple(each.name for each in node.names), line=node.lineno)


def is_outside(module: Import) -> bool:
    return module.top not in sys.stdlib_module_names and module.top not in FOLDERS


def test_there_is_a_street_to_read() -> None:
    for folder in ("parsers", "rules", "store", "daemon"):
        assert len(sources(folder)) > 2, folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_on_the_left_knows_what_stands_on_its_right(folder: str) -> None:
    wrong = [
        f"{place(path)}:{each.line} imports {each.module}"
        for path in sources(folder)
        for each in imports_of(path)
        if each.top in FOLDERS and each.top not in KNOWS[folder]
    ]
    assert wrong == []


def test_only_the_tests_and_measurements_know_the_tests_and_measurements() -> None:
    wrong = [
        f"{place(path)}:{each.line} imports {each.module}"
        for path in sources(*FOLDERS)
        for each in imports_of(path)
        if each.top in {"tests", "bench"}
    ]
    assert wrong == []


def test_rules_take_only_types_from_parsers() -> None:
    wrong = [
        f"{place(path)}:{each.line} takes {name} of {each.module}"
        for path in sources("rules")
        for each in imports_of(path)
        for name in each.names or (each.module,)
        if each.top == "parsers" and not name[0].isupper()
    ]
    assert wrong == []


def test_each_outside_library_stands_behind_one_file() -> None:
    behind: dict[str, set[str]] = defaultdict(set)
    for path in sources(*FOLDERS):
        for each in imports_of(path):
            if is_outside(each) and each.top not in DATABASE:
                behind[each.top].add(place(path))
    assert {library: sorted(files) for library, files in behind.items() if len(files) > 1} == {}
    assert {library: files for library, files in behind.items() if files != {BEHIND.get(library, *files)}} == {}


def test_the_database_stands_behind_the_store() -> None:
    wrong = [
        f"{place(path)}:{each.line} imports {each.module}"
        for path in sources(*FOLDERS)
        for each in imports_of(path)
        if each.top in DATABASE and path.relative_to(ROOT).parts[0] != "store"
    ]
    assert wrong == []


def impure(path: Path) -> Iterator[str]:
    for each in imports_of(path):
        if each.top in IMPURE_MODULES - SILENCED.get(place(path), set()):
            yield f"{place(path)}:{each.line} imports {each.module}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in IMPURE_CALLS:
            yield f"{place(path)}:{node.lineno} calls {called.attr}()"
        if isinstance(called, ast.Name) and called.id in IMPURE_BUILTINS:
            yield f"{place(path)}:{node.lineno} calls {called.id}()"


def test_parsers_and_rules_are_pure() -> None:
    """No clock, network, database, log or file; rules read their own package's data through importlib.resources."""
    assert [fault for path in sources("parsers", "rules") for fault in impure(path)] == []


def test_impurity_is_seen_where_there_is_some() -> None:
    assert list(impure(ROOT / "daemon" / "configuration.py"))
    assert list(impure(ROOT / "daemon" / "systemd.py"))


def test_every_outside_library_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    declared = {re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0].lower() for line in lines}
    provided = {"mailparser": "mail-parser", "sklearn": "scikit-learn", "pydantic_settings": "pydantic-settings"}
    along = {"pydantic": "pydantic-settings", "numpy": "scikit-learn", "scipy": "scikit-learn"}
    missing = {
        each.top
        for path in sources(*FOLDERS)
        for each in imports_of(path)
        if is_outside(each) and {provided.get(each.top, along.get(each.top, each.top))} - declared
    }
    assert missing == set()


def test_the_wheel_holds_every_file_that_the_program_reads(tmp_path: Path) -> None:
    copy = tmp_path / "source"
    copy.mkdir()
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            ".",
        ],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert told.returncode == 0, told.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    needed = {
        path.relative_to(copy).as_posix()
        for folder in FOLDERS
        for path in (copy / folder).rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".md"}
    }
    assert needed - held == set()
