"""A learner's profile: where they stand in both voices, and what came of reviews.

The self side is the learner's answers as they are for the learner alone, as last revealed for a
supervisor, and nothing for anybody else (`Side`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sqlalchemy import Select, case, distinct, func, select

from tracker.db import session
from tracker.models import Endorsement, Library, Rating, ScaleAnswer, Skill, Statement
from tracker.models.joins import opens_statements, scale_answer
from tracker.models.record.words import standing
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment import learners
from tracker.queries.assessment.learners import FRAMEWORK, LATER, LEARNER, Learner, of
from tracker.queries.assessment.progress import COUNTS, COUNTS_LATER, LEFT_OUT, OUT
from tracker.queries.profiles import level_shapes, levels
from tracker.queries.profiles.level_shapes import DomainShape
from tracker.queries.profiles.levels import Counts
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.profiles.levels import DomainStanding
from tracker.rules.profiles.targets import higher_of


class SelfSide(StrEnum):
    """How much of the self side a reader gets."""

    OWN = "own"
    REVEALED = "revealed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Profile:
    """Standings by domain, against the higher target of all jobs, without what counts later.
    `by_job`: the targets of each, with its name, where there are several. `own` is None where the
    reader gets no self side; `rated` counts what that side holds."""

    learner: Learner
    domains: tuple[DomainShape, ...]
    targets: Mapping[int, int]
    by_job: tuple[tuple[str, Mapping[int, int]], ...]
    own: Mapping[int, DomainStanding] | None
    endorsed: Mapping[int, DomainStanding]
    rated: int

    @property
    def total(self) -> int:
        return sum(domain.rated_here for domain in self.domains)


@dataclass(frozen=True, slots=True)
class EndorsedCount:
    """How many endorsements stand, how many of them count as met, and by how many supervisors."""

    standing: int
    met: int
    supervisors: int


def profile(learner: Learner, side: SelfSide, blind: BlindSpots) -> Profile:
    """Four queries; three without a self side."""
    domains = level_shapes.shape_for(learner)
    by_job = learners.expected_by_job(learner)
    expected = higher_of(by_job.values())
    own = _self_side(learner, side, blind)
    endorsed = levels.endorsed_answers(
        [learner.person_id], learner.framework_id, learner.library_id, learner.today, blind
    )
    return Profile(
        learner=learner,
        domains=domains,
        targets=expected,
        by_job=tuple(zip(learner.role_profiles, by_job.values(), strict=True))
        if learner.has_several_jobs
        else (),
        own=None if own is None else levels.standings(domains, own, learner.person_id, expected),
        endorsed=levels.standings(domains, endorsed, learner.person_id, expected),
        rated=sum(sum(counts.values()) for counts in (own or {}).values()),
    )


def last_change(learner: Learner) -> dt.datetime | None:
    """When the learner last answered, or cleared an answer. For the learner alone. One query."""
    return session().scalar(
        select(func.max(Rating.rated_at))
        .join(Skill, Skill.id == Rating.skill_id)
        .where(Rating.person_id == learner.person_id, Skill.slug == learner.framework_slug)
    )


def endorsed_count(learner: Learner, blind: BlindSpots) -> EndorsedCount:
    """What the library does not rate, or counts later, is not among them. One query."""
    values = {**of(learner), **blind.values}
    return EndorsedCount(*session().execute(_endorsed_count(blind.form), values).one())


@cache
def _endorsed_count(blind: BlindSpots) -> Select[int, int, int]:
    endorsed = standing(lambda column: column == LEARNER, FRAMEWORK, seen=blind.shows)
    met = case((ScaleAnswer.counts_as == Meaning.MET, Endorsement.id))
    return (
        select(
            func.count(Endorsement.id),
            func.count(met),
            func.count(distinct(Endorsement.endorser_id)),
        )
        .select_from(endorsed)
        .join(Endorsement, Endorsement.id == endorsed.c.id)
        .join(Statement, Statement.id == endorsed.c.statement_id)
        .join(ScaleAnswer, scale_answer(Endorsement.answer))
        .outerjoin(OUT, LEFT_OUT)
        .outerjoin(LATER, COUNTS_LATER)
        .where(COUNTS)
    )


def names_to_coordinators(library_id: int) -> bool:
    """The library's setting: whether coordinators see levels by name."""
    return bool(
        session().scalar(select(Library.names_to_coordinators).where(Library.id == library_id))
    )


def statements_to_coordinators(library_id: int) -> bool:
    """Whether coordinators see by name which statements count as met: the newest use statement says
    it."""
    query = select(opens_statements(Library.id)).where(Library.id == library_id)
    return bool(session().scalar(query))


def _self_side(learner: Learner, side: SelfSide, blind: BlindSpots) -> Counts | None:
    """The answers that a reader of that side gets."""
    who = ([learner.person_id], learner.framework_id, learner.library_id, learner.today)
    match side:
        case SelfSide.OWN:
            return levels.own_answers(*who)
        case SelfSide.REVEALED:
            return levels.revealed_answers(*who, blind)
        case SelfSide.NONE:
            return None
