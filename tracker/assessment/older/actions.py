"""Older ratings that are still true: many kept by one act, and taken back as long as nothing came
after."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from tracker.assessment.ratings import queries as ratings_queries
from tracker.db import transaction
from tracker.frameworks.versions.rules import NOT_SURE, Basis
from tracker.models import Framework, Rating, RatingEntry, Statement
from tracker.models.record.words import STATEMENTS, left_out, own_ratings
from tracker.policy.permissions import Actor
from tracker.record.ratings import records as record_ratings_records
from tracker.record.ratings.rules import is_dated
from tracker.rules.errors import Missing


def keep(actor: Actor, seen: Mapping[int, str], now: dt.datetime) -> int:
    """Confirm the answers that were seen, by statement; one that counts from an origin is confirmed
    there. Returns how many.

    Left as they are: *not sure*, what is not from before the open round, and what was answered
    otherwise since it was seen. Raises Missing (one is of another version of the learner's
    framework); Conflict("use_statement_unread").
    """
    kept = 0
    with transaction() as tx:
        raters = ratings_queries.locked(actor, actor.today(now))
        of_another = (
            select(Statement.id)
            .join(Framework, Framework.id == Statement.framework_id)
            .where(
                Statement.id.in_(seen),
                Framework.slug.in_(rater.framework for rater in raters.values()),
                Framework.id.not_in(raters),
            )
        )
        if tx.scalar(of_another.limit(1)) is not None:
            raise Missing
        own = own_ratings(
            lambda person: person == actor.person_id, STATEMENTS.c.framework_id.in_(raters)
        )
        out = left_out(actor.library_id, STATEMENTS.c.framework_id.in_(raters))
        rows = tx.execute(
            select(
                Statement.id,
                Rating.skill_id,
                case(
                    (Rating.skill_id == Statement.skill_id, Statement.id), else_=Rating.statement_id
                ).label("statement_id"),
                Rating.version,
                Rating.answer,
                Rating.rated_at,
                Rating.given_on,
                Statement.framework_id,
            )
            .join(own, own.c.statement_id == Statement.id)
            .join(Rating, Rating.id == own.c.id)
            .outerjoin(out, out.c.statement_id == Statement.id)
            .where(Statement.id.in_(seen), out.c.id.is_(None))
        ).all()
        for row in rows:
            begins_on = raters[row.framework_id].round_starts_on
            if (
                row.answer in (None, NOT_SURE)
                or row.answer != seen[row.id]
                or not is_dated(row.rated_at, begins_on, row.given_on)
            ):
                continue
            record_ratings_records.write(
                tx,
                actor.person_id,
                record_ratings_records.RatedStatement(row.skill_id, row.statement_id),
                row.version,
                row.answer,
                Basis.CONFIRMED,
                now,
                {},
            )
            kept += 1
    return kept


def undo(actor: Actor, kept_at: dt.datetime, now: dt.datetime) -> int:
    """Take back what was kept at that moment: each answer is as old as it was before. Returns how
    many; what was rated again since stays. Raises Missing; Conflict("use_statement_unread")."""
    with transaction() as tx:
        ratings_queries.locked(actor, actor.today(now))
        earlier = aliased(RatingEntry)
        before = (
            select(func.max(earlier.version))
            .where(
                earlier.person_id == Rating.person_id,
                earlier.skill_id == Rating.skill_id,
                earlier.rated_at < kept_at,
            )
            .correlate(Rating)
            .scalar_subquery()
        )
        rows = tx.execute(
            select(
                RatingEntry.skill_id,
                RatingEntry.statement_id,
                Rating.version,
                RatingEntry.answer,
                RatingEntry.basis,
                RatingEntry.rated_at,
                RatingEntry.given_on,
            )
            .join(
                RatingEntry,
                and_(
                    RatingEntry.person_id == Rating.person_id,
                    RatingEntry.skill_id == Rating.skill_id,
                    RatingEntry.version == before,
                ),
            )
            .where(
                Rating.person_id == actor.person_id,
                Rating.basis == Basis.CONFIRMED,
                Rating.rated_at == kept_at,
            )
        ).all()
        for row in rows:
            record_ratings_records.write(
                tx,
                actor.person_id,
                record_ratings_records.RatedStatement(row.skill_id, row.statement_id),
                row.version,
                row.answer,
                row.basis,
                row.rated_at,
                {},
                row.given_on,
            )
        return len(rows)
