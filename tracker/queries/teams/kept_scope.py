"""Whom a gaps page was about at the end of a round: the same team and reader as now, with the
people and teams as they were."""

from dataclasses import replace
from functools import cache

from sqlalchemy import select

from tracker.db import session
from tracker.models import Person, RoundSnapshot, SnapshotPerson
from tracker.queries.teams.gap_scope import GapScope, PastRound, TeamName
from tracker.queries.teams.team_learners import TeamJob, TeamLearner, TeamPlace
from tracker.rules.teams import round_snapshots


def scope_at(scope: GapScope, at: PastRound) -> GapScope:
    """For a round that is kept. Two queries, and one where the reader coordinates a team above.

    Who coordinates a team reads its rounds by name as they read the team by name now, also of those
    who have left since. Who only supervises it has those people whom they may see by name now. The
    reader's highest team counts where it held this one then.
    """
    facts = (
        session()
        .scalars(select(RoundSnapshot.facts).where(RoundSnapshot.id == at.snapshot_id))
        .one()
    )
    teams = {row[0]: TeamName(*row) for row in facts["teams"]}
    team = teams.get(scope.team.id, scope.team)
    highest = teams.get(_id(scope.root))
    root = highest.path if highest and team.path.startswith(highest.path) else team.path
    framework = facts["frameworks"][str(at.framework_id)]
    now = {one.person_id: one for one in scope.in_reach() if one.by_name}
    rows = session().execute(
        select(
            SnapshotPerson.person_id,
            Person.name,
            SnapshotPerson.role_profile_id,
            SnapshotPerson.role_profile,
            SnapshotPerson.paths,
        )
        .join(Person, Person.id == SnapshotPerson.person_id)
        .where(
            SnapshotPerson.snapshot_id == at.snapshot_id,
            SnapshotPerson.framework_id == at.framework_id,
        )
        .order_by(SnapshotPerson.id)
    )

    @cache
    def place(jobs: tuple[TeamJob, ...], is_named: bool, is_revealed: bool) -> TeamPlace:
        return TeamPlace(
            jobs=jobs,
            framework_id=at.framework_id,
            framework_slug=framework["slug"],
            framework=f"{framework['title']} {framework['version']}",
            lang=framework["lang"],
            by_name=is_named,
            is_revealed=is_revealed,
            is_usual=False,
        )

    people = []
    for row in rows:
        held = round_snapshots.jobs(framework, row)
        jobs = tuple(
            job
            for job in (TeamJob(*each) for each in held)
            if (job.path.startswith(root) if scope.coordinates else job.path == root)
        )
        is_named = row.person_id in now or (scope.coordinates and scope.names)
        if jobs and (is_named or scope.coordinates):
            measured = jobs if is_named else jobs[-1:]
            is_revealed = row.person_id in now and now[row.person_id].is_revealed
            people.append(
                TeamLearner(row.person_id, row.name, place(measured, is_named, is_revealed))
            )
    return replace(
        scope,
        team=team,
        root=root,
        children=tuple(
            each for each in teams.values() if scope.coordinates and each.parent_id == team.id
        ),
        people=tuple(people),
        team_names={each.path: each.name for each in teams.values()},
        round=at,
        rule=(facts["rule"]["name"], facts["rule"]["version"]),
    )


def _id(path: str) -> int:
    """Of the team that a path leads to."""
    return int(path.rstrip("/").rpartition("/")[2])
