"""A next version of the small framework, published past the services that compare and publish; and
people who are moved to it, and back."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from tests.factories.sides import actor
from tests.factories.world import World, add
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.db import Base, transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.frameworks.versions.records import add_origin
from tracker.frameworks.versions.rules import Change
from tracker.models import (
    Domain,
    Framework,
    Level,
    Library,
    Person,
    ScaleAnswer,
    Skill,
    Statement,
    Strand,
)
from tracker.row_locks import held


@dataclass(slots=True)
class NextVersion:
    """`became`: what each statement of the version before (`before_id`) goes on as; nothing where
    it is retired. `added`: statements that nothing led to."""

    framework_id: int
    before_id: int
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
    back: Collection[int] = (),
    added: int = 0,
) -> NextVersion:
    """Copy the framework (`of`, or the world's) into a new version.

    `reworded`: whether it carries; `split`: in two, whether the first part is carried to; `merged`:
    two into one, whether it carries where both say the same; `moved`: to which domain; `back`:
    statements of the version before that one; `added`: new statements in the first domain. All
    others stay the same.
    """
    reworded, split, merged, moved = reworded or {}, split or {}, merged or {}, moved or {}
    content = repr((version, reworded, split, merged, moved, sorted(retired), added))
    with transaction() as tx:
        old = tx.get_one(Framework, of or world.framework_id)
        digest = sha256(f"{old.digest} {content}".encode()).hexdigest()
        made = NextVersion(_copy(tx, old, version=version, digest=digest), old.id)
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
                skill_id = tx.get_one(Statement, kept).skill_id
                carries = first[second[each.id]]
                add_origin(tx, skill_id, each.skill_id, Change.MERGED, carries=carries)
                continue
            if each.id in split:
                for number in (1, 2):
                    carries = split[each.id] and number == 1
                    part = _copy(
                        tx,
                        each,
                        **place,
                        skill_id=_made_of(tx, each, Change.SPLIT, carries=carries),
                        uuid=f"{'ab'[number - 1]}{version[0]}{each.uuid[2:]}",
                        code=f"{each.code}-{number}",
                        text=f"{each.text} (part {number})",
                        position=each.position * 10 + number,
                    )
                    made.became.setdefault(each.id, []).append(part)
                continue
            skill_id, text = each.skill_id, each.text
            if each.id in moved:
                place["domain_id"] = made.domains[moved[each.id]]
            if each.id in reworded:
                text = f"{each.text}, in other words"
                if not reworded[each.id]:
                    skill_id = _made_of(tx, each, Change.REWORDED, carries=False)
            if each.id in first:
                text = f"{each.text}, and more"
                skill_id = _made_of(tx, each, Change.MERGED, carries=first[each.id])
            copied = _copy(
                tx, each, **place, skill_id=skill_id, text=text, position=each.position * 10
            )
            made.became[each.id] = [copied]
        by_key = {tx.get_one(Domain, old_id).key: new for old_id, new in made.domains.items()}
        for gone in [tx.get_one(Statement, each) for each in back]:
            place = {
                "framework_id": made.framework_id,
                "domain_id": by_key[tx.get_one(Domain, gone.domain_id).key],
            }
            made.became[gone.id] = [_copy(tx, gone, **place, position=200_000 + gone.position)]
        for number in range(added):
            made.added.append(
                _copy(
                    tx,
                    found[0],
                    framework_id=made.framework_id,
                    domain_id=made.domains[found[0].domain_id],
                    skill_id=add(tx, Skill(slug=old.slug)),
                    title=f"New {number}",
                    uuid=f"00000000-0000-0000-{int(version):04}-{number:012}",
                    code=f"NEW-{version}-{number:02}",
                    position=100_000 + number,
                )
            )
    return made


def _made_of(tx: Session, before: Statement, change: Change, *, carries: bool) -> int:
    """A new skill with the statement's as its origin."""
    framework = tx.get_one(Framework, before.framework_id)
    skill_id = add(tx, Skill(slug=framework.slug))
    add_origin(tx, skill_id, before.skill_id, change, carries=carries)
    return skill_id


def _copy(tx: Session, row: Base, **changed: Any) -> int:
    columns = inspect(type(row)).column_attrs
    values = {column.key: getattr(row, column.key) for column in columns if column.key != "id"}
    copied = type(row)(**(values | changed))
    tx.add(copied)
    tx.flush()
    return int(copied.id)  # type: ignore[attr-defined]


AFTER = dt.datetime(2026, 12, 14, 10, 0, tzinfo=dt.UTC)
"""The round of the small world is over."""


def carried(
    world: World,
    version: NextVersion,
    now: dt.datetime = AFTER,
    *,
    person: str | None = None,
    back: bool = False,
) -> int:
    """The whole library moved to the version, or back to the one before; or one `person` alone. How
    many."""
    to_id = version.before_id if back else version.framework_id
    if person is not None:
        return moved_alone(world, person, to_id, now)
    return version_moves_actions.move(
        actor(world, "adam", now), world.libraries["city"], to_id, now
    )


def moved_alone(world: World, name: str, framework_id: int, now: dt.datetime) -> int:
    """Past the service, which moves whole libraries: people may be on different versions, as the
    pointer is each person's own."""
    alone = select(Person.id).where(Person.id == world.people[name])
    with transaction() as tx:
        (library_id,) = tx.scalars(select(Person.library_id).where(Person.id.in_(alone)))
        tx.execute(held(select(Library.id).where(Library.id == library_id)))
        tx.execute(held(alone))
        to = tx.get_one(Framework, framework_id)
        return frameworks_versions_records_moves.move(
            tx, library_id, alone, to, world.people["adam"], now
        )
