"""The words in which IMAP servers refuse: does waiting help, and how to say it in one line."""

import errno
import os
import re
import ssl

_BUSY = ("throttled", "unavailable", "inuse", "limit", "too many", "try again", "temporar", "overquota", "serverbug")
"""What a server's NO says where waiting helps (RFC 5530 and the words of Exchange, Dovecot and Gmail)."""
_QUOTED = re.compile(r"^b'(.*)'$", re.DOTALL)  # b'[AUTHENTICATIONFAILED] Authentication failed.' as imapclient has it


def is_busy(text: str) -> bool:
    return any(word in text.lower() for word in _BUSY)


def said(error: BaseException) -> str:
    """The server's words, or those of the system, in one line."""
    if isinstance(error, OSError) and (words_of_system := said_by_system(error)):
        return words_of_system
    words = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    if quoted := _QUOTED.match(words):
        words = quoted[1]
    return " ".join(words.split())[:300] or type(error).__name__


def said_by_system(error: OSError) -> str:
    """«Connection refused» without number and address; empty for what is none of the system's own errors."""
    if isinstance(error, ssl.SSLError) or error.errno is None or error.errno not in errno.errorcode:
        return ""
    return os.strerror(error.errno)
