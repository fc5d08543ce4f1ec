"""The words of the audit: of each kind that is written, and the days and people it stands by."""

import ast
import datetime as dt
import re

import time_machine
from flask import Flask

from config import ROOT
from tests.client import Client
from tests.conftest import NOW
from tests.factories.audit import happened
from tests.factories.world import World
from tests.operations.audit.listed import SignInAs, events, lines
from tests.web.sources import SOURCES
from tracker.db import db
from tracker.frameworks.versions.records import STATUS_SET
from tracker.models import Library
from tracker.operations.audit.pages_labels import GROUPS, KINDS, NOT_LISTED, RECORDS, WORDS
from tracker.reviews.act.rules import MOVES
from tracker.web.http.access import LOADERS
from tracker.web.ui.labels import LOOKED_AT

# Every kind


def written_kinds(source: str) -> set[str]:
    """The kinds that a module hands to what notes an event: every text in the place of the kind."""
    noting = {"note", "_note", "note_person", "note_by"}
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name in noting and len(node.args) > 1:
            kind = ast.walk(node.args[1])
            found |= {each.value for each in kind if isinstance(each, ast.Constant)}
    return {each for each in found if isinstance(each, str)}


def assigned_kinds(source: str) -> set[str]:
    """Texts that are given to a name `kind` first, or are a module's own name for a kind."""
    names = {"kind", "REFUSED", "DECIDED"}
    return {
        each.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", "") in names for target in node.targets)
        for each in ast.walk(node.value)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def test_every_kind_that_is_written_has_words_or_is_left_out_on_purpose() -> None:
    writers = ("services/**/*", "records/**/*", "*/*/actions*", "*/*/records*")
    paths = (path for writer in writers for path in (ROOT / "tracker").glob(f"{writer}.py"))
    sources = [path.read_text() for path in sorted(paths)]
    kinds = set().union(
        *map(written_kinds, sources),
        *map(assigned_kinds, [s for s in sources if "audit_records.note" in s]),
    )
    kinds |= {*(rule.audit for rule in MOVES.values()), *STATUS_SET.values()}
    assert kinds - set(WORDS) - NOT_LISTED == set()
    assert set(WORDS) - kinds == set(), "no words of what is never written"
    assert set(WORDS) & NOT_LISTED == set()


def test_a_kind_without_words_is_found() -> None:
    source = 'audit_records.note(tx, "new_one" if x else "other_one", now)\nkind = "third_one"'
    assert written_kinds(source) == {"new_one", "other_one"}
    assert written_kinds('audit_records.note_person(tx, "fourth_one", person, 1, now)') == {
        "fourth_one"
    }
    assert assigned_kinds(source) == {"third_one"}


def test_groups_records_and_pages_have_their_words() -> None:
    assert set(GROUPS) == set(KINDS)
    assert {name.removesuffix("_id") for name in LOADERS.values()} | {"library"} == set(RECORDS)
    source = "".join(path.read_text() for path in SOURCES)
    assert set(re.findall(r'note_looks?\([^"\n]+"(\w+)"\)', source)) == set(LOOKED_AT)


def test_the_day_of_a_refusal_is_the_library_s(app: Flask, world: World, sign_in: SignInAs) -> None:
    """At 10:00 UTC it is midnight on Kiritimati: a minute before and at it are two days."""
    with app.app_context(), db.engine.execution_options(tracker_write=True).begin() as connection:
        connection.execute(Library.__table__.update().values(time_zone="Pacific/Kiritimati"))
    for moment in (NOW - dt.timedelta(minutes=1), NOW):
        with time_machine.travel(moment, tick=False):
            sign_in(world.email("ben")).get("/admin")
    assert len(events(app, "refused")) == 2


def test_events_stand_by_day_and_person(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        for name in ("sue", "adam", "sue"):
            happened(world, "team_added", name, team="North")
    page = admin.get("/admin/audit?kind=team_added").text
    assert page.count("Tuesday, November 24, 2026") == 1
    assert [line.split()[6] for line in lines(page)] == ["Sue", "Sue", "Adam"]
