"""Copies of the store: made while the service runs, put back while it does not.

SQLite: its own backup in one step, which reads one snapshot of the log and does not hold up writers; the copy is
examined before it gets its name. PostgreSQL: ``pg_dump`` and ``pg_restore``, whose password goes by the environment.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from store.engine import file_of, is_sqlite, read_url, writing_engine
from store.errors import TRANSLATED, StoreBroken, place_of, translated
from store.instance import only_instance
from store.schema import check
from store.writing import Transaction

RESTORED = "restored"
"""The fact in ``meta`` that tells when the store was put back: what was sent since the copy is not known to it."""


def backup(url: str, target: Path) -> None:
    """A copy of the store as it is at one moment, readable by its owner alone.

    StoreBroken if ``target`` exists (nothing is overwritten) or the copy does not hold.
    """
    parsed = read_url(url)
    if target.exists():
        raise StoreBroken(f"{target} exists already: give another name, nothing is overwritten.")
    if not target.absolute().parent.is_dir():
        raise StoreBroken(f"There is no folder {target.absolute().parent}: make it, or name another.")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            if is_sqlite(parsed):
                _copy(file_of(parsed), part)
                _examine(part)
            else:
                _run("pg_dump", ["--format=custom", "--no-owner", f"--file={part}"], parsed)
            _sync(part)
            os.link(part, target)  # fails where somebody made the target meanwhile
        finally:
            part.unlink(missing_ok=True)
        _sync(target.parent)
    except TRANSLATED as error:
        raise translated(error, parsed) from error


def restore(source: Path, url: str) -> None:
    """Puts the copy in the store's place. InstanceRunning while the service runs; StoreBroken if the copy is none.

    The store that was there is kept beside it on SQLite, as ``NAME.before-MOMENT``. In ``meta`` stands when it was.
    """
    parsed = read_url(url)
    if not source.is_file():
        raise StoreBroken(f"{source} is no file: name a copy made by `supportd backup`.")
    try:
        with only_instance(parsed):
            moment = datetime.now(UTC)
            if is_sqlite(parsed):
                _restore_file(source, file_of(parsed), parsed, moment)
            else:
                _restore_server(source, parsed, moment)
    except TRANSLATED as error:
        raise translated(error, parsed) from error


def _restore_file(source: Path, store: Path, url: URL, moment: datetime) -> None:
    """At every moment of it a whole store stands under the name: the old one, then the new one."""
    part = store.with_name(f"{store.name}.part")
    for path in _with_logs(part):
        path.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _examine(source)
        _copy(source, part)
        _note(part, moment, url)
        if store.exists():
            os.chown(part, store.stat().st_uid, store.stat().st_gid)
            _put_aside(store, moment)
        part.replace(store)
        _sync(store.parent)
    finally:
        for path in _with_logs(part):
            path.unlink(missing_ok=True)


def _put_aside(store: Path, moment: datetime) -> None:
    """Keeps the old store under another name, its log worked in; the log must not meet the new file."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(store, timeout=10)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = store.with_name(f"{store.name}.before-{moment:%Y%m%dT%H%M%S}")
    _, *logs = _with_logs(store)
    os.link(store, aside)
    for log in logs:
        if log.exists():
            log.rename(f"{aside}{log.name.removeprefix(store.name)}")


def _with_logs(path: Path) -> tuple[Path, Path, Path]:
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
        written.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def _examine(copy: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            answers = [row[0] for row in connection.execute("PRAGMA quick_check(10)")]
    except sqlite3.DatabaseError as error:
        answers = [str(error)]
    if answers != ["ok"]:
        raise StoreBroken(f"{copy} is damaged or no copy of a store ({answers[0]}): use another one.")


def _note(copy: Path, moment: datetime, url: URL) -> None:
    """The copy's schema is one that can be opened (StoreTooNew else), and it says when it was put back."""
    with closing(sqlite3.connect(copy)) as connection:
        has_schema = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if has_schema else None
        check(row[0] if row else None, url, upgradable=True)
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (RESTORED, moment.isoformat()))
        connection.commit()


def _restore_server(source: Path, url: URL, moment: datetime) -> None:
    """All of it in one transaction of the server."""
    script = _run("pg_restore", ["--data-only", "--table=alembic_version", "--file=-", str(source)], url)
    found = _REVISION.search(script)
    check(found[1] if found else None, url, upgradable=True)
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={url.database}"]
    _run("pg_restore", [*options, str(source)], url)
    engine = writing_engine(url)
    try:
        with engine.begin() as connection:
            Transaction(connection).set_meta(RESTORED, moment.isoformat())
    finally:
        engine.dispose()


# COPY public.alembic_version (version_num) FROM stdin;
# 0001
_REVISION = re.compile(r"^COPY [^\n]*alembic_version[^\n]*\n(\S+)$", re.MULTILINE)


def _run(program: str, arguments: list[str], url: URL) -> str:
    """What one of PostgreSQL's own programs prints; StoreBroken with what to do if it is absent or fails."""
    path = shutil.which(program)
    if path is None:
        raise StoreBroken(
            f"{program} is not installed: apt-get install postgresql-client (of the server's version or newer), "
            f"or copy {place_of(url)} with the server's own means."
        )
    named = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {name: str(value) for name, value in named.items() if value is not None}
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        [path, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise StoreBroken(f"{program} failed for {place_of(url)}: {lines[0][:300] if lines else done.returncode}")
    return done.stdout.decode(errors="replace")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
