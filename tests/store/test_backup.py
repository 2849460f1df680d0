import sqlite3
import threading
from pathlib import Path

import pytest

from store.backup import RESTORED, backup, restore
from store.errors import InstanceRunning, StoreBroken
from store.store import Store
from tests.store.samples import a_letter, a_ticket, keep_letter, number_of, open_ticket


def test_a_copy_made_while_letters_come_in_holds_one_moment_and_can_be_put_back(
    store: Store, url: str, tmp_path: Path
) -> None:
    end = threading.Event()

    def write() -> None:
        uid = 0
        while not end.is_set():
            uid += 1
            with store.transaction() as tx:
                ticket = tx.open_ticket(a_ticket())
                tx.keep_letter(a_letter(uid, ticket=ticket.number, raw=b"x" * 20_000))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [tmp_path / f"copy{n}" for n in range(3)]
        for copy in copies:
            backup(url, copy)
    finally:
        end.set()
        writer.join()
    with store.view() as view:
        last = view.counts().letters
    store.close()
    restore(copies[-1], url)
    with Store.open(url) as again, again.view() as view:
        tickets = [ticket.number for ticket in view.tickets()]
        assert 0 < len(tickets) == view.counts().letters <= last
        assert all(len(view.letters_of(number or 0)) == 1 for number in tickets)
        assert view.meta(RESTORED) is not None
    assert copies[-1].stat().st_mode & 0o077 == 0


def test_what_came_after_the_copy_is_gone_and_numbers_go_on(store: Store, url: str, tmp_path: Path) -> None:
    open_ticket(store)
    backup(url, tmp_path / "copy")
    open_ticket(store)
    store.close()
    restore(tmp_path / "copy", url)
    with Store.open(url) as again:
        assert number_of(open_ticket(again)) == 1002


def test_nothing_is_put_back_under_a_running_instance(store: Store, url: str, tmp_path: Path) -> None:
    backup(url, tmp_path / "copy")
    with store.lock_instance(), pytest.raises(InstanceRunning):
        restore(tmp_path / "copy", url)


def test_no_copy_is_overwritten_and_none_is_left_half_made(store: Store, url: str, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_bytes(b"precious")
    with pytest.raises(StoreBroken, match="nothing is overwritten"):
        backup(url, target)
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.glob("*.part")) == []


def test_what_is_no_copy_is_refused_and_the_store_stays(store: Store, url: str, tmp_path: Path) -> None:
    kept = keep_letter(store)
    store.close()
    bad = tmp_path / "bad"
    bad.write_bytes(b"no copy at all" * 1000)
    with pytest.raises(StoreBroken):
        restore(bad, url)
    with pytest.raises(StoreBroken, match="no file"):
        restore(tmp_path / "absent", url)
    with Store.open(url) as again, again.view() as view:
        assert view.letter(kept.id or 0) == kept


def test_the_store_that_was_there_is_kept_beside_the_one_put_back(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store:
        backup(sqlite_url, tmp_path / "copy")
        open_ticket(store)
    restore(tmp_path / "copy", sqlite_url)
    (aside,) = [path for path in tmp_path.glob("supportd.db.before-*") if path.suffix not in ("-wal", "-shm")]
    connection = sqlite3.connect(aside)
    assert connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)
    connection.close()


def test_a_damaged_store_can_be_replaced(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store:
        open_ticket(store)
        backup(sqlite_url, tmp_path / "copy")
    (tmp_path / "supportd.db").write_bytes(b"\x00" * 50_000)
    restore(tmp_path / "copy", sqlite_url)
    with Store.open(sqlite_url) as store, store.view() as view:
        assert len(list(view.tickets())) == 1
