"""A private Dovecot on loopback: a free port, a base directory of its own, the mail below it, an unprivileged owner.

Every name is a mailbox (there is one password for all), so that tests do not meet each other in one.
"""

import contextlib
import grp
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.servers.ports import free_port, wait_for_greeting

PASSWORD = "demo-password"
_MAIL_ID = 5001  # owner of the mail where we are root; no account of the machine needs to exist for it

_CONFIGURATION = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificates}
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{base}/box/%u
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
imap_idle_notify_interval = 2 mins
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
{mailboxes}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u allow_all_users=yes
}}
"""

_SPECIAL = """\
  mailbox {sent} {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
"""


def find_dovecot() -> str | None:
    """Where the program is, or None on a machine without it."""
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Dovecot:
    """One server. ``start`` and ``stop`` may be called again and again; what lies in the mailboxes stays."""

    def __init__(
        self,
        *,
        sent: str = "Sent",
        special_use: bool = True,
        separator: str = "/",
        prefix: str = "",
        certificate: Path | None = None,
        key: Path | None = None,
        require_tls: bool = False,
        password: str = PASSWORD,
    ) -> None:
        program = find_dovecot()
        if program is None:
            raise RuntimeError("Dovecot is not installed")
        self._program = program
        self.port, self.tls_port = free_port(), free_port() if certificate else 0
        # not below pytest's own directory: that one is closed to the owner of the mail
        self.base = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
        self.base.chmod(0o755)
        self._as_root = os.geteuid() == 0
        self.uid = _MAIL_ID if self._as_root else os.geteuid()
        self.gid = _MAIL_ID if self._as_root else os.getegid()
        for name in ("box", "home"):
            (self.base / name).mkdir()
            os.chown(self.base / name, self.uid, self.gid)
        self._process: subprocess.Popen[bytes] | None = None
        mailboxes = _SPECIAL.format(sent=sent) if special_use else ""
        certificates = f"ssl_cert = <{certificate}\nssl_key = <{key}" if certificate else ""
        ssl = ("required" if require_tls else "yes") if certificate else "no"
        me = pwd.getpwuid(os.geteuid()).pw_name
        self.configuration = self.base / "dovecot.conf"
        self.configuration.write_text(
            _CONFIGURATION.format(
                base=self.base,
                ssl=ssl,
                certificates=certificates,
                internal="dovecot" if self._as_root else me,
                internal_group="dovecot" if self._as_root else grp.getgrgid(os.getegid()).gr_name,
                login="dovenull" if self._as_root else me,
                port=self.port,
                tls_port=self.tls_port,
                separator=separator,
                prefix=prefix,
                mailboxes=mailboxes,
                password=password,
                uid=self.uid,
                gid=self.gid,
            )
        )

    # --- the server's life

    def start(self) -> None:
        if self.is_running:
            return
        with (self.base / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-F", "-c", str(self.configuration)], stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_for_greeting(self.port, starts=b"* OK")
        except TimeoutError:
            raise RuntimeError(f"Dovecot does not start:\n{self.log()}") from None

    def stop(self) -> None:
        """Ends the server and every session: sessions outlive a master that is merely asked to end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server and every session as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the master process."""
        return self._process_group()

    def remove(self) -> None:
        """Ends the server and removes all it has kept."""
        self.kill()
        shutil.rmtree(self.base, ignore_errors=True)

    def log(self) -> str:
        texts = [path.read_text(errors="replace") for path in self.base.glob("*.log")]
        return "\n".join(texts)[-4000:]

    def kill_sessions(self) -> None:
        """Kills the processes that serve the mailboxes, as an out-of-memory killer would; the server lives."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(process.name)) != self._process_group():
                    continue
                command = (process / "cmdline").read_bytes()
                if command.startswith((b"imap\0", b"dovecot/imap")) and b"login" not in command:
                    os.kill(int(process.name), signal.SIGKILL)

    # --- what can happen to a mailbox

    def change_uidvalidity(self, user: str, folder: str = "INBOX", *, to: int | None = None) -> int:
        """Gives a folder another UIDVALIDITY; the letters keep their UIDs."""
        value = to if to is not None else int(time.time()) + 1000
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(value), folder)
        return value

    def lose_indexes(self, user: str, folder: str = "INBOX", *, uidlist: bool = True) -> None:
        """Removes what Dovecot knows of a folder beside its letters; without the UID list all get new UIDs."""
        directory = self.maildir(user, folder)
        for path in directory.glob("dovecot.index*"):
            path.unlink(missing_ok=True)
        if uidlist:
            (directory / "dovecot-uidlist").unlink(missing_ok=True)

    def doveadm(self, *words: str) -> str:
        """Runs doveadm on this server; RuntimeError with its words where it fails."""
        done = subprocess.run(
            ["doveadm", "-c", str(self.configuration), *words], capture_output=True, text=True, check=False, timeout=30
        )
        if done.returncode != 0:
            raise RuntimeError(f"doveadm {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        """The directory of a folder (names in ASCII alone)."""
        box = self.base / "box" / user
        return box if folder == "INBOX" else box / ("." + folder.replace("/", "."))

    def deliver(self, user: str, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Puts a letter where a delivery agent would: written, then renamed into ``new``. ``at``: INTERNALDATE."""
        directory = self.maildir(user, folder)
        for part in ("cur", "new", "tmp"):
            self._make_directory(directory / part)
        name = f"{time.time_ns()}.{os.getpid()}_{next(_numbers)}.supportd-tests"
        written = directory / "tmp" / name
        written.write_bytes(raw.replace(b"\r\n", b"\n"))
        os.chown(written, self.uid, self.gid)
        if at is not None:
            os.utime(written, (at.timestamp(), at.timestamp()))
        written.rename(directory / "new" / name)

    def letters(self, user: str, folder: str = "INBOX") -> tuple[bytes, ...]:
        """All letters of a folder, by the order of their arrival."""
        directory = self.maildir(user, folder)
        paths = [path for part in ("cur", "new") for path in (directory / part).glob("*")]
        return tuple(path.read_bytes() for path in sorted(paths, key=lambda path: path.name))

    def _make_directory(self, path: Path) -> None:
        missing = list(itertools.takewhile(lambda parent: not parent.exists(), (path, *path.parents)))
        for directory in reversed(missing):
            directory.mkdir(exist_ok=True)
            os.chown(directory, self.uid, self.gid)

    def _process_group(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _end(self, sign: int) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        with contextlib.suppress(FileNotFoundError):
            (self.base / "run" / "master.pid").unlink()


_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox of one's own on a running server."""

    server: Dovecot
    username: str
    password: str = PASSWORD
    host: str = "127.0.0.1"

    @property
    def port(self) -> int:
        return self.server.port

    def deliver(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None) -> None:
        self.server.deliver(self.username, raw, folder=folder, at=at)

    def letters(self, folder: str = "INBOX") -> tuple[bytes, ...]:
        return self.server.letters(self.username, folder)

    def change_uidvalidity(self, folder: str = "INBOX", *, to: int | None = None) -> int:
        return self.server.change_uidvalidity(self.username, folder, to=to)

    def lose_indexes(self, folder: str = "INBOX", *, uidlist: bool = True) -> None:
        self.server.lose_indexes(self.username, folder, uidlist=uidlist)


def new_account(server: Dovecot) -> Account:
    """A mailbox nobody has used yet."""
    return Account(server=server, username=f"box{next(_numbers)}@controlsystem.kz")


@contextlib.contextmanager
def running_dovecot(**options: object) -> Iterator[Dovecot]:
    """A Dovecot for as long as the block lasts (the options are those of ``Dovecot``)."""
    server = Dovecot(**options)  # type: ignore[arg-type] # handed through as they are
    try:
        server.start()
        yield server
    finally:
        server.remove()
