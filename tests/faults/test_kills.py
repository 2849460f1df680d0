"""A small fault run of each kind; ``make faults`` runs the long ones."""

import pytest

from bench.faults import Size, run

SIZE = Size(letters=24, kills=6, seed=3)


@pytest.mark.servers
@pytest.mark.parametrize("files_sent", [True, False])
def test_kills_and_failing_servers_lose_nothing_and_double_nothing(dovecot_server: object, files_sent: bool) -> None:
    said: list[str] = []
    assert run(SIZE, files_sent=files_sent, say=said.append), "\n".join(said)
    assert any("letters in 24" in line for line in said)
