"""The service's word to systemd (sd_notify), without a library; silent where nobody listens.

See sd_notify(3): datagrams of ``KEY=value`` lines to the AF_UNIX socket ``$NOTIFY_SOCKET``.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceManager:
    """Where to tell systemd how the service is. ``address`` None: nobody listens, and every call does nothing.

    ``watchdog``: within this time ``alive`` must be called again, or the service is killed; None where it is not
    watched. Telling never fails: a service does not fall for want of a listener.
    """

    address: str | None
    watchdog: timedelta | None = None

    @property
    def feeding_pause(self) -> float | None:
        """Seconds between two looks at the progress: a third of the watchdog's time, or None."""
        return self.watchdog.total_seconds() / 3 if self.watchdog else None

    def ready(self, status: str) -> bool:
        """Start-up is over: the store is migrated and the first log-in has been tried."""
        return self._tell(f"READY=1\nSTATUS={_one_line(status)}")

    def status(self, status: str) -> bool:
        """One line for ``systemctl status``."""
        return self._tell(f"STATUS={_one_line(status)}")

    def alive(self) -> bool:
        """The watchdog is fed: to be called only while every loop has moved."""
        return self._tell("WATCHDOG=1")

    def stopping(self) -> bool:
        """The service is finishing what it has in hand."""
        return self._tell("STOPPING=1")

    def _tell(self, words: str) -> bool:
        """Whether the words were handed over."""
        if self.address is None:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(1)
                channel.sendto(words.encode(), self.address)
        except OSError:
            return False
        return True


def service_manager(environ: Mapping[str, str]) -> ServiceManager:
    """The listener that ``environ`` names (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID), for this very process."""
    path = environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return ServiceManager(address=None)
    address = "\0" + path[1:] if path.startswith("@") else path
    return ServiceManager(address=address, watchdog=_watchdog(environ))


def _watchdog(environ: Mapping[str, str]) -> timedelta | None:
    microseconds, process = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not (microseconds.isascii() and microseconds.isdigit()) or int(microseconds) == 0:
        return None
    if process and process != str(os.getpid()):
        return None
    return timedelta(microseconds=int(microseconds))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
