"""The whole program on real servers, from outside: letters in, acknowledgements out, whatever ends it in between."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from imapclient import IMAPClient

from rules.category import Category
from rules.tokens import Purpose, SigningKeys, read_message_id
from store.records import OutgoingState, TicketSheet
from store.store import Store
from tests.servers.certificates import make_certificates
from tests.servers.dovecot import Account, new_account, running_dovecot
from tests.servers.smtp import CUT_ACCEPTED, REFUSES_NULL_SENDER, Rule, SmtpServer, Stage, Taken
from tests.service import Program, a_letter, eventually

pytestmark = pytest.mark.servers
Starting = Callable[..., Program]
KEY = "a key of the tests, long enough for anybody"


@pytest.fixture
def program(dovecot: Account, smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Starting]:
    """Programs with tables of the configuration added; whatever becomes of the test, they end."""
    made: list[Program] = []

    def make(**tables: Mapping[str, object]) -> Program:
        made.append(Program(home=tmp_path, box=dovecot, smtp=smtp_server, tables=tables))
        return made[-1]

    yield make
    for each in made:
        each.end()


def append(box: Account, raw: bytes) -> None:
    with IMAPClient(box.host, box.port, ssl=False) as client:
        client.login(box.username, box.password)
        client.append("INBOX", raw)


def flags_of(box: Account) -> dict[int, tuple[bytes, ...]]:
    """As a second client sees them, without changing any."""
    with IMAPClient(box.host, box.port, ssl=False) as client:
        client.login(box.username, box.password)
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search("ALL"), ["FLAGS"])
    return {uid: tuple(flag for flag in each[b"FLAGS"] if flag != b"\\Recent") for uid, each in found.items()}


def read(taken: Taken) -> EmailMessage:
    return message_from_bytes(taken.raw, _class=EmailMessage, policy=policy.default)


def sheets(program: Program) -> tuple[TicketSheet, ...]:
    """What the store holds just now."""
    with Store.open(f"sqlite:///{program.database}", read_only=True) as store, store.view() as view:
        return tuple(view.ticket_sheets())


def _rows(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def states(program: Program) -> list[str]:
    """What has become of our letters to clients."""
    return [letter.state.value for sheet in sheets(program) for letter in sheet.letters]


def test_a_letter_gets_a_ticket_and_one_acknowledgement_and_keeps_its_flags(
    program: Starting, dovecot: Account, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(KEY, encoding="utf-8")
    append(dovecot, a_letter(sender="earlier@example.kz"))
    service = program(store={"signing_key_file": str(tmp_path / "key")}).start()
    append(dovecot, a_letter(sender="Client@example.kz", message_id="<first@example.kz>"))
    (taken,) = smtp_server.wait_for(1, 30)
    assert (taken.envelope_from, taken.recipient.lower()) == ("", "client@example.kz")
    letter = read(taken)
    assert letter["To"].lower() == "client@example.kz"
    assert letter["From"].addresses[0].addr_spec == dovecot.username
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["X-Auto-Response-Suppress"] not in (None, "All")
    assert letter["In-Reply-To"] == letter["References"] == "<first@example.kz>"
    assert letter["Subject"] == "[CSC-1001] Обращение принято"
    assert letter.get_content_type() == "multipart/alternative"
    signed = read_message_id(SigningKeys(current=KEY.encode()), letter["Message-ID"])
    assert signed is not None
    assert (signed.purpose, signed.ticket) == (Purpose.CLIENT, 1001)
    eventually(lambda: states(service) == ["sent"])
    (ticket,) = service.tickets()
    assert list(ticket) == [
        *("number", "status", "subject", "requester", "categories", "message_ids", "deadlines", "letters"),
    ]
    assert (ticket["number"], ticket["status"], ticket["requester"]) == ("CSC-1001", "open", "client@example.kz")
    assert ticket["message_ids"] == ["<first@example.kz>", letter["Message-ID"]]
    (deadline,) = ticket["deadlines"]
    assert list(deadline) == ["categories", "received_at", "deferred_until", "due_at", "state", "met_at"]
    assert [list(each) for each in ticket["letters"]] == [["template", "state", "message_id"]]
    assert set(flags_of(dovecot).values()) == {()}  # also of the letter that was there before the first start
    assert service.stop() == 0


def test_neither_sigterm_nor_a_second_start_makes_a_second_ticket_or_letter(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    service = program(mailbox={"start_from": "beginning"})
    for number in range(5):
        append(dovecot, a_letter(sender=f"client{number}@example.kz"))
    service.start()
    smtp_server.wait_for(2, 30)
    assert service.stop() == 0
    service.start()
    eventually(lambda: len(smtp_server.taken()) >= 5 and states(service) == ["sent"] * 5)
    assert service.stop() == 0
    assert service.rows("once") == [{"taken": 0, "reminders": 0, "faults": []}]
    assert sorted(each.recipient for each in smtp_server.taken()) == [f"client{each}@example.kz" for each in range(5)]
    assert [sheet.ticket.number for sheet in sheets(service)] == [1001, 1002, 1003, 1004, 1005]


def test_a_kill_between_commit_and_send_loses_nothing(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    smtp_server.stop()
    service = program().start()
    append(dovecot, a_letter(message_id="<kept@example.kz>"))
    eventually(lambda: [each for each in service.events() if each["event"] == "letters_wait"])
    service.kill()
    (sheet,) = sheets(service)
    (waiting,) = sheet.letters
    assert waiting.state in (OutgoingState.QUEUED, OutgoingState.IN_FLIGHT)
    smtp_server.start()
    service.start()
    (taken,) = smtp_server.wait_for(1, 30)
    assert taken.message_id == waiting.message_id
    eventually(lambda: states(service) == ["sent"])
    assert service.stop() == 0
    assert len(smtp_server.taken()) == len(sheets(service)) == 1


def test_a_letter_put_off_by_the_server_goes_out_later(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    smtp_server.set_rules(
        Rule(stage=Stage.RCPT, act="451 4.7.1 greylisted, try later", times=1),
        Rule(stage=Stage.LETTER, act="452 4.3.1 no room", times=1),
    )
    service = program(smtp={"retry_pauses": ["1s", "1s", "1s"]}).start()
    append(dovecot, a_letter())
    (taken,) = smtp_server.wait_for(1, 40)
    eventually(lambda: states(service) == ["sent"])
    (sheet,) = sheets(service)
    assert [taken.message_id] == [letter.message_id for letter in sheet.letters]
    assert sheet.letters[0].attempts == 2
    assert service.stop() == 0


def test_a_letter_that_was_taken_without_an_answer_is_repeated_once_byte_for_byte(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    smtp_server.set_rules(Rule(stage=Stage.LETTER, act=CUT_ACCEPTED, times=1))
    service = program(smtp={"server_files_sent": False}).start()
    append(dovecot, a_letter())
    eventually(lambda: states(service) == ["sent"])
    first, second = smtp_server.taken()
    assert (first.message_id, first.sha256) == (second.message_id, second.sha256)
    assert service.stop() == 0


def test_a_server_that_refuses_the_null_sender_gets_the_mailbox_address(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    smtp_server.set_rules(REFUSES_NULL_SENDER)
    service = program().start()
    append(dovecot, a_letter(sender="one@example.kz"))
    smtp_server.wait_for(1, 30)
    append(dovecot, a_letter(sender="two@example.kz"))
    taken = smtp_server.wait_for(2, 30)
    assert [each.envelope_from for each in taken] == [dovecot.username] * 2
    assert service.stop() == 0


def test_a_refused_letter_has_failed_is_listed_with_its_reason_and_told_to_agents(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    smtp_server.set_rules(Rule(stage=Stage.RCPT, act="550 5.1.1 no such user", recipient="client@"))
    service = program(agents={"notify": ["duty@controlsystem.kz"]}).start()
    append(dovecot, a_letter())
    (told,) = smtp_server.wait_for(1, 30)
    assert told.recipient == "duty@controlsystem.kz"
    assert "CSC-1001" in read(told)["Subject"]
    failed = next(each for each in service.rows("outbox", "list") if each["recipient"] == "client@example.kz")
    assert (failed["state"], failed["ticket"]) == ("failed", "CSC-1001")
    assert "550" in failed["reason"]
    assert "no such user" in service.command("outbox", "list").stdout
    smtp_server.set_rules()
    service.command("outbox", "retry", str(failed["id"]))
    eventually(lambda: states(service) == ["sent"])  # the running service sends what the command queued
    assert service.stop() == 0


def test_the_first_start_leaves_the_mailbox_alone_and_backfill_takes_it_silently(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    append(dovecot, a_letter(sender="earlier@example.kz"))
    dovecot.deliver(a_letter(sender="long.ago@example.kz"), at=datetime(2019, 12, 31, tzinfo=UTC))
    service = program()
    assert service.rows("once") == [{"taken": 0, "reminders": 0, "faults": []}]
    append(dovecot, a_letter(sender="later@example.kz"))
    assert service.rows("once") == [{"taken": 1, "reminders": 0, "faults": []}]
    assert [each.recipient for each in smtp_server.taken()] == ["later@example.kz"]
    assert service.rows("backfill", "--since", "2020-01-01") == [{"taken": 1}]
    assert service.rows("backfill", "--since", "2020-01-01") == [{"taken": 0}]
    assert states(service) == ["sent"]
    assert [each.recipient for each in smtp_server.taken()] == ["later@example.kz"]
    assert [each.ticket.requester for each in sheets(service)] == ["later@example.kz", "earlier@example.kz"]


def test_a_letter_above_the_size_limit_becomes_a_ticket(
    program: Starting, dovecot: Account, smtp_server: SmtpServer
) -> None:
    service = program(mailbox={"max_size": "64KB"}).start()
    message = message_from_bytes(a_letter(message_id="<big@example.kz>"), _class=EmailMessage, policy=policy.default)
    message.add_attachment(os.urandom(200_000), maintype="image", subtype="png", filename="снимок.png")
    append(dovecot, message.as_bytes())
    smtp_server.wait_for(1, 30)
    (sheet,) = sheets(service)
    assert sheet.message_ids[0] == "<big@example.kz>"
    assert sheet.ticket.categories == (Category.TECHNICAL,)
    assert service.stop() == 0


# --- servers that refuse, and encryption


def test_a_wrong_password_is_said_and_the_corrected_one_takes_up_the_work(program: Starting, dovecot: Account) -> None:
    service = program(mailbox={"password": "wrong"}).start()
    (refused, *_) = (each for each in service.events() if each["event"] == "mailbox_unavailable")
    assert refused["again_in"] == 900
    append(dovecot, a_letter())
    once = service.command("once", code=1)
    assert "Another supportd" in once.stderr
    assert service.stop() == 0
    once = service.command("once", code=1)
    assert "log-in" in once.stderr
    assert "wrong" not in once.stderr.replace("wrong password", "")
    check = service.command("check", code=2)
    assert "✗ IMAP" in check.stdout
    assert "✓ store" in check.stdout


def test_an_absent_folder_is_named_and_a_dead_smtp_server_is_said(program: Starting, smtp_server: SmtpServer) -> None:
    service = program(mailbox={"folder": "Заявки"})
    assert "«Заявки»" in service.command("once", code=1).stderr
    smtp_server.stop()
    findings = {row["what"]: row for row in _rows(service.command("check", "--json", code=2))}
    assert not findings["folder «Заявки»"]["ok"]
    refused = findings[f"SMTP 127.0.0.1:{smtp_server.port}"]
    assert (refused["ok"], refused["said"]) == (False, "127.0.0.1: Connection refused")


def test_the_program_speaks_tls_and_starttls_with_an_authority_that_the_machine_trusts(
    smtp_server: SmtpServer, tmp_path: Path
) -> None:
    keys = make_certificates(tmp_path)
    trusting = {"SSL_CERT_FILE": str(keys.authority)}
    with running_dovecot(certificate=keys.certificate, key=keys.key, require_tls=True) as server:
        box = new_account(server)
        smtp = SmtpServer(tls=keys.for_server(), username="info", password="secret")
        smtp.start()
        try:
            for security, port in (("tls", server.tls_port), ("starttls", server.port)):
                home = tmp_path / security
                home.mkdir()
                tables: dict[str, Mapping[str, object]] = {
                    "mailbox": {"security": security, "port": port, "host": "localhost", "start_from": "beginning"},
                    "smtp": {"security": "starttls", "host": "localhost", "username": "info", "password": "secret"},
                }
                box.deliver(a_letter(sender=f"{security}@example.kz"))
                stranger = Program(home=home, box=box, smtp=smtp, tables=tables)
                assert "certificate" in stranger.command("once", code=1).stderr.lower()
                Program(home=home, box=box, smtp=smtp, tables=tables, environment=trusting).command("once")
        finally:
            smtp.close()
        assert {each.recipient for each in smtp.taken()} == {"tls@example.kz", "starttls@example.kz"}


def test_systemd_is_told_of_the_start_the_progress_and_the_end(
    dovecot: Account, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(60)
        heard: list[str] = []

        def hear(word: str) -> None:
            while not any(line.startswith(word) for line in heard):
                heard.extend(channel.recv(4096).decode().splitlines())

        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        service = Program(home=tmp_path, box=dovecot, smtp=smtp_server, environment=environment)
        try:
            service.start()
            hear("READY=1")
            opened = [each["event"] for each in service.events()].index("folder_opened")
            assert opened < [each["event"] for each in service.events()].index("service_ready")
            heard.clear()
            hear("WATCHDOG=1")
            assert service.stop(signal.SIGTERM) == 0
            hear("STOPPING=1")
        finally:
            service.end()
