"""A bell that one thread rings and another one waits for beside a socket."""

import os
import select
import socket
import threading


class Bell:
    """Rung from any thread, noticed at once by whoever waits with ``heard_or_readable``.

    It stays rung until ``quieten``: a ring that comes before the wait is not lost.
    """

    def __init__(self) -> None:
        self._out, self._in = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)
        self._rung = False
        self._lock = threading.Lock()

    @property
    def rung(self) -> bool:
        return self._rung

    def ring(self) -> None:
        """Wakes the waiter. Ringing twice, or after ``close``, does nothing."""
        with self._lock:
            if not self._rung and self._in >= 0:
                self._rung = True
                os.write(self._in, b"!")

    def quieten(self) -> None:
        """Makes the bell ready to be rung again."""
        with self._lock:
            if self._rung and self._out >= 0:
                os.read(self._out, 64)
                self._rung = False

    def close(self) -> None:
        with self._lock:
            for end in {self._out, self._in} - {-1}:
                os.close(end)
            self._out = self._in = -1

    def heard_or_readable(self, sock: socket.socket | None, seconds: float) -> bool:
        """True as soon as ``sock`` has something to read (or has ended); False when rung or after ``seconds``.

        Poll and not select: a service may hold more than 1,024 files. The bell wins where both are there.
        """
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if sock is not None:
            poll.register(sock, select.POLLIN)
        ready = {file for file, _ in poll.poll(max(0.0, seconds) * 1000)}
        return sock is not None and sock.fileno() in ready and self._out not in ready
