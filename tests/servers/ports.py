"""Free ports on loopback, and waiting for a server to answer on one."""

import socket
import time


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for_greeting(port: int, *, starts: bytes, seconds: float = 10) -> None:
    """Returns once the server on ``port`` greets with ``starts``; raises TimeoutError after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as sock:
                # without a listener the kernel may join a socket to itself
                if sock.getsockname() != sock.getpeername() and sock.recv(512).startswith(starts):
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise TimeoutError(f"no server greets on port {port}")
