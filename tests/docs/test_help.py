"""What `tracker --help` says first is what the program is, not how it is made."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.in_ci
def test_the_command_says_what_it_is_for() -> None:
    tracker = Path(sys.executable).parent / "tracker"
    shown = subprocess.run([tracker, "--help"], check=True, capture_output=True, text=True).stdout
    usage, _empty, purpose = shown.splitlines()[:3]
    assert usage.startswith("Usage: tracker ")
    assert purpose.strip() == "Manage a Skills Tracker server."
