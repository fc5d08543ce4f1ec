"""The only writer of skills and of what they are made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.frameworks.versions.rules import Change
from tracker.models import Skill, SkillOrigin
from tracker.models.columns import table_of
from tracker.models.record.skills import lineage_of
from tracker.rules.core import seals
from tracker.rules.errors import Conflict


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What a statement of a new version is made of: skills, and whether what was said of them
    counts for it. `is_newly_sensitive`: none of them was marked so before."""

    skills: tuple[int, ...]
    change: Change
    carries: bool
    is_newly_sensitive: bool = False

    @property
    def same_skill(self) -> int | None:
        """The skill that it goes on as, unless it is rated again or is a part of one. What waits
        for a library's decision is a new skill: whoever is on an earlier version rates the old one
        as before."""
        is_part = self.change in (Change.SPLIT, Change.MERGED)
        goes_on = self.carries and not is_part and not self.is_newly_sensitive
        return self.skills[0] if goes_on else None


NONE: Mapping[str, Ancestry] = {}


def skills_for(
    tx: Session, slug: str, uuids: Collection[str], ancestries: Mapping[str, Ancestry]
) -> dict[str, int]:
    """By uuid the skill of each statement of a version that is being published, made where it is a
    new one."""
    same = {uuid: ancestry.same_skill for uuid, ancestry in ancestries.items()}
    new = [uuid for uuid in uuids if same.get(uuid) is None]
    made = [Skill(slug=slug) for _uuid in new]
    tx.add_all(made)
    tx.flush()
    skills = {uuid: skill for uuid, skill in same.items() if skill is not None}
    skills |= {uuid: skill.id for uuid, skill in zip(new, made, strict=True)}
    for uuid in new:
        ancestry = ancestries.get(uuid)
        if ancestry is not None:
            for origin_id in ancestry.skills:
                add_origin(tx, skills[uuid], origin_id, ancestry.change, carries=ancestry.carries)
    return skills


def digest(tx: Session, slug: str) -> str:
    """A digest of the whole lineage of a framework: the audit notes it whenever something is
    decided, and a check compares it (operations/checks/queries_record)."""
    return seals.lineage(*(tx.execute(rows).all() for rows in lineage_of(slug)))


def add_origin(
    tx: Session, skill_id: int, origin_id: int, change: Change, *, carries: bool
) -> None:
    """Write down an origin of a skill, for it and for all that came of it.

    Raises Conflict: "origin_circle"; "origin_there", and whether it `carries`.
    """
    above = _lines_of(tx, origin_id)
    if skill_id == origin_id or any(skill_id == link.origin_id for line in above for link in line):
        raise Conflict("origin_circle")
    lines = _lines_of(tx, skill_id)
    for line in lines:
        if line[0].origin_id == origin_id:
            raise Conflict("origin_there", carries=line[0].carries)
    first = OriginLink(origin_id, change, carries)
    tails = [(first, *(link.before(first) for link in line)) for line in above or [()]]
    rows = _numbered(skill_id, tails, len(lines))
    below = select(SkillOrigin.skill_id).where(SkillOrigin.origin_id == skill_id).distinct()
    for later_id in tx.scalars(below.order_by(SkillOrigin.skill_id)).all():
        rows += _led_on(later_id, skill_id, _lines_of(tx, later_id), tails, is_longer=not lines)
    tx.execute(insert(table_of(SkillOrigin)), rows)


@dataclass(frozen=True, slots=True)
class OriginLink:
    """One origin on a line."""

    origin_id: int
    change: Change
    carries: bool

    def before(self, later: "OriginLink") -> "OriginLink":
        """This link as it is seen from a skill that was made of its own."""
        carries = self.carries and later.carries
        return OriginLink(self.origin_id, self.change.then(later.change), carries)


Line = tuple[OriginLink, ...]
"""The nearest origin first."""


def _led_on(
    skill_id: int, through: int, lines: Sequence[Line], tails: Sequence[Line], *, is_longer: bool
) -> list[dict[str, Any]]:
    """Rows that continue the lines of a later skill with the new lines of one that it was made of;
    `is_longer`: its lines ended there so far."""
    rows, count, ways = list[dict[str, Any]](), len(lines), set[Line]()
    for number, line in enumerate(lines, 1):
        ids = [link.origin_id for link in line]
        if through not in ids:
            continue
        way = line[: ids.index(through) + 1]
        if way in ways:
            continue
        ways.add(way)
        on = [tuple(link.before(way[-1]) for link in tail) for tail in tails]
        if is_longer:
            rows += _rows(skill_id, number, on.pop(0), len(way))
        rows += _numbered(skill_id, [(*way, *tail) for tail in on], count)
        count += len(on)
    return rows


def _numbered(skill_id: int, lines: Sequence[Line], after: int) -> list[dict[str, Any]]:
    return [
        row for number, line in enumerate(lines, after + 1) for row in _rows(skill_id, number, line)
    ]


def _rows(skill_id: int, number: int, line: Line, after: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "skill_id": skill_id,
            "line": number,
            "origin_id": link.origin_id,
            "change": link.change,
            "carries": link.carries,
            "steps": steps,
        }
        for steps, link in enumerate(line, after + 1)
    ]


def _lines_of(tx: Session, skill_id: int) -> list[Line]:
    rows = tx.execute(
        select(SkillOrigin.line, SkillOrigin.origin_id, SkillOrigin.change, SkillOrigin.carries)
        .where(SkillOrigin.skill_id == skill_id)
        .order_by(SkillOrigin.line, SkillOrigin.steps)
    )
    return [
        tuple(OriginLink(*row[1:]) for row in line)
        for _number, line in groupby(rows, lambda row: row.line)
    ]
