"""Subjects: what programs write, and what people write about the same things."""

import pytest

from parsers.mail import MarkKind
from parsers.parse import parse_mail
from parsers.subjects_of_machines import mark_of_subject

QUESTION = "Здравствуйте! Помогите, пожалуйста."


def kind_of(subject: str, text: str = QUESTION) -> MarkKind | None:
    raw = f"From: ivan@example.kz\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    return next((mark.kind for mark in mark_of_subject(parse_mail(raw.encode()))), None)


ABSENCES = [
    "Автоответ: Re: Счёт",
    "Автоответ",
    "Автоответ. Отпуск",
    "Автоматический ответ: Обращение принято",
    "Автоматический ответ",
    "Автоматическое уведомление",
    "Re: Автоответ: Ваше обращение",
    "Ответ: Автоответ",
    "Не на рабочем месте",
    "Нет на месте",
    "Отсутствую",
    "Отсутствую до 10.12.2026",
    "Отсутствую на рабочем месте",
    "Отсутствую с 1 по 14 декабря",
    "В отпуске",
    "В отпуске до 5 декабря",
    "В отпуске с 01.12 по 14.12",
    "В отпуске: Re: [CSC-1042] Обращение принято",
    "Я в отпуске до 15 января 2027 г.",
    "Нахожусь в отпуске",
    "Нахожусь в отпуске с 23 ноября по 6 декабря",
    "Я в отпуске с 23 по 30 ноября.",
    "Automatic reply: [CSC-1042]",
    "Auto: Out of office",
    "Auto Response",
    "Autoreply",
    "Autoreply: hello",
    "Out of Office AutoReply: hi",
    "Out of the Office",
    "Out of Office: Re: x",
    "Abwesenheitsnotiz: x",
    "Réponse automatique : x",
    "HA: Отсутствую",
    "Временно отсутствую",
    "Сейчас не на рабочем месте",
    "Автоматический ответ: Нет на рабочем месте",
    "Сообщение об отсутствии: x",
    "Out of office until 5 December",
    "I am out of the office",
    "I am out of office until 12/01",
    "Vacation Response",
    "On vacation",
    "Auto-Reply from John",
    "AutoReply: x",
    "Automatic Reply",
    "Away from the office",
]
BOUNCES = [
    "Недоставленное сообщение",
    "Ваше сообщение не доставлено. Mail failure.",
    "Не удалось доставить: Обращение принято",
    "Не удалось доставить",
    "Undeliverable: x",
    "Delivery Status Notification (Failure)",
    "Delivery Status Notification (Delay)",
    "Returned mail: see transcript for details",
    "Returned mail: User unknown",
    "failure notice",
    "Failure Notice",
    "Mail delivery failed: returning message to sender",
    "Mail delivery failed",
    "Undelivered Mail Returned to Sender",
    "Warning: message 1abcDE-000abc-XY delayed 24 hours",
    "Warning: could not send message for past 4 hours",
    "Mail System Error - Returned Mail",
    "DELIVERY FAILURE: User nobody not listed in Domino Directory",
    "Delivery failure",
    "Delivery Notification: Delivery has failed",
    "Permanent Delivery Failure",
    "Message status - undeliverable",
    "**Message you sent blocked by our bulk email filter**",
    "[Postmaster] Email Delivery Failure",
    "Unzustellbar: x",
    "Mail Delivery Subsystem",
    "Nondeliverable mail",
    "Undeliverable Mail",
    "Undeliverable Message",
    "Delivery delayed",
    "Message Delivery Failure",
    "Delivery report",
    "Delayed Mail (still being retried)",
    "NOTICE: mail delivery status.",
    "Отчет о недоставке",
    "Уведомление о доставке (ошибка)",
]
RECEIPTS = [
    "Прочитано: [CSC-1042] Обращение принято",
    "Read: [CSC-1042] Ticket",
    "Not read: Hello",
    "Уведомление о прочтении",
    "Return Receipt (displayed) - hi",
    "Read Receipt",
]
CHALLENGES = [
    "Подтвердите, что Вы не робот",
    "Подтвердите, пожалуйста, что вы не робот",
    "Please confirm your message",
]
NOTICES = [
    "Ваше обращение принято",
    "Ваша заявка № 4711 зарегистрирована",
    "[#4711] Ваше обращение получено",
    "Мы получили Ваше письмо",
    "Спасибо за обращение!",
    "Your request has been received",
    "We have received your message",
    "Ticket #4711 created",
    "Thank you for contacting us",
]
OF_PEOPLE = [
    "Не приходит автоответ",
    "Автоответ не приходит клиентам",
    "Автоответ не работает",
    "Как настроить автоответ?",
    "Автоответ — как настроить?",
    "Автоответчик в комнате вебинара",
    "Автоматический ответ не отправляется",
    "Автоматическое уведомление участникам не приходит",
    "Автоматическое подтверждение регистрации не работает",
    "Вопрос об отпуске",
    "В отпуске был, пропустил вебинар",
    "В отпуске не могу зайти в кабинет",
    "В отпуске до 5 декабря, прошу продлить доступ",
    "Отпуск и оплата тарифа",
    "Отсутствует кнопка «Записать»",
    "Отсутствует звук",
    "Отсутствую на вебинаре, можно запись?",
    "Отсутствую в списке участников",
    "Нет на месте кнопки",
    "Нет звука",
    "Не удалось доставить приглашение участнику",
    "Не удалось доставить письма ученикам, ошибка",
    "Не удалось войти",
    "Не доставляются письма",
    "Письмо не доставлено участникам курса",
    "Сообщение не доставлено: что делать?",
    "Сообщения не доставлены",
    "Уведомление о доставке писем: где посмотреть?",
    "Уведомление о вебинаре не пришло",
    "Ошибка доставки писем в Mail.ru",
    "Прочитано 0 из 100 писем в рассылке",
    "Прочитано, но не понял, как оплатить",
    "Доставлено не всем",
    "Получено двойное списание",
    "Возврат средств",
    "Возврат письма о возврате",
    "Возврат: двойная оплата",
    "Подтвердите оплату",
    "Подтвердите, пожалуйста, получение документов",
    "Подтвердите, что оплата прошла",
    "Подтверждение оплаты",
    "Проверка отправителя в рассылке не проходит",
    "Отчет о прочтении писем: где его найти",
    "Авто-вебинар не запускается",
    "Автовебинар: нет звука",
    "Авто оплата",
    "Автопродление тарифа",
    "Re: Возврат средств",
    "Fwd: Счёт на оплату",
    "Ответ: Закрывающие документы",
    "Вне офиса не работает вход",
    "Временно отсутствует доступ",
    "Временно отсутствуют участники",
    "Не на том месте кнопка",
    "Delivery of documents",
    "Delivery status of closing documents",
    "Message not delivered to students",
    "Message for support",
    "Auto webinar does not start",
    "Auto-reply does not work",
    "Automatic reply not working",
    "Out of office hours support?",
    "Read my message please",
    "Reading statistics: where?",
    "Returned money",
    "Return of payment",
    "Undelivered invoices",
    "Vacation mode for account",
    "Confirm payment",
    "Please confirm payment received",
    "Verification code not received",
    "Account verification required",
    "Delivery report for mailing 1234",
    "Mail delivery problem to my students",
    "Failure to login",
    "Warning: account",
    "Bounce rate in reports",
    "Bounce report in statistics",
    "Re: Подтвердите, пожалуйста",
    "На вебинаре нет звука",
    "На: вопрос",
    "Спам: письма попадают",
    "Антиспам",
    "Антиспам блокирует письма",
    "Complaint about service",
    "Feedback about the service",
    "Spam complaint about my mailing?",
    "Abuse of chat",
    "Report domain problem",
    "Challenge quiz",
    "Квитанция о получении",
    "Подтверждение о получении оплаты",
    "Уведомление о получении платежа не пришло",
    "Просмотрено 0",
    "Отчет о доставке СМС: не открывается",
    "Отчёт о доставке рассылки",
    "Delivery notification emails to students",
    "Mail error when sending",
    "Message blocked in chat",
    "Ошибка при доставке писем студентам",
    "Re: Ваше обращение принято",
    "Ваше обращение не принято",
    "Ваш запрос не выполнен",
    "Ваше сообщение",
    "[CSC-1042] Обращение принято",
    "Re: [CSC-1042] Обращение принято",
    "Re: Your request has been received",
    "Спасибо за обращение в поддержку, но проблема осталась",
    "Request for a refund",
    "Ticket 15 is not closed",
    "Почта не доставлена студентам",
]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        *((MarkKind.OUT_OF_OFFICE, subject) for subject in ABSENCES),
        *((MarkKind.BOUNCE, subject) for subject in BOUNCES),
        *((MarkKind.REPORT, subject) for subject in RECEIPTS),
        *((MarkKind.CHALLENGE, subject) for subject in CHALLENGES),
        *((MarkKind.AUTOMATIC, subject) for subject in NOTICES),
    ],
)
def test_a_machines_subject_is_known(kind: MarkKind, subject: str) -> None:
    assert kind_of(subject) is kind


@pytest.mark.parametrize("subject", OF_PEOPLE)
def test_a_persons_subject_is_not_taken_for_a_machines(subject: str) -> None:
    assert kind_of(subject) is None


@pytest.mark.parametrize("prefix", ["Re: ", "RE[2]: ", "Ответ: ", "HA: ", "Fwd: ", "[SPAM] ", "***SPAM*** Re: "])
def test_a_machines_subject_is_known_behind_what_programs_put_before_it(prefix: str) -> None:
    assert kind_of(prefix + "Автоответ: письмо", text="> Здравствуйте") is MarkKind.OUT_OF_OFFICE


def test_a_person_may_answer_a_machines_letter() -> None:
    assert kind_of("Re: Автоответ: письмо", text="Когда ответите?\n\n> Меня нет в офисе") is None
    assert kind_of("Re: Undelivered Mail Returned to Sender", text="Почему?\n\nMail System wrote:\n> Sorry") is None


def test_a_person_may_forward_a_machines_letter_with_a_word_of_his_own() -> None:
    assert kind_of("Fwd: Undelivered Mail Returned to Sender", text="Что это?\n\n-------- Forwarded --------") is None
    assert kind_of("Fwd: Undelivered Mail Returned to Sender", text="-------- Forwarded --------") is MarkKind.BOUNCE


def test_only_the_beginning_of_a_subject_counts() -> None:
    assert kind_of("Пришло письмо «Undelivered Mail Returned to Sender»") is None
