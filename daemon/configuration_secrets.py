"""Passwords and keys are gathered from where they are kept, before the configuration is judged.

Order: the environment (``SUPPORTD_SMTP__PASSWORD``), the systemd credential, ``password_file``, ``password``.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from daemon.configuration_file import table
from daemon.configuration_values import is_loopback
from daemon.errors import Fault
from daemon.secret import Secret, credential_file, read_keys, read_secret

Kept = TypeVar("Kept")


def gather_secrets(merged: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """``merged`` with each password as a Secret and the signing keys read, and what was wrong with them."""
    faults: list[Fault] = []
    gathered = dict(merged)
    for section in ("mailbox", "smtp"):
        if section not in merged or isinstance(merged[section], Mapping):
            gathered[section] = _with_password(section, table(merged, section), environ, faults)
    if "store" not in merged or isinstance(merged["store"], Mapping):
        gathered["store"] = _with_keys(table(merged, "store"), environ, faults)
    return gathered, faults


def _with_password(
    section: str, values: dict[str, Any], environ: Mapping[str, str], faults: list[Fault]
) -> dict[str, Any]:
    key = f"{section}.password"
    written = values.pop("password", None)
    if written is not None and not isinstance(written, str):
        faults.append(Fault(key=key, sentence="must be text in quotes"))
    by_variable = any(name.upper() == f"SUPPORTD_{section.upper()}__PASSWORD" for name in environ)
    if written is not None and not by_variable and "password_file" in values:
        faults.append(Fault(key=key, sentence="write either password or password_file, not both"))
    credential = credential_file(f"{section}_password", environ)
    if by_variable and isinstance(written, str):
        values["password"] = Secret(written)
    elif credential is not None:
        values["password"] = _read(credential, key, read_secret, faults)
    elif isinstance(named := values.get("password_file"), str) and named:
        values["password"] = _read(Path(named), f"{section}.password_file", read_secret, faults)
    elif isinstance(written, str):
        values["password"] = Secret(written)
    if values.get("password", written) is None:
        values.pop("password", None)
    _demand_a_password(section, values, written, faults)
    return values


def _demand_a_password(section: str, values: dict[str, Any], written: object, faults: list[Fault]) -> None:
    """A mailbox elsewhere cannot be read without one; an SMTP server may know us by our address."""
    host = values.get("host")
    if section != "mailbox" or written is not None or not isinstance(host, str) or is_loopback(host):
        return
    if "password" not in values and "password_file" not in values:
        sentence = (
            "is missing: give the credential mailbox_password to the service, write password_file = "
            '"/path/of/a/file", or set SUPPORTD_MAILBOX__PASSWORD'
        )
        faults.append(Fault(key="mailbox.password", sentence=sentence))


def _with_keys(values: dict[str, Any], environ: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    if "signing_keys" in values:
        values.pop("signing_keys")
        faults.append(Fault(key="store.signing_keys", sentence="keys stand in a file of their own: signing_key_file"))
    credential = credential_file("signing_key", environ)
    named = values.get("signing_key_file")
    path = credential or (Path(named) if isinstance(named, str) and named else None)
    if path is not None and (keys := _read(path, "store.signing_key_file", read_keys, faults)) is not None:
        values["signing_keys"] = keys
    return values


def _read(path: Path, key: str, reader: Callable[[Path], Kept], faults: list[Fault]) -> Kept | None:
    try:
        return reader(path)
    except OSError as error:
        faults.append(Fault(key=key, sentence=f"the file {path} cannot be read: {error.strerror}"))
    except ValueError as error:
        faults.append(Fault(key=key, sentence=f"the file {path}: {error}"))
    return None
