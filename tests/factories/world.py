"""A small world for tests: one person of every kind, in two libraries, with a framework of two
strands.

City Library (root)          coordinator Cora
|- Central                   supervisor Sue; learners Ana, Ben
|  `- Bookmobile             supervisor Ana; learner Sue (a learner here, a supervisor there)
`- Harbour                   supervisor Hugo; coordinator Carl; learner Lea
Other Library (root)         administrator Oda; supervisor Olaf; learner Otto
Adam is the administrator of City Library and is in no team.
"""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.client import PASSWORD
from tests.factories.answers import MEANING, Answer, words_of
from tracker.accounts.sign_in.rules import Passwords
from tracker.db import transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.models import (
    Domain,
    Framework,
    Level,
    Library,
    Membership,
    Person,
    RoleProfile,
    Round,
    RoundFramework,
    ScaleAnswer,
    Skill,
    Statement,
    Strand,
    Target,
    Team,
    UseStatement,
    UseStatementReading,
)
from tracker.rules.roles import Role

HASH = Passwords(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
START = dt.date(2026, 1, 5)
LEVELS = ("Emerging", "Developing", "Proficient", "Advanced")
SHAPE = {
    "technical": {"Technical": (5, 5, 3, 2)},
    "durable": {"Communication": (2, 3, 3, 2), "Leadership": (2, 1, 3, 2)},
}
"""Strand -> domain -> how many statements at each level."""


@dataclass
class World:
    """Ids by name: `people["ana"]`, `teams["central"]`, `domains["communication"]`,
    `statements["communication"]`."""

    now: dt.datetime
    framework_id: int = 0
    libraries: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    domains: dict[str, int] = field(default_factory=dict)
    statements: dict[str, list[int]] = field(default_factory=dict)
    role_profiles: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def email(name: str) -> str:
        return f"{name}@example.org"


def make_world(now: dt.datetime) -> World:
    """Build it in the database of the application context, in one transaction."""
    world = World(now)
    with transaction() as tx:
        _framework(tx, world)
        for library, admin in (("city", "adam"), ("other", "oda")):
            _library(tx, world, library, admin)
        for name, above in (("central", "city"), ("bookmobile", "central"), ("harbour", "city")):
            _team(tx, world, name, above)
        for name, team, role in (
            ("ana", "central", Role.LEARNER),
            ("ben", "central", Role.LEARNER),
            ("sue", "central", Role.SUPERVISOR),
            ("sue", "bookmobile", Role.LEARNER),
            ("ana", "bookmobile", Role.SUPERVISOR),
            ("lea", "harbour", Role.LEARNER),
            ("hugo", "harbour", Role.SUPERVISOR),
            ("carl", "harbour", Role.COORDINATOR),
            ("cora", "city", Role.COORDINATOR),
            ("otto", "other", Role.LEARNER),
            ("olaf", "other", Role.SUPERVISOR),
        ):
            _member(tx, world, name, team, role)
        frameworks_versions_records_moves.begin(tx, world.people.values(), now)
    return world


def add(tx: Session, row: object) -> int:
    tx.add(row)
    tx.flush()
    return int(row.id)  # type: ignore[attr-defined]


def job(
    tx: Session,
    library_id: int,
    framework_id: int,
    name: str,
    rank: int | None,
    now: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
) -> int:
    """A job profile that expects `rank` in every domain of the version, or nothing. Newcomers begin
    with the newest version where the library had none."""
    framework = tx.get_one(Framework, framework_id)
    profile_id = add(tx, RoleProfile(library_id=library_id, slug=framework.slug, name=name))
    keys = tx.execute(
        select(Strand.key, Domain.key)
        .join(Domain, Domain.strand_id == Strand.id)
        .where(Strand.framework_id == framework_id)
        .order_by(Domain.id)
    ).all()
    for strand, domain in keys if rank is not None else ():
        target = Target(role_profile_id=profile_id, strand_key=strand, domain_key=domain, rank=rank)
        add(tx, target)
    frameworks_versions_records_moves.of_newcomers(tx, library_id, framework.slug, now)
    return profile_id


def _framework(tx: Session, world: World) -> None:
    world.framework_id = framework_id = add(
        tx,
        Framework(
            slug="small",
            version="1",
            title="Small framework",
            digest="0" * 64,
            about={},
            published_at=world.now,
        ),
    )
    for position, answer in enumerate(Answer):
        label, description = words_of(answer)
        add(
            tx,
            ScaleAnswer(
                framework_id=framework_id,
                key=answer,
                position=position,
                label=label,
                description=description,
                counts_as=MEANING[answer],
            ),
        )
    position = 0
    for strand_at, (strand_key, domains) in enumerate(SHAPE.items()):
        strand_id = add(
            tx,
            Strand(
                framework_id=framework_id,
                key=strand_key,
                title=strand_key.title(),
                position=strand_at,
            ),
        )
        for rank, name in enumerate(LEVELS, 1):
            add(tx, Level(strand_id=strand_id, rank=rank, name=name))
        for domain_at, (title, counts) in enumerate(domains.items()):
            key = title.lower()
            world.domains[key] = add(
                tx, Domain(strand_id=strand_id, key=key, title=title, position=domain_at)
            )
            world.statements[key] = []
            for rank, count in enumerate(counts, 1):
                for number in range(1, count + 1):
                    position += 1
                    code = f"{key[:3].upper()}-{rank}-{number:02}"
                    world.statements[key].append(
                        add(
                            tx,
                            Statement(
                                framework_id=framework_id,
                                skill_id=add(tx, Skill(slug="small")),
                                domain_id=world.domains[key],
                                rank=rank,
                                uuid=f"00000000-0000-0000-0000-{position:012}",
                                code=code,
                                position=position,
                                title=f"{title} {rank}.{number}",
                                text=f"does what {code} says",
                            ),
                        )
                    )


def _library(tx: Session, world: World, name: str, admin: str) -> None:
    title = f"{name.title()} Library"
    library_id = world.libraries[name] = add(tx, Library(name=title, created_at=world.now))
    root = Team(library_id=library_id, name=title, path="")
    world.teams[name] = add(tx, root)
    root.path = f"/{root.id}/"
    add(
        tx,
        UseStatement(
            library_id=library_id,
            version=1,
            text="For your development.",
            published_at=world.now,
            opens_statements=True,
        ),
    )
    world.role_profiles[name] = job(tx, library_id, world.framework_id, "Mid-level", 2)
    world.rounds[name] = add(
        tx,
        Round(
            library_id=library_id,
            name="Autumn 2026",
            starts_on=dt.date(2026, 10, 1),
            ends_on=dt.date(2026, 12, 11),
        ),
    )
    tx.add(RoundFramework(round_id=world.rounds[name], framework_id=world.framework_id))
    _person(tx, world, admin, library_id, administrator=True)


def _team(tx: Session, world: World, name: str, above: str) -> None:
    parent = tx.get_one(Team, world.teams[above])
    team = Team(library_id=parent.library_id, parent_id=parent.id, name=name.title(), path="")
    world.teams[name] = add(tx, team)
    team.path = f"{parent.path}{team.id}/"


def _person(
    tx: Session, world: World, name: str, library_id: int, *, administrator: bool = False
) -> None:
    world.people[name] = person_id = add(
        tx,
        Person(
            library_id=library_id,
            name=name.title(),
            email=world.email(name),
            password_hash=HASH,
            administrator=administrator,
            created_at=world.now,
        ),
    )
    statement_id = tx.query(UseStatement.id).filter_by(library_id=library_id).scalar()
    add(
        tx,
        UseStatementReading(person_id=person_id, use_statement_id=statement_id, read_at=world.now),
    )


def _member(tx: Session, world: World, name: str, team: str, role: Role) -> None:
    team_row = tx.get_one(Team, world.teams[team])
    library = "other" if team == "other" else "city"
    if name not in world.people:
        _person(tx, world, name, team_row.library_id)
    profile_id = world.role_profiles[library] if role is Role.LEARNER else None
    add(
        tx,
        Membership(
            person_id=world.people[name],
            team_id=team_row.id,
            role=role,
            role_profile_id=profile_id,
            job="Library Assistant",
            weekly_hours=24,
            starts_on=START,
        ),
    )
