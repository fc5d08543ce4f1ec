"""A next version of the small framework, published past the services that compare and publish; and
people who are carried to it, as the worker does it."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

CarryingOutcome = object

from tests.factories.sending import actor
from tests.factories.world import World
from tracker.db import Base, transaction
from tracker.models import Domain, Framework, Level, ScaleAnswer, Skill, Statement, Strand
from tracker.queries.frameworks.version_steps import CarryingScope
from tracker.records.frameworks import lineage
from tracker.rules.frameworks.versions import Change
from tracker.services.frameworks import carrying


@dataclass(slots=True)
class NextVersion:
    """`became`: what takes the place of each statement of the version before; none where it is
    retired. `added`: statements that nothing led to."""

    framework_id: int
    became: dict[int, list[int]] = field(default_factory=dict)
    domains: dict[int, int] = field(default_factory=dict)
    added: list[int] = field(default_factory=list)


def next_version(
    world: World,
    *,
    of: int | None = None,
    version: str = "2",
    reworded: Mapping[int, bool] | None = None,
    split: Mapping[int, bool] | None = None,
    merged: Mapping[tuple[int, int], bool] | None = None,
    moved: Mapping[int, int] | None = None,
    retired: Collection[int] = (),
    added: int = 0,
) -> NextVersion:
    """Copy the framework (`of`, or the world's) into a new version.

    `reworded`: whether it carries; `split`: in two, whether the first part is carried to; `merged`:
    two into one, whether it carries where both say the same; `moved`: to which domain; `added`: new statements in the first
    domain. All others stay the same.
    """
    reworded, split, merged, moved = reworded or {}, split or {}, merged or {}, moved or {}
    with transaction() as tx:
        old = tx.get_one(Framework, of or world.framework_id)
        made = NextVersion(_copy(tx, old, version=version, digest=version.rjust(64, "0")))
        for answer in tx.scalars(select(ScaleAnswer).where(ScaleAnswer.framework_id == old.id)):
            _copy(tx, answer, framework_id=made.framework_id)
        for strand in tx.scalars(select(Strand).where(Strand.framework_id == old.id)).all():
            strand_id = _copy(tx, strand, framework_id=made.framework_id)
            for level in tx.scalars(select(Level).where(Level.strand_id == strand.id)).all():
                _copy(tx, level, strand_id=strand_id)
            for domain in tx.scalars(select(Domain).where(Domain.strand_id == strand.id)).all():
                made.domains[domain.id] = _copy(tx, domain, strand_id=strand_id)
        second = {pair[1]: pair[0] for pair in merged}
        first = {pair[0]: carries for pair, carries in merged.items()}
        found = tx.scalars(
            select(Statement).where(Statement.framework_id == old.id).order_by(Statement.position)
        ).all()
        for each in sorted(found, key=lambda one: one.id in second):
            place = {"framework_id": made.framework_id, "domain_id": made.domains[each.domain_id]}
            if each.id in retired:
                made.became[each.id] = []
                continue
            if each.id in second:
                kept = made.became[second[each.id]][0]
                made.became[each.id] = [kept]
                carries = first[second[each.id]]
                whole = tx.get_one(Statement, kept).skill_id
                lineage.add_origin(tx, whole, each.skill_id, Change.MERGED, carries=carries)
                continue
            if each.id in split:
                for number in (1, 2):
                    carries = split[each.id] and number == 1
                    part = _copy(
                        tx,
                        each,
                        **place,
                        skill_id=_made_of(tx, each, Change.SPLIT, carries=carries),
                        uuid=f"{'ab'[number - 1]}{each.uuid[1:]}",
                        code=f"{each.code}-{number}",
                        text=f"{each.text} (part {number})",
                        position=each.position * 10 + number,
                    )
                    made.became.setdefault(each.id, []).append(part)
                continue
            change, carries, text = Change.SAME, True, each.text
            if each.id in moved:
                change = Change.MOVED
                place["domain_id"] = made.domains[moved[each.id]]
            if each.id in reworded:
                change, carries = Change.REWORDED, reworded[each.id]
                text = f"{each.text}, in other words"
            if each.id in first:
                change, carries, text = Change.MERGED, first[each.id], f"{each.text}, and more"
            skill_id = each.skill_id
            if change is Change.MERGED or not carries:
                skill_id = _made_of(tx, each, change, carries=carries)
            copied = _copy(
                tx, each, **place, skill_id=skill_id, text=text, position=each.position * 10
            )
            made.became[each.id] = [copied]
        for number in range(added):
            made.added.append(
                _copy(
                    tx,
                    found[0],
                    framework_id=made.framework_id,
                    domain_id=made.domains[found[0].domain_id],
                    skill_id=_new_skill(tx, old.slug),
                    title=f"New {number}",
                    uuid=f"00000000-0000-0000-{int(version):04}-{number:012}",
                    code=f"NEW-{number:02}",
                    position=100_000 + number,
                )
            )
    return made


def _new_skill(tx: Session, slug: str) -> int:
    made = Skill(slug=slug)
    tx.add(made)
    tx.flush()
    return made.id


def _made_of(tx: Session, of: Statement, change: Change, *, carries: bool) -> int:
    """A new skill with that origin."""
    slug = tx.get_one(Skill, of.skill_id).slug
    made = _new_skill(tx, slug)
    lineage.add_origin(tx, made, of.skill_id, change, carries=carries)
    return made


def _copy(tx: Session, row: Base, **changed: Any) -> int:
    columns = inspect(type(row)).column_attrs
    values = {each.key: getattr(row, each.key) for each in columns if each.key != "id"}
    copied = type(row)(**(values | changed))
    tx.add(copied)
    tx.flush()
    return int(copied.id)  # type: ignore[attr-defined]


AFTER = dt.datetime(2026, 12, 14, 10, 0, tzinfo=dt.UTC)
"""The round of the small world is over."""


def planned(
    world: World,
    version: NextVersion,
    *,
    by: str | None = "adam",
    person: str | None = None,
    team: str | None = None,
    now: dt.datetime = AFTER,
    starts_on: dt.date | None = None,
) -> int:
    scope = CarryingScope(
        world.libraries["city"],
        world.framework_id,
        version.framework_id,
        world.teams[team] if team else None,
        world.people[person] if person else None,
    )
    who = actor(world, by, now) if by else None
    return carrying.plan(who, scope, starts_on or now.date(), now)


def done(carrying_id: int, now: dt.datetime = AFTER, *, at_most: int = 1_000) -> CarryingOutcome:
    """Go on with it, there or back; `at_most` so many people, as if cut short after them."""
    for each in carrying.begin(carrying_id, now)[:at_most]:
        carrying.go_on(carrying_id, each, now)
    return carrying.finish(carrying_id, now)


def carried(
    world: World, version: NextVersion, now: dt.datetime = AFTER, *, person: str | None = None
) -> int:
    """The whole library, or one person of it. The carrying's id."""
    carrying_id = planned(world, version, person=person, now=now)
    done(carrying_id, now)
    return carrying_id


def undone(world: World, carrying_id: int, now: dt.datetime = AFTER) -> CarryingOutcome:
    carrying.undo(actor(world, "adam", now), carrying_id, now)
    return done(carrying_id, now)
