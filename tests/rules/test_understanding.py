"""A letter's new words read as a whole."""

from daemon.policy_of import default_policy
from parsers.mail import Attachment, Language
from rules.category import Category, Detail
from rules.reading import Reading
from rules.understanding import read_request

POLICY = default_policy()


def _read(words: str, *, subject: str = "", signature: str = "", attachments: tuple[Attachment, ...] = ()) -> Reading:
    return read_request(
        subject=subject,
        words=words,
        full_text=words,
        signature=signature,
        attachments=attachments,
        language=Language.RUSSIAN,
        policy=POLICY,
    )


def test_a_letter_with_everything_is_read_as_such() -> None:
    picture = Attachment(
        filename="Снимок экрана 1.png", content_type="image/png", size=9, inline=False, content_id=None, digest=""
    )
    reading = _read(
        "Захожу в комнату https://room.controlsystem.kz/algebra, нажимаю «Войти», пишет ошибку 502. Аккаунт 48 213.",
        attachments=(picture,),
    )
    assert [each.category for each in reading.categories] == [Category.TECHNICAL]
    assert reading.supplied == frozenset(Detail)
    assert reading.account_number == "48213"


def test_a_bare_line_is_no_description() -> None:
    assert Detail.DESCRIPTION not in _read("не работает").supplied


def test_an_account_number_in_the_signature_counts() -> None:
    assert _read("Пришлите акт за март.", signature="Ольга, л/с 20311").account_number == "20311"


def test_an_account_number_in_the_subject_counts() -> None:
    assert _read("нет звука", subject="аккаунт 104582 нет звука!!!").account_number == "104582"


def test_every_finding_has_its_reason_and_clause() -> None:
    reading = _read("Вы идиоты! Срочно перезвоните мне: 8 701 111 22 33, аккаунт 45012 не работает")
    reasons = {reason.decision: reason.clause for reason in reading.reasons}
    assert reading.conduct
    assert reading.wants_call
    assert reading.objects
    assert reasons["conduct"] == "12"
    assert reasons["wants_call"] == "5"
    assert reasons["supplied"] == "6"


def test_thanks_ask_for_nothing() -> None:
    assert _read("Спасибо, всё получилось!").thanks_alone


def test_no_words_at_all_are_read_without_confidence() -> None:
    reading = _read("")
    assert [(each.category, each.confident) for each in reading.categories] == [(Category.OTHER, False)]
    assert reading.supplied == frozenset()


def test_a_megabyte_of_one_letter_is_read() -> None:
    for odd in ("а", "1 2 3 ", "а-", "http://", "«", "a@", "\n"):
        assert len(_read(odd * 100_000).categories) == 1
