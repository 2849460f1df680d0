"""The demonstration's letters are whole, invented, and of the kinds that they are named after."""

import re
from importlib.resources import files

import pytest

from daemon.policy_of import default_policy
from parsers.automation import find_marks
from parsers.language import find_language
from parsers.mail import Language
from parsers.new_words import split_words
from parsers.parse import parse_mail
from rules.understanding import read_request

FOLDER = files("daemon").joinpath("demo_letters")
NAMES = sorted(each.name for each in FOLDER.iterdir())
AUTOMATIC = {"10-out-of-office.eml", "11-bounce.eml"}


def letter(name: str) -> bytes:
    return FOLDER.joinpath(name).read_bytes()


def test_there_are_a_dozen_letters_or_more() -> None:
    assert len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_each_letter_is_read_without_a_defect(name: str) -> None:
    mail = parse_mail(letter(name))
    assert mail.defects == ()
    assert split_words(mail).new


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_are_those_of_the_wire(name: str) -> None:
    assert letter(name).count(b"\n") == letter(name).count(b"\r\n") == letter(name).count(b"\r")


@pytest.mark.parametrize("name", NAMES)
def test_nobody_who_exists_is_named(name: str) -> None:
    domains = {found.decode().rstrip(".") for found in re.findall(rb"@([a-z][\w.-]*)", letter(name), re.IGNORECASE)}
    invented = ("example.com", "example.net", "example.org", "example.kz", "controlsystem.kz")
    assert domains
    assert [each for each in domains if ".".join(each.split(".")[-2:]) not in invented] == []


@pytest.mark.parametrize("name", NAMES)
def test_machines_letters_alone_bear_machines_marks(name: str) -> None:
    assert bool(find_marks(parse_mail(letter(name)), own_lists=())) is (name in AUTOMATIC)


@pytest.mark.parametrize(
    ("name", "conduct", "wants_call", "language"),
    [
        ("05-rude.eml", True, False, Language.RUSSIAN),
        ("06-asks-for-a-call.eml", False, True, Language.RUSSIAN),
        ("07-koi8-r.eml", False, False, Language.RUSSIAN),
        ("08-windows-1251-html.eml", False, False, Language.RUSSIAN),
        ("12-kazakh.eml", False, False, Language.KAZAKH),
    ],
)
def test_a_letter_is_of_the_kind_it_is_named_after(
    name: str, conduct: bool, wants_call: bool, language: Language
) -> None:
    mail = parse_mail(letter(name))
    words = split_words(mail)
    reading = read_request(
        subject=mail.subject,
        words=words.new,
        full_text=words.new,
        signature="",
        attachments=mail.attachments,
        language=language,
        policy=default_policy(),
    )
    assert find_language(words.new) is language
    assert (reading.conduct, reading.wants_call) == (conduct, wants_call)
