"""What is told: the demo, in parts, and random worlds. Each is one test, and one process's work."""

import datetime as dt
import json
import lzma
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask

from config import ROOT
from tests.copies import empty, made_once
from tests.oracle import adapter
from tests.oracle.readings import Facts, Reading
from tests.oracle.stories import Story
from tracker.db import db

DAY = dt.date(2026, 11, 24)
ROWS = ROOT / "seed_data" / "demo" / "rows.jsonl"
WORLDS = {1: True, 2: False, 3: False, 4: False, 5: False, 6: False}
"""By number: whether it is short. The first is told in `make test` too."""
SHARE = 12
"""Of what each person of the demo has a page for each domain of, one in so many is read."""


@lru_cache
def read(name: str) -> dict[str, Any]:
    """What is recorded under that name: "scripts", by world; "demo" and "world", by case."""
    found: dict[str, Any] = json.loads(lzma.decompress(file_of(name).read_bytes()))
    return found


def file_of(name: str) -> Path:
    return Path(__file__).parent / "recorded" / f"{name}.json.xz"


def recorded(case: str) -> Facts:
    found: Facts = read(case.partition("-")[0])[case]
    return found


def demo(app: Flask, part: int) -> Facts:
    """Of people who learn the even ones or the odd ones, each with who supervises them."""
    reading = _loaded(app)
    with app.app_context():
        people, signed_in = _learners(), _signed_in()
    for number, (email, supervisors, coordinators) in enumerate(people[part - 1 :: 2]):
        if email in signed_in:
            reading.own(email)
        others = [each for each in [*supervisors, *coordinators] if each in signed_in - {email}]
        if others:
            reading.of_person(others[number % len(others)], email)
    return reading.facts


def demo_teams(app: Flask) -> Facts:
    """What the others read: of themselves, of teams and of the libraries; and the records."""
    reading = _loaded(app)
    with app.app_context():
        reading.records(adapter.records())
        readers = adapter.rows(
            "SELECT p.email, t.id, t.name, m.role FROM memberships m"
            " JOIN people p ON p.id = m.person_id JOIN teams t ON t.id = m.team_id"
            " WHERE m.role <> 'learner' AND m.ends_on IS NULL ORDER BY p.email, t.name"
        )
        admins = adapter.rows(
            "SELECT p.email, l.name FROM people p JOIN libraries l ON l.id = p.library_id"
            " WHERE p.administrator ORDER BY p.email"
        )
        of = adapter.learns_in("ana.ruiz@example.org", DAY)
        domains = list(dict.fromkeys(statement.domain for statement in adapter.statements(of or 0)))
        learners, signed_in = {email for email, *_others in _learners()}, _signed_in()
    for email in sorted({each[0] for each in [*readers, *admins]} & signed_in - learners):
        reading.own(email)
    for email, team_id, name, _role in readers:
        if email in signed_in:
            reading.team(email, name, team_id, domains)
    for email, library in admins:
        reading.library(email, library)
    return reading.facts


def _loaded(app: Flask) -> Reading:
    password = json.loads(ROWS.read_text(encoding="utf-8").partition("\n")[0])["password"]
    with app.app_context():
        files = made_once("oracle's demo", "sqlite", lambda: _load(app))
        db.session.remove()
    for place, content in files.items():
        file = app.config["FILES"] / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return Reading(app, DAY, SHARE, password=password)


def _load(app: Flask) -> dict[str, bytes]:
    """The files of its evidence, by place: another test takes them away."""
    empty(db.engine)
    with patch.dict(app.config, {"DEMO": True}):
        done = app.test_cli_runner().invoke(args=["demo", "load", "--today", DAY.isoformat()])
    assert done.exit_code == 0, done.output
    folder = app.config["FILES"]
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def _signed_in() -> set[str]:
    """Those who have a password."""
    return {row[0] for row in adapter.rows("SELECT email FROM people WHERE password_hash <> ''")}


def _learners() -> list[tuple[str, list[str], list[str]]]:
    """Everybody who learns, with the supervisors and coordinators of their teams."""
    sql = (
        "SELECT DISTINCT l.email, o.email FROM memberships m JOIN people l ON l.id = m.person_id"
        " JOIN memberships n ON n.team_id = m.team_id AND n.role = :role AND n.ends_on IS NULL"
        " JOIN people o ON o.id = n.person_id"
        " WHERE m.role = 'learner' AND m.ends_on IS NULL ORDER BY l.email, o.email"
    )
    found: dict[str, tuple[list[str], list[str]]] = {}
    for place, role in enumerate(("supervisor", "coordinator")):
        for learner, other in adapter.rows(sql, role=role):
            found.setdefault(learner, ([], []))[place].append(other)
    return [(email, *others) for email, others in sorted(found.items())]


def world(app: Flask, number: int) -> Facts:
    return Story(app, number, is_short=WORLDS[number]).tell(read("scripts")[f"world-{number}"])


CASES: dict[str, Callable[[Flask], Facts]] = {
    "demo-1": partial(demo, part=1),
    "demo-2": partial(demo, part=2),
    "demo-teams": demo_teams,
    **{f"world-{number}": partial(world, number=number) for number in WORLDS},
}
