"""How things are at the end of a round: who learned what where, against which targets, and where
they stood by their sheets of that moment.

What is said of statements is read as of that moment; teams, job profiles, targets and what is not
rated here are read as they are, so this is asked before any of them changes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from tracker.db import session
from tracker.frameworks.versions.rules_levels import RULE_VERSION
from tracker.models import (
    Framework,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import current_on, people_of
from tracker.record.sheet import queries as sheets
from tracker.record.sheet.rules import Sheet, higher_of
from tracker.record.sheet.rules_words import Side
from tracker.record.standings.queries import StandingPlace, basis
from tracker.record.standings.rules import short
from tracker.record.standings.rules_kept import KeptJob, KeptVersion
from tracker.rules.roles import Role
from tracker.teams.told.queries_outcomes import newest_reviews, outcomes as outcomes_of
from tracker.teams.told.rules import Outcome

AT_ONCE = 200
"""So many sheets are held at a time."""
Jobs = Mapping[int, Sequence[KeptJob]]
"""By person, in the order of their names, the newest job last."""


class RoundAtEnd(NamedTuple):
    """What a snapshot is made of, its `people` as rows; and what figures without names may
    count."""

    facts: Mapping[str, Any]
    people: Sequence[Mapping[str, Any]]
    outcomes: Sequence[Outcome]


def at_end(round_id: int, day: dt.date, as_of: dt.datetime) -> RoundAtEnd:
    """Of its last day, or an earlier one; `as_of`: the first moment after it. Two queries for each
    of its frameworks and one for every AT_ONCE people there, and five more."""
    period = session().get_one(Round, round_id)
    teams = session().execute(
        select(Team.id, Team.parent_id, Team.name, Team.path)
        .where(Team.library_id == period.library_id)
        .order_by(Team.name, Team.id)
    )
    frameworks = session().scalars(
        select(Framework)
        .join(RoundFramework, RoundFramework.framework_id == Framework.id)
        .where(RoundFramework.round_id == round_id)
        .order_by(Framework.id)
    )
    versions: dict[str, Any] = {}
    people: list[Mapping[str, Any]] = []
    outcomes: list[Outcome] = []
    reviewed = newest_reviews(round_id, as_of)
    for of in frameworks.all():
        place = StandingPlace(of.id, period.library_id)
        jobs = jobs_on(place, day, as_of)
        measured = basis(place, {job.role_profile_id for had in jobs.values() for job in had})
        targets = measured.targets
        version = KeptVersion(of.slug, of.title, of.version, of.lang, measured.domains, targets)
        versions[str(of.id)] = version.as_facts()
        for sheet in sheets_at(list(jobs), place, day, as_of):
            had = jobs[sheet.person_id]
            person = {"person_id": sheet.person_id, "framework_id": of.id, "jobs": list(had)}
            standing = short(sheet)._asdict()
            del standing["changes_on"]
            people.append(person | standing)
            expected = higher_of(targets[job.role_profile_id] for job in had)
            outcomes += outcomes_of(sheet, of.slug, expected, reviewed)
    facts = {
        "rule_version": RULE_VERSION,
        "teams": [list(team) for team in teams],
        "frameworks": versions,
    }
    return RoundAtEnd(facts, people, outcomes)


def sheets_at(
    person_ids: Sequence[int], place: StandingPlace, day: dt.date, as_of: dt.datetime
) -> Iterator[Sheet]:
    for start in range(0, len(person_ids), AT_ONCE):
        some = person_ids[start : start + AT_ONCE]
        yield from sheets.of_people(some, *place, day, Side.REVEALED, None, as_of)


def jobs_on(place: StandingPlace, day: dt.date, as_of: dt.datetime) -> Jobs:
    rows = session().execute(
        select(Membership.person_id, Team.path, RoleProfile.id, RoleProfile.name)
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            Membership.role == Role.LEARNER,
            current_on(Membership, day),
            people_of(place.library_id),
            or_(Person.disabled_at.is_(None), Person.disabled_at >= as_of),
            PersonVersion.framework_id == place.framework_id,
        )
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
    of_person: defaultdict[int, list[KeptJob]] = defaultdict(list)
    for person_id, path, role_profile_id, role_profile in rows:
        of_person[person_id].append(KeptJob(path, role_profile_id, role_profile))
    return dict(of_person)
