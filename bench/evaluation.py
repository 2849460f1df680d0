"""``make eval``: how well letters are understood, on labelled letters and on mails written by others.

The material lies beside the project (``../shared/corpora``) or in the folder given; where it is absent, that is said.
"""

import subprocess
import sys
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BESIDE
    if not folder.is_dir():
        print(f"{folder} is absent: give the folder that holds clients/ and mails/ (make eval ARGS=FOLDER)")
        return 1
    code = 0
    for module, part in (("bench.evaluate_letters", "clients"), ("bench.evaluate_mails", "mails")):
        if (folder / part).is_dir():
            code |= subprocess.run([sys.executable, "-m", module, str(folder / part)], check=False).returncode
        else:
            print(f"{folder / part} is absent: nothing of it was measured")
        print(flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
