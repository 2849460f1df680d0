"""An SMTP server that takes everything at once and notes when: as little of the machine as can be.

python -m bench.sink PORT LEDGER
"""

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import TextIO

_TO = re.compile(rb"^RCPT TO:<([^>]*)>", re.IGNORECASE)
_ANSWERS = re.compile(rb"(?im)^In-Reply-To:\s*(\S+)")


class Sink(asyncio.Protocol):
    """One connection. Each letter taken is a line: the moment, and the Message-ID it answers."""

    def __init__(self, ledger: TextIO) -> None:
        self._ledger = ledger
        self._buffer = b""
        self._in_data = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        end = b"\r\n.\r\n" if self._in_data else b"\r\n"
        head, found, rest = self._buffer.partition(end)
        if not found:
            return False
        self._buffer = rest
        assert self._transport is not None
        if self._in_data:
            self._in_data = False
            answers = _ANSWERS.search(head)
            self._ledger.write(f"{time.time():.6f} {answers.group(1).decode() if answers else '-'}\n")
            self._transport.write(b"250 2.0.0 taken\r\n")
            return True
        verb = head[:4].upper()
        if verb == b"EHLO":
            self._transport.write(b"250-sink\r\n250 8BITMIME\r\n")
        elif verb == b"DATA":
            self._in_data = True
            self._transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 2.0.0 fine\r\n")
        return True


async def serve(port: int, ledger: Path) -> None:
    with ledger.open("a", buffering=1, encoding="ascii") as lines:
        server = await asyncio.get_running_loop().create_server(lambda: Sink(lines), "127.0.0.1", port)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
