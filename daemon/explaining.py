"""``supportd explain`` at the command line: finds the policy, prints each letter."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daemon.configuration import Configuration
from daemon.console import DONE, FAILED, complain, in_words, print_json, say
from daemon.explain import Circumstances, Unreadable, explain
from daemon.letters import Letters
from daemon.moments import parse_moment
from daemon.policy_of import default_policy, policy_of
from daemon.reader import Reader
from rules.policy import Policy
from rules.tokens import SigningKeys


def explain_all(paths: Iterable[Path], *, received: str, configuration: Configuration | None, as_json: bool) -> int:
    """Every letter; 1 where a path could not be read. Without a configuration the defaults judge."""
    policy = policy_of(configuration) if configuration is not None else default_policy()
    directory = configuration.support.template_dir if configuration is not None else None
    circumstances = Circumstances(
        policy=policy,
        letters=Letters(policy, directory),
        received=_moment(received, policy),
        now=datetime.now(UTC),
    )
    reader = Reader(policy=policy, keys=_keys(configuration))
    code = DONE
    try:
        for found in explain(paths, reader, circumstances):
            if isinstance(found, Unreadable):
                complain(f"{found.path} cannot be read: {found.why}")
                code = FAILED
            elif as_json:
                print_json(found.row)
            else:
                print_for_people(found.row)
    finally:
        reader.close()
    return code


def _moment(received: str, policy: Policy) -> datetime | None:
    """What ``--received`` says; where that is no moment it is said, and the letters' own moments count."""
    try:
        return parse_moment(received, policy.schedule.zone) if received else None
    except ValueError:
        complain(f"--received {received!r} is no moment (write 2026-11-21T12:04): each letter's own moment counts")
        return None


def _keys(configuration: Configuration | None) -> SigningKeys | None:
    """The configured ones; those that a store keeps are not looked for, for nothing is touched."""
    keys = configuration.store.signing_keys if configuration is not None else ()
    if not keys:
        return None
    return SigningKeys(current=keys[0].reveal().encode(), previous=tuple(each.reveal().encode() for each in keys[1:]))


def print_for_people(row: Mapping[str, Any]) -> None:
    """The decision, its reasons with their clauses, and the letter."""
    say(f"── {row['path']}")
    _line("what it is", row["disposition"] + (f": {row['automated']}" if row["automated"] else ""))
    _line("from", f"{row['sender']['name']} <{row['sender']['address']}>".strip())
    _line("subject", row["subject"])
    _line("acknowledge", row["acknowledge"])
    _line("categories", row["categories"])
    for part in row["parts"]:
        deferred = f", waits until {_minute(part['deferred_until'])}" if part["deferred_until"] else ""
        times = f"reached {_minute(part['reached_at'])}{deferred}, due {_minute(part['due_at'])}"
        _line(f"{part['calendar']} part", f"{', '.join(part['categories'])}: {times}")
    for key in ("language", "account_number", "supplied", "missing", "conduct", "wants_call"):
        _line(key.replace("_", " "), row[key])
    _line(
        "attachments", [f"{each['filename']} ({each['content_type']}, {each['size']} B)" for each in row["attachments"]]
    )
    for defect in row["defects"]:
        _line("defect", defect)
    say("  reasons")
    for reason in row["reasons"]:
        clause = f" (clause {reason['clause']})" if reason["clause"] else ""
        evidence = f": {reason['evidence']}" if reason["evidence"] else ""
        say(f"    {reason['decision']} = {reason['value']}{clause}{evidence}")
    say(f"  text\n{_indented(row['text'])}")
    if row["letter"] is not None:
        say(f"  letter ({row['letter']['template']})\n{_indented(row['letter']['subject'])}\n    │")
        say(_indented(row["letter"]["body"]))
    say()


def _line(name: str, value: object) -> None:
    say(f"  {name.ljust(14)}  {in_words(value)}")


def _minute(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%a %d %b %Y %H:%M}"


def _indented(text: str) -> str:
    return "\n".join(f"    │ {line}" for line in text.splitlines()) or "    │"
