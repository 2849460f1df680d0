"""Which letters are asked for together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.fetching import BYTES_AT_ONCE, LETTERS_AT_ONCE, batches, find_text_part, uid_sets
from daemon.folders import FolderName, find_folder

UIDS = st.lists(st.integers(1, 400), unique=True).map(sorted)
SIZES = st.dictionaries(st.integers(1, 400), st.integers(0, 3 * BYTES_AT_ONCE))


@given(uids=UIDS)
def test_sets_name_each_letter_once_and_are_short(uids: list[int]) -> None:
    named: list[int] = []
    for some in uid_sets(uids):
        parts = some.split(",")
        assert len(parts) <= LETTERS_AT_ONCE
        for part in parts:
            first, _, last = part.partition(":")
            named += range(int(first), int(last or first) + 1)
    assert named == uids


@given(uids=UIDS, sizes=SIZES, max_size=st.integers(0, 3 * BYTES_AT_ONCE))
def test_batches_keep_the_order_and_the_bounds(uids: list[int], sizes: dict[int, int], max_size: int) -> None:
    made = list(batches(uids, sizes, max_size=max_size))
    assert [uid for batch in made for uid in batch] == uids
    for batch in made:
        assert len(batch) <= LETTERS_AT_ONCE
        if len(batch) > 1:
            assert sum(sizes[uid] for uid in batch) <= BYTES_AT_ONCE
            assert all(sizes[uid] <= max_size for uid in batch)


TEXT = (b"TEXT", b"PLAIN", (b"CHARSET", b"utf-8"), None, None, b"8BIT", 20, 1, None, None, None)
HTML = (b"text", b"html", None, None, None, b"7BIT", 20, 1)
IMAGE = (b"IMAGE", b"PNG", None, None, None, b"BASE64", 20)
TEXT_FILE = (b"TEXT", b"PLAIN", None, None, None, b"7BIT", 20, 1, None, (b"ATTACHMENT", (b"FILENAME", b"a.txt")))


@pytest.mark.parametrize(
    ("structure", "part"),
    [
        (TEXT, ""),
        (IMAGE, None),
        (([TEXT, HTML], b"ALTERNATIVE"), "1"),
        (([IMAGE, ([HTML, TEXT], b"ALTERNATIVE")], b"MIXED"), "2.1"),
        (([TEXT_FILE, HTML], b"MIXED"), "2"),
        (([IMAGE, IMAGE], b"MIXED"), None),
        ((), None),
        (None, None),
        (b"rubbish", None),
        (([], b"MIXED"), None),
    ],
)
def test_the_first_text_of_a_letter_is_found(structure: object, part: str | None) -> None:
    assert find_text_part(structure) == part


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("INBOX", "INBOX"),
        ("inbox", "INBOX"),
        ("заявки", "Заявки"),
        ("Archive", "INBOX.Archive"),
        ("Hidden", None),
        ("Заявка", None),
    ],
)
def test_a_folder_is_found_as_a_person_names_it(wanted: str, found: str | None) -> None:
    folders = (
        FolderName(name="INBOX", delimiter="."),
        FolderName(name="Заявки", delimiter="."),
        FolderName(name="INBOX.Archive", delimiter="."),
        FolderName(name="Hidden", delimiter=".", flags=frozenset({"\\noselect"})),
    )
    assert find_folder(folders, wanted) == found
