"""The whole program in its own process, on real servers: configured, started, stopped, killed, asked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.servers.dovecot import Account
from tests.servers.smtp import SmtpServer

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds a test waits for something that comes at once on a quiet machine."""


def eventually(what: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """The first true answer of ``what``; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@dataclass(kw_only=True)
class Program:
    """``supportd`` with a configuration of its own in ``home``."""

    home: Path
    box: Account
    smtp: SmtpServer
    tables: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.write_configuration()

    @property
    def database(self) -> Path:
        return self.home / "supportd.db"

    @property
    def log(self) -> Path:
        return self.home / "log.jsonl"

    def write_configuration(self) -> None:
        tables: dict[str, dict[str, object]] = {
            "mailbox": {
                "address": self.box.username,
                "host": self.box.host,
                "port": self.box.port,
                "security": "none",
                "password": self.box.password,
            },
            "smtp": {"host": self.smtp.host, "port": self.smtp.port, "security": "none"},
            "store": {"url": f"sqlite:///{self.database}"},
        }
        for name, keys in self.tables.items():
            tables.setdefault(name, {}).update(keys)
        path = self.home / "supportd.toml"
        path.write_text("\n".join(toml(name, keys) for name, keys in tables.items()), encoding="utf-8")
        path.chmod(0o600)

    def command(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """One command to its end; ``code`` is the exit code wanted, None for any."""
        done = subprocess.run(
            [*_PROGRAM, "--config", str(self.home / "supportd.toml"), *words],
            capture_output=True,
            encoding="utf-8",
            env=self._environment(),
            timeout=120,
            check=False,
        )
        assert code is None or done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints as JSON."""
        return [json.loads(line) for line in self.command(*words, "--json").stdout.splitlines()]

    def tickets(self) -> list[dict[str, Any]]:
        return self.rows("tickets", "list")

    def start(self, *, ready: bool = True) -> "Program":
        assert self._process is None
        log = self.log.open("ab")
        already = self._ready_count()
        self._process = subprocess.Popen(
            [*_PROGRAM, "run", "--config", str(self.home / "supportd.toml")],
            stdout=log,
            stderr=log,
            env=self._environment(),
        )
        log.close()
        if ready:
            eventually(lambda: self._ready_count() > already or self._ended())
            assert not self._ended(), self.log.read_text(encoding="utf-8")
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self, sign: int = signal.SIGTERM, *, seconds: float = PATIENCE) -> int:
        """Ends the service by a signal and gives its exit code."""
        assert self._process is not None
        self._process.send_signal(sign)
        code = self._process.wait(timeout=seconds)
        self._process = None
        return code

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def end(self) -> None:
        """Whatever state it is in."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def events(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]

    def _ready_count(self) -> int:
        return sum(each.get("event") == "service_ready" for each in self.events())

    def _ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


_PROGRAM = (sys.executable, "-m", "daemon.command_line")


def toml(name: str, keys: Mapping[str, object]) -> str:
    lines = [f"[{name}]"]
    plain = {key: value for key, value in keys.items() if not isinstance(value, Mapping)}
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items()]
    lines += [toml(f"{name}.{key}", value) for key, value in keys.items() if isinstance(value, Mapping)]
    return "\n".join(lines) + "\n"


def a_letter(
    *,
    sender: str = "client@example.kz",
    name: str = "",
    to: str = "info@controlsystem.kz",
    subject: str = "Не работает вход",
    body: str = "Здравствуйте! Не могу войти в аккаунт 104582, пишет «ошибка 500».",
    message_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A client's letter as a mail client writes it, plain text in UTF-8."""
    from email.message import EmailMessage
    from email.utils import formataddr, make_msgid

    message = EmailMessage()
    message["From"] = formataddr((name, sender))
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = message_id or make_msgid(domain="example.kz")
    message["Date"] = "Sat, 21 Nov 2026 12:04:00 +0500"
    for key, value in (headers or {}).items():
        message[key] = value
    message.set_content(body)
    return message.as_bytes()
