"""A small IMAP server that behaves as oddly as it is told to, for what no well-kept server does on demand.

``answers`` replaces the answer to a command (``"UID FETCH"``, ``"LOGIN"``, ``"IDLE"``): bytes in which ``{tag}`` is
the command's tag, or a function of the command. Everything else is answered as a plain server would.
"""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Answer = bytes | Callable[["Command"], bytes | None]
"""None from the function: answered as usual."""

CAPABILITIES = "IMAP4rev1 IDLE UIDPLUS MOVE SPECIAL-USE AUTH=PLAIN"
_DATE = '"21-Nov-2026 12:04:09 +0500"'


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command: ``name`` in upper case with its UID (``UID FETCH``), ``rest`` as it came, literals included."""

    tag: bytes
    name: str
    rest: bytes


@dataclass(kw_only=True)
class Oddities:
    """What is odd. ``omitted``: no row in answers for several letters; ``never_given``: not alone either;
    ``nil``: NIL for the body; ``cut_after``/``stall_after``: bytes after which a connection ends or says no more."""

    capabilities: str = CAPABILITIES
    greeting: bytes = b"* OK ready\r\n"
    answers: Mapping[str, Answer] = field(default_factory=dict)
    folders: Iterable[bytes] = (rb'(\HasNoChildren) "/" INBOX', rb'(\HasNoChildren \Sent) "/" Sent')
    omitted: frozenset[int] = frozenset()
    never_given: frozenset[int] = frozenset()
    nil: frozenset[int] = frozenset()
    cut_after: int | None = None
    stall_after: int | None = None
    is_deaf: bool = False
    """IDLE is entered and never tells anything."""
    exists_with_idle: bool = False
    """The news comes in the same packet as the continuation."""


class ScriptedImap:
    """The server, in threads of the test's own process. ``seen``: all commands it got, in order."""

    def __init__(
        self,
        letters: Mapping[int, bytes] | None = None,
        oddities: Oddities | None = None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.letters = dict(letters or {})
        self.oddities = oddities or Oddities()
        self.seen: list[Command] = []
        self.connections = 0
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = "127.0.0.1", int(self._listener.getsockname()[1])
        self._dialogues: list[_Dialogue] = []
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="scripted-imap", daemon=True)

    def __enter__(self) -> "ScriptedImap":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in (self._thread, *self._threads):
            thread.join(timeout=5)

    def names(self) -> list[str]:
        return [command.name for command in self.seen]

    @property
    def bytes_sent(self) -> int:
        """Over all connections."""
        return sum(dialogue.sent for dialogue in self._dialogues)

    def push(self, line: bytes) -> None:
        """Says something on every open connection, asked or not."""
        for dialogue in self._dialogues:
            dialogue.send(line)

    def cut(self) -> None:
        """Ends every open connection."""
        for dialogue in self._dialogues:
            dialogue.end()

    def wait_for(self, name: str, seconds: float = 5) -> None:
        """Returns once a command of this name has come; AssertionError after ``seconds``."""
        pause = threading.Event()
        for _ in range(int(seconds * 200)):
            if name in self.names():
                return
            pause.wait(0.005)
        raise AssertionError(f"no {name} came, only {self.names()}")

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            dialogue = _Dialogue(self, sock, self._tls)
            self._dialogues.append(dialogue)
            thread = threading.Thread(target=dialogue.run, name="scripted-imap-dialogue", daemon=True)
            self._threads.append(thread)
            thread.start()


class _Dialogue:
    """One connection."""

    def __init__(self, server: ScriptedImap, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        self._server, self._sock, self._tls = server, sock, tls
        self.sent = 0
        self._lock = threading.Lock()
        self._lines = sock.makefile("rb")

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.send(self._server.oddities.greeting)
            if self._server.oddities.greeting.upper().startswith(b"* OK"):
                while (command := self._next()) is not None:
                    self._server.seen.append(command)
                    self._answer(command)
        self.end()
        for end in (self._lines, self._sock):
            with contextlib.suppress(OSError, ValueError):
                end.close()

    def send(self, data: bytes) -> None:
        odd = self._server.oddities
        with self._lock, contextlib.suppress(OSError):
            for bound, ends in ((odd.cut_after, True), (odd.stall_after, False)):
                if bound is not None and self.sent + len(data) > bound:
                    self._sock.sendall(data[: max(0, bound - self.sent)])
                    self.sent = bound
                    if ends:
                        self.end()
                    return
            self._sock.sendall(data)
            self.sent += len(data)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _next(self) -> Command | None:
        line = self._lines.readline()
        if not line:
            return None
        while literal := re.search(rb"\{(\d+)(\+?)\}\r\n$", line):
            if not literal[2]:
                self.send(b"+ go on\r\n")
            line += self._lines.read(int(literal[1])) + self._lines.readline()
        words = line.rstrip(b"\r\n").split(b" ", 3)
        name = words[1].decode().upper() if len(words) > 1 else ""
        if name == "UID" and len(words) > 2:
            return Command(tag=words[0], name=f"UID {words[2].decode().upper()}", rest=b" ".join(words[3:]))
        return Command(tag=words[0], name=name, rest=b" ".join(words[2:]))

    def _answer(self, command: Command) -> None:
        scripted = self._server.oddities.answers.get(command.name)
        answer = scripted(command) if callable(scripted) else scripted
        if answer is not None:
            self.send(answer.replace(b"{tag}", command.tag))
        else:
            self._answer_as_usual(command)

    def _answer_as_usual(self, command: Command) -> None:
        odd, letters = self._server.oddities, self._server.letters
        lines: list[bytes] = []
        match command.name:
            case "CAPABILITY":
                lines = [f"* CAPABILITY {odd.capabilities}".encode()]
            case "AUTHENTICATE":
                self.send(b"+ \r\n")
                self._lines.readline()
            case "LIST":
                lines = [b"* LIST " + folder for folder in odd.folders]
            case "SELECT" | "EXAMINE":
                lines = [
                    f"* {len(letters)} EXISTS".encode(),
                    b"* 0 RECENT",
                    rb"* FLAGS (\Seen \Deleted)",
                    rb"* OK [PERMANENTFLAGS (\Seen \Deleted)] Limited",
                    b"* OK [UIDVALIDITY 7] UIDs valid",
                    f"* OK [UIDNEXT {max(letters, default=0) + 1}] next".encode(),
                ]
            case "UID FETCH":
                lines = self._rows(command.rest.decode())
            case "UID SEARCH":
                lines = [b"* SEARCH"]
            case "STARTTLS" if self._tls is not None:
                return self._start_tls(command)
            case "IDLE":
                return self._idle(command)
            case "LOGOUT":
                lines = [b"* BYE see you"]
        self.send(b"".join(line + b"\r\n" for line in lines) + command.tag + b" OK done\r\n")
        return None

    def _rows(self, rest: str) -> list[bytes]:
        asked, items = rest.split(" ", 1)
        uids = _numbers(asked, self._server.letters)
        odd, rows = self._server.oddities, []
        for number, uid in enumerate(sorted(self._server.letters), start=1):
            body = "BODY" in items
            if uid not in uids or (body and (uid in odd.never_given or (len(uids) > 1 and uid in odd.omitted))):
                continue
            raw = self._server.letters[uid]
            parts = [b"UID %d" % uid]
            if "RFC822.SIZE" in items:
                parts.append(b"RFC822.SIZE %d" % len(raw))
            if "INTERNALDATE" in items:
                parts.append(b"INTERNALDATE " + _DATE.encode())
            if "BODY.PEEK[]<0." in items:
                some = raw[: int(items.split("<0.")[1].split(">")[0])]
                parts.append(b"BODY[]<0> {%d}\r\n" % len(some) + some)
            elif "BODY.PEEK[]" in items:
                parts.append(b"BODY[] NIL" if uid in odd.nil else b"BODY[] {%d}\r\n" % len(raw) + raw)
            elif "HEADER.FIELDS" in items:
                head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                parts.append(b"BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n" % len(head) + head)
            rows.append(b"* %d FETCH (" % number + b" ".join(parts) + b")")
        return rows

    def _idle(self, command: Command) -> None:
        odd = self._server.oddities
        news = b"* %d EXISTS\r\n" % len(self._server.letters) if odd.exists_with_idle else b""
        self.send(b"+ idling\r\n" + news)
        while (line := self._lines.readline()) and line.strip().upper() != b"DONE":
            pass
        if line:
            self.send(command.tag + b" OK IDLE done\r\n")

    def _start_tls(self, command: Command) -> None:
        assert self._tls is not None
        self.send(command.tag + b" OK begin\r\n")
        self._lines.close()
        self._sock = self._tls.wrap_socket(self._sock, server_side=True)
        self._lines = self._sock.makefile("rb")


def _numbers(asked: str, letters: Mapping[int, bytes]) -> set[int]:
    """``3,7:9`` or ``5:*`` as UIDs; the last letter belongs to every range that ends with ``*``."""
    last = max(letters, default=0)
    found: set[int] = set()
    for some in asked.split(","):
        first, _, end = some.partition(":")
        low, high = (last if bound == "*" else int(bound) for bound in (first, end or first))
        found.update(uid for uid in letters if min(low, high) <= uid <= max(low, high))
    return found
