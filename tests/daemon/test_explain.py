"""``supportd explain``: every key for every letter, the moment received, folders and files, and what cannot be read."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.explain import Circumstances, Explained, Unreadable, explain, find_letters
from daemon.letters import Letters
from daemon.policy_of import default_policy
from daemon.reader import Reader
from rules.tokens import Purpose, SigningKeys, make_message_id
from tests.daemon.called import called, loopback_configuration, supportd
from tests.service import a_letter

KEYS = [
    *("path", "disposition", "automated", "acknowledge", "sender", "subject", "text", "language", "attachments"),
    *("categories", "parts", "conduct", "wants_call", "account_number", "supplied", "missing", "letter", "reasons"),
    "defects",
]
NOW = datetime.fromisoformat("2026-11-24T10:00:00+05:00")
POLICY = default_policy()

Row = dict[str, Any]
Explaining = Callable[..., Row]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reading = Reader(policy=POLICY, keys=None)
    yield reading
    reading.close()


def circumstances(received: datetime | None = None) -> Circumstances:
    return Circumstances(policy=POLICY, letters=Letters(POLICY, None), received=received, now=NOW)


@pytest.fixture
def explained(reader: Reader, tmp_path: Path) -> Explaining:
    """The row of one letter given as bytes."""

    def row_of(raw: bytes, *, received: datetime | None = None) -> Row:
        path = tmp_path / "letter"
        path.write_bytes(raw)
        (found,) = explain([path], reader, circumstances(received))
        assert isinstance(found, Explained)
        return found.row

    return row_of


OUT_OF_OFFICE = a_letter(
    subject="Автоответ: я в отпуске", body="Буду 1 декабря.", headers={"Auto-Submitted": "auto-replied"}
)
BOUNCE = a_letter(
    sender="mailer-daemon@example.kz", subject="Undelivered Mail Returned to Sender", headers={"Return-Path": "<>"}
)
LIST = a_letter(subject="Новости", headers={"List-Id": "<news.example.kz>", "Precedence": "bulk"})
GARBAGE = b"Received: fro\xff\x00\x1b[2J" * 40
KINDS = {
    "person": (a_letter(), "new_request", True),
    "out of office": (OUT_OF_OFFICE, "automated", False),
    "bounce": (BOUNCE, "automated", False),
    "list": (LIST, "automated", False),
    "from our own address": (a_letter(sender="info@controlsystem.kz"), "new_request", False),
    "from a colleague, unproved": (a_letter(sender="dana@controlsystem.kz"), "new_request", False),
    "garbage": (GARBAGE, "new_request", False),
    "empty": (b"", "new_request", False),
    "binary": (bytes(range(256)) * 40, "new_request", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_has_every_key_and_no_other(kind: str, explained: Explaining) -> None:
    raw, disposition, acknowledge = KINDS[kind]
    row = explained(raw)
    assert list(row) == KEYS
    assert row["disposition"] == disposition
    assert row["acknowledge"] is acknowledge
    assert (row["letter"] is not None) is acknowledge
    assert (row["automated"] is not None) is (disposition == "automated")
    assert bool(row["categories"]) is bool(row["parts"]) is (disposition == "new_request")
    for reason in row["reasons"]:
        assert list(reason) == ["decision", "value", "clause", "evidence"]
    for part in row["parts"]:
        assert list(part) == ["categories", "calendar", "received_at", "reached_at", "deferred_until", "due_at"]


def test_letters_of_ours_and_of_agents_are_told(tmp_path: Path) -> None:
    keys = SigningKeys(current=b"k" * 32)
    policy = replace(POLICY, authserv_ids=frozenset({"mx.example.kz"}))
    ours = make_message_id(
        keys, purpose=Purpose.CLIENT, ticket=1001, recipient="a@example.kz", serial="1", domain="controlsystem.kz"
    )
    proof = {"Authentication-Results": "mx.example.kz; dmarc=pass header.from=controlsystem.kz"}
    letters = {
        "own": a_letter(sender="info@controlsystem.kz", message_id=ours),
        "agent": a_letter(sender="dana@controlsystem.kz", headers=proof),
    }
    for name, raw in letters.items():
        (tmp_path / name).write_bytes(raw)
    knowing = Reader(policy=policy, keys=keys)
    try:
        found = list(explain([tmp_path / name for name in letters], knowing, replace(circumstances(), policy=policy)))
    finally:
        knowing.close()
    rows = [each.row for each in found if isinstance(each, Explained)]
    assert [row["disposition"] for row in rows] == ["own", "agent"]
    assert [row["acknowledge"] for row in rows] == [False, False]
    assert all(list(row) == KEYS and row["categories"] == row["parts"] == [] for row in rows)


def test_a_persons_letter_is_read_and_answered(explained: Explaining) -> None:
    raw = a_letter(
        name="Айгерим Сатпаева", sender="Client@Example.KZ", body="Не могу войти в аккаунт 104582, ошибка 500."
    )
    row = explained(raw, received=datetime.fromisoformat("2026-11-21T12:04:00+05:00"))
    assert row["sender"]["name"] == "Айгерим Сатпаева"
    assert row["sender"]["address"].lower() == "client@example.kz"
    assert row["subject"] == "Не работает вход"
    assert row["account_number"] == "104582"
    assert row["language"] == "ru"
    assert row["categories"] == ["technical"]
    assert list(row["letter"]) == ["template", "subject", "body"]
    assert row["letter"]["subject"] == "[CSC-0] Обращение принято"
    assert "до 13:04" in row["letter"]["body"]
    assert "Айгерим" not in row["letter"]["body"]  # unproved: nothing that the client wrote is repeated


def test_an_attachment_has_its_name_type_and_decoded_size(explained: Explaining) -> None:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    message = message_from_bytes(a_letter(), _class=EmailMessage, policy=policy.default)
    message.add_attachment(b"\x89PNG" * 100, maintype="image", subtype="png", filename="снимок.png")
    row = explained(message.as_bytes())
    assert row["attachments"] == [{"filename": "снимок.png", "content_type": "image/png", "size": 400}]


RECEIVED = b"Received: from a by b; Fri, 20 Nov 2026 19:30:00 +0500\r\n"
OLDER = b"Received: from c by a; Fri, 20 Nov 2026 08:00:00 +0500\r\n"
DATE = b"Date: Thu, 19 Nov 2026 10:00:00 +0500\r\n"
BODY = b"From: a@example.kz\r\nTo: info@controlsystem.kz\r\nSubject: s\r\n\r\n\xd0\xb4\xd0\xb0\r\n"
JUNK = b"Received: from a by b; some day\r\n"
FAR = b"Date: Fri, 31 Dec 9999 23:59:59 +0500\r\n"


@pytest.mark.parametrize(
    ("head", "moment"),
    [
        (RECEIVED + OLDER + DATE, "2026-11-20T19:30:00+05:00"),
        (JUNK + DATE, "2026-11-19T10:00:00+05:00"),
        (DATE, "2026-11-19T10:00:00+05:00"),
        (b"Date: some day\r\n", NOW.isoformat()),
        (FAR, NOW.isoformat()),
        (b"", NOW.isoformat()),
    ],
    ids=["topmost Received", "Date where Received is junk", "Date", "now where Date is junk", "far away", "now"],
)
def test_the_moment_received_is_the_first_that_can_be_read(head: bytes, moment: str, explained: Explaining) -> None:
    (part,) = explained(head + BODY)["parts"]
    assert part["received_at"] == moment


def test_the_moment_given_counts_before_what_the_letter_says(explained: Explaining) -> None:
    (part,) = explained(RECEIVED + DATE + BODY, received=datetime(2026, 11, 21, 7, 4, 5, 999999, UTC))["parts"]
    assert part["received_at"] == "2026-11-21T12:04:05+05:00"


def test_a_letter_of_twenty_five_megabytes_is_explained(explained: Explaining) -> None:
    line = b"QUJD" * 18 + b"\r\n"
    head = a_letter().replace(b"\n", b"\r\n")
    attached = (
        b"From: a@example.kz\r\nTo: info@controlsystem.kz\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "Не работает вход, снимок во вложении.".encode()
        + b"\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=a.png\r\n\r\n" + line * 337_000 + b"--b--\r\n"
    )
    assert len(attached) > 24_900_000
    row = explained(attached)
    assert row["attachments"] == [{"filename": "a.png", "content_type": "image/png", "size": 54 * 337_000}]
    assert row["text"] == "Не работает вход, снимок во вложении."
    assert explained(head)["disposition"] == "new_request"  # and the next letter is read as ever


def a_folder(home: Path) -> Path:
    folder = home / "box"
    (folder / "b").mkdir(parents=True)
    for name in ("z.eml", "a.eml", "b/c.EML", "notes.txt", "b/letter"):
        (folder / name).write_bytes(a_letter(subject=name))
    (folder / "d.eml").symlink_to("nowhere")
    os.mkfifo(folder / "e.eml")
    return folder


def test_a_folder_means_its_letters_sorted_and_a_file_named_is_always_meant(tmp_path: Path, reader: Reader) -> None:
    folder = a_folder(tmp_path)
    paths = [folder, folder / "notes.txt", tmp_path / "absent"]
    found = list(explain(paths, reader, circumstances()))
    named = [str(each.path.relative_to(tmp_path)) for each in found]
    assert named == ["box/a.eml", "box/b/c.EML", "box/d.eml", "box/e.eml", "box/z.eml", "box/notes.txt", "absent"]
    unreadable = [each.path.name for each in found if isinstance(each, Unreadable)]
    assert unreadable == ["d.eml", "e.eml", "absent"]


def test_a_folder_is_walked_through_once_for_each_time_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"")
    assert list(find_letters([tmp_path, tmp_path])) == [tmp_path / "a.eml"] * 2


# --- as it is called


def test_an_unreadable_path_gives_a_line_and_exit_1_after_the_others(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    answer = supportd("explain", "--json", tmp_path / "absent", folder, "--received", "2026-11-21T07:04:00Z")
    assert answer.code == 1
    assert [Path(row["path"]).name for row in answer.rows] == ["a.eml", "c.EML", "z.eml"]
    assert {part["received_at"] for row in answer.rows for part in row["parts"]} == {"2026-11-21T12:04:00+05:00"}
    assert [line.rpartition(": ")[0] for line in answer.err.splitlines()] == [
        f"supportd: {path} cannot be read" for path in (tmp_path / "absent", folder / "d.eml", folder / "e.eml")
    ]


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "12:04", "0001-01-01T00:00+14:00", "9999-12-31"])
def test_a_moment_that_is_none_is_told_and_the_letters_own_counts(moment: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(RECEIVED + DATE + BODY)
    own = called("explain", "--json", letter)
    answer = called("explain", "--json", "--received", moment, letter)
    assert answer.code == 0
    assert [row["parts"] for row in answer.rows] == [row["parts"] for row in own.rows]
    assert repr(moment) in answer.err
    assert "2026-11-21T12:04" in answer.err


def test_the_configuration_is_honoured_and_needs_no_password(tmp_path: Path) -> None:
    """A form's letter is read for the real client; the mailbox's password is the service's alone."""
    lines = 'ticket_prefix = "HELP"'
    config = loopback_configuration(
        tmp_path, forms='senders = ["form@example.kz"]', support=lines, mailbox="password_file = '/nowhere/password'"
    )
    letter = tmp_path / "form"
    body = "Имя: Айгерим\nE-mail: aigerim@example.kz\nСообщение: Не могу войти в аккаунт 104582, ошибка 500."
    letter.write_bytes(a_letter(sender="form@example.kz", subject="Форма обратной связи", body=body))
    answer = supportd("explain", "--json", "--config", config, letter)
    assert answer.code == 0, answer.err
    (row,) = answer.rows
    assert row["sender"]["address"] == "aigerim@example.kz"
    assert row["letter"]["subject"].startswith("[HELP-0]")


def test_a_person_reads_what_was_decided_why_and_the_letter(tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(a_letter(subject="\x1b[2Jвход".encode().decode()))
    answer = supportd("explain", letter, "--received", "2026-11-21T12:04", environment={"LC_ALL": "C", "LANG": "C"})
    assert answer.code == 0
    assert "\x1b" not in answer.out
    for words in ("new_request", "due Sat 21 Nov 2026 13:04", "(clause 4)", "Обращение принято", "Здравствуйте!"):
        assert words in answer.out
