"""The rules of support as data: what the configuration says, checked once and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase

from rules.category import Category
from rules.decision import Proof
from rules.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``count`` in any ``within``; a count of None is no limit."""

    count: int | None
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementLimits:
    """How many acknowledgements may go out; each limit is held against the letters already promised."""

    per_address: Limit
    per_domain: Limit
    per_body: Limit
    overall: Limit
    max_age: timedelta | None
    """A letter older than this when it is taken gets neither acknowledgement nor reminders; None lifts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFields:
    """The labels of the site's feedback form, lower-cased, without the colon."""

    name: tuple[str, ...] = ("имя", "фио", "name")
    address: tuple[str, ...] = ("e-mail", "email", "почта", "эл. почта", "электронная почта")
    telephone: tuple[str, ...] = ("телефон", "phone", "тел")
    account: tuple[str, ...] = ("аккаунт", "номер аккаунта", "account")
    message: tuple[str, ...] = ("сообщение", "вопрос", "текст", "комментарий", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of the help portal, suggested where one of ``words`` (lower case, lemmas or stems) is in a letter."""

    title: str
    url: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that the rules may ask of the configuration. Addresses are lower-cased.

    ``agents`` and ``form_senders`` are addresses or patterns (``*@controlsystem.kz``). ``lexicon`` holds an operator's
    own words per category.
    """

    schedule: Schedule
    answer_within: timedelta
    mailbox: str
    own_addresses: frozenset[str]
    agents: tuple[str, ...]
    form_senders: tuple[str, ...]
    form_fields: FormFields
    own_lists: tuple[str, ...]
    authserv_ids: frozenset[str]
    service_hosts: tuple[str, ...]
    portal_url: str
    articles: tuple[Article, ...]
    ticket_prefix: str
    auto_close_after: timedelta | None
    reopen_within: timedelta
    duplicate_window: timedelta
    limits: AcknowledgementLimits
    lexicon: Mapping[Category, tuple[str, ...]] = field(default_factory=dict)
    model: bytes = field(default=b"", repr=False)
    """An operator's own packed model of categories (``supportd train``); empty for the one that the package ships."""
    agent_proofs: frozenset[Proof] = frozenset({Proof.SENT_FOLDER, Proof.AUTHENTICATION_RESULTS, Proof.TOKEN})
    """The ways in which an agent may be proved; each can be switched off."""

    def is_agent(self, address: str) -> bool:
        """Whether the address is one of the agents' (by name only: whether the letter is his must be proved)."""
        return any(fnmatchcase(address.lower(), pattern) for pattern in self.agents)

    def is_form_sender(self, address: str) -> bool:
        """Whether letters from the address are made by the site's feedback form."""
        return any(fnmatchcase(address.lower(), pattern) for pattern in self.form_senders)

    def is_own(self, address: str) -> bool:
        """Whether the address is the mailbox itself or one of its aliases; plus-tags do not matter."""
        local, at, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}{at}{domain}" in self.own_addresses
