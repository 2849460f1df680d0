"""Messages between the service and the process that reads letters: each a length and so many bytes, over two pipes.

The child's side waits as plain files do. The service's side never waits to write: what the pipe does not take now goes
out while answers are waited for, so that neither can block the other, in one thread.
"""

import os
import select
import struct
import time
from collections import deque
from typing import IO

_LENGTH = struct.Struct("<Q")
_AT_ONCE = 256 * 1024
_SMALL = 64 * 1024
"""Bytes of a message that are copied rather than written by a call of their own."""


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """One message, flushed."""
    stream.write(_LENGTH.pack(len(frame)))
    stream.write(frame)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes:
    """The next message; EOFError where the other side has ended, also amid one."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    frame = stream.read(length)
    if len(frame) < length:
        raise EOFError
    return frame


class Dialogue:
    """The service's side: ``say`` into ``requests`` and ``hear`` from ``answers``, the pipes' descriptors, which their
    owner closes."""

    def __init__(self, *, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        os.set_blocking(requests, False)
        os.set_blocking(answers, False)
        self._unsaid: deque[memoryview] = deque()
        self._heard = bytearray()
        self._ended = False

    def say(self, frame: bytes) -> None:
        """The message goes out as far as the pipe takes it now, the rest during ``hear``."""
        length = _LENGTH.pack(len(frame))
        pieces = (length + frame,) if len(frame) < _SMALL else (length, frame)
        self._unsaid.extend(memoryview(piece) for piece in pieces)
        self._write()

    def hear(self, patience: float) -> bytes | None:
        """The next message; None where the other side has ended, or said nothing whole within so many seconds."""
        end = time.monotonic() + patience
        while (frame := self._whole()) is None:
            if self._read():
                continue
            left = end - time.monotonic()
            if self._ended or left <= 0:
                return None
            self._wait(left)
            self._write()
        return frame

    def _wait(self, seconds: float) -> None:
        """For something to hear or, where something is unsaid, for room in the pipe."""
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        if self._unsaid:
            poll.register(self._requests, select.POLLOUT)
        poll.poll(seconds * 1000)

    def _whole(self) -> bytes | None:
        if len(self._heard) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._heard)
        end = _LENGTH.size + length
        if len(self._heard) < end:
            return None
        frame = bytes(memoryview(self._heard)[_LENGTH.size : end])
        del self._heard[:end]
        return frame

    def _read(self) -> bool:
        """Whether something came."""
        try:
            some = os.read(self._answers, _AT_ONCE)
        except BlockingIOError:
            return False
        self._heard += some
        self._ended = not some
        return bool(some)

    def _write(self) -> None:
        try:
            while self._unsaid:
                self._unsaid[0] = self._unsaid[0][os.write(self._requests, self._unsaid[0]) :]
                if not self._unsaid[0]:
                    self._unsaid.popleft()
        except BlockingIOError:
            return
        except BrokenPipeError:  # a dead one takes nothing more, and is noticed where its answer is missing
            self._unsaid.clear()
