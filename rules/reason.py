"""Why something was decided so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of a decision: what was decided, how, by which clause of the rules, and on what evidence.

    ``clause`` is ``"3"`` for the rules of providing support, ``"general 3"`` for the general provisions, or None.
    """

    decision: str
    value: str
    clause: str | None = None
    evidence: str = ""
