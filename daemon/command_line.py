"""The command line: words in, the other files' work, words or JSON out. The only file that knows typer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon import console
from daemon.configuration import Configuration
from daemon.console import (
    CONFIGURATION,
    DONE,
    FAILED,
    Failed,
    complain,
    configured,
    opened,
    print_json,
    sentences,
    table,
)
from daemon.errors import PersonMustLook, TryAgainLater
from rules.commands import Verb
from rules.ticket import Status

if TYPE_CHECKING:
    from daemon.wiring import Parts

app = typer.Typer(
    help="An e-mail help desk that keeps the promises of its published rules of support.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
tickets = typer.Typer(help="Tickets: list, show, and what agents do with them.", no_args_is_help=True)
outbox = typer.Typer(help="Our own letters.", no_args_is_help=True)
quarantine = typer.Typer(help="Letters that broke the program.", no_args_is_help=True)
breaker = typer.Typer(help="The breaker of automatic letters.", no_args_is_help=True)
for name, group in (("tickets", tickets), ("outbox", outbox), ("quarantine", quarantine), ("breaker", breaker)):
    app.add_typer(group, name=name)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Author = Annotated[
    str, typer.Option("--author", help="Who acts, for the record; else the name you are logged in with.")
]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="CSC-1042 or 1042")]


class _Chosen:
    """What stood before or behind the subcommand."""

    config: Path | None = None


def main() -> None:
    """The entry point: ``--config`` may stand anywhere; no traceback ever reaches a person."""
    console.speak_utf8()
    words, _Chosen.config = take_config(sys.argv[1:])
    try:
        app(args=words, prog_name="supportd")
    except (TryAgainLater, PersonMustLook) as error:
        complain(str(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def take_config(words: list[str]) -> tuple[list[str], Path | None]:
    """The words without ``--config FILE``, and the file; the last one counts. What follows ``--`` is left alone."""
    rest: list[str] = []
    config: Path | None = None
    pending = iter(words)
    for word in pending:
        if word == "--":
            return [*rest, word, *pending], config
        if word == "--config":
            value = next(pending, None)
            if value is None:
                complain("--config needs a file")
                sys.exit(CONFIGURATION)
            config = Path(value)
        elif word.startswith("--config="):
            config = Path(word.removeprefix("--config="))
        else:
            rest.append(word)
    return rest, config


@app.callback()
def _options(
    _config: Annotated[
        Path | None,
        typer.Option("--config", help="The configuration; else $SUPPORTD_CONFIG, else /etc/supportd/supportd.toml."),
    ] = None,
) -> None:
    """``--config`` is taken from the words before they come here; it stands here for ``--help``."""


def _configuration() -> Configuration:
    return configured(_Chosen.config)


# --- the service


@app.command()
def run() -> None:
    """Run the service until SIGTERM."""
    from daemon.running import run_service

    raise SystemExit(run_service(_configuration()))


@app.command()
def once(as_json: Json = False) -> None:
    """One turn of the service without waiting: take every letter, read Sent, ring due clocks, try due letters once."""
    from daemon.running import run_once

    raise SystemExit(run_once(_configuration(), as_json=as_json))


@app.command()
def check(as_json: Json = False) -> None:
    """Try everything the configuration names, and say what holds and what does not."""
    from daemon.checking import check as checked

    result = checked(_configuration())
    for finding in result.findings:
        if as_json:
            print_json({"ok": finding.ok, "what": finding.what, "said": finding.said})
        else:
            print(f"{'✓' if finding.ok else '✗'} {finding.what}: {finding.said}")
    raise SystemExit(DONE if result.holds else CONFIGURATION)


@app.command()
def status(as_json: Json = False) -> None:
    """How much there is of everything, and what waits."""
    from daemon.standing import standing

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        rows = standing(store, configuration, datetime.now(UTC))
    if as_json:
        print_json(rows)
        return
    for key, value in rows.items():
        print(f"{key}: {value if not isinstance(value, dict) else ', '.join(f'{k} {v}' for k, v in value.items())}")


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Stay, so that a mail client can be connected.")] = False,
    as_json: Json = False,
) -> None:
    """The whole service on embedded servers with a dozen letters; no mail account is needed."""
    from daemon.demo import show

    raise SystemExit(show(keep=keep, as_json=as_json))


@app.command()
def explain(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Letters, or folders of *.eml.")],
    received: Annotated[str, typer.Option("--received", help="ISO 8601; without an offset, Almaty.")] = "",
    as_json: Json = False,
) -> None:
    """What would become of a letter, and why. Touches nothing; needs no configuration."""
    from daemon.explaining import explain_all

    raise SystemExit(explain_all(paths, received=received, config=_Chosen.config, as_json=as_json))


# --- tickets


@tickets.command("list")
def tickets_list(
    status: Annotated[Status | None, typer.Option("--status", help="Only these.")] = None, as_json: Json = False
) -> None:
    """All tickets, oldest first."""
    from daemon.tickets_view import list_tickets

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        list_tickets(store, configuration, status=status, as_json=as_json, now=datetime.now(UTC))


@tickets.command("show")
def tickets_show(number: Number, as_json: Json = False) -> None:
    """One ticket with its letters, reasons and events."""
    from daemon.tickets_view import parse_number, show_ticket

    configuration = _configuration()
    with opened(configuration, read_only=True) as store:
        bare = parse_number(number, configuration.support.ticket_prefix)
        show_ticket(store, configuration, bare, as_json=as_json, now=datetime.now(UTC))


def _act(number: str | None, verb: Verb, argument: str, *, author: str, as_json: bool) -> None:
    from daemon.acts import act, author_of
    from daemon.tickets_view import parse_number

    with _parts() as parts:
        bare = parse_number(number, parts.policy.ticket_prefix) if number is not None else None
        obeyed = act(parts, bare, verb, argument, author=author_of(author))
    ticket = obeyed.ticket
    row: dict[str, object] = {"command": verb.value, "told_client": obeyed.told}
    if ticket is not None:
        row |= {"number": f"{parts.policy.ticket_prefix}-{ticket.number}", "status": ticket.status.value}
    if obeyed.target:
        row["target"] = obeyed.target
    if as_json:
        print_json(row)
    else:
        print(", ".join(f"{key}: {value}" for key, value in row.items()))


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
    ground: Annotated[str, typer.Argument(help="conduct (clause 12) or contract (clause 11)")] = "conduct",
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Refuse support; the client gets the letter of refusal."""
    _act(number, Verb.REFUSE, ground, author=author, as_json=as_json)


@tickets.command("category")
def tickets_category(
    number: Number,
    categories: Annotated[list[str], typer.Argument(help="One or two: codes or Russian words.")],
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Say what the client asks for; the promises follow."""
    _act(number, Verb.CATEGORY, ", ".join(categories), author=author, as_json=as_json)


@tickets.command("extend")
def tickets_extend(
    number: Number,
    until: Annotated[
        list[str], typer.Argument(help="завтра 15:00 · 26.11 15:00 · 2026-11-26T15:00 · +2h, and a reason")
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
    number: Number, text: Annotated[list[str], typer.Argument()], author: Author = "", as_json: Json = False
) -> None:
    """An internal note; never sent on."""
    _act(number, Verb.NOTE, " ".join(text), author=author, as_json=as_json)


Target = Annotated[
    str, typer.Argument(help="An address, a domain (@example.kz), an account, or a ticket: its requester.")
]


def _is_ticket(target: str, prefix: str) -> bool:
    return target.upper().startswith(f"{prefix.upper()}-")


@tickets.command("block")
def tickets_block(
    target: Target,
    reason: Annotated[list[str] | None, typer.Argument()] = None,
    author: Author = "",
    as_json: Json = False,
) -> None:
    """Put somebody on the list of contract violators (clause 11)."""
    _block(Verb.BLOCK, target, reason or [], author=author, as_json=as_json)


@tickets.command("unblock")
def tickets_unblock(target: Target, author: Author = "", as_json: Json = False) -> None:
    """Take somebody off that list."""
    _block(Verb.UNBLOCK, target, [], author=author, as_json=as_json)


def _block(verb: Verb, target: str, reason: list[str], *, author: str, as_json: bool) -> None:
    prefix = _configuration().support.ticket_prefix
    if _is_ticket(target, prefix):
        _act(target, verb, " ".join(reason), author=author, as_json=as_json)
    else:
        _act(None, verb, " ".join([target, *reason]), author=author, as_json=as_json)


# --- letters of ours, letters set aside, the breaker


@outbox.command("list")
def outbox_list(
    everything: Annotated[bool, typer.Option("--all", help="Sent letters too.")] = False, as_json: Json = False
) -> None:
    """Letters that have not gone out, with the reasons."""
    from daemon.sheets import outgoing_row
    from store.records import OutgoingState

    configuration = _configuration()
    prefix, zone = configuration.support.ticket_prefix, configuration.support.zone
    states = [each for each in OutgoingState if everything or each is not OutgoingState.SENT]
    with opened(configuration, read_only=True) as store, store.view() as view:
        rows = [outgoing_row(each, prefix=prefix, zone=zone) for each in view.outgoing_in(states)]
    _print_rows(rows, ("id", "ticket", "template", "recipient", "state", "attempts", "reason"), as_json=as_json)


@outbox.command("retry")
def outbox_retry(letter: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Try a letter again that failed, was held back, or is of unknown fate."""
    from daemon.acts import retry_letter

    with _parts() as parts:
        retry_letter(parts, letter)
    print(f"letter {letter} is queued")


@quarantine.command("list")
def quarantine_list(
    everything: Annotated[bool, typer.Option("--all", help="Those dealt with too.")] = False, as_json: Json = False
) -> None:
    """Letters set aside."""
    from daemon.sheets import quarantined_row

    configuration = _configuration()
    prefix, zone = configuration.support.ticket_prefix, configuration.support.zone
    with opened(configuration, read_only=True) as store, store.view() as view:
        kept = view.quarantined(open_only=not everything)
    rows = [quarantined_row(each, prefix=prefix, zone=zone) for each in kept]
    _print_rows(rows, ("id", "ticket", "received_at", "attempts", "reason"), as_json=as_json)


@quarantine.command("show")
def quarantine_show(letter: Annotated[int, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """One letter set aside: why, and its raw bytes (on a pipe, the bytes alone)."""
    from daemon.sheets import quarantined_row

    configuration = _configuration()
    with opened(configuration, read_only=True) as store, store.view() as view:
        aside = view.quarantined_one(letter)
    if aside is None:
        raise Failed(f"there is no letter {letter} in quarantine")
    row = quarantined_row(aside, prefix=configuration.support.ticket_prefix, zone=configuration.support.zone)
    if as_json:
        print_json(row | {"raw": aside.raw.decode("utf-8", "backslashreplace")})
        return
    if sys.stdout.isatty():
        for key, value in row.items():
            print(f"{key}: {value}")
        print(aside.raw[:20_000].decode("utf-8", "backslashreplace"))
    else:
        sys.stdout.buffer.write(aside.raw)


@quarantine.command("retry")
def quarantine_retry(letter: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Read a letter again that was set aside, as after an upgrade."""
    from daemon.acts import retry_quarantined

    with _parts() as parts:
        ticket = retry_quarantined(parts, letter)
        prefix = parts.policy.ticket_prefix
    print(f"letter {letter} could be read: {f'{prefix}-{ticket}' if ticket is not None else 'it has no ticket'}")


@breaker.command("reset")
def breaker_reset(author: Author = "") -> None:
    """Let automatic letters out again after a storm."""
    from daemon.acts import author_of, let_letters_out

    with _parts() as parts:
        tripped = let_letters_out(parts, author=author_of(author))
    print(f"automatic letters go out again; it had tripped: {tripped}" if tripped else "the breaker had not tripped")


# --- upkeep


@app.command()
def reprocess(
    since: Annotated[str, typer.Option("--since", help="A day or a moment; else the last 30 days.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Required: nothing is ever changed.")] = False,
    as_json: Json = False,
) -> None:
    """What today's rules and parser would decide differently for stored letters."""
    from daemon.acts import parse_since
    from daemon.reprocess import differences

    if not dry_run:
        raise Failed("write --dry-run: promises that were made are not made anew", code=CONFIGURATION)
    count = 0
    with _parts() as parts:
        start = parse_since(since, parts) if since else parts.time_source.now() - timedelta(days=30)
        for difference in differences(parts, start):
            count += 1
            letter = difference.letter
            number = f"{parts.policy.ticket_prefix}-{letter.ticket}" if letter.ticket is not None else None
            if as_json:
                changes = [{"decision": name, "was": was, "would_be": new} for name, was, new in difference.changes]
                print_json({"ticket": number, "letter": letter.id, "changes": changes})
            else:
                print(f"{number or '—'} letter {letter.id}")
                for name, was, new in difference.changes:
                    print(f"    {name}: {was or '—'} → {new or '—'}")
    if not as_json:
        print(f"{count} letters would be judged differently; nothing was changed")


@app.command()
def backfill(
    since: Annotated[str, typer.Option("--since", help="A day or a moment: letters received from then on.")],
    as_json: Json = False,
) -> None:
    """Take letters that were there before the first start: tickets, but no letters to anybody."""
    from daemon.acts import parse_since
    from daemon.backfill import backfill as taken

    with _parts() as parts:
        count = taken(parts, parse_since(since, parts))
    if as_json:
        print_json({"taken": count})
    else:
        print(f"{count} letters taken")


@app.command()
def backup(target: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """A copy of the store as it is at one moment, while the service runs."""
    from store.backup import backup as copied

    configuration = _configuration()
    with sentences():
        copied(configuration.store.url, target)
    print(f"the store was copied to {target}")


@app.command()
def restore(source: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Put a backup in the store's place; the service must not run."""
    from store.backup import restore as restored

    configuration = _configuration()
    with sentences():
        restored(source, configuration.store.url)
    print(f"the store is as it was in {source}; letters taken since then are read again from the mailbox")


@app.command()
def report(
    start: Annotated[str, typer.Option("--from", help="The first day (or moment).")],
    end: Annotated[str, typer.Option("--to", help="The day (or moment) after the last one.")],
    as_json: Json = False,
) -> None:
    """Promises kept and broken, by category."""
    from daemon.acts import parse_since
    from daemon.report import lines

    with _parts() as parts, parts.store.view() as view:
        now = parts.time_source.now()
        counted = lines(view.promises_between(parse_since(start, parts), parse_since(end, parts)), now)
    rows: list[dict[str, object]] = [
        {
            "category": line.category.value,
            "kept": line.kept,
            "broken": line.broken,
            "running": line.running,
            "cancelled": line.cancelled,
            "share": None if line.share is None else round(line.share, 4),
        }
        for line in counted
    ]
    _print_rows(rows, ("category", "kept", "broken", "running", "cancelled", "share"), as_json=as_json)


@app.command()
def train(
    letters: Annotated[list[Path], typer.Argument(help="Labelled letters (JSONL), yours beside the project's own.")],
    out: Annotated[Path, typer.Option("--out", help="Where the model is written.")],
    as_json: Json = False,
) -> None:
    """Train the reading of categories from labelled letters, with its figures by cross-validation."""
    from daemon.training import train as trained

    report_of_training = trained(letters, out)
    if as_json:
        print_json(report_of_training.row())
    else:
        print(report_of_training)


# --- what commands share


@contextmanager
def _parts() -> Iterator["Parts"]:
    """The parts over the configured store, for commands that work beside the service."""
    from daemon.running import parts_of

    configuration = _configuration()
    with opened(configuration) as store, parts_of(configuration, store) as parts:
        yield parts


def _print_rows(rows: list[dict[str, object]], columns: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        table(([str(row[column] if row[column] is not None else "—") for column in columns] for row in rows), columns)
    else:
        print("none")


if __name__ == "__main__":
    main()
