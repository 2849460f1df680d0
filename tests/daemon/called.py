"""``supportd`` called as a person calls it: a process of its own, words in, lines and an exit code out."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.command_line import main

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "daemon.command_line")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def supportd(
    *words: str | Path, environment: Mapping[str, str] | None = None, home: Path = ROOT, text: bytes | None = None
) -> Answer:
    """One command to its end, in ``home``, with nothing of the caller's SUPPORTD_ variables; ``text``: its input.

    Whatever is asked of it, it never shows a traceback.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORTD_")}
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        env={**environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        cwd=home,
        timeout=120,
        check=False,
    )
    answer = Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())
    assert "Traceback" not in answer.out + answer.err, answer
    return answer


def called(*words: str | Path) -> Answer:
    """The same within this process, which is quicker; for commands that start nothing."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2))
    ours, code = sys.argv, 0
    sys.argv = ["supportd", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.argv = ours
    out.flush()
    err.flush()
    return Answer(code=code, out=out.buffer.getvalue().decode(), err=err.buffer.getvalue().decode())


def loopback_configuration(home: Path, **sections: str) -> Path:
    """A configuration of servers that nobody listens at, with a store in ``home``; ``sections`` add lines."""
    parts = {
        "mailbox": 'address = "info@controlsystem.kz"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"',
        "smtp": 'host = "127.0.0.1"\nport = 1\nsecurity = "none"',
        "store": f'url = "sqlite:///{home}/supportd.db"',
    }
    for name, lines in sections.items():
        parts[name] = f"{parts.get(name, '')}\n{lines}"
    path = home / "supportd.toml"
    path.write_text("\n".join(f"[{name}]\n{lines}\n" for name, lines in parts.items()), encoding="utf-8")
    path.chmod(0o600)
    return path
