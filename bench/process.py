"""The service under measurement: its own process, its memory with all children, its servers."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.servers.dovecot import Account

_TOML = """
[mailbox]
address = "info@controlsystem.kz"
host = "127.0.0.1"
port = {imap}
security = "none"
username = "{user}"
password = "{password}"
start_from = "beginning"
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
[store]
url = "sqlite:///{home}/supportd.db"
[agents]
addresses = ["*@controlsystem.kz"]
[acknowledge]
max_age = "0"
per_address = "0"
per_domain = "0"
per_body = "0"
overall = "0"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A directory with a configuration, a store and a ledger of letters that were taken."""

    home: Path
    box: Account
    smtp_port: int

    @property
    def ledger(self) -> Path:
        return self.home / "ledger"

    @property
    def config(self) -> Path:
        return self.home / "supportd.toml"

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.home}/supportd.db"

    def prepare(self) -> None:
        words = _TOML.format(
            imap=self.box.port, user=self.box.username, password=self.box.password, smtp=self.smtp_port, home=self.home
        )
        self.config.write_text(words, encoding="utf-8")
        self.config.chmod(0o600)
        self.ledger.touch()

    def answered(self) -> dict[str, float]:
        """When each letter's acknowledgement was taken, by the Message-ID it answers."""
        rows = (line.split() for line in self.ledger.read_text(encoding="ascii").splitlines())
        return {row[1]: float(row[0]) for row in rows if len(row) == 2}


@contextlib.contextmanager
def sink(place: Place) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", str(place.smtp_port), str(place.ledger)])
    try:
        time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def service(place: Place) -> Iterator[psutil.Process]:
    """``supportd run`` until the block ends, by SIGTERM."""
    with (place.home / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "daemon.command_line", "run", "--config", str(place.config)],
            stdout=log,
            stderr=log,
            env=dict(os.environ),
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_ready(place: Place, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if b"service_ready" in (place.home / "log").read_bytes():
            return
        time.sleep(0.05)
    raise SystemExit(f"the service did not start:\n{(place.home / 'log').read_text(encoding='utf-8')}")


def memory(process: psutil.Process) -> tuple[float, ...]:
    """Proportional set size of the process and of each of its children, in megabytes."""
    sizes = []
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            sizes.append(each.memory_full_info().pss / 1_000_000)
    return tuple(sizes)


def processor_time(process: psutil.Process) -> tuple[float, ...]:
    """Seconds of processor time that the process and each of its children have used."""
    spent = []
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            times = each.cpu_times()
            spent.append(times.user + times.system)
    return tuple(spent)
