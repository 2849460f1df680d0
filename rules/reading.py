"""What the program understood of the client's new words."""

from dataclasses import dataclass

from parsers.mail import Language
from rules.category import Category, Detail
from rules.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryReading:
    """One category the letter was read as. ``confident`` readings alone may run on the office calendar.

    ``plain``: the words name it by themselves; a follow-up of other words («есть новости?») asks for what its ticket
    asks for.
    """

    category: Category
    confident: bool
    plain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A letter as understood: one or two categories, the main one first, and what the client gave.

    ``account_number`` is its digits or None. ``thanks_alone``: nothing is asked. ``objects``: the client says it is
    urgent or that we took him wrongly.
    """

    categories: tuple[CategoryReading, ...]
    conduct: bool
    wants_call: bool
    account_number: str | None
    supplied: frozenset[Detail]
    thanks_alone: bool
    objects: bool
    language: Language
    reasons: tuple[Reason, ...]
