"""Teams as those who supervise or coordinate them see them: members, and what they have sent.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Framework,
    Library,
    Membership,
    Person,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
)
from tracker.policy.permissions import Actor, current_on, in_reach_on, teams_readable
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.reviews.submission_counts import (
    SentCounts,
    WaitingReviews,
    counts_as_sent,
    sent_counts,
    waiting_for,
)
from tracker.rules.frameworks.wording import Wording
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
    """A team in a list. `people` learn in it or in a team below it; of them `sent` sent and
    `reviewed` had something revealed: in an open round, where there is one, else ever."""

    id: int
    parent_id: int | None
    name: str
    path: str
    depth: int
    people: int
    sent: int
    reviewed: int
    names_to_coordinators: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A learner of a team in one of their frameworks. `ends_on` is set for somebody who has left
    it. `role_profiles`: of all their jobs in this team, by which they are measured in it.
    `has_sent`: in the open round of the framework, where there is one, else ever.
    `learns_more`: another framework too, here or elsewhere."""

    person_id: int
    name: str
    job: str
    role_profiles: tuple[str, ...]
    framework_id: int
    framework_slug: str
    framework: Wording
    lang: str
    learns_more: bool
    since: dt.date
    ends_on: dt.date | None
    is_ready: bool
    sent: SentCounts
    has_sent: bool
    waiting: WaitingReviews

    @property
    def role_profile(self) -> str:
        return ", ".join(self.role_profiles)


@dataclass(frozen=True, slots=True)
class Staff:
    person_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team. `children` is empty for somebody who does not coordinate it. `whole`: the team with
    those below it, None once it is closed; `in_round`: it counts what was sent in open rounds."""

    id: int
    name: str
    names_to_coordinators: bool
    above: tuple[TeamLine, ...]
    members: tuple[Member, ...]
    former: tuple[Member, ...]
    staff: tuple[Staff, ...]
    children: tuple[TeamLine, ...]
    whole: TeamLine | None
    in_round: bool
    rounds: tuple[OpenRound, ...]


def open_rounds(library_id: int, today: dt.date) -> tuple[OpenRound, ...]:
    """One query."""
    rows = session().execute(
        select(Round.id, Round.name, Round.starts_on, Round.ends_on, RoundFramework.framework_id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(Round.library_id == library_id, Round.starts_on <= today, Round.ends_on >= today)
        .order_by(Round.ends_on, Round.id)
    )
    return tuple(
        OpenRound(id_, name, starts_on, ends_on, frozenset(row.framework_id for row in of_round))
        for (id_, name, starts_on, ends_on), of_round in groupby(rows, key=lambda row: row[:4])
    )


def name_of(team_id: int) -> str:
    return session().scalars(select(Team.name).where(Team.id == team_id)).one()


def tree(
    actor: Actor, rounds: Collection[OpenRound], blind: BlindSpots, today: dt.date
) -> tuple[TeamLine, ...]:
    """The teams this actor may read, each after its parent, with totals over the teams below it.
    Two queries."""
    query = (
        select(Team.id, Team.parent_id, Team.name, Team.path, Library.names_to_coordinators)
        .join(Library, Library.id == Team.library_id)
        .where(teams_readable(actor), Team.closed_on.is_(None))
        .order_by(Team.name, Team.id)
    )
    teams = session().execute(query).all()
    totals = _totals(actor, [each.id for each in rounds], blind, today)
    ids = {team.id for team in teams}
    below = defaultdict(list)
    for team in teams:
        below[team.parent_id if team.parent_id in ids else None].append(team)
    lines: list[TeamLine] = []

    def put(parent_id: int | None, depth: int) -> None:
        for team in below[parent_id]:
            people, sent, reviewed = (len(who) for who in totals[team.path])
            lines.append(
                TeamLine(
                    team.id,
                    team.parent_id,
                    team.name,
                    team.path,
                    depth,
                    people,
                    sent,
                    reviewed,
                    team.names_to_coordinators,
                )
            )
            put(team.id, depth + 1)

    put(None, 0)
    return tuple(lines)


def page(actor: Actor, team_id: int, path: str, blind: BlindSpots, today: dt.date) -> TeamPage:
    """A team that the actor may read. The number of queries is the same whatever the size."""
    coordinates = any(path.startswith(place.path) for place in actor.coordinates)
    rounds = open_rounds(actor.library_id, today)
    readable = tree(actor, rounds, blind, today)
    query = (
        select(Team.name, Library.names_to_coordinators)
        .join(Library, Library.id == Team.library_id)
        .where(Team.id == team_id)
    )
    team = session().execute(query).one()
    rows = _memberships(team_id, today)
    learners = {row.person_id for row in rows if row.role == Role.LEARNER}
    sent = sent_counts(learners, [each.id for each in rounds], blind)
    waiting = waiting_for(actor, learners)
    in_round = {framework_id for each in rounds for framework_id in each.framework_ids}
    members: list[Member] = []
    former: list[Member] = []
    staff: dict[tuple[int, Role], Staff] = {}

    def is_there(row: Any) -> bool:
        return row.disabled_at is None and (row.ends_on is None or row.ends_on >= today)

    of_person = defaultdict(list)
    for row in rows:
        of_person[row.person_id, row.framework_id, is_there(row)].append(row)
    for row in rows:
        is_current = is_there(row)
        if row.role != Role.LEARNER:
            if is_current:
                staff[row.person_id, row.role] = Staff(row.person_id, row.name, row.role)
            continue
        theirs = sent.get((row.person_id, row.framework_id), SentCounts())
        member = Member(
            person_id=row.person_id,
            name=row.name,
            job=row.job,
            role_profiles=tuple(
                dict.fromkeys(
                    each.role_profile
                    for each in of_person[row.person_id, row.framework_id, is_current]
                )
            ),
            framework_id=row.framework_id,
            framework_slug=row.slug,
            framework=f"{row.title} {row.version}",
            lang=row.lang,
            learns_more=row.learns_more,
            since=row.starts_on,
            ends_on=None if is_current else row.ends_on or row.disabled_at.date(),
            is_ready=row.ready_at is not None,
            sent=theirs,
            has_sent=bool(theirs.in_round if row.framework_id in in_round else theirs.in_all),
            waiting=waiting.get((row.person_id, row.framework_id), WaitingReviews()),
        )
        (members if is_current else former).append(member)
    current = {(member.person_id, member.framework_slug): member for member in members}
    here = {member.person_id for member in members}
    gone = {member.person_id: member for member in former if member.person_id not in here}
    return TeamPage(
        id=team_id,
        name=team.name,
        names_to_coordinators=team.names_to_coordinators,
        above=tuple(line for line in readable if path.startswith(line.path) and line.id != team_id),
        members=tuple(current.values()),
        former=tuple(gone.values()),
        staff=tuple(staff.values()),
        children=tuple(line for line in readable if line.parent_id == team_id)
        if coordinates
        else (),
        in_round=bool(rounds),
        whole=next((line for line in readable if line.id == team_id), None),
        rounds=tuple(
            each for each in rounds if each.framework_ids & {row.framework_id for row in rows}
        ),
    )


def _memberships(team_id: int, today: dt.date) -> Sequence[Any]:
    """Current ones and those that ended at most GRACE ago; of one person the newest comes last.
    Somebody who cannot sign in any more is listed with those who left."""
    return session().execute(_memberships_on(today), {"team": team_id}).all()


@lru_cache(maxsize=8)
def _memberships_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    another, its_profile = aliased(Membership), aliased(RoleProfile)
    learns_more = exists(
        select(another.id)
        .join(its_profile, its_profile.id == another.role_profile_id)
        .where(
            another.person_id == Membership.person_id,
            another.role == Role.LEARNER,
            current_on(another, today),
            its_profile.framework_id != RoleProfile.framework_id,
        )
    )
    return (
        select(
            Membership.person_id,
            Membership.role,
            Membership.job,
            Membership.starts_on,
            Membership.ends_on,
            Person.name,
            Person.ready_at,
            Person.disabled_at,
            func.coalesce(RoleProfile.name, "").label("role_profile"),
            RoleProfile.framework_id,
            Framework.slug,
            Framework.title,
            Framework.version,
            Framework.lang,
            learns_more.label("learns_more"),
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(Framework, Framework.id == RoleProfile.framework_id)
        .where(Membership.team_id == bindparam("team"), in_reach_on(Membership, today))
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )


def _totals(
    actor: Actor, round_ids: Collection[int], blind: BlindSpots, today: dt.date
) -> dict[str, tuple[set[int], set[int], set[int]]]:
    """By path of a team: who learns in it or below it, who of them sent, and who had something
    revealed. One query."""
    in_round = Review.round_id.in_(round_ids) if round_ids else true()
    revealed = and_(
        ReviewItem.status.in_(REVEALED), blind.shown(Review.learner_id, ReviewItem.statement_id)
    )
    reviewed = (
        select(Review.learner_id, func.max(case((revealed, 1), else_=0)).label("revealed"))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(in_round, counts_as_sent())
        .group_by(Review.learner_id)
        .subquery()
    )
    rows = session().execute(
        select(Membership.person_id, Team.path, reviewed.c.revealed)
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(reviewed, reviewed.c.learner_id == Membership.person_id)
        .where(
            teams_readable(actor),
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
