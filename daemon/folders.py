"""Folders: their names and state, and which one holds the sent letters."""

from collections.abc import Sequence
from dataclasses import dataclass

SENT_NAMES = (
    "Sent",
    "Sent Items",
    "Sent Messages",
    "Sent Mail",
    "Sent-Mail",
    "Отправленные",
    "Отправленные письма",
    "Отправленные элементы",
    "Отправленное",
    "Исходящие",
    "Жіберілгендер",
    "Жіберілген хаттар",
)
"""As servers and mail clients name it in English, Russian and Kazakh; the earlier one wins."""

_ROOTS = ("", "inbox", "[gmail]", "[google mail]")
"""Where such a folder lies: a ``Projects/Sent`` is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderName:
    """A folder as the server lists it: its name in Unicode, its attributes in lower case (``\\sent``)."""

    name: str
    delimiter: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def selectable(self) -> bool:
        return not self.flags & {"\\noselect", "\\nonexistent"}

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split(self.delimiter)) if self.delimiter else (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """A folder as it was when opened.

    ``uidnext`` is None where the server does not say. ``permanent_flags``: empty unless it was opened for writing.
    """

    uidvalidity: int
    uidnext: int | None
    messages: int
    permanent_flags: frozenset[str]

    @property
    def takes_keywords(self) -> bool:
        """New keywords are kept by this server; others drop them without a word."""
        return "\\*" in self.permanent_flags


def find_folder(folders: Sequence[FolderName], wanted: str) -> str | None:
    """The listed name of a folder that a person has named, or None where there is none.

    INBOX is known in any case (RFC 3501 5.1); other names exactly, else in another case, else below INBOX.
    """
    by_name = {folder.name: folder for folder in folders if folder.selectable}
    if wanted in by_name:
        return wanted
    sought = wanted.casefold()
    for folder in by_name.values():
        if folder.name.casefold() == sought:
            return folder.name
    for folder in by_name.values():
        if len(folder.parts) > 1 and folder.parts[0].casefold() == "inbox" and _below(folder).casefold() == sought:
            return folder.name
    return None


def find_sent(folders: Sequence[FolderName], configured: str = "") -> str | None:
    """The folder of sent letters: the configured one, else the one marked \\Sent (RFC 6154), else a usual name.

    None where nothing fits, also where the configured one is absent: another one must not stand in for it.
    """
    if configured:
        return find_folder(folders, configured)
    usable = [folder for folder in folders if folder.selectable]
    for folder in usable:
        if "\\sent" in folder.flags:
            return folder.name
    for name in SENT_NAMES:
        for folder in usable:
            root = folder.delimiter.join(folder.parts[:-1]).casefold()
            if root in _ROOTS and folder.parts[-1].casefold() == name.casefold():
                return folder.name
    return None


def _below(folder: FolderName) -> str:
    return folder.delimiter.join(folder.parts[1:])
