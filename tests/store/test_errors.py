import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from store import errors
from store.errors import StoreBroken, StoreBusy, translated
from store.store import Store
from tests.servers.postgresql import Cluster
from tests.store.samples import a_letter, keep_letter, open_ticket

_URL = make_url("postgresql+psycopg://supportd:secret-word@db.example/desk")


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_busy_and_work_resumes_when_there_is_room(sqlite_url: str) -> None:
    # a limit on the size of files, as a disk that is full: SIGXFSZ would kill, so it is ignored
    printed = run_python(f"""
        import resource, signal
        from store.errors import StoreBusy
        from store.store import Store
        from tests.store.samples import a_letter
        import os
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with Store.open({sqlite_url!r}) as store:
            soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
            kept = 0
            try:
                for uid in range(1, 200):
                    with store.transaction() as tx:
                        tx.keep_letter(a_letter(uid, raw=os.urandom(20_000)))
                    kept += 1
            except StoreBusy as busy:
                print(busy)
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            with store.view() as view:
                assert view.counts().letters in (kept, kept + 1), (view.counts(), kept)
                assert view.faults() == ()
            with store.transaction() as tx:
                tx.keep_letter(a_letter(1000))
    """)
    assert "tried again" in printed


def test_a_database_without_room_is_busy(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        keep_letter(store)
        with store.transaction() as tx:
            pages = tx._connection.exec_driver_sql("PRAGMA page_count").scalar()
            tx._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreBusy, match="no room left"):
            keep_letter(store, 2, raw=bytes(range(256)) * 4000, subject="x" * 100_000)
        keep_letter(store, 3)
        with store.view() as view:
            assert view.counts().letters == 2


def test_a_database_locked_by_another_process_is_busy(sqlite_url: str) -> None:
    url = make_url(sqlite_url)
    Store.open(sqlite_url).close()
    holder = sqlite3.connect(url.database or "", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    other = sqlite3.connect(url.database or "", isolation_level=None, timeout=0)
    with pytest.raises(sqlite3.OperationalError) as caught:
        other.execute("BEGIN IMMEDIATE")
    other.close()
    holder.close()
    assert isinstance(translated(caught.value, url), StoreBusy)


def test_a_damaged_file_is_broken_and_the_sentence_names_the_cure(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "supportd.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreBroken, match="supportd restore"):
        Store.open(sqlite_url)


def test_damage_is_found_after_an_unclean_stop(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store:
        for uid in range(1, 60):
            keep_letter(store, uid, raw=b"")
        with store.transaction() as tx:
            tx.set_meta("stopped", "running")
    path = tmp_path / "supportd.db"
    content = bytearray(path.read_bytes())
    pages = len(content) // 4096
    for page in range(pages - 3, pages):
        content[page * 4096 : page * 4096 + 200] = b"\xee" * 200
    path.write_bytes(content)
    with (
        Store.open(sqlite_url) as store,
        pytest.raises(StoreBroken, match="damaged"),
        store.lock_instance(),
    ):
        pass


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreBroken, match="No such file or directory"):
        Store.open(f"sqlite:///{tmp_path / 'absent' / 'supportd.db'}")


def test_a_store_to_be_read_that_does_not_exist_is_not_made(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreBroken, match="does not exist"):
        Store.open(sqlite_url, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_for_its_owner_alone(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store:
        open_ticket(store)
        assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "mysql://root@db/desk", "sqlite:///:memory:"])
def test_a_url_that_cannot_hold_a_store_says_what_to_write(url: str) -> None:
    with pytest.raises(StoreBroken, match=r"store\.url"):
        Store.open(url)


@pytest.mark.parametrize(
    ("state", "family"),
    [
        ("08006", StoreBusy),
        ("53100", StoreBusy),
        ("53300", StoreBusy),
        ("57P01", StoreBusy),
        ("40001", StoreBusy),
        ("55P03", StoreBusy),
        ("25006", StoreBusy),
        ("58030", StoreBusy),
        (None, StoreBusy),
        ("28P01", StoreBroken),
        ("3D000", StoreBroken),
        ("42501", StoreBroken),
        ("XX001", StoreBroken),
        ("42P01", StoreBroken),
    ],
)
def test_what_a_server_says_is_told_apart_and_no_password_is_shown(
    state: str | None, family: type[errors.StoreError]
) -> None:
    class Fault(Exception):  # noqa: N818 - stands for a class of the driver
        sqlstate = state

    Fault.__name__ = "OperationalError"
    error = translated(OperationalError("SELECT 1", {"key": "secret-word"}, Fault("gone")), _URL)
    assert type(error) is family
    assert "secret-word" not in str(error)


@pytest.mark.postgresql
def test_a_server_that_is_not_there_is_busy_and_a_database_that_is_not_there_is_broken(cluster: Cluster) -> None:
    with pytest.raises(StoreBusy, match="cannot be reached"):
        Store.open("postgresql+psycopg://supportd@127.0.0.1:1/desk")
    with pytest.raises(StoreBroken, match="no such database"):
        Store.open(cluster.url("never_made"))


@pytest.mark.postgresql
def test_a_connection_that_is_cut_is_busy_once_and_then_made_anew(cluster: Cluster) -> None:
    with Store.open(cluster.make_database()) as store:
        open_ticket(store)
        cluster.statement("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with pytest.raises(StoreBusy):
            open_ticket(store)
        open_ticket(store)


def test_secrets_of_the_store_are_in_no_repr_and_no_error(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_meta("signing_key", "secret-word")
        assert "secret-word" not in repr(tx)
    with pytest.raises(StoreBroken) as caught, store.transaction() as tx:
        tx.keep_letter(a_letter(subject="secret-word", ticket=4711))
    assert "secret-word" not in str(caught.value)
    assert "secret-word" not in str(caught.value.__cause__)


def test_what_a_caller_raises_passes_through_and_nothing_is_kept(store: Store) -> None:
    def fails() -> None:
        with store.transaction() as tx:
            tx.keep_letter(a_letter())
            raise ConnectionResetError("the mail server's matter")

    with pytest.raises(ConnectionResetError):
        fails()
    with store.view() as view:
        assert view.counts().letters == 0
