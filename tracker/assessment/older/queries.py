"""Statements that are not in the version of a framework that a learner is on: what they have of
them, and those that a page of theirs still holds."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, and_, exists, literal, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Draft,
    Endorsement,
    Evidence,
    EvidenceLink,
    Framework,
    Person,
    PersonVersion,
    Rating,
    ScaleAnswer,
    SkillOrigin,
    Statement,
)
from tracker.models.joins import draft_of_notes, scale_answer
from tracker.models.record.words import stood
from tracker.record.sheet import queries_learners as learners
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import may_have_retired
from tracker.record.versions import queries_lines as statement_lines
from tracker.record.versions.queries_lines import EarlierStatement
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name


@dataclass(frozen=True, slots=True)
class RetiredAnswer:
    """`who`: the endorser; "" for the learner."""

    key: str
    label: Wording
    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class RetiredStatement:
    """A statement that is not in the learner's version, with what they answered last and what
    stands reviewed; None where there is no such answer."""

    id: int
    version: str
    code: str
    title: Wording
    text: Wording
    own: RetiredAnswer | None
    endorsed: RetiredAnswer | None


def of_learner(learner: Learner, sheet: Sheet) -> list[RetiredStatement]:
    """Statements that the learner rated, noted, showed, or had reviewed, and that nothing takes the
    place of in their version, the newest version first: as they were called last before it, or else
    on a version that they were on. For the learner alone. One query, none where
    there is no such statement."""
    if not may_have_retired(sheet):
        return []
    current, in_other = aliased(Framework), aliased(Framework)
    in_theirs, other = aliased(Statement), aliased(Statement)
    own, given = aliased(ScaleAnswer), aliased(ScaleAnswer)
    here = select(in_theirs.id).where(in_theirs.framework_id == current.id)
    stays = exists(here.where(in_theirs.skill_id == Statement.skill_id).correlate_except(in_theirs))
    became = exists(
        here.join(SkillOrigin, SkillOrigin.skill_id == in_theirs.skill_id)
        .where(SkillOrigin.origin_id == Statement.skill_id)
        .correlate_except(in_theirs, SkillOrigin)
    )
    was_on = select(PersonVersion.framework_id).where(PersonVersion.person_id == learner.person_id)
    # Of several wordings of one skill one is shown: the newest up to their version, else the newest
    # of the later ones that they were on.
    is_later, is_named_later = Statement.framework_id > current.id, other.framework_id > current.id
    is_renamed = exists(
        select(other.id)
        .join(in_other, in_other.id == other.framework_id)
        .where(
            other.skill_id == Statement.skill_id,
            in_other.status != VersionStatus.WITHDRAWN,
            or_(
                and_(is_later, ~is_named_later),
                and_(
                    is_later == is_named_later,
                    other.framework_id > Statement.framework_id,
                    or_(~is_later, other.framework_id.in_(was_on)),
                ),
            ),
        )
        .correlate_except(other, in_other)
    )
    rows = session().execute(
        select(
            Statement.id,
            Framework.version,
            Statement.code,
            Statement.title,
            Statement.text,
            own.key.label("own"),
            own.label.label("own_label"),
            Rating.rated_at,
            given.key.label("given"),
            given.label.label("given_label"),
            Endorsement.endorsed_at,
            Person.name.label("who"),
        )
        .join(Framework, Framework.id == Statement.framework_id)
        .join(current, and_(current.slug == Framework.slug, current.id == learner.framework_id))
        .outerjoin(
            Rating,
            and_(Rating.skill_id == Statement.skill_id, Rating.person_id == learner.person_id),
        )
        .outerjoin(own, scale_answer(Rating.answer, own))
        .outerjoin(
            Endorsement,
            and_(
                Endorsement.skill_id == Statement.skill_id,
                Endorsement.person_id == learner.person_id,
                stood(None),
            ),
        )
        .outerjoin(Draft, draft_of_notes(literal(learner.person_id)))
        .outerjoin(given, scale_answer(Endorsement.answer, given))
        .outerjoin(Person, Person.id == Endorsement.endorser_id)
        .where(
            Framework.status != VersionStatus.WITHDRAWN,
            or_(
                Rating.id.is_not(None),
                Draft.id.is_not(None),
                Statement.skill_id.in_(_shown_by(learner.person_id)),
            ),
            or_(~is_later, Statement.framework_id.in_(was_on)),
            ~stays,
            ~became,
            ~is_renamed,
        )
        .order_by(Framework.id.desc(), Statement.position)
    )
    return [
        RetiredStatement(
            row.id,
            row.version,
            row.code,
            row.title,
            row.text,
            RetiredAnswer(row.own, row.own_label, "", row.rated_at) if row.own else None,
            RetiredAnswer(row.given, row.given_label, short_name(row.who), row.endorsed_at)
            if row.given
            else None,
        )
        for row in rows
    ]


def _shown_by(person_id: int) -> Select[int]:
    return (
        select(EvidenceLink.skill_id)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.person_id == person_id)
    )


@dataclass(frozen=True, slots=True)
class ReplacedStatements:
    """`learner`: in the version of the first one's framework that they are on now. `statements`: by
    id."""

    learner: Learner
    statements: dict[int, EarlierStatement]


def replaced(
    person_id: int, statement_ids: Collection[int], today: dt.date
) -> ReplacedStatements | None:
    """Those of the statements that are of another version than the one that somebody learns on.
    None where there is none. Two queries, one more for each framework that some are of, and two for
    each of them."""
    on = [framework.id for framework in learners.frameworks_of(person_id, today)]
    rows = session().execute(
        select(Statement.id, Framework.slug)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Statement.id.in_(statement_ids), Framework.id.not_in(on))
        .order_by(Framework.slug, Statement.position, Statement.id)
    )
    slugs = dict(rows.all())
    learner_of = {
        slug: learner
        for slug in dict.fromkeys(slugs.values())
        if (learner := learners.learner(person_id, today, slug)) is not None
    }
    statements = {
        earlier.id: earlier
        for statement_id, slug in slugs.items()
        if slug in learner_of
        and (earlier := statement_lines.earlier(statement_id, learner_of[slug])) is not None
    }
    return ReplacedStatements(next(iter(learner_of.values())), statements) if statements else None
