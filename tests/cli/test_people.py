"""Objections that the operator decides, and two accounts of one person that become one."""

import datetime as dt

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.people import closed_to, join
from tests.factories.world import World
from tracker.cli.people import people
from tracker.db import db, transaction
from tracker.models import AuditEvent, Notice, Person, RecordOpening
from tracker.rules.core.openings import INDEPENDENT_AFTER, OpeningDecision

DAY = dt.timedelta(days=1)
BY_CORA = ("--as", "cora@example.org")


def run(app: Flask, *words: str, days: int = 3) -> Result:
    with time_machine.travel(NOW + days * DAY, tick=False):
        return app.test_cli_runner().invoke(people, list(words))


def objected(app: Flask, world: World, given_by: str = "adam") -> int:
    """Adam alone administers, since long ago."""
    with app.app_context():
        with transaction() as tx:
            tx.get_one(Person, world.people["adam"]).created_at = NOW - INDEPENDENT_AFTER
        return closed_to(world, "hugo", "ana", given_by=given_by, objected_at=NOW + DAY)


def decided(app: Flask) -> tuple[OpeningDecision | None, int | None]:
    with app.app_context():
        row = db.session.scalars(select(RecordOpening)).one()
        return row.decision, row.decided_by_id


def test_what_waits_for_the_operator_is_listed(app: Flask, world: World) -> None:
    number = objected(app, world)
    assert run(app, "objections").output == (
        f"{number}: Ana objects to Hugo (hugo@example.org), supervisor of Central by Adam, account "
        "made 2026-11-24. Objected 2026-11-25.\n"
    )


def test_what_others_are_asked_is_not(app: Flask, world: World) -> None:
    number = objected(app, world, "carl")
    assert run(app, "objections").output == "No objection waits for you.\n"
    done = run(app, "decide", str(number), *BY_CORA, "--open")
    assert done.exit_code == 1
    assert done.output == (
        f"No objection {number} waits for you. List them: tracker people objections\n"
    )
    assert decided(app) == (None, None)


@pytest.mark.parametrize(
    ("option", "decision", "said"),
    [
        (
            "--open",
            OpeningDecision.OPENED,
            "The objection is over: the record opens to the reader on the day it would have.",
        ),
        ("--keep-closed", OpeningDecision.KEPT_CLOSED, "The record stays closed to the reader."),
    ],
)
def test_it_is_decided_once_noted_and_told(
    app: Flask, world: World, option: str, decision: OpeningDecision, said: str
) -> None:
    number = objected(app, world)
    done = run(app, "decide", str(number), *BY_CORA, option)
    assert (done.exit_code, done.output) == (0, f"Decided. {said} The person is told.\n")
    assert decided(app) == (decision, world.people["cora"])
    with app.app_context(), transaction() as tx:
        events = dict(tx.execute(select(AuditEvent.kind, AuditEvent.actor_id)).all())
        told = [tuple(row) for row in tx.execute(select(Notice.person_id, Notice.kind))]
    assert events.keys() & {"objection_opened", "objection_kept_closed"} == {
        f"objection_{decision}"
    }
    assert events[f"objection_{decision}"] == world.people["cora"]
    assert told == [(world.people["ana"], "objection_decided")]
    assert run(app, "decide", str(number), *BY_CORA, option).exit_code == 1
    assert run(app, "objections").output == "No objection waits for you.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["77", *BY_CORA], "Say what was decided: --open or --keep-closed."),
        (["77", *BY_CORA, "--open"], "No objection 77 waits for you."),
        (["Ana", *BY_CORA, "--open"], "'Ana' is not a valid integer"),
        (["{number}", "--open"], "Missing option '--as'"),
        (["{number}", "--open", "--as", "x@example.org"], "Nobody signs in with the email"),
        (["{number}", "--open", "--as", "hugo@example.org"], "Ask somebody else."),
        (["{number}", "--open", "--as", "ADAM@example.org"], "Ask somebody else."),
    ],
)
def test_what_is_refused_says_what_to_do(
    app: Flask, world: World, words: list[str], said: str
) -> None:
    number = objected(app, world)
    done = run(app, "decide", *(word.format(number=number) for word in words))
    assert decided(app) == (None, None)
    assert done.exit_code != 0
    assert said in done.output


MERGE = ("merge", "ana@example.org", "nina@example.org", "--as", "adam@example.org")


@pytest.fixture
def twice(app: Flask, world: World) -> None:
    """Nina's account is said to be Ana's too."""
    with app.app_context():
        join(world, "nina", "harbour")


@pytest.mark.usefixtures("twice")
def test_merging_says_whose_they_are_and_its_next_step(app: Flask) -> None:
    whose = "Ana, ana@example.org: supervisor of Bookmobile, learner of Central.\nNina, nina@example.org: learner of Harbour.\n"
    first = "Both are told, and can object until 2026-12-04. Then run this again.\n"
    dry = "That is what it would do. Nothing is stored.\n"
    assert run(app, *MERGE, "--dry-run").output == whose + first + dry
    assert run(app, *MERGE).output == whose + first
    assert "Both were told, and can object until 2026-12-04." in run(app, *MERGE).output
    other = run(app, "merge", "ben@example.org", *MERGE[2:])
    assert (other.exit_code, "asked already about a merge" in other.output) == (1, True)
    done = run(app, *MERGE, days=10)
    assert "They are one: the first has the memberships of both." in done.output
    again = run(app, *MERGE, days=10)
    assert (again.exit_code, again.output.splitlines()[-1]) == (1, "One of them is disabled.")


@pytest.mark.usefixtures("twice")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ana@example.org", "x@example.org"), "No account of the library has the email address"),
        (("ana@example.org", "oda@example.org"), "No account of the library has"),
        (("ana@example.org", "ANA@example.org"), "Both are the same account."),
        (("adam@example.org", "nina@example.org"), "Let another administrator do this."),
        (("ana@example.org", "cora@example.org"), "Take that away first, or keep it."),
    ],
)
def test_what_is_not_merged_says_why(
    app: Flask, world: World, words: tuple[str, str], said: str
) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["cora"]).administrator = True
    for dry in ((), ("--dry-run",)):
        done = run(app, "merge", *words, "--as", "adam@example.org", *dry)
        assert done.exit_code == 1
        assert said in done.output
    nobody = run(app, *MERGE[:-1], "ben@example.org")
    assert "No administrator with the email address ben@example.org" in nobody.output
