"""``supportd tickets list`` and ``show``: reading alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from daemon.configuration import Configuration
from daemon.console import NOTHING, Failed, in_words, print_json, print_rows, say, table
from daemon.sheets import blocked_row, event_row, incoming_row, outgoing_row, ticket_details, ticket_row
from rules.ticket import Status, Ticket
from store.records import Event, Letter, Outgoing, TicketSheet
from store.store import Store


def list_tickets(
    store: Store, configuration: Configuration, *, status: Status | None, as_json: bool, now: datetime
) -> None:
    """Every ticket, oldest first, one line each; they stream by, however many there are."""
    prefix, zone = configuration.support.ticket_prefix, configuration.support.zone
    with store.view() as view:
        sheets = view.ticket_sheets(statuses=None if status is None else (status,))
        if as_json:
            for sheet in sheets:
                print_json(ticket_row(sheet, prefix=prefix, zone=zone, now=now))
        elif not print_table(sheets, prefix=prefix, zone=zone, now=now):
            say("there are no tickets" if status is None else f"no ticket is {status.value}")


def list_blocked(store: Store, configuration: Configuration, *, as_json: bool) -> None:
    """The list of contract violators (clause 11), in alphabetical order."""
    with store.view() as view:
        entries = view.blocked_all()
    rows = (blocked_row(each, zone=configuration.support.zone) for each in entries)
    print_rows(rows, ("what", "at", "author", "reason"), as_json=as_json, none="nobody is on the list")


def print_table(sheets: Iterable[TicketSheet], *, prefix: str, zone: ZoneInfo, now: datetime) -> bool:
    """Tickets as a table for people; whether there was any."""
    return table((_cells(sheet, prefix, zone, now) for sheet in sheets), _HEADER)


_HEADER = ("ticket", "status", "client", "categories", "answer until", "letters")


def _cells(sheet: TicketSheet, prefix: str, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    ticket = sheet.ticket
    yield f"{prefix}-{ticket.number}"
    yield ticket.status.value
    yield (ticket.requester or NOTHING)[:40]
    yield in_words([category.value for category in ticket.categories])
    yield _promises(ticket, zone, now) or NOTHING
    yield in_words([f"{letter.template} {letter.state.value}" for letter in sheet.letters])


def _promises(ticket: Ticket, zone: ZoneInfo, now: datetime) -> str:
    return "; ".join(
        f"{_spoken(each.due_at, zone, now)} {each.state(now).value}"
        for each in ticket.deadlines
        if each.cancelled_at is None
    )


def _spoken(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """«Mon 23 Nov 09:00», with the year where it is not this one; cut to the minute."""
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else " %Y"
    return local.strftime(f"%a %d %b{year} %H:%M")


def show_ticket(store: Store, configuration: Configuration, number: int, *, as_json: bool, now: datetime) -> None:
    """One ticket with its letters, reasons and events: why it is as it is."""
    prefix, zone = configuration.support.ticket_prefix, configuration.support.zone
    with store.view() as view:
        ticket = view.ticket(number)
        if ticket is None:
            raise Failed(f"there is no ticket {prefix}-{number}")
        incoming, outgoing, events = view.letters_of(number), view.outgoing_of(number), view.events_of(number)
        ids = view.message_ids_of(number)
    sheet = TicketSheet(ticket=ticket, message_ids=ids, letters=tuple(each for each in outgoing if each.to_client))
    details = ticket_details(ticket, prefix=prefix, zone=zone)
    if as_json:
        row = ticket_row(sheet, prefix=prefix, zone=zone, now=now) | details
        row["incoming"] = [incoming_row(each, zone=zone) for each in incoming]
        row["outgoing"] = [outgoing_row(each, prefix=prefix, zone=zone) for each in outgoing]
        row["events"] = [event_row(each, zone=zone) for each in events]
        print_json(row)
        return
    print_table([sheet], prefix=prefix, zone=zone, now=now)
    say(f"\n  subject: {in_words(ticket.subject)}")
    for name, value in details.items():
        if value not in (None, False, "", []):
            say(f"  {name.replace('_', ' ')}: {in_words(value)}")
    _show_letters(incoming, outgoing, zone)
    _show_events(events, zone)


def _show_letters(incoming: Iterable[Letter], outgoing: Iterable[Outgoing], zone: ZoneInfo) -> None:
    """In (with the reasons of what was decided) and out, each in the order of time."""
    for letter in incoming:
        say(f"\n← {_second(letter.received_at, zone)}  {letter.role.value} from {in_words(letter.sender)}")
        say(f"    subject: {in_words(letter.subject)}")
        for reason in letter.reasons:
            clause = f" (clause {reason.clause})" if reason.clause else ""
            evidence = f": {reason.evidence}" if reason.evidence else ""
            say(f"    {reason.decision} = {reason.value}{clause}{evidence}")
        for defect in letter.defects:
            say(f"    defect: {defect}")
    say()
    for mail in outgoing:
        why = f" ({mail.reason})" if mail.reason else ""
        say(f"→ {_second(mail.created_at, zone)}  {mail.template} to {mail.recipient}: {mail.state.value}{why}")


def _show_events(events: Iterable[Event], zone: ZoneInfo) -> None:
    say()
    for event in events:
        say(f"· {_second(event.at, zone)}  {event.kind.value} by {event.author}: {event.text}")


def _second(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
