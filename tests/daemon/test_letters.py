"""Letters to clients. To add one: a ``.toml`` with the situation and a ``.txt`` with the expected letter."""

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.letters import Letters, topic_of
from daemon.letters_check import check_letters
from daemon.templating import LetterFault, Rendered
from parsers.mail import Address, Language
from rules.category import Category, Detail
from rules.commands import Refusal
from rules.policy import Article, Policy
from rules.ticket import Ticket
from tests.daemon.a_policy import SCHEDULE, a_policy
from tests.daemon.a_request import a_ticket, at, client_facts

FOLDER = Path(__file__).parent / "letters"
SITUATIONS = sorted(path.stem for path in FOLDER.glob("*.toml"))
ARTICLES = (
    Article(title="Как войти в комнату", url="https://help.example.kz/room", words=("комнат",)),
    Article(title="Тарифы", url="https://help.example.kz/price", words=("тариф",)),
)
POLICY = a_policy(articles=ARTICLES)
LETTERS = Letters(POLICY)


def situation(name: str) -> Rendered:
    said: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    holidays = frozenset(date.fromisoformat(day) for day in said.pop("holidays", ()))
    policy = a_policy(articles=ARTICLES, schedule=replace(SCHEDULE, holidays=holidays)) if holidays else POLICY
    said["categories"] = [Category(each) for each in said["categories"]]
    said["missing"] = [Detail(each) for each in said.get("missing", ())]
    said["language"] = Language(said.get("language", "ru"))
    return Letters(policy).acknowledgement(client_facts(policy, **said))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_has_its_letter(name: str) -> None:
    rendered = situation(name)
    assert f"Тема: {rendered.subject}\n\n{rendered.text}" == (FOLDER / f"{name}.txt").read_text("utf-8")


def test_every_letter_has_its_situation() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == SITUATIONS


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_folder_of_the_words_is_the_name_of_the_template(name: str) -> None:
    assert name.startswith(situation(name).template)


def words_of(html: str) -> list[str]:
    body = re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)
    return re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("name", SITUATIONS)
def test_text_and_html_say_the_same(name: str) -> None:
    rendered = situation(name)
    bare = re.sub(r",? ?https?://\S+", "", rendered.text)  # in HTML an address stands behind its words
    assert words_of(rendered.html) == re.findall(r"\w+", bare)


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_letter_names_hours_zone_and_channels(name: str) -> None:
    text = situation(name).text
    for said in (
        "в будни с 8:00 до 20:00",
        "с 9:00 до 17:00",
        "время Астаны, UTC+5",
        "info@controlsystem.kz",
        "Telegram +7 777 407 02 46",
        "форма обратной связи",
        "https://help.example.kz",
        "рекомендательный характер",
        "CSC-1042",
    ):
        assert said in text


@pytest.mark.parametrize("name", [name for name in SITUATIONS if not name.startswith("violator")])
def test_every_promise_has_the_reservation_of_clause_4(name: str) -> None:
    text = situation(name).text
    promises = re.search(r"до \d", text.partition("Если потребуются")[0].partition("получено")[2])
    lengthened = "срок может быть увеличен" if promises else "ответ может занять больше времени"
    assert f"Если потребуются уточнения, {lengthened}." in text


SECRET = st.text(st.sampled_from("ЖщЪQx7{}%<&\"'\u202e\n"), min_size=6, max_size=30)


@given(name=SECRET, subject=SECRET, words=SECRET)
def test_an_unproved_sender_finds_nothing_that_he_wrote(name: str, subject: str, words: str) -> None:
    client = Address(name=name, address="client@example.kz")
    facts = client_facts(POLICY, client=client, subject=subject, words=words)
    expected = LETTERS.acknowledgement(client_facts(POLICY))
    assert LETTERS.acknowledgement(facts) == expected


def test_a_follow_up_to_an_unproved_sender_repeats_nothing_either() -> None:
    for rendered in follow_ups(a_ticket(POLICY, received="2026-11-21T12:04", categories=BOTH, requester_proved=False)):
        assert "Сатпаева" not in rendered.text + rendered.html + rendered.subject
        assert "комната" not in rendered.text + rendered.html + rendered.subject


BOTH = (Category.TECHNICAL, Category.REFUND)


def follow_ups(ticket: Ticket) -> tuple[Rendered, ...]:
    now = at("2026-11-21T12:05")
    return (
        LETTERS.reopened(ticket, ticket.deadlines, now=now),
        LETTERS.part_deferred(ticket, ticket.deadlines[1:], now=now),
        LETTERS.promise_changed(ticket, ticket.deadlines[1:], now=now),
        LETTERS.refusal(ticket, Refusal.CONDUCT, now=now),
        LETTERS.refusal(ticket, Refusal.CONTRACT, now=now),
    )


def test_a_proved_sender_is_answered_under_his_subject_and_name() -> None:
    rendered = LETTERS.acknowledgement(client_facts(POLICY, proved=True))
    assert rendered.subject == "Re: Не открывается комната [CSC-1042]"
    assert rendered.text.startswith("Здравствуйте, Айгерим Сатпаева!\n")


def test_a_proved_firm_is_not_greeted_by_name() -> None:
    client = Address(name="Отдел продаж", address="sales@example.kz")
    assert LETTERS.acknowledgement(client_facts(POLICY, proved=True, client=client)).text.startswith("Здравствуйте!\n")


@pytest.mark.parametrize(
    ("subject", "topic"),
    [
        ("Re: Fwd: Счёт", "Счёт"),
        ("RE[2]: НА: Счёт [CSC-1042]", "Счёт"),
        ("Счёт\r\nBcc: all@example.kz", "Счёт Bcc: all@example.kz"),
        ("Счёт\u202eкт 👨\u200d👩", "Счёткт 👨👩"),
        ("  ", ""),
        ("Re:", ""),
        ("а" * 200, "а" * 149 + "…"),
        ("Возврат: 5000", "Возврат: 5000"),
    ],
)
def test_a_subject_is_repeated_as_one_bounded_line(subject: str, topic: str) -> None:
    assert topic_of(subject, "CSC-1042") == topic


def test_a_proved_sender_without_a_subject_gets_the_plain_one() -> None:
    assert (
        LETTERS.acknowledgement(client_facts(POLICY, proved=True, subject="")).subject == "[CSC-1042] Обращение принято"
    )


def test_what_a_proved_sender_wrote_is_escaped_and_never_a_template() -> None:
    ticket = a_ticket(POLICY, requester_proved=True)
    answer = LETTERS.relayed_answer(ticket, "{{ 7*7 }} {% raw %} <script>alert(1)</script>", now=at("2026-11-20T14:00"))
    assert "{{ 7*7 }} {% raw %} <script>" in answer.text
    assert "<script>" not in answer.html
    subject = "{{ 7*7 }} <b>"
    assert LETTERS.acknowledgement(client_facts(POLICY, proved=True, subject=subject)).subject == (
        "Re: {{ 7*7 }} <b> [CSC-1042]"
    )


def test_a_relayed_answer_keeps_its_lines_also_where_html_is_read() -> None:
    answer = "Добрый день!\n\n  1. Обновите страницу.\n  2. Войдите снова.\n"
    rendered = LETTERS.relayed_answer(a_ticket(POLICY), answer, now=at("2026-11-20T14:00"), attachments=("счёт.pdf",))
    assert rendered.text.startswith(answer)
    assert "Добрый день!<br><br>  1. Обновите страницу.<br>  2. Войдите снова.</div>" in rendered.html
    assert "Приложены файлы: счёт.pdf" in rendered.text


@given(delay=st.timedeltas(timedelta(0), timedelta(days=5)), minutes=st.integers(0, 7 * 24 * 60))
def test_no_letter_names_a_past_time(delay: timedelta, minutes: int) -> None:
    """Every «до 13:04» in the promises lies ahead: a letter whose promise has passed names none."""
    facts = client_facts(POLICY, categories=BOTH)
    received = at("2026-11-16T00:00:30") + timedelta(minutes=minutes)
    decision = client_facts(
        POLICY, received=received.astimezone(SCHEDULE.zone).isoformat()[:19], categories=BOTH
    ).decision
    rendered = LETTERS.acknowledgement(replace(facts, decision=decision, received_at=received, now=received + delay))
    passed = [part for part in decision.parts if part.due_at <= received + delay]
    assert not passed or rendered.template == "late"
    promised = rendered.text.partition("Время работы")[0]
    assert promised.count(", до ") + promised.count("сегодня до ") <= len(decision.parts) - len(passed)
    if rendered.template == "late":
        assert "Приносим извинения" in rendered.text
        assert "в первую очередь" in rendered.text


def test_a_follow_up_by_night_says_when_somebody_reads_it() -> None:
    ticket = a_ticket(POLICY, received="2026-11-20T22:00")
    text = LETTERS.reopened(ticket, ticket.deadlines, now=at("2026-11-20T22:00")).text
    assert "Обращение снова в работе." in text
    assert "специалисты приступят к нему завтра, в субботу, 21 ноября, с 9:00." in text
    assert "Ответим завтра, в субботу, 21 ноября, до 10:00 (время Астаны, UTC+5)." in text


def test_a_deferred_part_that_is_added_carries_clause_3() -> None:
    ticket = a_ticket(POLICY, received="2026-11-21T12:04", categories=BOTH)
    text = LETTERS.part_deferred(ticket, ticket.deadlines[1:], now=at("2026-11-21T12:04")).text
    assert "рассматриваются в понедельник (п. 3 Правил оказания услуг технической поддержки)" in text
    assert "технической неполадке" not in text


def test_a_changed_promise_gives_the_agents_reason_or_clause_3() -> None:
    ticket = a_ticket(POLICY, received="2026-11-21T12:04", categories=(Category.REFUND,))
    now = at("2026-11-21T12:30")
    given_ = LETTERS.promise_changed(ticket, ticket.deadlines, now=now, reason="ждём ответа\nбанка.").text
    assert "Причина: ждём ответа банка.\n" in given_
    assert "п. 3" not in given_
    bare = LETTERS.promise_changed(ticket, ticket.deadlines, now=now).text
    assert "Возврат средств требует участия разработчиков или руководства (п. 3" in bare
    assert "Ответим в понедельник, 23 ноября, до 9:00" in bare


def test_a_refusal_names_its_ground() -> None:
    ticket = a_ticket(POLICY)
    conduct = LETTERS.refusal(ticket, Refusal.CONDUCT, now=at("2026-11-20T14:00")).text
    assert "п. 3 Общих положений и п. 12 Правил" in conduct
    contract = LETTERS.refusal(ticket, Refusal.CONTRACT, now=at("2026-11-20T14:00")).text
    assert "п. 11 Правил" in contract
    assert "договора-оферты" in contract


# --- an operator's own words


def own_words(directory: Path, files: dict[str, str]) -> Path:
    for name, words in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, "utf-8")
    return directory


def test_all_letters_of_the_project_render(tmp_path: Path) -> None:
    assert check_letters(POLICY, None) == ()
    assert check_letters(a_policy(portal_url=""), tmp_path) == ()


def test_an_operators_file_wins_file_by_file(tmp_path: Path) -> None:
    own_words(tmp_path, {"in_hours/subject.txt": "Принято: {{ number }}\n"})
    rendered = Letters(POLICY, tmp_path).acknowledgement(client_facts(POLICY))
    assert rendered.subject == "Принято: CSC-1042"
    assert rendered.text == LETTERS.acknowledgement(client_facts(POLICY)).text
    assert check_letters(POLICY, tmp_path) == ()


def test_an_operators_paragraph_is_in_all_letters(tmp_path: Path) -> None:
    own_words(tmp_path, {"paragraphs/signature.txt": "Ваша поддержка\n"})
    assert Letters(POLICY, tmp_path).acknowledgement(client_facts(POLICY)).text.endswith("\n\nВаша поддержка\n")


def test_html_is_made_of_an_operators_text_where_he_wrote_none(tmp_path: Path) -> None:
    own_words(tmp_path, {"in_hours/body.txt": "Принято <{{ number }}>.\n\nЖдите.\n"})
    html = Letters(POLICY, tmp_path).acknowledgement(client_facts(POLICY)).html
    assert "<p>Принято &lt;CSC-1042&gt;.</p>\n<p>Ждите.</p>" in html


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"late/body.txt": "{{ nmber }}"}, r"late/body\.txt, line 1: 'nmber' is undefined"),
        ({"late/body.html": "\n{% if %}"}, r"late/body\.html, line 2: "),
        ({"late/body.txt": "{% include 'none.txt' %}"}, r"letter late: the file none\.txt is missing"),
        ({"late/subject.txt": "  \n"}, "letter late: its subject is empty"),
        ({"late/body.txt": "{{ 1 / 0 }}"}, r"late/body\.txt, line 1: division by zero"),
        ({"lates/body.txt": "x"}, r"lates/body\.txt: no letter has such a file, so it is never used"),
        ({"late/boddy.txt": "x"}, r"late/boddy\.txt: no letter has such a file"),
    ],
)
def test_a_fault_in_an_operators_words_is_one_sentence(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    faults = check_letters(POLICY, own_words(tmp_path, files))
    assert len(faults) == 1
    assert re.search(sentence, faults[0])


def test_bytes_that_are_no_utf8_are_a_fault(tmp_path: Path) -> None:
    own_words(tmp_path, {"late/body.txt": ""})
    (tmp_path / "late/body.txt").write_bytes("Срок".encode("koi8-r"))
    assert len(check_letters(POLICY, tmp_path)) == 1


def test_an_absent_directory_is_a_fault(tmp_path: Path) -> None:
    assert check_letters(POLICY, tmp_path / "none") == (f"{tmp_path / 'none'}: there is no such directory",)


def test_an_undefined_name_is_an_error_and_not_an_empty_word(tmp_path: Path) -> None:
    own_words(tmp_path, {"in_hours/body.txt": "до {{ untill }}"})
    with pytest.raises(LetterFault, match="untill"):
        Letters(POLICY, tmp_path).acknowledgement(client_facts(POLICY))


def test_an_operators_prefix_and_mailbox_are_used() -> None:
    policy: Policy = a_policy(ticket_prefix="HLP", mailbox="help@example.kz")
    rendered = Letters(policy).acknowledgement(client_facts(policy))
    assert rendered.subject.startswith("[HLP-1042]")
    assert "help@example.kz" in rendered.text
