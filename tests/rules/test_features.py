"""A letter as units."""

from rules.features import NO_UNITS, Block, features_of_letter, units_by_clause


def test_the_words_of_the_subject_are_units_of_their_own_and_of_the_letter() -> None:
    letter = features_of_letter("Акт", "Пришлите скорее").letter
    assert letter[Block.SUBJECT] == {"акт"}
    assert {"акт", "прислать"} <= letter[Block.LEMMA]


def test_neighbours_of_two_sentences_are_no_pair() -> None:
    letter = features_of_letter("", "Нужен акт. Звук пропал.").letter
    assert "нужный акт" in letter[Block.PAIR]
    assert "акт звук" not in letter[Block.PAIR]


def test_each_clause_has_units_of_its_own() -> None:
    first, second = units_by_clause(features_of_letter("", "Верните остаток и удалите профиль").text)
    assert "остаток" in first[Block.LEMMA]
    assert "остаток" not in second[Block.LEMMA]


def test_a_letter_without_words_has_no_units() -> None:
    features = features_of_letter("", " --- \n")
    assert features.letter == NO_UNITS
    assert units_by_clause(features.text) == ()
