"""What a check finds out about real and odd servers."""

import asyncio

import pytest

from daemon.probes import Finding, probe_imap, probe_smtp
from daemon.smtp import SmtpSettings
from daemon.tls import Security
from tests.daemon.mailboxes import letter, settings_of
from tests.servers.dovecot import Account
from tests.servers.scripted import Oddities, ScriptedImap
from tests.servers.smtp import REFUSES_NULL_SENDER, SmtpServer


def said(findings: tuple[Finding, ...], what: str) -> Finding:
    (found,) = (finding for finding in findings if what in finding.what)
    return found


def smtp_of(server: SmtpServer) -> SmtpSettings:
    return SmtpSettings(host=server.host, port=server.port, security=Security.NONE)


@pytest.mark.servers
def test_a_well_kept_mailbox_has_no_fault_and_keeps_its_marks(dovecot: Account) -> None:
    dovecot.deliver(letter(1))
    findings = probe_imap(settings_of(dovecot), "INBOX")
    assert all(finding.ok for finding in findings)
    assert "«Sent»" in said(findings, "sent letters").said
    assert said(findings, "IDLE").said == "yes"
    assert said(findings, "keywords").said == "yes"
    assert "1 letters" in str(findings)
    assert dovecot.server.doveadm("search", "-u", dovecot.username, "mailbox", "INBOX", "SEEN") == ""


@pytest.mark.servers
def test_an_absent_folder_is_a_fault_that_names_those_there_are(dovecot: Account) -> None:
    findings = probe_imap(settings_of(dovecot), "Заявки", "Отправленные")
    assert [finding.what for finding in findings if not finding.ok] == ["folder «Заявки»", "folder of sent letters"]
    assert "«INBOX»" in said(findings, "Заявки").said


@pytest.mark.servers
def test_a_wrong_password_is_one_fault(dovecot: Account) -> None:
    (finding,) = probe_imap(settings_of(dovecot, password="wrong"), "INBOX")
    assert not finding.ok
    assert "wrong" not in finding.said


def test_what_a_server_lacks_is_told_with_what_follows() -> None:
    odd = Oddities(capabilities="IMAP4rev1", folders=(b'() "/" INBOX',))
    with ScriptedImap({1: letter(1)}, odd) as server:
        findings = probe_imap(settings_of(server), "INBOX")
    assert "next look" in said(findings, "IDLE").said
    assert "tags" in said(findings, "keywords").said
    assert not said(findings, "sent letters").ok


def test_a_mail_server_is_probed_without_sending(smtp_server: SmtpServer) -> None:
    findings = asyncio.run(probe_smtp(smtp_of(smtp_server)))
    assert all(finding.ok for finding in findings)
    assert "taken" in said(findings, "null sender").said
    assert "8BITMIME" in said(findings, "extensions").said
    smtp_server.set_rules(REFUSES_NULL_SENDER)
    assert "mailbox address" in said(asyncio.run(probe_smtp(smtp_of(smtp_server))), "null sender").said
    assert smtp_server.taken() == ()


def test_a_mail_server_that_is_down_is_a_fault() -> None:
    (finding,) = asyncio.run(probe_smtp(smtp_of(SmtpServer())))
    assert not finding.ok
    assert "127.0.0.1" in finding.said
