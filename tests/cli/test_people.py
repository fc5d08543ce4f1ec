"""Objections that the operator decides."""

import datetime as dt

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.people import closed_to
from tests.factories.world import World
from tracker.cli.people import people
from tracker.db import db, transaction
from tracker.models import AuditEvent, Notice, RecordOpening
from tracker.rules.core.openings import DECIDE_WITHIN, Decider, OpeningDecision

DAY = dt.timedelta(days=1)


def run(app: Flask, *words: str) -> Result:
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        return app.test_cli_runner().invoke(people, list(words))


def objected(app: Flask, world: World, decider: Decider = Decider.OPERATOR) -> int:
    with app.app_context():
        return closed_to(
            world,
            "hugo",
            "ana",
            given_by="adam",
            decider=decider,
            objected_at=NOW + DAY,
            decide_by=NOW + DAY + DECIDE_WITHIN,
        )


def decided(app: Flask) -> OpeningDecision | None:
    with app.app_context():
        return db.session.scalars(select(RecordOpening)).one().decision


def test_what_waits_for_the_operator_is_listed(app: Flask, world: World) -> None:
    number = objected(app, world)
    assert run(app, "objections").output == (
        f"{number}: Ana objects to Hugo (hugo@example.org), supervisor of Central by Adam, account "
        "made 2026-11-24. Objected 2026-11-25; decide by 2026-12-02.\n"
    )


def test_what_others_are_asked_is_not(app: Flask, world: World) -> None:
    number = objected(app, world, Decider.ADMINISTRATOR)
    assert run(app, "objections").output == "No objection waits for you.\n"
    done = run(app, "decide", str(number), "--open")
    assert done.exit_code == 1
    assert done.output == (
        f"No objection {number} waits for you. List them: tracker people objections\n"
    )
    assert decided(app) is None


@pytest.mark.parametrize(
    ("option", "decision", "said"),
    [
        ("--open", OpeningDecision.OPENED, "The reader may read the record."),
        ("--keep-closed", OpeningDecision.KEPT_CLOSED, "The record stays closed to the reader."),
    ],
)
def test_it_is_decided_once_noted_and_told(
    app: Flask, world: World, option: str, decision: OpeningDecision, said: str
) -> None:
    number = objected(app, world)
    done = run(app, "decide", str(number), option)
    assert (done.exit_code, done.output) == (0, f"Decided. {said} The person is told.\n")
    assert decided(app) is decision
    with app.app_context(), transaction() as tx:
        kinds = set(tx.scalars(select(AuditEvent.kind)))
        told = [tuple(row) for row in tx.execute(select(Notice.person_id, Notice.kind))]
    assert kinds & {"objection_opened", "objection_kept_closed"} == {f"objection_{decision}"}
    assert told == [(world.people["ana"], "objection_decided")]
    assert run(app, "decide", str(number), option).exit_code == 1
    assert run(app, "objections").output == "No objection waits for you.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["77"], "Say what you decided: --open or --keep-closed."),
        (["77", "--open"], "No objection 77 waits for you."),
        (["Ana", "--open"], "'Ana' is not a valid integer"),
    ],
)
def test_what_is_refused_says_what_to_do(
    app: Flask, world: World, words: list[str], said: str
) -> None:
    done = run(app, "decide", *words)
    assert done.exit_code != 0
    assert said in done.output
