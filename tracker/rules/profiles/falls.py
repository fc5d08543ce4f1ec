"""Why a domain that was at target by what was reviewed is not any more."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.frameworks.scale import Meaning, Voice
from tracker.rules.profiles.levels import TargetState
from tracker.rules.record.sheet import Sheet, SheetLine
from tracker.rules.record.words import Side
from tracker.rules.reviews.workflow import EndorsementStatus


class DomainFallReason(StrEnum):
    """`VERSION`: it lists other statements; `COUNTED`: nothing that was reviewed; what the library
    rates, or an exception."""

    TARGET = "target"
    VERSION = "version"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REVIEWED_AGAIN = "reviewed_again"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class DomainFall:
    """`reasons`: how many reviewed ratings of the domain no longer count as met, by each. `before`:
    the target of then, where it was another one."""

    domain_id: int
    reasons: Mapping[DomainFallReason, int]
    before: int = 0


@dataclass(frozen=True, slots=True)
class KeptDomain:
    """How a domain stood against its target when a round ended."""

    target: int | None
    state: TargetState | None


OF_STATUS = {
    EndorsementStatus.EXPIRED: DomainFallReason.EXPIRED,
    EndorsementStatus.REVOKED: DomainFallReason.REVOKED,
    EndorsementStatus.SUSPENDED: DomainFallReason.SUSPENDED,
}


def falls_since(
    kept: Mapping[str, KeptDomain], then: Sheet, now: Sheet, *, same_version: bool
) -> list[DomainFall]:
    """`kept`: by title; `then` and `now`: both on the version of now, as the same reader gets
    them."""
    standings = now.standings(Voice.ENDORSED)
    found = []
    for domain in now.domains:
        was, of = kept.get(domain.title), standings[domain.id]
        if was is None or was.state is not TargetState.AT_TARGET:
            continue
        if of.target_state is TargetState.AT_TARGET:
            continue
        before = then.standings(Voice.ENDORSED)[domain.id].target_state
        if was.target != of.target_rank:
            found.append(DomainFall(domain.id, {DomainFallReason.TARGET: 0}, was.target or 0))
        elif before is not TargetState.AT_TARGET and not same_version:
            found.append(DomainFall(domain.id, {DomainFallReason.VERSION: 0}))
        else:
            found.append(DomainFall(domain.id, _reasons(then, now, domain.id)))
    return found


def _reasons(then: Sheet, now: Sheet, domain_id: int) -> Mapping[DomainFallReason, int]:
    found = Counter(
        _reason(now, after)
        for before, after in zip(then.lines, now.lines, strict=True)
        if after.statement.domain_id == domain_id
        and then.meaning(before, Voice.ENDORSED) is Meaning.MET
        and now.meaning(after, Voice.ENDORSED) is not Meaning.MET
    )
    return found or {DomainFallReason.COUNTED: 0}


def _reason(now: Sheet, line: SheetLine) -> DomainFallReason:
    if line.exception is not None or line.left_out is not None:
        return DomainFallReason.COUNTED
    reviewed = now.record.words[Side.REVIEWED]
    ended = [
        word
        for skill_id in line.statement.carrying_skills
        for word in reviewed.get(skill_id, ())
        if word.answer is None
    ]
    if Side.REVIEWED in line.words or not ended:
        return DomainFallReason.REVIEWED_AGAIN
    newest = max(ended, key=lambda word: (word.at, word.id))
    return OF_STATUS.get(EndorsementStatus(newest.reason), DomainFallReason.REVIEWED_AGAIN)
