"""What can go wrong with the store, in sentences that say what to do, and the one place that makes them.

    StoreBusy        waiting helps: locked, disk full, connection lost, a file system that is read-only just now
    StoreBroken      a person must look: corrupt, no permission, cannot be opened
    StoreTooNew      a newer version of the program has written it
    AlreadyKept      the letter is in the store: nothing is to be done with it
    InstanceRunning  another process serves this store

No sentence holds a password or anything of a letter.
"""

import errno
import os
import sqlite3
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StoreError(Exception):
    """The family of all errors of the store."""


class StoreBusy(StoreError):  # noqa: N818 - named after what to do
    """The same may be tried again; everything written in the transaction may or may not be there."""


class StoreBroken(StoreError):  # noqa: N818 - named after what to do
    """Trying again does not help."""


class StoreTooNew(StoreBroken):
    """The schema is of a version that this program does not know."""


class AlreadyKept(StoreError):  # noqa: N818 - no fault, a fact
    """``letter`` is the id of the letter that was kept before."""

    def __init__(self, letter: int) -> None:
        super().__init__(f"This letter is in the store already (letter {letter}).")
        self.letter = letter


class InstanceRunning(StoreError):  # noqa: N818 - a fact
    """Only one process at a time takes letters and sends them."""


def place_of(url: URL) -> str:
    """The database as a person knows it: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return url.render_as_string(hide_password=True)


_FULL = "There is no room left for {place}: free some space on its disk. Nothing was written; it is tried again."
_LOCKED = "{place} is held by another process: it is tried again."
_READ_ONLY = "The file system of {place} is read-only just now: mount it writable. It is tried again."
_DENIED = "{place} may not be {act} by this user: give the user of the service the rights to the file and its folder."
_CORRUPT = (
    "{place} is damaged: stop the service, keep a copy of the file, and restore the last backup with "
    "`supportd restore`."
)
_UNREACHABLE = "{place} cannot be reached ({detail}): it is tried again."
_FAULT = "{place} answered with an error that a person must look at: {detail}."

_BUSY_NAMES = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
_CORRUPT_NAMES = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")
_DENIED_NAMES = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")


def translated(error: BaseException, url: URL) -> StoreError:
    """The store's own error for one of SQLAlchemy, a driver or the operating system."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, OSError):
        return _of_system(error, place_of(url))
    if isinstance(error, PoolTimeout):
        return StoreBusy(f"Too many questions at once to {place_of(url)}: it is tried again.")
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original, url)
    if isinstance(error, DBAPIError):
        return _of_server(error, original, place_of(url))
    return StoreBroken(_FAULT.format(place=place_of(url), detail=_one_line(error)))


def _of_system(error: OSError, place: str) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreBusy(_FULL.format(place=place))
    if error.errno == errno.EROFS:
        return StoreBusy(_READ_ONLY.format(place=place))
    if error.errno in (errno.EACCES, errno.EPERM):
        return StoreBroken(_DENIED.format(place=place, act="opened"))
    return StoreBroken(_FAULT.format(place=place, detail=error.strerror or _one_line(error)))


def _of_sqlite(error: sqlite3.Error, url: URL) -> StoreError:
    place = place_of(url)
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith(_BUSY_NAMES):
        return StoreBusy(_LOCKED.format(place=place))
    if name == "SQLITE_FULL":
        return StoreBusy(_FULL.format(place=place))
    if name.startswith(_CORRUPT_NAMES):
        return StoreBroken(_CORRUPT.format(place=place))
    if name.startswith(_DENIED_NAMES) or name.startswith("SQLITE_IOERR"):
        return _of_file(name, url)
    return StoreBroken(_FAULT.format(place=place, detail=name or _one_line(error)))


def _of_file(name: str, url: URL) -> StoreError:
    """What the file system says of the matter, since SQLite uses one code for several causes."""
    place = place_of(url)
    folder = Path(url.database or ".").absolute().parent
    if not folder.is_dir():
        return StoreBroken(f"The folder {folder} does not exist: make it, owned by the user of the service.")
    room = os.statvfs(folder)
    if room.f_flag & os.ST_RDONLY:
        return StoreBusy(_READ_ONLY.format(place=place))
    if room.f_bavail == 0:  # also behind SQLITE_IOERR_SHMSIZE and SQLITE_IOERR_WRITE
        return StoreBusy(_FULL.format(place=place))
    if name.startswith("SQLITE_IOERR"):
        return StoreBusy(f"Reading or writing {place} failed ({name}): look at its disk. It is tried again.")
    act = "written" if name.startswith("SQLITE_READONLY") else "opened"
    return StoreBroken(_DENIED.format(place=place, act=act))


_SERVER_BUSY = {
    "08": "the connection was lost",
    "57": "the server is stopping or starting",
    "53": "the server is out of memory, connections or disk space",
    "40": "another transaction was in the way",
    "55": "another process holds what is needed",
    "25": "the server takes no writing just now",
}
_SERVER_REFUSES = {
    "28": "the server refuses the name or the password: correct `store.url`",
    "3D": "there is no such database: create it, or correct `store.url`",
    "42501": "this user has not the rights: grant them (tables of its own in the schema `public`)",
    "XX": "the database is damaged: restore the last backup with `supportd restore`",
}


def _of_server(error: DBAPIError, original: BaseException, place: str) -> StoreError:
    state = getattr(original, "sqlstate", None) or _state_told_in_words(str(original))
    for code, refusal in _SERVER_REFUSES.items():
        if state.startswith(code):
            return StoreBroken(f"{place}: {refusal}.")
    if state.startswith("58"):
        return StoreBusy(_UNREACHABLE.format(place=place, detail="the server's disk fails"))
    for code, cause in _SERVER_BUSY.items():
        if state.startswith(code):
            return StoreBusy(_UNREACHABLE.format(place=place, detail=cause))
    if not state and not isinstance(error, IntegrityError) and type(original).__name__ == "OperationalError":
        return StoreBusy(_UNREACHABLE.format(place=place, detail="no connection"))
    return StoreBroken(_FAULT.format(place=place, detail=state or _one_line(original)))


def _state_told_in_words(sentence: str) -> str:
    """A refused connection carries no SQLSTATE; the server's English words tell the two that a person must mend."""
    if "password authentication failed" in sentence or "no pg_hba.conf entry" in sentence:
        return "28000"
    if "does not exist" in sentence and ("FATAL" in sentence):
        return "28000" if 'role "' in sentence else "3D000"
    return ""


def _one_line(error: BaseException) -> str:
    """The first line of the error's own words, bounded; parameters are never in it (``hide_parameters``)."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


TRANSLATED = (SQLAlchemyError, sqlite3.Error, OSError)
"""What ``translated`` is for, wherever the border is crossed."""
