"""Message-IDs out of junk."""

import pytest

from parsers.message_ids import MOST, find_message_ids, own_message_id


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        ("<a@b> <c@d>", ("<a@b>", "<c@d>")),
        ("<a@b><a@b>,junk <c@\td>", ("<a@b>", "<c@d>")),
        ("Your message of Monday <a@b>", ("<a@b>",)),
        ("a@b", ("<a@b>",)),
        ("<>", ()),
        ("no id at all", ()),
    ],
)
def test_message_ids_are_found_among_other_words(value: str, expected: tuple[str, ...]) -> None:
    assert find_message_ids(value) == expected


def test_of_too_many_the_first_and_the_last_are_kept() -> None:
    found = find_message_ids(" ".join(f"<{number}@x>" for number in range(1000)))

    assert len(found) == MOST
    assert (found[0], found[-1]) == ("<0@x>", "<999@x>")


@pytest.mark.parametrize(
    ("value", "expected"), [("", None), (" <a@b> ", "<a@b>"), ("[", "["), ("a@b", "a@b"), ("<>", "<>")]
)
def test_a_badly_formed_own_id_is_kept(value: str, expected: str | None) -> None:
    assert own_message_id(value) == expected
