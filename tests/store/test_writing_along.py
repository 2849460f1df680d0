"""Pieces of work that share a commit: together on the disk, each by itself where one fails. On both databases."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from store.errors import StoreBusy, StoreError
from store.store import Store
from store.turn import Guest, Turn
from store.writing import Transaction
from tests.servers.postgresql import Cluster
from tests.service import eventually


@dataclass
class Joining:
    """Work brought by another thread while this one's transaction is open."""

    store: Store
    threads: list[threading.Thread] = field(default_factory=list)
    errors: dict[str, BaseException] = field(default_factory=dict)
    carried_by: dict[str, int] = field(default_factory=dict)

    def bring(self, key: str, work: Callable[[Transaction], Any] | None = None) -> None:
        """A thread that writes ``key``, or does ``work``; it waits until its turn or until it is carried along."""

        def write(tx: Transaction) -> None:
            self.note(tx, key)
            if work is not None:
                work(tx)

        def run() -> None:
            try:
                self.store.write_along(write)
            except BaseException as error:  # noqa: BLE001,RUF100 - the test looks at it
                self.errors[key] = error

        waiting = len(self.store._turn._waiting)
        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        eventually(lambda: len(self.store._turn._waiting) > waiting)

    def note(self, tx: Transaction, key: str) -> None:
        self.carried_by[key] = threading.get_ident()
        tx.set_meta(key, "written")

    def end(self) -> None:
        for thread in self.threads:
            thread.join(timeout=20)
            assert not thread.is_alive()

    def kept(self, *keys: str) -> list[bool]:
        with self.store.view() as view:
            return [view.meta(key) is not None for key in keys]


@pytest.fixture
def joining(store: Store) -> Joining:
    return Joining(store)


def _breaks(_: Transaction) -> None:
    raise ValueError("a fault of the guest's own")


def _does_not_fit(tx: Transaction) -> None:
    tx._connection.exec_driver_sql("SELECT * FROM no_such_table")


def test_work_that_nobody_carries_along_has_a_transaction_of_its_own(joining: Joining) -> None:
    assert joining.store.write_along(lambda tx: tx.meta("alone")) is None
    joining.store.write_along(lambda tx: tx.set_meta("alone", "written"))
    assert joining.kept("alone") == [True]


def test_work_that_comes_meanwhile_is_carried_along_in_one_commit(joining: Joining) -> None:
    with joining.store.transaction() as tx:
        tx.set_meta("host", "written")
        joining.bring("first")
        joining.bring("second")
        assert joining.kept("host", "first", "second") == [False] * 3
    joining.end()
    assert joining.kept("host", "first", "second") == [True] * 3
    assert set(joining.carried_by.values()) == {threading.get_ident()}
    assert not joining.errors


def test_the_result_reaches_the_one_who_brought_the_work(joining: Joining) -> None:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(joining.store.write_along(lambda _: 42)))
    with joining.store.transaction():
        thread.start()
        eventually(lambda: len(joining.store._turn._waiting) == 1)
    thread.join(timeout=20)
    assert results == [42]


@pytest.mark.parametrize("fault", [_breaks, _does_not_fit])
def test_a_guest_that_fails_is_undone_alone_and_told_alone(
    joining: Joining, fault: Callable[[Transaction], None]
) -> None:
    with joining.store.transaction() as tx:
        tx.set_meta("host", "written")
        joining.bring("before")
        joining.bring("failing", fault)
        joining.bring("after")
    joining.end()
    assert joining.kept("host", "before", "failing", "after") == [True, True, False, True]
    assert list(joining.errors) == ["failing"]
    assert isinstance(joining.errors["failing"], ValueError if fault is _breaks else StoreError)


def test_a_host_that_fails_takes_no_guest_with_it(joining: Joining) -> None:
    with pytest.raises(ValueError, match="the host"), joining.store.transaction() as tx:  # noqa: PT012 - one block
        tx.set_meta("host", "written")
        joining.bring("guest")
        raise ValueError("the host")
    joining.end()
    assert joining.kept("host", "guest") == [False, True]
    assert joining.carried_by["guest"] != threading.get_ident()
    assert not joining.errors


def test_a_commit_that_fails_is_told_to_all_whom_it_was_to_keep(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        joining = Joining(store)
        with pytest.raises(StoreError), store.transaction() as tx:  # noqa: PT012 - at its end
            tx._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # what is wrong is found by the commit
            tx._connection.exec_driver_sql(
                "INSERT INTO places (folder, uidvalidity, uid, letter) VALUES ('x', 1, 1, 9)"
            )
            joining.bring("guest")
        joining.end()
        assert joining.kept("guest") == [False]
        assert isinstance(joining.errors["guest"], StoreError)
        store.write_along(lambda tx: tx.set_meta("later", "written"))
        assert joining.kept("later") == [True]


def test_a_guest_on_a_full_disk_takes_the_whole_transaction_with_it(sqlite_url: str) -> None:
    """SQLite rolls all back by itself then: what the host wrote is not there either, and both are told."""

    def fill(tx: Transaction) -> None:
        driver: Any = tx._connection.connection.dbapi_connection
        (pages,) = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count={pages}")
        tx.set_meta("much", "x" * 10_000_000)

    with Store.open(sqlite_url) as store:
        joining = Joining(store)
        with pytest.raises(StoreBusy, match="no room left"), store.transaction() as tx:  # noqa: PT012 - one block
            tx.set_meta("host", "written")
            joining.bring("before")
            joining.bring("filling", fill)
        joining.end()
        assert joining.kept("host", "before", "filling") == [False] * 3
        assert {name: type(error) for name, error in joining.errors.items()} == {
            "before": StoreBusy,
            "filling": StoreBusy,
        }
        store.write_along(lambda tx: tx.set_meta("later", "written"))
        assert joining.kept("later") == [True]


def test_a_guest_that_nobody_calls_gives_up_and_is_not_carried_along_later() -> None:
    turn = Turn()
    guest = Guest(lambda _: None)
    outcomes: list[object] = []

    def come() -> None:
        try:
            outcomes.append(turn.enter(0.05, guest))
        except StoreBusy as busy:
            outcomes.append(busy)

    with turn.hold(1):
        thread = threading.Thread(target=come)
        thread.start()
        thread.join(timeout=20)
        assert turn.guests() == ()
    assert [type(each) for each in outcomes] == [StoreBusy]


def test_a_guest_that_was_taken_along_waits_for_its_end_however_long_that_takes() -> None:
    turn = Turn()
    guest = Guest(lambda _: None)
    outcomes: list[bool] = []
    thread = threading.Thread(target=lambda: outcomes.append(turn.enter(0.2, guest)))
    with turn.hold(1):
        thread.start()
        eventually(lambda: bool(turn._waiting))
        assert turn.guests() == (guest,)
        thread.join(timeout=0.5)  # longer than its patience
        assert thread.is_alive()
        guest.dismiss()
        thread.join(timeout=20)
    assert outcomes == [False]


def test_those_who_wait_for_a_turn_of_their_own_keep_their_places() -> None:
    turn = Turn()
    order: list[str] = []

    def come(name: str) -> None:
        with turn.hold(20):
            order.append(name)

    threads = []
    with turn.hold(1):
        for number, name in enumerate(("first", "second")):
            threads.append(threading.Thread(target=come, args=(name,)))
            threads[-1].start()
            eventually(partial(lambda wanted: len(turn._waiting) == wanted, number + 1))
        assert turn.guests() == ()
    for thread in threads:
        thread.join(timeout=20)
    assert order == ["first", "second"]


def test_a_guest_whom_a_connection_fails_is_busy_as_all_are_whom_it_fails(
    cluster: Cluster, shared_database: str
) -> None:
    def lose(tx: Transaction) -> None:
        backend = tx._connection.exec_driver_sql("select pg_backend_pid()").scalar()
        cluster.statement(f"select pg_terminate_backend({backend})", shared_database.rpartition("/")[2])
        tx.set_meta("lost", "written")

    with Store.open(shared_database) as store:
        joining = Joining(store)
        with pytest.raises(StoreBusy), store.transaction() as tx:  # noqa: PT012 - one block
            tx.set_meta("host", "written")
            joining.bring("before")
            joining.bring("losing", lose)
        joining.end()
        assert joining.kept("host", "before", "losing") == [False] * 3
        assert {type(error) for error in joining.errors.values()} == {StoreBusy}


# --- threads that write again and again


def test_a_guest_waits_for_the_next_transaction_of_one_who_writes_again_and_again(joining: Joining) -> None:
    with joining.store.carrying():
        thread = threading.Thread(target=joining.store.write_along, args=(lambda tx: joining.note(tx, "guest"),))
        thread.start()
        eventually(lambda: bool(joining.store._turn._riders))
        with joining.store.transaction() as tx:
            tx.set_meta("host", "written")
        thread.join(timeout=20)
    assert joining.kept("host", "guest") == [True, True]
    assert joining.carried_by["guest"] == threading.get_ident()


def test_a_guest_whom_nobody_carries_in_time_takes_his_own_turn(joining: Joining) -> None:
    with joining.store.carrying():
        thread = threading.Thread(target=joining.store.write_along, args=(lambda tx: joining.note(tx, "guest"),))
        thread.start()
        thread.join(timeout=20)
        assert joining.kept("guest") == [True]
    assert joining.carried_by["guest"] == thread.ident


def test_guests_are_let_go_when_nobody_writes_again_and_again_any_more() -> None:
    turn, guest = Turn(), Guest(lambda _: None)
    outcomes: list[bool] = []
    thread = threading.Thread(target=lambda: outcomes.append(turn._ride(guest, threading.get_ident())))
    with turn.carrying():
        thread.start()
        eventually(lambda: bool(turn._riders) or bool(outcomes))
    thread.join(timeout=20)
    assert outcomes == [False]
    assert turn._riders == []


def test_one_who_writes_again_and_again_does_not_wait_for_himself(joining: Joining) -> None:
    with joining.store.carrying():
        assert not joining.store._turn._ride(Guest(lambda _: None), threading.get_ident())
        joining.store.write_along(lambda tx: tx.set_meta("own", "written"))
    assert joining.kept("own") == [True]


def test_a_write_inside_a_write_is_refused_at_once(joining: Joining) -> None:
    with joining.store.transaction(), pytest.raises(RuntimeError, match="would wait for itself"):
        joining.store.write_along(lambda _: None)
