"""Letters of the site's form are read for the real client."""

from parsers.forms import find_form
from parsers.mail import NOBODY, Address, FormLetter, ParsedMail
from parsers.new_words import split_words

FIELDS = {
    "name": ("Имя", "Name"),
    "address": ("E-mail", "Email", "Почта"),
    "telephone": ("Телефон", "Phone"),
    "account": ("Номер аккаунта",),
    "message": ("Сообщение", "Message"),
}


def a_letter(text: str, *, subject: str = "Сообщение с сайта", reply_to: tuple[Address, ...] = ()) -> ParsedMail:
    return ParsedMail(
        headers=(),
        content_type="text/plain",
        message_id=None,
        in_reply_to=(),
        references=(),
        from_=(NOBODY,),
        from_fields=1,
        from_well_formed=True,
        sender=(),
        reply_to=reply_to,
        to=(),
        cc=(),
        return_path=None,
        subject=subject,
        date=None,
        received=None,
        text=text,
        html=None,
        text_from_html=False,
        attachments=(),
        embedded=(),
        digest="",
        defects=(),
    )


def read(text: str, **more: object) -> FormLetter | None:
    mail = a_letter(text, **more)  # type: ignore[arg-type] # passes a builder's own keywords on
    return find_form(mail, split_words(mail), FIELDS)


FORM = """Имя: Айгерим Сапарова
E-mail: Aigerim@Example.kz
Телефон: +7 701 123 45 67
Номер аккаунта: 44120
Сообщение: Здравствуйте!
Не открывается комната.

Шаги: 1. Вхожу. 2. Белый экран.
"""


def test_the_fields_of_the_form_tell_the_client() -> None:
    assert read(FORM) == FormLetter(
        name="Айгерим Сапарова",
        address="aigerim@example.kz",
        telephone="+7 701 123 45 67",
        account="44120",
        message="Здравствуйте!\nНе открывается комната.\n\nШаги: 1. Вхожу. 2. Белый экран.",
    )


def test_a_value_may_stand_in_the_line_below_its_name() -> None:
    form = read("Имя\nАйгерим\n\nE-mail:\na@b.kz\n\nСообщение\nНет звука")
    assert form is not None
    assert (form.name, form.address, form.message) == ("Айгерим", "a@b.kz", "Нет звука")


def test_fields_may_stand_below_the_message() -> None:
    form = read("Сообщение: Нет звука\nвторой день\n\nИмя: Айгерим\nТелефон: 8 701 123 45 67\nE-mail: a@b.kz")
    assert form is not None
    assert (form.message, form.address, form.telephone) == ("Нет звука\nвторой день", "a@b.kz", "8 701 123 45 67")


def test_a_table_made_to_text_is_a_form() -> None:
    form = read("| Имя | Айгерим |\n| E-mail | a@b.kz <mailto:a@b.kz> |\n| Сообщение | Нет звука |")
    assert form is not None
    assert (form.name, form.address, form.message) == ("Айгерим", "a@b.kz", "Нет звука")


def test_a_letter_that_only_mentions_a_field_is_no_form() -> None:
    assert read("Здравствуйте! Сообщение: «Ошибка 500». Что делать?") is None
    assert read("Телефон: +7 701 123 45 67\nИмя: Айгерим") is None
    assert read("") is None


def test_an_address_that_is_not_well_formed_is_never_believed() -> None:
    for odd in ("a@b", "a b@c.kz", "a@b.kz, c@d.kz", "a..b@c.kz", "@c.kz", "a@-b.kz\x00", "a@b.kz\tBcc: x@y.kz"):
        form = read(f"Имя: Айгерим\nE-mail: {odd}\nСообщение: Нет звука")
        assert form is not None
        assert form.address == "", odd


def test_reply_to_tells_the_client_where_the_fields_do_not() -> None:
    form = read("Имя: Айгерим\nСообщение: Нет звука", reply_to=(Address(name="", address="a@b.kz"),))
    assert form is not None
    assert form.address == "a@b.kz"


def test_a_form_that_a_colleague_forwarded_is_read_and_his_own_reply_to_is_not() -> None:
    text = (
        "Посмотрите, пожалуйста.\n\n---------- Forwarded message ---------\nFrom: Сайт <site@b.kz>\n"
        "Date: пн, 23 нояб. 2026 г. в 12:04\nSubject: Форма\nTo: info@b.kz\n\n"
    )
    form = read(text + FORM, subject="Fwd: Форма")
    assert form is not None
    assert form.address == "aigerim@example.kz"
    without = read(
        text + "Имя: Айгерим\nСообщение: Нет звука",
        subject="Fwd: Форма",
        reply_to=(Address(name="", address="agent@b.kz"),),
    )
    assert without is not None
    assert without.address == ""
