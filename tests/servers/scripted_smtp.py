"""A small SMTP server that says what it is told to, for what no well-kept server says on demand."""

import contextlib
import socket
import threading
from collections.abc import Mapping

CUT = b""
"""In place of an answer: the connection ends."""
_USUAL = {
    "greeting": b"220 mx.test.invalid ready\r\n",
    "EHLO": b"250-mx.test.invalid\r\n250 8BITMIME\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 taken\r\n",
    "QUIT": b"221 bye\r\n",
}


class ScriptedSmtp:
    """Answers by verb (``greeting``, ``EHLO``, ``.`` for the letter's end …); what has no answer gets 250.

    A list of answers is used up one by one, over all connections; the last one stays. ``seen``: all lines, in order.
    """

    def __init__(self, answers: Mapping[str, bytes | list[bytes]] | None = None) -> None:
        self._answers: dict[str, bytes | list[bytes]] = {**_USUAL, **(answers or {})}
        self.seen: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = "127.0.0.1", int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="scripted-smtp", daemon=True)]

    def __enter__(self) -> "ScriptedSmtp":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def verbs(self) -> list[str]:
        return [line.split(b" ")[0].strip().decode("ascii", "replace").upper() for line in self.seen]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(sock)
            thread = threading.Thread(target=self._talk, args=(sock,), name="scripted-smtp-dialogue", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.closing(sock):
            lines = sock.makefile("rb")
            with contextlib.closing(lines):
                self._say(sock, "greeting")
                is_letter = False
                while line := lines.readline():
                    if is_letter and line != b".\r\n":
                        continue
                    self.seen.append(line)
                    said = self._say(sock, line.split(b" ")[0].strip().decode("ascii", "replace").upper())
                    is_letter = said.startswith(b"354")

    def _say(self, sock: socket.socket, verb: str) -> bytes:
        answer = self._answers.get(verb, b"250 OK\r\n")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer == CUT:
            raise EOFError
        sock.sendall(answer)
        return answer
