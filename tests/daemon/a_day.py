"""A scripted day: a seeded row of letters between clients and agents, each told to the model and given to a world."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, Protocol

from tests.daemon.desk import MAILBOX, VOUCHED
from tests.daemon.model_of_a_day import DUTY, Day, Ticket, after

AGENTS = ("dana@controlsystem.kz", "erlan@controlsystem.kz", "aliya@controlsystem.kz", "timur@controlsystem.kz")
FIRST_NUMBER = 1001

TEXTS: Mapping[tuple[str, ...], str] = {
    ("technical",): "Здравствуйте! Не открывается комната вебинара, пишет ошибку 500.",
    ("billing",): "Сколько стоит тариф на 50 пользователей, как оплатить счёт?",
    ("refund",): "Прошу вернуть деньги за ошибочный платёж, оформите возврат средств.",
    ("closing_documents",): "Пришлите, пожалуйста, акт выполненных работ и счёт-фактуру за октябрь.",
    ("partnership",): "Предлагаем сотрудничество: хотим стать вашим партнёром и продавать сервис.",
    ("technical", "refund"): (
        "Здравствуйте! Не открывается комната вебинара, пишет ошибку 500.\n\n"
        "Кроме того, прошу вернуть деньги за ошибочный платёж, оформите возврат средств."
    ),
}
"""What clients ask, by how it is to be read; that it is read so is checked before a day begins."""
ADDITIONS = ("Пожалуйста, посмотрите поскорее.", "Жду Вашего ответа.", "Прикладываю снимок, как просили.")
"""Follow-ups without a category of their own."""
THANKS = ("Спасибо, всё получилось!", "Спасибо большое!", "Благодарю, вопрос решён.")
OBJECTION = "Срочно! Мы не можем ждать до понедельника."
CATEGORIES = {"technical": "неполадка", "billing": "оплата", "refund": "возврат", "partnership": "сотрудничество"}


def signed(body: str, number: int) -> str:
    """The body with a signature that no other letter has: it is none of the client's words."""
    return f"{body}\n\n-- \nПисьмо {number}"


class World(Protocol):
    """Where the day's letters go."""

    def deliver(self, raw: bytes, at: datetime, *, in_sent: bool = False) -> None:
        """The letter, received at the local moment ``at``; taken when this returns."""
        ...

    def signed_id(self, number: int) -> str | None:
        """The Message-ID of our acknowledgement on the ticket, as its reader sees it; None without one."""
        ...


@dataclass
class Script:
    """Writes the day. ``said`` tells each ticket's story for whoever has to find out why a day differs."""

    world: World
    seed: int
    at: datetime
    letters: int = 500
    clients: int = 60
    mailbox: str = MAILBOX
    day: Day = field(default_factory=Day)
    said: list[str] = field(default_factory=list)
    written: int = 0
    _ids: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._acts: tuple[tuple[int, Callable[[], None]], ...] = (
            (22, self._first_letter),
            (14, self._follow_up),
            (5, self._addition),
            (5, self._thanks),
            (3, self._objection),
            (2, self._second_address),
            (2, self._stranger),
            (3, self._out_of_office),
            (2, self._machines_first),
            (2, self._same_letter_again),
            (16, self._answer_in_sent),
            (4, self._answer_in_both),
            (4, self._answer_from_own_address),
            (4, self._forged),
            (2, self._agent_first),
            (2, self._colleague),
            (2, self._answer_to_somebody_else),
            (3, self._note),
            (8, self._command),
            (1, self._block),
        )

    def play(self) -> None:
        weights, acts = zip(*self._acts, strict=True)
        self._first_letter()
        while self.written < self.letters:
            self._dice.choices(acts, weights)[0]()

    # --- clients

    def _first_letter(self) -> None:
        who, categories = self._client(), self._dice.choice(tuple(TEXTS))
        self._deliver(f"{who} asks {categories}", self._mail(who, TEXTS[categories]))
        self._opened(self.day.first_letter(who, categories, self.at))

    def _follow_up(self) -> None:
        number, who = self._some_ticket()
        categories = self._dice.choice(tuple(TEXTS))
        self._deliver(f"{number}: also {categories}", self._mail(who, TEXTS[categories], answers=self._ids[number]))
        self.day.writes_again(number, who, categories, self.at)

    def _addition(self) -> None:
        number, who = self._some_ticket()
        body = self._dice.choice(ADDITIONS)
        self._deliver(f"{number}: adds", self._mail(who, body, subject=f"Re: [CSC-{FIRST_NUMBER + number}] Вопрос"))
        self.day.writes_again(number, who, (), self.at)

    def _thanks(self) -> None:
        number, who = self._some_ticket()
        self._deliver(f"{number}: thanks", self._mail(who, self._dice.choice(THANKS), answers=self._ids[number]))

    def _objection(self) -> None:
        number, who = self._some_ticket()
        self._deliver(f"{number}: objects", self._mail(who, OBJECTION, answers=self._ids[number]))
        self.day.writes_again(number, who, (), self.at, objects=True)

    def _second_address(self) -> None:
        number, who = self._some_ticket()
        signed = self.world.signed_id(number)
        if signed is None:
            return
        second = f"second.{who}"
        self._deliver(f"{number}: from a second address", self._mail(second, ADDITIONS[0], answers=signed))
        self.day.writes_again(number, second, (), self.at)

    def _stranger(self) -> None:
        number, _ = self._some_ticket()
        who = f"stranger{self.written}@example.org"
        subject = f"[CSC-{FIRST_NUMBER + number}] вопрос"
        self._deliver(f"a stranger with {number}", self._mail(who, TEXTS["billing",], subject=subject))
        self._opened(self.day.first_letter(who, ("billing",), self.at, linked_to=number))

    def _out_of_office(self) -> None:
        number, who = self._some_ticket()
        raw = self._mail(
            who,
            "Я в отпуске до понедельника.",
            subject="Автоответ: Вопрос",
            answers=self._ids[number],
            headers={"Auto-Submitted": "auto-replied"},
        )
        self._deliver(f"{number}: out of office", raw)

    def _machines_first(self) -> None:
        raw = self._mail("robot@example.net", "Заявка создана.", headers={"Auto-Submitted": "auto-generated"})
        self._deliver("a machine", raw)
        self._opened(self.day.first_letter("robot@example.net", (), self.at, machine=True))

    def _same_letter_again(self) -> None:
        who = self._client()
        raw = self._mail(who, TEXTS["technical",])
        self._deliver(f"{who} asks, twice", raw)
        self._opened(self.day.first_letter(who, ("technical",), self.at))
        self.world.deliver(raw, self.at)
        self.written += 1

    # --- agents

    def _answer_in_sent(self) -> None:
        number, who = self._some_ticket()
        self._deliver(f"{number}: answered in Sent", self._answer(number, who), in_sent=True)
        self.day.answered(number, self.at)

    def _answer_in_both(self) -> None:
        number, who = self._some_ticket()
        raw = self._answer(number, who, cc=self.mailbox)
        first = self._dice.random() < 0.5
        self._deliver(f"{number}: answered, in Sent and inbox", raw, in_sent=first)
        self.world.deliver(raw, self.at, in_sent=not first)
        self.written += 1
        self.day.answered(number, self.at)

    def _answer_from_own_address(self) -> None:
        number, who = self._some_ticket()
        raw = self._answer(number, who, sender=self._agent(), cc=self.mailbox, headers=VOUCHED)
        self._deliver(f"{number}: answered from an own address", raw)
        self.day.answered(number, self.at)

    def _forged(self) -> None:
        number, who = self._some_ticket()
        body = self._dice.choice(("Готово.", "#закрыть", "#отказ договор", "#срок +5ч"))
        signed = self.world.signed_id(number)
        raw = self._answer(
            number,
            self._dice.choice((self.mailbox, who)),
            sender=self._agent(),
            cc=self.mailbox,
            body=body,
            answers=signed or self._ids[number],
            headers={"Authentication-Results": "mx.evil.example; dmarc=pass header.from=controlsystem.kz"},
        )
        self._deliver(f"{number}: forged {body}", raw)

    def _agent_first(self) -> None:
        who = self._client()
        raw = self._mail(self.mailbox, "Ваш договор истекает.", to=who, subject="Договор")
        self._deliver(f"an agent writes to {who} first", raw, in_sent=True)
        self._wait()
        self._deliver(f"{who} answers it", self._mail(who, TEXTS["billing",], answers=self._last_id))
        self._opened(self.day.first_letter(who, ("billing",), self.at, acknowledged=False))

    def _colleague(self) -> None:
        who = self._agent()
        self._deliver("a colleague, unproved", self._mail(who, TEXTS["technical",]))
        self._opened(self.day.first_letter(who, ("technical",), self.at, acknowledged=False))

    def _answer_to_somebody_else(self) -> None:
        number, _ = self._some_ticket()
        self._deliver(f"{number}: asked a developer", self._answer(number, "developer@example.org"), in_sent=True)

    def _note(self) -> None:
        number, _ = self._some_ticket()
        self._give(number, "#заметка\nКлиент звонил.", lambda: None)

    def _command(self) -> None:
        number, _ = self._some_ticket()
        category = self._dice.choice(tuple(CATEGORIES))
        ahead = self._dice.choice((1, 2, 5))
        self._wait()
        until = after(DUTY, self.at, timedelta(hours=ahead))
        line, act = self._dice.choice(
            (
                ("#закрыть", lambda: self.day.close(number, self.at)),
                ("#close", lambda: self.day.close(number, self.at)),
                ("#жду", lambda: self.day.wait_for_client(number, self.at)),
                ("#открыть", lambda: self.day.reopen(number, self.at)),
                ("#отказ поведение", lambda: self.day.refuse(number, self.at)),
                (f"#категория {CATEGORIES[category]}", lambda: self.day.categorise(number, category, self.at)),
                (f"#срок +{ahead}ч сверяем", lambda: self.day.extend(number, until, self.at)),
                ("#defer", lambda: self.day.defer(number, self.at)),
                ("#непонятно", lambda: None),
            )
        )
        self._give(number, line, act, wait=False)

    def _block(self) -> None:
        number, who = self._some_ticket()
        self._give(number, "#блок", lambda: self.day.blocked.add(who))

    def _give(self, number: int, line: str, act: Callable[[], None], *, wait: bool = True) -> None:
        """A command: from the agent's own address, or from the shared mailbox, where it lies in both folders."""
        subject = f"[CSC-{FIRST_NUMBER + number}] {self.written}"
        if self._dice.random() < 0.5:
            raw = self._mail(self._agent(), line, subject=subject, headers=VOUCHED, plain=True)
            self._deliver(f"{number}: {line}", raw, wait=wait)
        else:
            raw = self._mail(self.mailbox, line, subject=subject, plain=True)
            first = self._dice.random() < 0.5
            self._deliver(f"{number}: {line}, in Sent and inbox", raw, in_sent=first, wait=wait)
            self.world.deliver(raw, self.at, in_sent=not first)
            self.written += 1
        act()

    # --- how it is written

    def _client(self) -> str:
        return f"client{self._dice.randrange(self.clients)}@example{self._dice.randrange(9)}.kz"

    def _agent(self) -> str:
        return self._dice.choice(AGENTS)

    def _some_ticket(self) -> tuple[int, str]:
        """A person's ticket, rather a young one, and whose it is."""
        known = sorted(self._ids)
        number = known[-1 - min(int(self._dice.expovariate(1 / 12)), len(known) - 1)]
        return number, self.day.tickets[number].requester

    def _opened(self, number: int) -> None:
        ticket = self.day.tickets[number]
        if ticket.requester not in AGENTS and not ticket.requester.startswith("robot@"):
            self._ids[number] = self._last_id

    def _wait(self) -> None:
        self.at += timedelta(seconds=self._dice.randint(20, 145))

    def _deliver(self, story: str, raw: bytes, *, in_sent: bool = False, wait: bool = True) -> None:
        if wait:
            self._wait()
        self.said.append(f"{self.at:%a %H:%M:%S} {story}")
        self.world.deliver(raw, self.at, in_sent=in_sent)
        self.written += 1

    def _answer(
        self,
        number: int,
        to: str,
        *,
        sender: str = "",
        body: str = "Готово, проверьте.",
        cc: str = "",
        answers: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        return self._mail(
            sender or self.mailbox,
            body,
            to=to,
            cc=cc,
            subject="Re: Вопрос",
            answers=answers or self._ids[number],
            headers=headers,
            plain=True,
        )

    def _mail(
        self,
        sender: str,
        body: str,
        *,
        to: str = "",
        cc: str = "",
        subject: str = "Вопрос",
        answers: str = "",
        headers: Mapping[str, str] | None = None,
        plain: bool = False,
    ) -> bytes:
        """Every letter differs from every other, or two of one client within minutes would be one letter."""
        mail = EmailMessage()
        self._last_id = f"<day-{self.seed}-{self.written}@{sender.partition('@')[2]}>"
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
            sender,
            to or self.mailbox,
            subject,
            self._last_id,
        )
        if cc:
            mail["Cc"] = cc
        if answers:
            mail["In-Reply-To"] = answers
            mail["References"] = answers
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(body if plain else signed(body, self.written))
        return mail.as_bytes()


def expected_row(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """A ticket of the model, as it is compared."""
    return {
        "status": ticket.status,
        "requester": ticket.requester,
        "linked_to": None if ticket.linked_to is None else FIRST_NUMBER + ticket.linked_to,
        "promises": [
            (
                tuple(sorted(each.categories)),
                each.calendar,
                each.received,
                each.deferred,
                each.due,
                each.state(now),
                each.ended if each.was == "met" else None,
            )
            for each in ticket.promises
        ],
        "letters": ticket.letters,
        "owes": bool(ticket.owed()),
    }
