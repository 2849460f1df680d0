"""``supportd demo``: the whole service on embedded servers, a dozen letters, a Saturday.

Nothing is faked but the servers' disks and the day: letters arrive over IMAP, acknowledgements leave over SMTP, on a
clock that starts on Saturday, 21 November 2026, at 12:04 in Almaty.
"""

import asyncio
import contextlib
import email
import email.policy
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from importlib import resources
from io import StringIO

from daemon import wiring
from daemon.configuration import Configuration, load
from daemon.console import DONE, FAILED, complain, print_json, say
from daemon.demo_servers import Account, DemoServers, demo_servers
from daemon.journal import open_journal
from daemon.service import Service
from daemon.sheets import ticket_row
from daemon.systemd import ServiceManager
from daemon.tickets_view import print_table
from daemon.time_source import ShiftedTime
from daemon.wiring import Parts
from store.records import OutgoingState, TicketSheet
from store.store import Store

START = datetime.fromisoformat("2026-11-21T12:04:00+05:00")
MAILBOX = "info@controlsystem.kz"
CLIENTS = "clients@example.com"
PASSWORD = "demo"  # noqa: S105 - of an embedded server that lives as long as the demonstration
PATIENCE = 60.0
"""Seconds the demonstration waits for its own letters; it takes two or three."""


def show(*, keep: bool, as_json: bool) -> int:
    """Runs the demonstration; 0 when every letter that was due an answer has got one."""
    with tempfile.TemporaryDirectory(prefix="supportd-demo-") as home:
        return asyncio.run(_show(home, keep=keep, as_json=as_json))


async def _show(home: str, *, keep: bool, as_json: bool) -> int:
    clock = ShiftedTime(START)
    accounts = (Account(address=MAILBOX, password=PASSWORD), Account(address=CLIENTS, password=PASSWORD))
    async with demo_servers(accounts, keeper=CLIENTS, clock=clock.now) as servers:
        configuration = _configuration(servers, home)
        journal = open_journal(sys.stderr if keep else StringIO())
        with Store.open(configuration.store.url) as store, store.lock_instance():
            parts = wiring.build(configuration, store=store, time_source=clock, journal=journal)
            service = Service(parts)
            running = asyncio.create_task(service.run(ServiceManager(address=None)))
            try:
                seen = await _deliver_and_wait(servers, service, parts, running)
                _print(parts, servers, as_json=as_json)
                if keep:
                    await _stay(servers, running)
            finally:
                service.stop()
                await running
    if not seen:
        complain("not every letter was answered in time")
    return DONE if seen else FAILED


def _configuration(servers: DemoServers, home: str) -> Configuration:
    return load(
        None,
        {
            "SUPPORTD_MAILBOX__ADDRESS": MAILBOX,
            "SUPPORTD_MAILBOX__HOST": "127.0.0.1",
            "SUPPORTD_MAILBOX__PORT": str(servers.imap_port),
            "SUPPORTD_MAILBOX__SECURITY": "none",
            "SUPPORTD_MAILBOX__PASSWORD": PASSWORD,
            "SUPPORTD_SMTP__HOST": "127.0.0.1",
            "SUPPORTD_SMTP__PORT": str(servers.smtp_port),
            "SUPPORTD_SMTP__SECURITY": "none",
            "SUPPORTD_STORE__URL": f"sqlite:///{home}/demo.db",
            "SUPPORTD_AGENTS__NOTIFY": "duty@controlsystem.kz",
        },
    )


def letters() -> tuple[bytes, ...]:
    """The demonstration's letters, in order."""
    folder = resources.files("daemon") / "demo_letters"
    return tuple(each.read_bytes() for each in sorted(folder.iterdir(), key=lambda each: each.name))


async def _deliver_and_wait(servers: DemoServers, service: Service, parts: Parts, running: asyncio.Task[None]) -> bool:
    """Delivers every letter, waits until each is taken and no letter waits to be sent; False if that took too long or
    the service ended."""
    if not await _until(lambda: service.folders_are_read, running):
        return False
    sent = letters()
    for raw in sent:
        await servers.deliver(raw, address=MAILBOX, received_at=parts.time_source.now())
    taken = await _until(lambda: _kept(parts) >= len(sent), running)
    answered = await _until(lambda: not _waiting(parts), running)
    return taken and answered and await _answer_first(servers, parts, running)


async def _answer_first(servers: DemoServers, parts: Parts, running: asyncio.Task[None]) -> bool:
    """An agent answers the first client from his mail client: the copy in Sent stops the clock."""
    with parts.store.view() as view:
        first = next(iter(view.tickets()))
        assert first.number is not None
        answered = view.message_ids_of(first.number)[0]
    answer = EmailMessage()
    answer["From"] = f"Дана <{MAILBOX}>"
    answer["To"] = first.requester
    answer["Subject"] = f"Re: {first.subject}"
    answer["Message-ID"] = "<answer-1@controlsystem.kz>"
    answer["In-Reply-To"] = answered
    answer.set_content("Здравствуйте! Мы нашли причину и исправили её, комната открывается.\n\nС уважением, Дана")
    await servers.deliver(answer.as_bytes(), address=MAILBOX, folder="Sent", received_at=parts.time_source.now())
    return await _until(lambda: _status(parts, first.number or 0) == "waiting", running)


async def _until(what: Callable[[], bool], running: asyncio.Task[None]) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not what():
                if running.done():
                    return False
                await asyncio.sleep(0.05)
            return True
    return False


def _kept(parts: Parts) -> int:
    with parts.store.view() as view:
        counts = view.counts()
    return counts.letters + counts.quarantined


def _waiting(parts: Parts) -> bool:
    pending = (OutgoingState.QUEUED, OutgoingState.IN_FLIGHT, OutgoingState.COMMITTING)
    with parts.store.view() as view:
        return bool(view.outgoing_in(pending, limit=1))


def _status(parts: Parts, number: int) -> str:
    with parts.store.view() as view:
        ticket = view.ticket(number)
    return ticket.status.value if ticket is not None else ""


def _print(parts: Parts, servers: DemoServers, *, as_json: bool) -> None:
    now = parts.time_source.now()
    prefix, zone = parts.policy.ticket_prefix, parts.policy.schedule.zone
    with parts.store.view() as view:
        sheets: list[TicketSheet] = list(view.ticket_sheets())
    if as_json:
        for sheet in sheets:
            print_json(ticket_row(sheet, prefix=prefix, zone=zone, now=now))
        return
    say("It is Saturday, 21 November 2026, 12:04 in Almaty: the desk is on weekend duty.")
    say(f"{len(letters())} letters came in, {len(sheets)} tickets were made, {len(servers.accepted)} letters went out.")
    say("Machines got no answer; an agent answered the first letter from his mail client, which stopped its clock.")
    say()
    print_table(sheets, prefix=prefix, zone=zone, now=now)
    for accepted in servers.accepted:
        message = email.message_from_bytes(accepted.raw, policy=email.policy.default)
        body = message.get_body(("plain",))
        say(f"\n{'─' * 100}\nTo: {message['To']}\nSubject: {message['Subject']}\n")
        say(body.get_content().strip().replace("\r\n", "\n") if body is not None else "")


async def _stay(servers: DemoServers, running: asyncio.Task[None]) -> None:
    """Until Ctrl-C or SIGTERM, or the service ends: a person connects a mail client and sees what happens."""
    say(
        f"\n{'═' * 100}\n"
        "The service is running. Connect a mail client (no encryption, this computer alone):\n"
        f"  IMAP 127.0.0.1:{servers.imap_port}, password {PASSWORD}\n"
        f"    {MAILBOX}      the support mailbox: read and answer as an agent does\n"
        f"    {CLIENTS}        what the clients get: every answer arrives here\n"
        f"  SMTP 127.0.0.1:{servers.smtp_port}, no password: write to {MAILBOX} from any address\n"
        "The clock runs on from Saturday, 21 November 2026, 12:04. Ctrl-C ends it."
    )
    sys.stdout.flush()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
