"""Fuzzing of the whole way of a letter: parse, read, decide, take, compose.

    python -m bench.fuzz [SECONDS] [SEED]

Letters of the tests are cut, crossed and damaged; each must be taken without an exception within five seconds. What
breaks is printed with its seed and kept as a file; a bug that was found becomes a test.
"""

import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.daemon.desk import Desk, a_desk, moment

MAILS = Path(__file__).parents[1] / "tests" / "mails"
PATIENCE = 5.0
NASTY = (
    b"\r\n", b"\0", b"=?utf-8?b?", b"?=", b"\xff", b"From: ", b"<", b">", b"@", b"(", b'"', b"boundary=", b"--", b"\t",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Transfer-Encoding: base64\r\n", b"{{7*7}}", b"%s",
    "\u202e".encode(), "#закрыть".encode(), b"[CSC-1001]", b"References: ", b"charset=", b"\xd0", b"&#x0;", b"<div>",
)  # fmt: skip


def damaged(letters: list[bytes], chance: random.Random) -> bytes:
    """One letter made of one or two others."""
    raw = bytearray(chance.choice(letters))
    if chance.random() < 0.3:
        other = chance.choice(letters)
        raw = raw[: chance.randrange(len(raw) + 1)] + bytearray(other[chance.randrange(len(other) + 1) :])
    changes: list[Callable[[int], None]] = [
        lambda at: raw.__setitem__(slice(at, at + chance.randrange(1, 60)), b""),
        lambda at: raw.__setitem__(slice(at, at), chance.choice(NASTY) * chance.choice((1, 1, 1, 30))),
        lambda at: raw.__setitem__(slice(at, at + 1), bytes([chance.randrange(256)])),
        lambda at: raw.__setitem__(slice(at, at), bytes(raw[at : at + 200]) * chance.randrange(1, 4)),
    ]
    for _ in range(chance.randrange(1, 12)):
        chance.choice(changes)(chance.randrange(len(raw) + 1))
    return bytes(raw)


def judge(desk: Desk, raw: bytes, number: int) -> str:
    """What went wrong, or an empty string."""
    begun = time.process_time()
    try:
        desk.take(raw, moment("Mon 10:00") + timedelta(seconds=number), in_sent=number % 5 == 0)
    except Exception:
        return traceback.format_exc()
    spent = time.process_time() - begun
    return f"it took {spent:.1f} s" if spent > PATIENCE else ""


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    letters = [path.read_bytes() for path in sorted(MAILS.rglob("*.eml"))]
    chance = random.Random(seed)
    found = number = 0
    with tempfile.TemporaryDirectory(prefix="supportd-fuzz-") as home:
        desk = a_desk(Path(home), relay_to=("dana@controlsystem.kz",))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            raw = damaged(letters, chance)
            if wrong := judge(desk, raw, number):
                found += 1
                kept = Path(tempfile.gettempdir()) / f"supportd-fuzz-{seed}-{number}.eml"
                kept.write_bytes(raw)
                print(f"{kept}\n{wrong}", flush=True)
            number += 1
    print(f"{number} letters, {found} broke something (seed {seed})")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
