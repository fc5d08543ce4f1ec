"""What is worth sending to review, and how much at once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from tracker.frameworks.versions.rules import Meaning
from tracker.record.sheet.rules import CountsFrom, Sheet, Side
from tracker.record.sheet.rules_summaries import evidence_at, out_for_review
from tracker.rules.core.wording import Wording

SENT_MAX = 200
"""The most statements in one review."""
SUGGESTED = 15
"""About how many statements a learner is advised to send at once: some ten minutes of a
reviewer."""


MANY = 25
"""Sending more than these at once is asked about first: it is the time of somebody else."""


class Worth(IntEnum):
    """Why sending a statement is worth it now, the best reason first."""

    CHANGED = 1
    """The answer or the evidence is another than what was reviewed last."""
    NEW = 2
    """Never reviewed."""
    DUE = 3
    """Reviewed before the open round began."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement that is worth sending; `distance`: how many levels from the target."""

    statement_id: int
    worth: Worth
    distance: int


def candidate(
    statement_id: int,
    rank: int,
    target_rank: int | None,
    *,
    reviewed: bool,
    changed: bool,
    due: bool,
) -> Candidate | None:
    """None where sending it is not worth it now: it is when it's at the target level or one either
    side."""
    if target_rank is None or (distance := abs(rank - target_rank)) > 1:
        return None
    if not reviewed:
        return Candidate(statement_id, Worth.NEW, distance)
    if changed:
        return Candidate(statement_id, Worth.CHANGED, distance)
    return Candidate(statement_id, Worth.DUE, distance) if due else None


@dataclass(frozen=True, slots=True)
class Sendable:
    """A rated statement that is not with a reviewer now. `later`: from when it counts, where it
    doesn't yet; `candidate`: why it is worth sending, if it is; the learner's own business
    alone."""

    statement_id: int
    title: Wording
    text: Wording
    rank: int
    level: Wording
    domain_id: int
    domain: Wording
    answer: str
    answer_label: Wording
    means: Meaning
    reviewed_at: dt.datetime | None
    later: CountsFrom | None
    candidate: Candidate | None


def sendable(sheet: Sheet, round_starts_on: dt.date | None) -> list[Sendable]:
    """In the framework's order."""
    out = out_for_review(sheet)
    rated = [line for line in sheet.lines if Side.OWN in line.words and line.left_out is None]
    targets, domains = sheet.targets, {domain.id: domain for domain in sheet.version.domains}
    statements = []
    for line in rated:
        of, own, last = line.statement, line.words[Side.OWN], line.words.get(Side.REVEALED)
        if of.id in out or own.answer is None:
            continue
        shown_at = evidence_at(sheet, line)
        worth = candidate(
            of.id,
            of.rank,
            targets.get(of.domain_id),
            reviewed=last is not None,
            changed=last is not None
            and (last.answer != own.answer or (shown_at or last.at) > last.at),
            due=bool(last and round_starts_on and last.at.date() < round_starts_on),
        )
        statements.append(
            Sendable(
                statement_id=of.id,
                title=of.title,
                text=of.text,
                rank=of.rank,
                level=domains[of.domain_id].level_name(of.rank),
                domain_id=of.domain_id,
                domain=domains[of.domain_id].title,
                answer=own.answer,
                answer_label=sheet.version.labels[own.answer],
                means=sheet.version.scale.meaning(own.answer),
                reviewed_at=last.at if last is not None else None,
                later=sheet.counts_from(line),
                candidate=None if line.later is not None else worth,
            )
        )
    return statements


def suggested(candidates: Iterable[Candidate | None], most: int = SUGGESTED) -> list[int]:
    """Which statements to send first: by why it is worth it, then from the target level outwards,
    then in the order given."""
    worth = filter(None, candidates)
    ordered = sorted(worth, key=lambda candidate: (candidate.worth, candidate.distance))
    return [candidate.statement_id for candidate in ordered[:most]]
