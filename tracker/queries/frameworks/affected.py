"""Whom and what the changes of a next version affect, in the whole installation. Ratings that were
not sent are nobody's to count."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select, union

from tracker.db import session
from tracker.models import (
    Domain,
    Endorsement,
    Framework,
    Membership,
    PersonVersion,
    Review,
    ReviewItem,
    RoleProfile,
    Skill,
    SkillOrigin,
    Strand,
    Target,
)
from tracker.models.record.versions import expects, is_current
from tracker.models.record.words import stood
from tracker.policy.permissions import current_on
from tracker.rules.reviews.workflow import LIVE, ReviewStatus


@dataclass(frozen=True, slots=True)
class Affected:
    """`people`: who sent a statement or has it reviewed."""

    people: int = 0
    endorsements: int = 0
    open_reviews: int = 0


def affected(skill_ids: Mapping[str, Collection[int]]) -> Mapping[str, Affected]:
    """`skill_ids`: by key of the change, or of several changes. What was said of an origin, and
    carries to a skill, is said of it. Three queries."""
    groups = {key: ids for key, ids in skill_ids.items() if ids}
    if not groups:
        return dict.fromkeys(skill_ids, Affected())
    wanted = [each for ids in groups.values() for each in ids]
    then = union(
        select(Skill.id.label("now_id"), Skill.id.label("then_id")).where(Skill.id.in_(wanted)),
        select(SkillOrigin.skill_id, SkillOrigin.origin_id).where(
            SkillOrigin.carries, SkillOrigin.skill_id.in_(wanted)
        ),
    ).subquery()
    stands = stood(None)
    sent = (
        select(Review.learner_id.label("person_id"), then.c.now_id)
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(then, then.c.then_id == ReviewItem.skill_id)
        .where(Review.status != ReviewStatus.WITHDRAWN)
    )
    reviewed = (
        select(Endorsement.person_id, then.c.now_id)
        .join(then, then.c.then_id == Endorsement.skill_id)
        .where(stands)
    )
    known = union(sent, reviewed).subquery()
    at_known = select(known.c.now_id, known.c.person_id)
    endorsed = (
        select(then.c.now_id, Endorsement.id)
        .join(then, then.c.then_id == Endorsement.skill_id)
        .where(stands)
    )
    open_ones = (
        select(then.c.now_id, ReviewItem.review_id)
        .join(then, then.c.then_id == ReviewItem.skill_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.status.in_(LIVE))
    )
    counts = [_by_group(groups, each) for each in (at_known, endorsed, open_ones)]
    return {key: Affected(*(each.get(key, 0) for each in counts)) for key in skill_ids}


def _by_group(
    groups: Mapping[str, Collection[int]], rows: Select[*tuple[Any, ...]]
) -> Mapping[str, int]:
    """`rows`: a skill, and what is counted once in each group."""
    keys = list(groups)
    skill_id, counted = rows.subquery().c
    number = case(*((skill_id.in_(groups[key]), at) for at, key in enumerate(keys)), else_=-1)
    found = session().execute(select(number, func.count(counted.distinct())).group_by(number))
    return {keys[at]: count for at, count in found}


def people_on(framework_id: int, today: dt.date) -> int:
    """How many people learn on that version. One query."""
    learn_on_it = (
        select(func.count(PersonVersion.person_id.distinct()))
        .join(RoleProfile, RoleProfile.slug == PersonVersion.slug)
        .join(Membership, Membership.role_profile_id == RoleProfile.id)
        .where(
            Membership.person_id == PersonVersion.person_id,
            PersonVersion.framework_id == framework_id,
            is_current(),
            current_on(Membership, today),
        )
    )
    return session().execute(learn_on_it).scalar_one()


def targets_that_end(framework_id: int, domains: Collection[str], today: dt.date) -> dict[str, int]:
    """By domain of that version, as "section/domain", how many people have a job profile now that
    expects something in it; those of which nobody has one are not there. One query."""
    key = Strand.key + "/" + Domain.key
    rows = session().execute(
        select(key, func.count(Membership.person_id.distinct()))
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Target, expects())
        .join(RoleProfile, RoleProfile.id == Target.role_profile_id)
        .join(Framework, Framework.slug == RoleProfile.slug)
        .join(Membership, Membership.role_profile_id == RoleProfile.id)
        .where(
            Framework.id == framework_id,
            Strand.framework_id == framework_id,
            key.in_(domains),
            current_on(Membership, today),
        )
        .group_by(key)
    )
    return dict(rows.all())
