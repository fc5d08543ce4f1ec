"""Teams as those who supervise or coordinate them see them: how many learn there, and of them sent.
One team as somebody who supervises or coordinates it sees it: members, and what they have sent.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence, Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
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
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
from tracker.models import (
    Framework,
    Library,
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
from tracker.models.record.versions import learns_on, row_before, version_learned
from tracker.models.reviews.reviews import NOT_WITHDRAWN
from tracker.policy.permissions import (
    Actor,
    Subject,
    current_on,
    in_reach_on,
    reach,
    teams_in_reach,
)
from tracker.policy.reviewers import upwards
from tracker.queries.asking import Question, ask, row_as
from tracker.record.sheet.queries_learners import LIBRARY
from tracker.record.sheet.rules_summaries import SentCounts
from tracker.record.visible.queries import Reader, counts_as_sent, is_reviewed
from tracker.reviews.sending.queries import ROUNDS, WaitingReviews, sent_counts, waiting_for
from tracker.rules.core.wording import Wording
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
            line = TeamLine(
                id=team.id,
                parent_id=team.parent_id,
                name=team.name,
                path=team.path,
                above=above,
                of_teams=learners[team.path],
                all_sent=sent,
                all_reviewed=reviewed,
                all_closed=closed,
            )
            lines.append(line)
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

    @property
    def shown_as(self) -> str | None:
        """The framework with which their profile opens; None where it is their only one."""
        return self.framework_slug if self.learns_more else None


@dataclass(frozen=True, slots=True)
class TeamVersion:
    """So many people of a team are on that version of a framework. `moved_at`: when somebody was
    moved to it last; None where nobody was."""

    framework: Wording
    lang: str
    people: int
    moved_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team. `children` is empty for somebody who does not coordinate it. `whole`: the team with
    those below it, None once it is closed; `in_round`: it counts what was sent in open rounds.
    `versions`: of frameworks of which somebody was moved to another one."""

    id: int
    name: str
    names_to_coordinators: bool
    above: tuple[TeamLine, ...]
    members: tuple[Member, ...]
    former: tuple[Member, ...]
    supervisors: tuple[str, ...]
    coordinators: tuple[str, ...]
    children: tuple[TeamLine, ...]
    whole: TeamLine | None
    in_round: bool
    rounds: tuple[OpenRound, ...]
    versions: tuple[TeamVersion, ...]


def page(reader: Reader, team_id: int, path: str) -> TeamPage:
    """A team that they may read. The number of queries is the same whatever the size."""
    actor, today = reader.actor, reader.today
    coordinates = any(path.startswith(place.path) for place in actor.coordinates)
    rounds = ask(open_rounds(actor.library_id, today))
    readable = tree(reader, rounds, path)
    query = (
        select(Team.name, Library.names_to_coordinators)
        .join(Library, Library.id == Team.library_id)
        .where(Team.id == team_id)
    )
    team = session().execute(query).one()
    rows = _memberships(team_id, today)
    learners = {row.person_id for row in rows if row.role == Role.LEARNER}
    sent = sent_counts(learners, [period.id for period in rounds], reader)
    waiting = waiting_for(actor, learners)
    in_round = {framework_id for period in rounds for framework_id in period.framework_ids}
    members: list[Member] = []
    former: list[Member] = []
    staff: defaultdict[Role, dict[int, str]] = defaultdict(dict)

    def is_there(row: Any) -> bool:
        return row.disabled_at is None and (row.ends_on is None or row.ends_on >= today)

    of_person = defaultdict(list)
    for row in rows:
        of_person[row.person_id, row.framework_id, is_there(row)].append(row)
    for row in rows:
        is_current = is_there(row)
        if row.role != Role.LEARNER:
            if is_current:
                staff[row.role][row.person_id] = row.name
            continue
        key = row.person_id, row.framework_id
        sent_by = sent.get(key, SentCounts())
        jobs = of_person[*key, is_current]
        member = row_as(
            Member,
            row._mapping,
            role_profiles=tuple(dict.fromkeys(job.role_profile for job in jobs)),
            framework=f"{row.title} {row.version}",
            ends_on=None if is_current else row.ends_on or row.disabled_at.date(),
            sent=sent_by,
            has_sent=bool(sent_by.in_round if row.framework_id in in_round else sent_by.in_all),
            waiting=waiting.get(key, WaitingReviews()),
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
        supervisors=tuple(staff[Role.SUPERVISOR].values()),
        coordinators=tuple(staff[Role.COORDINATOR].values()),
        children=tuple(line for line in readable if line.parent_id == team_id)
        if coordinates
        else (),
        in_round=bool(rounds),
        whole=next((line for line in readable if line.id == team_id), None),
        rounds=tuple(
            period for period in rounds if period.framework_ids & {row.framework_id for row in rows}
        ),
        versions=_versions([row for row in rows if row.role == Role.LEARNER and is_there(row)]),
    )


def _versions(rows: Sequence[Any]) -> tuple[TeamVersion, ...]:
    """The last one that somebody was moved to first."""
    moved = {row.framework_slug for row in rows if row.moved_at is not None}
    of_version = defaultdict(list)
    for row in rows:
        if row.framework_slug in moved:
            of_version[row.framework_id].append(row)
    versions = [
        TeamVersion(
            f"{learners[0].title} {learners[0].version}",
            learners[0].lang,
            len({row.person_id for row in learners}),
            max((row.moved_at for row in learners if row.moved_at is not None), default=None),
        )
        for learners in of_version.values()
    ]
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    return tuple(sorted(versions, key=lambda version: version.moved_at or never, reverse=True))


def _memberships(team_id: int, today: dt.date) -> Sequence[Any]:
    """Current ones and those that ended at most GRACE ago; of one person the newest comes last.
    Somebody who cannot sign in any more is listed with those who left."""
    return session().execute(_memberships_on(today), {"team": team_id}).all()


@lru_cache(maxsize=8)
def _memberships_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    # A current job anywhere in another framework: then their profile has a switch.
    another, its_profile = aliased(Membership), aliased(RoleProfile)
    learns_more = exists(
        select(another.id)
        .join(its_profile, its_profile.id == another.role_profile_id)
        .where(
            another.person_id == Membership.person_id,
            another.role == Role.LEARNER,
            current_on(another, today),
            its_profile.slug != RoleProfile.slug,
        )
    )
    return (
        select(
            Membership.person_id,
            Membership.role,
            Membership.job,
            Membership.starts_on.label("since"),
            Membership.ends_on,
            Person.name,
            Person.ready_at.is_not(None).label("is_ready"),
            Person.disabled_at,
            func.coalesce(RoleProfile.name, "").label("role_profile"),
            PersonVersion.framework_id,
            case((row_before().is_not(None), PersonVersion.moved_at)).label("moved_at"),
            Framework.slug.label("framework_slug"),
            Framework.title,
            Framework.version,
            Framework.lang,
            learns_more.label("learns_more"),
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(PersonVersion, learns_on())
        .outerjoin(Framework, Framework.id == PersonVersion.framework_id)
        .where(Membership.team_id == bindparam("team"), in_reach_on(Membership, today))
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
