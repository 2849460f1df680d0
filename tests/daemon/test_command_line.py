"""Every command, for people and as JSON; every fault a sentence and the right exit code; no traceback ever."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from daemon.acts import categories_named
from rules.category import Category
from rules.ticket import Status
from store.store import Store
from tests.daemon.called import PROGRAM, ROOT, Answer, called, loopback_configuration, supportd
from tests.store.samples import a_letter, a_quarantined, a_ticket, an_outgoing


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose store holds a few tickets, letters of ours and letters set aside."""
    home = tmp_path_factory.mktemp("desk")
    config = loopback_configuration(home)
    with Store.open(f"sqlite:///{home}/supportd.db") as store, store.transaction() as tx:
        for number in range(4):
            ticket = tx.open_ticket(a_ticket(requester=f"client{number}@example.kz", subject=f"Тема {number}\x1b[2J"))
            tx.keep_letter(a_letter(uid=number + 1, ticket=ticket.number, message_id=f"<in{number}@example.kz>"))
            tx.queue(an_outgoing(ticket=ticket.number, message_id=f"<out{number}@controlsystem.kz>"))
        tx.fail(1, "550 no such user")
        tx.quarantine(a_quarantined(place=None, reason="ValueError while it was taken", raw=b"\xff: \r\n"))
    return config


def call(config: Path, *words: str, code: int = 0) -> Answer:
    answer = called("--config", config, *words)
    assert answer.code == code, answer
    return answer


def test_tickets_are_listed_with_exactly_the_keys_that_other_tools_rely_on(desk: Path) -> None:
    rows = call(desk, "tickets", "list", "--json").rows
    assert [row["number"] for row in rows] == ["CSC-1001", "CSC-1002", "CSC-1003", "CSC-1004"]
    for number, row in enumerate(rows):
        assert list(row) == [
            *("number", "status", "subject", "requester", "categories", "message_ids", "deadlines", "letters"),
        ]
        assert row["requester"] == f"client{number}@example.kz"
        assert row["message_ids"] == [f"<in{number}@example.kz>", f"<out{number}@controlsystem.kz>"]
        for deadline in row["deadlines"]:
            assert list(deadline) == ["categories", "received_at", "deferred_until", "due_at", "state", "met_at"]
            assert deadline["due_at"].endswith("+05:00")
        assert [list(letter) for letter in row["letters"]] == [["template", "state", "message_id"]]
    assert [row["letters"][0]["state"] for row in rows] == ["failed", "queued", "queued", "queued"]


def test_a_person_sees_a_table_in_any_locale(desk: Path) -> None:
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    answer = supportd("tickets", "show", "csc-1001", "--config", desk, environment=plain)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[0].split() == [
        "ticket",
        "status",
        "client",
        "categories",
        "answer",
        "until",
        "letters",
    ]
    assert "Тема 0" in answer.out
    assert "\x1b" not in answer.out
    assert "550 no such user" in answer.out


def test_the_configuration_is_found_by_the_environment(desk: Path) -> None:
    answer = supportd("status", "--json", environment={"SUPPORTD_CONFIG": str(desk)})
    (row,) = answer.rows
    assert row["tickets"] == {"open": 4, "waiting": 0, "closed": 0}
    assert row["outbox"]["failed"] == 1
    assert row["quarantine"] == 1


def test_a_reader_that_has_enough_breaks_nothing(desk: Path) -> None:
    command = " ".join((*PROGRAM, "tickets", "list", "--config", str(desk)))
    script = f"{command} | head -1; {command} > /dev/full; echo $?; {command} | true; {command} >&- 2>&-; echo $?"
    done = subprocess.run(["bash", "-c", script], capture_output=True, cwd=ROOT, timeout=120, check=False)
    header, full, closed = done.stdout.decode().splitlines()
    assert header.startswith("ticket")
    assert (full, closed) == ("1", "0")
    assert done.stderr.decode() == "supportd: No space left on device\n"


def test_letters_of_ours_and_letters_set_aside_are_listed_shown_and_retried(desk: Path) -> None:
    rows = call(desk, "outbox", "list", "--json").rows
    assert (rows[0]["id"], rows[0]["state"], rows[0]["reason"]) == (1, "failed", "550 no such user")
    assert "550 no such user" in call(desk, "outbox", "list").out
    assert call(desk, "outbox", "retry", "1", "--json").rows == [{"id": 1, "state": "queued"}]
    (aside,) = call(desk, "quarantine", "list", "--json").rows
    assert aside["reason"] == "ValueError while it was taken"
    assert call(desk, "quarantine", "show", "1", "--json").rows[0]["attempts"] == 3
    command = [*PROGRAM, "--config", str(desk), "quarantine", "show", "1"]
    shown = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=120, check=False)
    assert shown.stdout == b"\xff: \r\n"  # on a pipe the bytes alone, as they came


def test_agents_acts_are_done_with_their_author(desk: Path) -> None:
    (closed,) = call(desk, "tickets", "close", "1004", "--author", "Дана", "--json").rows
    assert closed == {"command": "close", "told_client": False, "number": "CSC-1004", "status": "closed"}
    call(desk, "tickets", "note", "CSC-1004", "позвонить", "бухгалтеру")
    (row,) = call(desk, "tickets", "show", "1004", "--json").rows
    assert row["status"] == Status.CLOSED.value
    assert (row["events"][0]["author"], row["events"][0]["kind"]) == ("Дана", "command")
    assert row["events"][-1]["text"] == "позвонить бухгалтеру"
    assert row["incoming"][0]["message_id"] == "<in3@example.kz>"
    call(desk, "tickets", "block", "@violator.kz", "не", "платит", "--author", "Дана")
    (entry,) = call(desk, "tickets", "blocked", "--json").rows
    assert (entry["what"], entry["author"], entry["reason"]) == ("@violator.kz", "Дана", "не платит")
    assert call(desk, "tickets", "unblock", "@violator.kz", "--json").rows[0]["target"] == "@violator.kz"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("tickets show 4711", 1, "there is no ticket CSC-4711"),
        ("tickets show nonsense", 1, "'nonsense' is no ticket number: write it as CSC-1042 or 1042"),
        ("tickets category 1001 nonsense", 1, "name one or two of these categories: closing_documents, refund"),
        ("tickets extend 1001 gestern", 1, "name a time that lies ahead"),
        ("tickets refuse 1001 mood", 1, "name the ground: conduct"),
        ("tickets unblock nobody@example.kz", 1, "nobody@example.kz is not on the list"),
        ("outbox retry 4711", 1, "there is no letter 4711 in the outbox"),
        ("quarantine retry 4711", 1, "there is no letter 4711 in quarantine"),
        ("reprocess", 2, "write --dry-run"),
        ("report --from 2026-01-01 --to later", 2, "--to 'later' is no moment"),
        ("restore /nowhere/copy", 1, "/nowhere/copy is no file"),
        ("backup /nowhere/copy", 1, "There is no folder /nowhere"),
        ("once", 1, "127.0.0.1"),
        ("backfill --since 2026-01-01", 1, "127.0.0.1"),
        ("tickets nonsense", 2, "nonsense"),
        ("tickets list --config", 2, "--config needs a file"),
    ],
)
def test_every_fault_is_a_sentence_and_an_exit_code(words: str, code: int, sentence: str, desk: Path) -> None:
    call = supportd if "127.0.0.1" in sentence else called
    answer = call("--config", desk, *words.split())
    assert answer.code == code, answer
    assert sentence in answer.err


def test_check_shows_every_fault_at_once(desk: Path) -> None:
    answer = call(desk, "check", "--json", code=2)
    assert {row["what"]: row["ok"] for row in answer.rows} == {
        "IMAP 127.0.0.1:1": False,
        "SMTP 127.0.0.1:1": False,
        "store": True,
        "zone data": True,
        "letters": True,
    }


def test_the_store_is_copied_and_put_back(desk: Path, tmp_path: Path) -> None:
    call(desk, "backup", str(tmp_path / "copy.db"))
    call(desk, "tickets", "close", "1003")
    call(desk, "restore", str(tmp_path / "copy.db"))
    assert [row["status"] for row in call(desk, "tickets", "list", "--json").rows][2] == "open"


# --- configurations and stores that cannot be used


def a_password(home: Path) -> Path:
    path = loopback_configuration(home, mailbox='password = "geheim-geheim"')
    path.chmod(0o644)
    return path


def written(home: Path, data: bytes) -> Path:
    path = home / "supportd.toml"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("make", "sentences"),
    [
        (lambda home: home / "absent.toml", ["there is no configuration file"]),
        (lambda home: home, ["cannot be read: Is a directory"]),
        (lambda home: written(home, b"[mailbox\n"), ["is not TOML: look at line 1, column 9"]),
        (lambda home: written(home, b"\xff\xfe\x00"), ["is not UTF-8 text"]),
        (a_password, ["mailbox.password: a file that holds a password must be its owner's alone: chmod 600"]),
        (
            lambda home: written(home, b'[mailbox]\nadress = "x"\nport = "q"\n[smtp]\nsecurity = "none"\n[foo]\n'),
            ["foo: ", "mailbox.adress: ", "mailbox.host: ", "mailbox.port: ", "smtp.host: "],
        ),
    ],
    ids=["absent", "a folder", "not TOML", "not UTF-8", "an open password", "many faults"],
)
def test_a_configuration_that_cannot_be_used_is_told_whole_with_exit_2(
    make: "object", sentences: list[str], tmp_path: Path
) -> None:
    assert callable(make)
    answer = called("run", "--config", make(tmp_path))
    assert (answer.code, answer.out) == (2, "")
    assert all(sentence in answer.err for sentence in sentences), answer.err
    assert "geheim" not in answer.err


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "does not exist: start the service once"),
        (newer, "newer version"),
        (lambda path: path.write_bytes(b"no database at all" * 400), "is damaged"),
    ],
    ids=["absent", "newer", "damaged"],
)
def test_a_store_that_cannot_be_used_is_a_sentence_and_exit_1(spoil: object, sentence: str, tmp_path: Path) -> None:
    config = loopback_configuration(tmp_path)
    path = tmp_path / "supportd.db"
    Store.open(f"sqlite:///{path}").close()
    for log in tmp_path.glob("supportd.db-*"):
        log.unlink()
    assert callable(spoil)
    spoil(path)
    for words in (("tickets", "list"), ("once",)) if path.exists() else (("tickets", "list"),):
        answer = called("--config", config, *words)
        assert answer.code == 1
        assert sentence in answer.err, answer


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    config = loopback_configuration(tmp_path)
    text = config.read_text(encoding="utf-8").replace(f"{tmp_path}/supportd.db", f"{tmp_path}/absent/supportd.db")
    config.write_text(text, encoding="utf-8")
    for words in ("run", "status"):
        answer = supportd(words, "--config", config)
        assert answer.code == 1
        assert f"{tmp_path}/absent" in answer.err


def test_a_command_that_logs_in_nowhere_needs_no_password(tmp_path: Path) -> None:
    config = loopback_configuration(tmp_path, mailbox='password_file = "/nowhere/password"')
    Store.open(f"sqlite:///{tmp_path}/supportd.db").close()
    call(config, "tickets", "list")
    assert "/nowhere/password" in called("once", "--config", config).err


# --- many tickets, words for categories, help


def test_ten_thousand_tickets_are_listed_in_bounded_memory(tmp_path: Path) -> None:
    config = loopback_configuration(tmp_path)
    with Store.open(f"sqlite:///{tmp_path}/supportd.db") as store, store.transaction() as tx:
        for number in range(10_000):
            tx.open_ticket(a_ticket(requester=f"client{number}@example.kz"))
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (160 << 20,) * 2)"
    program = f"{limited}; sys.argv[1:] = {['tickets', 'list', '--json', '--config', str(config)]!r}; "
    script = program + "from daemon.command_line import main; main()"
    done = subprocess.run([PROGRAM[0], "-c", script], capture_output=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    numbers = [json.loads(line)["number"] for line in done.stdout.splitlines()]
    assert numbers == [f"CSC-{number}" for number in range(1001, 11_001)]


def test_categories_are_named_by_code_or_in_russian() -> None:
    assert categories_named(["technical", "refund"]) == "technical, refund"
    assert categories_named(["вопрос", "по", "работе", "сервиса"]) == "вопрос по работе сервиса"
    assert categories_named([Category.OTHER]) == "other"


@pytest.mark.parametrize("words", ["", "tickets", "outbox", "quarantine", "breaker"])
def test_help_names_every_command_of_the_design(words: str) -> None:
    wanted = {
        "": "run once check explain demo status tickets outbox quarantine reprocess backfill backup restore breaker "
        "train report",
        "tickets": "list show close reopen refuse category extend defer waiting note block unblock blocked",
        "outbox": "list retry",
        "quarantine": "list show retry",
        "breaker": "reset",
    }
    answer = called(*words.split(), "--help")
    assert answer.code == 0
    commands = answer.out.partition("Commands:")[2].splitlines()
    assert {line.split()[0] for line in commands if line.strip()} == set(wanted[words].split())
