"""One consistent look at the store: every question there is, answered with frozen values."""

from store.clock import ClockReads
from store.ledger import LedgerReads
from store.letters import LetterReads
from store.outbox import OutboxReads


class View(LetterReads, ClockReads, OutboxReads, LedgerReads):
    """All questions see the same moment. To be used in the thread that opened it; what streams, within it."""
