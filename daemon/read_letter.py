"""A letter as it was read: the value that the reading child hands to the service.

It stands by itself so that the service need not load what reading needs.
"""

from dataclasses import dataclass

from daemon.draft import Draft
from parsers.mail import Bounce, FormLetter, Mark, ParsedMail, Words
from rules.decision import Origin
from rules.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLetter:
    """A letter as it can be understood without knowing any other.

    ``mail`` comes without its HTML, its embedded messages and its header fields but Bcc: what needed them has been
    read, and every field more is carried from one process to another. ``first`` reads it as a first letter (a forwarded
    text may be the request itself), ``follow_up`` as one that joins a ticket. ``draft`` is the acknowledgement, where
    one was asked for and may be due.
    """

    mail: ParsedMail
    words: Words
    marks: tuple[Mark, ...]
    bounce: Bounce | None
    form: FormLetter | None
    origin: Origin
    first: Reading
    follow_up: Reading
    draft: Draft | None = None
