"""Commands of an agent: lines that begin with ``#`` at the top of his letter, in Russian or English.

    #закрыть            #close            #категория возврат средств   #category refund
    #открыть            #reopen           #срок завтра 15:00 причина   #extend 26.11 15:00 reason
    #отказ поведение    #refuse contract  #срок +2ч причина            #extend 2h reason
    #отложить           #defer            #заметка                     #note
    #жду                #waiting          #блок [кого] [причина]       #block   #разблок  #unblock

The block ends at the first line that is neither a command nor blank. Pure: the moment that «завтра» is counted from
is an argument.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.category import Category
from rules.limits import PUBLIC_MAIL_DOMAINS
from rules.named_moment import parse_moment
from rules.schedule import Schedule

MAX_COMMANDS = 20
"""More in one letter than a person writes: the rest counts as unknown."""


FARTHEST = timedelta(days=183)
"""A promise beyond it is a slip: «23.11», written on the 24th, means next year."""


class Verb(StrEnum):
    """What an agent may tell the program to do with a ticket; the values are the English twins."""

    CLOSE = "close"
    REOPEN = "reopen"
    REFUSE = "refuse"
    CATEGORY = "category"
    EXTEND = "extend"
    DEFER = "defer"
    WAITING = "waiting"
    NOTE = "note"
    BLOCK = "block"
    UNBLOCK = "unblock"


_RUSSIAN = {
    "закрыть": Verb.CLOSE,
    "открыть": Verb.REOPEN,
    "отказ": Verb.REFUSE,
    "отказать": Verb.REFUSE,
    "категория": Verb.CATEGORY,
    "срок": Verb.EXTEND,
    "отложить": Verb.DEFER,
    "жду": Verb.WAITING,
    "заметка": Verb.NOTE,
    "блок": Verb.BLOCK,
    "разблок": Verb.UNBLOCK,
}
RUSSIAN_OF = {verb: word for word, verb in reversed(_RUSSIAN.items())}
"""The Russian word of each verb, as letters to agents write it."""


class Refusal(StrEnum):
    """On what ground support is refused."""

    CONDUCT = "conduct"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, understood. ``line`` is as the agent wrote it.

    Only the fields of its verb are set: ``refusal``; ``categories``; ``due_at`` (UTC) with ``text`` as the reason;
    ``text`` of a note; ``target`` (empty: the ticket's requester) with ``text`` as the reason.
    """

    verb: Verb
    line: str
    refusal: Refusal = Refusal.CONDUCT
    categories: tuple[Category, ...] = ()
    due_at: datetime | None = None
    target: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """A line of the block that changes nothing, and why; told to its author once."""

    line: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBlock:
    """The top of an agent's letter: what he tells us to do; ``rest`` is what he wrote below it."""

    commands: tuple[Command, ...]
    not_understood: tuple[NotUnderstood, ...]
    rest: str

    def __bool__(self) -> bool:
        return bool(self.commands or self.not_understood)


# «#закрыть», «# закрыть», «#Close» (a phone's capital), with a no-break space in between (Outlook)
_COMMAND_LINE = re.compile(r"^#[ \t\u00a0]{0,3}([^\W\d_]{2,20})[.!]?(?:[ \t\u00a0:]+(.{0,500}))?$")
_HASH_LINE = re.compile(r"^#\s?\S")


def parse_commands(text: str, *, at: datetime, schedule: Schedule) -> CommandBlock:
    """The command block of an agent's new words; empty where the first words are no command.

    ``at`` is when the letter was received: from it «завтра» and «+2ч» are counted.
    """
    lines = text.split("\n")
    commands: list[Command] = []
    strange: list[NotUnderstood] = []
    index = 0
    for index, line in enumerate(lines):  # noqa: B007 - the position where the block ends is wanted below
        stripped = line.strip()
        if not stripped:
            continue
        if not _HASH_LINE.match(stripped):
            break
        if len(commands) + len(strange) >= MAX_COMMANDS:
            strange.append(NotUnderstood(line=stripped[:200], why="слишком много команд в одном письме"))
            continue
        understood = parse_command(stripped, at=at, schedule=schedule)
        if isinstance(understood, Command):
            commands.append(understood)
        else:
            strange.append(understood)
    else:
        index = len(lines)
    rest = "\n".join(lines[index:]).strip() if commands or strange else text.strip()
    if rest:
        commands = [
            Command(verb=each.verb, line=each.line, text=f"{each.text}\n{rest}".strip())
            if each.verb is Verb.NOTE
            else each
            for each in commands
        ]
    return CommandBlock(commands=tuple(commands), not_understood=tuple(strange[:MAX_COMMANDS]), rest=rest)


def parse_command(line: str, *, at: datetime, schedule: Schedule) -> Command | NotUnderstood:
    """One line beginning with ``#``."""
    match = _COMMAND_LINE.match(line)
    word = match.group(1).lower() if match else ""
    verb = _RUSSIAN.get(word) or next((each for each in Verb if each.value == word), None)
    if match is None or verb is None:
        return NotUnderstood(line=line[:200], why="такой команды нет")
    return command_of(verb, (match.group(2) or "").strip(), line=line, at=at, schedule=schedule)


def command_of(verb: Verb, argument: str, *, line: str, at: datetime, schedule: Schedule) -> Command | NotUnderstood:
    """The command ``verb`` with its argument, as written in a letter or at the command line."""
    line = line[:200]
    match verb:
        case Verb.CATEGORY:
            categories = parse_categories(argument)
            if not categories:
                wordings = ", ".join(category.wording for category in Category)
                return NotUnderstood(line=line, why=f"назовите одну или две категории из списка: {wordings}")
            return Command(verb=verb, line=line, categories=categories)
        case Verb.REFUSE:
            return _refuse(argument, line)
        case Verb.EXTEND:
            due_at, reason = parse_moment(argument, at=at, schedule=schedule)
            if due_at is None:
                return NotUnderstood(
                    line=line,
                    why="не понят срок; например: «#срок завтра 15:00 причина», «#срок 26.11 15:00», «#срок +2ч»",
                )
            if due_at <= at:
                return NotUnderstood(line=line, why="этот срок уже прошёл")
            if due_at - at > FARTHEST:
                return NotUnderstood(line=line, why="до этого срока больше полугода; проверьте дату")
            return Command(verb=verb, line=line, due_at=due_at, text=reason)
        case Verb.BLOCK | Verb.UNBLOCK:
            return _block(verb, argument, line)
        case Verb.NOTE:
            return Command(verb=verb, line=line, text=argument)
        case Verb.CLOSE | Verb.REOPEN | Verb.DEFER | Verb.WAITING:
            return Command(verb=verb, line=line, text=argument)


_GROUNDS = {
    "": Refusal.CONDUCT,
    "поведение": Refusal.CONDUCT,
    "общение": Refusal.CONDUCT,
    "грубость": Refusal.CONDUCT,
    "conduct": Refusal.CONDUCT,
    "договор": Refusal.CONTRACT,
    "оферта": Refusal.CONTRACT,
    "contract": Refusal.CONTRACT,
}


def _refuse(argument: str, line: str) -> Command | NotUnderstood:
    ground, _, reason = argument.partition(" ")
    refusal = _GROUNDS.get(ground.lower().strip(".,;:"))
    if refusal is None:
        return NotUnderstood(line=line, why="назовите основание: «#отказ поведение» или «#отказ договор»")
    return Command(verb=Verb.REFUSE, line=line, refusal=refusal, text=reason.strip())


# «client@example.kz», «@example.kz» (a whole domain), «104582» (an account)
_TARGET = re.compile(r"^(?:[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+|@[^\s@,;<>]+\.[^\s@,;<>]+|\d{3,12})$")


def _block(verb: Verb, argument: str, line: str) -> Command | NotUnderstood:
    first, _, rest = argument.partition(" ")
    if first.lower().removeprefix("@") in PUBLIC_MAIL_DOMAINS:
        return NotUnderstood(line=line, why="это домен общей почты: назовите адрес")
    if first and _TARGET.match(first):
        return Command(verb=verb, line=line, target=first.lower(), text=rest.strip())
    if "@" in first:
        return NotUnderstood(line=line, why="назовите адрес, домен («@example.kz») или номер аккаунта")
    return Command(verb=verb, line=line, text=argument)


def parse_categories(argument: str) -> tuple[Category, ...]:
    """One or two categories by code or by the words of the letters; empty where any is not understood."""
    found: list[Category] = []
    for piece in re.split(r"[,;+]|\s+и\s+", argument.lower()):
        name = piece.strip(' .«»"')
        if not name:
            continue
        category = _category(name)
        if category is None:
            return ()
        if category not in found:
            found.append(category)
    return tuple(found) if 1 <= len(found) <= 2 else ()


def _category(name: str) -> Category | None:
    """By its code (``refund``), its wording («возврат средств») or a beginning of it that fits only one («возврат»)."""
    for category in Category:
        if name in (category.value, category.value.replace("_", " "), category.wording.lower()):
            return category
    if len(name) < 3:
        return None
    begun = [
        category
        for category in Category
        if category.wording.lower().startswith(name)
        or category.value.startswith(name)
        or any(word.startswith(name) for word in category.wording.lower().split())
    ]
    return begun[0] if len(begun) == 1 else None
