"""The only writer of skills and of what they are made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.models import Skill, SkillOrigin
from tracker.models.columns import table_of
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.versions import Change


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What a statement of a new version is made of: skills, and whether what was said of them
    counts for it."""

    skills: tuple[int, ...]
    change: Change
    carries: bool

    @property
    def same_skill(self) -> int | None:
        """The one that it goes on as, unless it is rated again or a part of it."""
        is_part = self.change in (Change.SPLIT, Change.MERGED)
        return None if is_part or not self.carries else self.skills[0]


NONE: Mapping[str, Ancestry] = {}


def skills_for(
    tx: Session, slug: str, uuids: Collection[str], ancestries: Mapping[str, Ancestry]
) -> dict[str, int]:
    """By uuid the skill of each statement of a version that is being published, made where it is a
    new one."""
    found = {uuid: each.same_skill for uuid, each in ancestries.items()}
    new = [uuid for uuid in uuids if found.get(uuid) is None]
    made = [Skill(slug=slug) for _uuid in new]
    tx.add_all(made)
    tx.flush()
    skills = {uuid: skill for uuid, skill in found.items() if skill is not None}
    skills |= {uuid: skill.id for uuid, skill in zip(new, made, strict=True)}
    for uuid in new:
        each = ancestries.get(uuid)
        if each is not None:
            for origin_id in each.skills:
                add_origin(tx, skills[uuid], origin_id, each.change, carries=each.carries)
    return skills


def add_origin(
    tx: Session, skill_id: int, origin_id: int, change: Change, *, carries: bool
) -> None:
    """Write down an origin of a skill, for it and for all that came of it.

    Raises Conflict: "origin_circle", "origin_there".
    """
    above, below = _origins(tx, [origin_id]), _made_of(tx, skill_id)
    if origin_id == skill_id or skill_id in {each.origin_id for each in above}:
        raise Conflict("origin_circle")
    first = SkillOrigin(
        skill_id=skill_id, origin_id=origin_id, change=change, carries=carries, steps=1
    )
    there = {
        (each.skill_id, each.origin_id)
        for each in _origins(tx, [skill_id, *(each.skill_id for each in below)])
    }
    if (skill_id, origin_id) in there:
        raise Conflict("origin_there")
    further = [_then(first, each) for each in above]
    rows = [first, *further, *(_then(each, made) for each in below for made in (first, *further))]
    new: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        # What was split and then merged again leads to it by two ways.
        key = row.skill_id, row.origin_id
        if key not in there and (key not in new or (row.carries and not new[key]["carries"])):
            new[key] = {
                "skill_id": row.skill_id,
                "origin_id": row.origin_id,
                "change": row.change,
                "carries": row.carries,
                "steps": row.steps,
            }
    tx.execute(insert(table_of(SkillOrigin)), list(new.values()))


def _then(later: SkillOrigin, earlier: SkillOrigin) -> SkillOrigin:
    """From the origin's origin to the skill."""
    return SkillOrigin(
        skill_id=later.skill_id,
        origin_id=earlier.origin_id,
        change=earlier.change.then(later.change),
        carries=earlier.carries and later.carries,
        steps=earlier.steps + later.steps,
    )


def _origins(tx: Session, skill_ids: Collection[int]) -> Sequence[SkillOrigin]:
    return tx.scalars(select(SkillOrigin).where(SkillOrigin.skill_id.in_(skill_ids))).all()


def _made_of(tx: Session, origin_id: int) -> Sequence[SkillOrigin]:
    return tx.scalars(select(SkillOrigin).where(SkillOrigin.origin_id == origin_id)).all()
