"""An agent's answer, filed in Sent by his mail client, and the moment at which the store knows of it."""

import time
from email.message import EmailMessage

from bench.letters import a_client_letter, message_id
from bench.process import Place
from rules.ticket import Status
from store.store import Store


def answer_and_wait(place: Place, number: int) -> float:
    """Seconds from the answer's delivery into Sent to a ticket that waits for the client."""
    place.box.deliver(a_client_letter(number, seed=2))
    with Store.open(place.store_url, read_only=True, migrate=False) as store:
        ticket = _wait(store, message_id(number, seed=2))
        answer = EmailMessage()
        answer["From"] = "info@controlsystem.kz"
        answer["To"] = f"client{number}@firm{number % 997}.example.kz"
        answer["Subject"] = "Re: обращение"
        answer["Message-ID"] = f"<answer{number}@controlsystem.kz>"
        answer["In-Reply-To"] = message_id(number, seed=2)
        answer.set_content("Здравствуйте! Готово.")
        begun = time.time()
        place.box.deliver(answer.as_bytes(), folder="Sent")
        while time.time() - begun < 20:
            with store.view() as view:
                found = view.ticket(ticket)
            if found is not None and found.deadlines and found.deadlines[0].met_at is not None:
                assert found.status in (Status.WAITING, Status.OPEN)
                return time.time() - begun
            time.sleep(0.005)
    return 20.0


def _wait(store: Store, message: str) -> int:
    end = time.time() + 20
    while time.time() < end:
        with store.view() as view:
            found = view.tickets_of((message,)).get(message)
        if found is not None:
            return found
        time.sleep(0.01)
    raise SystemExit("the client's letter was not taken")
