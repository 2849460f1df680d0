"""The files that go along with an agent's relayed answer.

Read with the standard library, in the service itself: the letter is a proved agent's. What cannot be read is left out,
and he is told.
"""

from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage

from daemon.mime import AttachedFile

MAX_FILES = 20
MAX_BYTES = 15 * 1024 * 1024
"""Of all files together: base64 makes a third more of it, and many servers refuse letters beyond 20-25 MB."""


def files_of(raw: bytes) -> tuple[AttachedFile, ...]:
    """The letter's attached files, as many as may go along; empty where the letter cannot be read.

    Not among them: what is shown inside the text (a signature's logo), and letters within the letter, such as the
    client's own that came to the agent with the request.
    """
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        parts = [part for part in mail.walk() if isinstance(part, EmailMessage) and _is_file(part)]
        files = [_file(part) for part in parts[:MAX_FILES]]
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):  # what the standard library raises
        return ()
    kept: list[AttachedFile] = []
    for file in files:
        if sum(len(each.content) for each in kept) + len(file.content) <= MAX_BYTES:
            kept.append(file)
    return tuple(kept)


def _is_file(part: EmailMessage) -> bool:
    return (
        part.get_content_disposition() == "attachment"
        and part.get_content_maintype() not in ("multipart", "message")
        and not (part.get_filename() or "").lower().endswith(".eml")
    )


def _file(part: EmailMessage) -> AttachedFile:
    content = part.get_payload(decode=True)
    name = "".join(char for char in part.get_filename() or "file" if char.isprintable() and char not in "/\\")
    return AttachedFile(
        filename=name or "file",
        content_type=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
    )
