"""Teams as those who supervise or coordinate them see them: how many learn there, and of them sent.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Date,
    Integer,
    RowMapping,
    Select,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
)

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
from tracker.rules.reviews.workflow import REVEALED, ReviewStatus
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
    actor: Actor, rounds: Collection[OpenRound], blind: BlindSpots, today: dt.date, path: str = "/"
) -> tuple[TeamLine, ...]:
    """The teams this actor may read, each after its parent, with totals over the teams below it
    where they are at `path` or below. Two queries."""
    query = (
        select(Team.id, Team.parent_id, Team.name, Team.path)
        .where(teams_readable(actor), Team.closed_on.is_(None))
        .order_by(Team.name, Team.id)
    )
    teams = session().execute(query).all()
    totals = _totals(actor, rounds, blind, today, path)
    ids = {team.id for team in teams}
    below = defaultdict(list)
    for team in teams:
        below[team.parent_id if team.parent_id in ids else None].append(team)
    lines: list[TeamLine] = []

    def put(parent_id: int | None, above: tuple[str, ...]) -> None:
        for team in below[parent_id]:
            total = totals[team.path]
            lines.append(
                TeamLine(
                    id=team.id,
                    parent_id=team.parent_id,
                    name=team.name,
                    path=team.path,
                    above=above,
                    people=total.people,
                    sent=total.sent,
                    open_records=total.people - total.closed,
                    revealed=total.revealed,
                )
            )
            put(team.id, (*above, team.name))

    put(None, ())
    return tuple(lines)


class _Total(NamedTuple):
    """Of a team with those below it. `closed`: whose records are not open to the reader."""

    people: int = 0
    sent: int = 0
    revealed: int = 0
    closed: int = 0


def _totals(
    actor: Actor, rounds: Collection[OpenRound], blind: BlindSpots, today: dt.date, path: str
) -> defaultdict[str, _Total]:
    """Of the teams at `path` and below, by path. One query, which counts who has one job there; who
    has several, and whose records are closed, come by themselves, to be counted once."""
    of_review = select(ReviewItem.id).where(ReviewItem.review_id == Review.id)
    is_shown = blind.shown(Review.learner_id, ReviewItem.statement_id)
    is_revealed = exists(of_review.where(ReviewItem.status.in_(REVEALED), is_shown))
    is_sent = exists(of_review.where(counts_as_sent()))
    came_to = func.max(case((is_revealed, 2), (is_sent, 1), else_=0))
    reviewed = (
        select(Review.learner_id, came_to.label("came_to"))
        .join(Team, Team.id == Review.team_id)
        .where(
            Team.library_id == actor.library_id,
            Review.status != ReviewStatus.WITHDRAWN,
            Review.round_id.in_([each.id for each in rounds]) if rounds else true(),
        )
        .group_by(Review.learner_id)
        .subquery()
    )
    learns = (
        Membership.role == Role.LEARNER,
        current_on(Membership, today),
        teams_readable(actor),
        Team.path.startswith(path),
    )
    has_several = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(*learns)
        .group_by(Membership.person_id)
        .having(func.count() > 1)
    )
    by_itself = or_(
        Membership.person_id.in_(has_several), Membership.person_id.in_(sorted(blind.closed))
    )
    person_id = case((by_itself, Membership.person_id)).label("person_id")
    query = (
        select(
            Team.path,
            person_id,
            func.count(),
            func.sum(case((reviewed.c.came_to >= 1, 1), else_=0)),
            func.sum(case((reviewed.c.came_to == 2, 1), else_=0)),
        )
        .join(Membership, Membership.team_id == Team.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(reviewed, reviewed.c.learner_id == Membership.person_id)
        .where(*learns, Person.disabled_at.is_(None))
        .group_by(Team.path, person_id)
    )
    if rounds:
        versions = {framework_id for each in rounds for framework_id in each.framework_ids}
        query = (
            query.join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .join(PersonVersion, learns_on())
            .where(PersonVersion.framework_id.in_(versions))
        )
    found: defaultdict[str, _Total] = defaultdict(_Total)
    counted = set[tuple[str, int]]()
    for at, who, *counts in session().execute(query):
        more = (
            (*counts, 0)
            if who is None
            else (*(min(each, 1) for each in counts), who in blind.closed)
        )
        for above in paths_above(at):
            if (above, who) not in counted:
                found[above] = _Total(*map(sum, zip(found[above], more, strict=True)))
            if who is not None:
                counted.add((above, who))
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
