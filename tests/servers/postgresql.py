"""A private PostgreSQL cluster on loopback, from Debian's package, started as an unprivileged user by the test itself.

Nothing of it is durable (no fsync) and nothing of it stays: it lives in a temporary folder and dies with the tests.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=32MB",
    "max_connections=40",
    "autovacuum=off",
)


class PostgresqlAbsent(Exception):  # noqa: N818 - a fact about the machine, no fault
    """There are no server binaries on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server; ``maintenance`` is the URL of its database ``postgres``."""

    port: int
    data: Path
    binaries: Path
    numbers: Iterator[int]

    @property
    def maintenance(self) -> str:
        return self.url("postgres")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://supportd@127.0.0.1:{self.port}/{database}"

    def make_database(self, template: str = "template0") -> str:
        """The URL of a new database, a copy of ``template``."""
        name = f"t{next(self.numbers)}"
        self.statement(f'CREATE DATABASE {name} TEMPLATE {template} ENCODING "UTF8"')
        return self.url(name)

    def statement(self, sql: str, database: str = "postgres") -> None:
        """Runs one statement outside a transaction."""
        import psycopg

        address = f"host=127.0.0.1 port={self.port} user=supportd dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql)

    def control(self, *arguments: str) -> None:
        """``pg_ctl`` with these arguments: ``restart -m immediate`` is a crash."""
        _run([self.binaries / "pg_ctl", "-D", self.data, "-w", "-l", self.data / "log", *arguments])


def find_binaries() -> Path | None:
    """The folder of the newest server that Debian has installed, or that stands in PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    return Path(found).parent if found else None


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A server until the block ends. PostgresqlAbsent, with the line to type, if there is none to start."""
    binaries = find_binaries()
    if binaries is None:
        raise PostgresqlAbsent("PostgreSQL is not installed: apt-get install -y postgresql")
    folder = Path(tempfile.mkdtemp(prefix="supportd-postgresql-"))
    try:
        _give_to_unprivileged(folder)
        data = folder / "data"
        _run(
            [binaries / "initdb", "-D", data, "-U", "supportd", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        )
        port = _free_port()
        cluster = Cluster(port=port, data=data, binaries=binaries, numbers=count(1))
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("".join(f"{name} = '{value}'\n" for name, value in (line.split("=") for line in _SETTINGS)))
            settings.write(f"port = {port}\n")
        cluster.control("start")
        try:
            yield cluster
        finally:
            cluster.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to become where the tests run as root: the server refuses to."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresqlAbsent("no unprivileged user to run PostgreSQL as")


def _give_to_unprivileged(folder: Path) -> None:
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)


def _run(command: list[str | Path]) -> None:
    user = _unprivileged()
    identity: dict[str, Any] = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        timeout=120,
        check=False,
        **identity,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout.decode(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
