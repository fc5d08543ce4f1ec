"""What is stored of ratings, and who acts."""

import datetime as dt

from flask import Flask
from sqlalchemy import select

from tests.factories.world import World
from tracker.db import db, session
from tracker.models import Rating, RatingEntry
from tracker.policy.permissions import Actor
from tracker.queries.access import drafts as core_drafts_queries
from tracker.queries.access.actors import actor_for_person
from tracker.rules.drafts import RATING

DAY = dt.timedelta(days=1)
DOMAIN = "/assess/small/durable/communication"
BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def actor(world: World, name: str) -> Actor:
    found = actor_for_person(world.people[name], world.now)
    assert found is not None
    return found


def stored(world: World, statement_id: int, person: str = "ana") -> Rating | None:
    db.session.rollback()
    return session().scalar(
        select(Rating).where(
            Rating.person_id == world.people[person], Rating.statement_id == statement_id
        )
    )


def notes_waiting(actor: Actor) -> dict[str, dict[str, str]]:
    db.session.rollback()
    return {
        header.subject: dict(fields)
        for header, fields in core_drafts_queries.all_fields(actor.person_id, RATING)
    }


def history(world: World, statement_id: int) -> list[tuple[str | None, str, int]]:
    db.session.rollback()
    rows = session().execute(
        select(RatingEntry.answer, RatingEntry.basis, RatingEntry.version)
        .where(
            RatingEntry.person_id == world.people["ana"], RatingEntry.statement_id == statement_id
        )
        .order_by(RatingEntry.id)
    )
    return [tuple(row) for row in rows]


def answer_of(app: Flask, world: World, statement_id: int) -> str | None:
    with app.app_context():
        return session().scalar(
            select(Rating.answer).where(
                Rating.person_id == world.people["ana"], Rating.statement_id == statement_id
            )
        )
