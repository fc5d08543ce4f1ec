"""Who may review a learner now, to choose from. The same rule as SQL is
tracker/policy/reviewers."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, or_, select
from sqlalchemy.orm import aliased

from tracker.db import ask_made
from tracker.models import Deputy, Membership, Person, Team
from tracker.models.joins import is_one_of_people
from tracker.models.reviews.reviews import away_until
from tracker.policy.permissions import current_on
from tracker.policy.reviewers import deputises_on, reviewing_team, teams_for_one, upwards
from tracker.rules.pace import REVIEWER_SECONDS
from tracker.rules.roles import Role

NOWHERE = "-"
"""The path of no team."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may review what a learner sends from their team.

    `above`: the name of the team above that they supervise; "" for the team's own. `one_only`: they
    may review one statement alone, as a nearer team has somebody, or as they are of another team,
    named `outside`, and willing. `deputy_for`: whose deputy they are, until `until`; "" for a
    supervisor. `away_until`: the last day on which they are away.
    """

    person_id: int
    name: str
    team_id: int
    team: str
    open: bool
    above: str = ""
    one_only: bool = False
    deputy_for: str = ""
    until: dt.date | None = None
    away_until: dt.date | None = None
    outside: str = ""


def of(person_id: int, today: dt.date) -> list[Reviewer]:
    """Who may review any number of statements: by team and name, supervisors before deputies; never
    the learner. Three queries."""
    return of_each([person_id], today)[person_id]


def of_each(person_ids: Collection[int], today: dt.date) -> dict[int, list[Reviewer]]:
    """The same of each of these learners. Three queries."""
    return {
        learner_id: [reviewer for reviewer in reviewers if not reviewer.one_only]
        for learner_id, reviewers in _by_learner(person_ids, today).items()
    }


def of_one(person_id: int, today: dt.date, not_by: int | None = None) -> list[Reviewer]:
    """Who may review one statement alone: the same, then those above whom one supervisor stands
    nearer, then who is willing in another team, by name. `not_by` gave the first of two readings,
    and is none of them, nor is anybody for being their deputy. Three queries."""
    return _by_learner([person_id], today, not_by=not_by or 0, is_of_one=True)[person_id]


def _by_learner(
    person_ids: Collection[int], today: dt.date, *, not_by: int = 0, is_of_one: bool = False
) -> dict[int, list[Reviewer]]:
    teams = ask_made(_teams_on(today), {"people": list(person_ids)}).all()
    paths = {at for team in teams for at in upwards(team.path)}
    library = min(paths, key=len, default=NOWHERE) if is_of_one else NOWHERE
    supervisors = _supervisors(paths, today, library)
    by_path = {path: [head.person_id for head in heads] for path, heads in supervisors.items()}
    named = {head.person_id for heads in supervisors.values() for head in heads}
    stand_ins = _by_first(_stand_ins_on(today), {"supervisors": [*named]})
    willing = {
        head.person_id: head
        for heads in supervisors.values()
        for head in heads
        if is_of_one and head.gives_second_opinions
    }
    by_learner: dict[int, dict[tuple[int, int], Reviewer]] = {key: {} for key in person_ids}
    for team in teams:
        never, reviewers = {team.learner_id, not_by}, by_learner[team.learner_id]
        for place, at in enumerate(teams_for_one(team.path, by_path, team.learner_id)):
            heads = [head for head in supervisors[at] if head.person_id not in never]
            above = heads[0].team if heads and at != team.path else ""
            how = {"above": above, "one_only": place > 0}
            offered = [_reviewer(head, team, **how) for head in heads] + [
                _reviewer(deputy, team, **how, deputy_for=head.name, until=deputy.until)
                for head in heads
                for deputy in stand_ins.get(head.person_id, ())
                if deputy.person_id not in never
            ]
            for reviewer in offered:
                reviewers.setdefault((reviewer.person_id, team.id), reviewer)
    for team in teams:
        reviewers = by_learner[team.learner_id]
        known = {team.learner_id, not_by, *(person_id for person_id, _team in reviewers)}
        for person in sorted(willing.values(), key=lambda head: (head.name, head.person_id)):
            if person.person_id not in known:
                reviewers[person.person_id, team.id] = _reviewer(
                    person, team, one_only=True, outside=person.team
                )
    return {learner: list(reviewers.values()) for learner, reviewers in by_learner.items()}


def _reviewer(person: Row[Any], team: Row[Any], **how: Any) -> Reviewer:
    """The person, for what is sent from that team."""
    return Reviewer(
        person_id=person.person_id,
        name=person.name,
        team_id=team.id,
        team=team.name,
        open=team.open_reviews,
        away_until=person.away_until,
        **how,
    )


def named(
    paths: Iterable[str], today: dt.date
) -> Callable[[int, str], tuple[tuple[int, str], ...]]:
    """A function of a learner's id and one of these team paths: the supervisors who would review
    that learner there, as (id, name), by name. 0 stands for a learner who supervises none of these
    teams. One query.

    Raises KeyError when asked for another path.
    """
    teams = {*paths}
    supervisors = _supervisors({at for path in teams for at in upwards(path)}, today)
    by_path = {path: [head.person_id for head in heads] for path, heads in supervisors.items()}
    ids = {person_id for heads in by_path.values() for person_id in heads}

    @cache
    def at(path: str, learner: int) -> tuple[tuple[int, str], ...]:
        if path not in teams:
            raise KeyError(path)
        nearest = reviewing_team(path, by_path, learner)
        heads = supervisors[nearest] if nearest is not None else []
        return tuple((head.person_id, head.name) for head in heads if head.person_id != learner)

    return lambda learner, path: at(path, learner if learner in ids else 0)


def expected(reviewers: Iterable[Reviewer], paces: Mapping[int, int]) -> int:
    """Seconds for a statement before anybody is chosen: those of the only one there is."""
    only = sole(reviewers)
    return paces[only.person_id] if only else REVIEWER_SECONDS


def sole(reviewers: Iterable[Reviewer]) -> Reviewer | None:
    """Who reviews, where it can be one person only."""
    by_id = {reviewer.person_id: reviewer for reviewer in reviewers if not reviewer.one_only}
    return by_id.popitem()[1] if len(by_id) == 1 else None


@lru_cache(maxsize=8)
def _teams_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    return (
        select(
            Membership.person_id.label("learner_id"),
            Team.id,
            Team.name,
            Team.path,
            Team.open_reviews,
        )
        .join(Membership, Membership.team_id == Team.id)
        .where(
            is_one_of_people(Membership.person_id),
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            Team.closed_on.is_(None),
        )
        .order_by(Team.name, Team.id)
    )


def _supervisors(
    paths: set[str], today: dt.date, library: str = NOWHERE
) -> dict[str, list[Row[Any]]]:
    """By the path of their team. `library`: its root, for those who are willing below it too."""
    values = {"paths": [*paths], "library": library}
    return _by_first(_supervisors_on(today), values)


def _by_first(query: Select[*tuple[Any, ...]], values: dict[str, Any]) -> dict[Any, list[Row[Any]]]:
    """The rows in their order, by their first column."""
    by_first = defaultdict(list)
    for row in ask_made(query, values):
        by_first[row[0]].append(row)
    return by_first


@lru_cache(maxsize=8)
def _supervisors_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day. It begins with the teams: asked of teams or of people, every team would
    be read."""
    paths: BindParameter[list[str]] = bindparam("paths", expanding=True)
    near, anywhere, root = aliased(Team), aliased(Team), aliased(Team)
    places = (
        select(near.id)
        .where(near.path.in_(paths))
        .union_all(
            select(anywhere.id)
            .join(root, root.library_id == anywhere.library_id)
            .where(root.path == bindparam("library"))
        )
    )
    return (
        select(Team.path, *_who(today), Team.name.label("team"), Person.gives_second_opinions)
        .distinct()
        .join(Membership, Membership.team_id == Team.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Team.id.in_(places),
            or_(Team.path.in_(paths), Person.gives_second_opinions),
            Team.closed_on.is_(None),
            Membership.role == Role.SUPERVISOR,
            current_on(Membership, today),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.id, Team.name)
    )


def _who(today: dt.date) -> tuple[ColumnElement[Any], ...]:
    return (
        Person.id.label("person_id"),
        Person.name.expression,
        away_until(Person.id, today).label("away_until"),
    )


@lru_cache(maxsize=8)
def _stand_ins_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    return (
        select(Deputy.supervisor_id, *_who(today), Deputy.ends_on.label("until"))
        .join(Person, Person.id == Deputy.deputy_id)
        .where(
            Deputy.supervisor_id.in_(bindparam("supervisors", expanding=True)),
            deputises_on(today),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.id, Deputy.ends_on.desc())
    )
