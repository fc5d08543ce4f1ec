"""Counted of sheets, the same as counted by hand; three sets of answers that are never mixed."""

import datetime as dt

from flask import Flask

from tests.conftest import Queries
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import leave_out
from tests.factories.levels import counted, own_sheet, revealed_sheet
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import LevelState, TargetState
from tracker.record.sheet import (
    queries as sheet_queries,
    queries_learners as sheet_queries_learners,
)
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.standings.queries import StandingScope, basis


def learner(world: World) -> Learner:
    found = sheet_queries_learners.learner(world.people["ana"], world.now.date())
    assert found is not None
    return found


def anas(world: World) -> Sheet:
    return own_sheet(learner(world))


def test_a_learner_is_measured_against_their_role_profile(app: Flask, world: World) -> None:
    with app.app_context():
        found = sheet_queries_learners.learners(
            [world.people[name] for name in ("ana", "sue", "adam")], world.now.date()
        )
    assert set(found) == {world.people["ana"], world.people["sue"]}
    ana = found[world.people["ana"]]
    assert (ana.team, ana.role_profile, ana.framework_slug, ana.round) == (
        "Central",
        "Mid-level",
        "small",
        "Autumn 2026",
    )
    assert ana.statements == 33


def test_own_answers_are_counted(app: Flask, world: World) -> None:
    first, second, third, *_rest = world.statements["communication"]
    with app.app_context():
        rate(world, "ana", first, Answer.CONSISTENTLY)
        rate(world, "ana", second, Answer.CONSISTENTLY)
        rate(world, "ana", third, Answer.PARTLY)
        rate(world, "ben", first, Answer.NOT_YET)
        sheet = anas(world)
        found = sheet.standings(Voice.SELF)
    assert [domain.title for domain in sheet.domains] == [
        "Technical",
        "Communication",
        "Leadership",
    ]
    communication = found[world.domains["communication"]]
    assert communication.held_rank == 1
    assert communication.target_state is TargetState.GAP
    assert [level.state for level in communication.levels[:2]] == [
        LevelState.MET,
        LevelState.NOT_MET,
    ]
    assert found[world.domains["leadership"]].levels[1].state is LevelState.LIMITED


def test_a_statement_not_rated_here_leaves_the_counts(app: Flask, world: World) -> None:
    first = world.statements["communication"][0]
    with app.app_context():
        rate(world, "ana", first, Answer.CONSISTENTLY)
        leave_out(world, first, "No such tool.")
        domains, elsewhere = (
            basis(StandingScope(world.framework_id, world.libraries[name])).domains
            for name in ("city", "other")
        )
        sheet = anas(world)
        rated = [line for line in sheet.counted if sheet.word(line, Voice.SELF)]
    assert sheet.domains == domains
    assert rated == []
    assert [domain.not_rated_here for domain in domains] == [0, 1, 0]
    assert [domain.not_rated_here for domain in elsewhere] == [0, 0, 0]


def test_others_see_the_answer_as_last_revealed(app: Flask, world: World) -> None:
    first, second, *_rest = world.statements["communication"]
    with app.app_context():
        endorse(world, "ana", "sue", first, EndorsedAnswer.PARTLY, said=Answer.CONSISTENTLY)
        rate(world, "ana", first, Answer.NOT_YET)
        rate(world, "ana", second, Answer.CONSISTENTLY)
        cell = world.domains["communication"], 1
        own = anas(world).standings(Voice.SELF)[cell[0]]
        assert (own.levels[0].tally.met, own.levels[0].tally.not_met) == (1, 1)
        others = revealed_sheet(learner(world))
        assert counted(others, Voice.SELF)[cell] == {Meaning.MET: 1}
        assert counted(others, Voice.ENDORSED)[cell] == {Meaning.NOT_MET: 1}


def test_the_past_is_as_it_was(app: Flask, world: World) -> None:
    first = world.statements["communication"][0]
    day = dt.timedelta(days=1)
    with app.app_context():
        endorse(world, "ana", "sue", first, EndorsedAnswer.CONSISTENTLY, world.now - 2 * day)
        for at, seen in ((world.now - 3 * day, False), (world.now - day, True)):
            then = revealed_sheet(learner(world), at)
            assert bool(counted(then, Voice.SELF)) is seen
            assert bool(counted(then, Voice.ENDORSED)) is seen


def test_one_statement_however_many_people(app: Flask, world: World, count_sql: Queries) -> None:
    with app.app_context():
        everybody = list(world.people.values())
        framework = (world.framework_id, world.libraries["city"], world.now.date())
        for at in (None, world.now):
            for people in (everybody[:1], everybody):
                sheet_queries.of_people(people, *framework, Side.REVEALED, None, at)
                count_sql.clear()
                sheet_queries.of_people(people, *framework, Side.REVEALED, None, at)
                assert len(count_sql) == 1
        sheet_queries.of_people(everybody[:1], *framework, Side.OWN, None)
        count_sql.clear()
        sheet_queries.of_people(everybody, *framework, Side.OWN, None)
        assert len(count_sql) == 1
