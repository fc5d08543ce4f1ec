"""`make` works in a path with a space, and nothing of it or of the server needs a home folder."""

import os
import shutil
import subprocess
from pathlib import Path

from tracker.cli.server import gunicorn

ROOT = Path(__file__).parents[2]
UV = """#!/bin/sh
printf '%s\\n' "$VIRTUAL_ENV" "$UV_CACHE_DIR" "$*" > called
"""
"""In place of the real one: what it was called with."""


def install(folder: Path, makefile: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`make install` in a folder whose environment is there but for what uv brings."""
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "uv").write_text(UV, encoding="utf-8")
    (binaries / "uv").chmod(0o755)
    for name in ("uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "Makefile").write_text(makefile, encoding="utf-8")
    return subprocess.run(
        ["make", "install"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
    )


def test_a_path_with_a_space_and_no_home(tmp_path: Path) -> None:
    folder = tmp_path / "a path with space"
    done = install(folder, (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stderr
    where, cache, arguments = (folder / "called").read_text(encoding="utf-8").splitlines()
    assert (where, cache) == (f"{folder}/.venv", f"{folder}/.cache/uv")
    assert arguments.startswith("sync ")
    assert "--frozen" in arguments


def test_a_cache_of_your_own_is_used(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    install(tmp_path / "here", makefile, UV_CACHE_DIR="/somewhere/else")
    called = (tmp_path / "here" / "called").read_text(encoding="utf-8")
    assert called.splitlines()[1] == "/somewhere/else"


def test_a_path_that_is_not_quoted_is_found(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    bare = makefile.replace('"$(CURDIR)/.venv"', "$(CURDIR)/.venv")
    assert bare != makefile
    assert install(tmp_path / "a path with space", bare).returncode != 0


def test_the_server_keeps_nothing_in_the_home_folder() -> None:
    assert gunicorn.control_socket_disable
