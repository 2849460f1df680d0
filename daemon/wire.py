"""The bytes of an IMAP connection: reading through a buffer that can be looked into, and IDLE over it.

imaplib hides what it has read ahead: a notification that came in the same packet as the answer before it is not seen by
polling the socket, and would wait for the next one.
"""

import contextlib
import socket
import ssl
import time
from typing import Protocol

from daemon.bell import Bell

LINE_AT_MOST = 1_000_000
"""Bytes of one line of an answer; imaplib's own bound."""
LITERAL_AT_MOST = 256 * 1024 * 1024
"""Bytes of one literal: a server that announces more is not believed (letters are asked for with bounds)."""
_CHUNK = 64 * 1024  # below the size at which malloc turns to the kernel for each piece
_TAG = b"ZIDLE"  # imaplib's own tags are made of the letters A to P


class IdleRefusedError(Exception):
    """The server announced IDLE and does not do it."""


class BufferedReading:
    """Mixed in before an ``imaplib.IMAP4``: its ``read`` and ``readline``, over a buffer of our own.

    Raises ConnectionError where the server closes the connection or announces what cannot be, TimeoutError where it
    is silent for the socket's timeout or its answer takes longer than ``seconds_at_most`` since ``start_clock``.
    """

    sock: socket.socket
    seconds_at_most: float = 600
    _owner: socket.socket | None = None
    _ahead: bytearray
    _end: float | None = None

    def start_clock(self) -> None:
        """Begins the time that one command may take."""
        self._end = time.monotonic() + self.seconds_at_most

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes of a literal."""
        if size > LITERAL_AT_MOST:
            raise ConnectionError(f"the server announced {size} bytes at once")
        ahead = self._buffer()
        while len(ahead) < size:
            self._fill(size - len(ahead))
        with memoryview(ahead) as view:
            taken = bytes(view[:size])
        del ahead[:size]
        return taken

    def readline(self) -> bytes:
        """One line with its end."""
        ahead = self._buffer()
        start = 0
        while (end := ahead.find(b"\n", start)) < 0:
            start = len(ahead)
            if start > LINE_AT_MOST:
                raise ConnectionError("the server's answer has no end of line")
            self._fill(0)
        line = bytes(ahead[: end + 1])
        del ahead[: end + 1]
        return line

    def has_line(self) -> bool:
        """A whole line has been read ahead."""
        return b"\n" in self._buffer()

    def take_what_came(self) -> None:
        """Reads what has arrived, without waiting for more."""
        timeout = self.sock.gettimeout()
        self.sock.setblocking(False)
        try:
            with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
                for _ in range(64):  # to the end, for bytes that are decrypted already do not show in a poll
                    self._fill(0)
        finally:
            self.sock.settimeout(timeout)

    def _buffer(self) -> bytearray:
        """STARTTLS exchanges the socket: what came in clear text before it must not be taken for the server's word."""
        if self._owner is not self.sock:
            self._owner, self._ahead = self.sock, bytearray()
        return self._ahead

    def _fill(self, wanted: int) -> None:
        if self._end is not None and time.monotonic() > self._end:
            raise TimeoutError(f"the server took more than {self.seconds_at_most:g} s for one answer")
        chunk = self.sock.recv(min(max(wanted, _CHUNK), 1024 * 1024))
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self._buffer().extend(chunk)


class Wire(Protocol):
    """What IDLE needs of a connection."""

    sock: socket.socket

    def send(self, data: bytes) -> None: ...
    def start_clock(self) -> None: ...
    def readline(self) -> bytes: ...
    def has_line(self) -> bool: ...
    def take_what_came(self) -> None: ...


def idle(wire: Wire, *, seconds: float, bell: Bell) -> bool:
    """One round of IDLE (RFC 2177): True as soon as the server tells of a letter, False when rung or after ``seconds``.

    It is spoken here and not by imapclient, whose ``idle_check`` hides the end of the connection and overlooks what was
    read ahead. Raises IdleRefusedError, ConnectionError, TimeoutError; after the last two the connection is of no use.
    """
    wire.start_clock()
    wire.send(_TAG + b" IDLE\r\n")
    news = False
    while not (line := wire.readline()).startswith(b"+"):
        if line.startswith(_TAG):
            raise IdleRefusedError(said(line))
        news |= _tells_of_a_letter(line)
    end = time.monotonic() + seconds
    while not news:
        if wire.has_line():
            wire.start_clock()
            news = _tells_of_a_letter(wire.readline())
        elif not bell.heard_or_readable(wire.sock, end - time.monotonic()):
            break
        else:
            wire.start_clock()
            wire.take_what_came()
    wire.start_clock()
    wire.send(b"DONE\r\n")
    while not (line := wire.readline()).startswith(_TAG):
        news |= _tells_of_a_letter(line)
    return news


def keep_alive(sock: socket.socket) -> None:
    """A dead peer is noticed in about two minutes, also while nobody speaks."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4)):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def said(line: bytes) -> str:
    """A line of the server for a sentence: readable, without its end, not too long."""
    return line.decode("utf-8", "replace").strip()[:200]


def _tells_of_a_letter(line: bytes) -> bool:
    """``* 23 EXISTS`` does; other news (flags, ``* OK Still here``) do not. Raises ConnectionError for ``* BYE``."""
    words = line.upper().split(None, 2)
    if words[:2] == [b"*", b"BYE"]:
        raise ConnectionError(f"the server says goodbye: {said(line)}")
    return len(words) == 3 and words[0] == b"*" and words[1].isdigit() and words[2].strip() == b"EXISTS"
