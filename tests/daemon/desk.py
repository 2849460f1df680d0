"""A desk for scenarios: real bytes, real reading, the real intake and a real store; the network and the time are ours.

Its vocabulary is that of the design's table, so that a test reads like a row of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from daemon.agents_letters import AgentsLetters
from daemon.applying import Applying
from daemon.arrival import Arrival, Taken
from daemon.correspondence import Correspondence
from daemon.gate import Gate
from daemon.intake import Intake
from daemon.letters import Letters
from daemon.obeying import Obeying
from daemon.reading import read_letter
from daemon.sender import Sender
from daemon.staff_correspondence import Staff, StaffCorrespondence
from daemon.unreadable import Unreadable
from rules.policy import Policy
from rules.ticket import Ticket
from rules.tokens import SigningKeys, make_loop_mark
from store.records import Event, EventKind, Outgoing, OutgoingState, Place
from store.store import Store
from tests.daemon.a_policy import ALMATY, a_policy

MAILBOX = "info@controlsystem.kz"
CLIENT = "client@example.kz"
DANA = "dana@controlsystem.kz"
DUTY = "duty@controlsystem.kz"
KEYS = SigningKeys(current=b"the key of a desk in tests, and of no other")
AUTHSERV = "mx.controlsystem.kz"
VOUCHED = {"Authentication-Results": f"{AUTHSERV}; dmarc=pass header.from=controlsystem.kz"}
"""What the receiving server writes into a letter that is really an agent's."""

TECHNICAL = "Здравствуйте! Не открывается комната вебинара, пишет ошибку 500. Аккаунт 104582."
REFUND = "Здравствуйте! Прошу вернуть деньги за ошибочный платёж, оформите возврат средств."
PARTNERSHIP = "Предлагаем сотрудничество: хотим стать вашим партнёром и продавать сервис."
BILLING = "Сколько стоит тариф на 50 пользователей, как оплатить счёт?"
ADDITION = "Пожалуйста, посмотрите поскорее."
"""A follow-up without a category of its own."""
THANKS = "Спасибо, всё получилось!"
URGENT = "Срочно! Мы не можем ждать до понедельника."


class Hands:
    """A clock that stands until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def moment(local: str) -> datetime:
    """``Sat 12:00`` and the like in the week of Monday, 16 November 2026 (``next Mon 08:00``: a week later), in UTC."""
    words = local.split()
    weeks = words.count("next")
    day, clock = words[-2:]
    hour, minute, *second = (int(each) for each in clock.split(":"))
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day) + 7 * weeks
    midnight = datetime(2026, 11, 16, tzinfo=ALMATY) + timedelta(days=days)
    return midnight.replace(hour=hour, minute=minute, second=second[0] if second else 0).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A letter of ours as its reader sees it."""

    template: str
    to: str
    subject: str
    text: str
    message_id: str
    raw: bytes


@dataclass(kw_only=True)
class Desk:
    """The program between a mailbox and an outbox; ``relays`` and the policy may differ."""

    store: Store
    policy: Policy
    notify: tuple[str, ...] = (DUTY,)
    relay_to: tuple[str, ...] = ()
    hands: Hands = field(default_factory=lambda: Hands(moment("Mon 09:00")))
    _uids: int = 0
    _ids: int = 0

    def __post_init__(self) -> None:
        sender = Sender(address=MAILBOX, loop_mark=make_loop_mark(KEYS, MAILBOX))
        gate = Gate(self.policy)
        self.staff = StaffCorrespondence(
            policy=self.policy,
            letters=AgentsLetters(self.policy, relays=bool(self.relay_to)),
            keys=KEYS,
            sender=sender,
            gate=gate,
            staff=Staff(notify=self.notify, relay_to=self.relay_to),
        )
        self.correspondence = correspondence = Correspondence(
            policy=self.policy,
            letters=Letters(self.policy, None),
            keys=KEYS,
            sender=sender,
            gate=gate,
            staff=self.staff,
        )
        self.obeying = Obeying(policy=self.policy, correspondence=correspondence, staff=self.staff)
        self.intake = Intake(
            store=self.store,
            policy=self.policy,
            keys=KEYS,
            applying=Applying(
                policy=self.policy, correspondence=correspondence, staff=self.staff, obeying=self.obeying
            ),
            unreadable=Unreadable(policy=self.policy, staff=self.staff),
            time_source=self.hands,
            relays=bool(self.relay_to),
        )

    # --- what arrives

    def take(
        self,
        raw: bytes,
        at: datetime | str,
        *,
        in_sent: bool = False,
        seen: datetime | str | None = None,
        silent: bool = False,
    ) -> Taken:
        """The letter as the mailbox gives it, received at ``at`` and ``seen`` then or later."""
        received = moment(at) if isinstance(at, str) else at
        self.hands.at = moment(seen) if isinstance(seen, str) else (seen or received)
        self._uids += 1
        place = Place(folder="Sent" if in_sent else "INBOX", uidvalidity=1, uid=self._uids)
        read = read_letter(raw, policy=self.policy, keys=KEYS, in_sent_folder=in_sent, now=self.hands.at)
        arrival = Arrival(place=place, raw=raw, received_at=received, in_sent=in_sent, silent=silent)
        return self.intake.take(arrival, read, None)

    def new_id(self, domain: str = "example.kz") -> str:
        self._ids += 1
        return f"<letter-{self._ids}@{domain}>"

    # --- who writes

    def client_writes(
        self,
        body: str,
        at: datetime | str,
        *,
        answers: str = "",
        sender: str = CLIENT,
        subject: str = "Вопрос",
        seen: datetime | str | None = None,
        headers: Mapping[str, str] | None = None,
        message_id: str = "",
    ) -> Taken:
        raw = a_mail(
            body,
            sender=sender,
            to=MAILBOX,
            subject=subject,
            message_id=message_id or self.new_id(),
            answers=answers,
            headers=headers,
        )
        return self.take(raw, at, seen=seen)

    def agent_answers(
        self,
        answers: str,
        at: datetime | str,
        *,
        to: str = CLIENT,
        cc: str = "",
        body: str = "Здравствуйте! Готово, проверьте, пожалуйста.",
        seen: datetime | str | None = None,
        message_id: str = "",
        subject: str = "Re: Вопрос",
    ) -> Taken:
        """From the shared mailbox: the letter lies in Sent."""
        raw = a_mail(
            body,
            sender=MAILBOX,
            to=to,
            cc=cc,
            subject=subject,
            message_id=message_id or self.new_id("controlsystem.kz"),
            answers=answers,
        )
        return self.take(raw, at, in_sent=True, seen=seen)

    def agent_writes_to_mailbox(
        self,
        body: str,
        at: datetime | str,
        *,
        answers: str = "",
        subject: str = "Re: Вопрос",
        sender: str = DANA,
        cc: str = "",
        headers: Mapping[str, str] | None = None,
        proved: bool = True,
        seen: datetime | str | None = None,
    ) -> Taken:
        """From an agent's own address to the mailbox, proved by the receiving server's findings or not at all."""
        own = VOUCHED if proved else {}
        raw = a_mail(
            body,
            sender=sender,
            to=MAILBOX,
            cc=cc,
            subject=subject,
            message_id=self.new_id("controlsystem.kz"),
            answers=answers,
            headers={**own, **(headers or {})},
        )
        return self.take(raw, at, seen=seen)

    def commands(self, lines: str, at: datetime | str, *, number: int = 1001, **more: str) -> Taken:
        """From the agent's own address, with the ticket's number in the subject."""
        return self.agent_writes_to_mailbox(lines, at, subject=f"[CSC-{number}] команды", **more)  # type: ignore[arg-type]

    # --- what became of it

    def ticket(self, number: int = 1001) -> Ticket:
        with self.store.view() as view:
            ticket = view.ticket(number)
        assert ticket is not None
        return ticket

    def numbers(self) -> tuple[int, ...]:
        with self.store.view() as view:
            return tuple(each.number or 0 for each in view.tickets())

    def states(self, number: int = 1001, *, at: datetime | str | None = None) -> tuple[str, ...]:
        """Each deadline as ``refund: running, due next Mon 09:00``."""
        now = moment(at) if isinstance(at, str) else at or self.hands.at
        return tuple(
            f"{'+'.join(each.categories)}: {each.state(now)}, due {local(each.due_at)}"
            for each in self.ticket(number).deadlines
        )

    def status(self, number: int = 1001) -> str:
        return self.ticket(number).status.value

    def events(self, number: int = 1001) -> tuple[Event, ...]:
        with self.store.view() as view:
            return view.events_of(number)

    def happened(self, kind: EventKind, number: int = 1001) -> int:
        return sum(each.kind is kind for each in self.events(number))

    def outgoing(self, *, to_client: bool | None = None) -> tuple[Outgoing, ...]:
        with self.store.view() as view:
            written = view.outgoing_in((OutgoingState.QUEUED,))
        return tuple(each for each in written if to_client is None or each.to_client is to_client)

    def to_clients(self) -> tuple[str, ...]:
        """The templates of everything written to clients, oldest first."""
        return tuple(each.template for each in sorted(self.outgoing(to_client=True), key=lambda each: each.id or 0))

    def to_agents(self) -> tuple[str, ...]:
        return tuple(each.template for each in sorted(self.outgoing(to_client=False), key=lambda each: each.id or 0))

    def letters(self, *templates: str) -> tuple[Sent, ...]:
        """Everything written in these templates (all, if none is named), as it is read."""
        with self.store.view() as view:
            raws = [(each, view.raw_outgoing(each.id or 0)) for each in view.outgoing_in((OutgoingState.QUEUED,))]
        return tuple(_read(each, raw) for each, raw in raws if not templates or each.template in templates)

    def acknowledgement_id(self, number: int = 1001) -> str:
        """The signed Message-ID of our first letter to the client."""
        with self.store.view() as view:
            return next(each.message_id for each in view.outgoing_of(number) if each.to_client)

    def request_id(self, number: int = 1001) -> str:
        with self.store.view() as view:
            return view.message_ids_of(number)[0]


def local(at: datetime) -> str:
    """A moment as the design's tables write it."""
    there = at.astimezone(ALMATY)
    weeks = (there.date() - datetime(2026, 11, 16, tzinfo=ALMATY).date()).days // 7
    return f"{'next ' * weeks}{there:%a %H:%M}"


def a_desk(path: Path, *, relay_to: Iterable[str] = (), notify: Sequence[str] = (DUTY,), **differing: object) -> Desk:
    """A desk with an empty store in ``path``; the receiving server's findings are believed."""
    store = Store.open(f"sqlite:///{path}/desk.db")
    policy = a_policy(authserv_ids=frozenset({AUTHSERV}))
    return Desk(
        store=store,
        policy=replace(policy, **differing),  # type: ignore[arg-type]
        notify=tuple(notify),
        relay_to=tuple(relay_to),
    )


def a_mail(
    body: str,
    *,
    sender: str,
    to: str,
    subject: str,
    message_id: str,
    answers: str = "",
    cc: str = "",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A letter as a mail client writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, message_id
    if cc:
        mail["Cc"] = cc
    if answers:
        mail["In-Reply-To"] = answers.rsplit(maxsplit=1)[-1]
        mail["References"] = answers
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(body)
    return mail.as_bytes()


def _read(outgoing: Outgoing, raw: bytes) -> Sent:
    mail = BytesParser(policy=default).parsebytes(raw)
    body = mail.get_body(("plain",))
    return Sent(
        template=outgoing.template,
        to=outgoing.recipient,
        subject=str(mail["Subject"]),
        text=body.get_content() if body is not None else "",
        message_id=outgoing.message_id,
        raw=raw,
    )
