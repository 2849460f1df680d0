from dataclasses import replace

import pytest

from store.errors import AlreadyKept
from store.records import LetterRole
from store.store import Store
from tests.store.samples import (
    HOUR,
    MINUTE,
    NOON,
    a_letter,
    a_place,
    a_quarantined,
    id_of,
    keep_letter,
    number_of,
    open_ticket,
)


def test_a_letter_comes_back_as_it_was_kept_and_its_bytes_on_request(store: Store) -> None:
    raw = bytes(range(256)) * 1000
    kept = keep_letter(store, raw=raw, recipients=frozenset({"b@x.kz"}))
    with store.view() as view:
        assert (
            view.letter(id_of(kept)) == kept == replace(a_letter(recipients=frozenset({"b@x.kz"})), id=kept.id, raw=b"")
        )
        assert view.raw_letter(id_of(kept)) == raw
        with pytest.raises(LookupError):
            view.raw_letter(99)


def test_the_same_place_is_kept_once_and_the_transaction_can_go_on(store: Store) -> None:
    first = keep_letter(store)
    with store.transaction() as tx:
        with pytest.raises(AlreadyKept) as caught:
            tx.keep_letter(a_letter(message_id="<other@x>", digest="other"))
        assert caught.value.letter == first.id
        tx.keep_letter(a_letter(2))
    with store.view() as view:
        assert view.counts().letters == 2


def test_the_same_message_id_with_the_same_content_is_kept_once_wherever_it_lies(store: Store) -> None:
    first = keep_letter(store)
    with store.transaction() as tx, pytest.raises(AlreadyKept) as caught:
        tx.keep_letter(a_letter(place=a_place(77)))
    assert caught.value.letter == first.id


def test_the_same_message_id_with_other_content_is_another_letter(store: Store) -> None:
    first = keep_letter(store)
    second = keep_letter(store, 2, message_id=first.message_id)
    with store.view() as view:
        assert view.find_by_message_id("<1@firma.kz>") == (first, second)
        assert view.find_copy("<1@firma.kz>", "digest of 2") == second
        assert view.find_copy("<1@firma.kz>", "digest of 3") is None


def test_letters_without_message_id_are_never_copies(store: Store) -> None:
    keep_letter(store, 1, message_id=None, digest="same")
    keep_letter(store, 2, message_id=None, digest="same")
    with store.view() as view:
        assert view.find_copy(None, "same") is None


def test_a_twin_has_the_same_sender_and_content_and_is_young_enough(store: Store) -> None:
    old = keep_letter(store, 1, digest="same", received_at=NOON)
    young = keep_letter(store, 2, digest="same", received_at=NOON + MINUTE)
    keep_letter(store, 3, digest="same", sender="else@x.kz", received_at=NOON + 2 * MINUTE)
    keep_letter(store, 4, digest="same", role=LetterRole.COPY, received_at=NOON + 2 * MINUTE)
    with store.view() as view:
        assert view.find_twin("anna@firma.kz", "same", NOON) == young
        assert view.find_twin("anna@firma.kz", "same", NOON + MINUTE) == young
        assert view.find_twin("anna@firma.kz", "same", NOON + 2 * MINUTE) is None
        assert view.find_twin("anna@firma.kz", "other", NOON) is None
    assert old != young


def test_a_known_letter_may_lie_at_several_places_and_is_known_at_each(store: Store) -> None:
    kept = keep_letter(store)
    moved = a_place(5, uidvalidity=8)
    with store.transaction() as tx:
        assert not tx.is_known(moved)
        tx.move_place(id_of(kept), moved)
        tx.move_place(id_of(kept), moved)
    with store.view() as view:
        assert view.is_known(moved)
        assert view.is_known(a_place())
        assert view.letter(id_of(kept)) == replace(kept, place=moved)


def test_a_place_belongs_to_one_letter(store: Store) -> None:
    first, second = keep_letter(store, 1), keep_letter(store, 2)
    with store.transaction() as tx, pytest.raises(AlreadyKept) as caught:
        tx.move_place(id_of(second), a_place(1))
    assert caught.value.letter == first.id


def test_known_uids_are_those_kept_and_those_set_aside(store: Store) -> None:
    keep_letter(store, 3)
    with store.transaction() as tx:
        tx.quarantine(a_quarantined(9))
    with store.view() as view:
        assert view.known_uids("INBOX", a_place().uidvalidity, range(1, 1500)) == {3, 9}
        assert view.known_uids("INBOX", 1, range(1, 1500)) == frozenset()
        assert view.known_uids("Sent", a_place().uidvalidity, [3, 9]) == frozenset()
        assert view.is_known(a_place(9))


def test_a_letter_is_put_on_a_ticket_later(store: Store) -> None:
    kept = keep_letter(store)
    number = number_of(open_ticket(store))
    with store.transaction() as tx:
        assert tx.join_letter(id_of(kept), number, LetterRole.FOLLOW_UP)
        assert not tx.join_letter(99, number, LetterRole.FOLLOW_UP)
    with store.view() as view:
        assert view.letters_of(number) == (replace(kept, ticket=number, role=LetterRole.FOLLOW_UP),)


def test_a_letter_read_again_has_new_facts_and_its_old_bytes_and_place(store: Store) -> None:
    kept = keep_letter(store, role=LetterRole.UNREADABLE, message_id=None)
    better = replace(kept, role=LetterRole.REQUEST, message_id="<1@firma.kz>", place=None)
    with store.transaction() as tx:
        assert tx.save_letter(better)
    with store.view() as view:
        assert view.letter(id_of(kept)) == replace(better, place=kept.place)
        assert view.find_copy("<1@firma.kz>", kept.digest) is not None
        assert view.raw_letter(id_of(kept)) == a_letter().raw


def test_letters_since_are_streamed_in_the_order_kept(store: Store) -> None:
    with store.transaction() as tx:
        for uid in range(1, 1202):
            tx.keep_letter(a_letter(uid, received_at=NOON if uid > 1 else NOON - HOUR))
        note = tx.keep_letter(a_letter(5000, role=LetterRole.NOTE))
    with store.view() as view:
        assert [letter.id for letter in view.letters_since(NOON)] == list(range(2, 1203))
        assert list(view.letters_since(NOON, roles={LetterRole.NOTE})) == [note]


def test_a_message_id_and_a_sender_of_any_length_are_kept_and_found(store: Store) -> None:
    # PostgreSQL's b-trees refuse values of more than 2,704 bytes that do not compress
    long = "".join(f"{n:x}" for n in range(9000))
    kept = keep_letter(store, message_id=f"<{long}@x>", sender=f"{long}@x.kz", digest="d")
    open_ticket(store, requester=f"{long}@x.kz")
    with store.view() as view:
        assert view.find_by_message_id(f"<{long}@x>") == (kept,)
        assert view.find_twin(f"{long}@x.kz", "d", NOON) == kept
        assert len(list(view.tickets(requester=f"{long}@x.kz"))) == 1
