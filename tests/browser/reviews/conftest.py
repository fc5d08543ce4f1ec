"""Thirty statements to answer."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.conftest import Live
from tests.browser.reviews.batch import EACH, LEVELS
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.sides import actor
from tests.factories.world import add
from tracker.db import db, transaction
from tracker.models import Skill, Statement
from tracker.reviews.review import actions as review_actions


def another(tx: Session, like: Statement, rank: int, number: int) -> Statement:
    return Statement(
        framework_id=like.framework_id,
        skill_id=add(tx, Skill(slug="small")),
        domain_id=like.domain_id,
        rank=rank,
        uuid=f"10000000-0000-0000-{rank:04}-{number:012}",
        code=f"MORE-{rank}-{number:02}",
        position=1000 + rank * EACH + number,
        title=f"More {rank}.{number}",
        text="does what it says",
    )


@pytest.fixture
def review_id(live: Live) -> int:
    """Ana's at Sue's: ten statements of each of three levels of Communication."""
    world = live.world
    with live.app.app_context():
        with transaction() as tx:
            like = tx.get_one(Statement, world.statements["communication"][0])
            wanted = []
            for rank in range(1, LEVELS + 1):
                found = select(Statement.id).where(
                    Statement.domain_id == like.domain_id, Statement.rank == rank
                )
                wanted += (ids := list(tx.scalars(found)))
                wanted += [
                    add(tx, another(tx, like, rank, number)) for number in range(len(ids), EACH)
                ]
        for statement_id in wanted:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY)
        made = review_actions.send(actor(world, "ana"), world.people["sue"], wanted, world.now)
        db.session.remove()
    return made
