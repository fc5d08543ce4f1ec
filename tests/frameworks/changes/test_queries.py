"""Whom a next version affects: also those who were reviewed on an earlier version."""

import pytest
from sqlalchemy import select

from tests.factories.answers import EndorsedAnswer
from tests.factories.reviews import endorse, send
from tests.factories.versions import next_version
from tests.factories.world import World
from tracker.db import session
from tracker.frameworks.changes.queries import Affected, affected
from tracker.models import Statement
from tracker.record.workflow.rules import ItemStatus

pytestmark = pytest.mark.usefixtures("app_context")


def test_what_carries_from_an_earlier_version_counts(world: World) -> None:
    same, asked, other = world.statements["communication"][:3]
    for statement_id in (same, asked):
        endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
    send(world, "ben", "sue", {same: ItemStatus.WAITING, other: ItemStatus.WAITING})
    second = next_version(world, reworded={asked: False})
    here = {each: second.became[each][0] for each in (same, asked, other)}
    endorse(world, "lea", "hugo", here[same], EndorsedAnswer.PARTLY)
    rows = session().execute(
        select(Statement.id, Statement.skill_id).where(Statement.id.in_(here.values()))
    )
    skills = dict(rows.all())
    asked_for = {
        name: [skills[here[each]]]
        for name, each in (("same", same), ("asked", asked), ("other", other))
    }
    found = affected({**asked_for, "none": []})
    assert found["same"] == Affected(people=3, endorsements=2, open_reviews=1)
    assert found["asked"] == Affected()
    assert found["other"] == Affected(people=1, open_reviews=1)
    assert found["none"] == Affected()
    total = affected({"": [skill_id for (skill_id,) in asked_for.values()]})
    assert total == {"": Affected(people=3, endorsements=2, open_reviews=1)}
