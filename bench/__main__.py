"""``make bench``: latency, throughput, memory and the cost of a full store, beside raw baselines of the same run.

python -m bench [LETTERS] [TICKETS]
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import baselines
from bench.fill import fill
from bench.letters import a_client_letter, message_id
from bench.process import Place, memory, processor_time, service, sink, wait_ready
from tests.servers.dovecot import Dovecot, new_account, running_dovecot
from tests.servers.ports import free_port


def main() -> None:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    tickets = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with running_dovecot() as dovecot:
        empty = backlog(dovecot, letters, 0)
        full = backlog(dovecot, letters, tickets)
        print(f"cost per letter with {tickets} tickets in the store: {full / empty:.2f} of the cost with none")
        latency(dovecot, tickets)
        sent_latency(dovecot, tickets)


def _said(values: tuple[float, ...], digits: int = 0) -> str:
    return " + ".join(f"{each:.{digits}f}" for each in values)


def a_place(dovecot: Dovecot, home: str) -> Place:
    place = Place(home=Path(home), box=new_account(dovecot), smtp_port=free_port())
    place.prepare()
    return place


def backlog(dovecot: Dovecot, count: int, tickets: int) -> float:
    """Milliseconds a letter, from the service's first look into a full mailbox to the last accepted acknowledgement."""
    with tempfile.TemporaryDirectory(prefix="supportd-bench-") as home:
        place = a_place(dovecot, home)
        if tickets:
            fill(place.store_url, tickets)
        for number in range(count):
            place.box.deliver(a_client_letter(number))
        with sink(place):
            print(f"\n{count} letters waiting, {tickets} tickets in the store")
            raw = {
                "imapclient fetch": baselines.imap_fetch(place, min(count, 500)),
                "mail-parser": baselines.parsing(),
                "SQLModel commit": baselines.commit(place.home),
                "aiosmtplib": baselines.sending(place, a_client_letter(0)),
            }
            print("  raw, ms a letter: " + ", ".join(f"{name} {value:.2f}" for name, value in raw.items()))
            slower = baselines.slowdown_of_two()
            print(f"  a second busy process makes the first {slower:.1f} times slower on this machine")
            place.ledger.write_text("", encoding="ascii")
            before = time.time()
            peak: tuple[float, ...] = (0.0,)
            with service(place) as process:
                wait_ready(place)
                used = processor_time(process)
                while len(place.answered()) < count and time.time() - before < 600:
                    time.sleep(0.2)
                    peak = max(peak, memory(process), key=sum)
                spent_by = processor_time(process)
                moments = sorted(place.answered().values())
        spent = moments[-1] - moments[0]
        rate = (len(moments) - 1) / spent
        print(f"  {len(moments)} acknowledgements, {rate:.0f} letters a second from the first to the last")
        print(f"  {moments[-1] - before:.1f} s with the start; peak memory {sum(peak):.0f} MB (PSS: {_said(peak)})")
        cost = tuple((after - at_ready) / count * 1000 for after, at_ready in zip(spent_by, used, strict=False))
        print(f"  processor time of the service: {_said(cost, 2)} ms a letter")
        print(f"  {1000 / rate:.2f} ms a letter; the raw baselines sum to {sum(raw.values()):.2f} ms")
        return 1000 / rate


def latency(dovecot: Dovecot, tickets: int, count: int = 100) -> None:
    """From delivery into the folder to the acceptance of the acknowledgement, IDLE, one letter at a time."""
    with tempfile.TemporaryDirectory(prefix="supportd-bench-") as home:
        place = a_place(dovecot, home)
        fill(place.store_url, tickets)
        with sink(place), service(place):
            wait_ready(place)
            spent = []
            for number in range(count):
                begun = time.time()
                place.box.deliver(a_client_letter(number, seed=1))
                wanted = message_id(number, seed=1)
                while wanted not in (answered := place.answered()) and time.time() - begun < 20:
                    time.sleep(0.005)
                spent.append(answered.get(wanted, begun + 20) - begun)
        print_latency("delivery → acknowledgement accepted", spent, tickets)


def sent_latency(dovecot: Dovecot, tickets: int, count: int = 50) -> None:
    """From an agent's answer appearing in Sent to the stopped clock."""
    from bench.answers import answer_and_wait  # noqa: PLC0415 - opens the store beside the service

    with tempfile.TemporaryDirectory(prefix="supportd-bench-") as home:
        place = a_place(dovecot, home)
        fill(place.store_url, tickets)
        with sink(place), service(place):
            wait_ready(place)
            spent = [answer_and_wait(place, number) for number in range(count)]
        print_latency("answer in Sent → clock stopped", spent, tickets)


def print_latency(what: str, spent: list[float], tickets: int) -> None:
    at = sorted(spent)
    print(
        f"\n{what}, {tickets} tickets in the store, {len(at)} letters: median {statistics.median(at):.3f} s, "
        f"95th percentile {at[int(len(at) * 0.95) - 1]:.3f} s, worst {at[-1]:.3f} s"
    )


if __name__ == "__main__":
    print(f"supportd bench, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    main()
