"""Servers for the tests that need them. A machine without Dovecot skips those tests loudly; CI must have it.

No test is timed: the machine may be busy with others.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.dovecot import Account, Dovecot, find_dovecot, new_account
from tests.servers.smtp import SmtpServer

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

_ABSENT = "DOVECOT IS NOT INSTALLED: nothing about real IMAP is tested (Debian: apt-get install dovecot-imapd)"


def _require_dovecot() -> None:
    if find_dovecot() is not None:
        return
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(_ABSENT, pytrace=False)
    pytest.skip(_ABSENT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says so at the end too, where it is not overlooked."""
    if find_dovecot() is None:
        terminalreporter.write_sep("!", _ABSENT, red=True, bold=True)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """One Dovecot for all tests that leave it alive."""
    _require_dovecot()
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Iterator[Account]:
    """A fresh mailbox on a running Dovecot; tests may also stop, kill and restart ``dovecot.server``."""
    dovecot_server.start()
    yield new_account(dovecot_server)
    dovecot_server.start()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server that takes and records letters; ``set_rules`` makes it fail."""
    server = SmtpServer()
    server.start()
    try:
        yield server
    finally:
        server.close()
