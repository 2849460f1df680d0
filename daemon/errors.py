"""The two families of errors, and the faults of a configuration.

TryAgainLater        waiting helps: network, a busy server, a locked database, 4xx
PersonMustLook       waiting does not: 5xx, a refused certificate, a broken database, a bug
ConfigurationFaults  all that is wrong with the configuration, at once; exit 2
"""

from dataclasses import dataclass


class TryAgainLater(Exception):  # noqa: N818 - the family is named after what to do
    """Waiting helps; the message is a sentence for the log."""


class LogInRefused(TryAgainLater):
    """The server does not take the name or the password: tried again every 15 minutes, for accounts get locked."""


class PersonMustLook(Exception):  # noqa: N818 - the family is named after what to do
    """Waiting does not help; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the configuration: its key (``mailbox.host``) and what to write there."""

    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.key}: {self.sentence}" if self.key else self.sentence


class ConfigurationFaults(Exception):  # noqa: N818 - many faults, one exception
    """Everything that is wrong with the configuration."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
