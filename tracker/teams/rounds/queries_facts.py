"""How things are at the end of a round, put together to be kept: who learned what where, against
which targets, and what was endorsed and revealed by then.

What is said of statements is read as of that moment; teams, job profiles, targets and what is not
rated here are read as they are, so this is asked before any of them changes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, union_all

from tracker.db import session
from tracker.frameworks.versions.rules_levels import LevelTally, TargetState
from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.models import (
    Domain,
    Endorsement,
    FigureGroup,
    Framework,
    LevelException,
    Membership,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundFramework,
    ScaleAnswer,
    Statement,
    Team,
)
from tracker.models.joins import is_one_of_people, scale_answer
from tracker.models.record import later
from tracker.models.record.versions import learns_on
from tracker.models.record.words import left_out, standing
from tracker.models.reviews.exceptions import agreed_exceptions
from tracker.policy.permissions import current_on, people_of
from tracker.record.blindness.queries import NO_BLIND_SPOTS
from tracker.record.endorsements import queries as endorsements
from tracker.record.sheet.queries_learners import FRAMEWORK, LIBRARY, counts_now
from tracker.record.sheet.rules import higher_of
from tracker.record.standings import queries as standings, queries_counts as levels
from tracker.record.standings.queries import StandingBasis, StandingPlace
from tracker.record.standings.queries_counts import AT, Counts
from tracker.record.versions.rules import DomainShape
from tracker.rules.roles import Role
from tracker.teams.rounds import rules_snapshots as round_snapshots
from tracker.teams.rounds.rules_snapshots import Kept, KeptRound
from tracker.teams.told.rules import COUNTED, Measure, Outcome, is_implied, states_possible

KEPT_VOICES = {"revealed": Voice.SELF, "endorsed": Voice.ENDORSED}
"""What the counts of a voice are called where they are kept (teams/rounds/rules_snapshots)."""
ENDED = Review.closed_at


def facts_at_end(round_id: int, day: dt.date, as_of: dt.datetime) -> KeptRound:
    """Of its last day, or an earlier one; `as_of`: the first moment after it. Eight queries for
    each of its frameworks, however many people they have, and five more."""
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
    kept_frameworks: dict[str, Kept] = {}
    reviewed = _newest_reviews(round_id, as_of)
    people: list[Kept] = []
    outcomes: list[Outcome] = []
    for framework in frameworks.all():
        memberships = memberships_on(period.library_id, day, framework.id, as_of)
        jobs = {row.role_profile_id for rows in memberships.values() for row in rows}
        of = standings.basis(StandingPlace(framework.id, period.library_id), jobs)
        kept_frameworks[str(framework.id)] = {
            "slug": framework.slug,
            "title": framework.title,
            "version": framework.version,
            "lang": framework.lang,
            "domains": [asdict(domain) for domain in of.domains],
            "not_rated_here": sorted(of.left_out),
            "jobs": {
                str(person_id): [[row.path, row.role_profile_id, row.role_profile] for row in rows]
                for person_id, rows in memberships.items()
                if len({row.role_profile_id for row in rows}) > 1
            },
        }
        kept = people_at(of, period.library_id, memberships, day, as_of)
        here = framework.id, period.library_id, day, NO_BLIND_SPOTS, as_of
        talked_over = levels.talked_over(memberships, *here)
        outcomes += _outcomes(kept, framework.slug, of.domains, reviewed, talked_over)
        people += kept
    facts = {
        "rule": round_snapshots.rule(),
        "teams": [list(team) for team in teams],
        "frameworks": kept_frameworks,
    }
    return KeptRound(facts, people, outcomes)


def _outcomes(
    people: Sequence[Kept],
    slug: str,
    domains: Sequence[DomainShape],
    reviewed: Mapping[Measure, dt.datetime],
    talked_over: Counts,
) -> Iterator[Outcome]:
    for one in people:
        for domain in domains:
            for voice, counts in one["counts"][str(domain.id)].items():
                of = Measure(one["person_id"], slug, domain.key, KEPT_VOICES[voice])
                if counts["state"] not in COUNTED or of not in reviewed:
                    continue
                tallies = [
                    LevelTally(*level.values())
                    for level in counts["levels"]
                    if of.voice is Voice.SELF
                    and level["rank"] <= one["cells"][str(domain.id)]["target"]
                ]
                free = [
                    talked_over.get((of.person_id, domain.id, tally.rank), {}) for tally in tallies
                ]
                states = [
                    states_possible(domain.rule, *both) for both in zip(tallies, free, strict=True)
                ]
                implied = of.voice is Voice.SELF and is_implied(states)
                yield Outcome(of, TargetState(counts["state"]), reviewed[of], implied)


def _newest_reviews(round_id: int, at: dt.datetime) -> dict[Measure, dt.datetime]:
    """Of the people in the round's groups by then: the newest review that had ended in each domain,
    and in their own voice the newest that revealed something; of all versions of a framework,
    whatever stands of it.
    An agreed exception is a review. Two queries."""
    revealed = (
        select(Review.learner_id.label("person_id"), ReviewItem.statement_id, ENDED.label("at"))
        .join(Review, Review.id == ReviewItem.review_id)
        .where(at >= ENDED, ReviewItem.revealed_at.is_not(None))
    )
    given = union_all(
        *(
            select(of.person_id, of.statement_id, moment.label("at")).where(moment <= at)
            for of, moment in (
                (Endorsement, Endorsement.endorsed_at),
                (LevelException, LevelException.agreed_at),
            )
        )
    )
    newest: dict[Measure, dt.datetime] = {}
    for voice, reviews in ((Voice.SELF, revealed), (Voice.ENDORSED, given)):
        of = reviews.subquery()
        rows = session().execute(
            select(of.c.person_id, Framework.slug, Domain.key, func.max(of.c.at))
            .join(
                FigureGroup,
                and_(FigureGroup.person_id == of.c.person_id, FigureGroup.round_id == round_id),
            )
            .join(Statement, Statement.id == of.c.statement_id)
            .join(Domain, Domain.id == Statement.domain_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .group_by(of.c.person_id, Framework.slug, Domain.key)
        )
        newest |= {Measure(row[0], row[1], row[2], voice): row[3] for row in rows}
    return newest


def people_at(
    basis: StandingBasis,
    library_id: int,
    memberships: Mapping[int, Sequence[Any]],
    day: dt.date,
    as_of: dt.datetime,
) -> list[Kept]:
    """Those of the memberships, as they stand at that moment, at the end of that day; `basis`: with
    the targets of all their job profiles."""
    ids, domains, framework_id = list(memberships), basis.domains, basis.version.id
    of = (ids, framework_id, library_id, day, NO_BLIND_SPOTS, as_of)
    shapes = levels.shapes_for(domains, *of[:4])
    endorsed, revealed = levels.endorsed_answers(*of), levels.revealed_answers(*of)
    left_out = endorsements.exceptions_of(*of)
    unmet = _not_met(ids, [domain.id for domain in domains], *of[1:4], as_of)
    people: list[Kept] = []
    for person_id, rows in memberships.items():
        newest = rows[-1]
        jobs = {row.role_profile_id for row in rows}
        ranks = higher_of(basis.targets[job] for job in jobs)
        of_endorsed, of_revealed = (
            levels.standings(shapes[person_id], answers, person_id, ranks)
            for answers in (endorsed, revealed)
        )
        people.append(
            {
                "person_id": person_id,
                "framework_id": framework_id,
                "role_profile_id": newest.role_profile_id,
                "role_profile": newest.role_profile,
                "paths": [row.path for row in rows],
                "exceptions": left_out.get(person_id, []),
                "cells": {
                    str(domain.id): round_snapshots.cell(
                        of_endorsed[domain.id],
                        of_revealed[domain.id],
                        unmet.get((person_id, domain.id), []),
                        {
                            job: basis.targets[job].get(domain.id)
                            for job in sorted(jobs)
                            if len(jobs) > 1
                        },
                    )
                    for domain in domains
                },
                "counts": {
                    str(domain.id): {
                        "endorsed": round_snapshots.counts(of_endorsed[domain.id]),
                        "revealed": round_snapshots.counts(of_revealed[domain.id]),
                    }
                    for domain in domains
                },
            }
        )
    return people


def memberships_on(
    library_id: int, day: dt.date, framework_id: int, as_of: dt.datetime
) -> dict[int, list[Any]]:
    """By person, in the order of their names, the newest last."""
    rows = session().execute(
        select(
            Membership.person_id,
            Team.path,
            RoleProfile.id.label("role_profile_id"),
            RoleProfile.name.label("role_profile"),
        )
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            Membership.role == Role.LEARNER,
            current_on(Membership, day),
            people_of(library_id),
            or_(Person.disabled_at.is_(None), Person.disabled_at >= as_of),
            PersonVersion.framework_id == framework_id,
        )
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
    of_person: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        of_person[row.person_id].append(row)
    return dict(of_person)


def _not_met(
    person_ids: Collection[int],
    domain_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    at: dt.datetime,
) -> dict[tuple[int, int], list[int]]:
    """By person and domain, the endorsements that did not meet their statement at that moment, but
    for agreed exceptions. One query."""
    values = {
        "people": list(person_ids),
        "domains": list(domain_ids),
        "framework": framework_id,
        "library": library_id,
        **later.on(today),
        "at": at,
    }
    not_met: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for person_id, domain_id, statement_id in session().execute(_not_met_at(), values):
        not_met[person_id, domain_id].append(statement_id)
    return not_met


@cache
def _not_met_at() -> Select[int, int, int]:
    endorsed = standing(is_one_of_people, FRAMEWORK, AT)
    person_id, statement_id, answer, *_rest = endorsed.c
    out = left_out(LIBRARY, FRAMEWORK)
    agreed = agreed_exceptions(is_one_of_people, FRAMEWORK, AT)
    return (
        select(person_id, Statement.domain_id, Statement.id)
        .join(endorsed, statement_id == Statement.id)
        .join(ScaleAnswer, scale_answer(answer))
        .outerjoin(out, out.c.statement_id == Statement.id)
        .outerjoin(
            agreed, and_(agreed.c.person_id == person_id, agreed.c.statement_id == statement_id)
        )
        .where(
            Statement.domain_id.in_(bindparam("domains", expanding=True)),
            ScaleAnswer.counts_as == Meaning.NOT_MET,
            out.c.id.is_(None),
            agreed.c.id.is_(None),
            counts_now(person_id, statement_id),
        )
    )
