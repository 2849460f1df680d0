"""How long to wait after the next failure: longer each time, with chance, and never for ever."""

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Growing pauses in seconds. A value: ``grown`` gives the next one, ``rested`` the first one again."""

    first: float = 1.0
    longest: float = 300.0
    failures: int = 0

    @property
    def pause(self) -> float:
        """Seconds to wait now, a fifth of it by chance, so that two programs do not knock together."""
        exact = min(self.longest, self.first * 2.0 ** min(self.failures, 30))
        return exact * random.uniform(0.9, 1.1)  # noqa: S311 - no secret hangs on it

    def grown(self) -> "Backoff":
        return replace(self, failures=self.failures + 1)

    def rested(self) -> "Backoff":
        return replace(self, failures=0)


LOG_IN_PAUSE = 900.0
"""Seconds between attempts with a name and password that the server refuses: accounts get locked."""
