"""The demonstration's servers speak over real sockets, as the service's own clients do."""

import asyncio
import smtplib
from datetime import UTC, datetime

from imapclient import IMAPClient

from daemon.demo_servers import Account, DemoServers, demo_servers

DESK = Account(address="info@controlsystem.kz", password="demo")
CLIENTS = Account(address="clients@example.kz", password="demo")
NOON = datetime(2026, 11, 21, 7, 4, tzinfo=UTC)
LETTER = b"From: aigul@example.kz\r\nTo: info@controlsystem.kz\r\nSubject: hello\r\n\r\nGood day.\r\n"


def read(servers: DemoServers, account: Account) -> list[tuple[bytes, datetime]]:
    with IMAPClient("127.0.0.1", port=servers.imap_port, ssl=False, timeout=10) as client:
        client.normalise_times = False
        client.login(account.address, account.password)
        assert b"IDLE" in client.capabilities()
        assert client.folder_exists("Sent")
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE"]) if client.search() else {}
        return [(each[b"BODY[]"], each[b"INTERNALDATE"]) for each in found.values()]


def send(servers: DemoServers, sender: str, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=10) as smtp:
        smtp.sendmail(sender, [recipient], LETTER)


def test_a_delivered_letter_lies_in_the_folder_with_its_moment() -> None:
    async def play() -> list[tuple[bytes, datetime]]:
        async with demo_servers((DESK, CLIENTS), keeper=CLIENTS.address) as servers:
            assert await servers.deliver(LETTER, address=DESK.address, received_at=NOON)
            assert not await servers.deliver(LETTER, address="nobody@example.kz", received_at=NOON)
            return await asyncio.to_thread(read, servers, DESK)

    assert asyncio.run(play()) == [(LETTER, NOON)]


def test_a_letter_to_a_stranger_is_kept_where_a_person_can_read_it() -> None:
    async def play() -> tuple[DemoServers, list[tuple[bytes, datetime]]]:
        async with demo_servers((DESK, CLIENTS), keeper=CLIENTS.address, clock=lambda: NOON) as servers:
            await asyncio.to_thread(send, servers, "", "aigul@example.kz")
            return servers, await asyncio.to_thread(read, servers, CLIENTS)

    servers, kept = asyncio.run(play())
    assert [(each.sender, each.recipients) for each in servers.accepted] == [("", ("aigul@example.kz",))]
    assert [moment for _, moment in kept] == [NOON]


def test_a_letter_to_the_desk_arrives_at_the_desk_alone() -> None:
    async def play() -> tuple[int, int]:
        async with demo_servers((DESK, CLIENTS), keeper=CLIENTS.address) as servers:
            await asyncio.to_thread(send, servers, "aigul@example.kz", "Info@controlsystem.kz")
            desk = await asyncio.to_thread(read, servers, DESK)
            return len(desk), len(await asyncio.to_thread(read, servers, CLIENTS))

    assert asyncio.run(play()) == (1, 0)
