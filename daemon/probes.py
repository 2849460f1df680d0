"""What ``supportd check`` finds out about the mailbox and the mail server: each finding a sentence for the operator.

Nothing that a person could see is changed on the servers, and no letter is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.folders import FolderName, find_folder, find_sent
from daemon.mailbox import Mailbox, MailboxSettings
from daemon.smtp import SmtpSender, SmtpSettings

_WITHOUT = {
    "IDLE": "letters are noticed at the next look into the folder, not at once",
    "UIDPLUS": "letters can be moved only if the server knows MOVE",
    "MOVE": "letters are moved by copying and deleting, where UIDPLUS allows it",
    "SPECIAL-USE": "the folder of sent letters is known by its name alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``ok`` False is a fault that keeps the service from its work; ``what`` was looked at, ``said`` what was found."""

    ok: bool
    what: str
    said: str

    def __str__(self) -> str:
        return f"{self.what}: {self.said}"


def probe_imap(settings: MailboxSettings, folder: str, sent_folder: str = "") -> tuple[Finding, ...]:
    """Log-in, what the server can do, the folder, the folder of sent letters (configured or found)."""
    mailbox = Mailbox(settings)
    what = f"IMAP {settings.host}:{settings.port}"
    try:
        mailbox.connect()
        return (
            Finding(ok=True, what=what, said=f"log-in of {settings.username} taken, {settings.security.value}"),
            *_capabilities(mailbox, what),
            *_folders(mailbox, folder, sent_folder),
        )
    except LogInRefused as error:
        return (Finding(ok=False, what=what, said=f"{error}; is an application password needed?"),)
    except (TryAgainLater, PersonMustLook) as error:
        return (Finding(ok=False, what=what, said=str(error)),)
    finally:
        mailbox.close()


async def probe_smtp(settings: SmtpSettings) -> tuple[Finding, ...]:
    """Connection, log-in, the null sender, the extensions that matter."""
    sender = SmtpSender(settings)
    what = f"SMTP {settings.host}:{settings.port}"
    try:
        code, answer = await sender.try_null_sender()
        extensions = sender.extensions
    except LogInRefused as error:
        return (Finding(ok=False, what=what, said=f"{error}; is an application password needed?"),)
    except (TryAgainLater, PersonMustLook) as error:
        return (Finding(ok=False, what=what, said=str(error)),)
    finally:
        await sender.close()
    log_in = f"log-in of {settings.username} taken" if settings.username else "without a log-in"
    known = ", ".join(sorted(extensions & {"8bitmime", "dsn", "size", "smtputf8"})).upper() or "none that matter"
    return (
        Finding(ok=True, what=what, said=f"connected, {settings.security.value}, {log_in}"),
        Finding(ok=True, what=f"{what}, null sender", said=_about_null_sender(code, answer)),
        Finding(ok=True, what=f"{what}, extensions", said=known),
    )


def _about_null_sender(code: int, answer: str) -> str:
    if code // 100 == 2:
        return "taken at MAIL (a server may still refuse it later; then the mailbox address is used)"
    return f"refused ({code} {answer}); acknowledgements go out with the mailbox address"


def _capabilities(mailbox: Mailbox, what: str) -> Iterator[Finding]:
    for name, consequence in _WITHOUT.items():
        has = name in mailbox.capabilities
        yield Finding(ok=True, what=f"{what}, {name}", said="yes" if has else f"no: {consequence}")


def _folders(mailbox: Mailbox, folder: str, sent_folder: str) -> Iterator[Finding]:
    listed = mailbox.folders()
    yield from _folder(mailbox, listed, folder)
    sent = find_sent(listed, sent_folder)
    if sent is not None:
        yield Finding(ok=True, what="folder of sent letters", said=f"«{sent}», {mailbox.select(sent).messages} letters")
    else:
        sought = f"«{sent_folder}» is not there" if sent_folder else "none is marked \\Sent or has a usual name"
        yield Finding(ok=False, what="folder of sent letters", said=f"{sought}; {_there_are(listed)}")


def _folder(mailbox: Mailbox, listed: tuple[FolderName, ...], folder: str) -> Iterator[Finding]:
    name = find_folder(listed, folder)
    if name is None:
        yield Finding(ok=False, what=f"folder «{folder}»", said=f"it is not there; {_there_are(listed)}")
        return
    state = mailbox.select(name, readonly=True)
    yield Finding(ok=True, what=f"folder «{name}»", said=f"{state.messages} letters, UIDVALIDITY {state.uidvalidity}")
    try:
        keeps = "yes" if mailbox.select(name, readonly=False).takes_keywords else "no: tickets cannot be shown as tags"
    except PersonMustLook as error:
        keeps = f"no: {error}"
    yield Finding(ok=True, what=f"folder «{name}», keywords", said=keeps)


def _there_are(listed: tuple[FolderName, ...]) -> str:
    names = ", ".join(f"«{folder.name}»" for folder in listed[:30] if folder.selectable)
    return f"the mailbox has {names}" if names else "the mailbox lists no folders"
