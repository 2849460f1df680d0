"""``supportd tickets list`` and ``show``: reading alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from daemon.configuration import Configuration
from daemon.console import Failed, print_json, table
from daemon.policy_of import policy_of
from daemon.sheets import (
    event_row,
    incoming_row,
    letter_row,
    outgoing_row,
    ticket_details,
    ticket_row,
)
from rules.policy import Policy
from rules.spoken import speak_brief
from rules.ticket import Status, Ticket
from store.records import TicketSheet
from store.store import Store


def list_tickets(
    store: Store, configuration: Configuration, *, status: Status | None, as_json: bool, now: datetime
) -> None:
    """Every ticket, oldest first, one line each."""
    policy = policy_of(configuration)
    prefix, zone = policy.ticket_prefix, policy.schedule.zone
    with store.view() as view:
        sheets = view.ticket_sheets(statuses=None if status is None else (status,))
        if as_json:
            for sheet in sheets:
                print_json(ticket_row(sheet, prefix=prefix, zone=zone, now=now))
            return
        print_table(sheets, policy, now)


def print_table(sheets: Iterable[TicketSheet], policy: Policy, now: datetime) -> None:
    """Tickets as a table for people."""
    table((_cells(sheet, policy, now) for sheet in sheets), _HEADER)


_HEADER = ("номер", "статус", "клиент", "категории", "ответить до", "письма")


def _cells(sheet: TicketSheet, policy: Policy, now: datetime) -> Iterator[str]:
    ticket = sheet.ticket
    yield f"{policy.ticket_prefix}-{ticket.number}"
    yield ticket.status.value
    yield (ticket.requester or "—")[:36]
    yield ", ".join(category.wording for category in ticket.categories) or "—"
    yield _promises(ticket, policy, now) or "—"
    yield ", ".join(f"{letter.template}: {letter.state.value}" for letter in sheet.letters) or "—"


def _promises(ticket: Ticket, policy: Policy, now: datetime) -> str:
    return "; ".join(
        f"{speak_brief(each.due_at, now=now, zone=policy.schedule.zone)} ({each.state(now).value})"
        for each in ticket.deadlines
        if each.cancelled_at is None
    )


def parse_number(text: str, prefix: str) -> int:
    """``CSC-1042``, ``csc-1042`` or ``1042``; Failed with a sentence for anything else."""
    bare = text.strip().upper().removeprefix(f"{prefix.upper()}-").removeprefix("№").strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 9):
        raise Failed(f"{text!r} is no ticket number: write it as {prefix}-1042 or 1042")
    return int(bare)


def show_ticket(store: Store, configuration: Configuration, number: int, *, as_json: bool, now: datetime) -> None:
    """One ticket with its letters, reasons and events: why it is as it is."""
    policy = policy_of(configuration)
    prefix, zone = policy.ticket_prefix, policy.schedule.zone
    with store.view() as view:
        ticket = view.ticket(number)
        if ticket is None:
            raise Failed(f"there is no ticket {prefix}-{number}")
        incoming, outgoing, events = view.letters_of(number), view.outgoing_of(number), view.events_of(number)
        ids = view.message_ids_of(number)
    sheet = TicketSheet(ticket=ticket, message_ids=ids, letters=tuple(each for each in outgoing if each.to_client))
    if as_json:
        row = ticket_row(sheet, prefix=prefix, zone=zone, now=now) | ticket_details(ticket, prefix=prefix, zone=zone)
        row["incoming"] = [incoming_row(each, zone=zone) for each in incoming]
        row["outgoing"] = [outgoing_row(each, prefix=prefix, zone=zone) for each in outgoing]
        row["events"] = [event_row(each, zone=zone) for each in events]
        print_json(row)
        return
    print_table([sheet], policy, now)
    for name, value in ticket_details(ticket, prefix=prefix, zone=zone).items():
        if value not in (None, False, "", []):
            print(f"  {name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    for letter in incoming:
        print(f"\n← {letter.received_at.astimezone(zone):%d.%m.%Y %H:%M:%S} {letter.sender}: {letter.subject}")
        for reason in letter.reasons:
            clause = f" (п. {reason.clause})" if reason.clause else ""
            print(f"    {reason.decision} = {reason.value}{clause}  {reason.evidence}")
        for defect in letter.defects:
            print(f"    ! {defect}")
    for mail in outgoing:
        about = letter_row(mail)
        written = f"{mail.created_at.astimezone(zone):%d.%m.%Y %H:%M:%S}"
        print(f"→ {written} {mail.recipient}: {about['template']}, {about['state']}")
    print()
    for event in events:
        print(f"  {event.at.astimezone(zone):%d.%m.%Y %H:%M:%S} {event.kind.value} ({event.author}): {event.text}")
