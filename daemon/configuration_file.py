"""The configuration file itself: where it is, reading it, who may read it, and what follows from what it says."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daemon.errors import ConfigurationFaults, Fault
from daemon.secret import others_may_read

DEFAULT_PATH = Path("/etc/supportd/supportd.toml")

_PORTS = {
    "mailbox": {"tls": 993, "starttls": 143, "none": 143},
    "smtp": {"tls": 465, "starttls": 587, "none": 25},
}
_POSITION = re.compile(r"\(at (line \d+, column \d+|end of document)\)")  # "Invalid value (at line 3, column 8)"
_PASSWORD_IN_URL = re.compile(r"://[^/@\s]*:[^/@\s]+@")  # "postgresql+psycopg://supportd:secret@localhost/supportd"


def path_of(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The file to read: the command line's, else ``$SUPPORTD_CONFIG``, else the one in /etc."""
    if option is not None:
        return option
    named = environ.get("SUPPORTD_CONFIG", "")
    return Path(named) if named else DEFAULT_PATH


def read_file(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. A file that cannot be read or understood raises ConfigurationFaults."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except FileNotFoundError:
        sentence = f"there is no configuration file {path}: write one (systemd/supportd.toml.example shows how)"
    except OSError as error:
        sentence = f"the configuration file {path} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        sentence = f"the configuration file {path} is not UTF-8 text"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = _POSITION.search(str(error))
        sentence = f"the configuration file {path} is not TOML: look at {place[1] if place else 'its brackets'}"
    raise ConfigurationFaults((Fault(key="", sentence=sentence),)) from None


def merge(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """``lower`` with what ``upper`` says instead, table by table; neither is changed."""
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def password_in_open_file(path: Path, written: Mapping[str, Any]) -> list[Fault]:
    """A fault per password that stands in a file which others than its owner may read."""
    if not others_may_read(path):
        return []
    keys = [f"{section}.password" for section in ("mailbox", "smtp") if table(written, section).get("password")]
    url = table(written, "store").get("url")
    if isinstance(url, str) and _PASSWORD_IN_URL.search(url):
        keys.append("store.url")
    sentence = f"a file that holds a password must be its owner's alone: chmod 600 {path}, or use password_file"
    return [Fault(key=key, sentence=sentence) for key in keys]


def table(tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The table ``name``, or an empty one where there is none or something else stands there."""
    found = tables.get(name)
    return dict(found) if isinstance(found, Mapping) else {}


def complete(merged: Mapping[str, Any]) -> dict[str, Any]:
    """With what follows from the rest: ports from ``security``, user names from the address."""
    completed = dict(merged)
    address = table(merged, "mailbox").get("address")
    for section, ports in _PORTS.items():
        if section in merged and not isinstance(merged[section], Mapping):
            continue
        values = table(merged, section)
        security = values.get("security", "tls")
        values.setdefault("port", ports.get(security if isinstance(security, str) else "", ports["tls"]))
        if isinstance(address, str) and (section == "mailbox" or values.get("password")):
            values["username"] = values.get("username") or address
        completed[section] = values
    return completed
