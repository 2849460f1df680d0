import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from daemon.agents_letters import (
    MAX_SHOWN,
    AgentsLetters,
    AgentTicket,
    CommandOutcome,
    Digest,
    DigestKind,
    NoticeKind,
    Remarks,
)
from daemon.letters_check import AGENTS_LETTERS
from rules.agent_view import CATEGORY_WORDS, shorten
from rules.category import Category, Detail
from rules.commands import Command, NotUnderstood, Verb, parse_categories, parse_commands
from rules.letter_plan import ANSWER_ABOVE
from rules.ticket import Status, TicketKind
from rules.tokens import SigningKeys, find_subject_token, make_subject_token
from tests.daemon.a_policy import SCHEDULE, a_policy
from tests.daemon.a_request import a_ticket, at

POLICY = a_policy()
LETTERS = AgentsLetters(POLICY)
KEYS = SigningKeys(current=b"k" * 32)
AGENT = "duty@controlsystem.kz"
NOW = at("2026-11-21T12:50")
SATURDAY = a_ticket(
    POLICY,
    received="2026-11-21T12:04",
    categories=(Category.TECHNICAL, Category.REFUND),
    missing=(Detail.ACCOUNT_NUMBER, Detail.SCREENSHOT),
    account_number=None,
    wants_call=True,
)
BROKEN = a_ticket(POLICY, received="2026-11-21T11:30", categories=(Category.QUESTION,), number=1043)
EVIL = "Привет <script>alert(1)</script> {{ 7*7 }} {% include 'x' %}\r\nвторая строка\x00"


def shown(ticket: object = SATURDAY, asked: str = "Комната не открывается, ошибка 500") -> AgentTicket:
    token = make_subject_token(KEYS, ticket=1042, agent=AGENT, expires=NOW + timedelta(days=30))
    return AgentTicket(ticket=ticket, token=token, asked=asked)  # type: ignore[arg-type] # a Ticket, by default too


def test_a_reminder_tells_all_that_an_agent_must_know() -> None:
    rendered = LETTERS.reminder(soon=(shown(),), broken=(), now=NOW)
    assert rendered.subject == "[CSC-1042] Срок истекает: Не открывается комната"
    for words in (rendered.text, unescape(rendered.html)):
        for fact in (
            "CSC-1042",
            "Айгерим Сатпаева <client@example.kz>",
            "Комната не открывается, ошибка 500",
            "номер аккаунта в сервисе; снимок экрана",
            "просит позвонить",
        ):
            assert fact in words
    assert "ответить сегодня до 13:04 (техническая неполадка)" in rendered.text
    assert "ответить пн 23.11 до 9:00 (возврат средств)" in rendered.text


def test_several_reminders_are_one_letter_the_broken_first() -> None:
    rendered = LETTERS.reminder(soon=(shown(),), broken=(shown(BROKEN),), now=NOW)
    assert rendered.subject == "Просрочено: 1; истекает срок: 1"
    assert "ПРОСРОЧЕНО, обещано сегодня до 12:30 (вопрос по работе сервиса)" in rendered.text
    assert rendered.text.index("CSC-1043") < rendered.text.index("CSC-1042")


def links_of(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="(mailto:[^"]+)"', html)]


def test_each_link_is_a_command_of_that_agent_for_that_ticket() -> None:
    links = links_of(LETTERS.reminder(soon=(shown(),), broken=(), now=NOW).html)
    commands = []
    for link in links:
        url = urlsplit(link)
        assert url.path == "info@controlsystem.kz"
        query = parse_qs(url.query, strict_parsing=True)
        assert query["subject"][0].startswith("[CSC-1042] ")
        assert find_subject_token(KEYS, f"Re: {query['subject'][0]}", agent=AGENT, now=NOW) == 1042
        assert find_subject_token(KEYS, query["subject"][0], agent="other@controlsystem.kz", now=NOW) is None
        block = parse_commands(query["body"][0].replace("\r\n", "\n"), at=NOW, schedule=SCHEDULE)
        assert not block.not_understood
        commands += [command for command in block.commands if isinstance(command, Command)]
    assert [each.verb for each in commands] == [
        Verb.CLOSE, Verb.WAITING, Verb.EXTEND, Verb.DEFER, Verb.CATEGORY, Verb.NOTE,
    ]  # fmt: skip
    assert commands[2].due_at == NOW + timedelta(hours=2)
    assert commands[2].text == ""
    assert commands[4].categories == (Category.TECHNICAL, Category.REFUND)


def test_a_link_is_short_enough_for_every_mail_client() -> None:
    for link in links_of(LETTERS.reminder(soon=(shown(),), broken=(), now=NOW).html):
        assert link.isascii()
        assert len(link) < 1900  # Outlook cuts at about 2,000


def test_the_words_offered_for_categories_are_understood() -> None:
    understood = [parse_categories(word) for word in CATEGORY_WORDS.split(", ")]
    assert sorted(each for categories in understood for each in categories) == sorted(Category)


def test_without_a_token_there_are_no_links() -> None:
    assert not links_of(LETTERS.reminder(soon=(AgentTicket(ticket=SATURDAY),), broken=(), now=NOW).html)


def test_what_a_client_wrote_is_escaped_and_never_a_template() -> None:
    ticket = a_ticket(POLICY, subject=EVIL, requester_name=EVIL)
    for rendered in (
        LETTERS.reminder(soon=(shown(ticket, EVIL),), broken=(), now=NOW),
        LETTERS.relayed_request(shown(ticket), received_at=NOW, words=EVIL, attachments=(EVIL,), now=NOW),
        LETTERS.digest(Digest(kind=DigestKind.OPENING, tickets=(shown(ticket, EVIL),)), now=NOW),
        LETTERS.notice(NoticeKind.LETTER_FAILED, now=NOW, ticket=ticket, recipient=EVIL, detail=EVIL),
    ):
        assert "<script>" not in rendered.html
        assert "&lt;script&gt;" in rendered.html
        assert "{{ 7*7 }}" in rendered.text
        assert "\n" not in rendered.subject
        assert "\x00" not in rendered.subject


def test_the_mondays_digest_puts_first_what_waited() -> None:
    digest = Digest(
        kind=DigestKind.MONDAY,
        tickets=(shown(BROKEN),),
        waited=(shown(),),
        remarks=(Remarks(title="Вернувшиеся письма", lines=("a@example.kz: ящик переполнен",)),),
    )
    rendered = LETTERS.digest(digest, now=at("2026-11-23T08:00"))
    assert rendered.template == "agents_monday"
    assert rendered.subject == "После выходных: ждут ответа 2 (пн 23.11)"
    assert rendered.text.index("Ждали выходные") < rendered.text.index("CSC-1042") < rendered.text.index("CSC-1043")
    assert "Вернувшиеся письма:\n- a@example.kz: ящик переполнен" in rendered.text


def test_a_digest_is_ordered_by_what_is_due_first() -> None:
    machine = a_ticket(POLICY, number=1044, kind=TicketKind.MACHINE, deadlines=())
    digest = Digest(kind=DigestKind.OPENING, tickets=(shown(machine), shown(), shown(BROKEN)))
    text = LETTERS.digest(digest, now=NOW).text
    assert text.index("CSC-1043") < text.index("CSC-1042") < text.index("CSC-1044")


def test_a_digest_with_nothing_to_say_is_false() -> None:
    assert not Digest(kind=DigestKind.CLOSING, tickets=(), remarks=(Remarks(title="Рассылки", lines=()),))
    assert Digest(kind=DigestKind.CLOSING, tickets=(shown(),))


def test_a_very_long_digest_says_how_much_it_leaves_out() -> None:
    tickets = tuple(shown(a_ticket(POLICY, number=number)) for number in range(2000, 2000 + MAX_SHOWN + 7))
    bounced = Remarks(title="Вернувшиеся письма", lines=tuple(f"письмо {number}" for number in range(60)))
    text = LETTERS.digest(Digest(kind=DigestKind.OPENING, tickets=tickets, remarks=(bounced,)), now=NOW).text
    assert text.count("CSC-2") == MAX_SHOWN
    assert "В письмо не вошли ещё обращения: 7." in text
    assert "- и ещё 10\n" in text


def test_a_letter_without_a_command_is_told_to_its_author() -> None:
    kept = (CommandOutcome(line="", refused="команд в письме нет; клиент его не получил"),)
    rendered = LETTERS.command_answer(SATURDAY, kept, now=NOW)
    assert rendered.subject == "[CSC-1042] Письмо не отправлено клиенту"
    assert "\nКоманд в письме нет; клиент его не получил.\n" in rendered.text


def test_a_command_is_answered_with_one_line_of_what_became_of_the_ticket() -> None:
    waiting = a_ticket(POLICY, status=Status.WAITING, closes_at=at("2026-11-28T12:50"))
    outcome = (CommandOutcome(line="#жду"),)
    rendered = LETTERS.command_answer(waiting, outcome, now=NOW)
    assert rendered.subject == "[CSC-1042] Команда выполнена"
    assert rendered.text.startswith("CSC-1042: ждём ответа клиента; без ответа закроется сб 28.11 12:50.\n")
    closed = a_ticket(POLICY, status=Status.CLOSED, deadlines=())
    assert LETTERS.command_answer(closed, outcome, now=NOW).text.startswith("CSC-1042: закрыто.\n")
    assert "в работе, ответить сегодня до 13:04 (техническая неполадка)" in (
        LETTERS.command_answer(SATURDAY, outcome, now=NOW).text
    )


def test_an_unknown_line_is_told_with_its_reason() -> None:
    strange = (NotUnderstood(line="#зкрыть", why="такой команды нет"),)
    rendered = LETTERS.command_answer(SATURDAY, (), not_understood=strange, now=NOW)
    assert rendered.subject == "[CSC-1042] Команда не понята"
    assert "Не понято, ничего не изменено: #зкрыть (такой команды нет)." in rendered.text


def test_a_refused_command_is_not_called_done() -> None:
    outcome = (CommandOutcome(line="#разблок", refused="записи нет"), CommandOutcome(line="#срок +2ч", told=True))
    rendered = LETTERS.command_answer(None, outcome, now=NOW)
    assert rendered.subject == "Выполнено не всё"
    assert "Не выполнено: #разблок (записи нет)." in rendered.text
    assert "Выполнено: #срок +2ч (клиенту отправлено письмо)." in rendered.text


def test_a_relayed_request_has_the_marker_on_top_and_the_words_whole() -> None:
    words = "Первая строка.\n\n    Вторая, с отступом."
    rendered = LETTERS.relayed_request(shown(), received_at=at("2026-11-21T12:04"), words=words, now=NOW)
    assert rendered.text.startswith(f"{ANSWER_ABOVE}\n")
    assert "Первая строка.\n\n    Вторая, с отступом." in rendered.text
    assert ANSWER_ABOVE in rendered.html
    assert rendered.subject == "[CSC-1042] Не открывается комната"


def test_a_very_long_letter_is_relayed_in_part() -> None:
    rendered = LETTERS.relayed_request(shown(), received_at=NOW, words="слово " * 100_000, now=NOW)
    assert "(начало; целиком в приложенном файле)" in rendered.text
    assert len(rendered.text) < 25_000


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_says_what_happened_and_why(kind: NoticeKind) -> None:
    rendered = LETTERS.notice(
        kind, now=NOW, ticket=SATURDAY, recipient="client@example.kz", detail="550 5.1.1\nUser unknown", id=7
    )
    assert rendered.template == kind.value
    assert rendered.subject.startswith("[CSC-1042] ")
    assert "550 5.1.1 User unknown" in rendered.text
    assert LETTERS.notice(kind, now=NOW).subject


def test_letters_to_agents_fetch_nothing() -> None:
    html = LETTERS.digest(Digest(kind=DigestKind.OPENING, tickets=(shown(),)), now=NOW).html
    assert "<img" not in html
    assert "http" not in html
    assert "url(" not in html


def test_the_check_knows_every_letter_to_agents() -> None:
    assert {f"agents_{name}" for name in ("reminder", "opening", "monday", "closing", "breaker")} <= AGENTS_LETTERS


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("", ""),
        ("один\nдва\tтри", "один два три"),
        ("слово " * 3, "слово слово слово"),
        ("двадцать символов ровно и ещё", "двадцать символов…"),
        ("а" * 30, "а" * 19 + "…"),
        ("a\u202eb\u0000c", "ab c"),
    ],
)
def test_an_excerpt_is_one_line_cut_at_a_word(text: str, short: str) -> None:
    assert shorten(text, 20) == short
