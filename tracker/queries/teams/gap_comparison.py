"""The people of a gap matrix against the same targets twice: at the end of an earlier round and at
the time of the page, or by their own ratings, as last revealed, and by reviews.

For readers who may see both by name, but for what rounds told: nothing here hides a small group.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, SnapshotPerson
from tracker.queries.teams import told
from tracker.queries.teams.gap_figures import kept_domains, kept_framework
from tracker.queries.teams.gap_matrix import GapMatrix, MatrixFilters
from tracker.queries.teams.gap_scope import PastRound
from tracker.queries.teams.told import ToldFigure
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.standings import against
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import comparison, round_snapshots
from tracker.rules.teams.comparison import Change
from tracker.rules.teams.gaps import GapCell, GapRow

Words = Mapping[int, Sequence[str]]
"""Of people in the domains of a version (rules/record/standings)."""
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

    changes: Mapping[int, Change]
    names: Mapping[int, str]
    moved: Sequence[MovedTarget] = ()
    told: ToldFigure | None = None


def compare(of: GapMatrix, chosen: MatrixFilters) -> GapComparison | None:
    """With a round three queries, and one where that page or its targets are of another time."""
    keys = {domain.id: domain.key for domain in of.domains}
    targets: Targets = {
        person_id: {keys[cell.domain_id]: cell.target_rank for cell in row}
        for person_id, row in of.now.items()
    }
    if chosen.compare is not None:
        return _with_round(of, chosen, chosen.compare, targets)
    if not chosen.beside:
        return None
    if all(one.is_revealed for one in of.everybody):
        return _compared(of, _measured(of, of.domains, _words(of, Voice.SELF), targets), of.now)
    figures = told.figures(of.scope, chosen.framework_id, chosen.slug, Voice.SELF)
    newest = max(figures, key=lambda each: each.as_of, default=None)
    changes: dict[int, Change] = {}
    for each in figures:
        if newest is not None and each.as_of == newest.as_of:
            figure = Change(each.people, each.people, each.below, each.below_by_reviews)
            before = changes.get(each.domain.id)
            changes[each.domain.id] = comparison.total([figure, before] if before else [figure])
    return GapComparison(changes, {}, told=newest)


def _with_round(
    of: GapMatrix, chosen: MatrixFilters, at: PastRound, targets: Targets
) -> GapComparison:
    """The targets of then are those of the jobs that they have on the page, or had at all."""
    domains = {domain.key: domain for domain in kept_domains(kept_framework(at))}
    rows = _kept(of, at)
    people = {one.person_id: one for one in of.everybody}
    kept: dict[int, dict[str, int | None]] = {}
    moved: dict[tuple[str, int, str], tuple[int | None, int | None]] = {}
    for row in rows:
        one = people[row.person_id]
        for key, domain in domains.items():
            cell = row.cells[str(domain.id)]
            then = round_snapshots.read_target(cell, one.role_profile_ids)
            now = targets[one.person_id].get(key, then)
            kept.setdefault(one.person_id, {})[key] = then
            if (
                then != now
                and "by_job" not in cell
                and {row.role_profile_id} == one.role_profile_ids
            ):
                moved[one.role_profile, row.role_profile_id, key] = then, now
    measured = kept if chosen.by_targets_then else targets
    words = _kept_words(rows, domains.values(), Voice.ENDORSED)
    later = of.now
    if chosen.by_targets_then:
        later = _measured(of, of.domains, _words(of, Voice.ENDORSED), kept)
    found = _compared(of, _measured(of, domains.values(), words, measured), later)
    edits = _edits(of, at) if moved else []
    return found._replace(
        moved=[
            MovedTarget(
                name,
                domain.title,
                domains[key].level_name(then or 0),
                domain.level_name(rank or 0),
                next(
                    (day for day, job, said in edits if job == of_job and domain.title in said),
                    None,
                ),
            )
            for domain in of.domains
            for (name, of_job, key), (then, rank) in sorted(moved.items())
            if key == domain.key
        ]
    )


def _compared(
    of: GapMatrix, then: Mapping[int, GapRow], now: Mapping[int, GapRow]
) -> GapComparison:
    changes = comparison.changes(then, now, of.ids, len(of.everybody))
    return GapComparison(changes, {one.person_id: one.name for one in of.everybody})


def _measured(
    of: GapMatrix, domains: Iterable[DomainShape], words: Words, targets: Targets
) -> dict[int, GapRow]:
    """In the domains of the page."""
    is_hidden = of.scope.blind.hidden_domains()
    ids = {domain.key: domain.id for domain in of.domains}
    shapes = [(each, tuple(level.rank for level in each.levels)) for each in domains]
    return {
        person_id: tuple(
            GapCell(ids[domain.key], 0, target, against(word, ranks, target).state)
            for (domain, ranks), word in zip(shapes, said, strict=True)
            if domain.key in ids and not is_hidden(person_id, domain.id)
            for target in [targets[person_id].get(domain.key)]
        )
        for person_id, said in words.items()
        if person_id in targets
    }


def _words(of: GapMatrix, voice: Voice) -> Words:
    """At the time of the page."""
    if of.scope.round is not None:
        return _kept_words(_kept(of, of.scope.round), of.domains, voice)
    return {
        person_id: (said.revealed if voice is Voice.SELF else said.reviewed).split()
        for person_id, said in of.figures.said.items()
    }


def _kept(of: GapMatrix, at: PastRound) -> Sequence[Row[Any]]:
    """Those of them who were there."""
    kept = SnapshotPerson
    query = select(kept.person_id, kept.role_profile_id, kept.cells).where(
        kept.snapshot_id == at.snapshot_id,
        kept.framework_id == at.framework_id,
        kept.person_id.in_([one.person_id for one in of.everybody]),
    )
    return session().execute(query).all()


def _kept_words(rows: Iterable[Row[Any]], domains: Iterable[DomainShape], voice: Voice) -> Words:
    side = "revealed" if voice is Voice.SELF else "reviewed"
    ids = [str(domain.id) for domain in domains]
    return {row.person_id: [row.cells[each][side] for each in ids] for row in rows}


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
