"""Sending over a real SMTP server: what becomes of a letter is told truly."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from daemon.smtp import Later, NullSenderRefused, Outcome, Rejected, Sent, SmtpSender, SmtpSettings, Unknown
from daemon.tls import Security
from tests.servers.smtp import CUT, CUT_ACCEPTED, REFUSES_NULL_SENDER, SILENCE, Rule, SmtpServer, Stage

LETTER = b"From: info@controlsystem.kz\r\nTo: client@example.kz\r\nMessage-ID: <one@test.invalid>\r\n\r\nText\r\n"


def settings(server: SmtpServer, **changes: object) -> SmtpSettings:
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
    server: SmtpServer,
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
    assert outcome.whole_server


def test_silence_after_the_dot_leaves_the_fate_unknown(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(Rule(stage=Stage.LETTER, act=SILENCE))
    assert isinstance(send(smtp_server, answer_timeout=0.3), Unknown)


def test_a_server_that_refuses_the_null_sender_says_so(smtp_server: SmtpServer) -> None:
    smtp_server.set_rules(REFUSES_NULL_SENDER)
    outcome = send(smtp_server)
    assert isinstance(outcome, NullSenderRefused)
    assert isinstance(send(smtp_server, envelope_from="info@controlsystem.kz"), Sent)
