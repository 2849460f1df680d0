"""The packed model."""

import pytest

from rules.features import NO_UNITS, features_of_letter
from rules.model import Logistic, Model, UnreadableModel, load_model


@pytest.mark.parametrize("packed", [b"", b"{}\n", b"[]\n123", b"not json", b'{"format": "other"}\n'])
def test_what_is_no_model_is_refused(packed: bytes) -> None:
    with pytest.raises(UnreadableModel):
        Model.unpack(packed)


def test_the_shipped_model_is_read_once() -> None:
    assert load_model() is load_model()


def test_the_evidence_adds_up_to_the_score() -> None:
    model = load_model()
    letter = features_of_letter("Акт", "Пришлите, пожалуйста, акт выполненных работ за март.").letter
    for output, score in enumerate(model.score(letter)):
        added = sum(added for block in model.evidence(letter, output) for _, added in block)
        assert score == pytest.approx(model.biases[output] + added)


def test_no_words_score_the_biases() -> None:
    model = load_model()
    assert model.score(NO_UNITS) == model.biases


@pytest.mark.parametrize("bias", [-1e6, 0.0, 1e6])
def test_a_probability_stays_between_nought_and_one(bias: float) -> None:
    assert 0 <= Logistic(weights=(1.0, -1.0), bias=bias).probability((3.0, 1e5)) <= 1
