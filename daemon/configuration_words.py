"""What is said of a faulty configuration: the key, and what to write there; never the value that was written."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from daemon.configuration_file import table
from daemon.configuration_values import Security, is_loopback
from daemon.errors import Fault

_TO_WRITE = {
    "mailbox.address": 'is missing: write the address of support, as address = "info@example.kz"',
    "mailbox.host": 'is missing: write the IMAP server, as host = "imap.example.kz"',
    "smtp.host": 'is missing: write the SMTP server, as host = "smtp.example.kz"',
}
_KINDS = {
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "int_type": "must be a whole number without quotes",
    "int_parsing": "must be a whole number without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "bool_parsing": "must be true or false, without quotes",
    "tuple_type": 'must be a list, as ["…", "…"]',
    "too_short": "must name at least one",
    "dict_type": "must be a table of its own",
    "model_type": "must be a table of its own",
    "model_attributes_type": "must be a table of its own",
    "path_type": "must be a path in quotes",
    "greater_than": 'must be longer than nothing, as "60s"',
    "is_instance_of": "must be text in quotes",
}


def fault_of(error: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> Fault:
    """One finding of the validation in words of our own; ``known`` has the key names of each table."""
    location = tuple(part for part in error["loc"] if part != "[key]")
    key = _dotted(location)
    kind = str(error["type"])
    if kind == "missing":
        return Fault(key=key, sentence=_TO_WRITE.get(key, "is missing"))
    if kind == "extra_forbidden":
        parent = _dotted(tuple(part for part in location[:-1] if isinstance(part, str)))
        return Fault(key=key, sentence=_no_such_key(str(location[-1]), known.get(parent, ())))
    if kind == "value_error":
        return Fault(key=key, sentence=str(error["ctx"]["error"]))
    if kind == "enum":
        return Fault(key=key, sentence=f"must be one of {str(error['ctx']['expected']).replace(chr(39), chr(34))}")
    if kind in {"greater_than_equal", "less_than_equal"}:
        return Fault(key=key, sentence="must be a port between 1 and 65535")
    return Fault(key=key, sentence=_KINDS.get(kind, "is not of the right kind"))


def _dotted(location: Iterable[str | int]) -> str:
    key = ""
    for part in location:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return key


def _no_such_key(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return f"there is no such key; did you mean {near[0]}?" if near else "there is no such key: take it out"


def stray_variables(environ: Mapping[str, str], sections: tuple[str, ...]) -> list[Fault]:
    """A fault per ``SUPPORTD_…`` variable that would change nothing: its section does not exist or is not named."""
    faults = []
    for name in environ:
        upper = name.upper()
        if not upper.startswith("SUPPORTD_") or upper == "SUPPORTD_CONFIG":
            continue
        section, separator, _ = upper.removeprefix("SUPPORTD_").lower().partition("__")
        if not separator or section not in sections:
            near = difflib.get_close_matches(section, sections, n=1, cutoff=0.6)
            meant = f"; did you mean SUPPORTD_{near[0].upper()}__…?" if near else ""
            sentence = f"the variable names no section and key (SUPPORTD_SECTION__KEY){meant}"
            faults.append(Fault(key=name, sentence=sentence))
    return faults


def cross_faults(merged: Mapping[str, Any]) -> list[Fault]:
    """What is wrong between keys, told even where single keys are wrong too."""
    faults = []
    for section in ("mailbox", "smtp"):
        values = table(merged, section)
        host = values.get("host")
        if values.get("security") == Security.NONE and isinstance(host, str) and not is_loopback(host):
            sentence = 'none is for loopback alone: write "tls" or "starttls", the password would be read on the way'
            faults.append(Fault(key=f"{section}.security", sentence=sentence))
    faults += _directory_faults(table(merged, "support").get("template_dir"))
    faults += _day_faults(table(merged, "support"))
    faults += _people_faults(merged)
    faults += _folder_faults(merged)
    return faults


def _directory_faults(written: object) -> list[Fault]:
    if not isinstance(written, str) or Path(written).is_dir():
        return []
    return [Fault(key="support.template_dir", sentence="there is no such directory: make it, or take the key out")]


def _day_faults(support: Mapping[str, Any]) -> list[Fault]:
    lists = [support.get(key) for key in ("holidays", "working_days")]
    if not all(isinstance(days, list) for days in lists):
        return []
    holidays, working = ({str(day) for day in days or ()} for days in lists)
    return [
        Fault(key="support.working_days", sentence=f"{day} is named as a holiday too: leave it in one of the lists")
        for day in sorted(holidays & working)
    ]


def _people_faults(merged: Mapping[str, Any]) -> list[Fault]:
    """A letter to the agents that comes back into the mailbox would be read as a client's."""
    mailbox, notify = table(merged, "mailbox"), table(merged, "agents").get("notify")
    aliases = mailbox.get("aliases")
    own = {
        str(each).strip().lower() for each in (mailbox.get("address"), *(aliases if isinstance(aliases, list) else ()))
    }
    return [
        Fault(key=f"agents.notify[{index}]", sentence="is the mailbox itself: write the address of a person")
        for index, each in enumerate(notify if isinstance(notify, list) else ())
        if isinstance(each, str) and each.strip().lower() in own
    ]


def _folder_faults(merged: Mapping[str, Any]) -> list[Fault]:
    """Letters are not moved into the folder they come from, and only what is closed lies in the closed one."""
    folders = table(table(merged, "agents"), "folders")
    named = {key: str(value) for key, value in folders.items() if isinstance(value, str) and value}
    inbox = str(table(merged, "mailbox").get("folder") or "INBOX").casefold()
    sentence = "is the folder that is watched: name another one"
    faults = [
        Fault(key=f"agents.folders.{key}", sentence=sentence) for key, name in named.items() if name.casefold() == inbox
    ]
    closed = named.get("closed", "").casefold()
    if any(closed == name.casefold() for key, name in named.items() if key != "closed"):
        sentence = "must be a folder of its own: what is put there by hand is closed"
        faults.append(Fault(key="agents.folders.closed", sentence=sentence))
    return faults
