"""Why a level, or a domain at its target, is not reached any more: by what was reviewed since, by
another version of the framework, or by what counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.frameworks.changes.rules_places import Place
from tracker.frameworks.versions.rules import TALLIED, Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    DomainLevels,
    LevelRule,
    LevelTally,
    LevelView,
    TargetState,
    standing,
)
from tracker.record.growth.rules import lost_level
from tracker.record.sheet.rules import Sheet, SheetLine, Side
from tracker.record.workflow.rules import EndorsementStatus


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
    falls = []
    for domain in now.domains:
        was, of = kept.get(domain.title), standings[domain.id]
        if was is None or was.state is not TargetState.AT_TARGET:
            continue
        if of.target_state is TargetState.AT_TARGET:
            continue
        before = then.standings(Voice.ENDORSED)[domain.id].target_state
        if was.target != of.target_rank:
            falls.append(DomainFall(domain.id, {DomainFallReason.TARGET: 0}, was.target or 0))
        elif before is not TargetState.AT_TARGET and not same_version:
            falls.append(DomainFall(domain.id, {DomainFallReason.VERSION: 0}))
        else:
            falls.append(DomainFall(domain.id, _reasons_since(then, now, domain.id)))
    return falls


def _reasons_since(then: Sheet, now: Sheet, domain_id: int) -> Mapping[DomainFallReason, int]:
    reasons = Counter(
        _reason_since(now, after)
        for before, after in zip(then.lines, now.lines, strict=True)
        if after.statement.domain_id == domain_id
        and then.meaning(before, Voice.ENDORSED) is Meaning.MET
        and now.meaning(after, Voice.ENDORSED) is not Meaning.MET
    )
    return reasons or {DomainFallReason.COUNTED: 0}


def _reason_since(now: Sheet, line: SheetLine) -> DomainFallReason:
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


@dataclass(frozen=True, slots=True)
class CountedStatement:
    """A statement of one version, as it is for one person in one voice. `is_rated`: in their
    library; `counts`: not later; `means`: of what was said, None for nothing."""

    id: int
    place: Place
    is_rated: bool
    counts: bool
    means: Meaning | None

    @property
    def is_met(self) -> bool:
        return self.is_rated and self.counts and self.means is Meaning.MET


class FallReason(StrEnum):
    """What became of statements that were met at the level (*later*: it changed, and counts from
    the next round; *changed*: it counts, and isn't met), and that statements came in that aren't
    met."""

    RETIRED = "retired"
    MOVED = "moved"
    LATER = "later"
    CHANGED = "changed"
    MERGED = "merged"
    CAME = "came"


@dataclass(frozen=True, slots=True)
class LevelFall:
    """`view`: the level that is in the way now; `reasons`: how many statements, by what changed."""

    place: Place
    view: LevelView
    reasons: Mapping[FallReason, int]


def level_falls(
    before: Sequence[CountedStatement],
    after: Sequence[CountedStatement],
    lines: Iterable[tuple[int, int]],
    rules: tuple[LevelRule, LevelRule],
) -> list[LevelFall]:
    """In the domains of the later version, in its order; `lines`: (statement, successor); `rules`:
    of both versions."""
    places = {statement.place for statement in (*before, *after)}
    then, now = _standings(rules[0], before, places), _standings(rules[1], after, places)
    lines = list(lines)
    falls = []
    for domain, standing_now in now.items():
        was = then[domain].held_rank if domain in then else 0
        if standing_now.held_rank < was:
            view = lost_level(standing_now, was)
            place = (*domain, view.rank)
            falls.append(LevelFall(place, view, _changes_behind(place, before, after, lines)))
    return falls


def _changes_behind(
    place: Place,
    before: Sequence[CountedStatement],
    after: Sequence[CountedStatement],
    lines: Sequence[tuple[int, int]],
) -> Mapping[FallReason, int]:
    later = {statement.id: statement for statement in after}
    became: defaultdict[int, list[CountedStatement]] = defaultdict(list)
    for one, other in lines:
        became[one].append(later[other])
    here = {statement.id for statement in before if statement.place == place}
    from_here = {other for one, other in lines if one in here}
    made_of = Counter(other for _one, other in lines)
    taken = set[int]()
    reasons = Counter(
        _became(became[statement.id], place, made_of, taken)
        for statement in before
        if statement.place == place and statement.is_met
    )
    came = (
        new.id not in from_here and new.place == place and new.is_rated and new.counts
        for new in after
        if new.means not in (Meaning.MET, Meaning.EXCLUDED)
    )
    reasons[FallReason.CAME] = sum(came)
    return {reason: reasons[reason] for reason in FallReason if reasons[reason]}


def _became(
    successors: Sequence[CountedStatement],
    place: Place,
    made_of: Mapping[int, int],
    taken: set[int],
) -> FallReason | None:
    """Why one statement doesn't count as met there anymore; None where it stays and is met, once
    for each statement that follows it. `made_of`: of how many each was made."""
    counting = [successor for successor in successors if successor.counts]
    here = [statement for statement in counting if statement.place == place]
    stays = next((same.id for same in here if same.is_met and same.id not in taken), None)
    if stays is not None:
        taken.add(stays)
        return None
    if not successors:
        return FallReason.RETIRED
    if here:
        is_merged = any(made_of[statement.id] > 1 for statement in here)
        return FallReason.MERGED if is_merged else FallReason.CHANGED
    return FallReason.MOVED if counting else FallReason.LATER


def _standings(
    rule: LevelRule, of: Sequence[CountedStatement], places: Iterable[Place]
) -> dict[tuple[str, str], DomainLevels]:
    """Standings by domain, with a level also where it lists nothing anymore."""
    counting = [statement for statement in of if statement.counts]
    listed = Counter(statement.place for statement in counting)
    rated = Counter(statement.place for statement in counting if statement.is_rated)
    means = Counter(
        (statement.place, statement.means) for statement in counting if statement.is_rated
    )
    levels: dict[tuple[str, str], list[LevelTally]] = {statement.place[:2]: [] for statement in of}
    for place in places:
        if place[:2] in levels:
            counts = (means[place, meaning] for meaning in TALLIED)
            out = listed[place] - rated[place]
            levels[place[:2]].append(LevelTally.of(place[2], listed[place], out, *counts))
    return {domain: standing(rule, tallies, None) for domain, tallies in levels.items()}
