"""How far a learner has come in rating, where they stopped, and what comes next. For the learner
alone."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select

from tracker.db import session
from tracker.models import (
    Domain,
    Level,
    Rating,
    Statement,
    Strand,
    Target,
    UseStatement,
    UseStatementReading,
)
from tracker.models.joins import rated_before
from tracker.models.record.versions import target_keys
from tracker.models.record.words import left_out, own_ratings, standing
from tracker.queries.assessment.learners import FRAMEWORK, LATER, LEARNER, LIBRARY, Learner, of
from tracker.rules.assessment.ratings import RatingFilter
from tracker.rules.frameworks.scale import NOT_SURE
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class LevelProgress:
    """One level of a domain. `listed`: all statements of it. The others leave out what is not rated
    here, and what counts later for the learner; `dated`: rated before the round; `to_keep`: those
    of them that are not *not sure*; `changed`: answered otherwise than reviewed; `again`: not rated
    in this version, but in an earlier one; `in_job`: up to the target of their job profile."""

    strand_key: str
    strand: Wording
    domain_id: int
    domain_key: str
    domain: Wording
    rank: int
    level: Wording
    listed: int
    total: int
    rated: int
    dated: int
    to_keep: int
    changed: int
    unsure: int
    again: int
    in_job: bool

    def shown(self, which: RatingFilter) -> int:
        """How many statements the filter shows."""
        return {
            RatingFilter.JOB: self.total if self.in_job else 0,
            RatingFilter.NOT_RATED: self.total - self.rated,
            RatingFilter.AGAIN: self.again,
            RatingFilter.OLDER: self.dated,
            RatingFilter.CHANGED: self.changed,
            RatingFilter.NOT_SURE: self.unsure,
        }[which]


@dataclass(frozen=True, slots=True)
class Progress:
    """Levels in the framework's order. `use_statement`: None when none is published, else whether
    it was read."""

    levels: tuple[LevelProgress, ...]
    use_statement: bool | None

    @property
    def rated(self) -> int:
        return sum(level.rated for level in self.levels)

    @property
    def total(self) -> int:
        return sum(level.total for level in self.levels)

    @property
    def dated(self) -> int:
        return sum(level.dated for level in self.levels)

    @property
    def to_keep(self) -> int:
        return sum(level.to_keep for level in self.levels)

    @property
    def again(self) -> int:
        return sum(level.again for level in self.levels)

    @property
    def in_job(self) -> int:
        """How many statements are up to the target."""
        return sum(level.total for level in self.levels if level.in_job)

    @property
    def left_in_job(self) -> int:
        return sum(level.total - level.rated for level in self.levels if level.in_job)

    @property
    def begins_with_job(self) -> bool:
        """Whether what is up to the target comes first: there is something of it, and a rest."""
        return self.left_in_job > 0 and self.in_job < self.total

    @property
    def left(self) -> int:
        return self.total - self.rated

    def of_domain(self, strand_key: str, domain_key: str) -> tuple[LevelProgress, ...]:
        return tuple(
            each
            for each in self.levels
            if (each.strand_key, each.domain_key) == (strand_key, domain_key)
        )


def progress(learner: Learner) -> Progress:
    begin = learner.round_starts_on or dt.date.min
    values = {
        **of(learner),
        "begin": dt.datetime.combine(begin, dt.time.min, dt.UTC),
        "begin_on": begin,
        "jobs": learner.role_profile_ids,
    }
    rows = session().execute(_PROGRESS, values).all()
    levels = tuple(LevelProgress(*counted) for *counted, _newest, _read in rows)
    return Progress(levels, bool(rows[0].read) if rows and rows[0].newest is not None else None)


def next_open(learner: Learner, count: int) -> list[int]:
    """The next statements to rate: those without an answer in the framework's order, then dated
    ones, oldest first."""
    begin = learner.round_starts_on
    wanted: ColumnElement[bool] = OWN.c.id.is_(None)
    if begin is not None:
        wanted = or_(
            wanted,
            Rating.rated_at < dt.datetime.combine(begin, dt.time.min, dt.UTC),
            Rating.given_on < begin,
        )
    return list(
        session().scalars(
            select(Statement.id)
            .outerjoin(OUT, LEFT_OUT)
            .outerjoin(LATER, COUNTS_LATER)
            .outerjoin(OWN, RATED)
            .outerjoin(Rating, Rating.id == OWN.c.id)
            .where(Statement.framework_id == FRAMEWORK, COUNTS, wanted)
            .order_by(OWN.c.id.is_not(None), Rating.rated_at, Statement.position)
            .limit(count),
            of(learner),
        )
    )


def last_rated(learner: Learner) -> tuple[int, int] | None:
    """(domain, rank) of the statement that the learner rated last."""
    query = (
        select(Statement.domain_id, Statement.rank)
        .join(OWN, RATED)
        .order_by(OWN.c.at.desc(), OWN.c.id.desc())
        .limit(1)
    )
    row = session().execute(query, of(learner)).one_or_none()
    return None if row is None else (row.domain_id, row.rank)


OUT = left_out(LIBRARY, FRAMEWORK)
"""What the learner's library doesn't rate."""
LEFT_OUT = OUT.c.statement_id == Statement.id
"""Its join to `Statement`."""
COUNTS_LATER = LATER.c.statement_id == Statement.id
"""The join of `LATER` to `Statement`."""
COUNTS = and_(OUT.c.id.is_(None), LATER.c.id.is_(None))
"""Over both joins."""
OWN = own_ratings(lambda column: column == LEARNER, FRAMEWORK)
"""What the learner answered and counts."""
RATED = OWN.c.statement_id == Statement.id
"""Its join to `Statement`."""
ENDORSED = standing(lambda column: column == LEARNER, FRAMEWORK)
"""What stands for the learner."""
REVIEWED = ENDORSED.c.statement_id == Statement.id
"""Its join to `Statement`: at most one."""


STRAND_KEY, DOMAIN_KEY = target_keys()
AGAIN = and_(rated_before(LEARNER), OWN.c.id.is_(None))


def _progress() -> Select[*tuple[Any, ...]]:
    """Made once: to put it together costs as much as to run it."""
    jobs = (
        select(Target.strand_key, Target.domain_key, func.max(Target.rank).label("rank"))
        .where(Target.role_profile_id.in_(bindparam("jobs", expanding=True)))
        .group_by(Target.strand_key, Target.domain_key)
        .subquery()
    )
    newest = (
        select(func.max(UseStatement.id))
        .where(UseStatement.library_id == LIBRARY)
        .scalar_subquery()
    )
    read = (
        select(func.count(UseStatementReading.id))
        .where(
            UseStatementReading.person_id == LEARNER, UseStatementReading.use_statement_id == newest
        )
        .scalar_subquery()
    )
    dated = or_(Rating.rated_at < bindparam("begin"), Rating.given_on < bindparam("begin_on"))
    changed = and_(Rating.rated_at > ENDORSED.c.at, Rating.answer != ENDORSED.c.answer)
    unsure = Rating.answer == NOT_SURE
    return (
        select(
            Strand.key.label("strand_key"),
            Strand.title.label("strand"),
            Domain.id,
            Domain.key,
            Domain.title,
            Level.rank,
            Level.name,
            func.count(Statement.id).label("listed"),
            func.count(case((COUNTS, Statement.id))).label("total"),
            func.count(case((COUNTS, Rating.id))).label("rated"),
            func.count(case((and_(COUNTS, dated), Rating.id))).label("dated"),
            func.count(case((and_(COUNTS, dated, ~unsure), Rating.id))).label("to_keep"),
            func.count(case((and_(COUNTS, changed), Rating.id))).label("changed"),
            func.count(case((and_(COUNTS, unsure), Rating.id))).label("unsure"),
            func.count(case((and_(COUNTS, AGAIN), Statement.id))).label("again"),
            (func.max(case((Level.rank <= jobs.c.rank, 1), else_=0)) == 1).label("in_job"),
            newest.label("newest"),
            read.label("read"),
        )
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Level, Level.strand_id == Strand.id)
        .outerjoin(Statement, and_(Statement.domain_id == Domain.id, Statement.rank == Level.rank))
        .outerjoin(OUT, LEFT_OUT)
        .outerjoin(LATER, COUNTS_LATER)
        .outerjoin(OWN, RATED)
        .outerjoin(Rating, Rating.id == OWN.c.id)
        .outerjoin(ENDORSED, REVIEWED)
        .outerjoin(jobs, and_(jobs.c.strand_key == STRAND_KEY, jobs.c.domain_key == DOMAIN_KEY))
        .where(Strand.framework_id == FRAMEWORK)
        .group_by(
            Strand.key,
            Strand.title,
            Strand.position,
            Domain.id,
            Domain.key,
            Domain.title,
            Domain.position,
            Level.rank,
            Level.name,
        )
        .order_by(Strand.position, Domain.position, Domain.id, Level.rank)
    )


_PROGRESS = _progress()
