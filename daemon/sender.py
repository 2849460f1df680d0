"""Who our letters come from, and how a letter's serial is made of what it is about."""

import hashlib
from base64 import b32encode
from dataclasses import dataclass

from daemon.mime import SENDER_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """``envelope_from`` empty: the null sender for acknowledgements, where the server takes it. ``loop_mark`` tells
    our letters from everybody else's when they come back."""

    address: str
    name: str = SENDER_NAME
    envelope_from: str = ""
    loop_mark: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def serial_of(key: str) -> str:
    """The serial of a Message-ID: the same letter always has the same."""
    return b32encode(hashlib.sha256(key.encode()).digest()[:10]).decode().lower().rstrip("=")
