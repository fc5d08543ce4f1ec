"""`make audit`: has anything that uv.lock names a known vulnerability?

pip-audit says "No known vulnerabilities found" also where it could look up nothing, because an index
without a list of them answered. So a package with a known vulnerability, which nobody installs, is
asked for with the others: a list that does not know it was not reached.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config import ROOT

UV = Path(sys.executable).with_name("uv")
PIP_AUDIT = ROOT / ".cache" / "audit" / "bin" / "pip-audit"
"""In an environment of its own: what it needs is nothing that the program has."""
EXPORT = ("export", "--quiet", "--frozen", "--all-groups", "--all-extras", "--no-emit-project")
LISTS = ("pypi", "osv")
KNOWN, KNOWN_VERSION = "pycrypto", "2.6.1"
PATIENCE = 60
"""Seconds for one list."""
NOT_CHECKED = 3
"""The status where no list was reached: neither good nor bad."""


@dataclass(frozen=True)
class Report:
    """`unknown`: the list has nothing of them, so they were not checked."""

    checked: int
    vulnerable: list[str]
    unknown: list[str]


def read(printed: str) -> Report | None:
    """What pip-audit printed; None where it reached no list."""
    try:
        printed_data = json.loads(printed)
    except ValueError:
        return None
    found = printed_data.get("dependencies", []) if isinstance(printed_data, dict) else []
    known = [each for each in found if each["name"] == KNOWN]
    if not any(each.get("vulns") for each in known):
        return None
    ours = [each for each in found if each["name"] != KNOWN]
    checked = [our for our in ours if "skip_reason" not in our]
    return Report(
        len(checked),
        [
            f"{each['name']} {each['version']}: {vuln['id']}, mended in "
            f"{', '.join(vuln['fix_versions']) or 'no version'}"
            for each in checked
            for vuln in each["vulns"]
        ],
        [our["name"] for our in ours if "skip_reason" in our],
    )


def pip_audit(requirements: Path, service: str) -> str:
    """What it prints about them; nothing where it takes too long."""
    command = [
        *(str(PIP_AUDIT), "--requirement", str(requirements), "--vulnerability-service"),
        *(service, "--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off"),
    ]
    try:
        return subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE
        ).stdout
    except subprocess.TimeoutExpired:
        return ""


def main(arguments: list[str]) -> int:
    """0: nothing is known against them; 1: something is; NOT_CHECKED, or 0 with
    `--where-reachable`: no list was reached."""
    locked = subprocess.run(
        [UV, *EXPORT, "--no-hashes"], check=True, capture_output=True, text=True
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(f"{locked}\n{KNOWN}=={KNOWN_VERSION}\n", encoding="utf-8")
        for service in LISTS:
            report = read(pip_audit(requirements, service))
            if report is not None:
                return tell(report, service)
    print(f"NOT CHECKED: no list of vulnerabilities could be reached ({', '.join(LISTS)}).")
    return 0 if "--where-reachable" in arguments else NOT_CHECKED


def tell(report: Report, service: str) -> int:
    if report.unknown:
        print(f"Not checked, because {service} doesn't know them: {', '.join(report.unknown)}")
    for each in report.vulnerable:
        print(each)
    print(f"{report.checked} packages checked by {service}: {len(report.vulnerable)} findings.")
    return 1 if report.vulnerable else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
