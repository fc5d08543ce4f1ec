"""What a library does with a framework: what it leaves out, its rounds, domains of any size, and
frameworks of other shapes."""

import datetime as dt

from sqlalchemy import select

from tests.factories.sides import actor
from tests.factories.world import World, add, job
from tests.frameworks.files.test_shapes import shape
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.db import session, transaction
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.frameworks.versions.rules import Meaning, Scale
from tracker.models import (
    Citation,
    Domain,
    Level,
    Membership,
    NotRatedHere,
    Round,
    RoundFramework,
    Skill,
    Source,
    Statement,
    Strand,
)
from tracker.rules.roles import Role


def leave_out(world: World, statement_id: int, reason: str, library: str = "city") -> None:
    """Mark a statement *not rated here*."""
    with transaction() as tx:
        tx.add(
            NotRatedHere(
                library_id=world.libraries[library],
                skill_id=tx.get_one(Statement, statement_id).skill_id,
                reason=reason,
                set_at=world.now,
                set_by_id=world.people["adam"],
            )
        )


def open_round(
    world: World, name: str, starts_on: dt.date, ends_on: dt.date, library: str = "city"
) -> int:
    with transaction() as tx:
        world.rounds[name] = add(
            tx,
            Round(
                library_id=world.libraries[library], name=name, starts_on=starts_on, ends_on=ends_on
            ),
        )
        tx.add(RoundFramework(round_id=world.rounds[name], framework_id=world.framework_id))
    return world.rounds[name]


def add_role_profile(world: World, name: str, rank: int) -> int:
    """A job that expects `rank` in every domain; known in the world by its name."""
    with transaction() as tx:
        home = world.libraries["city"]
        world.role_profiles[name] = job(tx, home, world.framework_id, name, rank)
    return world.role_profiles[name]


def grow(world: World, domain: str, count: int) -> None:
    """Add statements to a domain, spread over its four levels, until it has `count`."""
    with transaction() as tx:
        for number in range(len(world.statements[domain]) + 1, count + 1):
            world.statements[domain].append(
                add(
                    tx,
                    Statement(
                        framework_id=world.framework_id,
                        skill_id=add(tx, Skill(slug="small")),
                        domain_id=world.domains[domain],
                        rank=number % 4 + 1,
                        uuid=f"00000000-0000-0000-0001-{number:012}",
                        code=f"MORE-{number:03}",
                        position=1000 + number,
                        title=f"More {number}",
                        text="does one more thing",
                    ),
                )
            )


def cite(world: World, statement_id: int, *labels: str) -> None:
    """Citation chips of a statement, in order."""
    with transaction() as tx:
        for position, label in enumerate(labels):
            key = label.lower().replace(" ", "-")
            source_id = tx.query(Source.id).filter_by(
                framework_id=world.framework_id, key=key
            ).scalar() or add(
                tx,
                Source(
                    framework_id=world.framework_id,
                    key=key,
                    label=label,
                    name=f"{label} in full",
                    position=position,
                ),
            )
            add(tx, Citation(statement_id=statement_id, source_id=source_id, position=position))


def first_version(file: FrameworkFile, now: dt.datetime) -> int:
    """Taken in and published, unless it is. Returns the framework's id."""
    made = import_framework(file, now)
    if made.draft_id is None:
        assert made.framework_id is not None
        return made.framework_id
    return drafts_actions.publish(None, made.draft_id, now).framework_id


def learn_in(world: World, name: str) -> FrameworkFile:
    """Import that file of tests/data/frameworks/: from now on Ana and Ben learn in it, up to the
    highest level of each domain."""
    file, framework_id = second_framework(world, name)
    begin_on(world, framework_id)
    return file


def learn_on(world: World, framework_id: int) -> None:
    """From now on Ana and Ben learn on that version, up to the highest level of each domain."""
    expect_everything(world, framework_id)
    begin_on(world, framework_id)


def begin_on(world: World, framework_id: int) -> None:
    world.framework_id = framework_id
    both = [world.people["ana"], world.people["ben"]]
    with transaction() as tx:
        learn = select(Membership).where(
            Membership.person_id.in_(both), Membership.role == Role.LEARNER
        )
        for membership in tx.scalars(learn):
            membership.role_profile_id = world.role_profiles["Everything"]
        frameworks_versions_records_moves.begin(tx, both, world.now)


def second_framework(world: World, name: str) -> tuple[FrameworkFile, int]:
    """Import that file of tests/data/frameworks/, with a job profile "Everything" that expects the
    highest level of each domain. Returns the framework's id too."""
    file = shape(name)
    framework_id = first_version(file, world.now)
    expect_everything(world, framework_id)
    return file, framework_id


def expect_everything(world: World, framework_id: int) -> None:
    """A job profile "Everything" that expects the highest level of each domain."""
    highest = session().execute(
        select(Domain.id, Level.rank)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, Level.strand_id == Strand.id)
        .where(Strand.framework_id == framework_id)
        .order_by(Level.rank)
    )
    world.role_profiles["Everything"] = role_profiles_actions.create(
        actor(world, "adam"), framework_id, "Everything", dict(highest.all()), world.now
    )


def scale_of(file: FrameworkFile) -> Scale:
    return Scale.of((each.key, Meaning(each.counts_as)) for each in file.scale)
