from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rules.category import Category
from rules.letter_plan import (
    MAX_ARTICLES,
    ClientLetter,
    LetterPlan,
    Waits,
    fitting_articles,
    has_passed,
    plan_promises,
)
from rules.part import Part, split_into_parts
from rules.policy import Article
from rules.reading import CategoryReading
from rules.schedule import Calendar, Hours, Schedule

ALMATY = ZoneInfo("Asia/Almaty")
WORKDAY = Hours(opens=time(8), closes=time(20))
SCHEDULE = Schedule(
    zone=ALMATY,
    weekday=WORKDAY,
    weekend=Hours(opens=time(9), closes=time(17)),
    office=WORKDAY,
    holidays=frozenset({date(2026, 12, 16), date(2026, 11, 30)}),
)


def parts(received: datetime, *categories: Category) -> tuple[Part, ...]:
    readings = tuple(CategoryReading(category=category, confident=True) for category in categories)
    return split_into_parts(readings, received_at=received, schedule=SCHEDULE, answer_within=timedelta(hours=1))


def plan(received: datetime, *categories: Category, now: datetime | None = None) -> LetterPlan:
    return plan_promises(
        parts(received, *categories), letter=ClientLetter.TWO_PROMISES, now=now or received, schedule=SCHEDULE
    )


moments = st.integers(0, 60 * 24 * 60).map(
    lambda minutes: datetime(2026, 11, 1, tzinfo=ALMATY) + timedelta(minutes=minutes, seconds=minutes % 60)
)


@given(received=moments)
def test_clause_3_is_told_wherever_an_office_promise_is_not_due_on_the_day_it_was_received(received: datetime) -> None:
    duty, office = parts(received, Category.TECHNICAL, Category.REFUND)
    of_duty, of_office = plan(received, Category.TECHNICAL, Category.REFUND).promises
    assert (office.calendar, duty.calendar) == (Calendar.OFFICE, Calendar.DUTY)
    assert of_duty.waits is Waits.NO
    same_day = office.due_at.astimezone(ALMATY).date() == received.date()
    assert (of_office.waits is Waits.NO) == same_day


@given(received=moments)
def test_a_letter_says_monday_only_where_the_office_takes_it_up_on_a_monday(received: datetime) -> None:
    (office,) = parts(received, Category.REFUND)
    (spoken,) = plan(received, Category.REFUND).promises
    if spoken.waits in (Waits.CAME_ON_DAY_OFF, Waits.OVER_DAYS_OFF):
        assert spoken.monday == (office.due_at.astimezone(ALMATY).weekday() == 0)


@given(received=moments)
def test_promises_are_joined_exactly_where_they_fall_on_the_same_minute(received: datetime) -> None:
    duty, office = parts(received, Category.TECHNICAL, Category.REFUND)
    assert plan(received, Category.TECHNICAL, Category.REFUND).joined == (duty.due_at == office.due_at)


@given(received=moments, late=st.timedeltas(timedelta(0), timedelta(days=4)))
def test_what_has_passed_has_no_spoken_time_and_makes_the_letter_late(received: datetime, late: timedelta) -> None:
    now = received + late
    planned = plan(received, Category.TECHNICAL, Category.REFUND, now=now)
    passed = [has_passed(part.due_at, now=now) for part in parts(received, Category.TECHNICAL, Category.REFUND)]
    assert [not promise.until for promise in planned.promises] == passed
    assert (planned.letter is ClientLetter.LATE) == any(passed)


def test_a_promise_passes_with_the_minute_that_is_spoken() -> None:
    due = datetime(2026, 11, 20, 14, 35, 50, tzinfo=ALMATY)
    assert not has_passed(due, now=datetime(2026, 11, 20, 14, 34, 59, tzinfo=ALMATY))
    assert has_passed(due, now=datetime(2026, 11, 20, 14, 35, 10, tzinfo=ALMATY))


def article(title: str, *words: str) -> Article:
    return Article(title=title, url="https://help.example.kz", words=words)


def test_articles_fit_by_the_beginnings_of_words() -> None:
    room, price = article("Комнаты", "комнат", "войти"), article("Тарифы", "тариф")
    assert fitting_articles((room, price), "Не открывается\nКОМНАТА") == (room,)
    assert fitting_articles((room, price), "сколько стоит тариф и как войти") == (room, price)
    assert fitting_articles((room, price), "антитарифный") == ()
    assert fitting_articles((room, price), "") == ()
    assert fitting_articles((article("Пусто", ""),), "что угодно") == ()


def test_a_letter_names_a_few_articles_at_most() -> None:
    many = tuple(article(str(number), "комната") for number in range(10))
    assert fitting_articles(many, "комната") == many[:MAX_ARTICLES]
