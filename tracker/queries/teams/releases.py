"""What a reader of a team's gaps gets where they may not see everybody in it by name, and what
every coordinator gets of what people said of themselves: released figures, and nothing that is
counted for them.

The one way of such a figure to a page or a file. It knows the reader: where somebody whom they may
see by name took part in a release, it is told only if it might be told without them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from tracker.db import session
from tracker.models import Membership, Release, Review, Team
from tracker.policy.permissions import Actor
from tracker.queries.profiles import level_shapes
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope, TeamName
from tracker.queries.teams.release_facts import items_of
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import TargetState
from tracker.rules.record.versions import DomainShape
from tracker.rules.roles import Role
from tracker.rules.teams.releases import CountedStates, Measure, count, is_decided, may_be_told


@dataclass(frozen=True, slots=True)
class ReleasedFigure:
    """`people` have a target; the rest of them are neither at target nor below it. Made of
    releases from `oldest` to `newest`, each of some of the `teams`: their names, A to Z, and
    whether nobody learns in another one here."""

    people: int
    at_target: int
    gaps: int
    oldest: dt.datetime
    newest: dt.datetime
    teams: tuple[str, ...]
    is_of_all: bool

    @property
    def known(self) -> int:
        return self.at_target + self.gaps

    @property
    def rest(self) -> int:
        return self.people - self.known


@dataclass(frozen=True, slots=True)
class ReleasedDomain:
    """`then`: of the round to compare with. None: nothing is told."""

    domain: DomainShape
    figure: ReleasedFigure | None
    then: ReleasedFigure | None


@dataclass(frozen=True, slots=True)
class ReleasedTeam:
    team: TeamName
    figures: tuple[ReleasedFigure | None, ...]


@dataclass(frozen=True, slots=True)
class ReleasedPage:
    """`people` learn in the team and those below it now. `children`: teams of which something is
    told."""

    people: int
    domains: tuple[ReleasedDomain, ...]
    children: tuple[ReleasedTeam, ...]

    @property
    def is_empty(self) -> bool:
        return not any(each.figure for each in self.domains)


@dataclass(frozen=True, slots=True)
class VoicesOfDomain:
    """What is told of a domain in each voice, each with its own people and dates."""

    domain: DomainShape
    own: ReleasedFigure | None
    reviewed: ReleasedFigure | None


class TeamPlace(NamedTuple):
    path: str
    name: str


class ToldRelease(NamedTuple):
    release: Release
    items: CountedStates


class ReleasedFigures:
    """The figures of one framework in one voice that one reader is told, as of a moment. Four
    queries."""

    def __init__(self, actor: Actor, scope: GapScope, by: Measure) -> None:
        teams = session().execute(
            select(Team.id, Team.path, Team.name).where(Team.library_id == scope.library_id)
        )
        self._teams = {team.id: TeamPlace(team.path, team.name) for team in teams}
        self._learned = {one.path for one in scope.learning(by.slug)}
        of = (
            Release.library_id == scope.library_id,
            Release.slug == by.slug,
            Release.voice == by.voice,
            Release.told.is_(True),
        )
        rows = session().scalars(select(Release).where(*of).order_by(Release.id)).all()
        known = set(session().scalars(_known_by(actor)))
        items = items_of(*of)
        self._told: defaultdict[str, list[ToldRelease]] = defaultdict(list)
        before: defaultdict[str, list[CountedStates]] = defaultdict(list)
        for each in rows:
            unknown = frozenset(one for one in items[each.id] if one.person_id not in known)
            earlier = before[each.domain_key]
            if is_decided(unknown, earlier) and may_be_told(unknown, earlier):
                earlier.append(unknown)
                self._told[each.domain_key].append(ToldRelease(each, items[each.id]))
        for those in self._told.values():
            those.sort(key=lambda each: (each.release.as_of, each.release.id), reverse=True)

    def is_in(self, team_id: int, above_id: int) -> bool:
        """Whether a team is below the other now."""
        return bool(self._teams[team_id].path.startswith(self._teams[above_id].path))

    def of(self, team_id: int, domain_key: str, at: dt.datetime | None) -> ReleasedFigure | None:
        """Of a team with those below it. Of each of its teams the newest release that is about it,
        and about no team elsewhere."""
        path = self._teams[team_id].path
        seen: set[int] = set()
        found = []
        for each in self._told[domain_key]:
            teams = each.release.teams
            if (
                (at is None or each.release.as_of <= at)
                and seen.isdisjoint(teams)
                and all(self._teams[one].path.startswith(path) for one in teams)
            ):
                seen.update(teams)
                found.append(each)
        return self._sum(found, path)

    def _sum(self, told: Collection[ToldRelease], path: str) -> ReleasedFigure | None:
        if not told:
            return None
        teams = [self._teams[one] for each in told for one in each.release.teams]
        learned = {each for each in self._learned if each.startswith(path)}
        return ReleasedFigure(
            people=sum(each.release.people for each in told),
            at_target=sum(count(each.items, TargetState.AT_TARGET) for each in told),
            gaps=sum(count(each.items, TargetState.GAP) for each in told),
            oldest=min(each.release.as_of for each in told),
            newest=max(each.release.as_of for each in told),
            teams=tuple(sorted(each.name for each in teams)),
            is_of_all=learned <= {each.path for each in teams},
        )


def page(actor: Actor, scope: GapScope, chosen: MatrixFilters) -> ReleasedPage:
    """Of the team with those below it, now or as of the end of a round. Six queries, one more where
    the reader is to rate somebody blind: of that domain nothing is told."""
    by = Measure(chosen.slug, Voice.ENDORSED)
    figures = ReleasedFigures(actor, scope, by)
    domains = level_shapes.shape(chosen.framework_id, scope.library_id)
    hidden = {domain_id for _person_id, domain_id in scope.blind.domains_to_rate()}
    at = scope.round.as_of if scope.round else None
    then = chosen.compare.as_of if chosen.compare else None

    def told(team_id: int, domain: DomainShape, at: dt.datetime | None) -> ReleasedFigure | None:
        return None if domain.id in hidden else figures.of(team_id, domain.key, at)

    children = (
        ReleasedTeam(child, tuple(told(child.id, domain, at) for domain in domains))
        for child in scope.children
        if figures.is_in(child.id, scope.team.id)
    )
    return ReleasedPage(
        people=len(scope.learning(chosen.slug)),
        domains=tuple(
            ReleasedDomain(
                domain,
                told(scope.team.id, domain, at),
                told(scope.team.id, domain, then) if then else None,
            )
            for domain in domains
        ),
        children=tuple(child for child in children if any(child.figures)),
    )


def voices(
    actor: Actor, scope: GapScope, framework_id: int, slug: str
) -> tuple[VoicesOfDomain, ...]:
    """Of the team with those below it: what people said of themselves, beside what was reviewed.
    Nine queries, one more where the reader is to rate somebody blind: of that domain nothing is
    told."""
    own, reviewed = (
        ReleasedFigures(actor, scope, Measure(slug, voice))
        for voice in (Voice.SELF, Voice.ENDORSED)
    )
    hidden = {domain_id for _person_id, domain_id in scope.blind.domains_to_rate()}
    return tuple(
        VoicesOfDomain(
            domain,
            *(
                None if domain.id in hidden else told.of(scope.team.id, domain.key, None)
                for told in (own, reviewed)
            ),
        )
        for domain in level_shapes.shape(framework_id, scope.library_id)
    )


def _known_by(actor: Actor) -> Any:
    """The ids of whom the actor sees or saw by name, in both voices: themselves, the people of the
    teams that they supervise or did, also those who have left, and whoever's reviews they were
    sent. For use in a query."""
    supervised = select(Membership.team_id).where(
        Membership.role == Role.SUPERVISOR, Membership.person_id == actor.person_id
    )
    taught = select(Membership.person_id).where(
        Membership.role == Role.LEARNER, Membership.team_id.in_(supervised)
    )
    return taught.union(
        select(Membership.person_id).where(Membership.person_id == actor.person_id),
        select(Review.learner_id).where(Review.reviewer_id == actor.person_id),
    )
