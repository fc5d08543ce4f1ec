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
from tests.docs import house
from tests.docs.measures import KINDS, RANKS, House

SOURCES = sorted(ROOT.glob("tracker/**/*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}
TWICE = {"Meta": "WTForms reads the settings of a form from a class of this name within it."}
"""Class names that stand more than once, each with its reason; at most 8."""
MOST_FILES = 16
MOST_LINES = 400
"""Of a file of tests; of one that is longer the docstring says why."""
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
    "The floors of web: ui on http, http on i18n": (
        "web/i18n/pseudo.py",
        "tracker.web.http.redirects",
    ),
    "Pages and commands do not reach for what is stored": ("web/ui/tables.py", "tracker.db"),
    "Forms get their choices handed in": ("web/ui/fields.py", "tracker.queries.asking"),
    "Services, records, queries, policy and storage know no Flask": ("storage/files.py", "flask"),
    "Rules are plain Python": ("rules/texts.py", "sqlalchemy"),
    "Services do not import each other": (
        "services/idempotency.py",
        "tracker.services.one_transaction",
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


def test_subjects_import_down_their_order() -> None:
    assert [*House(ROOT).against_the_order()] == []


def test_an_import_against_the_order_is_found(tmp_path: Path) -> None:
    (tmp_path / "tracker/rules/evidence").mkdir(parents=True)
    (tmp_path / "tracker/rules/evidence/texts.py").write_text(
        "from tracker.rules.record import words\nfrom tracker.rules.core import tokens\n"
    )
    assert [*House(tmp_path).against_the_order()] == []
    (tmp_path / "tracker/queries/core").mkdir(parents=True)
    (tmp_path / "tracker/queries/core/people.py").write_text(
        "from tracker.reviews.queue.rules import week\n"
    )
    assert [*House(tmp_path).against_the_order()] == ["core > reviews: queries/core/people:1"]


def test_each_kind_of_file_imports_only_what_it_may() -> None:
    assert [*House(ROOT).up_the_kinds()] == []


@pytest.mark.parametrize(
    ("file", "line", "kinds"),
    [
        ("rules_days", "from sqlalchemy import select", "rules > sqlalchemy"),
        ("queries", "from tracker.administration.rounds.actions import begin", "queries > actions"),
        ("actions", "from tracker.administration.rounds import actions", "actions > actions"),
        ("actions_ending", "from flask_login import current_user", "actions > flask"),
        ("forms", "from tracker.models import Person", "forms > models"),
        ("pages", "from tracker.db import session", "pages > db"),
        ("views", "from tracker.administration.rounds.actions import begin", None),
    ],
)
def test_a_kind_that_imports_what_it_may_not_is_found(
    tmp_path: Path, file: str, line: str, kinds: str | None
) -> None:
    place = tmp_path / "tracker/administration/teams"
    place.mkdir(parents=True)
    (place / f"{file}.py").write_text(f"{line}\n")
    found = [*House(tmp_path).up_the_kinds()]
    assert found == ([f"{kinds}: administration/teams/{file}:1"] if kinds else [])


def test_the_picture_is_what_the_folders_say() -> None:
    assert house.PICTURE.read_text(encoding="utf-8") == house.picture(), "run `make diagrams`"


@pytest.mark.parametrize("new", ["reviews/talks/views.py", "rules/talks.py"])
def test_a_topic_or_file_that_is_new_is_found(tmp_path: Path, new: str) -> None:
    shutil.copytree(ROOT / "tracker", tmp_path / "tracker")
    assert house.picture(tmp_path) == house.picture()
    (tmp_path / "tracker" / new).parent.mkdir(exist_ok=True)
    (tmp_path / "tracker" / new).touch()
    assert house.picture(tmp_path) != house.picture()


def test_every_folder_is_drawn_and_says_what_it_is_for() -> None:
    folders = {path.parent.name for path in (ROOT / "tracker").glob("*/__init__.py")}
    assert folders - {*house.bands()} == set()
    assert [name for name in house.bands() if not house.purpose(ROOT, name)] == []


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)=\"|<script>|<style")
    assert inline.search('<p onclick="x">')
    found = [path for path in ROOT.glob("templates/**/*.html") if inline.search(path.read_text())]
    assert found == []


def misplaced(root: Path) -> Iterator[str]:
    """Test files below tests/ in a folder that tracker/ does not have, though it has the one above;
    and those called after a kind of file that their topic does not have."""
    for path in sorted(root.glob("tests/*/**/test_*.py")):
        top, *rooms = path.relative_to(root / "tests").parent.parts
        subject = root / "tracker" / top
        topic = subject.joinpath(*rooms)
        kind = path.stem.removeprefix("test_").partition("_")[0]
        is_of_no_kind = top in RANKS and kind in KINDS and not any(topic.rglob(f"{kind}*.py"))
        if subject.is_dir() and (not topic.is_dir() or is_of_no_kind):
            yield str(path.relative_to(root / "tests"))


def test_every_test_stands_beside_what_it_tests() -> None:
    assert [*misplaced(ROOT)] == []


@pytest.mark.parametrize(
    ("test", "is_misplaced"),
    [
        ("reviews/differences/test_actions.py", False),
        ("reviews/differences/test_actions_reminders.py", False),
        ("reviews/differences/test_agreeing.py", False),
        ("reviews/differences/test_queries.py", True),
        ("reviews/test_actions.py", False),
        ("reviews/talks/test_actions.py", True),
        ("reviews/test_views.py", True),
        ("rules/core/test_notices.py", False),
        ("rules/reviews/test_differences.py", True),
        ("docs/test_names.py", False),
        ("docs/reviews/test_names.py", False),
    ],
)
def test_one_that_stands_elsewhere_is_found(tmp_path: Path, test: str, is_misplaced: bool) -> None:
    for place in ("tracker/reviews/differences/actions.py", "tracker/rules/core/notices.py"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).touch()
    (tmp_path / "tests" / test).parent.mkdir(parents=True)
    (tmp_path / "tests" / test).touch()
    assert [*misplaced(tmp_path)] == ([test] if is_misplaced else [])


def too_long(source: str) -> bool:
    """And does not say why."""
    said = ast.get_docstring(ast.parse(source)) or ""
    return source.count("\n") > MOST_LINES and f"Over {MOST_LINES} lines, as" not in said


def test_a_long_file_says_why() -> None:
    files = ROOT.glob("tests/**/*.py")
    assert [file for file in files if too_long(file.read_text(encoding="utf-8"))] == []


def test_a_long_file_without_a_reason_is_found() -> None:
    lines = "1\n" * MOST_LINES
    assert not too_long(lines)
    assert too_long(f'"""Lists."""\n{lines}')
    assert not too_long(f'"""Lists. Over 400 lines, as it is one list."""\n{lines}')
