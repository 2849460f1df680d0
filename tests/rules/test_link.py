"""A link to a page of the service."""

import pytest

from rules.link import find_link

HOSTS = ("controlsystem.kz",)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Комната https://room.controlsystem.kz/algebra-9b.", "https://room.controlsystem.kz/algebra-9b"),
        ("комната room.controlsystem.kz/inf-101, акк 76402", "room.controlsystem.kz/inf-101"),
        ("https://controlsystem.kz/reg/med-konf-2024", "https://controlsystem.kz/reg/med-konf-2024"),
        ("live.controlsystem.kz/room/31177-phys", "live.controlsystem.kz/room/31177-phys"),
        ("(https://controlsystem.kz/course/7719)", "https://controlsystem.kz/course/7719"),
    ],
)
def test_a_page_of_the_service_is_found_as_written(text: str, link: str) -> None:
    assert find_link(text, HOSTS) == link


@pytest.mark.parametrize(
    "text",
    [
        "https://api.controlsystem.kz/v1/rooms/3381",
        "цены (https://controlsystem.kz/tarify)",
        "src=https://controlsystem.kz/w/form.js",
        "https://controlsystem.kz",
        "наш сайт https://qa-school.kz/start",
        "https://room.controlsystem.kz.evil.com/course/1",
        "info@controlsystem.kz",
        "",
    ],
)
def test_other_addresses_are_no_page_of_the_service(text: str) -> None:
    assert find_link(text, HOSTS) is None


def test_hosts_are_an_operators_choice() -> None:
    assert find_link("https://rooms.example.kz/course/5", ("example.kz",)) is not None
