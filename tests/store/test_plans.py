"""With ten thousand tickets a letter must not cost more than with none: every question of its journey, and each of the
clock, is answered from an index."""

from collections.abc import Callable
from typing import Any

import pytest

from store.records import OutgoingState
from store.store import Store
from store.view import View
from tests.store.samples import HOUR, NOON, a_place, keep_letter, number_of, open_ticket, queue

_QUESTIONS: dict[str, Callable[[View], Any]] = {
    "is_known": lambda view: view.is_known(a_place()),
    "known_uids": lambda view: view.known_uids("INBOX", 1, [1, 2]),
    "find_copy": lambda view: view.find_copy("<1@firma.kz>", "d"),
    "find_by_message_id": lambda view: view.find_by_message_id("<1@firma.kz>"),
    "find_twin": lambda view: view.find_twin("anna@firma.kz", "d", NOON),
    "tickets_of": lambda view: view.tickets_of(["<1@firma.kz>"]),
    "ticket": lambda view: view.ticket(1001),
    "letters_of": lambda view: view.letters_of(1001),
    "message_ids_of": lambda view: view.message_ids_of(1001),
    "outgoing_of": lambda view: view.outgoing_of(1001),
    "due_outgoing": lambda view: view.due_outgoing(NOON, 10),
    "next_outgoing_at": lambda view: view.next_outgoing_at(),
    "find_outgoing": lambda view: view.find_outgoing("<1@controlsystem.kz>"),
    "find_outgoing_by_key": lambda view: view.find_outgoing_by_key("ack:1001"),
    "orphans": lambda view: view.orphans("boot"),
    "outgoing_in": lambda view: view.outgoing_in([OutgoingState.UNKNOWN]),
    "count by recipient": lambda view: view.count_automatic(NOON, recipient="anna@firma.kz"),
    "count by domain": lambda view: view.count_automatic(NOON, domain="firma.kz"),
    "count by body": lambda view: view.count_automatic(NOON, body_key="fingerprint"),
    "count of all": lambda view: view.count_automatic(NOON),
    "count_answers": lambda view: view.count_answers(NOON, recipient="agent@x.kz"),
    "events_of": lambda view: view.events_of(1001),
    "events_since": lambda view: view.events_since(NOON),
    "blocked": lambda view: view.blocked(address="anna@firma.kz", account="1"),
    "warnings_due": lambda view: view.warnings_due(NOON + HOUR),
    "broken_due": lambda view: view.broken_due(NOON + 2 * HOUR),
    "closings_due": lambda view: view.closings_due(NOON),
    "next_clock_moment": lambda view: view.next_clock_moment(NOON),
}


@pytest.mark.parametrize("name", _QUESTIONS)
def test_the_question_reads_no_whole_table(sqlite_url: str, name: str) -> None:
    asked: list[str] = []

    with Store.open(sqlite_url) as store:
        number = number_of(open_ticket(store))
        keep_letter(store, ticket=number)
        queue(store, ticket=number)
        with store.view() as view:
            driver: Any = view._connection.connection.dbapi_connection
            driver.set_trace_callback(asked.append)  # what SQLite is asked, by whichever road
            try:
                _QUESTIONS[name](view)
            finally:
                driver.set_trace_callback(None)
            questions = [statement for statement in asked if statement.startswith("SELECT")]
            assert questions
            for statement in questions:
                plan = driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
                # a walk along an index from its end is a look-up where one row is wanted
                steps = [row[3] for row in plan if row[3].startswith("SCAN") and "CONSTANT" not in row[3]]
                assert all("USING INDEX ix_" in step or "USING COVERING INDEX ix_" in step for step in steps), plan
