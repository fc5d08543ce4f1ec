"""The people of a gap matrix against the same targets twice: at the end of an earlier round and at
the time of the page, or by their own ratings, as last revealed, and by reviews.

For readers who may see all of that by name: nothing here hides a small group.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, SnapshotPerson
from tracker.queries.teams.gap_figures import GapFigures, kept_domains, kept_framework
from tracker.queries.teams.gap_scope import GapScope, PastRound
from tracker.queries.teams.team_learners import TeamLearner
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.standings import against
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import comparison, round_snapshots
from tracker.rules.teams.comparison import Change
from tracker.rules.teams.gaps import GapCell, GapRow

KEPT_AS = {Voice.SELF: "revealed", Voice.ENDORSED: "endorsed"}
Targets = Mapping[int, Mapping[str, int | None]]
"""By person, and by the key of the domain, which is the same in all versions."""


class MovedTarget(NamedTuple):
    """What a job expected at the end of the round and expects at the time of the page, by the name
    of the level, empty where it is nothing. `changed_at`: None where nobody changed it, as with
    another version."""

    job: str
    domain: Wording
    then: Wording
    now: Wording
    changed_at: dt.datetime | None


class ToldFigure(NamedTuple):
    """Of the people of one group who were newly reviewed in a domain by `as_of`: how many reached
    the target, and how many didn't; and how many of them didn't by reviews."""

    domain: DomainShape
    round_id: int
    round: str
    as_of: dt.datetime
    group: str
    at_target: int
    below: int
    below_by_reviews: int

    @property
    def people(self) -> int:
        return self.at_target + self.below


class Comparison(NamedTuple):
    """`changes`: by domain. `names`: of whom a change names. `other_jobs`: the names of those who
    are measured by other jobs than then. `told`: one of the figures that this is made of, where
    the reader may not see the people by name."""

    changes: Mapping[int, Change]
    names: Mapping[int, str]
    moved: Sequence[MovedTarget] = ()
    other_jobs: Sequence[str] = ()
    told: ToldFigure | None = None


class _Side(NamedTuple):
    """What is known of people by one voice at one time: a word for each of the domains."""

    domains: Sequence[DomainShape]
    words: Mapping[int, Sequence[str]]

    def rows(
        self, targets: Targets, ids: Mapping[str, int], is_hidden: Callable[[int, int], bool]
    ) -> dict[int, GapRow]:
        """Against these targets, in the domains of these keys."""
        ranks = [tuple(level.rank for level in domain.levels) for domain in self.domains]
        return {
            person_id: tuple(
                GapCell(ids[domain.key], of.held_rank, target, of.state)
                for domain, word, of_domain in zip(self.domains, words, ranks, strict=True)
                if domain.key in ids and not is_hidden(person_id, domain.id)
                for target in [targets[person_id].get(domain.key)]
                for of in [against(word, of_domain, target)]
            )
            for person_id, words in self.words.items()
            if person_id in targets
        }


class Compared:
    """`now`: how everybody stands at the time of the page, against the targets of that time."""

    def __init__(
        self,
        scope: GapScope,
        everybody: Sequence[TeamLearner],
        figures: GapFigures,
        now: Mapping[int, GapRow],
    ) -> None:
        self.scope = scope
        self.everybody = everybody
        self.figures = figures
        self.now = now
        self.is_hidden = scope.blind.hidden_domains()
        self.ids = {domain.key: domain.id for domain in figures.domains}
        keys = {domain.id: domain.key for domain in figures.domains}
        self.targets: Targets = {
            person_id: {keys[cell.domain_id]: cell.target_rank for cell in row}
            for person_id, row in now.items()
        }

    def with_self_ratings(self) -> Comparison:
        """Those of the same people on the same day. One query more for a round."""
        own = self._rows(self._side(Voice.SELF), self.targets)
        return self._comparison(own, self.now)

    def with_round(
        self, at: PastRound, *, below: bool, profile_id: int | None, by_targets_then: bool
    ) -> Comparison:
        """In the jobs that they had in the teams of the page (`below`: with those below), or in all
        that they had. Three queries, and one more for a round."""
        framework = kept_framework(at)
        domains = kept_domains(framework)
        here = self.scope.team.path
        words, targets = {}, {}
        moved: dict[tuple[frozenset[int], str, str], tuple[int | None, int | None]] = {}
        other_jobs = []
        people = {one.person_id: one for one in self.everybody}
        for row in self._kept(at):
            one = people[row.person_id]
            had = round_snapshots.jobs(framework, row)
            jobs = frozenset(
                job
                for path, job, _name in had
                if (path.startswith(here) if below else path == here) and profile_id in (None, job)
            ) or frozenset(job for _path, job, _name in had)
            words[one.person_id] = _words(row, domains, Voice.ENDORSED)
            kept = targets[one.person_id] = {
                each.key: round_snapshots.read_cell(
                    each.id, row.cells[str(each.id)], jobs
                ).target_rank
                for each in domains
            }
            if jobs != one.role_profile_ids:
                other_jobs.append(one.name)
            else:
                moved |= {
                    (jobs, one.role_profile, key): (kept[key], rank)
                    for key, rank in self.targets[one.person_id].items()
                    if key in kept and kept[key] != rank
                }
        alone = {(*jobs, key) for jobs, _name, key in moved if len(jobs) == 1}
        moved = {
            of: ranks
            for of, ranks in moved.items()
            if len(of[0]) == 1 or not any((job, of[2]) in alone for job in of[0])
        }
        measured = targets if by_targets_then else self.targets
        now = self._rows(self._side(Voice.ENDORSED), targets) if by_targets_then else self.now
        return self._comparison(self._rows(_Side(domains, words), measured), now)._replace(
            moved=tuple(self._named(at, domains, moved)), other_jobs=other_jobs
        )

    def _comparison(self, then: Mapping[int, GapRow], now: Mapping[int, GapRow]) -> Comparison:
        changes = comparison.changes(then, now, self.ids.values(), len(self.everybody))
        crossed = {each for of in changes.values() for each in of.reached + of.fell}
        return Comparison(
            changes, {one.person_id: one.name for one in self.everybody if one.person_id in crossed}
        )

    def _rows(self, side: _Side, targets: Targets) -> dict[int, GapRow]:
        return side.rows(targets, self.ids, self.is_hidden)

    def _side(self, voice: Voice) -> _Side:
        """At the time of the page."""
        domains, at = self.figures.domains, self.scope.round
        if at is not None:
            kept = {row.person_id: _words(row, domains, voice) for row in self._kept(at)}
            return _Side(domains, kept)
        said = self.figures.said
        return _Side(
            domains,
            {
                person_id: (of.revealed if voice is Voice.SELF else of.reviewed).split()
                for person_id, of in said.items()
            },
        )

    def _kept(self, at: PastRound) -> Sequence[Row[Any]]:
        """Of those who were there. One query."""
        of = SnapshotPerson
        return (
            session()
            .execute(
                select(
                    of.person_id, of.role_profile_id, of.role_profile, of.paths, of.cells, of.counts
                ).where(
                    of.snapshot_id == at.snapshot_id,
                    of.framework_id == at.framework_id,
                    of.person_id.in_([one.person_id for one in self.everybody]),
                )
            )
            .all()
        )

    def _named(
        self,
        at: PastRound,
        domains: Sequence[DomainShape],
        moved: Mapping[tuple[frozenset[int], str, str], tuple[int | None, int | None]],
    ) -> Iterator[MovedTarget]:
        """In the order of the framework. One query."""
        edits = _edits(self.scope, at) if moved else []
        before = {domain.key: domain for domain in domains}
        for domain in self.figures.domains:
            for (jobs, name, key), (then, now) in sorted(moved.items(), key=lambda of: of[0][1]):
                if key == domain.key:
                    yield MovedTarget(
                        name,
                        domain.title,
                        before[key].level_name(then or 0),
                        domain.level_name(now or 0),
                        next(
                            (day for day, job, of in edits if job in jobs and domain.title in of),
                            None,
                        ),
                    )


def _words(row: Row[Any], domains: Sequence[DomainShape], voice: Voice) -> list[str]:
    counts = row.counts
    return [round_snapshots.read_word(counts[str(each.id)][KEPT_AS[voice]]) for each in domains]


def _edits(scope: GapScope, at: PastRound) -> list[tuple[dt.datetime, int, set[str]]]:
    """When job profiles were changed since, the newest first, and in which domains: the audit says
    "Communication: Developing; Leadership: Emerging"."""
    query = (
        select(AuditEvent.happened_at, AuditEventDetail.facts)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.library_id == scope.library_id,
            AuditEvent.kind == "role_profile_edited",
            AuditEvent.happened_at >= at.as_of,
        )
        .order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc())
    )
    if scope.round is not None:
        query = query.where(AuditEvent.happened_at < scope.round.as_of)
    return [
        (
            happened_at,
            facts["role_profile_id"],
            {part.partition(": ")[0] for part in facts.get("after", "").split("; ")},
        )
        for happened_at, facts in session().execute(query)
    ]
