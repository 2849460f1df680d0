"""The port to the mail server that takes our letters: one SMTP connection, used again and again.

The only file that knows aiosmtplib. A letter goes by single steps (MAIL, RCPT, DATA, the letter, the last answer),
for the library's exceptions alone do not tell whether a letter may have been taken. What became of one letter is a
value; what concerns every letter alike (a refused log-in, a refused certificate) is LogInRefused or PersonMustLook.
"""

import asyncio
import contextlib
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPReadTimeoutError,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from daemon.envelope import Envelope, Unsendable, for_the_wire
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.refusals import said_by_system
from daemon.tls import Security, context, refuse_clear_text, why_refused

CAUGHT = (SMTPException, OSError, ValueError)
"""What aiosmtplib raises on anything that a server or a network does (ValueError: on what cannot be said to one)."""
IDLE_AT_MOST = 30
"""Seconds after which a connection that nobody used is not trusted any more: servers close them, links die."""
_GO_ON = 354
_ENDS_DIALOGUE = frozenset({421, 503})
"""The server closes, or it has lost track of where we are: no word about this letter."""
_CONFIGURATION_IS_WRONG = frozenset({530, 534, 535, 538})
"""RFC 4954 6: authentication required, too weak, refused, encryption required."""
_ABOUT_SENDER = re.compile(r"5\.1\.[78]\b|sender", re.IGNORECASE)
"""``553 5.7.1 <>: Sender address rejected: not owned by user`` comes at RCPT from servers that judge late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where letters go out. ``username`` empty: no log-in. ``local_name``: for EHLO; empty: this machine's name."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    local_name: str = ""
    connect_timeout: float = 30
    command_timeout: float = 300
    answer_timeout: float = 600
    """Seconds for the answer to the final dot: who gives up earlier makes doubles (RFC 5321 4.5.3.2.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The server has taken the letter."""

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The server will never take it (5xx), or it cannot be sent at all (``code`` None)."""

    code: int | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """It has certainly not been taken; another attempt is safe.

    ``whole_server``: the server could not be reached or spoken to; other letters will fare no better just now.
    """

    code: int | None
    reason: str
    whole_server: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The letter went out and no answer came: it may or may not have been taken."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NullSenderRefused:
    """The server takes no letter from the null sender; the same letter may go with an address."""

    code: int
    answer: str


Outcome = Sent | Rejected | Later | Unknown | NullSenderRefused


class SmtpSender:
    """Sends one letter at a time; callers wait for each other. ``close`` at the end."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._client: SMTP | None = None
        self._used_at = 0.0
        self._dirty = False
        self._turn = asyncio.Lock()

    async def deliver(
        self, raw: bytes, *, envelope_from: str, recipient: str, before_data: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """One attempt. ``envelope_from`` empty is the null sender.

        ``before_data`` runs once the recipient has been taken and before DATA; what it raises goes up and nothing is
        sent. Cancelled, the connection is dropped and CancelledError goes up: after ``before_data`` the letter's fate
        is then unknown. Raises LogInRefused, PersonMustLook.
        """
        letter = for_the_wire(raw)
        async with self._turn:
            try:
                return await self._deliver(letter, Envelope(envelope_from, recipient), before_data)
            except BaseException:  # cancelled, or the caller's own fault: nobody knows where the dialogue stands
                self._drop()
                raise

    async def _connect(self) -> Later | None:
        """Makes sure that there is a connection; None where there is. Raises LogInRefused, PersonMustLook."""
        if self._is_usable():
            return None
        self._drop()
        refuse_clear_text(self._settings.host, self._settings.security)
        client = self._new_client()
        try:
            await client.connect(timeout=self._settings.connect_timeout)
            if client.is_ehlo_or_helo_needed:
                await _greet(client)
        except CAUGHT as error:
            client.close()
            return self._judge_connecting(error)
        except asyncio.CancelledError:
            client.close()
            raise
        self._client, self._dirty, self._used_at = client, False, time.monotonic()
        return None

    async def try_null_sender(self) -> tuple[int, str]:
        """The server's answer to MAIL FROM:<>, with nothing sent; it may still refuse later. Connects first.

        Raises what ``deliver`` raises, and TryAgainLater where the server cannot be reached.
        """
        async with self._turn:
            later = await self._connect()
            if later is not None:
                raise TryAgainLater(later.reason)
            try:
                answer = await self._command(b"MAIL", b"FROM:<>")
                await self._command(b"RSET")
            except CAUGHT as error:
                self._drop()
                raise TryAgainLater(_said(error)) from error
            return answer.code, answer.message

    @property
    def extensions(self) -> frozenset[str]:
        """What the connected server offers, in lower case (``8bitmime``, ``smtputf8``, ``dsn``); empty without one."""
        return frozenset(self._client.esmtp_extensions) if self._client is not None else frozenset()

    async def close(self) -> None:
        """Says QUIT; whatever goes wrong with it is of no importance any more."""
        client = self._client
        if client is not None and client.is_connected:
            with contextlib.suppress(*CAUGHT):
                await client.execute_command(b"QUIT", timeout=2)
        self._drop()
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn; there may be none after this

    # --- one letter

    async def _deliver(self, letter: bytes, envelope: Envelope, before_data: Callable[[], Awaitable[None]]) -> Outcome:
        """A connection that was lying about may have died unnoticed: then, before DATA, a new one is tried at once."""
        for is_last in (False, True):
            is_reused = self._is_usable()
            refusal = await self._connect() or await self._introduce(letter, envelope)
            if isinstance(refusal, Later) and is_reused and self._client is None and not is_last:
                continue
            if refusal is not None:
                return refusal
            break
        await before_data()
        return await self._hand_over(letter)

    async def _introduce(self, letter: bytes, envelope: Envelope) -> Outcome | None:
        """MAIL and RCPT; None where the server goes along with both."""
        try:
            prepared = envelope.prepare(letter, self._extensions())
            if self._dirty:
                await self._command(b"RSET")
            self._dirty = True
            answer = await self._command(*prepared.mail)
        except Unsendable as fault:
            return Rejected(code=fault.code, answer=str(fault))
        except CAUGHT as error:
            return self._lost(error, whole_server=True)
        if answer.code // 100 != 2:
            return self._judge(answer, null_sender=not envelope.sender, whole_server=answer.code in _ENDS_DIALOGUE)
        try:
            answer = await self._command(*prepared.rcpt)
        except CAUGHT as error:
            return self._lost(error)
        if answer.code // 100 != 2:
            return self._judge(answer, null_sender=_is_late_refusal(envelope, answer))
        return None

    async def _hand_over(self, letter: bytes) -> Outcome:
        """DATA, the letter with its final dot, and the answer that alone counts."""
        try:
            answer = await self._command(b"DATA")
            if answer.code != _GO_ON:
                return self._judge(answer)
            protocol = self._client.protocol if self._client is not None else None
            if protocol is None:
                raise SMTPServerDisconnected("the connection ended before the letter went out")
        except CAUGHT as error:  # without the final dot nothing may be delivered
            return self._lost(error)
        try:
            protocol.write(letter)
            async with _bounded(protocol.transport, self._settings.answer_timeout):
                answer = await protocol.read_response()
        except CAUGHT as error:
            self._drop()
            return Unknown(reason=f"the letter went out, no answer came: {_said(error)}")
        self._used_at = time.monotonic()
        if answer.code // 100 == 2:
            self._dirty = False
            return Sent(answer=f"{answer.code} {answer.message}")
        if not 400 <= answer.code < 600:
            self._drop()
            return Unknown(reason=f"the letter went out, the answer says neither yes nor no: {answer.code}")
        return self._judge(answer)

    def _judge(self, answer: SMTPResponse, *, null_sender: bool = False, whole_server: bool = False) -> Outcome:
        """An answer that is not the hoped for one."""
        words = _one_line(answer.message)
        if answer.code in _CONFIGURATION_IS_WRONG:
            self._drop()
            raise PersonMustLook(f"{self._settings.host} wants a log-in or encryption that is not configured: {words}")
        is_over = answer.code in _ENDS_DIALOGUE or not 400 <= answer.code < 600
        if is_over:
            self._drop()
        if is_over or answer.code < 500:
            return Later(code=answer.code, reason=words, whole_server=whole_server)
        if null_sender:
            return NullSenderRefused(code=answer.code, answer=words)
        return Rejected(code=answer.code, answer=words)

    def _lost(self, error: Exception, *, whole_server: bool = False) -> Later:
        """The connection ended or the server fell silent before anything could be delivered.

        Once MAIL was taken it may have been for this very letter: then the others are not to wait for it.
        """
        self._drop()
        return Later(code=None, reason=f"{self._settings.host}: {_said(error)}", whole_server=whole_server)

    async def _command(self, *words: bytes) -> SMTPResponse:
        if self._client is None:
            raise SMTPServerDisconnected("the connection is closed")
        async with _bounded(self._client.transport, self._settings.command_timeout):
            answer = await self._client.execute_command(*words, timeout=None)
        self._used_at = time.monotonic()
        return answer

    # --- the connection

    def _new_client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password if settings.username else None,
            local_hostname=settings.local_name or _own_name(),
            timeout=settings.command_timeout,
            use_tls=settings.security is Security.TLS,
            start_tls=settings.security is Security.STARTTLS,
            tls_context=None if settings.security is Security.NONE else context(settings.ca_file),
        )

    def _is_usable(self) -> bool:
        return (
            self._client is not None and self._client.is_connected and time.monotonic() - self._used_at < IDLE_AT_MOST
        )

    def _extensions(self) -> dict[str, str]:
        return self._client.esmtp_extensions if self._client is not None else {}

    def _drop(self) -> None:
        """Ends the connection at once: a polite end of TLS would wait for an answer."""
        client, self._client = self._client, None
        if client is None:
            return
        if isinstance(client.transport, asyncio.WriteTransport):
            client.transport.abort()
        client.close()

    def _judge_connecting(self, error: Exception) -> Later:
        """What waiting helps against comes back as a value; the rest is raised."""
        host, cause = self._settings.host, error.__cause__
        for fault in (error, cause):
            if isinstance(fault, ssl.SSLCertVerificationError):
                raise PersonMustLook(f"the certificate of {host} is refused: {why_refused(fault)}") from error
        if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
            raise LogInRefused(f"{host} refuses the log-in of {self._settings.username}: {_said(error)}") from error
        if type(error) is SMTPException or isinstance(error, (SMTPNotSupported, ValueError)):
            raise PersonMustLook(f"{host}: {_said(error)}") from error  # no STARTTLS, no AUTH, an impossible name
        code = error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None
        return Later(code=code, reason=f"{host}: {_said(error)}", whole_server=True)


@contextlib.asynccontextmanager
async def _bounded(transport: asyncio.BaseTransport | None, seconds: float) -> AsyncIterator[None]:
    """Raises as the library does where the server takes longer, and the connection is cut then.

    The library's own way of waiting for no longer than that turns the loop once more for every answer. Nothing is
    cancelled: an answer that has come counts, however late this process gets to look at it (it may have been frozen).
    """
    late = False

    def cut() -> None:
        nonlocal late
        late = True
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    timer = asyncio.get_running_loop().call_later(seconds, cut)
    try:
        yield
    except SMTPServerDisconnected as error:
        if late:
            raise SMTPReadTimeoutError("Timed out waiting for server response") from error
        raise
    finally:
        timer.cancel()


def _own_name() -> str:
    """For EHLO: this machine's name where it has a whole one, else what mail clients say (RFC 5321 4.1.4).

    No question goes to the DNS: without it an attempt would hang, bounded by nobody.
    """
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _is_late_refusal(envelope: Envelope, answer: SMTPResponse) -> bool:
    return not envelope.sender and _ABOUT_SENDER.search(answer.message) is not None


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _said(error: BaseException) -> str:
    """The server's words, or those of the system, in one line."""
    cause = error.__cause__ or error.__context__
    if isinstance(cause, OSError) and isinstance(error, SMTPConnectError) and (words := said_by_system(cause)):
        return words
    message = getattr(error, "message", None) or str(error)
    code = f"{error.code} " if isinstance(error, SMTPResponseException) and error.code > 0 else ""
    return code + (_one_line(str(message)) or type(error).__name__)


def _one_line(words: str) -> str:
    return " ".join(words.encode("utf-8", "replace").decode("utf-8", "replace").split())[:300]
