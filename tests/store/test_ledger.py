from dataclasses import replace

from rules.ticket import Status
from store.records import Blocked, Event, EventKind, FolderPosition, OutgoingState
from store.store import Store
from tests.store.samples import HOUR, NOON, a_quarantined, id_of, keep_letter, number_of, open_ticket, queue


def test_a_position_comes_back_and_is_replaced_by_the_next(store: Store) -> None:
    first = FolderPosition(
        folder="Заявки",
        uidvalidity=4_294_967_295,
        started_after=7,
        started_at=NOON,
        settled=9,
        settled_above=frozenset({12}),
    )
    second = replace(first, settled=4_294_967_290, settled_above=frozenset())
    with store.transaction() as tx:
        assert tx.position("Заявки") is None
        tx.settle(first)
        assert tx.position("Заявки") == first
        tx.settle(second)
        assert tx.position("Заявки") == second


def test_events_are_told_in_order_for_a_ticket_and_since_a_moment(store: Store) -> None:
    number = number_of(open_ticket(store))
    opened = Event(at=NOON, ticket=number, kind=EventKind.OPENED, author="client", text="a")
    breaker = Event(at=NOON + HOUR, ticket=None, kind=EventKind.BREAKER, author="supportd", text="b")
    with store.transaction() as tx:
        tx.add_event(breaker)
        tx.add_event(opened)
    with store.view() as view:
        assert view.events_of(number) == (replace(opened, id=2),)
        assert view.events_since(NOON) == (replace(opened, id=2), replace(breaker, id=1))
        assert view.events_since(NOON + HOUR) == (replace(breaker, id=1),)


def test_a_violator_is_known_by_address_then_domain_then_account(store: Store) -> None:
    address, domain, account = (
        Blocked(what=what, author="agent@controlsystem.kz", reason="clause 11", at=NOON)
        for what in ("anna@firma.kz", "@firma.kz", "12345")
    )
    with store.transaction() as tx:
        for entry in (address, domain, account):
            tx.block(entry)
        assert tx.blocked(address="anna@firma.kz", account="12345") == address
        assert tx.blocked(address="boris@firma.kz", account="12345") == domain
        assert tx.blocked(address="boris@sub.firma.kz", account="12345") == account
        assert tx.blocked(address="boris@sub.firma.kz", account=None) is None
        assert tx.blocked(address="", account=None) is None
        assert tx.blocked_all() == (account, domain, address)
        assert tx.unblock("@firma.kz")
        assert not tx.unblock("@firma.kz")
        tx.block(replace(address, reason="again"))
        assert tx.blocked_all() == (account, replace(address, reason="again"))


def test_a_letter_set_aside_has_its_bytes_until_it_is_solved_and_after(store: Store) -> None:
    with store.transaction() as tx:
        aside = tx.quarantine(a_quarantined())
        assert tx.quarantined() == (aside,)
        assert tx.quarantined_one(id_of(aside)) == replace(aside, raw=a_quarantined().raw)
        assert tx.quarantined_one(99) is None
        assert tx.solve_quarantined(id_of(aside), NOON)
        assert not tx.solve_quarantined(id_of(aside), NOON)
        assert tx.quarantined() == ()
        assert tx.quarantined(open_only=False) == (replace(aside, solved_at=NOON),)


def test_a_letter_set_aside_twice_from_its_place_is_one_entry_open_again(store: Store) -> None:
    with store.transaction() as tx:
        first = tx.quarantine(a_quarantined())
        tx.solve_quarantined(id_of(first), NOON)
        second = tx.quarantine(a_quarantined(reason="still", attempts=1))
        assert tx.quarantined() == (second,)
        assert second.id == first.id
        tx.quarantine(a_quarantined(place=None))
        tx.quarantine(a_quarantined(place=None))
        assert len(tx.quarantined()) == 3


def test_single_facts_are_kept_replaced_and_forgotten(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.meta("breaker") is None
        tx.set_meta("breaker", "open")
        tx.set_meta("breaker", "shut")
        assert tx.meta("breaker") == "shut"
        tx.set_meta("breaker", None)
        assert tx.meta("breaker") is None


def test_counts_name_every_state(store: Store) -> None:
    open_ticket(store, status=Status.WAITING)
    keep_letter(store)
    queue(store)
    with store.transaction() as tx:
        tx.quarantine(a_quarantined())
    with store.view() as view:
        counts = view.counts()
    assert counts.tickets == ((Status.OPEN, 0), (Status.WAITING, 1), (Status.CLOSED, 0))
    assert dict(counts.outgoing)[OutgoingState.QUEUED] == 1
    assert len(counts.outgoing) == len(OutgoingState)
    assert (counts.letters, counts.quarantined) == (1, 1)
