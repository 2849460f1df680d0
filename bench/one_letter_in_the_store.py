"""What one letter costs in the store, beside one bare SQLModel commit in the same run.

    python bench/one_letter_in_the_store.py [--tickets 10000] [--letters 1000] [--url sqlite:///FILE]

Prints per letter: elapsed and processor time of its whole transaction, with an empty store and with a full one.
"""

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlmodel import Field, Session, SQLModel

from rules.category import Category
from rules.reason import Reason
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind
from store.records import Event, EventKind, FolderPosition, Letter, LetterRole, Outgoing, Place
from store.store import Store

START = datetime(2026, 11, 21, 7, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
RAW = b"From: a@firma.kz\r\nSubject: x\r\n\r\n" + "Не выгружается отчёт, помогите пожалуйста.\r\n".encode() * 40


class Bare(SQLModel, table=True):
    """One row of the raw baseline."""

    id: int | None = Field(default=None, primary_key=True)
    text: str


def one_letter(store: Store, serial: int) -> None:
    """What intake asks and writes for a client's first letter."""
    now = START + timedelta(seconds=serial)
    sender, domain = f"client{serial}@firma{serial % 500}.kz", f"firma{serial % 500}.kz"
    message_id, digest = f"<{serial}@firma.kz>", f"{serial:064x}"
    with store.transaction() as tx:
        tx.is_known(Place(folder="INBOX", uidvalidity=1, uid=serial))
        tx.find_copy(message_id, digest)
        tx.find_twin(sender, digest, now - 5 * timedelta(minutes=1))
        tx.tickets_of([f"<never{serial}@seen.kz>"])
        tx.blocked(address=sender, account=None)
        tx.count_automatic(now - HOUR, recipient=sender)
        tx.count_automatic(now - HOUR, domain=domain)
        tx.count_automatic(now - HOUR, body_key=digest)
        tx.count_automatic(now - timedelta(minutes=10))
        deadline = Deadline(
            categories=(Category.TECHNICAL,),
            calendar=Calendar.DUTY,
            received_at=now,
            reached_at=now,
            deferred_until=None,
            due_at=now + HOUR,
            warn_at=now + HOUR - timedelta(minutes=15),
        )
        ticket = tx.open_ticket(
            Ticket(
                kind=TicketKind.REQUEST,
                status=Status.OPEN,
                subject="Не выгружается отчёт",
                requester=sender,
                requester_name="Анна",
                addresses=frozenset({sender}),
                categories=(Category.TECHNICAL,),
                deadlines=(deadline,),
                opened_at=now,
                changed_at=now,
            )
        )
        reasons = tuple(Reason(decision="category", value="technical", evidence="отчёт") for _ in range(6))
        tx.keep_letter(
            Letter(
                place=Place(folder="INBOX", uidvalidity=1, uid=serial),
                message_id=message_id,
                digest=digest,
                sender=sender,
                subject="Не выгружается отчёт",
                received_at=now,
                taken_at=now,
                role=LetterRole.REQUEST,
                ticket=ticket.number,
                disposition="new_request",
                reasons=reasons,
                raw=RAW,
            )
        )
        tx.queue(
            Outgoing(
                key=f"ack:{ticket.number}",
                ticket=ticket.number,
                template="acknowledgement",
                recipient=sender,
                message_id=f"<ack.{serial}@controlsystem.kz>",
                envelope_from="",
                raw=RAW,
                to_client=True,
                automatic=True,
                created_at=now,
                next_attempt_at=now,
                domain=domain,
                body_key=digest,
            )
        )
        tx.add_event(Event(at=now, ticket=ticket.number, kind=EventKind.OPENED, author="client", text="opened"))
        tx.settle(FolderPosition(folder="INBOX", uidvalidity=1, started_after=0, started_at=START, settled=serial))


def measured(count: int, work: Callable[[int], None], start: int) -> dict[str, float]:
    """Milliseconds per piece of work."""
    elapsed, processor = time.perf_counter(), time.process_time()
    for serial in range(start, start + count):
        work(serial)
    elapsed, processor = time.perf_counter() - elapsed, time.process_time() - processor
    return {
        "per_second": round(count / elapsed),
        "elapsed_ms": round(elapsed / count * 1000, 3),
        "processor_ms": round(processor / count * 1000, 3),
    }


def baseline(folder: Path, count: int) -> dict[str, float]:
    """One bare SQLModel object, one commit, WAL and synchronous=FULL as the store has it."""
    engine = create_engine(f"sqlite:///{folder / 'bare.db'}")

    @event.listens_for(engine, "connect")
    def _durable(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    SQLModel.metadata.tables["bare"].create(engine)

    def commit(serial: int) -> None:
        with Session(engine) as session:
            session.add(Bare(text=f"letter {serial}"))
            session.commit()

    commit(0)
    result = measured(count, commit, 1)
    engine.dispose()
    return result


def main() -> None:
    """Prints one JSON object per line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--letters", type=int, default=1_000)
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(json.dumps({"bare SQLModel commit": baseline(folder, arguments.letters)}))
        with Store.open(arguments.url or f"sqlite:///{folder / 'store.db'}") as store:
            one_letter(store, 1)
            empty = measured(arguments.letters, lambda serial: one_letter(store, serial), 2)
            print(json.dumps({"one letter, empty store": empty}))
            filled = arguments.letters + 2
            for serial in range(filled, arguments.tickets + 2):
                one_letter(store, serial)
            full = measured(arguments.letters, lambda serial: one_letter(store, serial), arguments.tickets + 2)
            print(json.dumps({f"one letter, {arguments.tickets} tickets": full}))


if __name__ == "__main__":
    main()
