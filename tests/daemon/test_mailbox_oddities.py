"""The mailbox before servers that behave oddly: nothing is lost, nothing spins, and only our two families come out."""

import builtins
import imaplib
import socket
import ssl
import threading
import time
from pathlib import Path

import imapclient.exceptions
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.bell import Bell
from daemon.errors import LogInRefused, PersonMustLook, TryAgainLater
from daemon.fetching import Absent, Fetched
from daemon.mailbox import Mailbox
from daemon.tls import Security
from tests.daemon.mailboxes import letter, opened, settings_of
from tests.servers.certificates import make_certificates
from tests.servers.scripted import CAPABILITIES, Command, Oddities, ScriptedImap

LARGE = 25_000_000
LETTERS = {number: letter(number) for number in range(1, 8)}
WITHOUT_IDLE = "IMAP4rev1 UIDPLUS AUTH=PLAIN"


def uids_given(mailbox: Mailbox) -> list[int]:
    return [item.uid for item in mailbox.fetch(mailbox.uids_after(0), max_size=LARGE) if isinstance(item, Fetched)]


# --- answers that are missing


def test_rows_left_out_of_an_answer_are_asked_for_once_more() -> None:
    with ScriptedImap(LETTERS, Oddities(omitted=frozenset({2, 3, 7}))) as server, opened(server) as mailbox:
        assert uids_given(mailbox) == [1, 2, 3, 4, 5, 6, 7]


def test_a_letter_listed_and_never_given_is_told_and_the_others_come() -> None:
    odd = Oddities(never_given=frozenset({2}), nil=frozenset({4}))
    with ScriptedImap(LETTERS, odd) as server, opened(server) as mailbox:
        items = tuple(mailbox.fetch(mailbox.uids_after(0), max_size=LARGE))
    assert [item.uid for item in items] == [1, 2, 3, 4, 5, 6, 7]
    assert [item for item in items if isinstance(item, Absent)] == [
        Absent(uid=2, still_listed=True),
        Absent(uid=4, still_listed=True),
    ]


def test_a_no_to_a_fetch_is_asked_letter_by_letter() -> None:
    def refuse(command: Command) -> bytes | None:
        is_about_two = command.rest.startswith((b"1,2", b"2 ")) and b"BODY" in command.rest
        return b"{tag} NO some of the letters are gone\r\n" if is_about_two else None

    with ScriptedImap(LETTERS, Oddities(answers={"UID FETCH": refuse})) as server, opened(server) as mailbox:
        items = tuple(mailbox.fetch(mailbox.uids_after(0), max_size=LARGE))
    assert [item.uid for item in items] == [1, 2, 3, 4, 5, 6, 7]
    assert [item.uid for item in items if isinstance(item, Absent)] == [2]


def test_a_letter_that_the_server_could_not_render_is_told_from_a_clients() -> None:
    stub = (
        b'From: "Microsoft Exchange Server" <>\r\nSubject: Retrieval using the IMAP4 protocol failed for the following '
        b"message: 4711\r\n\r\nThe server couldn't retrieve the following message"
    )
    with ScriptedImap({1: stub, 2: letter(2)}) as server, opened(server) as mailbox:
        items = tuple(mailbox.fetch((1, 2), max_size=LARGE))
    assert [item.stub for item in items if isinstance(item, Fetched)] == [True, False]


def test_news_of_flags_are_not_taken_for_letters() -> None:
    def chatter(command: Command) -> bytes | None:
        if b"(UID)" not in command.rest:
            return None
        return b"* 9 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 3)\r\n* 7 EXISTS\r\n{tag} OK done\r\n"

    with ScriptedImap(LETTERS, Oddities(answers={"UID FETCH": chatter})) as server, opened(server) as mailbox:
        assert mailbox.uids_after(0) == (3,)


def test_a_large_letter_of_a_server_without_bodystructure_is_cut_at_its_beginning() -> None:
    def refuse(command: Command) -> bytes | None:
        return b"{tag} BAD what\r\n" if b"BODYSTRUCTURE" in command.rest else None

    odd = Oddities(answers={"UID FETCH": refuse})
    with ScriptedImap({1: letter(1, "x" * 3_000_000)}, odd) as server, opened(server) as mailbox:
        (found,) = mailbox.fetch((1,), max_size=1_000_000)
    assert isinstance(found, Fetched)
    assert found.truncated
    assert 1_000_000 < len(found.raw) < 1_100_000


# --- refusals


@pytest.mark.parametrize(
    "greeting",
    [b"* BYE [ALERT] Too many connections from your IP\r\n", b"220 smtp ready\r\n", b"* NO busy\r\n", b"\r\n", b""],
)
def test_a_greeting_that_is_no_welcome_is_tried_later(greeting: bytes) -> None:
    with ScriptedImap(oddities=Oddities(greeting=greeting)) as server:
        mailbox = Mailbox(settings_of(server, read_timeout=0.5, connect_timeout=0.5))
        with pytest.raises(TryAgainLater) as told:
            mailbox.connect()
        assert not isinstance(told.value, LogInRefused)
        assert not mailbox.is_open


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", True),
        (b"{tag} NO LOGIN failed\r\n", True),
        (b"{tag} BAD LOGIN\r\n", True),
        (b"{tag} NO [UNAVAILABLE] Temporary authentication failure\r\n", False),
        (b"{tag} NO [LIMIT] Too many simultaneous connections\r\n", False),
        (b"* BYE [THROTTLED] wait\r\n{tag} NO bye\r\n", False),
        (b"* BYE overloaded\r\n", False),
    ],
)
def test_a_refused_log_in_is_told_from_a_busy_server(answer: bytes, *, refused: bool) -> None:
    with ScriptedImap(oddities=Oddities(answers={"LOGIN": answer})) as server:
        mailbox = Mailbox(settings_of(server, read_timeout=0.5))
        with pytest.raises(TryAgainLater) as told:
            mailbox.connect()
        assert isinstance(told.value, LogInRefused) is refused
        assert "demo-password" not in str(told.value)


def test_a_connection_cut_at_log_in_is_no_refusal() -> None:
    def hang_up(_command: Command) -> bytes | None:
        server.cut()
        return b""

    with ScriptedImap(oddities=Oddities(answers={"LOGIN": hang_up})) as server:
        with pytest.raises(TryAgainLater) as told:
            Mailbox(settings_of(server)).connect()
        assert not isinstance(told.value, LogInRefused)


def test_throttling_is_waited_out_on_a_new_connection() -> None:
    odd = Oddities(answers={"UID FETCH": b"{tag} NO [THROTTLED] slow down\r\n"})
    with ScriptedImap(LETTERS, odd) as server, opened(server) as mailbox:
        with pytest.raises(TryAgainLater, match="THROTTLED"):
            mailbox.uids_after(0)
        assert not mailbox.is_open


def test_keywords_that_the_server_does_not_know_are_for_a_person() -> None:
    odd = Oddities(answers={"UID STORE": b"{tag} BAD Command Argument Error. 11\r\n"})
    with ScriptedImap(LETTERS, odd) as server, opened(server, readonly=False) as mailbox:
        assert not mailbox.select("INBOX", readonly=False).takes_keywords
        with pytest.raises(PersonMustLook, match="Argument Error"):
            mailbox.add_keywords((1,), ("$csc_open",))
        assert mailbox.uids_after(0)


def test_without_move_a_letter_is_copied_and_only_it_expunged() -> None:
    with (
        ScriptedImap(LETTERS, Oddities(capabilities="IMAP4rev1 UIDPLUS")) as server,
        opened(server, readonly=False) as mailbox,
    ):
        mailbox.move(3, "Sent")
        assert [name for name in server.names() if name.startswith("UID ")] == ["UID COPY", "UID STORE", "UID EXPUNGE"]


def test_without_move_and_uidplus_nothing_is_expunged() -> None:
    with (
        ScriptedImap(LETTERS, Oddities(capabilities="IMAP4rev1")) as server,
        opened(server, readonly=False) as mailbox,
    ):
        with pytest.raises(PersonMustLook, match="UIDPLUS"):
            mailbox.move(3, "Sent")
        assert not {"EXPUNGE", "UID EXPUNGE", "UID STORE"} & set(server.names())


# --- waiting


def test_without_idle_the_wait_is_a_pause() -> None:
    with ScriptedImap(LETTERS, Oddities(capabilities=WITHOUT_IDLE)) as server, opened(server) as mailbox:
        bell = Bell()
        assert not mailbox.can_idle
        assert not mailbox.wait(0.2, bell)
        bell.ring()
        assert not mailbox.wait(60, bell)
        assert "IDLE" not in server.names()
        bell.close()


def test_idle_that_is_announced_and_refused_becomes_a_pause(bell: Bell) -> None:
    odd = Oddities(answers={"IDLE": b"{tag} BAD Unrecognised command\r\n"})
    with ScriptedImap(LETTERS, odd) as server, opened(server) as mailbox:
        assert not mailbox.wait(0.2, bell)
        assert not mailbox.can_idle
        assert not mailbox.wait(0.2, bell)
        assert server.names().count("IDLE") == 1


def test_news_in_the_same_packet_as_the_start_of_idle_end_the_wait(bell: Bell) -> None:
    with ScriptedImap(LETTERS, Oddities(exists_with_idle=True)) as server, opened(server) as mailbox:
        assert mailbox.wait(60, bell)


def test_news_before_the_start_of_idle_end_the_wait(bell: Bell) -> None:
    def early(command: Command) -> bytes | None:
        return b"* 8 EXISTS\r\n+ idling\r\n" + command.tag + b" OK done\r\n"

    with ScriptedImap(LETTERS, Oddities(answers={"IDLE": early})) as server, opened(server) as mailbox:
        assert mailbox.wait(60, bell)


def test_exists_without_a_letter_wakes_and_does_no_harm(bell: Bell) -> None:
    with ScriptedImap(LETTERS) as server, opened(server) as mailbox:
        threading.Timer(0.2, server.push, (b"* 8 EXISTS\r\n",)).start()
        assert mailbox.wait(60, bell)
        assert mailbox.uids_after(7) == ()


def test_chatter_does_not_end_the_wait(bell: Bell) -> None:
    with ScriptedImap(LETTERS) as server, opened(server) as mailbox:
        chatter = b"* OK Still here\r\n* 3 FETCH (FLAGS (\\Seen))\r\n* 0 RECENT\r\n* 1 EXPUNGE\r\n"
        threading.Timer(0.1, server.push, (chatter,)).start()
        assert not mailbox.wait(0.4, bell)


def test_a_line_that_comes_in_pieces_is_understood(bell: Bell) -> None:
    with ScriptedImap(LETTERS) as server, opened(server) as mailbox:
        threading.Timer(0.1, server.push, (b"* 8 EXI",)).start()
        threading.Timer(0.2, server.push, (b"STS\r\n",)).start()
        assert mailbox.wait(60, bell)


def test_a_deaf_idle_ends_with_the_time_and_the_connection_lives(bell: Bell) -> None:
    with ScriptedImap(LETTERS) as server, opened(server) as mailbox:
        assert not mailbox.wait(0.2, bell)
        assert mailbox.uids_after(0)


@pytest.mark.parametrize("ending", [b"* BYE idle for too long\r\n", None])
def test_an_ended_connection_is_noticed_while_waiting_and_nothing_spins(bell: Bell, ending: bytes | None) -> None:
    with ScriptedImap(LETTERS) as server, opened(server) as mailbox:
        if ending is None:
            threading.Timer(0.2, server.cut).start()
        else:
            threading.Timer(0.2, server.push, (ending,)).start()
        used = time.thread_time()
        with pytest.raises(TryAgainLater):
            mailbox.wait(60, bell)
        assert time.thread_time() - used < 0.1
        assert not mailbox.is_open


def test_an_ended_connection_is_noticed_without_idle_too(bell: Bell) -> None:
    with ScriptedImap(LETTERS, Oddities(capabilities=WITHOUT_IDLE)) as server, opened(server) as mailbox:
        threading.Timer(0.2, server.cut).start()
        assert mailbox.wait(60, bell)
        with pytest.raises(TryAgainLater):
            mailbox.uids_after(0)


def test_a_peer_that_does_not_answer_done_is_given_up(bell: Bell) -> None:
    odd = Oddities(answers={"IDLE": b"+ idling\r\n", "": b""})
    with (
        ScriptedImap(LETTERS, odd) as server,
        opened(server, read_timeout=0.4) as mailbox,
        pytest.raises(TryAgainLater),
    ):
        mailbox.wait(0.1, bell)


# --- what the libraries raise


def _kinds() -> list[BaseException]:
    """One of every exception that imapclient, imaplib, the socket and TLS know."""
    of_imapclient = [
        kind for kind in vars(imapclient.exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    of_imaplib = [imaplib.IMAP4.error, imaplib.IMAP4.abort, imaplib.IMAP4.readonly]
    of_the_system = [
        *(kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, OSError)),
        *(kind for kind in vars(ssl).values() if isinstance(kind, type) and issubclass(kind, OSError)),
        socket.gaierror,
        socket.herror,
        EOFError,
        UnicodeError,
        RecursionError,
        MemoryError,
        AssertionError,
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
    ]
    return [kind("said so") for kind in dict.fromkeys([*of_imapclient, *of_imaplib, *of_the_system])]


@pytest.mark.parametrize("error", _kinds(), ids=lambda error: type(error).__name__)
def test_every_exception_becomes_one_of_our_two_families(error: BaseException) -> None:
    with (
        ScriptedImap(LETTERS) as server,
        opened(server) as mailbox,
        pytest.raises((TryAgainLater, PersonMustLook), match="said so"),
        mailbox._doing("testing"),
    ):
        raise error


def test_the_libraries_have_no_more_kinds_than_are_known() -> None:
    assert len(_kinds()) >= 40


# --- what is no IMAP


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\nabc",
        b"* 1 FETCH (UID 1 BODY[] {5}\r\nabc)\r\n{tag} OK\r\n",
        b'* 1 FETCH (UID 1 BODY[] "open\r\n{tag} OK done\r\n',
        b"* 1 FETCH (((((\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID x RFC822.SIZE y)\r\n{tag} OK done\r\n",
        b"* 1 FETCH NIL\r\n{tag} OK done\r\n",
        b"rubbish\r\n",
        b"X99 OK done\r\n",
        b"\x00\xff\xfe\r\n",
        b"* 1 FETCH (UID 1 BODYSTRUCTURE " + b"(" * 3000 + b")\r\n{tag} OK done\r\n",
    ],
)
def test_answers_that_are_no_imap_are_tried_later(answer: bytes) -> None:
    with (
        ScriptedImap(LETTERS, Oddities(answers={"UID FETCH": answer})) as server,
        opened(server, read_timeout=0.4) as mailbox,
    ):
        with pytest.raises(TryAgainLater):
            list(mailbox.fetch((1,), max_size=LARGE))
        assert not mailbox.is_open


@settings(max_examples=40)
@given(noise=st.binary(max_size=200))
def test_no_noise_in_place_of_an_answer_lets_out_another_error(noise: bytes) -> None:
    odd = Oddities(answers={"UID FETCH": noise + b"\r\n{tag} OK done\r\n"})
    with ScriptedImap(LETTERS, odd) as server, opened(server, read_timeout=0.3) as mailbox:
        try:
            items = list(mailbox.fetch((1, 2), max_size=LARGE))
        except (TryAgainLater, PersonMustLook):
            return
        assert [item.uid for item in items] == [1, 2]


@pytest.mark.parametrize("silent", [False, True])
def test_a_session_cut_or_stalled_at_any_byte_is_tried_later(*, silent: bool) -> None:
    with ScriptedImap(LETTERS) as whole, opened(whole) as mailbox:
        uids_given(mailbox)
        total = whole.bytes_sent
    for bound in range(0, total, 397 if silent else 61):
        odd = Oddities(stall_after=bound) if silent else Oddities(cut_after=bound)
        with ScriptedImap(LETTERS, odd) as server, pytest.raises(TryAgainLater):
            read_all(server)


def read_all(server: ScriptedImap) -> None:
    with opened(server, read_timeout=0.1, connect_timeout=0.1) as mailbox:
        uids_given(mailbox)


def test_a_server_that_drips_is_given_up() -> None:
    def drip(_command: Command) -> bytes | None:
        for _ in range(100):
            server.push(b"* OK still busy\r\n")
            time.sleep(0.02)
        return None

    with (
        ScriptedImap(LETTERS, Oddities(answers={"UID FETCH": drip})) as server,
        opened(server, answer_timeout=0.3) as mailbox,
        pytest.raises(TryAgainLater, match="took more than"),
    ):
        mailbox.uids_after(0)


# --- folders and protection


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        ((rb'(\HasNoChildren) "/" INBOX', rb'() "/" "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"'), "Отправленные"),
        ((rb'(\Sent) "|" "&BBgEQQRFBD4ENARPBEkEOAQ1-"', rb'() "|" Sent'), "Исходящие"),
        ((rb'() "." INBOX', rb'() "." INBOX.Sent'), "INBOX.Sent"),
        ((rb'(\Noselect) "/" "[Gmail]"', rb'() "/" "[Gmail]/Sent Mail"'), "[Gmail]/Sent Mail"),
        ((rb'() "/" INBOX', rb'() "/" Projects/Sent'), None),
        ((rb"() NIL INBOX", rb"(\Noselect) NIL Sent", rb'() NIL "Sent Items"'), "Sent Items"),
    ],
)
def test_the_folder_of_sent_letters_is_found_by_its_usual_names(folders: tuple[bytes, ...], found: str | None) -> None:
    with ScriptedImap(LETTERS, Oddities(folders=folders)) as server, opened(server) as mailbox:
        assert mailbox.find_sent() == found


def test_without_starttls_no_password_is_sent() -> None:
    with ScriptedImap(LETTERS) as server:
        with pytest.raises(PersonMustLook, match="STARTTLS"):
            Mailbox(settings_of(server, security=Security.STARTTLS)).connect()
        assert not {"LOGIN", "AUTHENTICATE"} & set(server.names())


def test_what_is_said_in_clear_text_before_tls_is_not_believed(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    capabilities = f"{CAPABILITIES} STARTTLS LOGINDISABLED"
    with ScriptedImap(LETTERS, Oddities(capabilities=capabilities), tls=certificates.for_server()) as server:
        with opened(server, security=Security.STARTTLS, ca_file=certificates.authority) as mailbox:
            assert uids_given(mailbox) == list(LETTERS)
        assert "AUTHENTICATE" in server.names()  # LOGIN is switched off
    refusing = Oddities(capabilities=capabilities, answers={"STARTTLS": b"{tag} NO not now\r\n"})
    with ScriptedImap(LETTERS, refusing) as server:
        with pytest.raises((TryAgainLater, PersonMustLook)):
            Mailbox(settings_of(server, security=Security.STARTTLS, ca_file=certificates.authority)).connect()
        assert not {"LOGIN", "AUTHENTICATE"} & set(server.names())


def test_a_server_that_does_not_speak_tls_is_told() -> None:
    with ScriptedImap(LETTERS) as server, pytest.raises((TryAgainLater, PersonMustLook)):
        Mailbox(settings_of(server, security=Security.TLS)).connect()


def test_a_name_or_password_beyond_ascii_goes_by_plain() -> None:
    with ScriptedImap(LETTERS) as server:
        with opened(server, password="пароль"):
            pass
        assert "AUTHENTICATE" in server.names()
