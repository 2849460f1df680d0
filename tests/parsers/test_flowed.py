"""format=flowed (RFC 3676)."""

from parsers.flowed import join_flowed


def test_flowed_lines_are_joined_within_one_quote_depth() -> None:
    assert join_flowed("a \nb\nc \n> d \n> e\n", delete_space=False) == "a b\nc \n> d e\n"


def test_delsp_takes_the_space_away() -> None:
    assert join_flowed("ло \nжь", delete_space=True) == "ложь"


def test_a_signature_separator_is_not_joined() -> None:
    assert join_flowed("text \n-- \nIvan", delete_space=False) == "text \n-- \nIvan"


def test_a_stuffed_space_goes() -> None:
    assert join_flowed(" From here\n >no quote", delete_space=False) == "From here\n>no quote"
