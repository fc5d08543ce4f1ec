"""Teams as those who supervise or coordinate them see them: how many learn there, and of them sent.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence, Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    RowMapping,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from tracker.db import ask_made, session
from tracker.models import (
    Framework,
    Membership,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.record.versions import version_learned
from tracker.models.reviews.reviews import NOT_WITHDRAWN
from tracker.policy.permissions import Actor, Subject, current_on, reach, teams_in_reach
from tracker.policy.reviewers import upwards
from tracker.queries.asking import Question, row_as
from tracker.record.sheet.queries_learners import LIBRARY
from tracker.record.visible.queries import Reader, counts_as_sent, is_reviewed
from tracker.reviews.sending.queries_counts import ROUNDS
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round that today falls into. No two of them share a framework."""

    id: int
    name: str
    starts_on: dt.date
    ends_on: dt.date
    framework_ids: frozenset[int]


VERSIONS: BindParameter[Any] = bindparam("versions", expanding=True)


@dataclass
class TeamLine:
    """A team in a list, below those of the names `above` that the reader may read. `learners` learn
    in it or in a team below it: in an open round, where there is one, those alone who learn in a
    version that one is for. The other ids are those of all teams: who sent, and of whom something
    was reviewed, in these rounds or else ever; whose records are closed to the reader. Not frozen:
    hundreds are made for a page, three times as fast."""

    id: int
    parent_id: int | None
    name: str
    path: str
    above: tuple[str, ...]
    of_teams: Sequence[str]
    all_sent: AbstractSet[str]
    all_reviewed: AbstractSet[str]
    all_closed: AbstractSet[str]

    @cached_property
    def learners(self) -> AbstractSet[str]:
        """Of the few lines that a page shows."""
        return set(",".join(self.of_teams).split(",")) if self.of_teams else set()

    @property
    def people(self) -> int:
        return len(self.learners)

    @property
    def sent(self) -> int:
        return len(self.learners & self.all_sent)

    @property
    def reviewed(self) -> int:
        return len(self.learners & self.all_reviewed)

    @property
    def closed_records(self) -> int:
        return sum(one in self.learners for one in self.all_closed)

    @property
    def open_records(self) -> int:
        return self.people - self.closed_records

    @property
    def depth(self) -> int:
        return len(self.above)


def open_rounds(library_id: int, today: dt.date) -> Question[tuple[OpenRound, ...]]:
    return Question(_open_rounds(), {"library": library_id, "today": today}, _rounds)


def _rounds(rows: Sequence[RowMapping]) -> tuple[OpenRound, ...]:
    versions: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        versions[row["id"]].add(row["framework_id"])
    by_end = {row["id"]: row for row in sorted(rows, key=lambda row: (row["ends_on"], row["id"]))}
    return tuple(
        row_as(OpenRound, row, framework_ids=frozenset(versions[row["id"]]))
        for row in by_end.values()
    )


@cache
def _open_rounds() -> Select[*tuple[Any, ...]]:
    today = bindparam("today", type_=Date)
    return (
        select(Round.id, Round.name, Round.starts_on, Round.ends_on, RoundFramework.framework_id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(
            Round.library_id == bindparam("library", type_=Integer),
            Round.starts_on <= today,
            Round.ends_on >= today,
        )
    )


def tree(reader: Reader, rounds: Collection[OpenRound], path: str = "/") -> tuple[TeamLine, ...]:
    """The teams this reader may read, each after its parent, with totals over the teams below it
    where they are at `path` or below. Two queries."""
    values = {"path": path, "today": reader.today, **reach(reader.actor), **reader.values}
    values["rounds"] = [period.id for period in rounds]
    values["versions"] = {version_id for period in rounds for version_id in period.framework_ids}
    teams = ask_made(_teams(len(reader.actor.coordinates), in_rounds=bool(rounds)), values).all()
    ids = {team.id for team in teams if team.closed_on is None}
    below, learners = defaultdict(list), defaultdict(list)
    for team in teams:
        if team.id in ids:
            below[team.parent_id if team.parent_id in ids else None].append(team)
        for at in upwards(team.path) if team.learners else ():
            learners[at].append(team.learners)
    came_to = ask_made(_came_to(hides=reader.hides, in_rounds=bool(rounds)), values).one()
    sent, reviewed = (set(ids.split(",") if ids else ()) for ids in came_to)
    closed = set(map(str, reader.closed))
    lines: list[TeamLine] = []

    def put(parent_id: int | None, above: tuple[str, ...]) -> None:
        for team in below[parent_id]:
            of = learners[team.path], sent, reviewed, closed
            lines.append(TeamLine(team.id, team.parent_id, team.name, team.path, above, *of))
            put(team.id, (*above, team.name))

    put(None, ())
    return tuple(lines)


@cache
def _teams(roots: int, *, in_rounds: bool) -> Select[*tuple[Any, ...]]:
    """By name, also those that are closed, with the ids of who learns there as the database joins
    them: to read a row of each person takes longer."""
    left = select(Person.id).where(Person.library_id == LIBRARY, Person.disabled_at.is_not(None))
    here = (
        select(_joined(Membership.person_id))
        .where(
            Membership.team_id == Team.id,
            Membership.role == Role.LEARNER,
            current_on(Membership, bindparam("today", type_=Date)),
            Membership.person_id.not_in(left),
        )
        .correlate(Team)
    )
    if in_rounds:
        here = here.where(_learns_for_the_rounds())
    at = Team.path.startswith(bindparam("path", type_=String))
    learners = case((at, here.scalar_subquery())).label("learners")
    return (
        select(Team.id, Team.parent_id, Team.name, Team.path, Team.closed_on, learners)
        .where(teams_in_reach(roots))
        .order_by(Team.name, Team.id)
    )


def _learns_for_the_rounds() -> ColumnElement[bool]:
    """Over `Membership`. Whoever learns is on some version of the framework: where nobody ever was
    on another one of it than the rounds are for, nobody's is looked up."""
    slugs = select(Framework.slug).where(Framework.id.in_(VERSIONS))
    # Not by ==: where all were on one version, SQLite would read all rows to find no other.
    its = PersonVersion.framework_id.between(Framework.id, Framework.id)
    on_another = exists(
        select(Framework.id).where(
            Framework.slug.in_(slugs),
            Framework.id.not_in(VERSIONS),
            exists(select(PersonVersion.id).where(its)),
        )
    )
    of_the_rounds = select(RoleProfile.id).where(
        RoleProfile.library_id == LIBRARY, RoleProfile.slug.in_(slugs)
    )
    is_on_one = exists().where(
        RoleProfile.id == Membership.role_profile_id, version_learned().in_(VERSIONS)
    )
    return or_(and_(~on_another, Membership.role_profile_id.in_(of_the_rounds)), is_on_one)


@cache
def _came_to(*, hides: bool, in_rounds: bool) -> Select[*tuple[Any, ...]]:
    """Who sent, and of whom a review that has ended came to a rating. One row. One that was
    revealed was sent: of the others few items are looked for."""
    of_review = select(ReviewItem.id).where(ReviewItem.review_id == Review.id)
    has_come = exists(of_review.where(is_reviewed(hides=hides)))
    teams = select(Team.id).where(Team.library_id == LIBRARY)
    return select(_joined(Review.learner_id), _joined(case((has_come, Review.learner_id)))).where(
        NOT_WITHDRAWN,
        Review.round_id.in_(ROUNDS) if in_rounds else Review.team_id.in_(teams),
        or_(Review.revealed_at.is_not(None), exists(of_review.where(counts_as_sent()))),
    )


def _joined(ids: SQLColumnExpression[Any]) -> ColumnElement[str]:
    return func.aggregate_strings(cast(ids, String), ",")


def own_teams(actor: Actor) -> list[tuple[Subject, str]]:
    """Those that they supervise or coordinate themselves, by name. One query, or none."""
    places = {place.team_id: place for place in (*actor.supervises, *actor.coordinates)}
    query = select(Team.id, Team.name).where(Team.id.in_(places)).order_by(Team.name, Team.id)
    rows = session().execute(query) if places else ()
    return [(Subject(key, actor.library_id, places=(places[key],)), name) for key, name in rows]
