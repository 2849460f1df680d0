"""The words in which IMAP servers refuse: does waiting help, and how to say it in one line."""

import re

_BUSY = ("throttled", "unavailable", "inuse", "limit", "too many", "try again", "temporar", "overquota", "serverbug")
"""What a server's NO says where waiting helps (RFC 5530 and the words of Exchange, Dovecot and Gmail)."""
_QUOTED = re.compile(r"^b'(.*)'$", re.DOTALL)  # b'[AUTHENTICATIONFAILED] Authentication failed.' as imapclient has it


def is_busy(text: str) -> bool:
    return any(word in text.lower() for word in _BUSY)


def said(error: BaseException) -> str:
    """The server's words, or those of the system, in one line."""
    words = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    if quoted := _QUOTED.match(words):
        words = quoted[1]
    return " ".join(words.split())[:300] or type(error).__name__
