"""``supportd explain`` at the command line: finds the policy, prints each letter."""

from datetime import UTC, datetime
from pathlib import Path

from daemon.configuration import Configuration, load
from daemon.console import CONFIGURATION, DONE, FAILED, complain, print_json, say_faults
from daemon.errors import ConfigurationFaults
from daemon.explain import Explained, Unreadable, explain, parse_received
from daemon.letters import Letters
from daemon.policy_of import default_policy, policy_of
from daemon.reader import Reader
from rules.policy import Policy
from rules.tokens import SigningKeys


def explain_all(paths: list[Path], *, received: str, config: Path | None, as_json: bool) -> int:
    """Every letter; 1 where a path could not be read, 2 where the configuration or ``--received`` is wrong."""
    configuration = None
    if config is not None:
        try:
            configuration = load(config, {})
        except ConfigurationFaults as error:
            say_faults(error.faults, config)
            return CONFIGURATION
    policy = policy_of(configuration) if configuration is not None else default_policy()
    try:
        moment = parse_received(received, policy.schedule.zone) if received else None
    except ValueError:
        complain(f"--received {received!r} is no moment: write 2026-11-21T12:04 (Almaty) or 2026-11-21T12:04:00+05:00")
        return CONFIGURATION
    return _print_all(paths, moment, policy, configuration, as_json=as_json)


def _print_all(
    paths: list[Path],
    received: datetime | None,
    policy: Policy,
    configuration: Configuration | None,
    *,
    as_json: bool,
) -> int:
    directory = configuration.support.template_dir if configuration is not None else None
    reader = Reader(policy=policy, keys=_keys(configuration))
    code = DONE
    try:
        for found in explain(
            paths,
            received=received,
            policy=policy,
            letters=Letters(policy, directory),
            reader=reader,
            now=datetime.now(UTC),
        ):
            if isinstance(found, Unreadable):
                complain(f"{found.path} cannot be read: {found.why}")
                code = FAILED
            elif as_json:
                print_json(found.row)
            else:
                print_for_people(found)
    finally:
        reader.close()
    return code


def _keys(configuration: Configuration | None) -> SigningKeys | None:
    keys = configuration.store.signing_keys if configuration is not None else ()
    if not keys:
        return None
    return SigningKeys(current=keys[0].reveal().encode(), previous=tuple(each.reveal().encode() for each in keys[1:]))


def print_for_people(explained: Explained) -> None:
    """The decision, its reasons with their clauses, and the letter."""
    row = explained.row
    print(f"── {row['path']}")
    for key in ("disposition", "automated", "acknowledge", "sender", "subject", "language", "categories"):
        print(f"{key}: {_plain(row[key])}")
    parts = row["parts"]
    assert isinstance(parts, list)
    for part in parts:
        print(f"part ({part['calendar']}): {', '.join(part['categories'])}, due {part['due_at']}")
    for key in ("conduct", "wants_call", "account_number", "supplied", "missing", "defects"):
        print(f"{key}: {_plain(row[key])}")
    print("reasons:")
    reasons = row["reasons"]
    assert isinstance(reasons, list)
    for reason in reasons:
        clause = f" (clause {reason['clause']})" if reason["clause"] else ""
        print(f"  {reason['decision']} = {reason['value']}{clause}: {reason['evidence']}")
    print(f"text:\n{_indented(str(row['text']))}")
    letter = row["letter"]
    if isinstance(letter, dict):
        print(f"letter ({letter['template']}): {letter['subject']}\n{_indented(str(letter['body']))}")
    print()


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    if isinstance(value, dict):
        return f"{value.get('name', '')} <{value.get('address', '')}>".strip()
    return "—" if value is None or value == "" else str(value)


def _indented(text: str) -> str:
    return "\n".join(f"  │ {line}" for line in text.splitlines())
