"""Signatures: what is ours is known again, and nothing passes for what it is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.tokens import (
    Purpose,
    SigningKeys,
    find_subject_token,
    is_loop_mark,
    make_loop_mark,
    make_message_id,
    make_subject_token,
    proves_agent,
    read_message_id,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
KEYS = SigningKeys(current=b"k" * 32)
AIGUL = "aigul@controlsystem.kz"
BOLAT = "bolat@controlsystem.kz"


def an_id(**changes: object) -> str:
    fields = {
        "purpose": Purpose.AGENT,
        "ticket": 1042,
        "recipient": AIGUL,
        "serial": "n7",
        "domain": "controlsystem.kz",
        "expires": LATER,
    }
    return make_message_id(KEYS, **(fields | changes))  # type: ignore[arg-type]


def test_the_same_letter_has_the_same_id() -> None:
    assert an_id() == an_id()


@pytest.mark.parametrize(
    "change",
    [{"ticket": 1043}, {"recipient": BOLAT}, {"serial": "n8"}, {"purpose": Purpose.CLIENT}, {"expires": NOW}],
)
def test_another_letter_has_another_id(change: dict[str, object]) -> None:
    assert an_id() != an_id(**change)


def test_an_id_says_whose_it_is_even_when_expired_or_in_capitals() -> None:
    message_id = an_id(expires=NOW - timedelta(days=1))
    for written in (message_id, message_id.upper(), f"  {message_id} "):
        signed = read_message_id(KEYS, written)
        assert signed is not None
        assert (signed.purpose, signed.ticket, signed.serial) == (Purpose.AGENT, 1042, "n7")
        assert signed.expires == NOW - timedelta(days=1)


def test_an_id_without_ticket_and_end_is_read() -> None:
    signed = read_message_id(KEYS, an_id(ticket=None, expires=None))
    assert signed is not None
    assert (signed.ticket, signed.expires) == (None, None)


def test_an_agent_is_proved_by_an_id_of_his_own_alone() -> None:
    signed = proves_agent(KEYS, an_id(), agent="Aigul@ControlSystem.kz", now=NOW)
    assert signed is not None
    assert signed.ticket == 1042
    assert proves_agent(KEYS, an_id(), agent=BOLAT, now=NOW) is None


def test_a_clients_id_proves_no_agent() -> None:
    assert proves_agent(KEYS, an_id(purpose=Purpose.CLIENT), agent=AIGUL, now=NOW) is None


def test_an_id_proves_until_it_expires_and_not_at_that_moment() -> None:
    assert proves_agent(KEYS, an_id(), agent=AIGUL, now=LATER - timedelta(seconds=1)) is not None
    assert proves_agent(KEYS, an_id(), agent=AIGUL, now=LATER) is None
    assert proves_agent(KEYS, an_id(expires=None), agent=AIGUL, now=NOW) is None


def test_a_purpose_or_ticket_changed_by_hand_breaks_the_signature() -> None:
    clients = an_id(purpose=Purpose.CLIENT)
    assert read_message_id(KEYS, clients.replace("<csc.c.", "<csc.a.")) is None
    assert read_message_id(KEYS, an_id().replace(".1042.", ".1043.")) is None
    assert read_message_id(KEYS, an_id().replace("@controlsystem.kz>", "@example.kz>")) is None


@given(st.data())
def test_no_single_changed_letter_is_believed(data: st.DataObject) -> None:
    message_id = an_id()
    place = data.draw(st.integers(min_value=1, max_value=message_id.index("@") - 1))
    other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567.-").filter(lambda c: c != message_id[place]))
    changed = message_id[:place] + other + message_id[place + 1 :]
    assert read_message_id(KEYS, changed) is None


@given(st.text(max_size=200))
def test_anything_at_all_can_be_asked(text: str) -> None:
    assert read_message_id(KEYS, text) is None
    assert find_subject_token(KEYS, text, agent=text, now=NOW) is None
    assert not is_loop_mark(KEYS, text, "info@controlsystem.kz")


def test_a_rotated_key_is_believed_and_a_forgotten_one_is_not() -> None:
    rotated = SigningKeys(current=b"n" * 32, previous=(*KEYS.previous, KEYS.current))
    assert proves_agent(rotated, an_id(), agent=AIGUL, now=NOW) is not None
    assert find_subject_token(rotated, a_token(), agent=AIGUL, now=NOW) == 1042
    forgotten = replace(rotated, previous=())
    assert read_message_id(forgotten, an_id()) is None
    assert find_subject_token(forgotten, a_token(), agent=AIGUL, now=NOW) is None


def test_keys_are_never_shown() -> None:
    assert repr(KEYS) == "SigningKeys()"


@pytest.mark.parametrize("serial", ["", "N7", "a b", "a\r\nBcc: x", "п", "a" * 65])
def test_a_serial_that_cannot_stand_in_an_id_is_refused(serial: str) -> None:
    with pytest.raises(ValueError, match="serial"):
        an_id(serial=serial)


def test_a_domain_that_cannot_stand_in_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="domain"):
        an_id(domain="a>\r\nBcc: x")


def a_token() -> str:
    return make_subject_token(KEYS, ticket=1042, agent=AIGUL, expires=LATER)


@pytest.mark.parametrize("subject", ["{}", "Re: [CSC-1042] {}", "RE: [CSC-1042] закрыть {} (спасибо)", "Ответ: {}"])
def test_a_subject_token_survives_what_mail_clients_do(subject: str) -> None:
    assert find_subject_token(KEYS, subject.format(a_token()), agent=AIGUL, now=NOW) == 1042
    assert find_subject_token(KEYS, subject.format(a_token()).upper(), agent=AIGUL, now=NOW) == 1042


def test_a_subject_token_is_of_one_agent_one_ticket_and_one_month() -> None:
    assert find_subject_token(KEYS, a_token(), agent=BOLAT, now=NOW) is None
    assert find_subject_token(KEYS, a_token(), agent=AIGUL, now=LATER) is None
    assert find_subject_token(KEYS, a_token().replace("1042", "1043"), agent=AIGUL, now=NOW) is None


def test_a_false_token_does_not_hide_a_true_one() -> None:
    false = a_token().replace("1042", "1043")
    assert find_subject_token(KEYS, f"{false} {a_token()}", agent=AIGUL, now=NOW) == 1042


def test_a_loop_mark_is_of_one_mailbox_and_one_key() -> None:
    mark = make_loop_mark(KEYS, "info@controlsystem.kz")
    assert is_loop_mark(KEYS, f" {mark.upper()} ", "Info@controlsystem.kz")
    assert not is_loop_mark(KEYS, mark, "help@controlsystem.kz")
    assert not is_loop_mark(SigningKeys(current=b"o" * 32), mark, "info@controlsystem.kz")
