"""Letters that break or hang what reads them: set aside with their bytes, a ticket for people, and intake goes on."""

import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.arrival import Arrival
from daemon.reader import Reader, ReadFault, Task
from store.records import Place
from store.store import Store
from tests.daemon.a_policy import a_policy
from tests.daemon.desk import KEYS, Desk
from tests.daemon.mailboxes import letter
from tests.daemon.storms import LIMITS
from tests.daemon.watching import NOON, Watching, a_watched_desk, numbers
from tests.servers.dovecot import Account
from tests.servers.scripted import ScriptedImap
from tests.servers.smtp import SmtpServer
from tests.service import Program, a_letter, eventually

POISON = b"From: client@example.kz\r\nMessage-ID: <poison@test.invalid>\r\nSubject: 13\r\n\r\npoison\r\n"


class _BreaksOnPoison(Reader):
    """The reading child as it would be if it broke on one letter: a stub at the port between the two processes."""

    cured = False

    def read(self, tasks: Any) -> Any:
        for task in tasks:
            yield self.read_one(task)

    def read_one(self, task: Task) -> Any:
        if b"poison" in task.raw and not self.cured:
            return ReadFault(reason="reading it took more than 4 s")
        return super().read_one(task)


@pytest.fixture
def reader() -> Iterator[_BreaksOnPoison]:
    made = _BreaksOnPoison(policy=a_policy(), keys=KEYS)
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = a_watched_desk(tmp_path)
    with desk.store:
        yield desk


def test_a_poison_letter_is_kept_whole_with_a_promise_and_no_answer_and_the_others_go_on(
    desk: Desk, reader: Reader
) -> None:
    with ScriptedImap({1: letter(1), 2: POISON, 3: letter(3)}) as server:
        watching = Watching(desk=desk, server=server, reader=reader)
        watching.look()
        watching.watch.close()
    assert numbers(watching.subjects()) == [1, 3, "письмо не разобрано"]
    with desk.store.view() as view:
        (aside,) = view.quarantined()
        kept = view.quarantined_one(aside.id or 0)
        ticket = view.ticket(aside.ticket or 0)
    assert kept is not None
    assert ticket is not None
    assert (kept.raw, kept.reason) == (POISON, "reading it took more than 4 s")
    assert (ticket.requester, len(ticket.deadlines), ticket.marked) == ("client@example.kz", 1, True)
    assert desk.to_agents() == ("agents_quarantine",)
    assert len(desk.to_clients()) == 2


def test_the_same_poison_under_new_uids_or_delivered_twice_is_one_ticket(desk: Desk, reader: Reader) -> None:
    with ScriptedImap({1: POISON, 2: letter(2), 3: POISON}) as server:
        watching = Watching(desk=desk, server=server, reader=reader)
        watching.look()
        watching.watch.close()
        assert numbers(watching.subjects()) == [2, "письмо не разобрано"]
    assert desk.to_agents() == ("agents_quarantine",)


def test_a_letter_on_which_taking_it_breaks_is_set_aside_after_three_attempts(desk: Desk, reader: Reader) -> None:
    """The intake is a stub at its port: it breaks as a fault of ours in the rules would make it."""
    attempts = 0
    intake = desk.intake

    class Breaks:
        def take(self, arrival: Arrival, read: Any, position: Any) -> Any:
            nonlocal attempts
            if b"poison" in arrival.raw:
                attempts += 1
                raise ZeroDivisionError("a fault of ours")
            return intake.take(arrival, read, position)

        set_aside = staticmethod(intake.set_aside)

    desk.intake = Breaks()  # type: ignore[assignment] # a stub at the port
    assert isinstance(reader, _BreaksOnPoison)
    reader.cured = True
    with ScriptedImap({1: POISON, 2: letter(2)}) as server:
        watching = Watching(desk=desk, server=server, reader=reader)
        watching.look()
        watching.watch.close()
    assert attempts == 3
    assert numbers(watching.subjects()) == [2, "письмо не разобрано"]


def test_a_flood_of_poison_does_not_flood_the_agents(desk: Desk) -> None:
    bounded = Desk(store=desk.store, policy=a_policy(limits=LIMITS))
    bounded.hands.at = NOON
    for number in range(300):
        bounded.intake.set_aside(
            Arrival(place=None, raw=POISON + b"%d" % number, received_at=NOON), "it broke", 1, None
        )
    assert len(bounded.numbers()) == 300
    assert len(bounded.to_agents()) <= 60


# --- real nasty letters, the real child, the real service


def _nested(levels: int) -> bytes:
    head = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(levels)
    )
    return f"From: a@example.kz\r\nMessage-ID: <nested{levels}@x>\r\nSubject: nested\r\n{head}\r\nbottom\r\n".encode()


def _embedded(levels: int) -> bytes:
    return b"From: a@example.kz\r\nMessage-ID: <embedded@x>\r\nSubject: embedded\r\n" + b"".join(
        b"Content-Type: message/rfc822\r\n\r\n" for _ in range(levels)
    )


def _with(header: str, *, subject: str = "") -> bytes:
    """Each with a subject of its own: the same words of one sender twice within minutes are one letter."""
    own = subject or f"{len(header)} {header[:24]}"
    return f"From: a@example.kz\r\n{header}\r\nSubject: {own}\r\n\r\nпомогите\r\n".encode()


NASTY: dict[str, Callable[[], bytes]] = {
    "parts in a thousand levels": lambda: _nested(1000),
    "messages in four hundred levels": lambda: _embedded(400),
    "forty thousand parameters": lambda: _with("Content-Type: text/plain; " + "a=1;b=2;" * 20_000),
    "a Message-ID that is a bracket": lambda: _with("Message-ID: ["),
    "five thousand open comments": lambda: b"From: " + b"(" * 5000 + b"a@example.kz\r\nSubject: x\r\n\r\nx\r\n",
    "a hundred thousand header fields": lambda: b"X: y\r\n" * 100_000 + letter(1),
    "ten thousand recipients": lambda: _with("To: " + ", ".join(f"c{n}@example.kz" for n in range(10_000))),
    "fifty thousand parts": lambda: (
        b'From: a@example.kz\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 50_000
    ),
    "a bomb of zeroes": lambda: (
        b"From: a@example.kz\r\nContent-Type: application/zip; name=b.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + zlib.compress(bytes(200_000_000)).hex().encode()
    ),
    "a subject of a megabyte": lambda: _with("X: y", subject="=?utf-8?q?" + "=D0=B0" * 170_000 + "?="),
    "text without end": lambda: _with("Message-ID: <long@x>") + b"Re: > " * 400_000,
    "quotes in ten thousand levels": lambda: _with("Message-ID: <deep@x>") + (b">" * 10_000 + b" x\r\n") * 100,
    "tags in fifty thousand levels": lambda: (
        b"From: a@example.kz\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"text"
    ),
    "nothing at all": lambda: b"",
    "zeroes": lambda: bytes(10_000),
    "an unknown charset": lambda: _with("Content-Type: text/plain; charset=x-nothing-\xff"),
    "only line ends": lambda: b"\r\n" * 100_000,
}


@pytest.mark.servers
def test_every_nasty_letter_becomes_a_ticket_or_is_kept_and_the_next_client_is_answered(
    tmp_path: Path, dovecot: Account, smtp_server: SmtpServer
) -> None:
    program = Program(
        home=tmp_path,
        box=dovecot,
        smtp=smtp_server,
        tables={"mailbox": {"start_from": "beginning", "max_size": 60_000_000}, "acknowledge": {"per_body": "0"}},
    )
    for make in NASTY.values():
        dovecot.deliver(make())
    dovecot.deliver(a_letter(sender="last@example.kz"))
    program.start()
    try:
        eventually(lambda: _taken(program) == len(NASTY) + 1, seconds=120)
        eventually(lambda: any(each.recipient == "last@example.kz" for each in smtp_server.taken()))
    finally:
        code = program.stop()
    assert code == 0
    assert not [each for each in program.events() if each["event"] in ("watch_broke", "part_broke")]
    (status,) = program.rows("status")
    assert status["letters"] + status["quarantine"] == len(NASTY) + 1


def _taken(program: Program) -> int:
    return sum(each["event"] == "mail_taken" for each in program.events())


@pytest.mark.servers
def test_a_letter_set_aside_can_be_tried_again_after_an_upgrade(
    tmp_path: Path, dovecot: Account, smtp_server: SmtpServer
) -> None:
    """What an older program broke on, today's reads: the ticket that stood in its place is closed."""
    program = Program(home=tmp_path, box=dovecot, smtp=smtp_server)
    program.command("once", code=None)
    raw = a_letter(sender="late@example.kz")
    desk = Desk(store=Store.open(f"sqlite:///{program.database}"), policy=a_policy())
    now = datetime.now(UTC)
    desk.hands.at = now
    place = Place(folder="INBOX", uidvalidity=1, uid=77)
    desk.intake.set_aside(Arrival(place=place, raw=raw, received_at=now - timedelta(minutes=1)), "it broke", 1, None)
    with desk.store.view() as view:
        aside = view.quarantined()[0]
    desk.store.close()
    done = program.command("quarantine", "retry", str(aside.id))
    assert "could be read" in done.stdout
    tickets = {each["subject"]: each for each in program.tickets()}
    assert tickets["письмо не разобрано"]["status"] == "closed"
    assert tickets["Не работает вход"]["letters"][0]["state"] == "queued"
    assert program.rows("quarantine", "list") == []
    assert "dealt with already" in program.command("quarantine", "retry", str(aside.id), code=1).stderr
    with Store.open(f"sqlite:///{program.database}") as store, store.view() as view:
        assert view.is_known(place)
