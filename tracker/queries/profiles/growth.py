"""How a profile has changed since an earlier round, statement by statement: each side against
itself, as the same reader gets it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from tracker.db import ask_made
from tracker.models import Framework, Round, RoundSnapshot, SnapshotPerson
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import LEARNER, Learner
from tracker.queries.profiles.statement_status import StatementVoices
from tracker.rules.frameworks.scale import Meaning, Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.falls import KeptDomain
from tracker.rules.profiles.levels import TargetState
from tracker.rules.record.sheet import Sheet
from tracker.rules.teams import round_snapshots

ROUNDS_OFFERED = 4


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
        return sum(each.state is TargetState.AT_TARGET for each in self.domains.values())


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """What a round kept of one person. `domains`: the target, and of each side the level held and
    the counts by level; the self side as last revealed."""

    round: str
    as_of: dt.date
    reconstructed: bool
    version: str
    role_profile: str
    domains: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One statement, and what was said of it then and is said now ("" for nothing)."""

    statement_id: int
    domain_id: int
    title: Wording
    before: Wording
    after: Wording


@dataclass(frozen=True, slots=True)
class Growth:
    """`up` and `down`: answers of the self side that went along the scale; what had no place on it
    then or now did not move. `newly` and `no_longer`: endorsed as met."""

    up: tuple[StatementChange, ...] = ()
    down: tuple[StatementChange, ...] = ()
    newly: tuple[StatementChange, ...] = ()
    no_longer: tuple[StatementChange, ...] = ()


def rounds(learner: Learner, blind: BlindSpots) -> list[EarlierRound]:
    """Those kept in which the person learned a version of the framework, the newest first. One
    query, two where something is hidden."""
    rows = ask_made(_OFFERED, {"learner": learner.person_id, "slug": learner.framework_slug})
    is_hidden = blind.hidden_domains()
    return [
        EarlierRound(
            row.id,
            row.name,
            row.ends_on,
            row.as_of,
            row.reconstructed,
            {
                domain["title"]: KeptDomain(
                    kept["target"], kept["state"] and TargetState(kept["state"])
                )
                for domain in _framework(row)["domains"]
                for kept in [row.cells[str(domain["id"])]]
                if not is_hidden(learner.person_id, domain["id"])
            },
            _jobs(row),
            _framework(row)["version"],
        )
        for row in rows
    ]


def kept_of(person_id: int, framework_slug: str) -> list[KeptRecord]:
    """What rounds kept of somebody in versions of a framework, the newest first. One query."""
    rows = ask_made(_WITH_COUNTS, {"learner": person_id, "slug": framework_slug})
    found = []
    for row in rows:
        framework = _framework(row)
        titles = {str(domain["id"]): domain["title"] for domain in framework["domains"]}
        domains = [
            {"domain": title, "target": row.cells[key]["target"], **row.counts[key]}
            for key, title in titles.items()
        ]
        found.append(
            KeptRecord(
                row.name,
                row.ends_on,
                row.reconstructed,
                framework["version"],
                ", ".join(_jobs(row)),
                domains,
            )
        )
    return found


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
        SnapshotPerson.role_profile_id,
        SnapshotPerson.role_profile,
        SnapshotPerson.paths,
        SnapshotPerson.cells,
    )
    .join(RoundSnapshot, RoundSnapshot.round_id == Round.id)
    .join(SnapshotPerson, SnapshotPerson.snapshot_id == RoundSnapshot.id)
    .join(Framework, Framework.id == SnapshotPerson.framework_id)
    .where(SnapshotPerson.person_id == LEARNER, Framework.slug == bindparam("slug"))
    .order_by(Round.ends_on.desc(), Round.id)
)
"""Of each round in which the learner learned a version of the framework, the newest first."""
_OFFERED = _KEPT.limit(ROUNDS_OFFERED)
_WITH_COUNTS = _KEPT.add_columns(SnapshotPerson.counts)


def _framework(row: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row.facts["frameworks"][str(row.framework_id)]
    return found


def _jobs(row: Any) -> tuple[str, ...]:
    """The names of all job profiles that they had there, the newest last."""
    return tuple(dict.fromkeys(job[2] for job in round_snapshots.jobs(_framework(row), row)))


def growth(then: Sheet, now: Iterable[StatementVoices]) -> Growth:
    """From one moment to another, both as the same reader gets them. What the library does not
    rate, or counts later, is left out; without a self side there is nothing by statement."""
    if then.side is None:
        return Growth()
    scale, labels = then.version.scale, then.version.labels
    lines = {line.statement.id: line for line in then.lines}
    up: list[StatementChange] = []
    down: list[StatementChange] = []
    newly: list[StatementChange] = []
    no_longer: list[StatementChange] = []
    for each in now:
        if each.not_rated_here is not None or each.later is not None:
            continue
        before, was = (then.answer(lines[each.id], voice) for voice in (Voice.SELF, Voice.ENDORSED))
        step, after = scale.step(before) if before else None, each.own.step if each.own else 0
        if before and step and after and each.own and step != after:
            (up if after > step else down).append(_change(each, labels[before], each.own.label))
        was_met = was is not None and scale.meaning(was) is Meaning.MET
        is_met = each.endorsed is not None and each.endorsed.means is Meaning.MET
        if was_met is not is_met:
            label = each.endorsed.label if each.endorsed else ""
            change = _change(each, labels[was] if was else "", label)
            (newly if is_met else no_longer).append(change)
    return Growth(tuple(up), tuple(down), tuple(newly), tuple(no_longer))


def _change(of: StatementVoices, before: Wording, after: Wording) -> StatementChange:
    return StatementChange(of.id, of.domain_id, of.title, before, after)
