"""Values to keep: a small support desk's worth, each with what a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rules.category import Category
from rules.decision import Proof
from rules.reason import Reason
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind
from store.records import Letter, LetterRole, Outgoing, Place, Quarantined
from store.store import Store

NOON = datetime(2026, 11, 21, 7, 4, tzinfo=UTC)
"""Saturday, 12:04 in Almaty."""
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def a_deadline(**changes: Any) -> Deadline:
    values: dict[str, Any] = {
        "categories": (Category.TECHNICAL,),
        "calendar": Calendar.DUTY,
        "received_at": NOON,
        "reached_at": NOON,
        "deferred_until": None,
        "due_at": NOON + HOUR,
        "warn_at": NOON + 45 * MINUTE,
    }
    return Deadline(**(values | changes))


def a_ticket(**changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "kind": TicketKind.REQUEST,
        "status": Status.OPEN,
        "subject": "Не выгружается отчёт",
        "requester": "anna@firma.kz",
        "requester_name": "Анна",
        "addresses": frozenset({"anna@firma.kz"}),
        "categories": (Category.TECHNICAL,),
        "deadlines": (a_deadline(),),
        "opened_at": NOON,
        "changed_at": NOON,
    }
    return Ticket(**(values | changes))


def a_place(uid: int = 1, **changes: Any) -> Place:
    values: dict[str, Any] = {"folder": "INBOX", "uidvalidity": 4_294_967_295, "uid": uid}
    return Place(**(values | changes))


def a_letter(uid: int = 1, **changes: Any) -> Letter:
    values: dict[str, Any] = {
        "place": a_place(uid),
        "message_id": f"<{uid}@firma.kz>",
        "digest": f"digest of {uid}",
        "sender": "anna@firma.kz",
        "subject": "Не выгружается отчёт",
        "received_at": NOON,
        "taken_at": NOON,
        "role": LetterRole.REQUEST,
        "proof": Proof.AUTHENTICATION_RESULTS,
        "ticket": None,
        "disposition": "new_request",
        "reasons": (Reason(decision="category", value="technical", clause="4", evidence="не выгружается"),),
        "defects": ("no Date header",),
        "raw": b"Subject: x\r\n\r\n" + b"text\r\n" * 100,
    }
    return Letter(**(values | changes))


def an_outgoing(name: str = "1", **changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "ticket": None,
        "template": "acknowledgement",
        "recipient": "anna@firma.kz",
        "message_id": f"<{name}@controlsystem.kz>",
        "envelope_from": "",
        "raw": b"Subject: our answer\r\n\r\ntext\r\n",
        "to_client": True,
        "automatic": True,
        "created_at": NOON,
        "next_attempt_at": NOON,
        "domain": "firma.kz",
        "body_key": "fingerprint",
    }
    return Outgoing(**(values | changes))


def a_quarantined(uid: int = 1, **changes: Any) -> Quarantined:
    values: dict[str, Any] = {
        "place": a_place(uid),
        "received_at": NOON,
        "at": NOON,
        "reason": "took too long",
        "attempts": 3,
        "ticket": None,
        "raw": b"\x00\xff broken",
    }
    return Quarantined(**(values | changes))


def open_ticket(store: Store, **changes: Any) -> Ticket:
    with store.transaction() as tx:
        return tx.open_ticket(a_ticket(**changes))


def keep_letter(store: Store, uid: int = 1, **changes: Any) -> Letter:
    with store.transaction() as tx:
        return tx.keep_letter(a_letter(uid, **changes))


def queue(store: Store, name: str = "1", **changes: Any) -> Outgoing:
    with store.transaction() as tx:
        return tx.queue(an_outgoing(name, **changes))


def id_of(value: Letter | Outgoing | Quarantined | Deadline) -> int:
    assert value.id is not None
    return value.id


def number_of(ticket: Ticket) -> int:
    assert ticket.number is not None
    return ticket.number
