"""Prints how rightly labelled letters are read: ``python -m bench.evaluate_letters FOLDER``.

FOLDER holds labelled letters as JSONL, one file per hand. Categories are judged twice: as the shipped model reads them
(honest for letters it was not trained on alone) and by models trained anew without the hand they read. Details and
flags come from rules that no letter trains.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from daemon.policy_of import default_policy
from daemon.read_letter import ReadLetter
from daemon.reading import read_letter
from daemon.training import train
from rules.category import Category, Detail
from rules.policy import Policy

TRAINING = Path(__file__).resolve().parent.parent / "rules" / "training"
SUBTYPES = {"pdf": ("application", "pdf"), "png": ("image", "png"), "jpg": ("image", "jpeg"), "jpeg": ("image", "jpeg")}


def as_mail(entry: dict[str, Any], mailbox: str) -> bytes:
    """The labelled letter as a whole mail, its attachments filled with a few bytes."""
    message = EmailMessage()
    message["From"] = f"{entry.get('from_name') or 'Client'} <{entry.get('from_addr') or 'client@example.kz'}>".replace(
        "\n", " "
    )
    message["To"] = mailbox
    message["Subject"] = entry["subject"].replace("\n", " ")
    message["Message-ID"] = f"<{entry.get('id', 'letter')}@example.kz>"
    if entry.get("is_reply"):
        message["In-Reply-To"] = "<earlier@example.kz>"
    message.set_content(entry["body"])
    for name in entry.get("attachments", []):
        maintype, subtype = SUBTYPES.get(name.rpartition(".")[2].lower(), ("application", "octet-stream"))
        message.add_attachment(b"\x89PNG" * 20, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--no-training", action="store_true", help="leave the cross-validation out")
    given = arguments.parse_args()
    files = sorted(given.folder.glob("*.jsonl"))
    if not files:
        print(f"{given.folder}: no labelled letters (*.jsonl)", file=sys.stderr)
        return 1
    policy = default_policy()
    print("== read by the shipped model (it was trained on the project's own letters)")
    everything = []
    for path in files:
        entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        started = time.perf_counter()
        read = [(entry, read_one(entry, policy)) for entry in entries]
        spent = (time.perf_counter() - started) / len(entries)
        print(f"-- {path.name}: {len(entries)} letters, {spent * 1000:.1f} ms each with parsing")
        print_figures(read)
        everything += read
    if len(files) > 1:
        print("-- all")
        print_figures(everything)
    if not given.no_training:
        print("== read by models that do not know the hand (cross-validation by hand; composed letters always known)")
        print_cross_validation(files)
    return 0


def read_one(entry: dict[str, Any], policy: Policy) -> ReadLetter:
    return read_letter(as_mail(entry, policy.mailbox), policy=policy, keys=None, now=datetime.now(UTC))


def print_figures(read: Sequence[tuple[dict[str, Any], ReadLetter]]) -> None:
    """One line per figure."""
    truth = [entry["categories"][0] for entry, _ in read]
    main = [str(letter.first.categories[0].category) for _, letter in read]
    print_f1(truth, main)
    flags = {
        "waits for the office": (
            [all(Category(each).deferrable for each in entry["categories"]) for entry, _ in read],
            [
                all(each.confident and each.category.deferrable for each in letter.first.categories)
                for _, letter in read
            ],
        ),
        "conduct": ([entry.get("conduct", False) for entry, _ in read], [letter.first.conduct for _, letter in read]),
        "wants_call": (
            [entry.get("wants_call", False) for entry, _ in read],
            [letter.first.wants_call for _, letter in read],
        ),
        "steps": ([entry.get("has_steps", False) for entry, _ in read], supplied(read, Detail.STEPS)),
        "link": ([entry.get("has_link", False) for entry, _ in read], supplied(read, Detail.LINK)),
        "screenshot": ([entry.get("has_screenshot", False) for entry, _ in read], supplied(read, Detail.SCREENSHOT)),
    }
    for name, (expected, found) in flags.items():
        print_flag(name, expected, found)
    numbers = [entry.get("account_number") == letter.first.account_number for entry, letter in read]
    print(f"   account number right {sum(numbers) / len(numbers):.3f}")


def supplied(read: Iterable[tuple[dict[str, Any], ReadLetter]], detail: Detail) -> list[bool]:
    return [detail in letter.first.supplied for _, letter in read]


def print_f1(truth: Sequence[str], found: Sequence[str]) -> None:
    scores = {category: f1(category, truth, found) for category in sorted(set(truth))}
    print(f"   main category: macro-F1 {sum(scores.values()) / len(scores):.3f}")
    print("   " + ", ".join(f"{category} {score:.3f}" for category, score in scores.items()))


def f1(category: str, truth: Sequence[str], found: Sequence[str]) -> float:
    both = sum(one == other == category for one, other in zip(truth, found, strict=True))
    return 2 * both / (Counter(truth)[category] + Counter(found)[category])


def print_flag(name: str, expected: Sequence[bool], found: Sequence[bool]) -> None:
    right = sum(one == other for one, other in zip(expected, found, strict=True)) / len(expected)
    both = sum(one and other for one, other in zip(expected, found, strict=True))
    precision = both / sum(found) if any(found) else float("nan")
    recall = both / sum(expected) if any(expected) else float("nan")
    print(f"   {name}: right {right:.3f}, precision {precision:.3f}, recall {recall:.3f}")


def print_cross_validation(files: Sequence[Path]) -> None:
    """Each file read by a model of the others and of the project's composed letters, each hand of those likewise."""
    composed = sorted(TRAINING.glob("composed*.jsonl"))
    with tempfile.TemporaryDirectory() as folder:
        print(train((*files, *composed), Path(folder) / "model.bin"))


if __name__ == "__main__":
    sys.exit(main())
