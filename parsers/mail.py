"""The values that parsing gives: a letter as facts.

Everything is frozen; moments are aware and in UTC; text is ``str`` that can always be encoded as UTF-8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mailbox of an address header.

    ``address`` is lower-cased, without angle brackets and white space; empty if the header held none that is well
    formed. ``name`` is the decoded display name, or empty.
    """

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands behind the last ``@``, or an empty string."""
        return self.address.rpartition("@")[2] if "@" in self.address else ""


NOBODY = Address(name="", address="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that is not the letter's own text; inline images are among them.

    ``filename`` is decoded and free of paths and control characters, or None if the letter names none.
    ``size`` counts decoded bytes. ``digest`` is the SHA-256 of the decoded content in hexadecimal.
    """

    filename: str | None
    content_type: str
    size: int
    inline: bool
    content_id: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header field as it came, unfolded. ``name`` is lower-cased; ``value`` is decoded by RFC 2047."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What stands inside the letter as a message of its own or as a report about one (message/*, text/rfc822-headers).

    ``content_type`` tells which; ``headers`` are the fields of its first block (for message/delivery-status: of all
    blocks); ``text`` is its text, cut to a bounded length.
    """

    content_type: str
    headers: tuple[Header, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """A letter as facts: what is there, nothing of what becomes of it.

    Missing things are empty strings, empty tuples or None; whatever was odd stands in ``defects`` as one clear
    sentence each. ``headers`` holds every top-level field in order, repeated ones repeatedly.
    """

    headers: tuple[Header, ...]
    content_type: str
    """The top-level media type, lower-cased, without parameters: ``multipart/report``."""
    message_id: str | None
    """With angle brackets; None if there is none. A badly formed one is kept as it is, stripped."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    from_: tuple[Address, ...]
    from_fields: int
    """How many From fields the letter has; identity asks for exactly one."""
    from_well_formed: bool
    """True only where the one From field holds exactly one mailbox, with nothing odd about it (RFC 5322, 3.6.2)."""
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    return_path: str | None
    """Lower-cased address of the envelope; an empty string is the null sender; None if the field is absent."""
    subject: str
    date: datetime | None
    received: datetime | None
    """The moment of the topmost Received field; None if absent or unreadable."""
    text: str
    """The whole text, from the plain part or made from the HTML; line ends are ``\\n``."""
    html: str | None
    """The decoded HTML where the letter has any, cut to a bounded length: quotes are easier to see in it."""
    text_from_html: bool
    attachments: tuple[Attachment, ...]
    embedded: tuple[Embedded, ...]
    digest: str
    """SHA-256 over subject, decoded text and attachments: the same letter by another road has the same."""
    defects: tuple[str, ...]

    def values(self, name: str) -> Iterator[str]:
        """Every value of the field ``name`` (any case), in order."""
        wanted = name.lower()
        return (header.value for header in self.headers if header.name == wanted)

    def value(self, name: str) -> str | None:
        """The first value of the field ``name``, or None."""
        return next(self.values(name), None)


class Language(StrEnum):
    """The language a letter is written in; ``OTHER`` for anything else, for too few words and for no words."""

    RUSSIAN = "ru"
    KAZAKH = "kk"
    ENGLISH = "en"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A forwarded letter inside the text: its first author as far as the divider's lines tell him, and its text."""

    author: Address
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The letter's text taken apart: what its author wrote now, and what was there before.

    ``new`` is without quotes, signature block and disclaimer; a hand-written sign-off stays. In ``as_first`` a
    forwarded text stays too (it may be the request itself); the two are equal where nothing is forwarded.
    """

    new: str
    as_first: str
    quoted: str
    signature: str
    forwarded: Forwarded | None


class MarkKind(StrEnum):
    """What kind of machine a mark speaks of, the most telling first."""

    BOUNCE = "bounce"
    REPORT = "report"
    OUT_OF_OFFICE = "out_of_office"
    AUTOMATIC = "automatic"
    LIST = "list"
    BULK = "bulk"
    SUPPRESSED = "suppressed"
    """The sender asked for no automatic answer (X-Auto-Response-Suppress); he may be a person."""
    NO_REPLY = "no_reply"
    LOOP = "loop"
    CHALLENGE = "challenge"
    SUSPICION = "suspicion"
    """Adds a reason but does not silence: Feedback-ID, spam marks, many recipients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One sign that a machine wrote the letter: ``evidence`` is the field or the words, bounded in length."""

    kind: MarkKind
    evidence: str
    source: str
    """Where the rule comes from: ``RFC 3834, 5``, or the program that is known to write so."""
    by_words: bool = False
    """True where only the subject or the text tells: what a person may come to write too, when he answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A report on a letter of ours that did not arrive.

    ``recipients`` are lower-cased; ``message_ids`` are those of the returned letter, with angle brackets; ``permanent``
    is None where the report does not tell.
    """

    recipients: tuple[str, ...]
    message_ids: tuple[str, ...]
    permanent: bool | None
    status: str
    """The enhanced status code (RFC 3463), or an empty string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLetter:
    """What the site's feedback form says of the client; each is empty where the form has no such field."""

    name: str
    address: str
    telephone: str
    account: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationMethod:
    """One method of an Authentication-Results field: ``dkim=pass header.d=example.kz`` (RFC 8601, 2.2)."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]
    """(``header.d``, ``example.kz``), lower-cased, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationResults:
    """One Authentication-Results field. ``authserv_id`` is empty where the server writes none (Exchange Online)."""

    authserv_id: str
    methods: tuple[AuthenticationMethod, ...]
