"""The house rules that a machine can see."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from config import ROOT

SOURCES = sorted(ROOT.glob("tracker/**/*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}
TWICE = {"Meta": "WTForms reads the settings of a form from a class of this name within it."}
"""Class names that stand more than once, each with its reason; at most 8."""
MOST_FILES = 16
CROWDED = {"migrations/versions", "docs/decisions"}
"""Folders that only grow: a file for each change, and for each decision."""
CODE = {".py", ".html", ".css", ".js", ".typ", ".md", ".txt", ".json"}


def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    tool = str(Path(sys.executable).parent / command[0])
    return subprocess.run(
        [tool, *command[1:]], cwd=folder, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("lint-imports", "--no-cache"),
        ("deptry", "."),
        ("djlint", "--lint", "--quiet", "templates"),
    ],
    ids=lambda command: command[0],
)
def test_the_tools_agree(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


PLANTED = {
    "Every import runs down a floor": ("rules/calendar.py", "tracker.queries.access.actors"),
    "The floors of web: rooms on ui, ui on http, http on i18n": (
        "web/i18n/pseudo.py",
        "tracker.web.http.redirects",
    ),
    "The rooms of web do not import each other": (
        "web/evidence/views.py",
        "tracker.web.teams.exports",
    ),
    "The rooms of queries": ("queries/evidence/evidence.py", "tracker.queries.reviews.items"),
    "Pages and commands do not reach for what is stored": ("web/teams/views.py", "tracker.db"),
    "Forms get their choices handed in": (
        "web/accounts/forms.py",
        "tracker.queries.administration.account",
    ),
    "Services, records, queries, policy and storage know no Flask": ("storage/files.py", "flask"),
    "Rules are plain Python": ("rules/texts.py", "sqlalchemy"),
    "Services do not import each other": (
        "services/evidence.py",
        "tracker.services.reviews.reviews",
    ),
    "Services of one room do not import each other": (
        "services/reviews/handovers.py",
        "tracker.services.reviews.reviews",
    ),
}
"""For each contract an import that breaks it: where, and of what."""


@pytest.mark.in_ci
def test_every_contract_can_fail(tmp_path: Path) -> None:
    """The partner of lint-imports: one import planted for each contract, and each is broken."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r'^name = "(.*)"\ntype', settings, re.MULTILINE) == list(PLANTED)
    shutil.copytree(ROOT / "tracker", tmp_path / "tracker")
    for name in ("pyproject.toml", "config.py"):
        shutil.copy(ROOT / name, tmp_path)
    for place, module in PLANTED.values():
        file = tmp_path / "tracker" / place
        file.write_text(f"{file.read_text()}\nimport {module}\n")
    told = run("lint-imports", "--no-cache", folder=tmp_path).stdout
    assert re.findall(r"^(.*) (?:BROKEN|KEPT)$", told, re.MULTILINE) == list(PLANTED)
    assert re.findall(r"^(.*) KEPT$", told, re.MULTILINE) == []


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
    """But where a command's start would pay for a heavy library: pyproject.toml lists these."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ignored = settings["tool"]["ruff"]["lint"]["per-file-ignores"]
    lazy = {place for place, codes in ignored.items() if "PLC0415" in codes}
    found = {str(path.relative_to(ROOT)) for path in SOURCES if [*local_imports(path.read_text())]}
    assert found == lazy


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


def classes_named_twice(sources: Iterable[str]) -> set[str]:
    found = Counter(
        node.name
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    )
    return {name for name, times in found.items() if times > 1}


def test_no_class_name_stands_twice() -> None:
    assert classes_named_twice(path.read_text() for path in SOURCES) == TWICE.keys()
    assert len(TWICE) <= 8


def test_a_class_name_that_stands_twice_is_found() -> None:
    assert classes_named_twice(["class A: ...\nclass B: ...", "class A: ..."]) == {"A"}


def crowded(files: Iterable[str]) -> dict[str, int]:
    """Folders with more than MOST_FILES files of source."""
    found = Counter(str(Path(file).parent) for file in files if Path(file).suffix in CODE)
    return {folder: count for folder, count in found.items() if count > MOST_FILES}


def kept_files() -> list[str]:
    """What git knows, and what a checkout without git has in these folders."""
    listed = [
        str(path.relative_to(ROOT))
        for top in ("tracker", "templates", "static", "tests", "docs", "migrations", "seed_data")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return sorted(listed)


def test_no_folder_is_crowded() -> None:
    assert crowded(kept_files()).keys() - CROWDED == set()


def test_a_crowded_folder_is_found() -> None:
    assert crowded(f"a/{number}.py" for number in range(17)) == {"a": 17}
    assert crowded(f"a/{number}.py" for number in range(16)) == {}


ROOMS = re.compile(r"^\| ([a-z]+) \|((?: [●–]? ?\|)+)$", re.MULTILINE)
FLOORS = {
    "web": "tracker/web",
    "services": "tracker/services",
    "queries": "tracker/queries",
    "records": "tracker/records",
    "models": "tracker/models",
    "rules": "tracker/rules",
    "templates": "templates",
    "tests": "tests/web",
}


def rooms_claimed(readme: str) -> dict[str, set[str]]:
    """The table in docs/architecture.md: each room, and the floors on which it says that the room stands."""
    head = re.search(r"^\| room \| (.*) \|$", readme, re.MULTILINE)
    assert head is not None
    floors = head[1].split(" | ")
    assert set(floors) == FLOORS.keys()
    return {
        name: {floor for floor, cell in zip(floors, cells.split("|"), strict=False) if "●" in cell}
        for name, cells in ROOMS.findall(readme)
    }


def rooms_there(root: Path) -> dict[str, set[str]]:
    """Each name that is a folder of `web` and no shared one, and the floors that have it."""
    names = {
        path.name
        for path in (root / "tracker/web").iterdir()
        if path.is_dir() and path.name not in ("http", "i18n", "ui", "__pycache__")
    }
    return {
        name: {
            floor
            for floor, folder in FLOORS.items()
            if (root / folder / name).is_dir() or (root / folder / f"{name}.py").is_file()
        }
        for name in names
    }


def test_a_room_stands_where_the_table_says() -> None:
    assert rooms_claimed(
        (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    ) == rooms_there(ROOT)


def test_a_room_that_is_gone_is_found(tmp_path: Path) -> None:
    for folder in ("tracker/web/reviews", "tracker/web/ui", "tests/web/reviews"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "tracker/rules").mkdir()
    (tmp_path / "tracker/rules/reviews.py").touch()
    assert rooms_there(tmp_path) == {"reviews": {"web", "rules", "tests"}}


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)=\"|<script>|<style")
    assert inline.search('<p onclick="x">')
    found = [path for path in ROOT.glob("templates/**/*.html") if inline.search(path.read_text())]
    assert found == []
