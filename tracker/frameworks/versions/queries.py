"""Which versions of frameworks are published, what each is used for, and what its statements were
in those before it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, exists, false, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.changes.rules import Origins
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Endorsement,
    EvidenceLink,
    Framework,
    LevelException,
    Library,
    LibraryVersion,
    NotRatedHere,
    PersonVersion,
    PlannedMove,
    Rating,
    RatingEntry,
    RevealedAnswer,
    ReviewItem,
    RoundFramework,
    ScaleAnswer,
    SensitiveDecision,
    SkillOrigin,
    Statement,
)
from tracker.models.record.versions import is_current, is_current_of_library
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class Published:
    id: int
    slug: str
    version: str
    title: Wording
    lang: str
    published_at: dt.datetime
    statements: int
    status: VersionStatus
    occupation: Wording


OFFERED, SHOWN = (VersionStatus.OFFERED,), (VersionStatus.OFFERED, VersionStatus.HIDDEN)
"""What everybody may choose, and what those see beside who look after frameworks."""


def published(
    statuses: Collection[VersionStatus] = OFFERED, slug: str | None = None
) -> tuple[Published, ...]:
    """By title, the newest version of each framework first."""
    statements = (
        select(func.count(Statement.id))
        .where(Statement.framework_id == Framework.id)
        .scalar_subquery()
    )
    query = select(
        Framework.id,
        Framework.slug,
        Framework.version,
        Framework.title,
        Framework.lang,
        Framework.published_at,
        statements.label("statements"),
        Framework.status,
        Framework.about["occupation"].label("occupation"),
    )
    order = (Framework.title, Framework.slug, Framework.published_at.desc(), Framework.id.desc())
    query = query.where(Framework.status.in_(statuses)).order_by(*order)
    if slug is not None:
        query = query.where(Framework.slug == slug)
    return tuple(
        Published(**{**row._mapping, "occupation": _named(row.occupation)})
        for row in session().execute(query)
    )


def _named(occupation: dict[str, str] | None) -> str:
    return f"{occupation['system']} {occupation['code']}" if occupation else ""


def labels_of(answer: str) -> list[tuple[str, str]]:
    """What the scales of the frameworks that are offered call it, and in which language, each
    once."""
    query = (
        select(ScaleAnswer.label, Framework.lang)
        .join(Framework, Framework.id == ScaleAnswer.framework_id)
        .where(ScaleAnswer.key == answer, Framework.status == VersionStatus.OFFERED)
        .distinct()
    )
    return sorted((row.label, row.lang) for row in session().execute(query))


SAID = (Rating, RatingEntry, RevealedAnswer, ReviewItem, Endorsement, LevelException, EvidenceLink)
"""What names the wording that it was said of."""


def version_use(framework_id: int) -> Row[int, int, int, int, bool]:
    """`people` who are on it, `libraries` whose newcomers begin with it, `rounds` that are for it,
    `planned` moves to it. `is_spoken_of`: something was rated, reviewed, or linked in
    its wording, or decided by a library about a statement that it alone has. While any of it is so,
    it can't be withdrawn. One query."""
    own = select(Statement.id).where(Statement.framework_id == framework_id)
    alone = skills_alone(framework_id)
    # What names a wording of this version, whatever its skill is now; and what libraries decided
    # about skills that it alone has, where somebody did.
    spoken_of = union_all(
        *(select(of.skill_id).where(of.statement_id.in_(own)) for of in SAID),
        select(NotRatedHere.skill_id).where(
            NotRatedHere.skill_id.in_(alone), NotRatedHere.set_by_id.is_not(None)
        ),
        select(SensitiveDecision.skill_id).where(SensitiveDecision.skill_id.in_(alone)),
    )
    people = select(func.count(PersonVersion.person_id.distinct())).where(
        PersonVersion.framework_id == framework_id, is_current()
    )
    libraries = select(func.count(LibraryVersion.library_id.distinct())).where(
        LibraryVersion.framework_id == framework_id, is_current_of_library()
    )
    rounds = select(func.count()).where(RoundFramework.framework_id == framework_id)
    planned = select(func.count()).where(PlannedMove.framework_id == framework_id)
    use = select(
        people.scalar_subquery().label("people"),
        libraries.scalar_subquery().label("libraries"),
        rounds.scalar_subquery().label("rounds"),
        planned.scalar_subquery().label("planned"),
        exists(spoken_of).label("is_spoken_of"),
    )
    return session().execute(use).one()


def awaiting(framework_ids: Collection[int]) -> Row[str, str] | None:
    """The `library` and `version` of a move that is planned to one of these. One query."""
    query = (
        select(Library.name.label("library"), Framework.version)
        .select_from(PlannedMove)
        .join(Library, Library.id == PlannedMove.library_id)
        .join(Framework, Framework.id == PlannedMove.framework_id)
        .where(Framework.id.in_(framework_ids))
        .order_by(PlannedMove.planned_at, Library.id)
    )
    return session().execute(query).first()


def skills_alone(framework_id: int, *, sensitive: bool = False) -> Select[int]:
    """The version's skills that no other version has, or that no other has as `sensitive` ones."""
    other, of = aliased(Statement), aliased(Framework)
    elsewhere = (
        select(other.id)
        .join(of, of.id == other.framework_id)
        .where(
            other.skill_id == Statement.skill_id,
            other.framework_id != framework_id,
            of.status != VersionStatus.WITHDRAWN,
        )
    )
    own = select(Statement.skill_id).where(Statement.framework_id == framework_id)
    if sensitive:
        own, elsewhere = own.where(Statement.sensitive), elsewhere.where(other.sensitive)
    return own.where(~exists(elsewhere.correlate_except(other, of)))


def origins_of(framework_id: int, before_id: int | None = None) -> Origins:
    """Of each statement of a version the uuids of those whose place it took, as they were called
    last before it, or in `before_id` and before. Two queries."""
    known = known_until(before_id or framework_id, itself=before_id is not None)
    last = {row.skill_id: row.uuid for row in known}
    rows = session().execute(
        select(Statement.uuid, Statement.skill_id, SkillOrigin.line, SkillOrigin.origin_id)
        .outerjoin(SkillOrigin, SkillOrigin.skill_id == Statement.skill_id)
        .where(Statement.framework_id == framework_id)
        .order_by(Statement.position, SkillOrigin.line, SkillOrigin.steps)
    )
    origins: dict[str, list[str]] = {}
    for (uuid, skill_id, _line), line in groupby(rows, lambda row: row[:3]):
        uuids = origins.setdefault(uuid, [])
        skills = skill_id, *(row.origin_id for row in line)
        nearest = [last[skill] for skill in skills if skill in last][:1]
        uuids += [uuid for uuid in nearest if uuid not in uuids]
    return origins


def skills_named(framework_id: int) -> dict[str, int]:
    """By each uuid that the version or one before it had, the newest skill that it named. One
    query."""
    return {row.uuid: row.skill_id for row in known_until(framework_id)}


def known_until(framework_id: int, *, itself: bool = True) -> Sequence[Row[str, int, int]]:
    """The statements of the version, unless they are those before `itself`, and of the earlier ones
    that were not withdrawn, the oldest first: uuid, skill, and version. One query."""
    this = aliased(Framework)
    until = and_(Framework.id < this.id, Framework.status != VersionStatus.WITHDRAWN)
    if itself:
        until = or_(until, Framework.id == this.id)
    return (
        session()
        .execute(
            select(Statement.uuid, Statement.skill_id, Statement.framework_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .join(this, this.slug == Framework.slug)
            .where(this.id == framework_id, until)
            .order_by(Statement.framework_id, Statement.position)
        )
        .all()
    )


def lines(from_id: int, to_id: int) -> Sequence[Any]:
    """What becomes of each statement, in the order of the other version: `before_id` and `after_id`
    of one skill (`same`), or one was made of the other; and whether what was said of the first
    `carries` to the second. One query."""
    before, after = aliased(Statement), aliased(Statement)
    of = before.id.label("before_id"), after.id.label("after_id")
    order = after.position.label("after_at"), before.position.label("before_at")
    yes, no = true().label("carries"), false().label("same")
    are_there = before.framework_id == from_id, after.framework_id == to_id
    same = select(*of, yes, true().label("same"), *order).join(
        after, after.skill_id == before.skill_id
    )
    onward = (
        select(*of, SkillOrigin.carries, no, *order)
        .join(SkillOrigin, SkillOrigin.origin_id == before.skill_id)
        .join(after, after.skill_id == SkillOrigin.skill_id)
    )
    back = (
        select(*of, false().label("carries"), no, *order)
        .join(SkillOrigin, SkillOrigin.skill_id == before.skill_id)
        .join(after, after.skill_id == SkillOrigin.origin_id)
    )
    ways = (query.where(*are_there) for query in (same, onward, back))
    return session().execute(union_all(*ways).order_by("after_at", "before_at")).all()
