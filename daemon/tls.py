"""How a connection is protected, and the certificates that are believed."""

import ipaddress
import ssl
from enum import StrEnum
from pathlib import Path

from daemon.errors import PersonMustLook


class Security(StrEnum):
    """The protection of a connection; there is no falling back from one to a weaker one."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """Clear text: taken for servers on loopback alone."""


def context(ca_file: Path | None) -> ssl.SSLContext:
    """Verified certificates and host names; ``ca_file`` is believed beside the system's own authorities.

    Raises PersonMustLook where the file cannot be read or holds no certificate.
    """
    made = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            made.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise PersonMustLook(f"the certificates in {ca_file} cannot be used: {error}") from error
    return made


def refuse_clear_text(host: str, security: Security) -> None:
    """Raises PersonMustLook where a password or a letter would cross a network in clear text."""
    if security is Security.NONE and not _is_loopback(host):
        raise PersonMustLook(f"a connection to {host} without TLS is refused: only loopback may go without")


def why_refused(error: ssl.SSLCertVerificationError) -> str:
    """Why a certificate was not believed, in OpenSSL's words."""
    return getattr(error, "verify_message", "") or str(error)


def _is_loopback(host: str) -> bool:
    if host.lower().rstrip(".") in ("localhost", "localhost.localdomain", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
