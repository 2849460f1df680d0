"""Tickets of the past, so that a store is as full as after a year."""

from datetime import UTC, datetime, timedelta

from parsers.mail import Language
from rules.category import Category
from rules.schedule import Calendar
from rules.ticket import Deadline, Status, Ticket, TicketKind
from store.records import Event, EventKind, Letter, LetterRole, Outgoing, OutgoingState
from store.store import Store


def fill(url: str, count: int) -> None:
    """``count`` answered tickets, each with a letter, an acknowledgement, a promise and an event."""
    base = datetime.now(UTC) - timedelta(days=300)
    with Store.open(url) as store:
        for start in range(0, count, 500):
            with store.transaction() as tx:
                for number in range(start, min(count, start + 500)):
                    at = base + timedelta(minutes=30 * number)
                    status = Status.OPEN if number % 50 == 0 else Status.CLOSED
                    deadline = Deadline(
                        categories=(Category.TECHNICAL,),
                        calendar=Calendar.DUTY,
                        received_at=at,
                        reached_at=at,
                        deferred_until=None,
                        due_at=at + timedelta(hours=1),
                        met_at=at + timedelta(minutes=20),
                        warn_at=at + timedelta(minutes=45),
                    )
                    sender = f"old{number}@firm{number % 997}.example.kz"
                    ticket = tx.open_ticket(
                        Ticket(
                            kind=TicketKind.REQUEST,
                            status=status,
                            subject=f"Старое обращение {number}",
                            requester=sender,
                            requester_name="",
                            addresses=frozenset({sender}),
                            categories=(Category.TECHNICAL,),
                            deadlines=(deadline,),
                            opened_at=at,
                            changed_at=at,
                            closed_at=at + timedelta(days=7) if status is Status.CLOSED else None,
                            language=Language.RUSSIAN,
                        )
                    )
                    _letters(store_tx=tx, number=number, ticket=ticket.number or 0, sender=sender, at=at)


def _letters(*, store_tx: object, number: int, ticket: int, sender: str, at: datetime) -> None:
    from store.writing import Transaction  # noqa: PLC0415 - for the type alone

    assert isinstance(store_tx, Transaction)
    store_tx.keep_letter(
        Letter(
            place=None,
            message_id=f"<old{number}@example.kz>",
            digest=f"{number:064x}",
            sender=sender,
            subject=f"Старое обращение {number}",
            received_at=at,
            taken_at=at,
            role=LetterRole.REQUEST,
            ticket=ticket,
            disposition="new_request",
            raw=b"From: x\r\n\r\n" + b"text " * 400,
        )
    )
    store_tx.queue(
        Outgoing(
            key=f"ack:{ticket}",
            ticket=ticket,
            template="in_hours",
            recipient=sender,
            message_id=f"<oldack{number}@controlsystem.kz>",
            envelope_from="",
            raw=b"Subject: x\r\n\r\n" + b"text " * 400,
            state=OutgoingState.SENT,
            to_client=True,
            automatic=True,
            created_at=at,
            next_attempt_at=at,
            sent_at=at,
        )
    )
    store_tx.add_event(Event(at=at, ticket=ticket, kind=EventKind.OPENED, author=sender, text="request"))
