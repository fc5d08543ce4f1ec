"""No page, and no work of the background, reads a whole table that grows with people or years."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event, func, select

from tests.client import Client
from tests.conftest import MADE_ONCE, NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import hurry
from tests.factories.actors import acting
from tests.factories.evidence import piece, sent
from tests.factories.frameworks import open_round
from tests.factories.notices import tell
from tests.factories.sides import NO, PART, YES, answer_all, send
from tests.factories.world import World, make_world
from tests.queries import crowd
from tests.web.worlds import addresses
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.teams import actions as teams_actions
from tracker.app import create_app
from tracker.db import db, session, transaction
from tracker.models import AuditEvent, Person
from tracker.operations.audit import queries as audit_queries
from tracker.operations.system import actions as system_actions
from tracker.record.sheet.queries_learners import NAMED_ONE_BY_ONE
from tracker.record.standings.queries import StandingScope, basis
from tracker.record.standings.rules import ShortStanding
from tracker.record.visible.queries import Reader
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role
from tracker.teams.gaps.queries_reasons import sent_by
from tracker.teams.rounds.queries_reviews import reviews_of

Recorded = dict[str, tuple[str, Any]]
ARGUED = {
    "password_hash NOT LIKE": "asked once a process, by its start",
    "GROUP BY outbox_mails.status": "figures of the installation, from the index alone",
    "GROUP BY jobs.state": "figures of the installation, from the index alone",
    "address_changes.by_id": "of one account that never signed in, before it is deleted",
    "(teams.path LIKE %(reach)s::VARCHAR": "PostgreSQL joins the 2,000 teams last here",
}
"""Statements that may, by some of their words, and why."""
FOR_EACH_ROW = {
    "planned_moves.framework_id = frameworks.id": "of each version of a framework, and of few",
    "AS offers_updates": "Today: of some thousand items; of 10,000 people’s it begins with reviews",
}
"""Statements that may look at a whole table for each row of another, and why."""
FIRST_DAY = {
    "FROM away_periods": "SQLite is told how many there are once they are 1,000",
    "SELECT DISTINCT reviews.reviewer_id": "PostgreSQL goes through the teams until it has looked",
}
"""And these, by what is known of tables before they grew."""


@pytest.fixture
def made(migrated_app: Flask, engine_name: str, tmp_path: Path) -> Iterator[Flask]:
    """With a database that nobody else needs."""
    with laid_out_database(engine_name, tmp_path) as url:
        for name in MADE_ONCE:
            (tmp_path / name).symlink_to(TestConfig.made / name)
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            hurry(db.engine)
            yield app
            db.session.remove()
            db.engine.dispose()


@contextmanager
def noted(engine: Engine) -> Iterator[Recorded]:
    """Every statement, as the database is asked."""
    found = Recorded()

    def note(
        _connection: Connection, _cursor: object, statement: str, values: Any, *_rest: object
    ) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            found.setdefault(re.sub(r"\(\?(, \?)+\)|\d", "", statement), (statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def recorded(made: Flask, tmp_path: Path) -> Recorded:
    """Of the main pages, and of acts after which all people of a library are looked at."""
    system_actions.refresh_statistics()
    with noted(db.engine) as found:
        world = lived_in(tmp_path)
        look_around(made, world)
        change_who_reads(world)
    db.session.remove()
    return found


def lived_in(folder: Path) -> World:
    world = make_world(NOW)
    with transaction() as tx:
        adam = tx.get_one(Person, world.people["adam"])
        adam.operator = adam.framework_editor = True
    open_round(world, "Fall", NOW.date(), NOW.date())
    sent(world, piece(world, folder=folder))
    answer_all(world, send(world, YES, PART, NO), YES, YES, NO)
    tell(world, "ana")
    db.session.remove()
    return world


def look_around(app: Flask, world: World) -> None:
    """At every page once, as one person of each kind: of pages of many things at one."""
    pages = {re.sub(r"\d+", "", path): path for path in addresses(app, world, 2)}
    for name in ("ana", "sue", "cora", "adam"):
        client = Client(app)
        client.enter(world.email(name))
        for path in pages.values():
            if path.startswith("/admin") != (name == "adam") or path.endswith(".pdf"):
                continue  # a PDF asks what its page asks
            if client.http.get(path).status_code >= 500:
                pytest.fail(f"{path} as {name}")


def change_who_reads(world: World) -> None:
    adam, team_id = acting(world, "adam"), world.teams["central"]
    terms = MembershipTerms(team_id, Role.SUPERVISOR, NOW.date())
    memberships_actions.add(adam, world.people["cora"], terms, NOW)
    north = teams_actions.add(adam, world.teams["city"], "North", NOW)
    teams_actions.edit(adam, team_id, name="Central", parent_id=north, open_reviews=False, now=NOW)


def read_whole(recorded: Recorded) -> dict[str, set[str]]:
    """The growing tables that each statement reads from end to end."""
    with db.engine.connect() as connection:
        found = {
            statement: scanned
            for statement, values in recorded.values()
            if (scanned := crowd.scans(connection, statement, values))
            and not any(words in statement for words in ARGUED)
        }
        assert crowd.scans(connection, "SELECT * FROM ratings WHERE answer = 'x'", ()) == {
            "ratings"
        }
    return found


@pytest.mark.in_ci
def test_no_growing_table_is_read_from_end_to_end(recorded: Recorded) -> None:
    """Also by what was known of the tables on the day on which they were made: on SQLite by `setup`,
    on PostgreSQL nothing."""
    crowd.fill(db.engine)
    first_day = read_whole(recorded)
    crowd.analyze(db.engine)
    assert read_whole(recorded) == {}
    found = [text for text in first_day if not any(words in text for words in FIRST_DAY)]
    assert found == []
    with db.engine.connect() as connection:
        each_row = {
            statement: crowd.scans_a_row(connection, statement, values)
            for statement, values in recorded.values()
            if not any(words in statement for words in FOR_EACH_ROW)
        }
        wrong = "SELECT (SELECT count(*) FROM teams WHERE teams.name > people.name) FROM people"
        is_seen = connection.dialect.name == "postgresql"
        assert crowd.scans_a_row(connection, wrong, ()) == ({"teams"} if is_seen else set())
    assert {text: tables for text, tables in each_row.items() if tables} == {}
    assert [each for each, _values in recorded.values() if crowd.plans_anew(each)] == []
    assert crowd.plans_anew("WHERE review_items_2.status != ?")


@pytest.mark.usefixtures("made")
def test_what_is_asked_of_a_whole_library_and_the_ends_of_the_audit_have_their_index(
    tmp_path: Path,
) -> None:
    """Of more people than are named, and of the oldest and the newest events."""
    world = lived_in(tmp_path)
    adam, many = acting(world, "adam"), range(NAMED_ONE_BY_ONE + 1)
    library, version = world.libraries["city"], world.framework_id
    ends = session().execute(select(func.min(AuditEvent.id), func.max(AuditEvent.id))).one()
    on = basis(StandingScope(version, library))
    stand = dict.fromkeys(many, ShortStanding(NOW.date(), "", "", "", ""))
    reader = Reader(adam, NOW)
    assert not reader.hides
    with noted(db.engine) as of_library:
        sent_by(many, [], stand, on, reader)
        reviews_of(1, many, reader)
        reviews_of(1, many, reader, NOW)
    with noted(db.engine) as of_audit:
        audit_queries.listed(reader, ["review_sent"], after=ends[0])
        audit_queries.listed(reader, ["review_sent"], before=ends[1])
    assert (len(of_library), len(of_audit)) == (3, 4)
    db.session.remove()
    crowd.fill(db.engine)
    crowd.analyze(db.engine)
    with db.engine.connect() as connection:
        for each in (*of_library.values(), *of_audit.values()):
            assert crowd.scans(connection, *each) == set(), each
        assert [each for each in of_audit.values() if crowd.sorts(connection, *each)] == []
        assert crowd.sorts(connection, "SELECT id FROM ratings ORDER BY answer", ())
