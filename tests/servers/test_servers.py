"""The servers of the tests keep what they promise to the tests."""

import json
import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from tests.servers.dovecot import Account
from tests.servers.sent_copies import SentCopies
from tests.servers.smtp import CUT, CUT_ACCEPTED, Rule, Rules, SmtpServer, Stage, read_ledger

LETTER = b"From: a@b.kz\r\nMessage-ID: <%d@test.invalid>\r\n\r\ntext\r\n"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[int, Path, Path]]:
    """A server in a process of its own: its port, its ledger and the file of its rules."""
    ledger, rules = tmp_path / "ledger.jsonl", tmp_path / "rules.json"
    words = ["--ledger", str(ledger), "--rules", str(rules), "--letters", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers.smtp", *words], stdout=subprocess.PIPE, cwd=ROOT
    ) as server:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["port"]
        yield port, ledger, rules
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0


def send(port: int, number: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail("a@b.kz", ["c@d.kz"], LETTER % number)


def test_the_ledger_of_a_process_names_what_was_taken_and_only_that(process: tuple[int, Path, Path]) -> None:
    port, ledger, rules = process
    send(port, 1)
    rules.write_text(json.dumps([asdict(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED))]))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(port, 2)
    rules.write_text(json.dumps([asdict(Rule(stage=Stage.LETTER, act=CUT))]))
    os.utime(rules, (1, 1))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(port, 3)
    taken = read_ledger(ledger)
    assert [(letter.message_id, letter.answered) for letter in taken] == [
        ("<1@test.invalid>", True),
        ("<2@test.invalid>", False),
    ]
    assert (ledger.parent / "000001.eml").read_bytes() == LETTER % 1


def test_rules_draw_the_same_from_the_same_seed() -> None:
    def draws(seed: int) -> list[bool]:
        rules = Rules([Rule(stage=Stage.MAIL, act="451 no", share=0.3)], seed=seed)
        return [rules.find(Stage.MAIL, Envelope()) is not None for _ in range(200)]

    assert draws(7) == draws(7)
    assert draws(7) != draws(8)
    assert 30 < sum(draws(7)) < 90


@pytest.mark.servers
def test_a_provider_files_a_copy_of_each_letter_also_after_an_outage(dovecot: Account) -> None:
    copies = SentCopies(host=dovecot.host, port=dovecot.port, username=dovecot.username, password=dovecot.password)
    server = SmtpServer(file_copy=copies.put)
    server.start()
    try:
        send(server.port, 1)
        copies.wait_until_filed()
        dovecot.server.kill()
        send(server.port, 2)
        dovecot.server.start()
        copies.wait_until_filed()
    finally:
        server.close()
        copies.close()
    filed = dovecot.letters("Sent")
    assert sorted(number for number in (1, 2) for copy in filed if b"<%d@test.invalid>" % number in copy) == [1, 2]
