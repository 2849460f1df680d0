"""Zone data that does not know Kazakhstan's one zone is refused."""

import struct
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.configuration import load
from daemon.errors import ConfigurationFaults
from daemon.zone_data import zone_data_fault

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def zone_file(hours: int) -> bytes:
    """The smallest TZif file (RFC 8536, version 1): one fixed offset."""
    counts = struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    kind = struct.pack(">lbb", hours * 3600, 0, 0)
    return b"TZif" + b"\0" * 16 + counts + kind + b"XXX\0"


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """A directory of zone data that the whole process uses for the length of a test."""
    (tmp_path / "Asia").mkdir()
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    yield tmp_path
    zoneinfo.reset_tzpath(to=before)


def test_this_machines_zone_data_is_right() -> None:
    assert zone_data_fault(NOW) is None


def test_data_from_before_2024_is_refused_with_what_to_do(zones: Path) -> None:
    (zones / "Asia" / "Almaty").write_bytes(zone_file(6))
    sentence = zone_data_fault(NOW)
    assert sentence is not None
    assert "UTC+0600" in sentence
    assert "tzdata" in sentence


def test_data_with_the_one_zone_is_taken(zones: Path) -> None:
    (zones / "Asia" / "Almaty").write_bytes(zone_file(5))
    assert zone_data_fault(NOW) is None


def test_a_broken_zone_file_is_refused(zones: Path) -> None:
    (zones / "Asia" / "Almaty").write_bytes(b"not a zone")
    assert zone_data_fault(NOW) is not None


def test_a_day_before_the_change_would_be_refused_on_any_machine() -> None:
    assert zone_data_fault(datetime(2024, 2, 28, 12, tzinfo=UTC)) is not None


def test_stale_zone_data_is_a_fault_of_the_configuration(zones: Path) -> None:
    (zones / "Asia" / "Almaty").write_bytes(zone_file(6))
    environ = {
        "SUPPORTD_MAILBOX__HOST": "localhost",
        "SUPPORTD_MAILBOX__ADDRESS": "info@controlsystem.kz",
        "SUPPORTD_SMTP__HOST": "localhost",
    }
    with pytest.raises(ConfigurationFaults) as caught:
        load(None, environ, now=NOW)
    assert [fault.key for fault in caught.value.faults] == ["support.zone"]
