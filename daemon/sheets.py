"""Tickets, letters and events as rows for the command line: JSON with names that other tools rely on."""

from datetime import datetime
from zoneinfo import ZoneInfo

from daemon.arrival import is_synthetic
from daemon.moments import local
from rules.ticket import Deadline, Ticket
from store.records import Blocked, Event, Letter, Outgoing, OutgoingState, Quarantined, TicketSheet


def ticket_row(sheet: TicketSheet, *, prefix: str, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """One ticket as ``tickets list --json`` shows it; states are judged at ``now``."""
    ticket = sheet.ticket
    return {
        "number": f"{prefix}-{ticket.number}",
        "status": ticket.status.value,
        "subject": ticket.subject,
        "requester": ticket.requester,
        "categories": [category.value for category in ticket.categories],
        "message_ids": [each for each in sheet.message_ids if not is_synthetic(each)],
        "deadlines": [deadline_row(each, zone=zone, now=now) for each in ticket.deadlines],
        "letters": [letter_row(each) for each in sheet.letters],
    }


def deadline_row(deadline: Deadline, *, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """One promise."""
    return {
        "categories": [category.value for category in deadline.categories],
        "received_at": local(deadline.received_at, zone),
        "deferred_until": local(deadline.deferred_until, zone),
        "due_at": local(deadline.due_at, zone),
        "state": deadline.state(now).value,
        "met_at": local(deadline.met_at, zone),
    }


def letter_row(letter: Outgoing) -> dict[str, object]:
    """One letter to the client."""
    return {"template": letter.template, "state": letter.state.value, "message_id": letter.message_id}


def ticket_details(ticket: Ticket, *, prefix: str, zone: ZoneInfo) -> dict[str, object]:
    """What ``tickets show`` adds to the row."""
    return {
        "kind": ticket.kind.value,
        "requester_name": ticket.requester_name,
        "requester_proved": ticket.requester_proved,
        "addresses": sorted(ticket.addresses),
        "account_number": ticket.account_number,
        "missing": [detail.value for detail in ticket.missing],
        "conduct": ticket.conduct,
        "wants_call": ticket.wants_call,
        "marked": ticket.marked,
        "linked_to": f"{prefix}-{ticket.linked_to}" if ticket.linked_to is not None else None,
        "opened_at": local(ticket.opened_at, zone),
        "closed_at": local(ticket.closed_at, zone),
        "closes_at": local(ticket.closes_at, zone),
    }


def incoming_row(letter: Letter, *, zone: ZoneInfo) -> dict[str, object]:
    """One letter that came in, with the reasons of what was decided about it."""
    return {
        "id": letter.id,
        "role": letter.role.value,
        "sender": letter.sender,
        "subject": letter.subject,
        "message_id": letter.message_id if letter.message_id and not is_synthetic(letter.message_id) else None,
        "received_at": local(letter.received_at, zone),
        "proof": letter.proof.value,
        "reasons": [
            {"decision": each.decision, "value": each.value, "clause": each.clause, "evidence": each.evidence}
            for each in letter.reasons
        ],
        "defects": list(letter.defects),
    }


def outgoing_row(letter: Outgoing, *, prefix: str, zone: ZoneInfo) -> dict[str, object]:
    """One letter of the outbox."""
    return {
        "id": letter.id,
        "ticket": f"{prefix}-{letter.ticket}" if letter.ticket is not None else None,
        "template": letter.template,
        "recipient": letter.recipient,
        "state": letter.state.value,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "in_doubt": letter.in_doubt,
        "created_at": local(letter.created_at, zone),
        "next_attempt_at": local(letter.next_attempt_at if letter.state is OutgoingState.QUEUED else None, zone),
        "sent_at": local(letter.sent_at, zone),
        "message_id": letter.message_id,
    }


def blocked_row(entry: Blocked, *, zone: ZoneInfo) -> dict[str, object]:
    """One entry of the list of contract violators."""
    return {"what": entry.what, "at": local(entry.at, zone), "author": entry.author, "reason": entry.reason}


def event_row(event: Event, *, zone: ZoneInfo) -> dict[str, object]:
    """One thing that happened."""
    return {"at": local(event.at, zone), "kind": event.kind.value, "author": event.author, "text": event.text}


def quarantined_row(letter: Quarantined, *, prefix: str, zone: ZoneInfo) -> dict[str, object]:
    """One letter set aside."""
    return {
        "id": letter.id,
        "ticket": f"{prefix}-{letter.ticket}" if letter.ticket is not None else None,
        "received_at": local(letter.received_at, zone),
        "at": local(letter.at, zone),
        "reason": letter.reason,
        "attempts": letter.attempts,
        "solved_at": local(letter.solved_at, zone),
    }
