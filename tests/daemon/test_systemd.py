"""systemd is told how the service is, and its unit is as closed as a mail service can be."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.systemd import ServiceManager, service_manager

UNIT = Path(__file__).parents[2] / "systemd" / "supportd.service"


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(address)
        channel.settimeout(5)
        yield channel, address


def test_each_word_arrives_as_systemd_wants_it(listener: tuple[socket.socket, str]) -> None:
    channel, address = listener
    manager = service_manager({"NOTIFY_SOCKET": address})
    assert manager.ready("3 letters\nwaiting")
    assert manager.status("idle")
    assert manager.alive()
    assert manager.stopping()
    heard = [channel.recv(4096).decode() for _ in range(4)]
    assert heard == ["READY=1\nSTATUS=3 letters waiting", "STATUS=idle", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_socket_is_understood() -> None:
    name = f"supportd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0{name}")
        channel.settimeout(5)
        assert service_manager({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert channel.recv(100) == b"WATCHDOG=1"


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    assert not service_manager({}).ready("x")
    assert not service_manager({"NOTIFY_SOCKET": "relative"}).alive()
    assert not service_manager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).stopping()


@pytest.mark.parametrize(
    ("environ", "watchdog"),
    [
        ({"WATCHDOG_USEC": "120000000"}, timedelta(seconds=120)),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=120)),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_by_the_process_that_is_watched(
    environ: dict[str, str], watchdog: timedelta | None
) -> None:
    assert service_manager({"NOTIFY_SOCKET": "/run/notify"} | environ).watchdog == watchdog


def test_the_watchdog_is_fed_three_times_in_its_time() -> None:
    assert ServiceManager(address="/run/notify", watchdog=timedelta(seconds=120)).feeding_pause == 40
    assert ServiceManager(address=None).feeding_pause is None


def analyse(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("systemd-analyze is missing: .ci/debian-packages systemd installs it")
        pytest.skip("systemd-analyze is missing: the unit's exposure is NOT checked here")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_the_units_exposure_is_at_most_two() -> None:
    told = analyse("security", "--offline=true", "--no-pager", "--threshold=20", str(UNIT))
    exposure = re.search(r"exposure level for supportd\.service: ([0-9.]+)", told.stdout)
    assert exposure is not None, told.stdout + told.stderr
    assert float(exposure[1]) <= 2.0
    assert told.returncode == 0


def test_systemd_finds_nothing_to_say_of_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "supportd"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    unit = tmp_path / "supportd.service"
    text = UNIT.read_text(encoding="utf-8").replace("/opt/supportd/.venv/bin/supportd", str(program))
    unit.write_text(text, encoding="utf-8")
    told = analyse("verify", "--man=no", str(unit))
    assert [line for line in told.stderr.splitlines() if "supportd.service" in line] == []


def test_the_unit_says_what_the_service_relies_on() -> None:
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    for line in (
        "Type=notify",
        "NotifyAccess=main",
        "RestartPreventExitStatus=2",
        "Restart=always",
        "WatchdogSec=120",
        "StateDirectory=supportd",
        "LoadCredential=mailbox_password:/etc/supportd/mailbox_password",
    ):
        assert line in lines
