"""What `make mutants` does: changes the rules that matter one line at a time, and looks whether a
test fails.

mutmut makes the changes and runs the tests (what, and which: pyproject.toml, `tool.mutmut`). A
mutant that lives through them is a change that no test sees. Each is killed by a better test, or
argued in tests/mutants/argued.toml: why it changes nothing. What is not argued makes this fail, and so does
an argument whose mutant is not there any more.
"""

import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ARGUED = ROOT / "tests" / "mutants" / "argued.toml"
WORK = ROOT / "mutants"
MUTMUT = Path(sys.executable).with_name("mutmut")
DEAD = ("killed", "timeout")


class Mutant(NamedTuple):
    """By what it changes and not by its number: numbers move with every edit of a function."""

    function: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.was}\n  + {self.now}"


def statuses(told: str) -> dict[str, str]:
    """By name, from what `mutmut results --all true` prints."""
    lines = (line.strip() for line in told.splitlines())
    return dict(line.rsplit(": ", 1) for line in lines if "__mutmut_" in line)


def mutant_of(name: str, diff: str) -> Mutant:
    """From what `mutmut show` prints of one."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    was, now = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    return Mutant(name.rpartition("__mutmut_")[0], was, now)


def argued(content: str) -> dict[Mutant, str]:
    """With the reason why it changes nothing."""
    entries = tomllib.loads(content).get("mutant", [])
    return {
        Mutant(entry["function"], entry["was"], entry["now"]): entry["why"] for entry in entries
    }


def complaints(living: Collection[Mutant], reasons: Mapping[Mutant, str]) -> list[str]:
    """What nobody argued, and what is argued for nothing. Empty where all is well."""
    return [
        *(f"No test sees this change:\n{each}" for each in sorted(living) if each not in reasons),
        *(
            f"Argued, and not there:\n{reason}"
            for reason in sorted(reasons)
            if reason not in living
        ),
        *(f"Argued without a reason:\n{each}" for each, why in reasons.items() if not why.strip()),
    ]


def _mutmut(*words: str) -> str:
    return subprocess.run(
        [MUTMUT, *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def main(at_once: Iterable[str]) -> int:
    """`at_once`: how many processes, where it was said; else one for each core."""
    begun = time.monotonic()
    shutil.rmtree(WORK, ignore_errors=True)
    children = [f"--max-children={number}" for number in at_once]
    if subprocess.run([MUTMUT, "run", *children], cwd=ROOT, check=False).returncode:
        return 1
    found = statuses(_mutmut("results", "--all", "true"))
    counts = Counter(found.values())
    living = {
        mutant_of(name, _mutmut("show", name)) for name, how in found.items() if how not in DEAD
    }
    reasons = argued(ARGUED.read_text("utf-8"))
    wrong = complaints(living, reasons)
    for each in wrong:
        print(each)
    killed = sum(counts[how] for how in DEAD)
    print(
        f"{len(found)} mutants: {killed} killed ({counts['timeout']} by the time they took),"
        f" {len(found) - killed} survived"
        f" ({len(living & reasons.keys())} changes argued in {ARGUED.relative_to(ROOT)});"
        f" {time.monotonic() - begun:.0f} s"
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
