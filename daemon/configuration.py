"""The configuration: one TOML file, overrides from the environment, secrets from where they are kept.

``load`` gives everything, checked and frozen, or raises all faults at once. The only file that knows pydantic.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, get_origin
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from daemon import configuration_values as values
from daemon.configuration_file import complete, merge, password_in_open_file, path_of, read_file
from daemon.configuration_secrets import gather_secrets
from daemon.configuration_values import Security, SentCopies, StartFrom
from daemon.configuration_words import cross_faults, fault_of, stray_variables
from daemon.durations import parse_age, parse_duration, parse_limit, parse_size
from daemon.errors import ConfigurationFaults, Fault
from daemon.secret import Secret
from daemon.zone_data import zone_data_fault
from rules.category import Category
from rules.policy import FormFields, Limit
from rules.schedule import Hours

__all__ = ["Configuration", "load", "path_of", "published_rules"]

_FORM = FormFields()

Address = Annotated[str, BeforeValidator(values.parse_address)]
Pattern = Annotated[str, BeforeValidator(values.parse_pattern)]
Host = Annotated[str, BeforeValidator(values.parse_host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Pause = Annotated[timedelta, BeforeValidator(parse_duration), Field(gt=timedelta(0))]
Age = Annotated[timedelta | None, BeforeValidator(parse_age)]
LimitValue = Annotated[Limit, BeforeValidator(parse_limit)]
HoursValue = Annotated[Hours, BeforeValidator(values.parse_hours)]
Word = Annotated[str, Field(min_length=1, max_length=500)]
StoreUrl = Annotated[Word, AfterValidator(values.check_store_url)]
Url = Annotated[str, BeforeValidator(values.parse_url)]
Day = Annotated[date, BeforeValidator(values.parse_day)]


class _Section(BaseModel):
    """A table of the file: frozen, no unknown keys, and nothing of what was written is echoed in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True)


class MailboxSection(_Section):
    """The IMAP side. ``password`` may be empty on loopback alone.

    Where they are not given, ``port`` follows from ``security``, and ``username`` is the address.
    """

    address: Address
    aliases: tuple[Address, ...] = ()
    host: Host
    port: Port
    security: Security = Security.TLS
    username: str = ""
    password: Secret = Secret("")
    password_file: Path | None = None
    folder: Word = "INBOX"
    sent_folder: str = ""
    start_from: StartFrom = StartFrom.NOW
    poll_interval: Pause = timedelta(seconds=60)
    idle: bool = True
    max_size: Annotated[int, BeforeValidator(parse_size)] = 25_000_000
    authserv_ids: tuple[Word, ...] = ()
    own_lists: tuple[Word, ...] = ()


class SmtpSection(_Section):
    """The SMTP side. Without a password nothing logs in. After the last of ``retry_pauses`` a letter has failed."""

    host: Host
    port: Port
    security: Security = Security.TLS
    username: str = ""
    password: Secret = Secret("")
    password_file: Path | None = None
    envelope_from: Annotated[str, BeforeValidator(values.parse_envelope_from)] = ""
    answer_timeout: Pause = timedelta(seconds=600)
    retry_pauses: Annotated[tuple[Pause, ...], Field(min_length=1)] = tuple(
        timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
    )
    server_files_sent: Annotated[SentCopies, BeforeValidator(values.parse_sent_copies)] = SentCopies.AUTO
    sent_copy_wait: Duration = timedelta(minutes=10)


class StoreSection(_Section):
    """``retention``: raw letters of closed tickets older than this may go; None keeps them for ever.

    ``signing_keys``: from the credential ``signing_key`` or ``signing_key_file``, the current one first; empty where
    the store keeps a key of its own.
    """

    url: StoreUrl = Field(default="sqlite:////var/lib/supportd/supportd.db", repr=False)
    signing_key_file: Path | None = None
    signing_keys: tuple[Secret, ...] = ()
    retention: Age = None


class ProofsSection(_Section):
    """Which proofs make a letter an agent's."""

    sent: bool = True
    authentication_results: bool = True
    token: bool = True


class FoldersSection(_Section):
    """Folders by a ticket's state, into which letters are copied; an empty name leaves that state alone."""

    move: bool = False
    open: str = ""
    due_soon: str = ""
    broken: str = ""
    deferred: str = ""
    waiting: str = ""
    closed: str = ""


class AgentsSection(_Section):
    """Who answers, who is told, and the features that are off by default."""

    addresses: tuple[Pattern, ...] = ("*@controlsystem.kz",)
    notify: tuple[Address, ...] = ()
    proofs: ProofsSection = ProofsSection()
    relay: bool = False
    keywords: bool = False
    folders: FoldersSection = FoldersSection()


class FormFieldsSection(_Section):
    """The labels of the site's feedback form, without the colon."""

    name: tuple[Word, ...] = _FORM.name
    address: tuple[Word, ...] = _FORM.address
    telephone: tuple[Word, ...] = _FORM.telephone
    account: tuple[Word, ...] = _FORM.account
    message: tuple[Word, ...] = _FORM.message


class FormsSection(_Section):
    """The addresses from which the site's feedback form writes, and its labels."""

    senders: tuple[Pattern, ...] = ()
    fields: FormFieldsSection = FormFieldsSection()


class DutyHours(_Section):
    """The duty calendar; ``weekend = "closed"`` has no duty on weekends."""

    weekday: HoursValue = values.parse_hours("08:00-20:00")
    weekend: Annotated[Hours | None, BeforeValidator(values.parse_weekend_hours)] = values.parse_hours("09:00-17:00")


class OfficeHours(_Section):
    """The office calendar, on weekdays alone."""

    weekday: HoursValue = values.parse_hours("08:00-20:00")


class ArticleSection(_Section):
    """An article of the help portal and the words that call for it."""

    title: Word
    url: Url
    words: Annotated[tuple[Word, ...], Field(min_length=1)]


class SupportSection(_Section):
    """The published rules as data."""

    answer_within: Pause = timedelta(hours=1)
    zone: Annotated[ZoneInfo, BeforeValidator(values.parse_zone)] = Field(
        default_factory=lambda: values.parse_zone("Asia/Almaty")
    )
    duty: DutyHours = DutyHours()
    office: OfficeHours = OfficeHours()
    holidays: tuple[Day, ...] = ()
    working_days: tuple[Day, ...] = ()
    portal_url: Url = "https://help.controlsystem.kz"
    articles: tuple[ArticleSection, ...] = ()
    service_hosts: tuple[Host, ...] = ("controlsystem.kz",)
    ticket_prefix: Annotated[str, BeforeValidator(values.parse_prefix)] = "CSC"
    auto_close_after: Age = timedelta(days=7)
    reopen_within: Duration = timedelta(days=30)
    duplicate_window: Duration = timedelta(minutes=5)
    template_dir: Path | None = None
    lexicon: dict[Annotated[Category, BeforeValidator(values.parse_category)], tuple[Word, ...]] = {}


class AcknowledgeSection(_Section):
    """How many acknowledgements may go out, and how old a letter may be to get one."""

    max_age: Age = timedelta(hours=24)
    per_address: LimitValue = parse_limit("10/1h")
    per_domain: LimitValue = parse_limit("100/1h")
    per_body: LimitValue = parse_limit("20/1h")
    overall: LimitValue = parse_limit("300/10m")


class Configuration(BaseSettings):
    """Everything an operator may say, frozen. Made by ``load`` alone."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        env_prefix="SUPPORTD_",
        env_nested_delimiter="__",
    )

    mailbox: MailboxSection
    smtp: SmtpSection
    store: StoreSection = StoreSection()
    agents: AgentsSection = AgentsSection()
    forms: FormsSection = FormsSection()
    support: SupportSection = Field(default_factory=SupportSection)
    acknowledge: AcknowledgeSection = AcknowledgeSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The merged values alone: ``load`` has read the environment already, from the mapping that it was given."""
        return (init_settings,)


class _Environment(EnvSettingsSource):
    """``SUPPORTD_SECTION__KEY`` of a given mapping instead of the process's own; lists in JSON or with commas."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(Configuration)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._environ.items()}

    def decode_complex_value(self, field_name: str, field: Any, value: Any) -> Any:
        if isinstance(value, str) and not value.lstrip().startswith(("[", "{")):
            several = get_origin(field.annotation) is tuple
            return [part.strip() for part in value.split(",") if part.strip()] if several else value
        return super().decode_complex_value(field_name, field, value)


def load(
    path: Path | None, environ: Mapping[str, str], *, now: datetime | None = None, passwords: bool = True
) -> Configuration:
    """The configuration of ``path`` (None: no file) with the overrides and secrets that ``environ`` names.

    Secrets: environment, then systemd credential, then ``password_file``, then ``password`` in the file. Without
    ``passwords`` one that is absent or cannot be read is no fault: the caller logs in nowhere. ``now`` (aware;
    default: this moment) is the day on which the zone data is judged. Raises ConfigurationFaults with every fault
    there is.
    """
    faults: list[Fault] = []
    written = read_file(path) if path is not None else {}
    if path is not None:
        faults += password_in_open_file(path, written)
    faults += stray_variables(environ, tuple(Configuration.model_fields))
    merged = merge(written, _from_environment(environ, faults))
    faults += cross_faults(merged)
    gathered, missing = gather_secrets(merged, environ)
    faults += missing if passwords else [fault for fault in missing if not _is_of_password(fault)]
    configuration = _validated(complete(gathered), faults)
    if sentence := zone_data_fault(now or datetime.now(UTC)):
        faults.append(Fault(key="support.zone", sentence=sentence))
    if faults or configuration is None:
        unique = dict.fromkeys(sorted(faults, key=lambda fault: fault.key))
        raise ConfigurationFaults(tuple(unique))
    return configuration


def published_rules() -> Configuration:
    """The defaults alone, for info@controlsystem.kz and no server that anybody would connect to."""
    mailbox = {"address": "info@controlsystem.kz", "host": "localhost", "security": "none"}
    written: dict[str, Any] = {"mailbox": mailbox, "smtp": {"host": "localhost", "security": "none"}}
    return Configuration(**complete(written))


def _from_environment(environ: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    """The overrides; each variable is read by itself, so that a broken one spoils no other."""
    overrides: dict[str, Any] = {}
    for name in sorted(environ):
        if not name.upper().startswith("SUPPORTD_"):
            continue
        try:
            overrides = merge(overrides, _Environment({name: environ[name]})())
        except SettingsError:
            sentence = 'does not hold a list or table: write JSON, as ["a@example.kz"], or words with commas'
            faults.append(Fault(key=name, sentence=sentence))
    return overrides


def _is_of_password(fault: Fault) -> bool:
    return fault.key.partition(".")[2] in ("password", "password_file")


def _validated(merged: dict[str, Any], faults: list[Fault]) -> Configuration | None:
    try:
        return Configuration(**merged)
    except ValidationError as error:
        keys = _known_keys(Configuration)
        faults += [fault_of(each, keys) for each in error.errors(include_url=False, include_input=False)]
        return None


def _known_keys(model: type[BaseModel], prefix: str = "") -> dict[str, tuple[str, ...]]:
    """The key names of each table, by the table's dotted name, for suggestions."""
    known = {prefix: tuple(name for name in model.model_fields if name != "signing_keys")}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            known |= _known_keys(kind, f"{prefix}.{name}".lstrip("."))
    return known
