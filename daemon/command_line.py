"""The command line: words in, the other files' work, words or JSON out. The only file that knows typer."""

import sys
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
    from daemon.opening import opened
    from daemon.standing import show_standing

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
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
        list[Path], typer.Argument(metavar="PATH…", help="Letters, or folders of *.eml.", show_default=False)
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
    from daemon.opening import opened
    from daemon.tickets_view import list_tickets

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        list_tickets(store, configuration, status=status, as_json=as_json, now=datetime.now(UTC))


@tickets.command("show")
def tickets_show(number: Number, as_json: Json = False) -> None:
    """One ticket with its letters, reasons and events."""
    from daemon import given
    from daemon.opening import opened
    from daemon.tickets_view import show_ticket

    configuration = _configuration()
    bare = given.ticket_number(number, configuration.support.ticket_prefix)
    with opened(configuration, read_only=True) as store:
        show_ticket(store, configuration, bare, as_json=as_json, now=datetime.now(UTC))


def _act(number: str, verb: Verb, argument: str, *, author: str, as_json: bool) -> None:
    from daemon import given
    from daemon.acts import show_act
    from daemon.opening import parts_of

    configuration = _configuration()
    bare = given.ticket_number(number, configuration.support.ticket_prefix)
    with parts_of(configuration) as parts:
        show_act(parts, bare, verb, argument, author=given.author(author), as_json=as_json)


@tickets.command("close")
def tickets_close(number: Number, author: Author = "", as_json: Json = False) -> None:
    """Nothing more is owed; running promises are cancelled."""
    _act(number, Verb.CLOSE, "", author=author, as_json=as_json)


@tickets.command("reopen")
def tickets_reopen(number: Number, author: Author = "", as_json: Json = False) -> None:
    """We owe an answer again, from now on."""
    _act(number, Verb.REOPEN, "", author=author, as_json=as_json)


@tickets.command("refuse")
def tickets_refuse(
    number: Number,
    ground: Annotated[str, typer.Argument(help="conduct (clause 12) or contract (clause 11).")] = "conduct",
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Refuse support; the client gets the letter of refusal."""
    _act(number, Verb.REFUSE, ground, author=author, as_json=as_json)


@tickets.command("category")
def tickets_category(
    number: Number,
    categories: Annotated[
        list[str],
        typer.Argument(metavar="CATEGORY…", help="One or two: refund, technical … or in Russian.", show_default=False),
    ],
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Say what the client asks for; the promises follow."""
    from daemon.acts import categories_named

    _act(number, Verb.CATEGORY, categories_named(categories), author=author, as_json=as_json)


@tickets.command("extend")
def tickets_extend(
    number: Number,
    until: Annotated[
        list[str],
        typer.Argument(
            metavar="UNTIL…",
            help="+2h · 2026-11-26T15:00 · 26.11 15:00 · завтра 15:00, and a reason if you like.",
            show_default=False,
        ),
    ],
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Promise the answer for later; the client is told."""
    _act(number, Verb.EXTEND, " ".join(until), author=author, as_json=as_json)


@tickets.command("defer")
def tickets_defer(number: Number, author: Author = "", as_json: Json = False) -> None:
    """Leave it until Monday (clause 3); the client is told."""
    _act(number, Verb.DEFER, "", author=author, as_json=as_json)


@tickets.command("waiting")
def tickets_waiting(number: Number, author: Author = "", as_json: Json = False) -> None:
    """The client's move: the clock stops."""
    _act(number, Verb.WAITING, "", author=author, as_json=as_json)


@tickets.command("note")
def tickets_note(
    number: Number,
    text: Annotated[list[str], typer.Argument(metavar="TEXT…", show_default=False)],
    author: Author = "",
    as_json: Json = False,
) -> None:
    """An internal note; never sent on."""
    _act(number, Verb.NOTE, " ".join(text), author=author, as_json=as_json)


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
    reason: Annotated[list[str] | None, typer.Argument(metavar="[REASON…]", show_default=False)] = None,
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Put somebody on the list of contract violators (clause 11)."""
    _block(Verb.BLOCK, target, " ".join(reason or ()), author=author, as_json=as_json)


@tickets.command("unblock")
def tickets_unblock(target: Target, author: Author = "", as_json: Json = False) -> None:
    """Take somebody off that list."""
    _block(Verb.UNBLOCK, target, "", author=author, as_json=as_json)


def _block(verb: Verb, target: str, reason: str, *, author: str, as_json: bool) -> None:
    from daemon import given
    from daemon.acts import show_act
    from daemon.opening import parts_of

    configuration = _configuration()
    if given.is_ticket(target, configuration.support.ticket_prefix):
        _act(target, verb, reason, author=author, as_json=as_json)
        return
    with parts_of(configuration) as parts:
        show_act(parts, None, verb, f"{target} {reason}", author=given.author(author), as_json=as_json)


# --- letters of ours, letters set aside, the breaker


@outbox.command("list")
def outbox_list(
    everything: Annotated[bool, typer.Option("--all", help="Sent letters too.")] = False, as_json: Json = False
) -> None:
    """Letters that have not gone out, with the reasons."""
    from daemon.mail_view import list_outbox
    from daemon.opening import opened

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        list_outbox(store, configuration, everything=everything, as_json=as_json)


@outbox.command("retry", short_help="Try a letter again.")
def outbox_retry(letter: LetterId, as_json: Json = False) -> None:
    """Try a letter again that failed, was held back, or is of unknown fate."""
    from daemon.acts import retry_letter
    from daemon.opening import parts_of

    with parts_of(_configuration()) as parts:
        retry_letter(parts, letter)
    _done({"id": letter, "state": "queued"}, f"letter {letter} is queued", as_json=as_json)


@quarantine.command("list")
def quarantine_list(
    everything: Annotated[bool, typer.Option("--all", help="Those dealt with too.")] = False, as_json: Json = False
) -> None:
    """Letters set aside."""
    from daemon.mail_view import list_quarantine
    from daemon.opening import opened

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        list_quarantine(store, configuration, everything=everything, as_json=as_json)


@quarantine.command("show", short_help="One letter set aside, with its raw bytes.")
def quarantine_show(letter: LetterId, as_json: Json = False) -> None:
    """One letter set aside: why, and its raw bytes (on a pipe, the bytes alone)."""
    from daemon.mail_view import show_quarantined
    from daemon.opening import opened

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        show_quarantined(store, configuration, letter, as_json=as_json)


@quarantine.command("retry")
def quarantine_retry(letter: LetterId, as_json: Json = False) -> None:
    """Read a letter again that was set aside, as after an upgrade."""
    from daemon.acts import retry_quarantined
    from daemon.opening import parts_of

    with parts_of(_configuration()) as parts:
        ticket = retry_quarantined(parts, letter)
        number = f"{parts.policy.ticket_prefix}-{ticket}" if ticket is not None else None
    words = f"letter {letter} could be read: {f'see {number}' if number else 'it needs no ticket'}"
    _done({"id": letter, "ticket": number}, words, as_json=as_json)


@breaker.command("reset")
def breaker_reset(author: Author = "", as_json: Json = False) -> None:
    """Let automatic letters out again after a storm."""
    from daemon import given
    from daemon.acts import let_letters_out
    from daemon.opening import parts_of

    with parts_of(_configuration()) as parts:
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
    from daemon.opening import parts_of
    from daemon.reprocess import show_differences

    if not dry_run:
        raise Failed("write --dry-run: promises that were made are not made anew", code=CONFIGURATION)
    configuration = _configuration()
    days = datetime.now(UTC) - timedelta(days=30)
    start = given.moment(since, configuration.support.zone, option="--since") if since else days
    with parts_of(configuration) as parts:
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
    from daemon.opening import parts_of

    configuration = _configuration(logs_in=True)
    start = given.moment(since, configuration.support.zone, option="--since")
    with parts_of(configuration) as parts:
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
    from daemon.opening import opened
    from daemon.report import show_report

    configuration = _configuration()
    zone = configuration.support.zone
    first, last = given.moment(start, zone, option="--from"), given.moment(end, zone, option="--to")
    with opened(configuration, read_only=True) as store, store.view() as view:
        show_report(view.promises_between(first, last), as_json=as_json, now=datetime.now(UTC))


@app.command(short_help="Train the reading of categories.")
def train(
    letters: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Labelled letters, JSONL; each file a hand.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the model is written.")],
    as_json: Json = False,
) -> None:
    """Train the reading of categories from labelled letters, with its figures by cross-validation."""
    from daemon.training import train as trained

    figures = trained(letters, out)
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
