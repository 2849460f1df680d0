"""What becomes of a letter, with all its reasons."""

from dataclasses import dataclass
from enum import StrEnum

from parsers.mail import Address
from rules.category import Category, Detail
from rules.part import Part
from rules.reading import Reading
from rules.reason import Reason


class Disposition(StrEnum):
    """What a letter is."""

    NEW_REQUEST = "new_request"
    AUTOMATED = "automated"
    OWN = "own"
    AGENT = "agent"


class Proof(StrEnum):
    """How a sender's identity was proved."""

    NONE = "none"
    SENT_FOLDER = "sent_folder"
    AUTHENTICATION_RESULTS = "authentication_results"
    TOKEN = "token"  # noqa: S105 - a kind of proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who wrote the letter: the real client, and whether a machine, we ourselves or an agent did.

    ``client`` has empty strings where unknown. ``automated`` says why it is a machine's, or is None. ``silenced``: no
    automatic answer may go to it, whatever else it is.
    """

    disposition: Disposition
    client: Address
    proof: Proof
    automated: str | None
    silenced: bool
    from_form: bool
    proved_for: int | None = None
    """The ticket that the proof is bound to (a token); None where it holds for any ticket."""
    claims_staff: bool = False
    """From one of our own or an agent's addresses, unproved: a colleague, or somebody who plays one."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A letter judged as a first one.

    ``parts`` is empty unless it is a new request; ``missing`` holds only what matters for the categories.
    """

    origin: Origin
    reading: Reading
    categories: tuple[Category, ...]
    parts: tuple[Part, ...]
    acknowledge: bool
    supplied: tuple[Detail, ...]
    missing: tuple[Detail, ...]
    reasons: tuple[Reason, ...]
    defects: tuple[str, ...]
