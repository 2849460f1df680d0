"""The command line: words in, the other files' work, words or JSON out. The only file that knows typer."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.calling import NoFileNamed, take_config
from daemon.console import CONFIGURATION, Failed, ending, print_json, say, speak_utf8
from rules.commands import Verb
from rules.ticket import Status

if TYPE_CHECKING:
    from daemon.configuration import Configuration
    from daemon.wiring import Parts
    from store.store import Store


def _group(words: str) -> typer.Typer:
    return typer.Typer(
        help=words,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


app = _group("An e-mail help desk that keeps the promises of its published rules of support.")
tickets = _group("Tickets: list, show, and what agents do with them.")
outbox = _group("Our own letters.")
quarantine = _group("Letters that broke the program.")
breaker = _group("The breaker of automatic letters.")
for name, group in (("tickets", tickets), ("outbox", outbox), ("quarantine", quarantine), ("breaker", breaker)):
    app.add_typer(group, name=name)

Json = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]
Author = Annotated[
    str, typer.Option("--author", metavar="NAME", help="Who acts, for the record; else your login name.")
]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="CSC-1042 or 1042.", show_default=False)]
LetterId = Annotated[int, typer.Argument(metavar="ID", help="Its id in the list.", show_default=False)]


class _Chosen:
    """What stood before or behind the subcommand."""

    config: Path | None = None


def main() -> None:
    """The entry point: ``--config`` may stand anywhere; no traceback ever reaches a person."""
    speak_utf8()
    with ending():
        try:
            words, _Chosen.config = take_config(sys.argv[1:])
        except NoFileNamed as error:
            raise Failed(str(error), code=CONFIGURATION) from None
        app(args=words, prog_name="supportd")


@app.callback()
def _options(
    _config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="The configuration; else $SUPPORTD_CONFIG, else /etc/supportd/supportd.toml. May stand anywhere.",
        ),
    ] = None,
) -> None:
    """``--config`` is taken from the words before they come here; it stands here for ``--help``."""


def _configuration(*, logs_in: bool = False) -> "Configuration":
    from daemon.opening import configured

    return configured(_Chosen.config, logs_in=logs_in)


@contextmanager
def _reading() -> Iterator[tuple["Store", "Configuration"]]:
    """The store, for a command that changes nothing."""
    from daemon.opening import opened

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        yield store, configuration


@contextmanager
def _acting(configuration: "Configuration | None" = None) -> Iterator["Parts"]:
    """The parts, for a command that works beside the service."""
    from daemon.opening import parts_of

    with parts_of(configuration or _configuration()) as parts:
        yield parts


# --- the service


@app.command()
def run(as_json: Json = False) -> None:
    """Run the service until SIGTERM."""
    from daemon.running import run_service

    raise SystemExit(run_service(_configuration(logs_in=True), as_json=as_json))


@app.command(short_help="One turn of the service without waiting.")
def once(as_json: Json = False) -> None:
    """One turn of the service without waiting: take every letter, read Sent, ring due clocks, try due letters once."""
    from daemon.running import run_once

    raise SystemExit(run_once(_configuration(logs_in=True), as_json=as_json))


@app.command(short_help="Try all that the configuration names.")
def check(as_json: Json = False) -> None:
    """Try everything the configuration names, and say what holds and what does not. Exit code 2 where anything does
    not."""
    from daemon.checking import show_check

    raise SystemExit(show_check(_configuration(logs_in=True), as_json=as_json))


@app.command()
def status(as_json: Json = False) -> None:
    """How much there is of everything, and what waits."""
    from daemon.standing import show_standing

    with _reading() as (store, configuration):
        show_standing(store, configuration, as_json=as_json, now=datetime.now(UTC))


@app.command(short_help="See the whole service at work; no mail account is needed.")
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Stay, so that a mail client can be connected.")] = False,
    as_json: Json = False,
) -> None:
    """The whole service on embedded servers, with a dozen letters, on a Saturday. No mail account is needed."""
    from daemon.demo import show

    raise SystemExit(show(keep=keep, as_json=as_json))


@app.command(short_help="What would become of a letter, and why.")
def explain(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Letters, or folders of *.eml.", show_default=False)
    ],
    received: Annotated[
        str,
        typer.Option("--received", metavar="TIME", help="When it came: ISO 8601; without an offset, Almaty."),
    ] = "",
    as_json: Json = False,
) -> None:
    """What would become of a letter, and why. Touches nothing; needs no configuration."""
    from daemon.explaining import explain_all

    configuration = _configuration() if _Chosen.config is not None else None
    raise SystemExit(explain_all(paths, received=received, configuration=configuration, as_json=as_json))


# --- tickets


@tickets.command("list")
def tickets_list(
    status: Annotated[Status | None, typer.Option("--status", help="Only these.")] = None, as_json: Json = False
) -> None:
    """All tickets, oldest first."""
    from daemon.tickets_view import list_tickets

    with _reading() as (store, configuration):
        list_tickets(store, configuration, status=status, as_json=as_json, now=datetime.now(UTC))


@tickets.command("show")
def tickets_show(number: Number, as_json: Json = False) -> None:
    """One ticket with its letters, reasons and events."""
    from daemon import given
    from daemon.tickets_view import show_ticket

    with _reading() as (store, configuration):
        bare = given.ticket_number(number, configuration.support.ticket_prefix)
        show_ticket(store, configuration, bare, as_json=as_json, now=datetime.now(UTC))


def _act(number: str, verb: Verb, argument: str, *, author: str, as_json: bool) -> None:
    from daemon import given
    from daemon.acts import show_act

    with _acting() as parts:
        bare = given.ticket_number(number, parts.policy.ticket_prefix)
        show_act(parts, bare, verb, argument, author=given.author(author), as_json=as_json)


def _plain(verb: Verb) -> Callable[..., None]:
    """An act that needs nothing but the ticket's number."""

    def act(number: Number, author: Author = "", as_json: Json = False) -> None:
        _act(number, verb, "", author=author, as_json=as_json)

    return act


def _worded(verb: Verb, metavar: str, words_are: str, *, optional: bool = False) -> Callable[..., None]:
    """An act that takes words beside the number."""
    argument = typer.Argument(metavar=metavar, help=words_are, show_default=False)

    def act(number: Number, words: Annotated[list[str], argument], author: Author = "", as_json: Json = False) -> None:
        _act(number, verb, " ".join(words), author=author, as_json=as_json)

    def may_act(
        number: Number, words: Annotated[list[str] | None, argument] = None, author: Author = "", as_json: Json = False
    ) -> None:
        _act(number, verb, " ".join(words or ()), author=author, as_json=as_json)

    return may_act if optional else act


for verb, act, words in (
    (Verb.CLOSE, _plain(Verb.CLOSE), "Nothing more is owed; running promises are cancelled."),
    (Verb.REOPEN, _plain(Verb.REOPEN), "We owe an answer again, from now on."),
    (
        Verb.REFUSE,
        _worded(Verb.REFUSE, "GROUND", "conduct (clause 12; the default) or contract (clause 11).", optional=True),
        "Refuse support; the client gets the letter of refusal.",
    ),
    (
        Verb.CATEGORY,
        _worded(Verb.CATEGORY, "CATEGORY", "One or two: refund, technical …, or in Russian."),
        "Say what the client asks for; the promises follow.",
    ),
    (
        Verb.EXTEND,
        _worded(Verb.EXTEND, "UNTIL", "+2h · 2026-11-26T15:00 · 26.11 15:00 · завтра 15:00; then a reason."),
        "Promise the answer for later; the client is told.",
    ),
    (Verb.DEFER, _plain(Verb.DEFER), "Leave it until Monday (clause 3); the client is told."),
    (Verb.WAITING, _plain(Verb.WAITING), "The client's move: the clock stops."),
    (Verb.NOTE, _worded(Verb.NOTE, "TEXT", "What is to be remembered."), "An internal note; never sent on."),
):
    tickets.command(verb.value, help=words)(act)


Target = Annotated[
    str,
    typer.Argument(
        metavar="WHOM",
        help="An address, a domain (@example.kz), an account, or a ticket: its requester.",
        show_default=False,
    ),
]


@tickets.command("block")
def tickets_block(
    target: Target,
    reason: Annotated[list[str] | None, typer.Argument(metavar="REASON", show_default=False)] = None,
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Put somebody on the list of contract violators (clause 11)."""
    _block(Verb.BLOCK, target, " ".join(reason or ()), author=author, as_json=as_json)


@tickets.command("unblock")
def tickets_unblock(target: Target, author: Author = "", as_json: Json = False) -> None:
    """Take somebody off that list."""
    _block(Verb.UNBLOCK, target, "", author=author, as_json=as_json)


@tickets.command("blocked")
def tickets_blocked(as_json: Json = False) -> None:
    """Who is on that list, by whom and why."""
    from daemon.tickets_view import list_blocked

    with _reading() as (store, configuration):
        list_blocked(store, configuration, as_json=as_json)


def _block(verb: Verb, target: str, reason: str, *, author: str, as_json: bool) -> None:
    from daemon import given
    from daemon.acts import show_act

    with _acting() as parts:
        prefix = parts.policy.ticket_prefix
        bare = given.ticket_number(target, prefix) if given.is_ticket(target, prefix) else None
        argument = reason if bare is not None else f"{target} {reason}"
        show_act(parts, bare, verb, argument, author=given.author(author), as_json=as_json)


# --- letters of ours, letters set aside, the breaker


@outbox.command("list")
def outbox_list(
    everything: Annotated[bool, typer.Option("--all", help="Sent letters too.")] = False, as_json: Json = False
) -> None:
    """Letters that have not gone out, with the reasons."""
    from daemon.mail_view import list_outbox

    with _reading() as (store, configuration):
        list_outbox(store, configuration, everything=everything, as_json=as_json)


@outbox.command("retry", short_help="Try a letter again.")
def outbox_retry(letter: LetterId, as_json: Json = False) -> None:
    """Try a letter again that failed, was held back, or is of unknown fate."""
    from daemon.acts import retry_letter

    with _acting() as parts:
        retry_letter(parts, letter)
    _done({"id": letter, "state": "queued"}, f"letter {letter} is queued", as_json=as_json)


@quarantine.command("list")
def quarantine_list(
    everything: Annotated[bool, typer.Option("--all", help="Those dealt with too.")] = False, as_json: Json = False
) -> None:
    """Letters set aside."""
    from daemon.mail_view import list_quarantine

    with _reading() as (store, configuration):
        list_quarantine(store, configuration, everything=everything, as_json=as_json)


@quarantine.command("show", short_help="One letter set aside, with its raw bytes.")
def quarantine_show(letter: LetterId, as_json: Json = False) -> None:
    """One letter set aside: why, and its raw bytes (on a pipe, the bytes alone)."""
    from daemon.mail_view import show_quarantined

    with _reading() as (store, configuration):
        show_quarantined(store, configuration, letter, as_json=as_json)


@quarantine.command("retry")
def quarantine_retry(letter: LetterId, as_json: Json = False) -> None:
    """Read a letter again that was set aside, as after an upgrade."""
    from daemon.acts import retry_quarantined

    with _acting() as parts:
        ticket = retry_quarantined(parts, letter)
        number = f"{parts.policy.ticket_prefix}-{ticket}" if ticket is not None else None
    words = f"letter {letter} could be read: {f'see {number}' if number else 'it needs no ticket'}"
    _done({"id": letter, "ticket": number}, words, as_json=as_json)


@breaker.command("reset")
def breaker_reset(author: Author = "", as_json: Json = False) -> None:
    """Let automatic letters out again after a storm."""
    from daemon import given
    from daemon.acts import let_letters_out

    with _acting() as parts:
        tripped = let_letters_out(parts, author=given.author(author))
    words = f"automatic letters go out again; the breaker had tripped: {tripped}" if tripped else "it had not tripped"
    _done({"had_tripped": tripped}, words, as_json=as_json)


# --- upkeep


@app.command(short_help="What would be decided differently today.")
def reprocess(
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="A day or a moment; else the last 30 days.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Required: nothing is ever changed.")] = False,
    as_json: Json = False,
) -> None:
    """What today's rules and parser would decide differently for stored letters."""
    from daemon import given
    from daemon.reprocess import show_differences

    if not dry_run:
        raise Failed("write --dry-run: promises that were made are not made anew", code=CONFIGURATION)
    configuration = _configuration()
    days = datetime.now(UTC) - timedelta(days=30)
    start = given.moment(since, configuration.support.zone, option="--since") if since else days
    with _acting(configuration) as parts:
        show_differences(parts, start, as_json=as_json)


@app.command(short_help="Take letters from before the first start.")
def backfill(
    since: Annotated[
        str,
        typer.Option("--since", metavar="TIME", help="A day or a moment: letters received from then on."),
    ],
    as_json: Json = False,
) -> None:
    """Take letters that were there before the first start: tickets, but no letters to anybody."""
    from daemon import given
    from daemon.backfill import backfill as taken

    configuration = _configuration(logs_in=True)
    start = given.moment(since, configuration.support.zone, option="--since")
    with _acting(configuration) as parts:
        count = taken(parts, start)
    _done({"taken": count}, f"letters taken: {count}", as_json=as_json)


@app.command(short_help="Copy the store while the service runs.")
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Must not exist.", show_default=False)],
    as_json: Json = False,
) -> None:
    """A copy of the store as it is at one moment, while the service runs."""
    from daemon.opening import sentences
    from store.backup import backup as copied

    url = _configuration().store.url
    with sentences():
        copied(url, target)
    _done({"backup": str(target)}, f"the store was copied to {target}", as_json=as_json)


@app.command(short_help="Put a backup in the store's place.")
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Made by backup.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Put a backup in the store's place; the service must not run."""
    from daemon.opening import sentences
    from store.backup import restore as restored

    url = _configuration().store.url
    with sentences():
        restored(source, url)
    words = f"the store is as it was in {source}; letters taken since then are read again from the mailbox"
    _done({"restored": str(source)}, words, as_json=as_json)


@app.command()
def report(
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="The first day (or moment).")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="The day (or moment) after the last one.")],
    as_json: Json = False,
) -> None:
    """Promises kept and broken, by category."""
    from daemon import given
    from daemon.report import show_report

    with _reading() as (store, configuration), store.view() as view:
        zone = configuration.support.zone
        first, last = given.moment(start, zone, option="--from"), given.moment(end, zone, option="--to")
        show_report(view.promises_between(first, last), as_json=as_json, now=datetime.now(UTC))


@app.command(short_help="Train the reading of categories.")
def train(
    letters: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Labelled letters, JSONL; each file a hand.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the model is written.")],
    as_json: Json = False,
) -> None:
    """Train the reading of categories from labelled letters, with its figures by cross-validation."""
    from daemon.training import train as trained

    try:
        figures = trained(letters, out)
    except ValueError as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json(figures.row())
    else:
        say(str(figures))


def _done(row: dict[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        say(words)


if __name__ == "__main__":
    main()
