"""What a person does at the command line: acts on tickets, on the outbox, on letters set aside, on the breaker.

The same acts as commands by mail, with their author recorded; they work beside a running service, which sends what
they queue.
"""

from collections.abc import Sequence
from dataclasses import replace

from daemon.arrival import Arrival
from daemon.console import Failed, in_words, print_json, say
from daemon.gate import reset_breaker
from daemon.obeying import Obeyed
from daemon.reader import ReadFault, Task
from daemon.wiring import Parts
from rules.category import Category
from rules.commands import NotUnderstood, Verb, command_of, parse_categories
from rules.life_of_agent import close
from store.records import Event, EventKind


def categories_named(words: Sequence[str]) -> str:
    """One category in several words, or several in one word each, as the command wants them."""
    whole = " ".join(words)
    return whole if parse_categories(whole) else ", ".join(words)


def show_act(parts: Parts, number: int | None, verb: Verb, argument: str, *, author: str, as_json: bool) -> None:
    """Does it and says what became of it."""
    obeyed = act(parts, number, verb, argument, author=author)
    row: dict[str, object] = {"command": verb.value, "told_client": obeyed.told}
    if obeyed.ticket is not None:
        row |= {"number": f"{parts.policy.ticket_prefix}-{obeyed.ticket.number}", "status": obeyed.ticket.status.value}
    if obeyed.target:
        row["target"] = obeyed.target
    if as_json:
        print_json(row)
    else:
        say(", ".join(f"{key.replace('_', ' ')}: {in_words(value)}" for key, value in row.items()))


def act(parts: Parts, number: int | None, verb: Verb, argument: str, *, author: str) -> Obeyed:
    """One command on a ticket; Failed with a sentence where it cannot be done."""
    now = parts.time_source.now()
    if verb is Verb.CATEGORY:
        argument = categories_named(argument.split())
    line = f"{verb.value} {argument}".strip()
    command = command_of(verb, argument, line=line, at=now, schedule=parts.policy.schedule)
    if isinstance(command, NotUnderstood):
        raise Failed(_WANTED.get(verb, command.why))
    with parts.store.transaction() as tx:
        ticket = tx.ticket(number) if number is not None else None
        if number is not None and ticket is None:
            raise Failed(f"there is no ticket {parts.policy.ticket_prefix}-{number}")
        obeyed = parts.obeying.obey(tx, ticket, command, author=author, at=now, now=now)
    if obeyed.refused:
        raise Failed(f"{obeyed.target} is not on the list" if obeyed.target else _WANTED.get(verb, obeyed.refused))
    return obeyed


_WANTED = {
    Verb.CATEGORY: f"name one or two of these categories: {', '.join(Category)}",
    Verb.REFUSE: "name the ground: conduct (clause 12) or contract (clause 11)",
    Verb.EXTEND: "name a time that lies ahead: +2h, 2026-11-26T15:00, 26.11 15:00 or завтра 15:00",
    Verb.BLOCK: "name an address, a domain (@example.kz), an account number, or a ticket whose requester is known",
    Verb.UNBLOCK: "name an address, a domain (@example.kz), an account number, or a ticket whose requester is known",
    Verb.NOTE: "the note is empty",
}
"""What a person at the command line is told; agents who write letters are told in Russian."""


def retry_letter(parts: Parts, outgoing: int) -> None:
    """Queues a letter that failed, was held back or is of unknown fate once more: a person's own wish."""
    now = parts.time_source.now()
    with parts.store.transaction() as tx:
        letter = tx.outgoing(outgoing)
        if letter is None:
            raise Failed(f"there is no letter {outgoing} in the outbox")
        if not tx.raw_outgoing(outgoing):
            raise Failed(f"letter {outgoing} was held back before it was written: its bytes do not exist")
        if not tx.retry(outgoing, now):
            raise Failed(f"letter {outgoing} is {letter.state.value}: there is nothing to try again")


def retry_quarantined(parts: Parts, quarantined: int) -> int | None:
    """Reads a letter that was set aside once more, as after an upgrade; gives the ticket that it opened or joined.

    The ticket that had been opened for it unread is closed. Failed where the program breaks on it again.
    """
    with parts.store.view() as view:
        aside = view.quarantined_one(quarantined)
    if aside is None:
        raise Failed(f"there is no letter {quarantined} in quarantine")
    if aside.solved_at is not None:
        raise Failed(f"letter {quarantined} has been dealt with already")
    if not aside.raw:
        raise Failed(f"letter {quarantined} has no bytes: the server never gave them")
    now = parts.time_source.now()
    in_sent = aside.place is not None and aside.place.folder != parts.configuration.mailbox.folder
    read = parts.reader.read_one(Task(raw=aside.raw, in_sent_folder=in_sent, now=now))
    if isinstance(read, ReadFault):
        raise Failed(f"the program breaks on letter {quarantined} again: {read.reason}")
    arrival = Arrival(place=None, raw=aside.raw, received_at=aside.received_at, in_sent=in_sent)
    taken = parts.intake.take(arrival, read, None)
    with parts.store.transaction() as tx:
        tx.solve_quarantined(quarantined, now)
        if taken.letter is not None and aside.place is not None:
            tx.move_place(taken.letter, aside.place)
        unread = tx.ticket(aside.ticket) if aside.ticket is not None else None
        if unread is not None and unread.number != taken.ticket:
            closed = close(unread, at=now, policy=parts.policy).ticket
            tx.save_ticket(replace(closed, linked_to=closed.linked_to or taken.ticket))
            text = f"closed: the letter could be read after all, see {taken.ticket}"
            tx.add_event(Event(at=now, ticket=unread.number, kind=EventKind.STATUS, author="supportd", text=text))
    return taken.ticket


def let_letters_out(parts: Parts, *, author: str) -> str | None:
    """Resets the breaker; gives what had tripped it, or None."""
    with parts.store.transaction() as tx:
        return reset_breaker(tx, author=author, now=parts.time_source.now())
