"""Raw letters of tickets closed long ago are let go, where the configuration says so."""

import asyncio

from daemon.wiring import Parts
from store.errors import StoreBroken, StoreBusy

PAUSE = 6 * 3600.0


class Retention:
    """Lets raw bytes go, some hundred at a time, so that no transaction is long."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def run(self, end: asyncio.Event) -> None:
        """Until ``end``; does nothing where everything is kept for ever."""
        while not end.is_set():
            if self._parts.configuration.store.retention is not None:
                try:
                    count = await asyncio.to_thread(self.let_go)
                    if count:
                        self._parts.journal.info("raw_letters_let_go", count=count)
                except (StoreBusy, StoreBroken) as error:
                    self._parts.journal.warning("retention_waits", why=str(error))
            try:
                await asyncio.wait_for(end.wait(), PAUSE)
            except TimeoutError:
                continue

    def let_go(self) -> int:
        """How many letters lost their raw bytes."""
        keep = self._parts.configuration.store.retention
        if keep is None:
            return 0
        before = self._parts.time_source.now() - keep
        total = 0
        while True:
            with self._parts.store.transaction() as tx:
                count = tx.let_go(before)
            if not count:
                return total
            total += count
