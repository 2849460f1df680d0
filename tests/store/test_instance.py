import subprocess
import sys
import threading
import time

import pytest

from store.errors import InstanceRunning
from store.store import Store
from tests.store.samples import NOON, a_letter, a_ticket, id_of, open_ticket, queue

_HOLDER = """
import sys, time
from store.store import Store
with Store.open({url!r}) as store, store.lock_instance():
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_instance_is_refused_and_other_commands_work_beside_it(store: Store, url: str) -> None:
    with Store.open(url) as other, store.lock_instance():
        with pytest.raises(InstanceRunning, match="stop it first"), other.lock_instance():
            pass
        assert open_ticket(other).number == 1001
    with store.lock_instance() as instance:
        assert instance.clean


def test_a_killed_instance_leaves_the_lock_free_and_an_unclean_mark(store: Store, url: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER.format(url=url)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InstanceRunning), store.lock_instance():
            pass
    finally:
        holder.kill()
        holder.communicate()
    assert _locked_soon(store) is False
    with store.lock_instance() as instance:
        assert instance.clean


def _locked_soon(store: Store) -> bool:
    """Whether the stop before was clean; a server notices the death of its client a little later."""
    for _ in range(300):
        try:
            with store.lock_instance() as instance:
                return instance.clean
        except InstanceRunning:
            time.sleep(0.1)
    raise AssertionError("the lock was never free")


def test_threads_that_write_at_once_queue_and_nothing_is_lost(store: Store) -> None:
    numbers: list[int | None] = []

    def write(thread: int) -> None:
        for turn in range(25):
            with store.transaction() as tx:
                ticket = tx.open_ticket(a_ticket())
                tx.keep_letter(a_letter(1000 * thread + turn + 1, ticket=ticket.number))
                numbers.append(ticket.number)
            with store.view() as view:
                assert view.ticket(ticket.number or 0) == ticket

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers == list(range(1001, 1101))


def test_two_that_take_the_same_letter_get_it_once(store: Store, url: str) -> None:
    ids = [id_of(queue(store, str(n))) for n in range(40)]
    taken: list[tuple[int, ...]] = []

    def take(own: Store, owner: str) -> None:
        for outgoing_id in ids:
            with own.transaction() as tx:
                taken.append(tx.take([outgoing_id], owner, NOON))

    with Store.open(url) as other:
        threads = [threading.Thread(target=take, args=args) for args in ((store, "one"), (other, "two"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outgoing_id for each in taken for outgoing_id in each) == ids


def test_a_transaction_inside_a_transaction_of_the_same_thread_is_an_error_not_a_wait(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="wait for itself"), store.transaction():
        pass
    assert open_ticket(store).number == 1001


def test_a_view_sees_one_moment_while_others_write(store: Store) -> None:
    open_ticket(store)
    with store.view() as view:
        assert len(list(view.tickets())) == 1
        open_ticket(store)
        assert len(list(view.tickets())) == 1


_KILLED = """
import os
from store.store import Store
from tests.store.samples import a_letter, a_ticket, an_outgoing
with Store.open({url!r}) as store:
    with store.transaction() as tx:
        ticket = tx.open_ticket(a_ticket())
        tx.keep_letter(a_letter(1, ticket=ticket.number))
        tx.queue(an_outgoing("1", ticket=ticket.number))
        if {before}:
            os.kill(os.getpid(), 9)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("before", [True, False])
def test_a_kill_before_the_commit_leaves_nothing_and_after_it_everything(store: Store, url: str, before: bool) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED.format(url=url, before=before)], check=False)
    assert done.returncode == -9
    with store.view() as view:
        counts = view.counts()
        assert counts.letters == (0 if before else 1)
        assert sum(count for _, count in counts.tickets) == counts.letters
        assert sum(count for _, count in counts.outgoing) == counts.letters
