from dataclasses import replace
from datetime import timedelta

import pytest

from rules.ticket import Status, Ticket
from store.store import Store
from tests.store.samples import (
    HOUR,
    NOON,
    a_deadline,
    a_letter,
    a_ticket,
    an_outgoing,
    id_of,
    keep_letter,
    number_of,
    open_ticket,
    queue,
)


def read(store: Store, number: int | None) -> Ticket:
    with store.view() as view:
        ticket = view.ticket(number or 0)
    assert ticket is not None
    return ticket


def test_numbers_begin_at_1001_and_go_on(store: Store) -> None:
    assert [open_ticket(store).number for _ in range(3)] == [1001, 1002, 1003]


def test_a_number_is_not_given_again_after_a_transaction_that_failed(store: Store) -> None:
    first = number_of(open_ticket(store))

    def fails() -> None:
        with store.transaction() as tx:
            tx.open_ticket(a_ticket())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert number_of(open_ticket(store)) > first


def test_a_ticket_comes_back_as_it_was_kept(store: Store) -> None:
    kept = open_ticket(store, account_number="12345", wants_call=True, closes_at=NOON, linked_to=None)
    assert read(store, kept.number) == kept


def test_text_that_a_database_refuses_is_kept_with_the_replacement_character(store: Store) -> None:
    kept = open_ticket(store, subject="a\x00b\ud800c")
    assert read(store, kept.number).subject == "a\ufffdb\ufffdc"


def test_saving_adds_new_promises_changes_old_ones_and_merges_addresses(store: Store) -> None:
    kept = open_ticket(store)
    answered = replace(kept.deadlines[0], met_at=NOON + HOUR)
    another = a_deadline(due_at=NOON + 5 * HOUR)
    with store.transaction() as tx:
        saved = tx.save_ticket(
            replace(kept, status=Status.WAITING, addresses=frozenset({"b@firma.kz"}), deadlines=(answered, another))
        )
    assert saved == read(store, kept.number)
    assert saved.deadlines[0] == answered
    assert saved.deadlines[1].id is not None
    assert saved.addresses == {"anna@firma.kz", "b@firma.kz"}


def test_a_ticket_that_is_not_there_cannot_be_saved(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(LookupError):
        tx.save_ticket(a_ticket(number=4))


def test_an_open_ticket_is_not_opened_again(store: Store) -> None:
    kept = open_ticket(store)
    with store.transaction() as tx, pytest.raises(ValueError, match="open already"):
        tx.open_ticket(kept)


def test_tickets_are_listed_oldest_first_by_status_requester_and_age(store: Store) -> None:
    one = open_ticket(store)
    two = open_ticket(store, status=Status.CLOSED, requester="boris@x.kz")
    three = open_ticket(store, opened_at=NOON + HOUR)
    with store.view() as view:
        assert list(view.tickets()) == [one, two, three]
        assert list(view.tickets(statuses=[Status.CLOSED])) == [two]
        assert list(view.tickets(statuses=[])) == []
        assert list(view.tickets(requester="anna@firma.kz")) == [one, three]
        assert list(view.tickets(since=NOON + HOUR)) == [three]


def test_more_tickets_than_a_page_are_all_listed_once(store: Store) -> None:
    with store.transaction() as tx:
        for _ in range(1003):
            tx.open_ticket(a_ticket())
    with store.view() as view:
        assert [ticket.number for ticket in view.tickets()] == list(range(1001, 2004))
        assert [sheet.ticket.number for sheet in view.ticket_sheets()] == list(range(1001, 2004))


def test_a_sheet_has_all_message_ids_oldest_first_and_the_letters_to_the_client(store: Store) -> None:
    ticket = open_ticket(store)
    number = number_of(ticket)
    keep_letter(store, 1, ticket=number, received_at=NOON)
    keep_letter(store, 2, ticket=number, received_at=NOON + HOUR)
    keep_letter(store, 3, ticket=number, message_id=None)
    ours = queue(store, "ack", ticket=number, created_at=NOON + timedelta(seconds=1))
    queue(store, "reminder", ticket=number, to_client=False, created_at=NOON + 2 * HOUR)
    with store.view() as view:
        (sheet,) = view.ticket_sheets()
        assert sheet.ticket == ticket
        assert sheet.message_ids == (
            "<1@firma.kz>",
            "<ack@controlsystem.kz>",
            "<2@firma.kz>",
            "<reminder@controlsystem.kz>",
        )
        assert view.message_ids_of(number) == sheet.message_ids
        assert sheet.letters == (ours,)


def test_message_ids_in_and_out_lead_to_their_tickets(store: Store) -> None:
    number = number_of(open_ticket(store))
    keep_letter(store, 1, ticket=number)
    keep_letter(store, 2)
    queue(store, "ack", ticket=number)
    with store.view() as view:
        asked = ["<1@firma.kz>", "<2@firma.kz>", "<ack@controlsystem.kz>", "<never@seen.kz>"]
        assert view.tickets_of(asked) == {"<1@firma.kz>": number, "<ack@controlsystem.kz>": number}
        assert view.tickets_of([]) == {}
        assert view.tickets_of([*asked, *(f"<{n}@x>" for n in range(2000))])["<1@firma.kz>"] == number


def test_addresses_of_an_unknown_ticket_are_none(store: Store) -> None:
    ticket = open_ticket(store)
    with store.view() as view:
        assert view.addresses_of(number_of(ticket)) == frozenset({"anna@firma.kz"})
        assert view.addresses_of(7) is None


def test_the_letter_and_its_ticket_are_kept_together_or_not_at_all(store: Store) -> None:
    def fails() -> None:
        with store.transaction() as tx:
            ticket = tx.open_ticket(a_ticket())
            tx.keep_letter(a_letter(ticket=ticket.number))
            tx.queue(an_outgoing(ticket=ticket.number))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with store.view() as view:
        assert not any(count for _, count in view.counts().tickets)
        assert view.counts().letters == 0
        assert view.next_outgoing_at() is None


def test_retention_lets_bytes_go_where_tickets_were_closed_long_ago_and_keeps_what_is_known(store: Store) -> None:
    old = number_of(open_ticket(store, status=Status.CLOSED, closed_at=NOON))
    alive = number_of(open_ticket(store))
    gone, stays = keep_letter(store, 1, ticket=old), keep_letter(store, 2, ticket=alive)
    young = keep_letter(store, 3, taken_at=NOON + 2 * HOUR)
    sent = queue(store, "sent", ticket=old)
    waits = queue(store, "waits", ticket=old)
    with store.transaction() as tx:
        tx.note_sent([id_of(sent)], NOON)
        assert tx.let_go(NOON + HOUR) == 2
        assert tx.let_go(NOON + HOUR) == 0
    with store.view() as view:
        assert view.raw_letter(id_of(gone)) == b""
        assert view.raw_outgoing(id_of(sent)) == b""
        assert view.raw_outgoing(id_of(waits)) != b""
        assert view.raw_letter(id_of(stays)) == view.raw_letter(id_of(young)) != b""
        assert view.letter(id_of(gone)) == gone
