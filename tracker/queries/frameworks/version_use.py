"""What a version is used for: while it is, it can't be withdrawn."""

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Endorsement,
    EvidenceLink,
    Framework,
    LevelException,
    LibraryVersion,
    NotRatedHere,
    PersonVersion,
    PlannedMove,
    Rating,
    RatingEntry,
    RevealedAnswer,
    ReviewItem,
    RoundFramework,
    SensitiveDecision,
    Statement,
)
from tracker.models.record.versions import is_current, is_current_of_library
from tracker.rules.frameworks.versions import VersionStatus

SAID = (Rating, RatingEntry, RevealedAnswer, ReviewItem, Endorsement, LevelException, EvidenceLink)
"""What names the wording that it was said of."""


@dataclass(frozen=True, slots=True)
class VersionUse:
    """`people` who are on it, `libraries` whose newcomers begin with it, `rounds` that are for it,
    `planned` moves to it or from it. `is_spoken_of`: something was rated, reviewed, or linked in
    its wording, or decided by a library about a statement that it alone has."""

    people: int
    libraries: int
    rounds: int
    planned: int
    is_spoken_of: bool

    @property
    def is_none(self) -> bool:
        used = self.people or self.libraries or self.rounds or self.planned
        return not (used or self.is_spoken_of)


def version_use(framework_id: int) -> VersionUse:
    """One query."""
    own = select(Statement.id).where(Statement.framework_id == framework_id)
    alone = skills_alone(framework_id)
    said = union_all(
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
    planned = select(func.count()).where(
        or_(PlannedMove.from_id == framework_id, PlannedMove.to_id == framework_id)
    )
    row = session().execute(
        select(
            people.scalar_subquery(),
            libraries.scalar_subquery(),
            rounds.scalar_subquery(),
            planned.scalar_subquery(),
            exists(said),
        )
    )
    return VersionUse(*row.one())


def skills_alone(framework_id: int, *, sensitive: bool = False) -> Select[int]:
    """Those that no other version has, or has as `sensitive` ones."""
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
    found = select(Statement.skill_id).where(Statement.framework_id == framework_id)
    if sensitive:
        found, elsewhere = found.where(Statement.sensitive), elsewhere.where(other.sensitive)
    return found.where(~exists(elsewhere.correlate_except(other, of)))
