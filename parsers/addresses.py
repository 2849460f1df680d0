"""Mailboxes as facts, and the strict question whether a From field names exactly one."""

import re
import unicodedata
from collections.abc import Iterable

from parsers.encoded_words import decode_words
from parsers.mail import Address

MOST = 1000
"""Mailboxes of one field that are kept."""
_LONGEST_ADDRESS = 320
_LONGEST_NAME = 300

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_CLEAN_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")
# Иван Петров ivan@example.kz   (no angle brackets)
_ANY_ADDRESS = re.compile(r"[^\s<>()\[\]:;@\\,\"]{1,64}@[^\s<>()\[\]:;@\\,\"]{1,255}")
_WORTH_PARSING = 4096


def make_address(name: str, address: str) -> Address:
    """An ``Address`` of a display name (encoded words still encoded) and what stood between the angle brackets."""
    shown = " ".join(decode_words(name[:4096]).text.split())[:_LONGEST_NAME]
    return Address(name=_without_controls(shown), address=clean_address(address))


def clean_address(address: str) -> str:
    """Lower-cased and stripped; empty where it is no address at all."""
    stripped = _without_controls("".join(address.split())).strip("<>").lower()
    local, at, domain = stripped.rpartition("@")
    return stripped if at and local and domain and len(stripped) <= _LONGEST_ADDRESS else ""


def collect(mailboxes: Iterable[tuple[str, str]]) -> tuple[Address, ...]:
    """At most ``MOST`` addresses, those without name and address left out."""
    found: list[Address] = []
    for name, address in mailboxes:
        made = make_address(name, address)
        if made.name or made.address:
            found.append(made)
        if len(found) >= MOST:
            break
    return tuple(found)


def rescue_mailbox(value: str) -> tuple[str, str]:
    """A name and an address out of a field that is no list of mailboxes: the address in it, if it is the only one."""
    found = list(_ANY_ADDRESS.finditer(value[:_WORTH_PARSING]))
    if len(found) != 1:
        return value, ""
    return (value[: found[0].start()] + value[found[0].end() :]).strip(" \t<>()\"'"), found[0].group()


def is_one_clean_mailbox(value: str) -> bool:
    """Whether a From field (unfolded, encoded words still encoded) is exactly one mailbox with nothing odd about it.

    No comment, group, list, source route, second pair of angle brackets, unquoted ``@`` before the brackets, and
    nothing but ASCII in the address: ``agent@our.kz <evil@example.kz>`` is read as either by different programs.
    """
    return one_clean_mailbox(value) is not None


def one_clean_mailbox(value: str) -> tuple[str, str] | None:
    """The name (unquoted, still encoded) and address of such a field; None where it is anything else."""
    if len(value) > _WORTH_PARSING or not _is_shown(value):
        return None
    value = value.strip()
    phrase, address = "", value
    if value.endswith(">"):
        phrase, _, address = value[:-1].rpartition("<")
    name = _unquote(phrase)
    return (name, address) if name is not None and _CLEAN_ADDRESS.fullmatch(address) else None


def _is_shown(value: str) -> bool:
    """Whether no letter of it is a control character or a mark that turns the direction of reading."""
    return value.isprintable() or not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in value)


def _unquote(phrase: str) -> str | None:
    """The words of a phrase without their quotes; None where anything but words and quoted strings stands in it."""
    shown: list[str] = []
    quoted = escaped = False
    for letter in phrase:
        if escaped:
            escaped = False
        elif quoted and letter == "\\":
            escaped = True
            continue
        elif letter == '"':
            quoted = not quoted
            continue
        elif not quoted and letter in "<>()[]:;@\\,":
            return None
        shown.append(letter)
    return None if quoted or escaped else "".join(shown).strip()


def _without_controls(text: str) -> str:
    """Without control characters and the marks that turn the direction of reading."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf", "Cs"))
