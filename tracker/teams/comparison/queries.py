"""The people of a gap matrix against the same targets twice: at the end of an earlier round and at
the time of the page, or by their own ratings, as last revealed, and by reviews.

For readers who may see both by name, but for what rounds told: nothing here hides a small group.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from tracker.db import session
from tracker.frameworks.versions.rules import Voice
from tracker.models import AuditEvent, AuditEventDetail
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.teams.comparison.rules import GapChange, changes, total
from tracker.teams.figures import queries as figures_queries
from tracker.teams.figures.queries import RoundFigure
from tracker.teams.gaps.queries_matrix import GapMatrix, kept_people, kept_version
from tracker.teams.gaps.queries_scope import PastRound
from tracker.teams.gaps.rules import GapRow, cell_of

Words = Mapping[int, str]
"""Of people in the domains of a version (record/standings/rules)."""
Targets = Mapping[int, Mapping[str, int | None]]
"""Of people, by the key of the domain, which is the same in all versions."""


class MovedTarget(NamedTuple):
    """What a job expected at the end of the round and expects at the time of the page, by the name
    of the level, empty where it is nothing. `changed_at`: None where nobody did, as with another
    version."""

    job: str
    domain: Wording
    then: Wording
    now: Wording
    changed_at: dt.datetime | None


class GapComparison(NamedTuple):
    """`changes`: by domain. `names`: of everybody. `told`: one of the figures that this is made of,
    where the reader may not see the people by name."""

    changes: Mapping[int, GapChange]
    names: Mapping[int, str]
    moved: Sequence[MovedTarget] = ()
    told: RoundFigure | None = None


def compare(of: GapMatrix) -> GapComparison | None:
    """With a round three queries, and one where that page or its targets are of another time."""
    chosen = of.chosen
    if chosen.compare is None and not chosen.with_self:
        return None
    keys = {domain.id: domain.key for domain in of.domains}
    targets: Targets = {
        person_id: {keys[cell.domain_id]: cell.target_rank for cell in row}
        for person_id, row in of.now.items()
    }
    if chosen.compare is not None:
        return _with_round(of, chosen.compare, targets)
    if all(one.place.is_revealed for one in of.everybody):
        return _compared(of, _measured(of, of.domains, _words(of, Voice.SELF), targets), of.now)
    figures = figures_queries.figures(
        of.scope, chosen.of.framework_id, chosen.of.framework_slug, Voice.SELF
    )
    newest = max(figures, key=lambda figure: figure.as_of, default=None)
    of_domain: defaultdict[int, list[GapChange]] = defaultdict(list)
    for one in figures:
        if newest is not None and one.as_of == newest.as_of:
            change = GapChange(one.people, one.people, one.below, one.below_by_reviews)
            of_domain[one.domain.id].append(change)
    return GapComparison({key: total(groups) for key, groups in of_domain.items()}, {}, told=newest)


def _with_round(of: GapMatrix, at: PastRound, targets: Targets) -> GapComparison:
    """Against the end of a round. The earlier targets are those of the jobs that people have on the
    page, or of all that they had."""
    version = kept_version(at)
    domains = {domain.key: domain for domain in version.domains}
    kept = kept_people(at, list(targets))
    people = {one.person_id: one for one in of.everybody}
    of_then: dict[int, dict[str, int | None]] = {}
    moved: dict[tuple[str, int, str], tuple[int | None, int | None]] = {}
    for person_id, was in kept.items():
        place = people[person_id].place
        expected = version.target_of(was.jobs, place.role_profile_ids)
        for key, domain in domains.items():
            then = expected.get(domain.id)
            now = targets[person_id].get(key, then)
            of_then.setdefault(person_id, {})[key] = then
            # Of who had or has several jobs nobody could say whose target has moved.
            if then != now and len(was.jobs) == 1 and was.jobs == place.role_profile_ids:
                (job,) = was.jobs
                moved[place.role_profile, job, key] = then, now
    measured, later = targets, of.now
    if of.chosen.by_targets_then:
        measured = of_then
        later = _measured(of, of.domains, _words(of, Voice.ENDORSED), of_then)
    words = {person_id: was.standing.reviewed for person_id, was in kept.items()}
    edits = _edits(of, at) if moved else []

    def edited_on(job: int, domain: DomainShape) -> dt.datetime | None:
        return next(
            (day for day, of_job, titles in edits if of_job == job and domain.title in titles), None
        )

    return _compared(of, _measured(of, domains.values(), words, measured), later)._replace(
        moved=[
            MovedTarget(
                job=name,
                domain=domain.title,
                then=domains[key].level_name(then or 0),
                now=domain.level_name(rank or 0),
                changed_at=edited_on(job, domain),
            )
            for domain in of.domains
            for (name, job, key), (then, rank) in sorted(moved.items())
            if key == domain.key
        ]
    )


def _compared(
    of: GapMatrix, then: Mapping[int, GapRow], now: Mapping[int, GapRow]
) -> GapComparison:
    names = {one.person_id: one.name for one in of.everybody}
    return GapComparison(changes(then, now, of.ids, len(of.everybody)), names)


def _measured(
    of: GapMatrix, domains: Iterable[DomainShape], words: Words, targets: Targets
) -> dict[int, GapRow]:
    """The cells of these people in the domains of the page, by person."""
    is_hidden = of.scope.reader.hidden_domains()
    ids = {domain.key: domain.id for domain in of.domains}
    shapes = [(domain, domain.ranks) for domain in domains]
    return {
        person_id: tuple(
            cell_of(ids[domain.key], word, ranks, targets[person_id].get(domain.key))
            for (domain, ranks), word in zip(shapes, its_words.split(), strict=True)
            if domain.key in ids and not is_hidden(person_id, domain.id)
        )
        for person_id, its_words in words.items()
        if person_id in targets
    }


def _words(of: GapMatrix, voice: Voice) -> Words:
    """By person, the words of their standings at the time of the page."""
    return {
        person_id: one.revealed if voice is Voice.SELF else one.reviewed
        for person_id, one in of.figures.standings.items()
    }


def _edits(of: GapMatrix, at: PastRound) -> list[tuple[dt.datetime, int, set[str]]]:
    """When job profiles were changed since, the newest first, and in which domains: the audit says
    "Communication: Developing; Leadership: Emerging"."""
    query = (
        select(AuditEvent.happened_at, AuditEventDetail.facts)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.library_id == of.scope.library_id,
            AuditEvent.kind == "role_profile_edited",
            AuditEvent.happened_at >= at.as_of,
        )
        .order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc())
    )
    if of.scope.round is not None:
        query = query.where(AuditEvent.happened_at < of.scope.round.as_of)
    return [
        (
            happened_at,
            facts["role_profile_id"],
            {part.partition(": ")[0] for part in facts.get("after", "").split("; ")},
        )
        for happened_at, facts in session().execute(query)
    ]
