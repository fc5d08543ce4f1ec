"""What a learner is measured against: their framework, role profile, targets and the open round."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    bindparam,
    func,
    select,
    tuple_,
)

from tracker.db import ask_made, session
from tracker.models import (
    Framework,
    Membership,
    Person,
    PersonVersion,
    RatingEntry,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
    Team,
)
from tracker.models.joins import is_one_of_people
from tracker.models.record import later
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import current_on, in_reach_on, people_of
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class LearnerFramework:
    """One of the frameworks that somebody learns in. `label`: its title and version."""

    id: int
    slug: str
    label: Wording
    lang: str


@dataclass(frozen=True, slots=True)
class Learner:
    """A person in one of their frameworks, in all jobs that they have there now (or the last one,
    once it ended): the team and terms are those of the newest, and they are measured against the
    higher target of each domain (record/sheet/rules)."""

    person_id: int
    name: str
    library_id: int
    team_id: int
    team: str
    job: str
    weekly_hours: float | None
    since: dt.date
    is_current: bool
    role_profile_ids: tuple[int, ...]
    role_profiles: tuple[str, ...]
    framework_id: int
    framework_slug: str
    framework_version: str
    framework: Wording
    lang: str
    question: Wording
    help: Wording
    """What the framework asks of every statement, and how the answers are meant."""
    statements: int
    ready_at: dt.datetime | None
    round_id: int | None
    round: str | None
    round_starts_on: dt.date | None
    round_ends_on: dt.date | None
    frameworks: tuple[LearnerFramework, ...]
    """All that they learn in, this one among them, the usual one first."""
    today: dt.date

    @property
    def role_profile(self) -> str:
        """The names of all of their jobs there."""
        return ", ".join(self.role_profiles)

    @property
    def has_several_jobs(self) -> bool:
        return len(self.role_profile_ids) > 1


LEARNER: BindParameter[int] = bindparam("learner", type_=Integer)
LIBRARY: BindParameter[int] = bindparam("library", type_=Integer)
FRAMEWORK: BindParameter[int] = bindparam("framework", type_=Integer)
"""In a query that is made once."""
NAMED_ONE_BY_ONE = 500
"""So many people are asked for by id; of more, all of the library are read."""
LATER_OF_PEOPLE = later.counting_later(is_one_of_people, FRAMEWORK)
"""What counts later for them, as of the day that `later.on` gives."""


def among(column: SQLColumnExpression[int], *, of_library: bool) -> ColumnElement[bool]:
    """Whether it is one of the people or, where these are many, somebody of the library."""
    if of_library:
        return column.in_(select(Person.id).where(people_of(LIBRARY)))
    return is_one_of_people(column)


def counts_now(
    person_id: SQLColumnExpression[int],
    statement_id: SQLColumnExpression[int],
    waiting: Subquery = LATER_OF_PEOPLE,
) -> ColumnElement[bool]:
    """Over columns of people and statements: the statement doesn't count later for them."""
    waits = waiting.c
    return tuple_(person_id, statement_id).not_in(select(waits.person_id, waits.statement_id))


def of(learner: Learner) -> dict[str, Any]:
    """The values of `LEARNER`, `LIBRARY` and `FRAMEWORK`, and of what counts later, for a query
    that is made once."""
    return {
        **later.on(learner.today),
        "learner": learner.person_id,
        "library": learner.library_id,
        "framework": learner.framework_id,
    }


@lru_cache(maxsize=8)
def _learners_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day: every page of a learner asks it."""
    # A row for each membership, and for each round that is open in its framework; the one to show
    # comes first.
    statements = (
        select(func.count(Statement.id))
        .where(Statement.framework_id == Framework.id)
        .scalar_subquery()
    )
    asked = (
        select(Statement.framework_id)
        .where(Statement.id == bindparam("statement", type_=Integer))
        .scalar_subquery()
    )
    open_round = (
        select(Round, RoundFramework.framework_id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(Round.starts_on <= today, Round.ends_on >= today)
        .subquery()
    )
    return (
        select(
            Person.id.label("person_id"),
            Person.name,
            Person.library_id,
            Person.ready_at,
            Team.id.label("team_id"),
            Team.name.label("team"),
            Membership.job,
            Membership.weekly_hours,
            Membership.starts_on.label("since"),
            current_on(Membership, today).label("is_current"),
            RoleProfile.id.label("role_profile_id"),
            RoleProfile.name.label("role_profile"),
            Framework.id.label("framework_id"),
            Framework.slug.label("framework_slug"),
            Framework.version.label("framework_version"),
            Framework.title.label("framework"),
            Framework.lang,
            Framework.about["scale"]["question"].as_string().label("question"),
            func.coalesce(Framework.about["scale"]["help"].as_string(), "").label("help"),
            statements.label("statements"),
            asked.label("asked"),
            open_round.c.id.label("round_id"),
            open_round.c.name.label("round"),
            open_round.c.starts_on.label("round_starts_on"),
            open_round.c.ends_on.label("round_ends_on"),
        )
        .join(Membership, and_(Membership.person_id == Person.id, Membership.role == Role.LEARNER))
        .join(Team, Team.id == Membership.team_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .outerjoin(
            open_round,
            and_(
                open_round.c.library_id == Person.library_id,
                open_round.c.framework_id == Framework.id,
            ),
        )
        .where(is_one_of_people(Person.id), in_reach_on(Membership, today))
        .order_by(
            Person.id,
            current_on(Membership, today).desc(),
            Membership.starts_on.desc(),
            Membership.id.desc(),
            open_round.c.starts_on.desc(),
        )
    )


def learners(
    person_ids: list[int],
    today: dt.date,
    framework: str | None = None,
    *,
    statement_id: int | None = None,
) -> dict[int, Learner]:
    """By person, in the framework of that slug, in that of a statement, else in their usual one:
    that of their newest membership. Who does not learn there is not in it. One query."""
    values = {"people": person_ids, "statement": statement_id}
    rows = ask_made(_learners_on(today), values).mappings()
    by_person: defaultdict[int, dict[str, RowMapping]] = defaultdict(dict)
    jobs: defaultdict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    for row in rows:
        by_slug = by_person[row["person_id"]]
        if row["is_current"] or not any(line["is_current"] for line in by_slug.values()):
            by_slug.setdefault(row["framework_slug"], row)
            if row["is_current"] or row is by_slug[row["framework_slug"]]:
                key = row["person_id"], row["framework_id"]
                jobs[key].setdefault(row["role_profile_id"], row["role_profile"])
    learners = {}
    for person_id, by_slug in by_person.items():
        asked = by_slug.get(framework) if framework else next(iter(by_slug.values()))
        if statement_id is not None:
            of = (line for line in by_slug.values() if line["framework_id"] == line["asked"])
            asked = next(of, None)
        if asked is not None:
            facts = dict(asked)
            for name in ("role_profile_id", "role_profile", "asked"):
                del facts[name]
            held = jobs[person_id, asked["framework_id"]]
            learners[person_id] = Learner(
                **facts,
                role_profile_ids=tuple(held),
                role_profiles=tuple(held.values()),
                frameworks=tuple(map(_framework, by_slug.values())),
                today=today,
            )
    return learners


def learner(person_id: int, today: dt.date, framework: str | None = None) -> Learner | None:
    return learners([person_id], today, framework).get(person_id)


def frameworks_of(person_id: int, today: dt.date) -> tuple[LearnerFramework, ...]:
    """What somebody learns in, the usual one first; nothing for who is no learner. One query."""
    somebody = learner(person_id, today)
    return somebody.frameworks if somebody is not None else ()


def last_rated_in(person_id: int) -> int | None:
    """The framework of the newest answer of all. One query."""
    newest = (
        select(Statement.framework_id)
        .join(RatingEntry, RatingEntry.statement_id == Statement.id)
        .where(RatingEntry.person_id == person_id)
        .order_by(RatingEntry.id.desc())
        .limit(1)
    )
    return session().scalar(newest)


def learner_of(person_id: int, statement_id: int, today: dt.date) -> Learner | None:
    """In the framework of the statement."""
    return learners([person_id], today, statement_id=statement_id).get(person_id)


def _framework(row: RowMapping) -> LearnerFramework:
    label = f"{row['framework']} {row['framework_version']}"
    return LearnerFramework(row["framework_id"], row["framework_slug"], label, row["lang"])
