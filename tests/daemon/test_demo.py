"""``supportd demo``: shows the whole service by itself, or stays until it is told to end."""

import re
import signal
import smtplib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from imapclient import IMAPClient

from daemon.demo import CLIENTS, MAILBOX, PASSWORD, letters
from tests.daemon.called import PROGRAM, ROOT, supportd
from tests.service import a_letter, eventually


def test_the_demonstration_answers_every_letter_and_ends_by_itself(tmp_path: Path) -> None:
    answer = supportd("demo", home=tmp_path)
    assert answer.code == 0, answer.err
    assert answer.err == ""
    table = [line for line in answer.out.splitlines() if line.startswith("CSC-")]
    assert len(table) == len(letters()) - 1  # a bounce is kept without a ticket
    assert len([line for line in table if " sent" in line]) == len(table) - 1  # the out-of-office gets no answer
    assert any("waiting" in line and "met" in line for line in table)
    assert any("Sat 21 Nov 13:04 running; Mon 23 Nov 09:00 running" in line for line in table)
    assert answer.out.count("Subject: [CSC-") == len(table) - 1
    assert answer.out.count("Здравствуйте!") >= len(table) - 1


@pytest.fixture
def staying() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*PROGRAM, "demo", "--keep"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def told(stream: IO[str] | None) -> str:
    """What it says until it waits for a person."""
    assert stream is not None
    lines = []
    for line in stream:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_for_a_mail_client_until_a_signal(sign: signal.Signals, staying: subprocess.Popen[str]) -> None:
    words = told(staying.stdout)
    imap, smtp = (int(port) for port in re.findall(r"(?:IMAP|SMTP) 127\.0\.0\.1:(\d+)", words))
    if sign is signal.SIGINT:
        with smtplib.SMTP("127.0.0.1", smtp) as client:
            client.sendmail("curious@example.kz", [MAILBOX], a_letter(sender="curious@example.kz"))
        with IMAPClient("127.0.0.1", imap, ssl=False) as box:
            box.login(CLIENTS, PASSWORD)
            box.select_folder("INBOX")
            eventually(lambda: box.noop() and box.search(["TO", "curious@example.kz"]))
    staying.send_signal(sign)
    assert staying.wait(timeout=60) == 0
