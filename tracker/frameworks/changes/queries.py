"""Whom and what the changes of a next version affect, and whose reviewed level they alter, in the
whole installation. Ratings that were not sent are nobody's to count."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, SelectBase, case, func, or_, select, true, union
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.changes.rules_levels import LevelEffects, ReviewedPerson
from tracker.frameworks.drafts.queries import DraftedVersion
from tracker.frameworks.versions.rules import Scale, VersionStatus
from tracker.models import (
    Domain,
    Endorsement,
    Framework,
    Membership,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    RoleProfile,
    Skill,
    SkillOrigin,
    Statement,
    Strand,
    Target,
)
from tracker.models.joins import scale_rows
from tracker.models.record.versions import expects, is_current
from tracker.models.record.words import STATEMENTS, left_out, standing, stood
from tracker.models.reviews.exceptions import agreed_exceptions
from tracker.models.reviews.reviews import IS_LIVE, NOT_WITHDRAWN
from tracker.policy.permissions import current_on


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
    wanted = [skill_id for ids in groups.values() for skill_id in ids]
    # `then_id`: the skill itself, and each origin whose answers count for it.
    then = union(
        select(Skill.id.label("now_id"), Skill.id.label("then_id")).where(Skill.id.in_(wanted)),
        select(SkillOrigin.skill_id, SkillOrigin.origin_id).where(
            SkillOrigin.carries, SkillOrigin.skill_id.in_(wanted)
        ),
    ).subquery()
    reviewed = (
        select(then.c.now_id, Endorsement.person_id)
        .join(Endorsement, Endorsement.skill_id == then.c.then_id)
        .where(stood(None))
    )
    sent = (
        select(then.c.now_id, Review.learner_id)
        .join(ReviewItem, ReviewItem.skill_id == then.c.then_id)
        .join(Review, Review.id == ReviewItem.review_id)
    )
    # Somebody who sent it and has it reviewed is one person: a union, not a sum.
    known = union(sent.where(NOT_WITHDRAWN), reviewed)
    endorsed = reviewed.with_only_columns(then.c.now_id, Endorsement.id)
    open_ones = sent.with_only_columns(then.c.now_id, Review.id).where(IS_LIVE)
    counts = [_by_group(groups, rows) for rows in (known, endorsed, open_ones)]
    return {key: Affected(*(count.get(key, 0) for count in counts)) for key in skill_ids}


def _by_group(groups: Mapping[str, Collection[int]], rows: SelectBase) -> Mapping[str, int]:
    """`rows`: a skill, and what is counted once in each group. A skill that is in several groups
    counts in the first of them, so groups that overlap are asked for one by one."""
    keys = list(groups)
    skill_id, counted = rows.subquery().c
    number = case(*((skill_id.in_(groups[key]), at) for at, key in enumerate(keys)), else_=-1)
    counts = session().execute(select(number, func.count(counted.distinct())).group_by(number))
    return {keys[at]: count for at, count in counts}


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


def changed_levels(drafted: DraftedVersion) -> LevelEffects:
    """By level for which other statements count, as the changes are decided or offered now. Four
    queries, one more where something comes back; none where no level changes, or nobody has one."""
    if drafted.is_first or not drafted.levels.changed:
        return LevelEffects()
    scale = Scale.of(session().execute(scale_rows(drafted.base_id)).all())
    here = _in_use_or_last(drafted)
    reviewed = standing(lambda _person: true(), here)
    people: dict[int, ReviewedPerson] = {}
    for person_id, library_id, uuid, answer in session().execute(
        select(Person.id, Person.library_id, Statement.uuid, reviewed.c.answer)
        .join(reviewed, reviewed.c.person_id == Person.id)
        .join(Statement, Statement.id == reviewed.c.statement_id)
    ):
        people.setdefault(person_id, ReviewedPerson(library_id)).answers[uuid] = answer
    agreed = agreed_exceptions(lambda _person: true(), here)
    for person_id, library_id, uuid in session().execute(
        select(Person.id, Person.library_id, Statement.uuid)
        .join(agreed, agreed.c.person_id == Person.id)
        .join(Statement, Statement.id == agreed.c.statement_id)
    ):
        people.setdefault(person_id, ReviewedPerson(library_id)).excepted.add(uuid)
    back = _last_of(drafted) if drafted.past.gone else None
    for person_id, uuid in session().execute(_had(back)) if back is not None else ():
        if person_id in people:
            people[person_id].had.add(uuid)
    out = left_out(None, here)
    out_of = defaultdict[int, set[str]](set)
    for library_id, uuid in session().execute(
        select(out.c.person_id, Statement.uuid).join(Statement, Statement.id == out.c.statement_id)
    ):
        out_of[library_id].add(uuid)
    ids = {key: frozenset(uuids) for key, uuids in out_of.items()}
    return drafted.levels.effects(scale, people.values(), ids)


def _in_use_or_last(drafted: DraftedVersion) -> ColumnElement[bool]:
    """Over `STATEMENTS`: those of the version in use, and the last wordings of those that come
    back."""
    last = _last_of(drafted)
    return or_(STATEMENTS.c.framework_id == drafted.base_id, STATEMENTS.c.id.in_(last))


def _had(back: Select[int]) -> Select[int, str]:
    """Who was on a version that had the skills of those wordings, and the uuids of the wordings."""
    on_it = aliased(Statement)
    return (
        select(PersonVersion.person_id, Statement.uuid)
        .join(on_it, on_it.framework_id == PersonVersion.framework_id)
        .join(Statement, Statement.skill_id == on_it.skill_id)
        .where(Statement.id.in_(back))
        .distinct()
    )


def _last_of(drafted: DraftedVersion) -> Select[int]:
    befores = {old.uuid for change in drafted.comparison.changes for old in change.before}
    # The newest row of each uuid before the version in use: ids rise from version to version.
    earlier = aliased(Statement)
    return (
        select(func.max(earlier.id))
        .join(Framework, Framework.id == earlier.framework_id)
        .where(
            Framework.slug == drafted.before.slug,
            Framework.id < drafted.base_id,
            Framework.status != VersionStatus.WITHDRAWN,
            earlier.uuid.in_(befores & drafted.past.gone.keys()),
        )
        .group_by(earlier.uuid)
    )
