"""Every command by its name, and what its start loads."""

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from config import ROOT
from tests.conftest import TestConfig
from tests.engines import fresh_database
from tracker.accounts.sign_in import rules as sign_in_rules
from tracker.app import create_app
from tracker.cli import commands
from tracker.db import db

HEAVY = {
    "PIL",
    "alembic",
    "flask_limiter",
    "flask_migrate",
    "gunicorn",
    "jsonschema",
    "openpyxl",
    "pypdf",
    "tracker.web.blueprints",
    "typst",
    "waitress",
}
OF_PAGES = ("url_for(", 'extensions["tracker_emails"]', 'extensions["tracker_jobs"]')
"""What only the pages bring."""
MOST = 900
"""Modules, for any command that shows no page."""


def loaded(arguments: list[str], before: str = "") -> set[str]:
    """The modules that are there when a command has run."""
    source = (
        f"import sys\n{before}\nfrom tracker.cli.commands import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    group = commands.group()
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(200) == commands.COMMANDS[name].help


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_who_asks_for_the_pages_gets_them(name: str) -> None:
    place = commands.COMMANDS[name]
    source = inspect.getsource(import_module(place.module))
    assert place.pages is any(word in source for word in OF_PAGES)


@pytest.mark.in_ci
@pytest.mark.parametrize(
    "name",
    [
        "--help",
        "people",
        *(
            pytest.param(name, marks=pytest.mark.in_ci)
            for name in ("audit", "backup", "framework", "setup")
        ),
    ],
)
def test_a_command_loads_nothing_heavy_to_say_what_it_does(name: str) -> None:
    """At each change the list of them, and one for all others."""
    found = loaded([name] if name == "--help" else [name, "--help"])
    assert found & HEAVY == set()
    assert len(found) <= MOST


@pytest.mark.in_ci
def test_what_is_heavy_would_be_found() -> None:
    assert loaded(["--help"], "import typst") & HEAVY == {"typst"}


def test_the_version_is_that_of_the_project() -> None:
    said = CliRunner().invoke(commands.group(), ["--version"]).output
    assert f'version = "{said.strip()}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_another_command_is_none() -> None:
    group = commands.group()
    assert group.get_command(click.Context(group), "sing") is None


@pytest.mark.in_ci
def test_the_first_set_up_chooses_what_a_password_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept beside the data, and not chosen again: people have hashes of it by then."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sign_in_rules, "seconds_of", lambda cost: cost[0] * cost[1] / 10**6)
    with fresh_database("sqlite", tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        first, again = (app.test_cli_runner().invoke(args=["setup"]) for _each in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    assert "A password takes 131 ms to check here, with 64 MiB, 2 rounds" in first.output
    assert "A password takes" not in again.output
    assert (tmp_path / "password_cost").read_text() == "2 65536 4\n"
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
