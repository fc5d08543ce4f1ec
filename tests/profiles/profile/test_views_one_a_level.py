"""A framework with one statement at each of eight levels: reached where it says that one is enough,
and never where it doesn't, which is said before it is published."""

import datetime as dt
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import pdf
from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version, learn_on, open_round
from tests.factories.sides import actor
from tests.factories.world import World
from tests.frameworks.one_a_level import one_a_level
from tests.reading import words
from tracker.administration.rounds import actions as rounds_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.frameworks.files.rules_reading import read_framework
from tracker.models import RoundSnapshot, Statement


def profile(app: Flask, world: World, **rule: Any) -> tuple[Client, dict[str, Any]]:
    """Ana rates all of Area 1 up to level 5 as met, and reads what is said of it."""
    with app.app_context():
        file = read_framework(json.dumps(one_a_level(**rule)))
        learn_on(world, first_version(file, world.now))
        first_five = select(Statement.id).where(
            Statement.framework_id == world.framework_id, Statement.code.in_(CODES)
        )
        for statement_id in session().scalars(first_five).all():
            ratings_actions.rate(actor(world, "ana"), statement_id, "yes", 0, NOW)
    ana = Client(app)
    ana.sign_in(world.email("ana"))
    return ana, json.loads(ana.get("/profile.json").text)["domains"][0]["own"]


CODES = [f"D-1-{rank}" for rank in range(1, 6)]


def test_where_one_statement_is_enough_a_level_is_reached(app: Flask, world: World) -> None:
    ana, own = profile(app, world, needs="4/5", least=1)
    assert own["level"] == 5
    explained = words(ana.get("/profile/area-1").text)
    assert "Reached: 1 of 1 met, 1 needed." in explained
    assert "if at least 1 applies, version 1." in explained
    assert "It counts if at least 1 statement applies" in explained
    assert "rounded up: 1 of 1, 2 of 2, 8 of 9." in explained
    assert "Too few" not in explained
    said = pdf.words(ana.get("/profile.pdf"))
    assert "The rule is 4 of every 5 statements, if at least 1 applies, version 1." in said
    assert "1 statement here" in said
    assert "all needed" not in said


def test_the_share_is_the_frameworks_to_say(app: Flask, world: World) -> None:
    ana, own = profile(app, world, needs="1/1", least=1)
    assert own["level"] == 5
    explained = words(ana.get("/profile/area-1").text)
    assert "A level is met when all statements that apply are met" in explained
    assert "The rule is all statements, if at least 1 applies, version 1." in explained


def test_a_coordinator_reads_which_rule_it_is(app: Flask, world: World) -> None:
    profile(app, world, needs="1/2", least=1)
    cora = Client(app)
    cora.sign_in(world.email("cora"))
    page = words(cora.get(f"/teams/{world.teams['central']}/gaps").text)
    assert "Rule 1 of every 2 statements, if at least 1 applies, version 1" in page


def test_a_round_that_is_over_keeps_the_rule_of_its_domains(app: Flask, world: World) -> None:
    profile(app, world, needs="1/2", least=1)
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        rounds_actions.keep_all_due(NOW)
        facts = session().scalars(select(RoundSnapshot.facts)).one()
    kept = facts["frameworks"][str(world.framework_id)]["domains"]
    assert [domain["rule"] for domain in kept] == [{"met": 1, "of": 2, "least": 1}] * 3
    assert facts["rule_version"] == 1


@pytest.mark.parametrize("rule", [{}, {"needs": "4/5", "least": 2}])
def test_where_two_are_asked_for_none_is(app: Flask, world: World, rule: dict[str, Any]) -> None:
    ana, own = profile(app, world, **rule)
    assert own["level"] is None
    assert "Too few statements at every level to judge one." in words(
        ana.get("/profile/area-1").text
    )
