"""One team as somebody who supervises or coordinates it sees it: members, and what they have sent.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Library, Membership, Person, PersonVersion, RoleProfile, Team
from tracker.models.record.versions import learns_on, row_before
from tracker.policy.permissions import current_on, in_reach_on
from tracker.queries.asking import ask, row_as
from tracker.record.sheet.rules_summaries import SentCounts
from tracker.record.visible.queries import Reader
from tracker.reviews.sending.queries_counts import WaitingReviews, sent_counts, waiting_for
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Role
from tracker.teams.team.queries import OpenRound, TeamLine, open_rounds, tree


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
