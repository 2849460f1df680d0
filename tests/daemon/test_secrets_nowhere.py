"""Passwords and keys are in no log, no error, no letter and no output, whatever goes wrong with them."""

import re
from pathlib import Path

import pytest

from tests.servers.dovecot import Account
from tests.servers.smtp import Rule, SmtpServer, Stage
from tests.service import Program, a_letter, eventually

IMAP_SECRET = "imap-geheim-7391"
SMTP_SECRET = "smtp-geheim-4417"
KEY = "schluessel-geheim-2286-und-lang-genug-fuer-alles"


@pytest.mark.servers
def test_no_secret_comes_out_anywhere(tmp_path: Path, dovecot: Account, smtp_server: SmtpServer) -> None:
    """A service that works, whose letters are refused, whose passwords are wrong, whose store is asked and shown."""
    key = tmp_path / "key"
    key.write_text(KEY, encoding="ascii")
    key.chmod(0o600)
    program = Program(
        home=tmp_path,
        box=dovecot,
        smtp=smtp_server,
        tables={
            "smtp": {"username": "info", "password": SMTP_SECRET},
            "store": {"signing_key_file": str(key)},
            "agents": {"notify": ["duty@agents.example.kz"]},
        },
    )
    said = [program.command("check", code=None), program.command("once", code=None)]
    program.tables = {**program.tables, "smtp": {}}
    program.write_configuration()
    smtp_server.set_rules(Rule(stage=Stage.RCPT, act="554 5.7.1 no", recipient="example.kz", times=1))
    program.start()
    dovecot.deliver(a_letter(sender="client@example.kz"))
    eventually(lambda: len(smtp_server.taken()) >= 1)
    program.stop()
    said += [
        program.command(*words.split(), code=None) for words in ("outbox list --all --json", "tickets list --json")
    ]
    program.tables = {**program.tables, "mailbox": {"password": IMAP_SECRET}}
    program.write_configuration()
    dovecot.server.stop()
    said += [program.command("once", code=None)]
    dovecot.server.start()
    text = "\n".join([*(each.stdout + each.stderr for each in said), program.log.read_text(encoding="utf-8")])
    letters = b"\n".join(each.raw for each in smtp_server.taken())
    for secret in (IMAP_SECRET, SMTP_SECRET, KEY, dovecot.password):
        assert secret not in text
        assert secret.encode() not in letters
    assert not re.search("Traceback", text)


@pytest.mark.servers
def test_a_password_in_a_file_that_others_can_read_is_refused(
    tmp_path: Path, dovecot: Account, smtp_server: SmtpServer
) -> None:
    program = Program(home=tmp_path, box=dovecot, smtp=smtp_server)
    (tmp_path / "supportd.toml").chmod(0o644)
    refused = program.command("run", code=2)
    assert "chmod 600" in refused.stderr
    assert dovecot.password not in refused.stderr
