"""What is asked for: only what matters and is not there (clause 6)."""

import pytest

from rules.category import Category, Detail
from rules.missing import find_missing


def test_a_breakage_needs_everything_in_the_order_of_the_clause() -> None:
    assert find_missing((Category.TECHNICAL,), frozenset()) == tuple(Detail)


def test_what_is_there_is_not_asked_for() -> None:
    supplied = frozenset({Detail.ACCOUNT_NUMBER, Detail.DESCRIPTION, Detail.LINK})
    assert find_missing((Category.TECHNICAL,), supplied) == (Detail.STEPS, Detail.SCREENSHOT)


def test_closing_documents_need_the_account_alone() -> None:
    assert find_missing((Category.CLOSING_DOCUMENTS,), frozenset()) == (Detail.ACCOUNT_NUMBER,)


def test_an_offer_of_partnership_needs_nothing() -> None:
    assert find_missing((Category.PARTNERSHIP,), frozenset()) == ()


@pytest.mark.parametrize("category", list(Category))
def test_nothing_is_missing_where_all_is_supplied(category: Category) -> None:
    assert find_missing((category,), frozenset(Detail)) == ()
