"""Lines for machines and for people; secrets in neither."""

import io
import json
import logging
from datetime import UTC, datetime

from daemon.journal import hear_libraries, open_journal
from daemon.secret import Secret

SECRET = "correct-horse-battery"


def machine_lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_for_machines_is_one_json_object_with_its_context() -> None:
    stream = io.StringIO()
    journal = open_journal(stream).bind(ticket="CSC-1042")
    journal.info("a letter is taken", subject="Возврат\nсредств", due_at=datetime(2026, 11, 23, 4, tzinfo=UTC))
    (line,) = machine_lines(stream)
    assert line["event"] == "a letter is taken"
    assert (line["level"], line["ticket"]) == ("info", "CSC-1042")
    assert (line["subject"], line["due_at"]) == ("Возврат\nсредств", "2026-11-23T04:00:00+00:00")
    assert datetime.fromisoformat(str(line["at"])).tzinfo is not None
    assert "Возврат" in stream.getvalue()


def test_context_is_bound_to_the_new_journal_alone() -> None:
    stream = io.StringIO()
    journal = open_journal(stream)
    journal.bind(uid=7)
    journal.warning("no context")
    assert "uid" not in machine_lines(stream)[0]


def test_lines_for_people_have_colours_and_no_json() -> None:
    stream = io.StringIO()
    open_journal(stream, colours=True).info("a letter is taken", ticket="CSC-1042")
    assert "\x1b[" in stream.getvalue()
    assert "CSC-1042" in stream.getvalue()
    assert not stream.getvalue().lstrip().startswith("{")


def test_a_stream_that_is_no_terminal_gets_json() -> None:
    stream = io.StringIO()
    open_journal(stream).info("x")
    assert machine_lines(stream)[0]["event"] == "x"


def log_secrets(*, colours: bool) -> str:
    stream = io.StringIO()
    journal = open_journal(stream, colours=colours).bind(smtp_password=SECRET)
    journal.info("bound", wrapped=Secret(SECRET), several=[Secret(SECRET)], nested={"api_token": SECRET})
    journal.info("address", url=f"postgresql+psycopg://supportd:{SECRET}@localhost/supportd")
    try:
        local_password = SECRET
        raise RuntimeError(f"cannot reach postgresql://supportd:{local_password}@localhost/")
    except RuntimeError as error:
        journal.error("broken", trouble=error)
    return stream.getvalue()


def test_secrets_are_in_no_line() -> None:
    for colours in (False, True):
        told = log_secrets(colours=colours)
        assert SECRET not in told
        assert "***" in told
        assert "RuntimeError" in told


def test_control_characters_of_clients_do_not_reach_a_terminal() -> None:
    stream = io.StringIO()
    open_journal(stream, colours=True).info("taken", subject="\x1b[2J\x07\u202eharmless")
    assert "\x1b[2J" not in stream.getvalue()
    assert "\x07" not in stream.getvalue()
    assert "harmless" in stream.getvalue()


def test_bytes_are_told_by_their_length() -> None:
    stream = io.StringIO()
    open_journal(stream).info("kept", raw=b"secret letter")
    assert machine_lines(stream)[0]["raw"] == "13 bytes"


def test_warnings_of_libraries_are_lines_too() -> None:
    stream = io.StringIO()
    journal = open_journal(stream)
    hear_libraries(journal)
    hear_libraries(journal)
    try:
        logging.getLogger("imapclient").warning("a %s of text", "line")
        logging.getLogger("imapclient").debug("not this")
    finally:
        for handler in [each for each in logging.getLogger().handlers if type(each).__name__ == "_LibraryHandler"]:
            logging.getLogger().removeHandler(handler)
    (line,) = machine_lines(stream)
    assert (line["library"], line["says"], line["level"]) == ("imapclient", "a line of text", "warning")
