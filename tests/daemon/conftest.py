"""What most tests of the daemon begin with; a test that needs another desk or another reader makes its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.bell import Bell
from daemon.reader import Reader
from tests.daemon.a_policy import a_policy
from tests.daemon.desk import KEYS, TECHNICAL, Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = a_desk(tmp_path)
    with desk.store:
        yield desk


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """A desk with one technical request, received on Saturday at 12:00."""
    desk.client_writes(TECHNICAL, "Sat 12:00")
    return desk


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """A reading child that knows the desk's keys."""
    made = Reader(policy=a_policy(), keys=KEYS)
    yield made
    made.close()


@pytest.fixture
def bell() -> Iterator[Bell]:
    made = Bell()
    yield made
    made.close()
