"""Sending over a real SMTP server: what becomes of a letter is told truly."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.envelope import for_the_wire
from daemon.errors import LogInRefused, PersonMustLook
from daemon.smtp import (
    CAUGHT,
    Later,
    NullSenderRefused,
    Outcome,
    Rejected,
    Sent,
    SmtpSender,
    SmtpSettings,
    Unknown,
)
from daemon.tls import Security
from tests.daemon.mailboxes import Reachable
from tests.servers.certificates import make_certificates
from tests.servers.scripted_smtp import CUT as CUT_NOW
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp import ACCEPT, CUT, CUT_ACCEPTED, REFUSES_NULL_SENDER, SILENCE, Rule, SmtpServer, Stage

LETTER = b"From: info@controlsystem.kz\r\nTo: client@example.kz\r\nMessage-ID: <one@test.invalid>\r\n\r\nText\r\n"


def settings(server: Reachable, **changes: object) -> SmtpSettings:
    defaults: dict[str, object] = {
        "host": server.host,
        "port": server.port,
        "security": Security.NONE,
        "connect_timeout": 5,
        "command_timeout": 5,
        "answer_timeout": 5,
    }
    return SmtpSettings(**{**defaults, **changes})  # type: ignore[arg-type] # handed through as they are


async def _nothing() -> None:
    return


def send(
    server: Reachable,
    *,
    raw: bytes = LETTER,
    envelope_from: str = "",
    recipient: str = "client@example.kz",
    before_data: Callable[[], Awaitable[None]] = _nothing,
    times: int = 1,
    **changes: object,
) -> Outcome:
    """The outcome of the last of some attempts over one connection."""

    async def attempt() -> Outcome:
        sender = SmtpSender(settings(server, **changes))
        try:
            for _ in range(times):
                outcome = await sender.deliver(
                    raw, envelope_from=envelope_from, recipient=recipient, before_data=before_data
                )
            return outcome
        finally:
            await sender.close()

    return asyncio.run(attempt())


def send_all(server: Reachable, *, count: int) -> list[Outcome]:
    """The outcomes of some letters over one connection."""

    async def attempts() -> list[Outcome]:
        sender = SmtpSender(settings(server))
        try:
            return [await deliver(sender) for _ in range(count)]
        finally:
            await sender.close()

    return asyncio.run(attempts())


async def deliver(sender: SmtpSender, before_data: Callable[[], Awaitable[None]] = _nothing) -> Outcome:
    return await sender.deliver(LETTER, envelope_from="", recipient="client@example.kz", before_data=before_data)


def test_a_letter_that_is_taken_is_sent(smtp_server: SmtpServer) -> None:
    assert isinstance(send(smtp_server), Sent)
    (taken,) = smtp_server.taken()
    assert taken.raw == LETTER
    assert taken.envelope_from == ""
    assert taken.recipient == "client@example.kz"


@pytest.mark.parametrize("stage", Stage)
def test_a_4xx_at_any_stage_is_tried_later(smtp_server: SmtpServer, stage: Stage) -> None:
    smtp_server.set_rules(Rule(stage=stage, act="451 4.3.0 try again"))
    outcome = send(smtp_server)
    assert isinstance(outcome, Later)
    assert (outcome.code, outcome.whole_server) == (451, False)


@pytest.mark.parametrize("stage", [Stage.RCPT, Stage.DATA, Stage.LETTER])
def test_a_5xx_after_mail_is_final(smtp_server: SmtpServer, stage: Stage) -> None:
    smtp_server.set_rules(Rule(stage=stage, act="554 5.7.1 no"))
    outcome = send(smtp_server)
    assert isinstance(outcome, Rejected)
    assert outcome.code == 554


def test_a_connection_cut_after_the_dot_leaves_the_fate_unknown(smtp_server: SmtpServer) -> None:
    for act in (CUT, CUT_ACCEPTED):
        smtp_server.set_rules(Rule(stage=Stage.LETTER, act=act))
        assert isinstance(send(smtp_server), Unknown)
    assert len(smtp_server.taken()) == 1


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
def test_a_connection_cut_before_the_letter_went_out_is_tried_later(smtp_server: SmtpServer, stage: Stage) -> None:
    smtp_server.set_rules(Rule(stage=stage, act=CUT))
    outcome = send(smtp_server)
    assert isinstance(outcome, Later)
    assert outcome.whole_server is (stage is Stage.MAIL)  # later on it may be for this very letter


def test_silence_after_the_dot_leaves_the_fate_unknown(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(Rule(stage=Stage.LETTER, act=SILENCE))
    assert isinstance(send(smtp_server, answer_timeout=0.3), Unknown)


def test_an_answer_that_came_counts_however_late_it_is_looked_at(smtp_server: SmtpServer) -> None:
    """A process that was frozen finds the answer and the end of its patience side by side."""
    smtp_server.set_rules(Rule(stage=Stage.LETTER, act=ACCEPT, delay=0.1))

    async def frozen() -> None:
        asyncio.get_running_loop().call_later(0.05, time.sleep, 0.6)

    async def go() -> Outcome:
        sender = SmtpSender(settings(smtp_server, answer_timeout=0.4))
        try:
            return await deliver(sender, frozen)
        finally:
            await sender.close()

    assert isinstance(asyncio.run(go()), Sent)


def test_a_server_that_refuses_the_null_sender_says_so(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(REFUSES_NULL_SENDER)
    outcome = send(smtp_server)
    assert isinstance(outcome, NullSenderRefused)
    assert isinstance(send(smtp_server, envelope_from="info@controlsystem.kz"), Sent)


def test_a_server_that_judges_the_null_sender_late_says_so_too(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(Rule(stage=Stage.RCPT, act="553 5.7.1 <>: Sender address rejected: not owned by user"))
    assert isinstance(send(smtp_server), NullSenderRefused)
    smtp_server.set_rules(Rule(stage=Stage.RCPT, act="550 5.1.1 no such user"))
    assert isinstance(send(smtp_server), Rejected)


def test_one_connection_carries_many_letters_also_after_refusals(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(
        Rule(stage=Stage.MAIL, act="451 4.3.0 later", times=1),
        Rule(stage=Stage.RCPT, act="550 5.1.1 no such user", times=2),
        Rule(stage=Stage.DATA, act="451 4.3.0 later", times=1),
        Rule(stage=Stage.LETTER, act="554 5.7.1 spam", times=1),
    )
    kinds = [type(outcome) for outcome in send_all(smtp_server, count=8)]
    assert kinds == [Later, Rejected, Rejected, Later, Rejected, Sent, Sent, Sent]
    assert len(smtp_server.taken()) == 3


def test_what_must_be_noted_is_noted_after_rcpt_and_before_data(smtp_server: SmtpServer) -> None:
    noted: list[int] = []

    async def note() -> None:
        noted.append(len(smtp_server.taken()))

    assert isinstance(send(smtp_server, before_data=note), Sent)
    assert noted == [0]
    smtp_server.set_rules(Rule(stage=Stage.RCPT, act="451 4.3.0 later"))
    send(smtp_server, before_data=note)
    assert noted == [0]


def test_where_the_note_fails_nothing_is_sent(smtp_server: SmtpServer) -> None:
    async def fail() -> None:
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="disk is full"):
        send(smtp_server, before_data=fail)
    assert smtp_server.taken() == ()


def test_a_connection_that_died_while_idle_is_made_anew(smtp_server: SmtpServer) -> None:
    async def twice() -> list[Outcome]:
        sender = SmtpSender(settings(smtp_server))
        try:
            first = await deliver(sender)
            await asyncio.to_thread(smtp_server.stop)
            await asyncio.to_thread(smtp_server.start)
            return [first, await deliver(sender)]
        finally:
            await sender.close()

    assert [type(outcome) for outcome in asyncio.run(twice())] == [Sent, Sent]


def test_a_cancelled_attempt_leaves_by_cancellation_and_the_next_one_works(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(Rule(stage=Stage.LETTER, act=ACCEPT, delay=30, times=1))

    async def cancelled() -> Outcome:
        sender = SmtpSender(settings(smtp_server, answer_timeout=60))
        reached = asyncio.Event()

        async def note() -> None:
            reached.set()

        attempt = asyncio.create_task(deliver(sender, before_data=note))
        await reached.wait()
        await asyncio.sleep(0.1)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        try:
            return await deliver(sender)
        finally:
            await sender.close()

    assert isinstance(asyncio.run(cancelled()), Sent)


def test_an_error_at_quit_is_of_no_importance() -> None:
    for answer in (b"500 what\r\n", CUT_NOW):
        with ScriptedSmtp({"QUIT": answer}) as server:
            assert isinstance(send(server), Sent)


# --- the letter and its envelope


@pytest.mark.parametrize(
    ("raw", "arrives"),
    [
        (b"A: b\r\n\r\n.\r\n.x\r\n..\r\n", b"A: b\r\n\r\n.\r\n.x\r\n..\r\n"),
        (b"A: b\n\n.\nMAIL FROM:<x>\n", b"A: b\r\n\r\n.\r\nMAIL FROM:<x>\r\n"),
        (b"A: b\r\n\r\nx\r.\rMAIL FROM:<x>\r\n", b"A: b\r\n\r\nx\r\n.\r\nMAIL FROM:<x>\r\n"),
        (b"A: b\r\n\r\nx\n.\r\nMAIL FROM:<x>\r\n", b"A: b\r\n\r\nx\r\n.\r\nMAIL FROM:<x>\r\n"),
        (b"A: b\r\n\r\nno end", b"A: b\r\n\r\nno end\r\n"),
    ],
)
def test_no_letter_can_end_itself(smtp_server: SmtpServer, raw: bytes, arrives: bytes) -> None:
    assert isinstance(send(smtp_server, raw=raw), Sent)
    (taken,) = smtp_server.taken()
    assert taken.raw == arrives


@given(raw=st.text(alphabet="\r\n.a", max_size=40).map(str.encode))
def test_on_the_wire_there_is_one_end_and_no_bare_line_end(raw: bytes) -> None:
    wire = for_the_wire(raw)
    assert wire.endswith(b"\r\n.\r\n") or wire == b".\r\n"
    body = wire[: -len(b".\r\n")]
    assert b"\r\n.\r\n" not in b"\r\n" + body
    assert b"\r" not in wire.replace(b"\r\n", b"")
    assert b"\n" not in wire.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.kz>\r\nRCPT TO:<victim@c.kz",
        "a@b.kz\nDATA",
        "a b@c.kz",
        "a@b.kz\x00",
        "nobody",
        "@b.kz",
        "",
        "a@пло..хо.kz",
    ],
)
def test_an_impossible_address_is_never_said_to_the_server(smtp_server: SmtpServer, recipient: str) -> None:
    outcome = send(smtp_server, recipient=recipient)
    assert isinstance(outcome, Rejected)
    assert smtp_server.taken() == ()


def test_a_domain_beyond_ascii_goes_out_in_ascii(smtp_server: SmtpServer) -> None:
    assert isinstance(send(smtp_server, recipient="ivan@пример.рф"), Sent)
    assert smtp_server.taken()[0].recipient == "ivan@xn--e1afmkfd.xn--p1ai"


def test_a_local_part_beyond_ascii_needs_smtputf8(smtp_server: SmtpServer) -> None:
    outcome = send(smtp_server, recipient="иван@example.kz")
    assert isinstance(outcome, Rejected)
    assert "SMTPUTF8" in outcome.answer
    modern = SmtpServer(smtputf8=True)
    modern.start()
    try:
        assert isinstance(send(modern, recipient="иван@example.kz"), Sent)
        assert modern.taken()[0].recipient == "иван@example.kz"
    finally:
        modern.close()


def test_a_letter_beyond_the_servers_limit_is_rejected_unsent() -> None:
    with ScriptedSmtp({"EHLO": b"250-mx\r\n250 SIZE 1000\r\n"}) as server:
        outcome = send(server, raw=LETTER + b"x" * 2000)
        assert isinstance(outcome, Rejected)
        assert outcome.code == 552
        assert "MAIL" not in server.verbs()


def test_no_reports_are_asked_for_with_the_null_sender_where_dsn_is_offered(smtp_server: SmtpServer) -> None:
    send(smtp_server)
    send(smtp_server, envelope_from="info@controlsystem.kz")
    assert smtp_server.asked_for_no_reports == (True, False)
    with ScriptedSmtp() as server:
        assert isinstance(send(server), Sent)
        assert b"RCPT TO:<client@example.kz>\r\n" in server.seen


def test_eight_bit_letters_are_announced_where_the_server_knows_them() -> None:
    with ScriptedSmtp() as server:
        send(server, raw=LETTER + "текст\r\n".encode())
        assert b"MAIL FROM:<> BODY=8BITMIME\r\n" in server.seen


# --- connecting


def test_a_server_that_is_down_is_tried_later() -> None:
    outcome = send(SmtpServer())
    assert isinstance(outcome, Later)
    assert outcome.whole_server


@pytest.mark.parametrize(
    "answers",
    [
        {"greeting": b"554 no service\r\n"},
        {"greeting": b"421 too many connections\r\n"},
        {"greeting": b"* OK IMAP ready\r\n"},
        {"greeting": CUT_NOW},
        {"EHLO": CUT_NOW},
        {"EHLO": b"550 no\r\n", "HELO": b"550 no\r\n"},
        {"EHLO": b"rubbish\r\n"},
        {"MAIL": b"421 4.7.0 too many letters\r\n"},
        {"MAIL": b"x" * 100_000 + b"\r\n"},
        {"RCPT": CUT_NOW},
        {"RCPT": b"503 bad sequence\r\n"},
        {"DATA": b"421 shutting down\r\n"},
        {"DATA": CUT_NOW},
        {"DATA": b"250 what\r\n"},
        {".": b"421 shutting down\r\n"},
        {".": b"451 4.3.0 disk full\r\n"},
    ],
    ids=str,
)
def test_what_cannot_have_been_taken_is_tried_later(answers: dict[str, bytes | list[bytes]]) -> None:
    with ScriptedSmtp(answers) as server:
        assert isinstance(send(server), Later)


def test_one_letter_that_ends_every_session_does_not_keep_the_others_waiting() -> None:
    for verb in ("RCPT", "DATA", "."):
        with ScriptedSmtp({verb: b"421 4.7.0 not this one\r\n"}) as server:
            outcome = send(server)
            assert isinstance(outcome, Later)
            assert not outcome.whole_server


@pytest.mark.parametrize("answers", [{".": CUT_NOW}, {".": b"rubbish\r\n"}, {".": b"334 x\r\n"}, {".": b"25"}], ids=str)
def test_no_answer_that_can_be_read_leaves_the_fate_unknown(answers: dict[str, bytes | list[bytes]]) -> None:
    with ScriptedSmtp(answers) as server:
        assert isinstance(send(server, answer_timeout=0.3), Unknown)


def test_a_server_that_ends_the_session_between_letters_gets_a_new_one_at_once() -> None:
    enough = [b"250 OK\r\n", b"421 4.7.0 enough for one session\r\n", b"250 OK\r\n"]
    with ScriptedSmtp({"MAIL": list(enough)}) as server:
        assert isinstance(send(server, times=3), Sent)
        assert server.connections == 2


def test_a_right_log_in_is_taken_and_a_wrong_one_is_told() -> None:
    server = SmtpServer(username="info@controlsystem.kz", password="пароль")
    server.start()
    try:
        assert isinstance(send(server, username="info@controlsystem.kz", password="пароль"), Sent)
        with pytest.raises(LogInRefused, match="refuses the log-in") as told:
            send(server, username="info@controlsystem.kz", password="secret-word")
        assert "secret-word" not in str(told.value)
        with pytest.raises(PersonMustLook, match="log-in"):
            send(server)  # 530 at MAIL: nothing is wrong with the letter
    finally:
        server.close()


def test_a_log_in_that_is_refused_for_now_is_tried_later() -> None:
    answers: dict[str, bytes | list[bytes]] = {"EHLO": b"250-mx\r\n250 AUTH PLAIN\r\n", "AUTH": b"454 4.7.0 later\r\n"}
    with ScriptedSmtp(answers) as server:
        assert isinstance(send(server, username="a", password="b"), Later)


def test_tls_and_starttls_verify_the_certificate(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    for security, implicit in ((Security.TLS, True), (Security.STARTTLS, False)):
        server = SmtpServer(tls=certificates.for_server(), implicit_tls=implicit)
        server.start()
        try:
            assert isinstance(send(server, security=security, ca_file=certificates.authority), Sent)
            with pytest.raises(PersonMustLook, match="certificate"):
                send(server, security=security)
        finally:
            server.close()


def test_without_starttls_nothing_is_sent_in_clear_text() -> None:
    with ScriptedSmtp() as server:
        with pytest.raises(PersonMustLook, match="STARTTLS"):
            send(server, security=Security.STARTTLS, username="a", password="b")
        assert not {"AUTH", "MAIL"} & set(server.verbs())
    with pytest.raises(PersonMustLook, match="without TLS"):
        send(SmtpServer(), host="192.0.2.1")


def test_every_exception_of_the_library_is_caught_by_the_port() -> None:
    kinds = [getattr(aiosmtplib, name) for name in aiosmtplib.errors.__all__]
    assert len(kinds) >= 15
    assert all(issubclass(kind, CAUGHT) for kind in kinds)
