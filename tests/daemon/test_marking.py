"""Tickets seen in the mail client, on a real server."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon import wiring
from daemon.acts import act
from daemon.arrival import Taken
from daemon.configuration import load
from daemon.journal import open_journal
from daemon.mailbox import Mailbox
from daemon.marking import Marking
from daemon.state_folders import StateFolders
from daemon.taking import Tools
from daemon.wiring import Parts
from rules.commands import Verb
from rules.ticket import Status, Ticket
from store.backup import backup, restore
from store.store import Store
from tests.daemon.desk import REFUND, TECHNICAL, Hands, moment
from tests.daemon.mailboxes import opened
from tests.servers.dovecot import Account
from tests.servers.scripted import Oddities, ScriptedImap
from tests.servers.smtp import SmtpServer
from tests.service import Program, a_letter

NOON = moment("Sat 12:00")


@dataclass(kw_only=True)
class Office:
    """A mailbox, the parts of the program on it, and a clock that stands until it is set."""

    home: Path
    box: Account
    parts: Parts
    time: Hands
    journal: io.StringIO
    taken: list[Taken] = field(default_factory=list)
    """What was taken from the folders by state."""

    def receive(
        self,
        body: str = TECHNICAL,
        *,
        number: int = 1,
        sender: str = "client@example.kz",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        raw = a_letter(body=body, message_id=f"<m{number}@example.kz>", sender=sender, headers=headers)
        self.box.deliver(raw, at=self.time.now())
        self.take()

    def take(self) -> int:
        taken: list[Taken] = []
        watch = wiring.watch_inbox(self.parts, taken.append)
        try:
            return watch.look()
        finally:
            watch.close()

    def command(self, verb: Verb, number: int = 1001) -> None:
        """As from the command line, which is another process."""
        act(self.parts, number, verb, "", author="dana")

    def marking(self, *, port: int | None = None) -> Marking:
        """``port``: on another server than the one that letters are taken from."""
        environment = {} if port is None else {"SUPPORTD_MAILBOX__PORT": str(port)}
        configuration = load(self.home / "supportd.toml", environment)
        marking = wiring.marking(replace(self.parts, configuration=configuration), self.taken.append)
        assert marking is not None
        return marking

    def announce_move(self) -> None:
        """What is done before a letter is put into the closed folder; then the power fails."""
        parts = self.parts
        tools = Tools(
            mailbox=Mailbox(wiring.mailbox_settings(parts.configuration)),
            intake=parts.intake,
            reader=parts.reader,
            store=parts.store,
            time_source=self.time,
            journal=parts.journal,
            taken=self.taken.append,
        )
        folders = StateFolders(tools=tools, policy=parts.policy, inbox="INBOX", max_size=1_000_000)
        with parts.store.view() as view:
            (letter,) = view.letters_of(1001)
        assert letter.id is not None
        folders.announce([letter.id])

    def note_place(self, *, uidvalidity: int) -> None:
        with self.parts.store.transaction() as tx:
            (letter,) = tx.letters_of(1001)
            assert letter.id is not None
            assert letter.place is not None
            tx.move_place(letter.id, replace(letter.place, uidvalidity=uidvalidity))

    def mark(self) -> int:
        marking = self.marking()
        try:
            return marking.turn()
        finally:
            marking.close()

    def ticket(self, number: int = 1001) -> Ticket:
        with self.parts.store.view() as view:
            found = view.ticket(number)
        assert found is not None
        return found

    def tickets(self) -> list[Ticket]:
        with self.parts.store.view() as view:
            return list(view.tickets())

    def keywords(self, folder: str = "INBOX") -> list[set[str]]:
        """Of each letter in a folder, in order."""
        told = self.box.server.doveadm("fetch", "-u", self.box.username, "flags", "mailbox", folder, "all")
        return [
            {word for word in line.split() if word.startswith("supportd-")}
            for line in told.splitlines()
            if line.startswith("flags:")
        ]

    def count(self, folder: str = "INBOX") -> int:
        return len(self.keywords(folder))

    def by_hand(self, uid: int, folder: str, *, source: str = "INBOX") -> None:
        """As an agent drags a letter in his mail client."""
        with opened(self.box, source, readonly=False) as client:
            client.create_folder(folder)
            client.move(uid, folder)


Opening = Callable[..., Office]


@pytest.fixture
def office(dovecot: Account, smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Opening]:
    """Opens the office with the agents' settings given; opened again it is as after a restart."""
    held: list[tuple[Parts, Store]] = []
    time = Hands(NOON)

    def open_office(*, start_from: str = "beginning", **agents: object) -> Office:
        _end(held)
        program = Program(
            home=tmp_path,
            box=dovecot,
            smtp=smtp_server,
            tables={"mailbox": {"start_from": start_from}, "agents": agents},
        )
        journal = io.StringIO()
        store = Store.open(f"sqlite:///{program.database}")
        parts = wiring.build(
            load(tmp_path / "supportd.toml", {}), store=store, time_source=time, journal=open_journal(journal)
        )
        held.append((parts, store))
        return Office(home=tmp_path, box=dovecot, parts=parts, time=time, journal=journal)

    yield open_office
    _end(held)


def _end(held: list[tuple[Parts, Store]]) -> None:
    while held:
        parts, store = held.pop()
        parts.reader.close()
        store.close()


# --- keywords


def test_nothing_is_marked_unless_it_is_switched_on(office: Opening) -> None:
    here = office()
    here.receive()
    assert wiring.marking(here.parts, here.taken.append) is None
    assert here.keywords() == [set()]


def test_keywords_follow_the_promise_as_time_passes(office: Opening) -> None:
    here = office(keywords=True)
    here.receive()
    marking = here.marking()
    seen = []
    for minutes in (0, 46, 61):
        here.time.at = NOON + timedelta(minutes=minutes)
        marking.turn()
        seen.append(here.keywords())
    marking.close()
    assert seen == [[{"supportd-open"}], [{"supportd-due-soon"}], [{"supportd-broken"}]]


def test_what_waits_until_monday_is_marked_so(office: Opening) -> None:
    here = office(keywords=True)
    here.receive(REFUND)
    here.mark()
    assert here.keywords() == [{"supportd-monday"}]


@pytest.mark.parametrize(
    ("verb", "keyword"), [(Verb.WAITING, "supportd-waiting"), (Verb.CLOSE, "supportd-closed")], ids=str
)
def test_commands_of_another_process_are_seen(office: Opening, verb: Verb, keyword: str) -> None:
    here = office(keywords=True)
    here.receive()
    marking = here.marking()
    marking.turn()
    here.command(verb)
    marking.turn()
    marking.close()
    assert here.keywords() == [{keyword}]


def test_a_command_given_while_the_server_was_down_is_seen_afterwards(office: Opening) -> None:
    here = office(keywords=True)
    here.receive()
    marking = here.marking()
    marking.turn()
    here.time.at = NOON + timedelta(minutes=5)
    here.command(Verb.CLOSE)
    here.time.at = NOON + timedelta(hours=2)
    marking.turn()
    marking.close()
    assert here.keywords() == [{"supportd-closed"}]


def test_all_letters_of_a_ticket_bear_its_mark_and_no_others_any(office: Opening) -> None:
    here = office(keywords=True)
    here.receive()
    here.receive("Добавлю: так у всех коллег.", number=2, headers={"References": "<m1@example.kz>"})
    here.receive("Список", number=3, sender="list@example.org", headers={"List-Id": "<news.example.org>"})
    here.mark()
    assert len(here.tickets()) == 1
    assert here.keywords() == [{"supportd-open"}, {"supportd-open"}, set()]


def test_a_restart_marks_nothing_twice(office: Opening) -> None:
    office(keywords=True).receive()
    assert office(keywords=True).mark() == 1
    again = office(keywords=True)
    assert again.mark() == 0
    assert again.keywords() == [{"supportd-open"}]


def test_an_agents_own_flags_stay(office: Opening) -> None:
    here = office(keywords=True)
    here.receive()
    with opened(here.box, readonly=False) as client:
        client.add_keywords([1], ["$label1", "\\Flagged"])
    here.mark()
    told = here.box.server.doveadm("fetch", "-u", here.box.username, "flags", "mailbox", "INBOX", "all")
    assert {"$label1", "\\Flagged", "supportd-open"} <= set(told.split())
    assert "\\Seen" not in told


# --- folders


def test_copies_go_from_folder_to_folder_and_the_letter_stays(office: Opening) -> None:
    here = office(folders={"open": "Работа", "closed": "Закрытые"})
    here.receive()
    here.mark()
    assert (here.count(), here.count("Работа")) == (1, 1)
    here.command(Verb.CLOSE)
    here.mark()
    assert (here.count(), here.count("Работа"), here.count("Закрытые")) == (1, 0, 1)


def test_moved_letters_are_not_taken_again(office: Opening) -> None:
    here = office(keywords=True, folders={"move": True, "open": "Работа", "closed": "Закрытые"})
    here.receive()
    here.mark()
    here.command(Verb.CLOSE)
    here.mark()
    assert (here.count(), here.count("Работа"), here.keywords("Закрытые")) == (0, 0, [{"supportd-closed"}])
    assert here.take() == 0
    assert [each.number for each in here.tickets()] == [1001]
    assert "letters_unknown_to_the_store" not in here.journal.getvalue()


def test_a_reopened_ticket_comes_back_and_is_not_closed_again(office: Opening) -> None:
    here = office(folders={"move": True, "open": "Работа", "closed": "Закрытые"})
    here.receive()
    here.command(Verb.CLOSE)
    here.mark()
    here.command(Verb.REOPEN)
    here.mark()
    here.mark()
    assert here.ticket().status is Status.OPEN
    assert (here.count("Работа"), here.count("Закрытые")) == (1, 0)


def test_a_letter_moved_by_hand_into_the_closed_folder_closes_its_ticket(office: Opening) -> None:
    here = office(folders={"closed": "Закрытые"})
    here.receive()
    here.receive("Здравствуйте! Не работает чат, не отправляются сообщения.", number=2, sender="other@example.kz")
    here.mark()
    here.by_hand(1, "Закрытые")
    here.mark()
    assert [each.status for each in here.tickets()] == [Status.CLOSED, Status.OPEN]
    with here.parts.store.view() as view:
        assert view.events_of(1001)[-1].author == "mail client"


def test_what_lay_in_the_closed_folder_before_closes_nothing(office: Opening) -> None:
    before = office()
    before.receive()
    before.by_hand(1, "Закрытые")
    here = office(keywords=True, folders={"closed": "Закрытые"})
    here.mark()
    here.mark()
    assert here.ticket().status is Status.OPEN


def test_a_renumbered_closed_folder_closes_nothing(office: Opening) -> None:
    here = office(folders={"closed": "Closed", "move": True})
    here.receive()
    here.command(Verb.CLOSE)
    here.mark()
    here.command(Verb.REOPEN)
    here.box.change_uidvalidity("Closed")
    here.mark()
    assert here.ticket().status is Status.OPEN


def test_a_crash_between_moving_and_noting_is_no_wish_to_close(office: Opening) -> None:
    here = office(folders={"closed": "Закрытые"})
    here.receive()
    here.mark()
    here.announce_move()
    here.by_hand(1, "Закрытые")
    here.mark()
    assert here.ticket().status is Status.OPEN


def test_what_the_server_had_before_the_first_start_is_left_alone(office: Opening) -> None:
    here = office(keywords=True, folders={"closed": "Closed"}, start_from="now")
    here.take()
    here.receive()
    here.mark()
    older = a_letter(message_id="<older@example.kz>", body="Старое письмо")
    here.box.deliver(older, folder="Closed", at=NOON - timedelta(days=30))
    here.mark()
    assert [each.status for each in here.tickets()] == [Status.OPEN]
    assert here.keywords("Closed") == [set()]
    assert not here.taken


def test_a_letter_moved_before_it_was_read_is_not_lost(office: Opening) -> None:
    here = office(folders={"open": "Работа", "closed": "Закрытые"})
    here.receive()
    here.mark()
    for number, folder in ((2, "Работа"), (3, "Закрытые")):
        here.box.deliver(a_letter(message_id=f"<m{number}@example.kz>", sender=f"c{number}@example.kz"), at=NOON)
        here.by_hand(number, folder)
    here.mark()
    assert here.take() == 0
    became = {each.requester: each.status for each in here.tickets()}
    assert became == {
        "client@example.kz": Status.OPEN,
        "c2@example.kz": Status.OPEN,
        "c3@example.kz": Status.CLOSED,
    }
    assert sorted(each.acknowledgement for each in here.taken) == ["", "queued"]


def test_letters_moved_since_a_backup_are_taken_again(office: Opening, tmp_path: Path) -> None:
    here = office(folders={"move": True, "open": "Работа"})
    here.receive()
    here.mark()
    url = here.parts.configuration.store.url
    backup(url, tmp_path / "copy.db")
    here.receive("Здравствуйте! Не работает чат, не отправляются сообщения.", number=2, sender="other@example.kz")
    here.mark()
    assert here.count() == 0
    here.parts.store.close()
    restore(tmp_path / "copy.db", url)
    again = office(folders={"move": True, "open": "Работа"})
    assert len(again.tickets()) == 1
    again.mark()
    assert [each.requester for each in again.tickets()] == ["client@example.kz", "other@example.kz"]


def test_tickets_closed_before_it_was_switched_on_are_left_as_they_lie(office: Opening) -> None:
    before = office()
    before.receive()
    before.command(Verb.CLOSE)
    before.time.at = NOON + timedelta(hours=1)
    here = office(keywords=True, folders={"move": True, "closed": "Закрытые"})
    here.mark()
    assert here.keywords() == [set()]


# --- what fails


def test_the_folder_of_sent_letters_is_left_alone(office: Opening) -> None:
    here = office(folders={"open": "Sent"})
    here.receive()
    here.mark()
    assert here.count("Sent") == 0
    assert here.journal.getvalue().count("it is the folder of sent letters") == 1


def test_a_folder_that_cannot_be_made_spoils_no_other(office: Opening) -> None:
    here = office(keywords=True, folders={"open": "a//b", "due_soon": "Скоро"})
    here.receive()
    marking = here.marking()
    marking.turn()
    marking.turn()
    here.time.at = NOON + timedelta(minutes=50)
    marking.turn()
    marking.close()
    assert here.count("Скоро") == 1
    assert here.keywords() == [{"supportd-due-soon"}]
    assert here.journal.getvalue().count("marking_hindered") == 1


@pytest.mark.parametrize(
    ("capabilities", "answers", "said", "steps"),
    [
        ("IMAP4rev1 UIDPLUS MOVE", {}, "keeps no keywords", 1),
        ("IMAP4rev1", {}, "can neither MOVE nor UIDPLUS", 1),
        ("IMAP4rev1 MOVE", {"UID MOVE": b"{tag} NO [OVERQUOTA] Quota exceeded\r\n"}, "OVERQUOTA", 1),
        ("IMAP4rev1 MOVE", {"SELECT": b"{tag} NO [NOPERM] Permission denied\r\n"}, "NOPERM", 2),
    ],
)
def test_what_a_server_refuses_is_said_once_a_step_and_hinders_nothing(
    office: Opening, capabilities: str, answers: Mapping[str, bytes], said: str, steps: int
) -> None:
    here = office(keywords=True, folders={"move": True, "open": "Work", "closed": "Closed"})
    here.receive()
    here.note_place(uidvalidity=7)  # the letter lies on the odd server too
    folders = (rb'() "/" INBOX', rb'() "/" Work', rb'() "/" Closed')
    with ScriptedImap({1: a_letter()}, Oddities(capabilities=capabilities, answers=answers, folders=folders)) as server:
        marking = here.marking(port=server.port)
        for _ in range(3):
            marking.turn()
        marking.close()
    assert here.journal.getvalue().count(said) == steps
    assert here.take() == 0


def test_a_server_that_is_down_is_said_once_and_marked_later(office: Opening) -> None:
    here = office(keywords=True)
    here.receive()
    here.box.server.stop()
    marking = here.marking()
    marking.once()
    marking.once()
    here.box.server.start()
    marking.once()
    assert here.keywords() == [{"supportd-open"}]
    assert here.journal.getvalue().count("marking_hindered") == 1
