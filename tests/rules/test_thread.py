"""Which ticket a letter belongs to: signed ids, kept ids, numbers, and who may use which."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.parse import parse_mail
from rules.thread import MAX_ANCESTORS, Belonging, find_ancestors, find_belonging, find_number

ON_TICKET = "client@example.kz"
STRANGER = "stranger@example.org"
ADDRESSES = {1001: frozenset({ON_TICKET}), 1002: frozenset({"other@example.kz", ON_TICKET})}


def belonging(
    *,
    sender: str = ON_TICKET,
    ancestors: tuple[str, ...] = (),
    number: int | None = None,
    signed: Mapping[str, int] | None = None,
    known: Mapping[str, int] | None = None,
) -> Belonging:
    find: Callable[[str], int | None] = (signed or {}).get
    return find_belonging(
        ancestors=ancestors, number=number, sender=sender, signed=find, known=known or {}, addresses_of=ADDRESSES.get
    )


@pytest.mark.parametrize("sender", [ON_TICKET, STRANGER])
def test_whoever_answers_our_signed_letter_belongs(sender: str) -> None:
    assert belonging(sender=sender, ancestors=("<ours>",), signed={"<ours>": 1001}).joins == 1001


def test_an_unsigned_id_counts_from_an_address_on_the_ticket() -> None:
    assert belonging(ancestors=("<theirs>",), known={"<theirs>": 1001}).joins == 1001


def test_an_unsigned_id_from_a_stranger_links() -> None:
    found = belonging(sender=STRANGER, ancestors=("<theirs>",), known={"<theirs>": 1001})

    assert (found.joins, found.linked_to) == (None, 1001)


def test_a_number_counts_from_an_address_on_the_ticket_and_links_from_a_stranger() -> None:
    assert belonging(number=1001).joins == 1001
    assert belonging(sender=STRANGER, number=1001).linked_to == 1001


def test_a_number_of_no_ticket_is_nothing() -> None:
    found = belonging(number=4711)

    assert (found.joins, found.linked_to) == (None, None)


def test_the_nearest_ancestor_decides() -> None:
    known = {"<near>": 1002, "<far>": 1001}

    assert belonging(ancestors=("<near>", "<far>"), known=known).joins == 1002


def test_an_ancestor_that_may_not_be_used_hinders_no_farther_one() -> None:
    assert (
        belonging(
            sender=STRANGER, ancestors=("<theirs>", "<ours>"), known={"<theirs>": 1002}, signed={"<ours>": 1001}
        ).joins
        == 1001
    )


def test_an_ancestor_outweighs_a_number() -> None:
    assert belonging(ancestors=("<theirs>",), known={"<theirs>": 1002}, number=1001).joins == 1002


def test_a_signed_id_of_a_ticket_that_is_gone_is_nothing() -> None:
    found = belonging(ancestors=("<ours>",), signed={"<ours>": 4711})

    assert (found.joins, found.linked_to) == (None, None)


@given(st.lists(st.sampled_from(["<a>", "<b>", "<c>"]), max_size=4).map(tuple), st.sampled_from([None, 1001, 1002, 9]))
def test_a_stranger_never_joins_without_a_signature(ancestors: tuple[str, ...], number: int | None) -> None:
    found = belonging(sender=STRANGER, ancestors=ancestors, number=number, known={"<a>": 1001, "<b>": 1002})

    assert found.joins is None


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [CSC-1042] Вопрос", 1042),
        ("[csc-1042]", 1042),
        ("Fwd: [CSC-1042] и [CSC-1043]", 1042),
        ("CSC-1042", None),
        ("[ABC-1042]", None),
        ("[CSC-1234567890]", None),
        ("[CSC-]", None),
        ("", None),
    ],
)
def test_the_number_stands_in_brackets(subject: str, number: int | None) -> None:
    assert find_number(subject, "CSC") == number


def test_a_prefix_is_taken_literally() -> None:
    assert find_number("[C.C-7]", "C.C") == 7
    assert find_number("[CXC-7]", "C.C") is None


def test_ancestors_are_nearest_first_each_once() -> None:
    mail = parse_mail(b"From: a@b.kz\r\nIn-Reply-To: <3@x>\r\nReferences: <1@x> <2@x> <3@x>\r\n\r\n")

    assert find_ancestors(mail) == ("<3@x>", "<2@x>", "<1@x>")


def test_of_a_very_long_chain_the_nearest_count() -> None:
    chain = " ".join(f"<{number}@x>" for number in range(500))
    mail = parse_mail(f"From: a@b.kz\r\nReferences: {chain}\r\n\r\n".encode())

    found = find_ancestors(mail)
    assert len(found) <= MAX_ANCESTORS
    assert "<499@x>" in found
