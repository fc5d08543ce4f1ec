"""What rounds kept of somebody, to compare with, and which of their levels fell with the version
that they were moved to."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select

from tracker.db import ask_made
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.frameworks.versions.rules_scale import Voice
from tracker.models import Framework, Round, RoundSnapshot, SnapshotPerson
from tracker.profiles.growth.rules import CountedStatement, KeptDomain, LevelFall, level_falls
from tracker.queries.asking import Question, row_as
from tracker.record.sheet import queries as sheets, rules_voices as statement_voices
from tracker.record.sheet.queries_learners import LEARNER, Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_voices import StatementVoices
from tracker.record.sheet.rules_words import Side
from tracker.record.standings.rules import LETTERS, against
from tracker.record.standings.rules_kept import KeptJob, KeptVersion, version_of
from tracker.record.versions.queries_level_moves import VersionMove
from tracker.record.versions.rules import DomainShape
from tracker.record.visible.queries import Reader
from tracker.rules.core.wording import Wording

ROUNDS_OFFERED = 4
STATE_OF = {letter: state for state, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round that was kept at its end, the moment after its last day. `domains`: by title, as they
    were by what was endorsed, against the targets of then: those of all `role_profiles` that the
    person had, in that version of the framework."""

    id: int
    name: str
    ends_on: dt.date
    end: dt.datetime
    reconstructed: bool
    domains: Mapping[str, KeptDomain]
    role_profiles: tuple[str, ...]
    version: str

    @property
    def at_target(self) -> int:
        return sum(domain.state is TargetState.AT_TARGET for domain in self.domains.values())


def rounds(learner: Learner, reader: Reader | None) -> list[EarlierRound]:
    """Those kept in which the person learned a version of the framework, the newest first. One
    query, two where something is hidden."""
    rows = ask_made(_OFFERED, {"learner": learner.person_id, "slug": learner.framework_slug})
    is_hidden = reader.hidden_domains() if reader is not None else lambda *_: False
    return [
        EarlierRound(
            row.id,
            row.name,
            row.ends_on,
            row.as_of,
            row.reconstructed,
            {
                domain.title: KeptDomain(target, against(word, domain.ranks, target).state)
                for domain, word in zip(version.domains, row.reviewed.split(), strict=True)
                for target in [targets.get(domain.id)]
                if not is_hidden(learner.person_id, domain.id)
            },
            _jobs(row),
            version.version,
        )
        for row in rows
        for version, targets in [_measured_by(row)]
    ]


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """A round that was kept at its end, and the moment of it."""

    round_id: int
    round: str
    round_end: dt.datetime


def ends(learner: Learner) -> Question[list[RoundEnd]]:
    """The ends of the rounds to compare with, the oldest first."""
    return Question(
        _ENDS,
        {"learner": learner.person_id, "slug": learner.framework_slug},
        lambda rows: sorted((row_as(RoundEnd, row) for row in rows), key=lambda end: end.round_end),
    )


def kept_of(person_id: int, framework_slug: str) -> list[dict[str, Any]]:
    """What rounds kept of somebody, of all versions of a framework, the newest first, for a file:
    by domain the target, and of each side the level held and the state of each; the self side as
    last revealed. One query."""
    rows = ask_made(_KEPT, {"learner": person_id, "slug": framework_slug})
    return [
        {
            "round": row.name,
            "as_of": row.ends_on.isoformat(),
            "reconstructed": row.reconstructed,
            "version": version.version,
            "role_profile": ", ".join(_jobs(row)),
            "domains": [
                {
                    "domain": domain.title,
                    "target": target,
                    "endorsed": _side(reviewed, domain, target),
                    "revealed": _side(revealed, domain, target),
                }
                for domain, reviewed, revealed in zip(
                    version.domains, row.reviewed.split(), row.revealed.split(), strict=True
                )
                for target in [targets.get(domain.id)]
            ],
        }
        for row in rows
        for version, targets in [_measured_by(row)]
    ]


def _side(word: str, domain: DomainShape, target: int | None) -> dict[str, Any]:
    of = against(word, domain.ranks, target)
    levels = [
        {"rank": rank, "state": STATE_OF[letter]}
        for rank, letter in zip(domain.ranks, word, strict=True)
    ]
    return {"held": of.held_rank, "state": of.state, "levels": levels}


_KEPT = (
    select(
        Round.id,
        Round.name,
        Round.ends_on,
        RoundSnapshot.as_of,
        RoundSnapshot.reconstructed,
        RoundSnapshot.facts,
        SnapshotPerson.person_id,
        SnapshotPerson.framework_id,
        SnapshotPerson.jobs,
        SnapshotPerson.revealed,
        SnapshotPerson.reviewed,
    )
    .join(RoundSnapshot, RoundSnapshot.round_id == Round.id)
    .join(SnapshotPerson, SnapshotPerson.snapshot_id == RoundSnapshot.id)
    .join(Framework, Framework.id == SnapshotPerson.framework_id)
    .where(SnapshotPerson.person_id == LEARNER, Framework.slug == bindparam("slug"))
    .order_by(Round.ends_on.desc(), Round.id)
)
"""Of each round in which the learner learned a version of the framework, the newest first."""
_OFFERED = _KEPT.limit(ROUNDS_OFFERED)
_ENDS = _KEPT.with_only_columns(
    Round.id.label("round_id"), Round.name.label("round"), RoundSnapshot.as_of.label("round_end")
).limit(ROUNDS_OFFERED)


def _measured_by(row: Any) -> tuple[KeptVersion, dict[int, int]]:
    """With the targets by domain."""
    version = version_of(row.facts, row.framework_id)
    jobs = {KeptJob(*job).role_profile_id for job in row.jobs}
    return version, version.target_of(jobs, jobs)


def _jobs(row: Any) -> tuple[str, ...]:
    """The names of all job profiles that they had in that version, the newest last."""
    return tuple(dict.fromkeys(KeptJob(*job).role_profile for job in row.jobs))


@dataclass(frozen=True, slots=True)
class NamedFall:
    """`domain_id`: in the version that they are on; `met`: what the answers that count are
    called."""

    voice: Voice
    domain_id: int
    domain: Wording
    level: Wording
    met: tuple[Wording, ...]
    lang: str
    fall: LevelFall


def falls_of_move(
    learner: Learner,
    came_by: VersionMove | None,
    sheet: Sheet,
    reader: Reader | None,
    now: Sequence[StatementVoices],
) -> list[NamedFall]:
    """Both sides as they are now, on this version and on the one before: the reviewed level; their
    own for the learner alone; nothing for a reader without a self side. One query, and one more
    where something counts later; none for who began on the version."""
    side = sheet.side
    if came_by is None or side is None:
        return []
    of = came_by.between
    then = replace(learner, framework_id=of.from_id)
    sheet_then = sheets.of_learner(then, side, reader)
    before = statement_voices.voices(sheet_then, then.name)
    rules = sheet_then.domains[0].rule, sheet.domains[0].rule
    labels = tuple(met_answer.label for met_answer in sheet.version.met_answers)
    here = [statement for statement in of.placed.values() if statement.framework_id == of.to_id]
    domains = {statement.place[:2]: statement.domain_id for statement in here}
    names = {statement.place: statement for statement in (*of.placed.values(), *here)}
    falls = []
    for voice in (Voice.ENDORSED, *([Voice.SELF] if side is Side.OWN else [])):
        was = [_counted(statement, voice, came_by) for statement in before]
        is_ = [_counted(statement, voice, came_by) for statement in now]
        for fall in level_falls(was, is_, of.lines, rules):
            name = names[fall.place]
            domain_id = domains[fall.place[:2]]
            falls.append(
                NamedFall(voice, domain_id, name.domain, name.level, labels, learner.lang, fall)
            )
    return falls


def _counted(of: StatementVoices, voice: Voice, came_by: VersionMove) -> CountedStatement:
    place = came_by.between.placed[of.id].place
    is_rated, counts = of.not_rated_here is None, of.later is None
    return CountedStatement(of.id, place, is_rated, counts, of.meaning(voice))
