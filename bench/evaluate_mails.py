"""Prints how mails written by others are read: ``python -m bench.evaluate_mails FOLDER``.

FOLDER holds the mails and ``expect.jsonl``: one object per mail with ``path``, ``format`` (``message``, or a bare
``body-text`` or ``body-html``), ``kind``, and what is expected of it. Each mail is read as ``supportd explain`` reads
it, in the bounded child, so that a crash or a hang counts as one.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from daemon.policy_of import default_policy
from daemon.read_letter import ReadLetter
from daemon.reader import Reader, ReadFault, Task
from rules.decision import Disposition

HANGING = 5.0
"""Seconds after which a mail counts as one without an answer."""


@dataclass(slots=True)
class Score:
    """Right ones of all, with the paths of those that were wrong."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, ok: bool, path: str) -> None:
        if ok:
            self.right += 1
        else:
            self.wrong.append(path)

    def __str__(self) -> str:
        count = self.right + len(self.wrong)
        return f"{self.right}/{count} = {self.right / count:.3f}" if count else "none"


@dataclass(slots=True)
class Scores:
    """Everything that is counted."""

    silent: list[str] = field(default_factory=list)
    acknowledged: Score = field(default_factory=Score)
    silenced: Score = field(default_factory=Score)
    replies: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    facts: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))


def as_mail(raw: bytes, form: str) -> bytes:
    """A bare body wrapped into a mail; a whole message as it is."""
    if form == "message":
        return raw
    message = EmailMessage()
    message["From"] = "Client <client@example.kz>"
    message["To"] = "info@controlsystem.kz"
    message["Subject"] = "Re: request"
    message["Message-ID"] = "<bare@example.kz>"
    message.set_content(raw.decode("utf-8", "replace"), subtype="html" if form == "body-html" else "plain")
    return message.as_bytes()


def squeezed(text: str) -> str:
    return " ".join(text.split())


def read_all(
    folder: Path, expected: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], ReadLetter | ReadFault, float]]:
    reader = Reader(policy=default_policy(), keys=None)
    reader.warm()
    try:
        for entry in expected:
            raw = as_mail((folder / entry["path"]).read_bytes(), entry["format"])
            begun = time.monotonic()
            read = reader.read_one(Task(raw=raw, in_sent_folder=False, now=datetime.now(UTC)))
            yield entry, read, time.monotonic() - begun
    finally:
        reader.close()


def judge(scores: Scores, entry: dict[str, Any], read: ReadLetter | ReadFault, seconds: float) -> None:
    path = entry["path"]
    if isinstance(read, ReadFault) or seconds > HANGING:
        scores.silent.append(path)
        return
    origin = read.origin
    acknowledged = origin.disposition is Disposition.NEW_REQUEST and not origin.silenced and bool(origin.client.address)
    if entry.get("expect_ack") is False:
        scores.acknowledged.note(not acknowledged, path)
    elif entry["format"] == "message" and (entry.get("expect_ack") or entry["kind"] == "human"):
        scores.silenced.note(acknowledged, path)
    if "expected_reply_text" in entry:
        name = path.partition("/")[0]
        scores.replies[name].note(squeezed(read.words.as_first) == squeezed(entry["expected_reply_text"]), path)
    _judge_facts(scores, entry, read, path)


def _judge_facts(scores: Scores, entry: dict[str, Any], read: ReadLetter, path: str) -> None:
    mail = read.mail
    if "expected_subject" in entry:
        scores.facts["subject"].note(squeezed(mail.subject) == squeezed(entry["expected_subject"]), path)
    if "expected_from" in entry and mail.from_:
        wanted = str(entry["expected_from"]).lower()
        scores.facts["from"].note(mail.from_[0].address in wanted or wanted in mail.from_[0].address, path)
    if "expected_body_text" in entry:
        scores.facts["body text"].note(squeezed(mail.text) == squeezed(entry["expected_body_text"]), path)
    if "n_attachments" in entry:
        scores.facts["attachments"].note(len(mail.attachments) == entry["n_attachments"], path)
    for text in entry.get("must_contain", ()):
        scores.facts["must contain"].note(squeezed(text) in squeezed(mail.text), path)
    for text in entry.get("must_not_contain", ()):
        scores.facts["must not contain"].note(squeezed(text) not in squeezed(read.words.as_first), path)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--wrong", action="store_true", help="name the mails that went wrong")
    given = arguments.parse_args()
    lines = (given.folder / "expect.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [json.loads(line) for line in lines if line.strip()]
    scores = Scores()
    for entry, read, seconds in read_all(given.folder, expected):
        judge(scores, entry, read, seconds)
    print(f"== {len(expected)} mails written by others")
    print(f"without an answer (crash, or more than {HANGING:.0f} s): {len(scores.silent)}")
    print(f"machines, lists and loops not acknowledged: {scores.acknowledged}")
    print(f"people acknowledged: {scores.silenced}")
    together = Score()
    for name, score in sorted(scores.replies.items()):
        print(f"reply text, {name}: {score}")
        together.right += score.right
        together.wrong += score.wrong
    print(f"reply text, all sets together (white space normalised): {together}")
    for name, score in scores.facts.items():
        print(f"{name}: {score}")
    if given.wrong:
        for path in (*scores.silent, *scores.acknowledged.wrong, *scores.silenced.wrong, *together.wrong):
            print(f"  wrong: {path}")
        for name, score in scores.facts.items():
            for path in score.wrong:
                print(f"  {name}: {path}")
    return 1 if scores.silent or scores.acknowledged.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
