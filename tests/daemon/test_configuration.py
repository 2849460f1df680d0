"""What an operator writes becomes a frozen configuration, or every fault at once."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from daemon.configuration import Configuration, load, path_of
from daemon.configuration_values import Security, SentCopies, StartFrom
from daemon.errors import ConfigurationFaults
from daemon.policy_of import default_policy, policy_of
from rules.category import Category
from rules.decision import Proof
from rules.policy import Article, Limit
from rules.schedule import Calendar, Hours

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINIMAL = """
[mailbox]
address = "info@controlsystem.kz"
host = "imap.example.kz"
[smtp]
host = "smtp.example.kz"
"""
PASSWORD = {"SUPPORTD_MAILBOX__PASSWORD": "geheim"}
LOOPBACK = MINIMAL.replace("imap.example.kz", "127.0.0.1").replace("smtp.example.kz", "127.0.0.1")


def write(folder: Path, text: str, mode: int = 0o644) -> Path:
    path = folder / "supportd.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def loaded(folder: Path, text: str, environ: dict[str, str] | None = None) -> Configuration:
    return load(write(folder, text), PASSWORD if environ is None else environ, now=NOW)


def faults(folder: Path, text: str, environ: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(ConfigurationFaults) as caught:
        loaded(folder, text, environ)
    return {fault.key: fault.sentence for fault in caught.value.faults}


def test_a_minimal_file_and_a_password_are_enough(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, MINIMAL)
    mailbox, smtp = configuration.mailbox, configuration.smtp
    assert (mailbox.port, mailbox.security, mailbox.username) == (993, Security.TLS, "info@controlsystem.kz")
    assert mailbox.password.reveal() == "geheim"
    assert (smtp.port, smtp.security, smtp.username) == (465, Security.TLS, "")
    assert not smtp.password


def test_the_defaults_are_those_of_the_published_names(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, MINIMAL)
    mailbox, smtp, store = configuration.mailbox, configuration.smtp, configuration.store
    assert (mailbox.folder, mailbox.sent_folder, mailbox.start_from) == ("INBOX", "", StartFrom.NOW)
    assert (mailbox.poll_interval, mailbox.idle, mailbox.max_size) == (timedelta(seconds=60), True, 25_000_000)
    assert (smtp.envelope_from, smtp.answer_timeout) == ("", timedelta(seconds=600))
    assert smtp.retry_pauses[:4] == tuple(timedelta(minutes=each) for each in (1, 5, 15, 60))
    assert (smtp.server_files_sent, smtp.sent_copy_wait) == (SentCopies.AUTO, timedelta(minutes=10))
    assert (store.url, store.retention) == ("sqlite:////var/lib/supportd/supportd.db", None)
    assert (configuration.agents.addresses, configuration.agents.notify) == (("*@controlsystem.kz",), ())
    assert configuration.agents.relay is configuration.agents.keywords is False


def test_the_policy_of_the_defaults_is_the_published_rules(tmp_path: Path) -> None:
    policy = policy_of(loaded(tmp_path, MINIMAL))
    assert policy == default_policy()
    assert policy.answer_within == timedelta(hours=1)
    assert policy.schedule.weekday == policy.schedule.office == Hours(opens=time(8), closes=time(20))
    assert policy.schedule.weekend == Hours(opens=time(9), closes=time(17))
    assert str(policy.schedule.zone) == "Asia/Almaty"
    assert (policy.auto_close_after, policy.reopen_within) == (timedelta(days=7), timedelta(days=30))
    assert (policy.duplicate_window, policy.ticket_prefix) == (timedelta(minutes=5), "CSC")
    assert policy.limits.max_age == timedelta(hours=24)
    assert policy.limits.per_address == Limit(count=10, within=timedelta(hours=1))
    assert policy.limits.per_domain == Limit(count=100, within=timedelta(hours=1))
    assert policy.limits.per_body == Limit(count=20, within=timedelta(hours=1))
    assert policy.limits.overall == Limit(count=300, within=timedelta(minutes=10))
    assert policy.is_own("Info+anything@ControlSystem.kz")
    assert policy.is_agent("olga@controlsystem.kz")
    assert policy.agent_proofs == {Proof.SENT_FOLDER, Proof.AUTHENTICATION_RESULTS, Proof.TOKEN}


def test_a_loopback_server_without_password_is_enough_for_trials(tmp_path: Path) -> None:
    text = LOOPBACK.replace("[smtp]", 'security = "none"\nport = 1143\n[smtp]') + 'security = "none"\nport = 1025\n'
    configuration = loaded(tmp_path, text, {})
    assert (configuration.mailbox.port, configuration.smtp.port) == (1143, 1025)
    assert (configuration.mailbox.username, configuration.mailbox.password.reveal()) == ("info@controlsystem.kz", "")


@pytest.mark.parametrize(("security", "imap", "smtp"), [("tls", 993, 465), ("starttls", 143, 587), ("none", 143, 25)])
def test_the_ports_follow_from_the_security(tmp_path: Path, security: str, imap: int, smtp: int) -> None:
    environ = {"SUPPORTD_MAILBOX__SECURITY": security, "SUPPORTD_SMTP__SECURITY": security}
    configuration = loaded(tmp_path, LOOPBACK, environ)
    assert (configuration.mailbox.port, configuration.smtp.port) == (imap, smtp)


def test_without_security_only_loopback_is_taken(tmp_path: Path) -> None:
    environ = PASSWORD | {"SUPPORTD_MAILBOX__SECURITY": "none", "SUPPORTD_SMTP__SECURITY": "none"}
    assert set(faults(tmp_path, MINIMAL, environ)) == {"mailbox.security", "smtp.security"}


def test_everything_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    text = f"""{MINIMAL}
envelope_from = "Info@controlsystem.kz"
retry_pauses = ["10s", "2m"]
server_files_sent = true
[store]
url = "postgresql+psycopg://supportd@localhost/supportd"
retention = "365d"
[agents]
addresses = ["*@controlsystem.kz", "Olga@example.kz"]
notify = ["Duty@example.kz"]
relay = true
keywords = true
proofs = {{ sent = true, authentication_results = false, token = true }}
folders = {{ closed = "Закрытые", move = true }}
[forms]
senders = ["form@controlsystem.kz"]
fields = {{ name = ["Ваше имя:"] }}
[support]
answer_within = "30m"
duty = {{ weekday = "09:00-18:00", weekend = "closed" }}
office = {{ weekday = "10:00-24:00" }}
holidays = ["2026-12-16", 2027-01-01]
working_days = ["2026-12-19"]
articles = [{{ title = "Вход", url = "https://help.example.kz/1", words = ["Пароль"] }}]
service_hosts = ["room.example.kz"]
auto_close_after = "0"
ticket_prefix = "HELP"
template_dir = "{tmp_path / "letters"}"
[support.lexicon]
refund = ["Верните деньги"]
[acknowledge]
max_age = "0"
per_address = "0"
"""
    configuration = loaded(tmp_path, text)
    policy = policy_of(configuration)
    assert configuration.smtp.envelope_from == "info@controlsystem.kz"
    assert configuration.smtp.retry_pauses == (timedelta(seconds=10), timedelta(minutes=2))
    assert configuration.smtp.server_files_sent is SentCopies.YES
    assert configuration.store.retention == timedelta(days=365)
    assert configuration.agents.notify == ("duty@example.kz",)
    assert (configuration.agents.folders.closed, configuration.agents.folders.move) == ("Закрытые", True)
    assert policy.agents == ("*@controlsystem.kz", "olga@example.kz")
    assert policy.agent_proofs == {Proof.SENT_FOLDER, Proof.TOKEN}
    assert (policy.form_senders, policy.form_fields.name) == (("form@controlsystem.kz",), ("ваше имя",))
    assert (policy.schedule.weekend, policy.schedule.office) == (None, Hours(opens=time(10), closes=time(0)))
    assert policy.schedule.holidays == {date(2026, 12, 16), date(2027, 1, 1)}
    assert policy.schedule.is_office_day(date(2026, 12, 19))
    assert policy.articles == (Article(title="Вход", url="https://help.example.kz/1", words=("пароль",)),)
    assert policy.lexicon == {Category.REFUND: ("верните деньги",)}
    assert (policy.auto_close_after, policy.limits.max_age) == (None, None)
    assert policy.limits.per_address.count is None
    assert policy.schedule.open_at(Calendar.OFFICE, NOW)


def test_all_faults_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    text = """
[mailbox]
hots = "imap.example.kz"
address = "not an address"
idle = "perhaps"
max_size = "large"
poll_interval = 5
start_from = "yesterday"
[smtp]
host = "smtp://example.kz/"
port = 99999
retry_pauses = []
[agents]
addresses = ["*@*"]
[support]
duty = { weekend = "17:00-09:00", saturday = "09:00-17:00" }
holidays = ["2026-02-30"]
zone = "Asia/Astana"
articles = [{ title = "x", url = "help" }]
lexicon = { refnd = ["x"] }
template_dir = "/nonexistent/letters"
ticket_prefix = "csc"
[acknowledge]
per_address = "ten"
[sttore]
"""
    told = faults(tmp_path, text)
    assert set(told) == {
        "mailbox.hots",
        "mailbox.host",
        "mailbox.address",
        "mailbox.idle",
        "mailbox.max_size",
        "mailbox.poll_interval",
        "mailbox.start_from",
        "smtp.host",
        "smtp.port",
        "smtp.retry_pauses",
        "agents.addresses[0]",
        "support.duty.weekend",
        "support.duty.saturday",
        "support.holidays[0]",
        "support.zone",
        "support.articles[0].url",
        "support.articles[0].words",
        "support.lexicon.refnd",
        "support.template_dir",
        "support.ticket_prefix",
        "acknowledge.per_address",
        "sttore",
    }
    assert told["mailbox.hots"] == "there is no such key; did you mean host?"
    assert told["sttore"] == "there is no such key; did you mean store?"
    assert "opening time first" in told["support.duty.weekend"]
    assert told["mailbox.start_from"] == 'must be one of "now" or "beginning"'


def test_an_empty_file_names_what_is_needed(tmp_path: Path) -> None:
    assert set(faults(tmp_path, "", {})) == {"mailbox.address", "mailbox.host", "smtp.host"}


@pytest.mark.parametrize("url", ["mysql://desk:geheim@db/x", "sqlite://", "no url at all"])
def test_a_store_that_cannot_be_one_is_told_with_the_other_faults(tmp_path: Path, url: str) -> None:
    told = faults(tmp_path, MINIMAL.replace("[mailbox]", "[mailbox]\nhots = 1") + f'[store]\nurl = "{url}"\n')
    assert set(told) == {"mailbox.hots", "store.url"}
    assert "write sqlite:////" in told["store.url"]
    assert "geheim" not in told["store.url"]


def test_a_section_that_is_no_table_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, 'mailbox = "x"\nsmtp = 5\n[store]\nurl = ["x"]\n', {}) == {
        "mailbox": "must be a table of its own",
        "smtp": "must be a table of its own",
        "store.url": "must be text in quotes",
    }


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = PASSWORD | {
        "SUPPORTD_MAILBOX__HOST": "other.example.kz",
        "SUPPORTD_MAILBOX__IDLE": "false",
        "SUPPORTD_SMTP__PORT": "2525",
        "SUPPORTD_AGENTS__NOTIFY": "a@example.kz, b@example.kz",
        "SUPPORTD_SUPPORT__HOLIDAYS": '["2026-12-16"]',
        "SUPPORTD_SUPPORT__DUTY__WEEKEND": "10:00-16:00",
        "SUPPORTD_ACKNOWLEDGE__PER_ADDRESS": "5/2h",
        "SUPPORTD_CONFIG": "/etc/elsewhere.toml",
    }
    configuration = loaded(tmp_path, MINIMAL, environ)
    assert (configuration.mailbox.host, configuration.mailbox.idle) == ("other.example.kz", False)
    assert configuration.smtp.port == 2525
    assert configuration.agents.notify == ("a@example.kz", "b@example.kz")
    assert configuration.support.holidays == (date(2026, 12, 16),)
    assert configuration.support.duty.weekend == Hours(opens=time(10), closes=time(16))
    assert configuration.acknowledge.per_address == Limit(count=5, within=timedelta(hours=2))
    assert configuration.support.duty.weekday == Hours(opens=time(8), closes=time(20))


def test_the_environment_alone_is_a_configuration() -> None:
    environ = PASSWORD | {
        "SUPPORTD_MAILBOX__HOST": "imap.example.kz",
        "SUPPORTD_MAILBOX__ADDRESS": "info@controlsystem.kz",
        "SUPPORTD_SMTP__HOST": "smtp.example.kz",
    }
    assert load(None, environ, now=NOW).mailbox.port == 993


def test_a_variable_that_would_change_nothing_is_a_fault(tmp_path: Path) -> None:
    told = faults(tmp_path, MINIMAL, PASSWORD | {"SUPPORTD_SMPT__HOST": "x", "SUPPORTD_SMTP__PASWORD": "sesame"})
    assert set(told) == {"SUPPORTD_SMPT__HOST", "smtp.pasword"}
    assert "SUPPORTD_SMTP__" in told["SUPPORTD_SMPT__HOST"]


def test_a_variable_with_broken_json_is_a_fault_of_its_own(tmp_path: Path) -> None:
    told = faults(tmp_path, MINIMAL, PASSWORD | {"SUPPORTD_AGENTS__NOTIFY": "[broken"})
    assert set(told) == {"SUPPORTD_AGENTS__NOTIFY"}


def test_a_letter_to_the_agents_never_goes_to_the_mailbox_itself(tmp_path: Path) -> None:
    assert set(faults(tmp_path, MINIMAL + '[agents]\nnotify = ["x@example.kz", "INFO@controlsystem.kz"]\n')) == {
        "agents.notify[1]"
    }


def test_a_day_in_both_lists_is_a_fault(tmp_path: Path) -> None:
    text = MINIMAL + '[support]\nholidays = ["2026-12-16"]\nworking_days = ["2026-12-16"]\n'
    assert set(faults(tmp_path, text)) == {"support.working_days"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[mailbox\nhost = 1\n", "is not TOML: look at line 1, column 9"),
        (b'[mailbox]\npassword = "unclosed\n', "is not TOML: look at line 2"),
        ("[mailbox]\n# почта\n".encode("koi8-r"), "is not UTF-8 text"),
    ],
)
def test_a_broken_file_is_one_clear_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "supportd.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationFaults) as caught:
        load(path, {}, now=NOW)
    assert words in str(caught.value)


def test_an_absent_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults, match="there is no configuration file"):
        load(tmp_path / "absent.toml", {}, now=NOW)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "supportd.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load(path, PASSWORD, now=NOW).mailbox.host == "imap.example.kz"


def test_the_file_is_the_command_lines_then_the_environments_then_the_one_in_etc() -> None:
    environ = {"SUPPORTD_CONFIG": "/srv/supportd.toml"}
    assert path_of(Path("/tmp/x.toml"), environ) == Path("/tmp/x.toml")
    assert path_of(None, environ) == Path("/srv/supportd.toml")
    assert path_of(None, {}) == Path("/etc/supportd/supportd.toml")


def test_the_example_beside_the_unit_is_a_valid_configuration() -> None:
    example = Path(__file__).parents[2] / "systemd" / "supportd.toml.example"
    configuration = load(example, PASSWORD, now=NOW)
    assert policy_of(configuration).schedule == default_policy().schedule
    assert configuration.acknowledge == load(None, _minimal_environment(), now=NOW).acknowledge


def _minimal_environment() -> dict[str, str]:
    return PASSWORD | {
        "SUPPORTD_MAILBOX__HOST": "imap.example.kz",
        "SUPPORTD_MAILBOX__ADDRESS": "info@controlsystem.kz",
        "SUPPORTD_SMTP__HOST": "smtp.example.kz",
    }


def test_each_key_of_the_example_is_known_also_where_it_is_commented_out(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "systemd" / "supportd.toml.example"
    lines = example.read_text(encoding="utf-8").splitlines()
    said = "\n".join(
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line for line in lines
    )
    (tmp_path / "letters").mkdir()
    (tmp_path / "secret").write_text("a-password-or-key-of-more-than-32-characters\n", encoding="utf-8")
    said = said.replace("/etc/supportd/letters", str(tmp_path / "letters"))
    said = said.replace("/etc/supportd/", f"{tmp_path}/").replace('_password"', 'secret"')
    for name in ("mailbox", "smtp"):
        said = said.replace(f'"{tmp_path}/{name}secret"', f'"{tmp_path}/secret"')
    said = said.replace(f'"{tmp_path}/signing_key"', f'"{tmp_path}/secret"')
    configuration = loaded(tmp_path, said, {})
    written = set(type(configuration.support).model_fields)
    assert written == set(configuration.support.model_fields_set)
