"""How a profile has changed since an earlier round, statement by statement: each side against
itself, as the same reader gets it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from tracker.db import ask_made
from tracker.models import Framework, Round, RoundSnapshot, SnapshotPerson
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.asking import Question, row_as
from tracker.queries.assessment.learners import LEARNER, Learner
from tracker.rules.profiles.falls import KeptDomain
from tracker.rules.profiles.levels import TargetState
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


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """A round that was kept at its end, and the moment of it."""

    round_id: int
    round: str
    round_end: dt.datetime


def ends(learner: Learner) -> Question[list[RoundEnd]]:
    """Of the rounds to compare with, the oldest first."""
    return Question(
        _ENDS,
        {"learner": learner.person_id, "slug": learner.framework_slug},
        lambda rows: sorted(
            (row_as(RoundEnd, row) for row in rows), key=lambda each: each.round_end
        ),
    )


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
_ENDS = _KEPT.with_only_columns(
    Round.id.label("round_id"), Round.name.label("round"), RoundSnapshot.as_of.label("round_end")
).limit(ROUNDS_OFFERED)
_WITH_COUNTS = _KEPT.add_columns(SnapshotPerson.counts)


def _framework(row: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row.facts["frameworks"][str(row.framework_id)]
    return found


def _jobs(row: Any) -> tuple[str, ...]:
    """The names of all job profiles that they had there, the newest last."""
    return tuple(dict.fromkeys(job[2] for job in round_snapshots.jobs(_framework(row), row)))
