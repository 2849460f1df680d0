"""The watch before odd servers: every letter is taken once, nothing is passed over, and nothing ends it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.mailbox import Mailbox
from daemon.reader import Reader
from daemon.withheld import ABSENT_SECONDS, ASKED_AT_MOST, GIVEN_UP_AFTER, WithheldLetters
from tests.daemon.desk import Desk
from tests.daemon.mailboxes import Reachable, letter
from tests.daemon.sending import MoodyStore
from tests.daemon.watching import NOON, Watching, a_watched_desk, numbers
from tests.servers.dovecot import Account
from tests.servers.scripted import Command, Oddities, ScriptedImap
from tests.service import eventually

LETTERS = {number: letter(number) for number in range(1, 8)}
WatchOn = Callable[..., Watching]
STUB = (
    b'From: "Microsoft Exchange Server" <>\r\nSubject: Retrieval using the IMAP4 protocol failed for the following '
    b"message: 4711\r\n\r\nThe server couldn't retrieve the following message"
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = a_watched_desk(tmp_path)
    with desk.store:
        yield desk


@pytest.fixture
def watch_on(desk: Desk, reader: Reader) -> Iterator[WatchOn]:
    """A watch on a server's inbox; closed at the end, as are those it replaced."""
    made: list[Watching] = []

    def on(server: Reachable, **differing: object) -> Watching:
        made.append(Watching(desk=desk, server=server, reader=reader, **differing))  # type: ignore[arg-type]
        return made[-1]

    yield on
    for each in made:
        each.watch.close()


# --- letters that are not given


def test_a_letter_that_is_not_given_holds_the_position_and_no_other_letter(watch_on: WatchOn) -> None:
    with ScriptedImap(LETTERS, Oddities(never_given=frozenset({2}), nil=frozenset({4}))) as server:
        watching = watch_on(server)
        assert watching.look() == 5
        assert numbers(watching.subjects()) == [1, 3, 5, 6, 7]
        assert (watching.position().settled, watching.position().settled_above) == (1, frozenset({3, 5, 6, 7}))
        server.oddities = Oddities()
        watching.begin_anew()
        assert watching.look() == 2
        assert numbers(watching.subjects()) == [1, 2, 3, 4, 5, 6, 7]
        assert (watching.position().settled, watching.position().settled_above) == (7, frozenset())


def test_a_letter_that_is_never_given_becomes_a_ticket_for_people(watch_on: WatchOn) -> None:
    with ScriptedImap(LETTERS, Oddities(never_given=frozenset({2}))) as server:
        watching = watch_on(server)
        for _ in range(ASKED_AT_MOST + 2):
            watching.look()
        assert numbers(watching.subjects()) == [1, 3, 4, 5, 6, 7, "письмо не разобрано"]
        assert watching.position().settled == 7


def test_a_letter_that_ends_the_connection_stops_no_other_and_is_set_aside(watch_on: WatchOn) -> None:
    with ScriptedImap(LETTERS) as server:

        def end(command: Command) -> bytes | None:
            asked = command.rest.split(b" ")[0].split(b",")
            if b"BODY" in command.rest and any(b"3" in each.split(b":") or each == b"1:7" for each in asked):
                server.cut()
            return None

        server.oddities = Oddities(answers={"UID FETCH": end})
        watching = watch_on(server)
        watching.looks(4)
        assert numbers(watching.subjects()) == [1, 2, 4, 5, 6, 7]
        watching.looks(ASKED_AT_MOST + 1)
        assert numbers(watching.subjects()) == [1, 2, 4, 5, 6, 7, "письмо не разобрано"]
        assert watching.looks(1) == 0


def test_a_server_that_is_unwell_condemns_no_letter(watch_on: WatchOn) -> None:
    throttled = Oddities(answers={"UID FETCH": b"{tag} NO [THROTTLED] too many requests\r\n"})
    with ScriptedImap({1: letter(1)}, throttled) as server:
        watching = watch_on(server)
        assert watching.looks(12) == 12
        server.oddities = Oddities()
        watching.look()
        assert watching.fates() == ["request"]


def test_a_note_in_a_letters_place_lets_the_position_pass_no_letter_before_it(desk: Desk, watch_on: WatchOn) -> None:
    store = desk.store
    assert isinstance(store, MoodyStore)
    with ScriptedImap({1: letter(1), 2: letter(2), 3: STUB, 4: letter(4)}) as server:
        watching = watch_on(server)
        store.moods.extend(["", "", "busy"])  # the first position, the note set aside, and then nothing more
        assert watching.looks(1) == 1
        assert (watching.position().settled, watching.position().settled_above) == (0, frozenset({3}))
        watching.begin_anew()
        watching.look()
    assert watching.said("letters_unknown_to_the_store") == 0
    assert numbers(watching.subjects()) == [1, 2, 4, "письмо не разобрано"]


@pytest.mark.parametrize("cut_after", range(300, 5000, 350))
def test_wherever_the_connection_ends_each_letter_is_taken_once(watch_on: WatchOn, cut_after: int) -> None:
    with ScriptedImap(LETTERS, Oddities(cut_after=cut_after)) as server:
        watching = watch_on(server)
        watching.looks(2)
        server.oddities = Oddities()
        watching.looks(2)
        assert numbers(watching.subjects()) == [1, 2, 3, 4, 5, 6, 7]


def test_gone_is_what_two_lists_a_minute_apart_lack() -> None:
    now = 1000.0
    withheld = WithheldLetters(lambda: now)
    withheld.note_absent(5, still_listed=False, said="")
    assert withheld.forget_gone(()) == ()
    now += ABSENT_SECONDS
    assert withheld.forget_gone((5,)) == ()
    assert withheld.forget_gone(()) == (5,)


def test_an_unwell_server_is_given_an_hour_before_a_letter_is_blamed() -> None:
    now = 1000.0
    withheld = WithheldLetters(lambda: now)
    for _ in range(50):
        withheld.note_broken(5, "the connection ended")
    assert not withheld.hopeless()
    withheld.note_given(6)
    assert withheld.hopeless()
    alone = WithheldLetters(lambda: now)
    for _ in range(50):
        alone.note_broken(5, "the connection ended")
    now += GIVEN_UP_AFTER
    assert alone.hopeless()


# --- the thread


@pytest.mark.parametrize(
    "oddities", [Oddities(is_deaf=True), Oddities(capabilities="IMAP4rev1"), Oddities(exists_with_idle=True)]
)
def test_a_new_letter_is_seen_whatever_idle_is_worth(watch_on: WatchOn, oddities: Oddities) -> None:
    with ScriptedImap({1: letter(1)}, oddities) as server:
        watching = watch_on(server)
        with watching.running():
            eventually(lambda: len(watching.taken) == 1)
            server.letters[2] = letter(2)
            eventually(lambda: len(watching.taken) == 2)


@pytest.mark.parametrize("greeting", [b"* BYE too many connections from your address\r\n", b"garbage\r\n", b""])
def test_a_server_that_is_down_or_full_is_asked_again(watch_on: WatchOn, greeting: bytes) -> None:
    with ScriptedImap(LETTERS, Oddities(greeting=greeting)) as server:
        watching = watch_on(server)
        with watching.running():
            eventually(lambda: watching.watch.trouble)
            server.oddities = Oddities()
            eventually(lambda: len(watching.taken) == 7)
            eventually(lambda: not watching.watch.trouble)


def test_a_refused_log_in_is_not_tried_again_at_once_and_ends_nothing(watch_on: WatchOn) -> None:
    refused = Oddities(answers={"LOGIN": b"{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n"})
    with ScriptedImap(LETTERS, refused) as server:
        watching = watch_on(server)
        with watching.running():
            eventually(lambda: "refuses the log-in" in watching.watch.trouble)
            for _ in range(20):
                watching.watch.wake()
        assert server.names().count("LOGIN") == 1


def test_a_fault_of_ours_in_a_look_ends_no_watch(watch_on: WatchOn) -> None:
    asked = 0

    def folder(_mailbox: Mailbox) -> str:
        nonlocal asked
        asked += 1
        raise RuntimeError("a fault of ours")

    with ScriptedImap(LETTERS) as server:
        watching = watch_on(server, folder=folder)
        with watching.running():
            eventually(lambda: watching.said("watch_broke") >= 1)
            assert watching.watch.running


# --- what became of the folder


def test_a_folder_that_vanishes_is_said_and_waited_for(watch_on: WatchOn) -> None:
    gone = Oddities(
        answers={"EXAMINE": b"{tag} NO [NONEXISTENT] no such mailbox\r\n"}, folders=(rb'(\HasNoChildren) "/" Sent',)
    )
    with ScriptedImap(LETTERS, gone) as server:
        watching = watch_on(server)
        assert watching.looks(1) == 1
        server.oddities = Oddities()
        assert watching.look() == 7


def test_a_mailbox_put_back_to_an_older_day_hides_no_new_letter_behind_an_old_number(watch_on: WatchOn) -> None:
    with ScriptedImap(LETTERS) as server:
        watching = watch_on(server)
        watching.look()
        watching.watch.close()
        server.letters = {number: letter(number) for number in (1, 2, 3)} | {4: letter(100)}
        assert watching.look() == 4
        assert watching.fates()[7:] == ["copy", "copy", "copy", "request"]
        assert numbers(watching.subjects()) == [1, 2, 3, 4, 5, 6, 7, 100]


@pytest.mark.servers
def test_new_uids_make_no_second_ticket_and_no_second_letter(desk: Desk, watch_on: WatchOn, dovecot: Account) -> None:
    watching = watch_on(dovecot, from_beginning=False)
    dovecot.deliver(letter(1), at=NOON - timedelta(days=3))
    watching.look()
    for number in (2, 3):
        dovecot.deliver(letter(number), at=NOON + timedelta(minutes=number))
    without_id = letter(4).replace(b"Message-ID: <m4@test.invalid>", b"Date: Sat, 21 Nov 2026 12:00:00 +0500")
    dovecot.deliver(without_id, at=NOON + timedelta(minutes=4))
    desk.hands.at = NOON + timedelta(minutes=10)
    watching.look()
    assert numbers(watching.subjects()) == [2, 3, 4]
    dovecot.change_uidvalidity()
    watching.looks(1)
    watching.look()
    assert watching.fates()[3:] == ["copy", "copy", "copy"]
    assert len(desk.to_clients()) == 3


@pytest.mark.servers
def test_a_letter_moved_into_the_inbox_is_taken_however_old(watch_on: WatchOn, dovecot: Account) -> None:
    watching = watch_on(dovecot, from_beginning=False)
    watching.look()
    dovecot.deliver(letter(1), at=NOON - timedelta(days=3))
    assert watching.look() == 1
    assert numbers(watching.subjects()) == [1]


@pytest.mark.servers
def test_the_first_connection_to_an_old_mailbox_answers_nobody_also_after_new_uids(
    desk: Desk, watch_on: WatchOn, dovecot: Account
) -> None:
    for number in range(1, 30):
        dovecot.deliver(letter(number), at=NOON - timedelta(days=number))
    watching = watch_on(dovecot, from_beginning=False)
    assert watching.look() == 0
    dovecot.change_uidvalidity()
    watching.looks(1)
    dovecot.deliver(letter(100), at=NOON + timedelta(minutes=1))
    desk.hands.at = NOON + timedelta(minutes=2)
    assert watching.look() == 1
    watching.begin_anew()
    assert watching.look() == 0
    assert watching.said("letters_unknown_to_the_store") == 0
    assert numbers(watching.subjects()) == [100]


@pytest.mark.servers
def test_a_letter_that_came_through_another_server_is_known_by_its_content(watch_on: WatchOn, dovecot: Account) -> None:
    """A mailbox moved to another provider: other numbers, other header fields of transport, the same letters."""
    watching = watch_on(dovecot)
    dated = b"Date: Sat, 21 Nov 2026 12:00:00 +0500\r\n"
    without_id = letter(2).replace(b"Message-ID: <m2@test.invalid>\r\n", dated)
    for raw in (letter(1), without_id):
        dovecot.deliver(raw, at=NOON)
    watching.look()
    for path in dovecot.server.maildir(dovecot.username).glob("[cn]*/*"):
        path.unlink()
    for raw in (letter(1), without_id):
        dovecot.deliver(b"Received: from old.example.kz; Sun, 22 Nov 2026 10:00:00 +0500\r\n" + raw, at=NOON)
    dovecot.change_uidvalidity()
    watching.looks(1)
    watching.look()
    assert watching.fates() == ["request", "request", "copy", "copy"]


def test_a_set_aside_letter_is_not_set_aside_again_under_new_uids(desk: Desk, watch_on: WatchOn) -> None:
    with ScriptedImap({1: STUB, 2: letter(2)}) as server:
        watching = watch_on(server)
        watching.look()
        renumbered = replace(watching.position(), uidvalidity=6)
        with desk.store.transaction() as tx:
            tx.settle(renumbered)
        watching.begin_anew()
        watching.look()
    assert numbers(watching.subjects()) == [2, "письмо не разобрано"]
    with desk.store.view() as view:
        assert len(view.quarantined()) == 1
