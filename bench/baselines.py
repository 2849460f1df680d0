"""What the raw libraries cost in this very run: no service can be faster than their sum."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import aiosmtplib
import mailparser
from imapclient import IMAPClient
from sqlmodel import Field, Session, SQLModel, create_engine

from bench.letters import a_client_letter
from bench.process import Place


class BareRow(SQLModel, table=True):
    """The least that could be kept of a letter."""

    id: int | None = Field(default=None, primary_key=True)
    words: str


def per_letter(work_seconds: float, count: int) -> float:
    """Milliseconds."""
    return work_seconds / count * 1000


def imap_fetch(place: Place, count: int) -> float:
    """A bare imapclient fetch of the first ``count`` letters in batches of 20."""
    with IMAPClient("127.0.0.1", port=place.box.port, ssl=False) as client:
        client.login(place.box.username, place.box.password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()[:count]
        begun = time.perf_counter()
        for start in range(0, len(uids), 20):
            client.fetch(uids[start : start + 20], ["BODY.PEEK[]", "INTERNALDATE"])
        return per_letter(time.perf_counter() - begun, len(uids))


def parsing(count: int = 300) -> float:
    """mail-parser alone over the same kind of letters, without those with images."""
    letters = [a_client_letter(number) for number in range(count) if number % 20 != 7]
    begun = time.perf_counter()
    for raw in letters:
        mailparser.parse_from_bytes(raw).body  # noqa: B018 - the work is done when it is asked for
    return per_letter(time.perf_counter() - begun, len(letters))


def commit(home: Path, count: int = 300) -> float:
    """One SQLModel row a commit, WAL and synchronous=FULL."""
    engine = create_engine(f"sqlite:///{home}/bare.db")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    BareRow.__table__.create(engine)  # type: ignore[attr-defined]
    begun = time.perf_counter()
    with Session(engine) as session:
        session.connection().exec_driver_sql("PRAGMA synchronous=FULL")
        for number in range(count):
            session.add(BareRow(words=f"letter {number}" * 100))
            session.commit()
    return per_letter(time.perf_counter() - begun, count)


def sending(place: Place, raw: bytes, count: int = 300) -> float:
    """A prebuilt letter over one bare aiosmtplib connection to the same sink."""

    async def send() -> float:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=place.smtp_port)
        await client.connect()
        begun = time.perf_counter()
        for _ in range(count):
            await client.sendmail("info@controlsystem.kz", ["client@example.kz"], raw)
        spent = time.perf_counter() - begun
        await client.quit()
        return per_letter(spent, count)

    return asyncio.run(send())


_SPIN = """
import time
begun = time.perf_counter()
total = 0
for number in range(3_000_000):
    total += number * number
print(time.perf_counter() - begun)
"""


def slowdown_of_two() -> float:
    """How much slower a busy process is with a second one beside it: 1.0 on two cores of one's own, 2.0 where the
    machine's two are one. The service keeps two processes busy, the baselines one."""

    def spin(count: int) -> float:
        processes = [
            subprocess.Popen([sys.executable, "-c", _SPIN], stdout=subprocess.PIPE, text=True) for _ in range(count)
        ]
        return sum(float(process.communicate()[0]) for process in processes) / count

    return min(spin(2) for _ in range(2)) / min(spin(1) for _ in range(2))
