"""Teams as those who supervise or coordinate them see them: how many learn there, and of them sent.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, RowMapping, Select, and_, bindparam, case, func, select, true

from tracker.db import session
from tracker.models import (
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
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import Actor, Subject, current_on, teams_readable
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.asking import Question, row_as
from tracker.queries.reviews.submission_counts import counts_as_sent
from tracker.rules.reviews.workflow import REVEALED
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round that today falls into. No two of them share a framework."""

    id: int
    name: str
    starts_on: dt.date
    ends_on: dt.date
    framework_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in a list, below those of the names `above` that the reader may read. `people` learn
    in it or in a team below it; of them `sent` sent and, of the `open_records` whose records the
    reader may see, `revealed` had something revealed: in an open round, where there is one, else
    ever. Of open rounds, those alone who learn in a version that one is for."""

    id: int
    parent_id: int | None
    name: str
    path: str
    above: tuple[str, ...]
    people: int
    sent: int
    open_records: int
    revealed: int

    @property
    def depth(self) -> int:
        return len(self.above)

    @property
    def closed_records(self) -> int:
        return self.people - self.open_records


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


def name_of(team_id: int) -> str:
    return session().scalars(select(Team.name).where(Team.id == team_id)).one()


def tree(
    actor: Actor, rounds: Collection[OpenRound], blind: BlindSpots, today: dt.date
) -> tuple[TeamLine, ...]:
    """The teams this actor may read, each after its parent, with totals over the teams below it.
    Two queries."""
    query = (
        select(Team.id, Team.parent_id, Team.name, Team.path)
        .where(teams_readable(actor), Team.closed_on.is_(None))
        .order_by(Team.name, Team.id)
    )
    teams = session().execute(query).all()
    totals = _totals(actor, rounds, blind, today)
    ids = {team.id for team in teams}
    below = defaultdict(list)
    for team in teams:
        below[team.parent_id if team.parent_id in ids else None].append(team)
    lines: list[TeamLine] = []

    def put(parent_id: int | None, above: tuple[str, ...]) -> None:
        for team in below[parent_id]:
            people, sent, revealed = totals[team.path]
            lines.append(
                TeamLine(
                    id=team.id,
                    parent_id=team.parent_id,
                    name=team.name,
                    path=team.path,
                    above=above,
                    people=len(people),
                    sent=len(sent),
                    open_records=len(people - blind.closed),
                    revealed=len(revealed),
                )
            )
            put(team.id, (*above, team.name))

    put(None, ())
    return tuple(lines)


def _totals(
    actor: Actor, rounds: Collection[OpenRound], blind: BlindSpots, today: dt.date
) -> dict[str, tuple[set[int], set[int], set[int]]]:
    """By path of a team: who learns in it or below it, who of them sent, and who had something
    revealed. One query."""
    versions = {framework_id for each in rounds for framework_id in each.framework_ids}
    in_round = Review.round_id.in_([each.id for each in rounds]) if rounds else true()
    learns_in_round = PersonVersion.framework_id.in_(versions) if rounds else true()
    revealed = and_(
        ReviewItem.status.in_(REVEALED), blind.shown(Review.learner_id, ReviewItem.statement_id)
    )
    learn_here = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(teams_readable(actor), Membership.role == Role.LEARNER)
    )
    reviewed = (
        select(Review.learner_id, func.max(case((revealed, 1), else_=0)).label("revealed"))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(Review.learner_id.in_(learn_here), in_round, counts_as_sent())
        .group_by(Review.learner_id)
        .subquery()
    )
    rows = session().execute(
        select(Membership.person_id, Team.path, reviewed.c.revealed)
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(PersonVersion, learns_on())
        .outerjoin(reviewed, reviewed.c.learner_id == Membership.person_id)
        .where(
            teams_readable(actor),
            learns_in_round,
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            Person.disabled_at.is_(None),
        )
    )
    found: defaultdict[str, tuple[set[int], set[int], set[int]]] = defaultdict(
        lambda: (set(), set(), set())
    )
    for person_id, path, is_revealed in rows:
        for above in paths_above(path):
            people, sent, had = found[above]
            people.add(person_id)
            if is_revealed is not None:
                sent.add(person_id)
            if is_revealed:
                had.add(person_id)
    return found


def paths_above(path: str) -> list[str]:
    """The path of a team and of every team above it, from the root down: "/1/4/" gives "/1/" and
    "/1/4/"."""
    ids = path.strip("/").split("/")
    return ["/" + "/".join(ids[:depth]) + "/" for depth in range(1, len(ids) + 1)]


def own_teams(actor: Actor) -> list[tuple[Subject, str]]:
    """Those that they supervise or coordinate themselves, by name. One query, or none."""
    places = {place.team_id: place for place in (*actor.supervises, *actor.coordinates)}
    query = select(Team.id, Team.name).where(Team.id.in_(places)).order_by(Team.name, Team.id)
    rows = session().execute(query) if places else ()
    return [(Subject(key, actor.library_id, places=(places[key],)), name) for key, name in rows]
