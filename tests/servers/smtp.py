"""A real SMTP server on loopback that takes letters, keeps a ledger of them, and fails by rules.

In the test's own process (``SmtpServer``, a thread) or as a process of its own:

    python -m tests.servers.smtp --port 2525 --ledger ledger.jsonl --rules rules.json --letters DIRECTORY

A line of the ledger is on the disk before the server says 250: what it names has been taken, whoever heard of it.
The rules' file is read anew whenever it changes.
"""

import argparse
import asyncio
import contextlib
import email
import email.policy
import hashlib
import json
import logging
import os
import random
import signal
import ssl
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.ports import free_port


class Stage(StrEnum):
    """Where in the dialogue a rule acts."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    """Instead of 354: the letter has not gone out."""
    LETTER = "letter"
    """After the final dot."""


SILENCE = "silence"
CUT = "cut"
"""The connection ends; at ``LETTER`` the letter has not been taken."""
CUT_ACCEPTED = "cut accepted"
"""The letter is taken and entered in the ledger; the connection ends before the 250."""
ACCEPT = "accept"
"""Goes on as without a rule (for a delay alone)."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``act``: an answer such as ``451 4.3.0 later``, or one of the words above. The first rule that applies acts.

    ``share``: how often it applies (drawn from the seed); ``times``: how many times at most; ``recipient``: a part of
    the address; ``null_sender``: only from <>.
    """

    stage: Stage
    act: str
    share: float = 1.0
    times: int | None = None
    recipient: str = ""
    null_sender: bool = False
    delay: float = 0.0


REFUSES_NULL_SENDER = Rule(
    stage=Stage.MAIL, act="553 5.7.1 <>: Sender address rejected: not owned by user", null_sender=True
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A letter that the server has taken. ``answered``: the 250 was sent (whether it was heard, nobody knows)."""

    at: float
    message_id: str
    recipient: str
    envelope_from: str
    sha256: str
    answered: bool
    raw: bytes = field(default=b"", repr=False)


class Rules:
    """Which rule applies; draws from one seed, so that a run can be repeated."""

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int = 0, file: Path | None = None) -> None:
        self._file, self._stamp = file, 0
        self.acted: Counter[str] = Counter()
        self._random = random.Random(seed)
        self.set(rules)

    def set(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._left = [rule.times for rule in self._rules]

    def find(self, stage: Stage, envelope: Envelope, recipient: str = "") -> Rule | None:
        self._reread()
        to = recipient or next(iter(envelope.rcpt_tos), "")
        for number, rule in enumerate(self._rules):
            left = self._left[number]
            if rule.stage is not stage or left == 0 or rule.recipient not in to:
                continue
            if (rule.null_sender and _sender(envelope)) or self._random.random() >= rule.share:
                continue
            if left is not None:
                self._left[number] = left - 1
            self.acted[f"{rule.stage}: {rule.act}"] += 1
            return rule
        return None

    def _reread(self) -> None:
        if self._file is None or not self._file.exists():
            return
        stamp = self._file.stat().st_mtime_ns
        if stamp == self._stamp:
            return
        with contextlib.suppress(ValueError):  # half written: read at the next command
            self.set(Rule(**{**entry, "stage": Stage(entry["stage"])}) for entry in json.loads(self._file.read_text()))
            self._stamp = stamp


class Ledger:
    """The letters taken, in memory and (with a file) on the disk."""

    def __init__(self, file: Path | None = None, letters: Path | None = None) -> None:
        self._file = file.open("ab") if file is not None else None
        self._letters = letters
        self._taken: list[Taken] = []
        self._changed = threading.Condition()

    def enter(self, envelope: Envelope, *, answered: bool) -> None:
        raw = _content(envelope)
        headers = email.message_from_bytes(raw.partition(b"\r\n\r\n")[0], policy=email.policy.compat32)
        taken = Taken(
            at=time.time(),
            message_id=str(headers.get("Message-ID", "")).strip(),
            recipient=", ".join(envelope.rcpt_tos),
            envelope_from=_sender(envelope),
            sha256=hashlib.sha256(raw).hexdigest(),
            answered=answered,
            raw=raw,
        )
        if self._letters is not None:
            (self._letters / f"{len(self._taken) + 1:06}.eml").write_bytes(raw)
        if self._file is not None:
            self._file.write(json.dumps({k: v for k, v in asdict(taken).items() if k != "raw"}).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        with self._changed:
            self._taken.append(taken)
            self._changed.notify_all()

    def all(self) -> tuple[Taken, ...]:
        with self._changed:
            return tuple(self._taken)

    def wait_for(self, count: int, seconds: float) -> tuple[Taken, ...]:
        """Returns once ``count`` letters have been taken, or after ``seconds`` with what there is."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._taken) >= count, timeout=seconds)
            return tuple(self._taken)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def read_ledger(file: Path) -> tuple[Taken, ...]:
    """The ledger of a server in another process; a line that is being written is left out."""
    if not file.exists():
        return ()
    lines = file.read_bytes().split(b"\n")[:-1]
    return tuple(Taken(**json.loads(line)) for line in lines)


def _sender(envelope: Envelope) -> str:
    """The sender of the envelope, empty for the null sender (which aiosmtpd knows as ``<>``)."""
    return "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)


def _content(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content if isinstance(content, bytes) else content.encode()


class _Dialogue(SMTP):
    """Adds to aiosmtpd what it lacks: an end of the dialogue wherever a rule wants it, and DSN."""

    def __init__(self, handler: "_Handler", **options: Any) -> None:
        super().__init__(handler, **options)
        self._handler = handler

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        words = [word for word in (arg or "").split(" ") if not word.upper().startswith("NOTIFY=")]
        self._handler.notify = arg != " ".join(words)
        await super().smtp_RCPT(" ".join(words))

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        assert self.envelope is not None
        answer = await self._handler.obey(self, Stage.DATA, self.envelope)
        if answer is not None:
            await self.push(answer)
        elif self.transport is not None and not self.transport.is_closing():
            await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, rules: Rules, ledger: Ledger, file_copy: Callable[[bytes], None] | None) -> None:
        self._rules, self._ledger, self._file_copy = rules, ledger, file_copy
        self.notify = False
        self.notified: list[bool] = []

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        answer = await self.obey(server, Stage.MAIL, envelope)
        if answer is not None:
            envelope.mail_from = None
            return answer
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self.obey(server, Stage.RCPT, envelope, address)
        if answer is not None:
            return answer
        self.notified.append(self.notify)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        rule = self._rules.find(Stage.LETTER, envelope)
        act = rule.act if rule is not None else ACCEPT
        if rule is not None and rule.delay:
            await asyncio.sleep(rule.delay)
        if act in (ACCEPT, CUT_ACCEPTED):
            self._ledger.enter(envelope, answered=act == ACCEPT)
            if self._file_copy is not None:
                self._file_copy(_content(envelope))
        if act == ACCEPT:
            return "250 2.0.0 OK: taken"
        return await _act(server, act)

    async def obey(self, server: SMTP, stage: Stage, envelope: Envelope, recipient: str = "") -> str | None:
        """The answer that a rule wants in place of the usual one."""
        rule = self._rules.find(stage, envelope, recipient)
        if rule is None:
            return None
        if rule.delay:
            await asyncio.sleep(rule.delay)
        return None if rule.act == ACCEPT else await _act(server, rule.act)


async def _act(server: SMTP, act: str) -> str:
    if act == SILENCE:
        while server.transport is not None and not server.transport.is_closing():
            await asyncio.sleep(0.05)
    elif act in (CUT, CUT_ACCEPTED):
        assert isinstance(server.transport, asyncio.WriteTransport)
        server.transport.abort()
    return act if act[:3].isdigit() else "421 4.3.2 gone"


class SmtpServer:
    """The server in a thread of the test's own process; ``port`` is fixed, also over ``stop`` and ``start``."""

    def __init__(
        self,
        *,
        rules: Iterable[Rule] = (),
        rules_file: Path | None = None,
        seed: int = 0,
        port: int = 0,
        ledger: Path | None = None,
        letters: Path | None = None,
        username: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        smtputf8: bool = False,
        size_limit: int | None = 33_554_432,
        file_copy: Callable[[bytes], None] | None = None,
    ) -> None:
        self.port = port or free_port()
        self.host = "127.0.0.1"
        self._rules = Rules(rules, seed=seed, file=rules_file)
        self._ledger = Ledger(ledger, letters)
        self._handler = _Handler(self._rules, self._ledger, file_copy)
        self._implicit = tls if implicit_tls else None
        self._options: dict[str, Any] = {
            "enable_SMTPUTF8": smtputf8,
            "data_size_limit": size_limit,
            "hostname": "mx.test.invalid",
            "tls_context": None if implicit_tls else tls,
            "require_starttls": tls is not None and not implicit_tls,
        }
        if username:
            self._options |= {
                "authenticator": _authenticator(username, password),
                "auth_required": True,
                "auth_require_tls": False,
            }
        self._controller: Controller | None = None

    def start(self) -> None:
        handler, options = self._handler, self._options

        class Dialogues(Controller):
            def factory(self) -> SMTP:
                with warnings.catch_warnings():  # a log-in without TLS is what some tests are about
                    warnings.simplefilter("ignore", UserWarning)
                    return _Dialogue(handler, loop=self.loop, **options)

        self._controller = Dialogues(handler, hostname=self.host, port=self.port, ssl_context=self._implicit)
        self._controller.start()

    def stop(self) -> None:
        """Ends the server and its connections; the ledger stays."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def close(self) -> None:
        self.stop()
        self._ledger.close()

    def set_rules(self, *rules: Rule) -> None:
        """From now on these rules alone."""
        self._rules.set(rules)

    def taken(self) -> tuple[Taken, ...]:
        return self._ledger.all()

    def acted(self) -> dict[str, int]:
        """How often each rule has acted, as ``stage: act``."""
        return dict(self._rules.acted)

    def wait_for(self, count: int, seconds: float = 10) -> tuple[Taken, ...]:
        return self._ledger.wait_for(count, seconds)

    @property
    def asked_for_no_reports(self) -> tuple[bool, ...]:
        """For each recipient taken, whether NOTIFY was given with it."""
        return tuple(self._handler.notified)


def _authenticator(username: str, password: str) -> Callable[..., AuthResult]:
    def judge(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        is_right = (
            isinstance(data, LoginPassword) and data.login == username.encode() and data.password == password.encode()
        )
        return AuthResult(success=is_right, handled=is_right)

    return judge


def main() -> None:
    """The server as a process: prints one JSON line with its port, runs until SIGTERM."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--ledger", type=Path)
    arguments.add_argument("--letters", type=Path, help="directory for the letters themselves")
    arguments.add_argument("--rules", type=Path, help="JSON list of rules; read anew when it changes")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--sent", help="files a copy: JSON with host, port, username, password, folder")
    chosen = arguments.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    copies = None
    if chosen.sent:
        from tests.servers.sent_copies import SentCopies

        copies = SentCopies(**json.loads(chosen.sent))
    server = SmtpServer(
        port=chosen.port,
        ledger=chosen.ledger,
        letters=chosen.letters,
        rules_file=chosen.rules,
        seed=chosen.seed,
        file_copy=copies.put if copies is not None else None,
    )
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    server.start()
    print(json.dumps({"port": server.port}), flush=True)
    stop.wait()
    server.close()
    if copies is not None:
        copies.close()


if __name__ == "__main__":
    main()
