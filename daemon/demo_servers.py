"""An IMAP and an SMTP server in this very process, on loopback, for ``supportd demo``. Nothing touches the disk.

The only file that knows pymap and aiosmtpd (the extra ``demo``).
"""

import asyncio
import socket
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session
from pymap.backend.dict import DictBackend, Identity, Login
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A letter that the SMTP server took: envelope and bytes. An empty ``sender`` is the null sender."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox of the demonstration: the address is the user name."""

    address: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServers:
    """Both servers, running. ``accepted`` grows while they run."""

    imap_port: int
    smtp_port: int
    accepted: list[Accepted]
    _accounts: dict[str, Login] = field(repr=False)

    async def deliver(self, raw: bytes, *, address: str, folder: str = "INBOX", received_at: datetime) -> bool:
        """Put ``raw`` into the folder of an account with ``received_at`` as INTERNALDATE; False: no such account."""
        login = self._accounts.get(address.lower())
        if login is None:
            return False
        await _append(login, address.lower(), folder, raw, received_at)
        return True


@asynccontextmanager
async def demo_servers(
    accounts: tuple[Account, ...],
    *,
    keeper: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    imap_port: int = 0,
    smtp_port: int = 0,
) -> AsyncIterator[DemoServers]:
    """Both servers while the block runs; a port of 0 is any free one.

    A letter sent through SMTP arrives in the INBOX of each account among its recipients, received when ``clock`` says
    (aware); letters to anybody else arrive in the INBOX of the account ``keeper``, so that a person can read them.
    Each account has INBOX and Sent.
    """
    async with AsyncExitStack() as stack:
        login, imap_bound = await _start_imap(stack, accounts, imap_port)
        accepted: list[Accepted] = []
        known = {account.address.lower(): login for account in accounts}
        post = _Post(accounts=known, keeper=keeper.lower(), accepted=accepted, clock=clock)
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(post, hostname="localhost", enable_SMTPUTF8=True, loop=asyncio.get_running_loop()),
            host=LOOPBACK,
            port=smtp_port,
        )
        stack.callback(server.close)
        smtp_bound = server.sockets[0].getsockname()[1]
        yield DemoServers(imap_port=imap_bound, smtp_port=smtp_bound, accepted=accepted, _accounts=known)


async def _start_imap(stack: AsyncExitStack, accounts: tuple[Account, ...], port: int) -> tuple[Login, int]:
    port = port or _free_port()
    parser = ArgumentParser()
    parser.set_defaults(debug=False, passlib_cfg=None)
    IMAPService.add_arguments(parser)
    DictBackend.add_subparser("dict", parser.add_subparsers())
    words = ["--host", LOOPBACK, "--port", str(port), "--no-tls", "dict"]
    backend, config = await DictBackend.init(parser.parse_args(words))
    config.apply_context()
    await backend.start(stack)
    await IMAPService(backend, config).start(stack)
    for account in accounts:
        name = account.address.lower()
        password = await Passwords(config).hash_password(account.password)
        identity = Identity(name, backend.login, None, frozenset())
        await identity.set(UserMetadata(config, name, password=password))
        async with identity.new_session() as session:
            await session.create_mailbox("Sent")
    return backend.login, port


def _free_port() -> int:
    """A port that was free a moment ago: the library tells no port that it chose itself."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


async def _append(login: Login, address: str, folder: str, raw: bytes, received_at: datetime) -> None:
    async with Identity(address, login, None, frozenset()).new_session() as session:
        await session.append_messages(folder, [AppendMessage(raw, received_at, frozenset())])


@dataclass(
    frozen=True, kw_only=True
)  # no slots: aiosmtpd looks at every member, and Python 3.11.2 then trips over them
class _Post:
    """What the SMTP server does with a letter; the method's name is aiosmtpd's."""

    accounts: dict[str, Login]
    keeper: str
    accepted: list[Accepted]
    clock: Callable[[], datetime]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        recipients = tuple(address.lower() for address in envelope.rcpt_tos)
        now = self.clock()
        letter = Accepted(
            sender="" if envelope.mail_from in (None, "<>") else str(envelope.mail_from),
            recipients=recipients,
            raw=raw,
            accepted_at=now,
        )
        self.accepted.append(letter)
        for address in dict.fromkeys(each if each in self.accounts else self.keeper for each in recipients):
            if (login := self.accounts.get(address)) is not None:
                await _append(login, address, "INBOX", raw, now)
        return "250 2.0.0 Ok: kept"
