import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from store import schema
from store.errors import StoreBroken, StoreTooNew
from store.store import Store
from tests.store.samples import open_ticket


def test_models_and_migrations_agree(store: Store, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        ours = {table.name for table in SQLModel.metadata.sorted_tables}
        differences = [
            difference
            for difference in compare_metadata(context, SQLModel.metadata)
            if not (difference[0] == "add_table" and difference[1].name not in ours)
        ]
    engine.dispose()
    assert differences == []
    assert "tickets" in ours


def test_the_head_that_the_code_names_is_the_newest_migration() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(configuration).get_heads() == [schema.HEAD]


def test_a_database_of_a_newer_version_is_refused_with_a_clear_sentence(store: Store, url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(StoreTooNew, match="newer version of supportd"):
            Store.open(url)
        with pytest.raises(StoreTooNew):
            Store.open(url, read_only=True)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": schema.HEAD})
        engine.dispose()


def test_an_interrupted_upgrade_has_not_happened_and_is_made_the_next_time(bare_url: str) -> None:
    # the process is killed in the midst of the first migration
    code = f"""
import os
from store.store import Store
from sqlalchemy import event
from sqlalchemy.engine import Engine
@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if statement.strip().startswith("CREATE TABLE quarantine"):
        os.kill(os.getpid(), 9)
Store.open({bare_url!r})
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    with Store.open(bare_url) as store:
        assert open_ticket(store).number == 1001


def test_two_processes_that_start_at_once_make_one_store(bare_url: str) -> None:
    code = f"from store.store import Store; Store.open({bare_url!r}).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]
    with Store.open(bare_url) as store:
        assert open_ticket(store).number == 1001


def test_a_store_that_needs_no_upgrade_is_opened_without_alembic(store: Store, url: str) -> None:
    code = f"import sys; from store.store import Store; Store.open({url!r}).close(); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_who_may_not_upgrade_is_told_what_to_do(bare_url: str) -> None:
    with pytest.raises(StoreBroken, match="start the service once"):
        Store.open(bare_url, read_only=True)
    with pytest.raises(StoreBroken, match="start the service once"):
        Store.open(bare_url, migrate=False)


def test_a_store_opened_for_reading_is_read_and_not_written(store: Store, url: str) -> None:
    ticket = open_ticket(store)
    with Store.open(url, read_only=True) as reading, reading.view() as view:
        assert list(view.tickets()) == [ticket]
        with pytest.raises(RuntimeError), reading.transaction():
            pass
