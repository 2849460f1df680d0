"""One letter with everything known and decided about it, as it goes through the intake."""

from dataclasses import dataclass
from datetime import datetime

from daemon.arrival import Arrival
from daemon.read_letter import ReadLetter
from rules.commands import CommandBlock
from rules.decision import Decision
from rules.fate import Destiny, Pointers, Surroundings
from rules.ticket import Ticket
from store.records import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``destiny`` and ``decision`` are None until decided. ``same_id``: kept letters with the same Message-ID.

    ``arrival.received_at`` is the moment that counts: whole seconds, never in the future.
    """

    arrival: Arrival
    read: ReadLetter
    message_id: str
    pointers: Pointers
    around: Surroundings
    same_id: tuple[Letter, ...]
    commands: CommandBlock
    stale: bool
    defects: tuple[str, ...]
    now: datetime
    known: Letter | None = None
    """The unproved letter that this copy in Sent is the proof of, or None."""
    destiny: Destiny | None = None
    decision: Decision | None = None

    @property
    def at(self) -> datetime:
        return self.arrival.received_at

    @property
    def ticket(self) -> Ticket | None:
        """The ticket it joins or concerns, as it was before."""
        if self.destiny is None or self.destiny.ticket is None:
            return None
        return self.around.tickets.get(self.destiny.ticket)

    @property
    def author(self) -> str:
        """The one address in From, for events and answers; empty if there is none."""
        return self.read.mail.from_[0].address if self.read.mail.from_ else ""
