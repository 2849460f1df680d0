"""Starts and ends the service for the command line: journal, store, lock, exit code."""

import asyncio
import os
import sys
import time

from daemon import wiring
from daemon.configuration import Configuration
from daemon.console import DONE, FAILED, Failed, complain, print_json, say
from daemon.heap import keep_small
from daemon.journal import Journal, hear_libraries, open_journal
from daemon.service import Service, Turn
from daemon.systemd import ServiceManager, service_manager
from daemon.time_source import SystemTime, TimeSource
from daemon.wiring import Parts
from store.errors import InstanceRunning, StoreBroken, StoreBusy, StoreTooNew
from store.store import Store

STORE_PAUSE = 5.0
"""Seconds between attempts to open a store that is busy."""


def run_service(configuration: Configuration, *, as_json: bool) -> int:
    """``supportd run``: until SIGTERM; never ends because a server refuses or is down.

    Its journal is JSON lines, at a terminal readable lines in colours unless ``as_json``.
    """
    keep_small()
    journal = open_journal(sys.stdout, colours=False if as_json else None)
    hear_libraries(journal)
    manager = service_manager(os.environ)
    _upgrade_apart(configuration)
    try:
        while not _has_served(configuration, journal, manager):
            time.sleep(STORE_PAUSE)
    except (StoreBroken, StoreTooNew, InstanceRunning) as error:
        journal.error("service_cannot_run", why=str(error))
        complain(str(error))
        return FAILED
    return DONE


def _has_served(configuration: Configuration, journal: Journal, manager: ServiceManager) -> bool:
    """Serves until the end; False where the store is too busy for a beginning (locked, a disk that is full): it is
    waited for. A store too busy at the end is examined at the next start, as after a power cut."""
    has_ended = False
    try:
        with Store.open(configuration.store.url) as store, store.lock_instance():
            parts = wiring.build(configuration, store=store, time_source=SystemTime(), journal=journal)
            asyncio.run(_run(parts, manager))
            has_ended = True
    except StoreBusy as error:
        journal.warning("store_is_busy", why=str(error), again_in=0 if has_ended else STORE_PAUSE)
    return has_ended


async def _run(parts: Parts, manager: ServiceManager) -> None:
    await Service(parts).run(manager)


def _upgrade_apart(configuration: Configuration) -> None:
    """Opens the store once in a process of its own: what an upgrade of the schema loads would stay in the service's
    memory for good. Whatever goes wrong there is said when the service opens the store itself."""
    child = os.fork()
    if child == 0:
        try:
            Store.open(configuration.store.url).close()
        except BaseException:
            os._exit(1)
        os._exit(0)
    os.waitpid(child, 0)


def run_once(configuration: Configuration, *, as_json: bool, time_source: TimeSource | None = None) -> int:
    """``supportd once``: one turn; 1 where something could not be done."""
    journal = open_journal(sys.stderr)
    hear_libraries(journal)
    try:
        with Store.open(configuration.store.url) as store, store.lock_instance():
            parts = wiring.build(configuration, store=store, time_source=time_source or SystemTime(), journal=journal)
            turn = asyncio.run(_turn(parts))
    except (StoreBroken, StoreBusy, StoreTooNew, InstanceRunning) as error:
        raise Failed(str(error)) from error
    for fault in dict.fromkeys(turn.faults):
        complain(fault)
    row: dict[str, object] = {"taken": turn.taken, "reminders": turn.rung.reminders, "faults": list(turn.faults)}
    if as_json:
        print_json(row)
    else:
        say(f"letters taken: {turn.taken}; reminders: {turn.rung.reminders}")
    return FAILED if turn.faults else DONE


async def _turn(parts: Parts) -> Turn:
    return await Service(parts).once()
