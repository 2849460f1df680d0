"""Letters of clients for measuring: plain, HTML, koi8-r, windows-1251, one in twenty with an image."""

import random
from email.message import EmailMessage
from email.utils import formataddr

_ASKS = (
    (
        "Не работает комната",
        "Здравствуйте! Захожу в комнату, нажимаю «Войти», и страница белая. Аккаунт {n}. Помогите.",
    ),
    (
        "Акт выполненных работ",
        "Добрый день! Пришлите, пожалуйста, акт выполненных работ и ЭСФ за октябрь. Аккаунт {n}.",
    ),
    ("Возврат средств", "Прошу вернуть деньги за тариф, оплатили дважды, аккаунт {n}, договор от 12.10.2026."),
    ("Вопрос", "Подскажите, как добавить второго ведущего в вебинарную комнату? Заранее спасибо!"),
    ("Оплата", "Оплата картой не прошла, деньги не списались. Выставьте счёт на оплату, ID {n}."),
    ("Предложение", "Хотим, чтобы в отчёте был фильтр по городу, сейчас его нет. Добавьте, пожалуйста."),
    ("Письма не приходят", "Участникам не приходят письма с ссылкой на курс. Проверяли спам, пусто. л/с №{n}."),
)
_NOT_IN_KOI8 = str.maketrans({"«": '"', "»": '"', "№": "N"})
_NAMES = ("Айгерим Сатпаева", "Иван Петров", "Ерлан", "Бухгалтерия", "Мария Ким", "Динара")
_FILLER = (
    "Мы пользуемся сервисом второй год, раньше такого не было. Проверили на другом компьютере и в другом браузере, "
    "результат тот же. Если нужны подробности, напишите, пожалуйста, всё пришлём.\n"
)


def a_client_letter(number: int, *, seed: int = 0) -> bytes:
    """The letter ``number`` of an endless row; the same number gives the same letter."""
    chance = random.Random(f"{seed}:{number}")
    subject, body = chance.choice(_ASKS)
    message = EmailMessage()
    message["From"] = formataddr((chance.choice(_NAMES), f"client{number}@firm{number % 997}.example.kz"))
    message["To"] = "info@controlsystem.kz"
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 12:04:00 +0500"
    message["Message-ID"] = message_id(number, seed=seed)
    message["Received"] = (
        "from mx.example.kz (mx.example.kz [192.0.2.7]) by mail.controlsystem.kz; Tue, 24 Nov 2026 12:04:01 +0500"
    )
    words = f"{body.format(n=100000 + number)}\n\n{_FILLER * chance.randint(0, 4)}"
    text = f"{words}\nС уважением, {chance.choice(_NAMES)}\nобращение {number}-{seed}\n"
    shape = number % 4
    if shape == 0:
        message.set_content(text)
    elif shape == 1:
        paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines() if line)
        message.set_content(text)
        message.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
    elif shape == 2:
        message.set_content(text.translate(_NOT_IN_KOI8), charset="koi8-r")
    else:
        message.set_content(text, charset="windows-1251", cte="8bit")
    if number % 20 == 7:
        image = chance.randbytes(chance.choice((50_000, 200_000, 700_000, 2_000_000)))
        message.add_attachment(image, maintype="image", subtype="png", filename="Снимок экрана.png")
    return message.as_bytes()


def message_id(number: int, *, seed: int = 0) -> str:
    return f"<m{number}.{seed}@example.kz>"
