"""The store on both databases: every test that asks for ``store`` or ``url`` runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from store.store import Store
from tests.servers.postgresql import Cluster, PostgresqlAbsent, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL; where there is none the tests are skipped loudly, and fail where CI=true."""
    try:
        with running_cluster() as running:
            yield running
    except PostgresqlAbsent as absent:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the store must be tested on PostgreSQL too: {absent}")
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {absent}")


@pytest.fixture(scope="session")
def shared_database(cluster: Cluster) -> str:
    """One database of the newest schema, emptied before each test: making one takes longer than most tests."""
    url = cluster.make_database()
    Store.open(url).close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store: on SQLite a file not yet made, on PostgreSQL a database of the newest schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'supportd.db'}"
    database: str = request.getfixturevalue("shared_database")
    cluster: Cluster = request.getfixturevalue("cluster")
    names = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
    cluster.statement(f"TRUNCATE {names} RESTART IDENTITY CASCADE", database.rpartition("/")[2])
    return database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'supportd.db'}"
    running: Cluster = request.getfixturevalue("cluster")
    return running.make_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a file not yet made."""
    return f"sqlite:///{tmp_path / 'supportd.db'}"
