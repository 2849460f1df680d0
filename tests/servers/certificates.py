"""A certificate authority for one test run, made by the openssl program."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """A certificate for 127.0.0.1 and localhost, its key, and the authority that signed it."""

    authority: Path
    certificate: Path
    key: Path

    def for_server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificates(directory: Path) -> Certificates:
    """Writes them into ``directory``."""
    authority, authority_key = directory / "authority.pem", directory / "authority.key"
    key, request, certificate = (directory / f"server.{kind}" for kind in ("key", "csr", "pem"))
    names = directory / "names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    curve: list[str | Path] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    authority_words: list[str | Path] = ["-x509", *curve, "-keyout", authority_key, "-out", authority, "-days", "2"]
    _openssl("req", *authority_words, "-subj", "/CN=Test authority")
    _openssl("req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=localhost")
    signing: list[str | Path] = [
        "-CA",
        authority,
        "-CAkey",
        authority_key,
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        names,
    ]
    _openssl("x509", "-req", "-in", request, "-out", certificate, *signing)
    for path in (authority, certificate, key):
        path.chmod(0o644)  # Dovecot's own user reads them
    return Certificates(authority=authority, certificate=certificate, key=key)


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
