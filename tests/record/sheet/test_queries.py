"""A sheet is read anew wherever something of its version can have changed."""

import datetime as dt

from flask import Flask

from tests.conftest import Queries
from tests.factories.answers import EndorsedAnswer
from tests.factories.levels import own_sheet
from tests.factories.reviews import endorse
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tracker.db import session
from tracker.record.sheet import (
    queries_learners as sheet_queries_learners,
    rules_summaries as sheet_rules_summaries,
)
from tracker.record.sheet.queries_learners import Learner


def ana(world: World) -> Learner:
    session().rollback()
    found = sheet_queries_learners.learner(world.people["ana"], AFTER.date())
    assert found is not None
    return found


def test_a_version_is_read_once_and_again_when_another_one_is_published(
    app: Flask, world: World, count_sql: Queries
) -> None:
    """What is reviewed on the newer version is shown with that on the older one, where they go
    back."""
    first = world.statements["communication"][0]
    with app.app_context():
        own_sheet(ana(world))
        learner = ana(world)
        count_sql.clear()
        own_sheet(learner)
        assert len(count_sql) == 1
        version = next_version(world, reworded={first: True})
        carried(world, version)
        later = version.became[first][0]
        endorse(world, "ana", "sue", later, EndorsedAnswer.CONSISTENTLY, AFTER)
        carried(world, version, AFTER + dt.timedelta(minutes=1), back=True)
        learner = ana(world)
        voices = {
            voice.id: voice
            for voice in sheet_rules_summaries.voices(own_sheet(learner), learner.name)
        }
        endorsed = voices[first].endorsed
        assert endorsed is not None
        assert (learner.framework_version, endorsed.version) == ("1", "2")
