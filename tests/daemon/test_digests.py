"""The day's digests: what stands in each, when it goes out, and that it goes out once and never empty."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.digests import Digests
from rules.policy import Limit
from tests.daemon.a_policy import a_policy
from tests.daemon.desk import CLIENT, REFUND, TECHNICAL, Desk, Sent, a_desk, local, moment


class Paper:
    """A desk whose digests are written when it is told to."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.digests = Digests(policy=desk.policy, staff=desk.staff)

    def begin(self, at: str) -> None:
        with self.desk.store.transaction() as tx:
            self.digests.begin(tx, moment(at))

    def at(self, when: str) -> tuple[str, ...]:
        """The templates of what is written now."""
        before = len(self.desk.outgoing(to_client=False))
        with self.desk.store.transaction() as tx:
            self.digests.write_due(tx, moment(when))
        return self.desk.to_agents()[before:]

    def next(self, when: str) -> str | None:
        with self.desk.store.view() as view:
            due = self.digests.next_moment(view, moment(when))
        return None if due is None else local(due)

    def last(self) -> Sent:
        return self.desk.letters()[-1]


@pytest.fixture
def paper(desk: Desk) -> Paper:
    return Paper(desk)


def test_at_opening_on_every_day_what_is_open_by_due_time(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(REFUND, "Thu 19:50", sender="later@example.kz")
    paper.desk.client_writes(TECHNICAL, "Thu 19:10", sender="sooner@example.kz")

    assert paper.at("Fri 07:59") == ("agents_closing",)
    assert paper.at("Fri 08:00") == ("agents_opening",)
    text = paper.last().text
    assert text.index("sooner@example.kz") < text.index("later@example.kz")
    for fact in ("CSC-1001", "CSC-1002", "Прошу вернуть деньги", "Не открывается комната"):
        assert fact in text


def test_on_monday_what_waited_over_the_weekend_stands_apart(paper: Paper) -> None:
    paper.begin("Sat 10:00")
    paper.desk.client_writes(REFUND, "Sat 12:00")
    paper.desk.client_writes(TECHNICAL, "Sun 16:50", sender="other@example.kz")

    assert paper.at("next Mon 08:00") == ("agents_monday",)
    text = paper.last().text
    assert (
        text.index("Ждали выходные")
        < text.index("CSC-1001")
        < text.index("Остальные открытые")
        < text.index("CSC-1002")
    )


def test_a_monday_on_which_nothing_waited_is_an_ordinary_opening(paper: Paper) -> None:
    paper.begin("Sat 10:00")
    paper.desk.client_writes(TECHNICAL, "Sun 16:50")

    assert paper.at("next Mon 08:00") == ("agents_opening",)


def test_at_closing_what_is_due_first_tomorrow(paper: Paper) -> None:
    paper.begin("Fri 12:00")
    paper.desk.client_writes(REFUND, "Fri 19:50", sender="monday@example.kz")
    paper.desk.client_writes(TECHNICAL, "Fri 19:55", sender="saturday@example.kz")

    assert paper.at("Fri 20:00") == ("agents_closing",)
    assert "saturday@example.kz" in paper.last().text
    assert "monday@example.kz" not in paper.last().text


@pytest.mark.parametrize("when", ["Fri 08:00", "Fri 20:00"])
def test_where_there_is_nothing_to_say_nothing_is_sent(paper: Paper, when: str) -> None:
    paper.begin("Thu 12:00")

    assert paper.at(when) == ()


def test_what_waits_for_the_client_is_nothing_to_say(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(TECHNICAL, "Thu 19:10")
    paper.desk.agent_answers(paper.desk.request_id(), "Thu 19:20")

    assert paper.at("Fri 08:00") == ()


def test_each_digest_goes_out_once(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(TECHNICAL, "Thu 19:50")

    assert [paper.at(when) for when in ("Thu 20:00", "Thu 20:01", "Fri 08:00", "Fri 08:01")] == [
        ("agents_closing",),
        (),
        ("agents_opening",),
        (),
    ]


def test_a_service_that_was_down_makes_up_for_it_within_the_hours_it_was_meant_for(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(TECHNICAL, "Thu 19:50")

    assert paper.at("Fri 07:00") == ("agents_closing",)  # Thursday's closing, before Friday's opening
    assert paper.at("Fri 19:00") == ("agents_opening",)
    assert paper.at("Sat 10:00") == ("agents_opening",)  # Friday's closing is no longer of use


def test_a_restart_forgets_no_digest_that_is_owed(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(TECHNICAL, "Thu 19:50")
    paper.begin("Fri 07:00")

    assert paper.at("Fri 07:00") == ("agents_closing",)


@pytest.mark.parametrize(("first_start", "owed_then"), [("Fri 07:00", ()), ("Fri 12:00", ()), ("Fri 21:00", ())])
def test_at_the_very_first_start_nothing_of_before_is_owed(
    paper: Paper, first_start: str, owed_then: tuple[str, ...]
) -> None:
    paper.desk.client_writes(TECHNICAL, "Thu 19:50")
    paper.begin(first_start)

    assert paper.at(first_start) == owed_then


def test_the_days_first_digest_after_a_first_start_is_the_next_moment(paper: Paper) -> None:
    paper.begin("Fri 07:00")
    assert paper.next("Fri 07:00") == "Fri 08:00"
    paper.at("Fri 08:00")
    assert paper.next("Fri 08:00") == "Fri 20:00"
    assert paper.next("Fri 12:00") == "Fri 20:00"


def test_without_anybody_to_tell_there_is_no_moment(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, notify=())
    with desk.store:
        assert Paper(desk).next("Fri 07:00") is None


def test_links_of_a_digest_command_the_ticket_for_its_reader_alone(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(TECHNICAL, "Thu 19:50")
    paper.at("Fri 08:00")
    digest = paper.last()

    from email.parser import BytesParser
    from email.policy import default
    from urllib.parse import unquote

    html = BytesParser(policy=default).parsebytes(digest.raw).get_body(("html",))
    assert html is not None
    link = next(part for part in html.get_content().split('"') if part.startswith("mailto:"))
    subject = unquote(link.partition("subject=")[2].partition("&")[0])
    for sender, status in (("dana@controlsystem.kz", "open"), (digest.to, "closed")):
        paper.desk.agent_writes_to_mailbox("#закрыть", "Fri 08:10", subject=subject, sender=sender, proved=False)
        assert paper.desk.status() == status


def test_what_has_no_ticket_is_shown_at_opening(paper: Paper) -> None:
    paper.begin("Thu 12:00")
    paper.desk.client_writes(
        "Новости",
        "Thu 15:00",
        sender="news@example.org",
        headers={"List-Id": "<news.example.org>", "Precedence": "list"},
    )

    assert paper.at("Fri 08:00") == ("agents_opening",)
    assert "news@example.org" in paper.last().text
    assert CLIENT not in paper.last().text


def test_letters_held_back_are_shown_at_opening_the_newest_of_them(tmp_path: Path) -> None:
    limits = replace(a_policy().limits, per_address=Limit(count=1, within=timedelta(hours=1)))
    desk = a_desk(tmp_path, limits=limits)
    with desk.store:
        paper = Paper(desk)
        paper.begin("Thu 12:00")
        for minute in range(40):
            desk.client_writes(f"{TECHNICAL} {'.' * minute}", f"Thu 15:{minute:02}")
        assert paper.at("Fri 08:00") == ("agents_opening",)
        text = paper.last().text
    assert "Подтверждения, которые не были отправлены" in text
    assert "CSC-1040: client@example.kz (превышен предел автоматических писем)" in text
