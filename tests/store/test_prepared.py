"""A prepared statement gives what SQLAlchemy's own execution gives."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, func, insert, select

from store.prepared import Prepared
from store.store import Store
from store.tables import events, tickets
from tests.store.samples import NOON, number_of, open_ticket

_EVENTS = select(events).where(events.c.at >= bindparam("since")).order_by(events.c.id)
_NOTED = insert(events).returning(events.c.id)


def test_rows_are_the_same_by_name_by_position_and_as_a_mapping(sqlite_url: str) -> None:
    question = select(tickets).where(tickets.c.number == bindparam("number"))
    with Store.open(sqlite_url) as store:
        number = number_of(open_ticket(store))
        with store.view() as view:
            usual = view._run(question, number=number).first()
            prepared = view._run(Prepared(question), number=number).first()
    assert prepared is not None
    assert usual is not None
    assert dict(prepared._mapping) == dict(usual._mapping)
    assert tuple(prepared) == tuple(usual)
    assert prepared.opened_at == usual.opened_at
    with pytest.raises(AttributeError):
        _ = prepared.nothing


def test_what_is_written_by_it_is_read_by_the_other_road(sqlite_url: str) -> None:
    values = {"at": NOON, "ticket": None, "kind": "opened", "author": "client", "text": "Здравствуйте"}
    with Store.open(sqlite_url) as store:
        with store.transaction() as tx:
            from store.records import EventKind

            noted = tx._run(Prepared(_NOTED), **(values | {"kind": EventKind.OPENED})).scalar_one()
        with store.view() as view:
            row = view._run(_EVENTS, since=NOON - timedelta(seconds=1)).first()
    assert row is not None
    assert (row.id, row.at, row.text) == (noted, NOON, "Здравствуйте")


def test_one_answer_is_asked_for_and_there_are_none_or_several(sqlite_url: str) -> None:
    count = Prepared(select(func.count()).select_from(tickets))
    numbers = Prepared(select(tickets.c.number))
    with Store.open(sqlite_url) as store:
        open_ticket(store)
        open_ticket(store)
        with store.view() as view:
            assert view._run(count).scalar_one() == 2
            with pytest.raises(LookupError):
                view._run(numbers).scalar_one()
            assert len(list(view._run(numbers).scalars())) == 2
