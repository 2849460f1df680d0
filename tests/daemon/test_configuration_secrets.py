"""Secrets come from where they are kept, the nearest first, and are never seen."""

import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.configuration import Configuration, load
from daemon.errors import ConfigurationFaults
from daemon.secret import Secret

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "correct-horse-battery-staple-0123456789"


def file_with(folder: Path, mailbox: str = "", smtp: str = "", rest: str = "", *, mode: int = 0o600) -> Path:
    path = folder / "supportd.toml"
    text = (
        f'[mailbox]\naddress = "info@controlsystem.kz"\nhost = "imap.example.kz"\n{mailbox}\n'
        f'[smtp]\nhost = "smtp.example.kz"\n{smtp}\n{rest}\n'
    )
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def kept(folder: Path, name: str, content: str = SECRET + "\n") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    return path


def faults(path: Path, environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(ConfigurationFaults) as caught:
        load(path, environ, now=NOW)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.faults)
    assert SECRET not in shown
    return {fault.key: fault.sentence for fault in caught.value.faults}


def passwords(configuration: Configuration) -> tuple[str, str]:
    return configuration.mailbox.password.reveal(), configuration.smtp.password.reveal()


def test_a_password_in_a_file_of_its_owner_alone_is_taken(tmp_path: Path) -> None:
    path = file_with(tmp_path, 'password = "one"', 'password = "two"')
    assert passwords(load(path, {}, now=NOW)) == ("one", "two")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606, 0o660])
def test_a_password_in_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = file_with(tmp_path, f'password = "{SECRET}"', mode=mode)
    assert "chmod 600" in faults(path, {})["mailbox.password"]


def test_a_password_in_the_stores_address_counts_too(tmp_path: Path) -> None:
    rest = f'[store]\nurl = "postgresql+psycopg://supportd:{SECRET}@localhost/supportd"'
    path = file_with(tmp_path, 'password_file = "/dev/null"', rest=rest, mode=0o644)
    assert "chmod 600" in faults(path, {})["store.url"]


def test_a_file_without_a_password_may_be_read_by_all(tmp_path: Path) -> None:
    path = file_with(tmp_path, f'password_file = "{kept(tmp_path, "mail")}"', mode=0o644)
    assert passwords(load(path, {}, now=NOW)) == (SECRET, "")


def test_the_environment_comes_before_the_credential_the_file_and_the_configuration(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    kept(credentials, "mailbox_password", "from the credential\n")
    named = kept(tmp_path, "named", "from the named file\n")
    path = file_with(tmp_path, f'password_file = "{named}"', 'password = "in the file"')
    everything = {
        "CREDENTIALS_DIRECTORY": str(credentials),
        "SUPPORTD_MAILBOX__PASSWORD": "from the environment",
        "SUPPORTD_SMTP__PASSWORD": "from the environment too",
    }
    assert passwords(load(path, everything, now=NOW)) == ("from the environment", "from the environment too")
    without_variables = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert passwords(load(path, without_variables, now=NOW)) == ("from the credential", "in the file")
    assert passwords(load(path, {}, now=NOW)) == ("from the named file", "in the file")


def test_a_password_gives_the_smtp_user_name(tmp_path: Path) -> None:
    environ = {"SUPPORTD_MAILBOX__PASSWORD": "x", "SUPPORTD_SMTP__PASSWORD": "y"}
    assert load(file_with(tmp_path), environ, now=NOW).smtp.username == "info@controlsystem.kz"
    named = file_with(tmp_path, smtp='username = "relay"')
    assert load(named, environ, now=NOW).smtp.username == "relay"


def test_a_mailbox_elsewhere_without_a_password_is_a_fault(tmp_path: Path) -> None:
    assert "SUPPORTD_MAILBOX__PASSWORD" in faults(file_with(tmp_path), {})["mailbox.password"]


def test_a_password_file_that_is_not_there_or_empty_is_a_fault(tmp_path: Path) -> None:
    absent = file_with(tmp_path, 'password_file = "/nonexistent/password"')
    assert "cannot be read: No such file" in faults(absent, {})["mailbox.password_file"]
    empty = file_with(tmp_path, f'password_file = "{kept(tmp_path, "empty", "")}"')
    assert "first line is empty" in faults(empty, {})["mailbox.password_file"]


def test_a_password_in_two_places_of_the_file_is_a_fault(tmp_path: Path) -> None:
    path = file_with(tmp_path, f'password = "{SECRET}"\npassword_file = "{kept(tmp_path, "mail")}"')
    assert "not both" in faults(path, {})["mailbox.password"]


def test_faults_never_repeat_what_was_written(tmp_path: Path) -> None:
    written = f'password = ["{SECRET}"]\nidle = "{SECRET}"\npoll_interval = "{SECRET}"\nsecurity = "{SECRET}"'
    path = file_with(tmp_path, written, f'port = "{SECRET}"\nenvelope_from = "{SECRET}"')
    assert set(faults(path, {})) >= {"mailbox.password", "mailbox.idle", "mailbox.security", "smtp.port"}


def test_a_password_that_breaks_the_file_is_not_repeated(tmp_path: Path) -> None:
    assert set(faults(file_with(tmp_path, f'password = "{SECRET}'), {})) == {""}
    assert set(faults(file_with(tmp_path, f"password = {SECRET}"), {})) == {""}


def test_signing_keys_come_from_the_credential_or_the_named_file(tmp_path: Path) -> None:
    older = "k" * 32
    named = kept(tmp_path, "keys", f"{SECRET}\n\n{older}\n")
    environ = {"SUPPORTD_MAILBOX__PASSWORD": "x"}
    path = file_with(tmp_path, rest=f'[store]\nsigning_key_file = "{named}"')
    assert load(path, environ, now=NOW).store.signing_keys == (Secret(SECRET), Secret(older))
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    kept(credentials, "signing_key", f"{older}\n")
    by_credential = load(path, environ | {"CREDENTIALS_DIRECTORY": str(credentials)}, now=NOW)
    assert by_credential.store.signing_keys == (Secret(older),)


def test_a_short_signing_key_is_a_fault(tmp_path: Path) -> None:
    path = file_with(tmp_path, rest=f'[store]\nsigning_key_file = "{kept(tmp_path, "keys", "short")}"')
    assert "32 characters" in faults(path, {"SUPPORTD_MAILBOX__PASSWORD": "x"})["store.signing_key_file"]


def test_signing_keys_do_not_stand_in_the_configuration(tmp_path: Path) -> None:
    path = file_with(tmp_path, rest=f'[store]\nsigning_keys = ["{SECRET}"]')
    assert "signing_key_file" in faults(path, {"SUPPORTD_MAILBOX__PASSWORD": "x"})["store.signing_keys"]


def test_a_configuration_shows_no_secret(tmp_path: Path) -> None:
    rest = f'[store]\nurl = "postgresql+psycopg://supportd:{SECRET}@localhost/supportd"'
    path = file_with(tmp_path, f'password = "{SECRET}"', f'password = "{SECRET}"', rest)
    configuration = load(path, {}, now=NOW)
    for shown in (repr(configuration), str(configuration), f"{configuration.store}"):
        assert SECRET not in shown


def test_a_secret_shows_stars_alone() -> None:
    secret = Secret(SECRET)
    assert SECRET not in f"{secret} {secret!r} {[secret]} {vars(type(secret))}"
    assert secret == Secret(SECRET) != Secret("other")
    assert not Secret("")
