"""``make faults``: the service killed again and again while everything around it fails, and what came of it.

    python -m bench.faults [--letters 2000] [--kills 500] [--seed 1] [--quick] [--only with-copies]

Three runs: with an SMTP server that files its own copy in Sent, without one, and a naive help desk under the same
kills, which must be seen to lose and to double. Ends with 1 where a promise was broken.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.faults_ledger import NOT_DONE, Ledger, count, count_naive
from bench.faults_lives import SERVICE, Lives, still_running
from bench.faults_world import NOTIFY, World, running_world
from store.store import Store
from tests.servers.smtp import ACCEPT, CUT_ACCEPTED, Rule, Stage
from tests.service import toml

RUNS = ("with-copies", "without-copies", "naive")
SECONDS_A_LIFE = 2.0
"""About what one life takes, for the word said at the beginning."""
REST = 300.0
"""Seconds within which the last life must come to rest."""
LIVES_BETWEEN_DISTURBANCES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    letters: int
    kills: int
    seed: int


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no server and no service is left behind
    size, only = _asked()
    naive_size = Size(letters=max(100, size.letters // 5), kills=max(30, size.kills // 5), seed=size.seed)
    lives = {"with-copies": size.kills, "without-copies": size.kills, "naive": naive_size.kills}
    minutes = sum(lives[each] for each in only) * SECONDS_A_LIFE / 60
    _say(f"this takes about {minutes:.0f} minutes on a quiet machine")
    held = []
    for each in only:
        if each == "naive":
            held.append(run_naive(naive_size, say=_say))
        else:
            held.append(run(size, files_sent=each == "with-copies", say=_say))
    sys.exit(0 if all(held) else 1)


def _asked() -> tuple[Size, tuple[str, ...]]:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--letters", type=int, default=2000)
    arguments.add_argument("--kills", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--quick", action="store_true", help="200 letters, 50 kills")
    arguments.add_argument("--only", choices=RUNS, help="one of the runs")
    chosen = arguments.parse_args()
    letters, kills = (200, 50) if chosen.quick else (chosen.letters, chosen.kills)
    return Size(letters=letters, kills=kills, seed=chosen.seed), (chosen.only,) if chosen.only else RUNS


def _say(line: str) -> None:
    print(line, flush=True)


def run(size: Size, *, files_sent: bool, say: Callable[[str], None]) -> bool:
    """One run of the service; True where every promise was kept."""
    begun = time.monotonic()
    what = "with" if files_sent else "without"
    say(f"\nsupportd, {what} a copy of each letter filed in Sent by the server, seed {size.seed}")
    name = f"faults-{time.time_ns()}"
    with (
        tempfile.TemporaryDirectory(prefix="supportd-faults-") as home,
        running_world(Path(home), seed=size.seed, files_sent=files_sent) as world,
    ):
        lives = _lives(world, name)
        try:
            _kill_again_and_again(lives, world, size)
            breaches = _come_to_rest(lives, world)
        finally:
            lives.leave_nothing()
        with Store.open(_store_url(world)) as store:
            ledger = count(store, world.clients, world.smtp.taken(), files_sent=files_sent)
        breaches += ledger.breaches
        if lives.ended:
            breaches += (f"it ended by itself {lives.ended} times",)
        orphans = still_running(name, within=15)
        if orphans:
            breaches += (f"{orphans} orphaned processes did not end by themselves",)
        _print(ledger, lives, world, breaches, seconds=time.monotonic() - begun, say=say)
        if breaches:
            kept = Path(tempfile.mkdtemp(prefix="supportd-faults-broken-"))
            (kept / "log.jsonl").write_bytes(lives.log.read_bytes())
            say(f"  its log: {kept / 'log.jsonl'}")
    return not breaches


def _lives(world: World, name: str) -> Lives:
    config = world.home / "supportd.toml"
    config.write_text(_configuration(world), encoding="utf-8")
    config.chmod(0o600)
    return Lives(
        words=(*SERVICE, str(config)),
        log=world.home / "log.jsonl",
        chance=world.chance,
        alive=lambda log: b'"folder_opened"' in log,
        name=name,
    )


def _store_url(world: World) -> str:
    return f"sqlite:///{world.home}/supportd.db"


def _configuration(world: World) -> str:
    pauses = ["1s", "1s", "2s", "2s", "3s", *["5s"] * 60]
    tables: dict[str, dict[str, object]] = {
        "mailbox": {
            "address": "info@controlsystem.kz",
            "host": "127.0.0.1",
            "port": world.box.port,
            "security": "none",
            "username": world.box.username,
            "password": world.box.password,
            "poll_interval": "2s",
            "start_from": "beginning",
        },
        "smtp": {
            "host": "127.0.0.1",
            "port": world.smtp.port,
            "security": "none",
            "answer_timeout": "2s",
            "retry_pauses": pauses,
            "server_files_sent": world.files_sent,
            "sent_copy_wait": "1s",
        },
        "store": {"url": _store_url(world)},
        "agents": {"notify": [NOTIFY]},
        "acknowledge": {"per_address": "0", "per_domain": "0", "per_body": "0", "overall": "0", "max_age": "0"},
    }
    return "\n".join(toml(table, keys) for table, keys in tables.items())


def _kill_again_and_again(lives: Lives, world: World, size: Size) -> None:
    while lives.kills < size.kills:
        due = size.letters * (lives.kills + 1) // size.kills
        for _ in range((due - len(world.clients)) // 2):
            world.deliver()

        def rest(due: int = due) -> None:
            while len(world.clients) < due:
                world.deliver()
            if lives.kills % LIVES_BETWEEN_DISTURBANCES == 0:
                world.disturb()

        lives.live_and_die(rest)
        if lives.kills % 10 == 0:
            world.tidy_inbox(_known(world))
    while len(world.clients) < size.letters:
        world.deliver()


def _known(world: World) -> frozenset[str]:
    """The numbers of the letters that the store knows; they stand in the subjects."""
    if not (world.home / "supportd.db").exists():
        return frozenset()
    with Store.open(_store_url(world), read_only=True) as store, store.view() as view:
        return frozenset(ticket.subject.rpartition(" ")[2] for ticket in view.tickets())


def _come_to_rest(lives: Lives, world: World) -> tuple[str, ...]:
    """The faults end; everything must come right by itself, and the service end in order."""
    world.smtp.set_rules()
    lives.begin()
    begun = time.monotonic()
    while time.monotonic() - begun < REST:
        time.sleep(0.5)
        if _is_at_rest(world):
            break
    else:
        lives.leave_nothing()
        return (f"it did not come to rest within {REST:.0f} s",)
    code = lives.end()
    return () if code == 0 else (f"it ended with {code} after SIGTERM",)


def _is_at_rest(world: World) -> bool:
    """Every client has a ticket and no letter waits, also a moment later: the last letters may just be under way."""
    for _ in range(2):
        if not (world.home / "supportd.db").exists():
            return False
        with Store.open(_store_url(world), read_only=True) as store, store.view() as view:
            requesters = {ticket.requester for ticket in view.tickets()}
            if view.outgoing_in(NOT_DONE, limit=1) or any(each.address not in requesters for each in world.clients):
                return False
        time.sleep(3)
    return True


def _print(
    ledger: Ledger, lives: Lives, world: World, breaches: tuple[str, ...], *, seconds: float, say: Callable[[str], None]
) -> None:
    for line in ledger.lines():
        say(f"  {line}")
    faults = ", ".join(f"{name} {number}" for name, number in sorted(world.faults.items()))
    say(f"  kill -9: {lives.kills} ({lives.early} while starting); {faults}")
    say(f"  SMTP: {', '.join(f'{name} {number}' for name, number in sorted(world.smtp.acted().items()))}")
    say(f"  {seconds:.0f} s; {'every promise kept' if not breaches else f'{len(breaches)} PROMISES BROKEN'}")
    for breach in breaches[:20]:
        say(f"    {breach}")


# --- the naive help desk


def run_naive(size: Size, *, say: Callable[[str], None]) -> bool:
    """True where its losses and doubles were seen."""
    say(f"\na naive help desk (fetched is seen, sent again unless marked), seed {size.seed}")
    begun = time.monotonic()
    name = f"faults-naive-{time.time_ns()}"
    with (
        tempfile.TemporaryDirectory(prefix="supportd-faults-") as home,
        running_world(Path(home), seed=size.seed, files_sent=False) as world,
    ):
        world.smtp.set_rules(
            Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, share=0.05),
            Rule(stage=Stage.LETTER, act=ACCEPT, share=0.3, delay=0.05),
        )
        database = world.home / "naive.db"
        where = (str(world.box.port), world.box.username, world.box.password, str(world.smtp.port), str(database))
        lives = Lives(
            words=(sys.executable, "-m", "bench.faults_naive", *where),
            log=world.home / "log",
            chance=world.chance,
            alive=lambda log: b"ready" in log,
            name=name,
        )
        try:
            while lives.kills < size.kills:
                due = size.letters * (lives.kills + 1) // size.kills
                while len(world.clients) < due:
                    world.deliver()
                lives.live_and_die(lambda: None)
            world.smtp.set_rules()
            lives.begin()
            lives.wait_until_alive()
            time.sleep(10)
        finally:
            lives.leave_nothing()
        found = count_naive(database, world.clients, world.smtp.taken())
    say(f"  letters in {found.letters}: without a ticket {found.lost}, doubled tickets {found.doubled_tickets}")
    say(f"  letters out {found.letters_out}: twice or more {found.doubles}; clients without one {found.without_letter}")
    seen = found.lost > 0 and found.doubles > 0
    verdict = "its losses were seen" if seen else "NOTHING SEEN: THE HARNESS IS BLIND"
    say(f"  kill -9: {lives.kills}; {time.monotonic() - begun:.0f} s; {verdict}")
    return seen


if __name__ == "__main__":
    main()
