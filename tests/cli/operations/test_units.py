"""The units in docs/samples, as systemd reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from config import ROOT
from tests.engines import REQUIRED

UNITS = {"service", "socket", "timer"}
PROGRAMS = ("/srv/tracker/.venv/bin/tracker", "/usr/bin/rsync")
"""What need not be installed here."""


def test_the_units_hold_nothing_that_systemd_does_not_know(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None and "systemd" not in REQUIRED:
        pytest.skip("systemd is not installed (Debian: apt-get install systemd)")
    units = [
        file
        for file in (ROOT / "docs" / "samples").iterdir()
        if file.suffix.removeprefix(".") in UNITS
    ]
    assert {unit.suffix for unit in units} == {f".{kind}" for kind in UNITS}
    for unit in units:
        told = unit.read_text(encoding="utf-8")
        for program in PROGRAMS:
            told = told.replace(program, "/bin/true")
        (tmp_path / unit.name).write_text(told, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
