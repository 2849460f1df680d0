"""A letter that broke the program: set aside with its raw bytes and the reason, and a ticket for people to look at."""

import hashlib
import re
from datetime import datetime, timedelta

from daemon.arrival import Arrival, Taken
from daemon.staff_correspondence import StaffCorrespondence
from rules.category import Category
from rules.part import promise
from rules.policy import Policy
from rules.promises import deadline_for
from rules.schedule import Calendar
from rules.ticket import Status, Ticket, TicketKind
from store.records import Event, EventKind, Quarantined
from store.writing import Transaction

SUBJECT = "письмо не разобрано"

# From: =?utf-8?b?…?= <client@example.kz>      the address alone, from the first 64 KB, without a parser
_FROM = re.compile(
    rb"^from:[^\r\n]{0,400}?([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})", re.IGNORECASE | re.MULTILINE
)


class Unreadable:
    """Quarantines letters."""

    def __init__(self, *, policy: Policy, staff: StaffCorrespondence) -> None:
        self._policy = policy
        self._staff = staff

    def keep(self, tx: Transaction, arrival: Arrival, reason: str, *, now: datetime, attempts: int = 1) -> Taken:
        """The letter in quarantine, with a ticket on the duty calendar and without acknowledgement."""
        if (kept_id := tx.meta(_key_of(arrival.raw))) is not None and arrival.raw:
            return self._again(tx, arrival, int(kept_id))
        received_at = min(arrival.received_at.replace(microsecond=0), now)
        requester = find_sender(arrival.raw)
        ticket = tx.open_ticket(self._ticket(requester, received_at, stale=self._stale(arrival, received_at, now)))
        kept = tx.quarantine(
            Quarantined(
                place=arrival.place,
                received_at=received_at,
                at=now,
                reason=reason,
                attempts=attempts,
                ticket=ticket.number,
                raw=arrival.raw,
            )
        )
        if arrival.raw:
            tx.set_meta(_key_of(arrival.raw), str(kept.id))
        text = f"set aside as {kept.id}: {reason}"
        tx.add_event(Event(at=now, ticket=ticket.number, kind=EventKind.QUARANTINED, author="supportd", text=text))
        letters = 0 if ticket.silent else self._staff.quarantined(tx, ticket, kept.id or 0, reason, now=now)
        return Taken(
            fate="quarantined",
            message_id="",
            letters=letters,
            ticket=ticket.number,
            due_at=tuple(each.due_at for each in ticket.deadlines),
            reasons=(reason,),
        )

    @staticmethod
    def _again(tx: Transaction, arrival: Arrival, kept_id: int) -> Taken:
        """It was set aside before and lies elsewhere now (its folder got new UIDs): no second ticket."""
        if arrival.place is not None:
            tx.move_quarantined(kept_id, arrival.place)
        kept = tx.quarantined_one(kept_id)
        return Taken(fate="copy", message_id="", ticket=kept.ticket if kept is not None else None)

    def _stale(self, arrival: Arrival, received_at: datetime, now: datetime) -> bool:
        max_age: timedelta | None = self._policy.limits.max_age
        return arrival.silent or (max_age is not None and now - received_at > max_age)

    def _ticket(self, requester: str, received_at: datetime, *, stale: bool) -> Ticket:
        part = promise(
            categories=(Category.OTHER,),
            calendar=Calendar.DUTY,
            received_at=received_at,
            schedule=self._policy.schedule,
            answer_within=self._policy.answer_within,
        )
        return Ticket(
            kind=TicketKind.UNREADABLE,
            status=Status.OPEN,
            subject=SUBJECT,
            requester=requester,
            requester_name="",
            addresses=frozenset({requester} - {""}),
            categories=(Category.OTHER,),
            deadlines=(deadline_for(part, self._policy),),
            marked=True,
            opened_at=received_at,
            changed_at=received_at,
            silent=stale,
        )


def _key_of(raw: bytes) -> str:
    """The key under which the store keeps as what these bytes were set aside: nothing else is known of the letter."""
    return f"quarantined:{hashlib.sha256(raw).hexdigest()}"


def find_sender(raw: bytes) -> str:
    """The address in the From field of bytes that nobody could parse, lower-cased; empty if none is plain to see."""
    match = _FROM.search(raw[:65536])
    return match.group(1).decode("ascii", "replace").lower() if match else ""
