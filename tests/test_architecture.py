"""The house rules that a machine can see."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(ROOT.glob("tracker/**/*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports", "--no-cache"),
        ("deptry", "."),
        ("djlint", "--lint", "--quiet", "templates"),
    ],
    ids=lambda command: command[0],
)
def test_the_tools_agree(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def local_imports(source: str) -> Iterator[int]:
    """Lines with an import inside a function or class."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (
                inner.lineno
                for inner in ast.walk(node)
                if isinstance(inner, ast.Import | ast.ImportFrom)
            )


def commits(source: str) -> int:
    return source.count(".commit(")


def test_imports_stand_at_the_top() -> None:
    assert [(path.name, line) for path in SOURCES for line in local_imports(path.read_text())] == []


def test_a_local_import_is_found() -> None:
    assert list(local_imports("def f():\n    import os")) == [2]


def test_one_place_commits() -> None:
    assert {
        str(path.relative_to(ROOT)): commits(path.read_text())
        for path in SOURCES
        if commits(path.read_text())
    } == {"tracker/db.py": 1}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in SOURCES if path.stem in FORBIDDEN_NAMES] == []


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)=\"|<script>|<style")
    assert inline.search('<p onclick="x">')
    found = [path for path in ROOT.glob("templates/**/*.html") if inline.search(path.read_text())]
    assert found == []
