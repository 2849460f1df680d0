"""The port to the mailbox: one IMAP connection, blocking, owned by one thread. The only file that knows imapclient.

Out of here come only TryAgainLater, LogInRefused and PersonMustLook. After the first two the connection is closed and
``connect`` makes a new one; after PersonMustLook it may still be open.
Nothing is marked on the server unless asked: folders are opened with EXAMINE, letters read with BODY.PEEK.
"""

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
    ProtocolError,
)
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.response_parser import parse_fetch_response
from imapclient.tls import IMAP4_TLS

from daemon.bell import Bell
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.fetching import (
    Absent,
    Fetched,
    Refused,
    Rows,
    fetch_letters,
    fetch_moments,
    fetch_sizes,
    uid_sets,
)
from daemon.folders import FolderName, find_folder, find_sent
from daemon.folders import FolderState as FolderState  # noqa: PLC0414 - part of what this port gives
from daemon.refusals import is_busy, said
from daemon.tls import Security, context, refuse_clear_text, why_refused
from daemon.wire import BufferedReading, IdleRefusedError, idle, keep_alive

IDLE_AT_MOST = 300
"""Seconds: IDLE is renewed and the folder looked at after this time, for links die without a word."""
_UID = re.compile(rb"[( ]UID (\d+)")  # 23 (UID 4711)
_WRONG = "AUTHENTICATIONFAILED"
_ODD = (LookupError, TypeError, ValueError, AttributeError, RecursionError, MemoryError, EOFError, AssertionError)
_NOT_UNDERSTOOD = (ProtocolError, *_ODD)
"""What imapclient raises on an answer that is not IMAP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """Where the mailbox is and who reads it. ``ca_file``: believed beside the system's certificate authorities."""

    host: str
    port: int
    security: Security = Security.TLS
    username: str
    password: str = field(repr=False)
    ca_file: Path | None = None
    connect_timeout: float = 15
    read_timeout: float = 60
    answer_timeout: float = 600
    """Seconds that one command with its whole answer may take, however the server drips."""


class _PlainWire(BufferedReading, IMAP4WithTimeout):  # type: ignore[misc] # imapclient ships no types
    pass


class _TlsWire(BufferedReading, IMAP4_TLS):  # type: ignore[misc] # imapclient ships no types
    pass


class _Client(IMAPClient):  # type: ignore[misc] # imapclient ships no types
    """imapclient over our wires. Its own debug log is off: it holds the letters, and costs time."""

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - imapclient's name; it offers no other place for this
        if self.ssl:
            wire = _TlsWire(self.host, self.port, self.ssl_context, self._timeout.connect)
        else:
            wire = _PlainWire(self.host, self.port, self._timeout.connect)
        self.wire = wire
        return wire


class Mailbox:
    """One connection to the mailbox. ``connect`` before anything else; it may be called again after an error."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._client: _Client | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._folder = ""
        self._idle_refused = False

    # --- the connection

    def connect(self) -> None:
        """Connects, protects the connection, logs in. An open connection is closed first."""
        self.close()
        refuse_clear_text(self._settings.host, self._settings.security)
        trusted = context(self._settings.ca_file)
        with self._doing(f"connecting to {self._settings.host}", opening=trusted) as client:
            if self._settings.security is Security.STARTTLS:
                self._start_tls(client, trusted)
            self._log_in(client)
            self._capabilities = frozenset(item.decode("ascii", "replace") for item in client.capabilities())
            self._introduce(client)

    def close(self) -> None:
        """Ends the connection, politely where the server still listens; never raises."""
        client, self._client = self._client, None
        self._folder = ""
        if client is None:
            return
        with contextlib.suppress(Exception):  # nothing that goes wrong here is of any use to anybody
            client.wire.sock.settimeout(2)
            client.logout()
        with contextlib.suppress(Exception):
            client.shutdown()

    def cut(self) -> None:
        """From any thread: whoever waits for the server stops waiting, as if the connection had been lost."""
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError):
                client.wire.sock.shutdown(socket.SHUT_RDWR)

    @property
    def is_open(self) -> bool:
        return self._client is not None

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server can do, upper case, as told after the log-in."""
        return self._capabilities

    @property
    def can_idle(self) -> bool:
        """IDLE is announced, and was not refused when tried."""
        return "IDLE" in self._capabilities and not self._idle_refused

    # --- folders

    def folders(self) -> tuple[FolderName, ...]:
        with self._doing("listing the folders") as client:
            return tuple(
                FolderName(
                    name=name,
                    delimiter=delimiter.decode("ascii", "replace") if delimiter else "",
                    flags=frozenset(flag.decode("ascii", "replace").lower() for flag in flags),
                )
                for flags, delimiter, name in client.list_folders()
            )

    def find_sent(self, configured: str = "") -> str | None:
        """The folder with the sent letters, or None where none can be told (``daemon/folders.py``)."""
        return find_sent(self.folders(), configured)

    def select(self, folder: str, *, readonly: bool = True) -> FolderState:
        """Opens a folder: with EXAMINE, so that nothing is marked, unless ``readonly`` is False.

        PersonMustLook where there is no such folder, or where it may only be read.
        """
        with self._doing(f"opening the folder «{folder}»", folder=folder) as client:
            answer = client.select_folder(folder, readonly=readonly)
            self._folder = folder
            return FolderState(
                uidvalidity=int(answer[b"UIDVALIDITY"]),
                uidnext=answer.get(b"UIDNEXT"),
                messages=int(answer[b"EXISTS"]),
                permanent_flags=frozenset(
                    flag.decode("ascii", "replace") for flag in answer.get(b"PERMANENTFLAGS", ())
                ),
            )

    def create_folder(self, folder: str) -> None:
        """Makes a folder that mail clients show; one that is there already is left as it is."""
        if find_folder(self.folders(), folder) is None:
            with self._doing(f"making the folder «{folder}»") as client:
                client.create_folder(folder)
                client.subscribe_folder(folder)

    # --- reading

    def uids_after(self, uid: int) -> tuple[int, ...]:
        """All UIDs above ``uid`` in the open folder, rising. SEARCH is not used: some servers have none to speak of."""
        with self._doing("listing the letters") as client:
            _catch_up(client)
            # "n:*" names the last letter even where it lies below n (RFC 3501 6.4.8)
            rows = _uid_fetch(client, f"{uid + 1}:*", ("UID",))
        found = {int(told[1]) for row in rows if isinstance(row, bytes) and (told := _UID.search(row))}
        return tuple(sorted(number for number in found if number > uid))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE of those of the letters that the server tells it of."""
        return fetch_sizes(self._ask, uids)

    def moments(self, uids: Sequence[int]) -> dict[int, datetime]:
        """INTERNALDATE, in UTC, of those of the letters that the server tells it of."""
        return fetch_moments(self._ask, uids)

    def fetch(self, uids: Sequence[int], *, max_size: int) -> Iterator[Fetched | Absent]:
        """The letters in the order asked for, each exactly once, at most a few megabytes at a time in memory.

        Of a letter above ``max_size`` bytes the headers and the first text alone are taken. What the server leaves out
        of an answer is asked for once more by itself.
        """
        return fetch_letters(self._ask, uids, max_size=max_size)

    def wait(self, seconds: float, bell: Bell) -> bool:
        """Waits until something arrives (True), the bell rings or the time is over (False), 5 minutes at the most.

        A doorbell and no more: the caller looks into the folder after every return. By IDLE where the server can.
        """
        seconds = min(seconds, IDLE_AT_MOST)
        with self._doing("waiting for letters") as client:
            if bell.rung:
                return False
            if self.can_idle:
                try:
                    return idle(client.wire, seconds=seconds, bell=bell)
                except IdleRefusedError:
                    self._idle_refused = True
            return bell.heard_or_readable(client.wire.sock, seconds)

    # --- writing

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str] = (), at: datetime | None = None) -> None:
        """Puts a letter into a folder. PersonMustLook where there is no such folder."""
        with self._doing(f"filing a letter in «{folder}»", folder=folder) as client:
            client.append(folder, raw, flags=flags, msg_time=at)

    def add_keywords(self, uids: Sequence[int], keywords: Sequence[str]) -> None:
        """Needs a folder opened for writing; a server without keywords may drop them (``takes_keywords``)."""
        with self._doing("marking letters") as client:
            for some in uid_sets(uids):
                client.add_flags([some], keywords, silent=True)

    def remove_keywords(self, uids: Sequence[int], keywords: Sequence[str]) -> None:
        with self._doing("taking marks from letters") as client:
            for some in uid_sets(uids):
                client.remove_flags([some], keywords, silent=True)

    def copy(self, uid: int, folder: str) -> None:
        with self._doing(f"copying a letter to «{folder}»", folder=folder) as client:
            client.copy([uid], folder)

    def move(self, uid: int, folder: str) -> None:
        """Moves a letter: by MOVE, else by COPY and UID EXPUNGE of this one.

        PersonMustLook where the server has neither: a plain EXPUNGE would delete what others have marked.
        """
        with self._doing(f"moving a letter to «{folder}»", folder=folder) as client:
            if "MOVE" in self._capabilities:
                client.move([uid], folder)
            elif "UIDPLUS" in self._capabilities:
                client.copy([uid], folder)
                client.delete_messages([uid], silent=True)
                client.uid_expunge([uid])
            else:
                raise PersonMustLook("the server can neither MOVE nor UIDPLUS: letters can be copied, not moved")

    # --- how it is done

    def _open(self, trusted: ssl.SSLContext) -> _Client:
        settings = self._settings
        client = _Client(
            settings.host,
            settings.port,
            ssl=settings.security is Security.TLS,
            ssl_context=trusted,
            timeout=SocketTimeout(settings.connect_timeout, settings.read_timeout),
        )
        client.wire.debug = 0
        client.wire.seconds_at_most = settings.answer_timeout
        client.normalise_times = False
        keep_alive(client.wire.sock)
        return client

    def _start_tls(self, client: _Client, trusted: ssl.SSLContext) -> None:
        if not client.has_capability("STARTTLS"):
            raise PersonMustLook(f"{self._settings.host} offers no STARTTLS: the log-in is not sent in clear text")
        client.starttls(trusted)

    def _log_in(self, client: _Client) -> None:
        """LOGIN, or AUTHENTICATE PLAIN where the name or password is not plain ASCII or LOGIN is switched off."""
        name, password = self._settings.username, self._settings.password
        plain_only = not (name + password).isascii() or any(sign in name for sign in ' "\\(){%*]')
        try:
            if client.has_capability("AUTH=PLAIN") and (plain_only or client.has_capability("LOGINDISABLED")):
                client.plain_login(name, password)
            else:
                client.login(name, password)
        except LoginError as error:
            cause = error.__context__
            if isinstance(cause, IMAPClientAbortError) or (is_busy(str(error)) and _WRONG not in str(error).upper()):
                raise TryAgainLater(f"{self._settings.host} took no log-in: {said(error)}") from error
            raise LogInRefused(f"{self._settings.host} refuses the log-in of {name}: {said(error)}") from error

    def _introduce(self, client: _Client) -> None:
        """ID (RFC 2971): some providers ask for it, none may make anything depend on it."""
        if "ID" in self._capabilities:
            with contextlib.suppress(IMAPClientError), _aborts_pass():
                client.id_({"name": "supportd"})

    def _ask(self, uids: str, items: Sequence[str]) -> Rows:
        """One UID FETCH. Raises Refused where the server says NO or BAD to it."""
        with self._doing("reading letters") as client:
            rows: Rows = parse_fetch_response(_uid_fetch(client, uids, items), normalise_times=False)
            return rows

    @contextlib.contextmanager
    def _doing(self, what: str, *, folder: str = "", opening: ssl.SSLContext | None = None) -> Iterator[_Client]:
        """Everything that imapclient, imaplib and the socket can raise becomes one of our two families.

        ``folder``: the one that a NO is probably about.
        """
        try:
            if opening is not None:
                self._client = self._open(opening)
            yield self._opened()
        except (TryAgainLater, PersonMustLook, Refused) as error:
            if opening is not None or isinstance(error, TryAgainLater):
                self._drop()
            raise
        except IMAPClientReadOnlyError as error:
            raise PersonMustLook(f"{what}: the server allows reading alone: {said(error)}") from error
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise PersonMustLook(f"{what}: the certificate is refused: {why_refused(error)}") from error
        except (IMAPClientAbortError, OSError, *_NOT_UNDERSTOOD) as error:
            self._drop()
            puzzle = "the server's answer is not understood: " if isinstance(error, _NOT_UNDERSTOOD) else ""
            raise TryAgainLater(f"{what}: {puzzle}{said(error)}") from error
        except IMAPClientError as error:
            raise self._judge_refusal(what, folder, error) from error

    def _judge_refusal(self, what: str, folder: str, error: IMAPClientError) -> TryAgainLater | PersonMustLook:
        """A tagged NO or BAD: does waiting help?"""
        text = str(error)
        if not is_busy(text):
            if folder and self._is_absent(folder):
                return PersonMustLook(f"{what}: there is no such folder in the mailbox of {self._settings.username}")
            if isinstance(error, CapabilityError) or "command error: BAD" in text or "[NOPERM]" in text.upper():
                return PersonMustLook(f"{what}: the server does not do this: {said(error)}")
        self._drop()
        return TryAgainLater(f"{what}: {said(error)}")

    def _is_absent(self, folder: str) -> bool:
        try:
            return find_folder(self.folders(), folder) is None
        except (TryAgainLater, PersonMustLook):
            return False

    def _opened(self) -> _Client:
        if self._client is None:
            raise TryAgainLater("there is no connection to the mailbox")
        self._client.wire.start_clock()
        return self._client

    def _drop(self) -> None:
        """Ends a connection on which nothing is to be expected any more."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.shutdown()


def _catch_up(client: _Client) -> None:
    """NOOP: a server may keep quiet about what came since the last command until it is asked (RFC 3501 5.2)."""
    client.wire.noop()
    for kind in ("EXISTS", "RECENT", "EXPUNGE", "FETCH"):  # imaplib would keep every one of them
        client.wire.untagged_responses.pop(kind, None)


def _uid_fetch(client: _Client, uids: str, items: Sequence[str]) -> list[Any]:
    """The rows of one UID FETCH as imaplib keeps them; imapclient's own ``fetch`` takes no ranges.

    Raises Refused where the server says NO or BAD and it is about the letters.
    """
    client.wire.untagged_responses.pop("FETCH", None)  # news of flags that came before are not an answer
    try:
        kind, data = client.wire.uid("FETCH", uids, f"({' '.join(items)})")
        if kind != "OK":
            raise IMAPClientError(data[0])
    except (IMAPClientAbortError, ProtocolError):
        raise
    except IMAPClientError as error:
        if is_busy(said(error)):
            raise
        raise Refused(said(error)) from error
    return [] if data == [None] else data


@contextlib.contextmanager
def _aborts_pass() -> Iterator[None]:
    """For use inside ``suppress(IMAPClientError)``, which would swallow the end of the connection too."""
    try:
        yield
    except IMAPClientAbortError as error:
        raise ConnectionError(str(error)) from error
