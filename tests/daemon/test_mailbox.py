"""The mailbox over a real Dovecot."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.bell import Bell
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.fetching import Absent, Fetched
from daemon.mailbox import Mailbox
from daemon.tls import Security
from tests.daemon.mailboxes import letter, opened, settings_of
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.dovecot import Account, new_account, running_dovecot

pytestmark = [pytest.mark.servers]
NOON = datetime(2026, 11, 21, 7, 4, 9, tzinfo=UTC)
LARGE = 25_000_000


def fetched(mailbox: Mailbox, uids: tuple[int, ...], max_size: int = LARGE) -> list[Fetched]:
    found = [item for item in mailbox.fetch(uids, max_size=max_size) if isinstance(item, Fetched)]
    assert len(found) == len(uids)
    return found


def look_on(mailbox: Mailbox, bell: Bell) -> None:
    """What a service does again and again."""
    for _ in range(5):
        tuple(mailbox.fetch(mailbox.uids_after(0), max_size=LARGE))
        mailbox.wait(0.05, bell)


def test_letters_come_in_order_with_their_bytes_and_moments(dovecot: Account) -> None:
    for number in range(45):
        dovecot.deliver(letter(number), at=NOON + timedelta(minutes=number, milliseconds=700))
    with opened(dovecot) as mailbox:
        uids = mailbox.uids_after(0)
        letters = fetched(mailbox, uids)
    assert [found.raw for found in letters] == [letter(number) for number in range(45)]
    assert [found.received_at for found in letters] == [NOON + timedelta(minutes=number) for number in range(45)]
    assert [found.uid for found in letters] == list(uids) == list(range(1, 46))


def test_nothing_is_marked_by_reading(dovecot: Account) -> None:
    dovecot.deliver(letter(1))
    for readonly in (True, False):
        with opened(dovecot, readonly=readonly) as mailbox:
            fetched(mailbox, (1,))
    assert dovecot.server.doveadm("search", "-u", dovecot.username, "mailbox", "INBOX", "SEEN") == ""


def test_the_last_letter_is_not_told_again(dovecot: Account) -> None:
    for number in range(3):
        dovecot.deliver(letter(number))
    with opened(dovecot) as mailbox:
        assert mailbox.uids_after(1) == (2, 3)
        assert mailbox.uids_after(3) == ()
        assert mailbox.uids_after(1000) == ()


def test_a_letter_expunged_before_it_is_fetched_is_gone(dovecot: Account) -> None:
    for number in range(3):
        dovecot.deliver(letter(number))
    with opened(dovecot) as mailbox:
        uids = mailbox.uids_after(0)
        dovecot.server.doveadm("expunge", "-u", dovecot.username, "mailbox", "INBOX", "uid", "2")
        first, second, third = mailbox.fetch(uids, max_size=LARGE)
    assert second == Absent(uid=2, still_listed=False)
    assert isinstance(first, Fetched)
    assert isinstance(third, Fetched)


def test_of_a_large_letter_the_headers_and_the_text_alone_are_taken(dovecot: Account) -> None:
    dovecot.deliver(_large_letter())
    with opened(dovecot) as mailbox:
        (found,) = fetched(mailbox, (1,), max_size=100_000)
    assert found.truncated
    assert found.size > 400_000
    assert len(found.raw) < 10_000
    assert b"Subject: large" in found.raw
    assert "Вложение большое.".encode() in found.raw


def test_a_large_letter_of_one_part_is_cut(dovecot: Account) -> None:
    dovecot.deliver(letter(1, "слово " * 400_000))
    with opened(dovecot) as mailbox:
        (found,) = fetched(mailbox, (1,), max_size=100_000)
    assert found.truncated
    assert found.raw.startswith(letter(1, "слово слово")[:-2])
    assert len(found.raw) < 1_200_000


def test_a_delivered_letter_ends_the_wait(dovecot: Account, bell: Bell) -> None:
    with opened(dovecot) as mailbox:
        assert mailbox.can_idle
        threading.Timer(0.2, dovecot.deliver, (letter(1),)).start()
        assert mailbox.wait(20, bell)
        assert mailbox.uids_after(0) == (1,)


def test_a_letter_that_came_before_the_wait_ends_it(dovecot: Account, bell: Bell) -> None:
    with opened(dovecot) as mailbox:
        for number in range(10):
            dovecot.deliver(letter(number))
            assert mailbox.wait(20, bell)
            assert len(mailbox.uids_after(number)) == 1


def test_the_bell_ends_the_wait(dovecot: Account, bell: Bell) -> None:
    with opened(dovecot) as mailbox:
        threading.Timer(0.2, bell.ring).start()
        assert not mailbox.wait(60, bell)
        assert not mailbox.wait(60, bell)  # it stays rung
        bell.quieten()
        assert not mailbox.wait(0.1, bell)
        assert mailbox.uids_after(0) == ()


def test_a_killed_session_is_noticed_at_once_while_waiting(dovecot: Account, bell: Bell) -> None:
    with opened(dovecot) as mailbox:
        threading.Timer(0.3, dovecot.server.kill_sessions).start()
        with pytest.raises(TryAgainLater):
            mailbox.wait(60, bell)
        assert not mailbox.is_open
        mailbox.connect()
        assert mailbox.select("INBOX").messages == 0


def test_a_server_that_dies_and_comes_back_is_connected_to_again(dovecot: Account) -> None:
    dovecot.deliver(letter(1))
    with opened(dovecot) as mailbox:
        dovecot.server.kill()
        with pytest.raises(TryAgainLater):
            mailbox.uids_after(0)
        with pytest.raises(TryAgainLater, match="refused"):
            mailbox.connect()
        dovecot.server.start()
        mailbox.connect()
        mailbox.select("INBOX")
        assert mailbox.uids_after(0) == (1,)


def test_a_changed_uidvalidity_ends_the_session_and_is_seen_at_the_next_opening(dovecot: Account, bell: Bell) -> None:
    dovecot.deliver(letter(1))
    with opened(dovecot) as mailbox:
        before = mailbox.select("INBOX").uidvalidity
        value = dovecot.change_uidvalidity(to=before + 77)
        with pytest.raises(TryAgainLater):
            look_on(mailbox, bell)
        mailbox.connect()
        assert mailbox.select("INBOX").uidvalidity == value == before + 77
        assert mailbox.uids_after(0) == (1,)


def test_lost_indexes_give_another_uidvalidity(dovecot: Account) -> None:
    dovecot.deliver(letter(1))
    with opened(dovecot) as mailbox:
        before = mailbox.select("INBOX").uidvalidity
    dovecot.server.stop()
    dovecot.lose_indexes()
    dovecot.server.start()
    with opened(dovecot) as mailbox:
        assert mailbox.select("INBOX").uidvalidity != before
        assert len(mailbox.uids_after(0)) == 1


def test_the_folder_of_sent_letters_is_known_by_its_attribute(dovecot: Account) -> None:
    with opened(dovecot) as mailbox:
        assert mailbox.find_sent() == "Sent"
        assert mailbox.find_sent("inbox") == "INBOX"
        assert mailbox.find_sent("Отправленные") is None


def test_folders_with_russian_names_are_made_listed_and_filled(dovecot: Account) -> None:
    with opened(dovecot) as mailbox:
        mailbox.create_folder("Заявки & ответы")
        mailbox.create_folder("Заявки & ответы")
        assert "Заявки & ответы" in [folder.name for folder in mailbox.folders()]
        mailbox.append("Заявки & ответы", letter(1), flags=("\\Seen",), at=NOON)
        mailbox.select("Заявки & ответы")
        (found,) = fetched(mailbox, (1,))
    assert found.raw == letter(1)
    assert found.received_at == NOON


def test_keywords_are_set_and_taken_away(dovecot: Account) -> None:
    dovecot.deliver(letter(1))
    with opened(dovecot) as mailbox:
        state = mailbox.select("INBOX", readonly=False)
        assert state.takes_keywords
        mailbox.add_keywords((1,), ("$csc_open", "$csc_soon"))
        mailbox.remove_keywords((1,), ("$csc_soon",))
    found = dovecot.server.doveadm("fetch", "-u", dovecot.username, "flags", "mailbox", "INBOX")
    assert "$csc_open" in found
    assert "$csc_soon" not in found


def test_a_letter_is_copied_and_moved(dovecot: Account) -> None:
    for number in (1, 2):
        dovecot.deliver(letter(number))
    with opened(dovecot, readonly=False) as mailbox:
        mailbox.create_folder("Closed")
        mailbox.copy(1, "Closed")
        mailbox.move(2, "Closed")
        assert mailbox.uids_after(0) == (1,)
        assert mailbox.select("Closed").messages == 2


def test_an_absent_folder_is_for_a_person_to_look_at(dovecot: Account) -> None:
    with opened(dovecot) as mailbox:
        with pytest.raises(PersonMustLook, match="no such folder"):
            mailbox.select("Нет такой")
        with pytest.raises(PersonMustLook, match="no such folder"):
            mailbox.append("Absent", letter(1))
        assert mailbox.is_open


def test_a_folder_that_vanishes_while_open_is_told(dovecot: Account, bell: Bell) -> None:
    with opened(dovecot) as mailbox:
        mailbox.create_folder("Vanishing")
        mailbox.append("Vanishing", letter(1))
        mailbox.select("Vanishing")
        dovecot.server.doveadm("mailbox", "delete", "-u", dovecot.username, "Vanishing")
        with pytest.raises(TryAgainLater):
            look_on(mailbox, bell)
        mailbox.connect()
        with pytest.raises(PersonMustLook, match="no such folder"):
            mailbox.select("Vanishing")


def test_a_wrong_password_is_a_refused_log_in(dovecot: Account) -> None:
    mailbox = Mailbox(settings_of(dovecot, password="wrong"))
    with pytest.raises(LogInRefused, match="refuses the log-in"):
        mailbox.connect()
    assert not mailbox.is_open


def test_clear_text_is_refused_beyond_loopback(dovecot: Account) -> None:
    with pytest.raises(PersonMustLook, match="without TLS"):
        Mailbox(settings_of(dovecot, host="192.0.2.1")).connect()


# --- TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.usefixtures("dovecot_server")
def test_tls_and_starttls_verify_the_certificate(certificates: Certificates, bell: Bell, tmp_path: Path) -> None:
    with running_dovecot(
        certificate=certificates.certificate, key=certificates.key, require_tls=True, password="пароль"
    ) as server:
        account = new_account(server)
        account.deliver(letter(1, "слово " * 20_000))
        for security, port in ((Security.TLS, server.tls_port), (Security.STARTTLS, server.port)):
            secure: dict[str, Any] = {"security": security, "port": port, "password": "пароль"}
            with opened(account, ca_file=certificates.authority, **secure) as mailbox:
                assert len(fetched(mailbox, (1,))[0].raw) > 200_000
                threading.Timer(0.2, account.deliver, (letter(2),)).start()
                assert mailbox.wait(20, bell)
                threading.Timer(0.2, server.kill_sessions).start()
                with pytest.raises(TryAgainLater):
                    mailbox.wait(20, bell)
            with pytest.raises(PersonMustLook, match="certificate"):
                Mailbox(settings_of(account, **secure)).connect()
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with pytest.raises(PersonMustLook, match=r"broken\.pem"):
        Mailbox(settings_of(account, security=Security.TLS, ca_file=broken)).connect()


def _large_letter() -> bytes:
    attachment = b"QUJD" * 19 + b"\r\n"
    return (
        b"From: client@example.kz\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b'--b\r\nContent-Type: multipart/alternative; boundary="c"\r\n\r\n'
        b"--c\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "Вложение большое.".encode()
        + b"\r\n--c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n--c--\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + attachment * 6000
        + b"--b--\r\n"
    )
