"""The hook before a commit finds a secret, and lets pass what is none or is known."""

import base64
import hashlib
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from config import ROOT

HOOKS = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
BASELINE = json.loads((ROOT / ".secrets.baseline").read_text(encoding="utf-8"))


def hook(*files: Path) -> subprocess.CompletedProcess[str]:
    (entry,) = re.findall(r"entry: (\S*detect-secrets-hook .*)", HOOKS)
    command = [*shlex.split(entry), *map(str, files)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


MADE_UP = hashlib.sha512(b"nobody has this").digest()
"""The same in every run, and as mixed as a real one."""
HEX, BASE64 = MADE_UP.hex(), base64.b64encode(MADE_UP).decode()
NAME_AND_PASSWORD = f"tracker:{HEX[:9]}"


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        (f"key = 'AKIA{base64.b32encode(MADE_UP).decode()[:16]}'", "AWS Access Key"),
        (f"-----BEGIN {'RSA'} PRIVATE KEY-----", "Private Key"),
        (f"token = 'ghp_{HEX[:36]}'", "GitHub Token"),
        (f"url = 'postgresql://{NAME_AND_PASSWORD}@db/x'", "Basic Auth Credentials"),
        (f"value = '{BASE64}'", "Base64 High Entropy String"),
    ],
    ids=["AWS", "private key", "GitHub", "an address", "a value"],
)
def test_a_planted_secret_is_found(tmp_path: Path, planted: str, kind: str) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"{planted}\n", encoding="utf-8")
    found = hook(file)
    assert found.returncode == 1
    assert f"Secret Type: {kind}" in found.stdout


@pytest.mark.in_ci
def test_what_is_no_secret_or_is_known_passes() -> None:
    """`make secrets`, which CI runs, looks at the whole tree."""
    known = [Path(name) for name in BASELINE["results"]]
    assert known
    passed = hook(Path("config.py"), Path("README.md"), Path("Makefile"), *known)
    assert (passed.returncode, passed.stdout) == (0, "")


def test_nothing_is_known_of_files_that_are_gone() -> None:
    assert [name for name in BASELINE["results"] if not (ROOT / name).is_file()] == []
