"""How people stand, in each voice, put together so that it is decided which of it may be told
without names."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, union_all

from tracker.db import session
from tracker.models import (
    Domain,
    Endorsement,
    Framework,
    LevelException,
    Library,
    Membership,
    Person,
    PersonVersion,
    Release,
    ReleasePerson,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundSnapshot,
    SnapshotPerson,
    Statement,
    Team,
)
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import current_on, people_of
from tracker.queries.profiles import level_shapes
from tracker.queries.teams.rounds.facts import memberships_on, people_at
from tracker.rules.calendar import day_in
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import LevelTally, TargetState, standing
from tracker.rules.roles import Role
from tracker.rules.teams.releases import (
    CountedLearner,
    CountedState,
    CountedStates,
    Learners,
    Measure,
    Moment,
    Past,
)
from tracker.rules.teams.round_snapshots import Kept, KeptPerson


def moments_due(library_id: int, now: dt.datetime) -> Iterator[Moment]:
    """The ends of the rounds that were kept since the newest release, in order, and now. Where
    there is none yet, now comes first: what is told of a round may keep it from being told. Two
    queries, four for each round, and twelve for each framework."""
    newest = session().scalar(
        select(func.max(Release.as_of)).where(Release.library_id == library_id)
    )
    kept = (
        select(RoundSnapshot.id, RoundSnapshot.as_of, RoundSnapshot.facts)
        .join(Round, Round.id == RoundSnapshot.round_id)
        .where(Round.library_id == library_id, RoundSnapshot.as_of <= now)
        .order_by(RoundSnapshot.as_of, RoundSnapshot.id)
    )
    snapshots = session().execute(kept).all()
    if newest is None:
        yield Moment(now, _now(library_id, now))
        snapshots = snapshots[::-1]
    for each in snapshots:
        if newest is None or each.as_of > newest:
            yield Moment(each.as_of, _at_end(library_id, each))
    if newest is not None:
        yield Moment(now, _now(library_id, now))


def past(library_id: int, by: Measure) -> dict[str, list[Past]]:
    """What was decided of a framework in a voice so far, by key of the domain. Two queries."""
    of = (Release.library_id == library_id, Release.slug == by.slug, Release.voice == by.voice)
    items = items_of(*of)
    found: defaultdict[str, list[Past]] = defaultdict(list)
    for release in session().scalars(select(Release).where(*of).order_by(Release.id)):
        found[release.domain_key].append(Past(release.told, items[release.id]))
    return found


def items_of(*of: ColumnElement[bool]) -> dict[int, CountedStates]:
    """By release. One query."""
    rows = session().execute(
        select(
            ReleasePerson.release_id,
            ReleasePerson.person_id,
            ReleasePerson.state,
            ReleasePerson.reviewed,
        )
        .join(Release, Release.id == ReleasePerson.release_id)
        .where(*of)
    )
    found: defaultdict[int, set[CountedState]] = defaultdict(set)
    for row in rows:
        found[row.release_id].add(CountedState(row.person_id, row.state, row.reviewed))
    return {release_id: frozenset(items) for release_id, items in found.items()}


def _at_end(library_id: int, snapshot: Row[Any]) -> Learners:
    rows = session().scalars(
        select(SnapshotPerson)
        .where(SnapshotPerson.snapshot_id == snapshot.id)
        .order_by(SnapshotPerson.framework_id)
    )
    frameworks = snapshot.facts["frameworks"]
    times = _times_reviewed(library_id, snapshot.as_of)
    found: FoundLearners = defaultdict(dict)
    for each in rows:
        framework = frameworks[str(each.framework_id)]
        keys = {str(domain["id"]): domain["key"] for domain in framework["domains"]}
        _add(found, framework["slug"], keys, each, times)
    return {by: list(people.values()) for by, people in found.items()}


def _now(library_id: int, now: dt.datetime) -> Learners:
    zone = session().scalars(select(Library.time_zone).where(Library.id == library_id)).one()
    today = day_in(zone, now)
    learned = session().execute(
        select(Framework.id, Framework.slug)
        .select_from(Membership)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.LEARNER, current_on(Membership, today), people_of(library_id)
        )
        .distinct()
        .order_by(Framework.id)
    )
    times = _times_reviewed(library_id, now)
    found: FoundLearners = defaultdict(dict)
    for framework_id, slug in learned.all():
        domains = level_shapes.shape(framework_id, library_id)
        keys = {str(domain.id): domain.key for domain in domains}
        there = memberships_on(library_id, today, framework_id, now)
        for each in people_at(library_id, framework_id, domains, there, today, now):
            _add(found, slug, keys, each, times)
    return {by: list(people.values()) for by, people in found.items()}


TimesReviewed = Mapping[Measure, Mapping[tuple[int, str], int]]
"""By person and key of the domain."""


def _times_reviewed(library_id: int, at: dt.datetime) -> TimesReviewed:
    """How often people's statements were reviewed by then, and how often their own answers were
    revealed: of all versions of a framework, each time, whatever stands of it. An agreed exception
    is a time, once in all versions. Whose account was deleted counts too: they stay in the rounds
    that were kept. Two queries."""
    learners = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(Team.library_id == library_id)
    )
    revealed = (
        select(Review.learner_id.label("person_id"), ReviewItem.statement_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(ReviewItem.revealed_at <= at)
    )
    endorsed = union_all(
        select(Endorsement.person_id, Endorsement.statement_id).where(
            Endorsement.endorsed_at <= at
        ),
        select(LevelException.person_id, LevelException.statement_id).where(
            LevelException.agreed_at <= at
        ),
    )
    found: defaultdict[Measure, dict[tuple[int, str], int]] = defaultdict(dict)
    for voice, each in ((Voice.SELF, revealed), (Voice.ENDORSED, endorsed)):
        times = each.subquery()
        rows = session().execute(
            select(times.c.person_id, Framework.slug, Domain.key, func.count())
            .join(Statement, Statement.id == times.c.statement_id)
            .join(Domain, Domain.id == Statement.domain_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .where(times.c.person_id.in_(learners))
            .group_by(times.c.person_id, Framework.slug, Domain.key)
        )
        for person_id, slug, key, number in rows:
            found[Measure(slug, voice)][person_id, key] = number
    return found


FoundLearners = defaultdict[Measure, dict[int, CountedLearner]]
KEPT_AS = {Voice.SELF: "revealed", Voice.ENDORSED: "endorsed"}
"""What the counts of a voice are called where they are kept (rules/teams/round_snapshots)."""


def _add(
    found: FoundLearners,
    slug: str,
    keys: Mapping[str, str],
    of: KeptPerson | SnapshotPerson,
    times: TimesReviewed,
) -> None:
    """Counted in the newest of their teams, by their job there. `keys`: of the domains, by id as a
    snapshot has it."""
    for voice, name in KEPT_AS.items():
        states = {}
        for id_, key in keys.items():
            counts = of.counts[id_][name]
            job = of.cells[id_].get("by_job", {}).get(str(of.role_profile_id))
            state = counts["state"] if job is None else _against(counts, job["target"])
            if state is not None:
                reviewed = times[Measure(slug, voice)].get((of.person_id, key), 0)
                states[key] = (TargetState(state), reviewed)
        found[Measure(slug, voice)][of.person_id] = CountedLearner(
            of.person_id, of.paths[-1], states
        )


def _against(counts: Kept, target_rank: int | None) -> TargetState | None:
    """Of who had several jobs, by one of them: the counts are kept with the highest target."""
    tallies = (
        LevelTally.of(
            each["rank"],
            each["listed"],
            each["left_out"],
            each["excluded"],
            each["met"],
            each["not_met"],
        )
        for each in counts["levels"]
    )
    return standing(tallies, target_rank).target_state
