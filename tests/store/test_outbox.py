from dataclasses import replace

import pytest

from store.records import OutgoingState
from store.store import Store
from tests.store.samples import HOUR, MINUTE, NOON, an_outgoing, id_of, number_of, open_ticket, queue


def state_of(store: Store, outgoing_id: int) -> OutgoingState:
    with store.view() as view:
        letter = view.outgoing(outgoing_id)
    assert letter is not None
    return letter.state


def in_hand(store: Store, name: str = "1") -> int:
    outgoing_id = id_of(queue(store, name))
    with store.transaction() as tx:
        assert tx.take([outgoing_id], "boot 1", NOON) == (outgoing_id,)
    return outgoing_id


def committing(store: Store, name: str = "1") -> int:
    outgoing_id = in_hand(store, name)
    with store.transaction() as tx:
        assert tx.note_committing(outgoing_id, NOON)
    return outgoing_id


def test_a_letter_of_ours_comes_back_as_it_was_written_and_its_bytes_on_request(store: Store) -> None:
    number = number_of(open_ticket(store))
    kept = queue(store, key="ack:1001", ticket=number, valid_until=NOON + HOUR)
    with store.view() as view:
        assert view.outgoing(id_of(kept)) == kept
        assert view.find_outgoing(kept.message_id) == kept
        assert view.find_outgoing_by_key("ack:1001") == kept
        assert view.find_outgoing_by_key("") is None
        assert view.outgoing_of(number) == (kept,)
        assert view.raw_outgoing(id_of(kept)) == an_outgoing().raw
        with pytest.raises(LookupError):
            view.raw_outgoing(99)


def test_one_key_is_one_letter_however_often_it_is_queued(store: Store) -> None:
    first = queue(store, "1", key="ack:1001")
    assert queue(store, "2", key="ack:1001") == first
    assert queue(store, "1") == first
    queue(store, "3")
    queue(store, "4")
    with store.view() as view:
        assert len(view.outgoing_in([OutgoingState.QUEUED])) == 3


def test_due_letters_come_with_their_bytes_longest_waiting_first(store: Store) -> None:
    late = queue(store, "late", next_attempt_at=NOON + HOUR)
    second = queue(store, "second", next_attempt_at=NOON)
    first = queue(store, "first", next_attempt_at=NOON - HOUR)
    with store.view() as view:
        assert [letter.id for letter in view.due_outgoing(NOON, 10)] == [first.id, second.id]
        assert view.due_outgoing(NOON, 1)[0].raw == an_outgoing().raw
        assert view.next_outgoing_at() == NOON - HOUR
        assert view.outgoing_in([OutgoingState.QUEUED], limit=1) == (late,)
        assert view.outgoing_in([]) == ()


def test_a_letter_is_taken_in_hand_once(store: Store) -> None:
    one, two = id_of(queue(store, "1")), id_of(queue(store, "2"))
    with store.transaction() as tx:
        assert tx.take([two, one], "boot 1", NOON) == (two, one)
        assert tx.take([one, two], "boot 2", NOON) == ()
        assert tx.next_outgoing_at() is None


def test_a_letter_is_committing_only_out_of_the_hand(store: Store) -> None:
    outgoing_id = id_of(queue(store))
    with store.transaction() as tx:
        assert not tx.note_committing(outgoing_id, NOON)
        tx.take([outgoing_id], "boot 1", NOON)
        assert tx.note_committing(outgoing_id, NOON)
        assert not tx.note_committing(outgoing_id, NOON)


def test_sent_letters_are_noted_with_the_next_one_committing(store: Store) -> None:
    one, two = committing(store, "1"), in_hand(store, "2")
    with store.transaction() as tx:
        assert tx.note_committing(two, NOON, sent=((one, NOON - MINUTE),))
    with store.view() as view:
        sent = view.outgoing(one)
    assert sent is not None
    assert (sent.state, sent.sent_at) == (OutgoingState.SENT, NOON - MINUTE)
    assert state_of(store, two) is OutgoingState.COMMITTING


def test_a_sent_letter_stays_sent_whatever_is_asked(store: Store) -> None:
    outgoing_id = committing(store)
    with store.transaction() as tx:
        assert tx.note_sent([outgoing_id, 99], NOON) == 1
        assert tx.note_sent([outgoing_id], NOON + HOUR) == 0
        assert not tx.put_back(outgoing_id, NOON, "again", 1)
        assert not tx.retry(outgoing_id, NOON)
        assert not tx.fail(outgoing_id, "5xx")
        assert not tx.suppress(outgoing_id, "limit")
        assert not tx.note_unknown(outgoing_id, "cut")
        assert not tx.replace_outgoing(replace(an_outgoing(), id=outgoing_id))
        assert tx.take([outgoing_id], "boot 2", NOON) == ()
    assert state_of(store, outgoing_id) is OutgoingState.SENT


def test_a_letter_in_hand_is_not_sent_again_on_a_persons_wish(store: Store) -> None:
    outgoing_id = in_hand(store)
    with store.transaction() as tx:
        assert not tx.retry(outgoing_id, NOON)
        assert tx.fail(outgoing_id, "550")
        assert tx.retry(outgoing_id, NOON + MINUTE)
    assert state_of(store, outgoing_id) is OutgoingState.QUEUED


def test_a_letter_put_back_waits_and_remembers_why(store: Store) -> None:
    outgoing_id = in_hand(store)
    with store.transaction() as tx:
        assert tx.put_back(outgoing_id, NOON + HOUR, "451 later", 3)
    with store.view() as view:
        letter = view.outgoing(outgoing_id)
    assert letter is not None
    assert (letter.state, letter.reason, letter.attempts, letter.in_doubt, letter.owner) == (
        OutgoingState.QUEUED,
        "451 later",
        3,
        0,
        "",
    )


def test_each_doubt_is_counted(store: Store) -> None:
    outgoing_id = committing(store)
    with store.transaction() as tx:
        assert tx.put_back(outgoing_id, NOON, "cut", 1, in_doubt=1)
        tx.take([outgoing_id], "boot 1", NOON)
        assert tx.note_unknown(outgoing_id, "cut again")
        letter = tx.outgoing(outgoing_id)
    assert letter is not None
    assert (letter.state, letter.in_doubt) == (OutgoingState.UNKNOWN, 2)


def test_new_words_are_for_a_letter_that_cannot_have_gone_out(store: Store) -> None:
    outgoing_id = in_hand(store)
    late = replace(an_outgoing("late", template="late", raw=b"late"), id=outgoing_id)
    with store.transaction() as tx:
        assert tx.replace_outgoing(late)
        tx.note_committing(outgoing_id, NOON)
        assert not tx.replace_outgoing(late)
        tx.put_back(outgoing_id, NOON, "cut", 1, in_doubt=1)
        assert not tx.replace_outgoing(late)
        kept = tx.outgoing(outgoing_id)
        assert tx.raw_outgoing(outgoing_id) == b"late"
    assert kept is not None
    assert (kept.template, kept.message_id, kept.attempts) == ("late", late.message_id, 1)


def test_orphans_are_what_another_had_in_hand(store: Store) -> None:
    flying, in_doubt = in_hand(store, "1"), committing(store, "2")
    queue(store, "3")
    with store.view() as view:
        assert [letter.id for letter in view.orphans("boot 2")] == [flying, in_doubt]
        assert view.orphans("boot 1") == ()


def test_limits_count_automatic_letters_to_clients_that_were_not_held_back(store: Store) -> None:
    queue(store, "1", created_at=NOON - HOUR)
    queue(store, "2")
    queue(store, "3", recipient="boris@else.kz", domain="else.kz", body_key="else")
    queue(store, "4", state=OutgoingState.SUPPRESSED)
    queue(store, "5", automatic=False)
    queue(store, "6", to_client=False, recipient="agent@controlsystem.kz")
    with store.view() as view:
        assert view.count_automatic(NOON - HOUR) == 3
        assert view.count_automatic(NOON) == 2
        assert view.count_automatic(NOON - HOUR, recipient="anna@firma.kz") == 2
        assert view.count_automatic(NOON, domain="firma.kz") == 1
        assert view.count_automatic(NOON, body_key="else") == 1
        assert view.count_automatic(NOON, recipient="nobody@x.kz") == 0
        assert view.count_answers(NOON, recipient="agent@controlsystem.kz") == 1
        assert view.count_answers(NOON, recipient="anna@firma.kz") == 0


def test_letters_sent_before_a_moment_are_counted_up_to_a_number(store: Store) -> None:
    ids = [committing(store, str(n)) for n in range(4)]
    with store.transaction() as tx:
        tx.note_sent(ids[:3], NOON)
        tx.note_sent(ids[3:], NOON + HOUR)
        assert tx.count_sent_before(NOON + MINUTE, at_least=10) == 3
        assert tx.count_sent_before(NOON + MINUTE, at_least=2) == 2
        assert tx.count_sent_before(NOON, at_least=10) == 0


def test_a_held_back_letter_keeps_its_reason(store: Store) -> None:
    outgoing_id = id_of(queue(store))
    with store.transaction() as tx:
        assert tx.suppress(outgoing_id, "per_domain")
        letter = tx.outgoing(outgoing_id)
    assert letter is not None
    assert (letter.state, letter.reason) == (OutgoingState.SUPPRESSED, "per_domain")
