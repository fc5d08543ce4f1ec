"""What a learner could do next, from where they stand in both voices. For the learner alone: facts,
no page text.

Nothing of a review that is not revealed goes in: `learner_side` is all that is taken from an item's
status.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from operator import attrgetter

from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    DomainLevels,
    LevelState,
    TargetState,
    blocking_rank,
    in_the_way,
)
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.sheet.rules_summaries import (
    LearnerReviewState,
    StatementVoices,
    changed_since_review,
)


class StepKind(StrEnum):
    """In the order in which they are named: what waits for the learner, then what leads to the
    target, then beyond."""

    REPLY = "reply"
    TALK = "talk"
    RATE = "rate"
    BUILD_REVIEWED = "build_reviewed"
    SEND = "send"
    BUILD_OWN = "build_own"
    GROW = "grow"


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """One domain of one person; `position` is its place in the framework. `changed`: of what the
    learner has changed the answer or the evidence since the last review of it."""

    domain_id: int
    position: int
    own: DomainLevels
    endorsed: DomainLevels
    statements: tuple[StatementVoices, ...]
    changed: Set[int]


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do in one domain. `statement_ids` is never empty and in the order to take them.

    `rank` is the level it is about, in the voice `voice`, and `more` how many more statements it
    takes to reach that level, with what is missing below it; all three are None where a step is
    about a review and not about a level.
    """

    kind: StepKind
    domain_id: int
    statement_ids: tuple[int, ...]
    rank: int | None = None
    voice: Voice | None = None
    more: int | None = None


def next_steps(domains: Iterable[DomainFacts], most: int = 3) -> tuple[NextStep, ...]:
    """At most `most` steps: the first of each kind, then the second of each, and so on.

    Within a kind: what needs the fewest statements first, then the order of the framework. For
    ratings a domain that is begun comes first.
    """
    facts = sorted(domains, key=lambda domain: domain.position)
    ranked: list[tuple[int, int, NextStep]] = []
    for place, (kind, make) in enumerate(MAKERS.items()):
        made = [(fact, step) for fact in facts if (step := make(fact)) is not None]
        if kind is StepKind.RATE:
            made.sort(key=lambda pair: not any(statement.own for statement in pair[0].statements))
        else:
            made.sort(key=lambda pair: pair[1].more or 0)
        ranked += [(turn, place, step) for turn, (_, step) in enumerate(made)]
    ranked.sort(key=lambda ranking: ranking[:2])
    return tuple(step for _, _, step in ranked[:most])


def _goal(of: DomainFacts) -> int | None:
    """The rank to look up to: the target, or without one the next level of the own voice."""
    if of.own.target_rank is not None:
        return of.own.target_rank
    change = of.own.lacks
    return change.rank if change else None


def _those(of: DomainFacts, wanted: Callable[[StatementVoices], bool]) -> list[StatementVoices]:
    """The lowest level first."""
    rated = (statement for statement in of.statements if statement.not_rated_here is None)
    return sorted(filter(wanted, rated), key=attrgetter("rank", "position"))


def _step(
    kind: StepKind,
    of: DomainFacts,
    those: Sequence[StatementVoices],
    voice: Voice | None = None,
    more: Mapping[int, int] | None = None,
) -> NextStep | None:
    """About the level of the first of the statements; None without any. `more`: by rank, how many
    more it takes; 0 where this voice has the level already."""
    if not those:
        return None
    ids, rank = tuple(statement.id for statement in those), those[0].rank
    if voice is None or more is None:
        return NextStep(kind, of.domain_id, ids)
    return NextStep(
        kind=kind,
        domain_id=of.domain_id,
        statement_ids=ids,
        rank=rank,
        voice=voice,
        more=more.get(rank, 0),
    )


def _on_side(kind: StepKind, side: LearnerReviewState, of: DomainFacts) -> NextStep | None:
    return _step(kind, of, _those(of, lambda statement: statement.review is side))


def _rate(of: DomainFacts) -> NextStep | None:
    """What is open in the own voice at the levels in the way, also where only the endorsed voice
    lacks it."""
    goal = _goal(of)
    more = {view.rank: view.more for view in in_the_way(of.own, goal)}
    endorsed = in_the_way(of.endorsed, goal)
    unknown = {view.rank for view in endorsed if view.state is LevelState.NOT_YET_KNOWN}
    ranks = more.keys() | unknown
    those = _those(of, lambda one: one.rank in ranks and one.meaning(Voice.SELF) in OPEN)
    return _step(StepKind.RATE, of, those, Voice.SELF, more)


def _send(of: DomainFacts) -> NextStep | None:
    """What is rated and not yet reviewed at the levels not yet known, and what has changed at any
    level in the way."""
    waiting = {view.rank: view for view in in_the_way(of.endorsed, _goal(of))}

    def can_help(statement: StatementVoices) -> bool:
        view = waiting.get(statement.rank)
        is_open = statement.meaning(Voice.SELF) in OPEN
        if view is None or is_open or statement.review in WITH_BOTH:
            return False
        unreviewed = statement.meaning(Voice.ENDORSED) is None and statement.review in TO_SEND
        is_unknown = view.state is LevelState.NOT_YET_KNOWN
        return statement.id in of.changed or (unreviewed and is_unknown)

    more = {rank: view.more for rank, view in waiting.items()}
    return _step(StepKind.SEND, of, _those(of, can_help), Voice.ENDORSED, more)


def _build_reviewed(of: DomainFacts) -> NextStep | None:
    """The statements that a reviewer did not find met at the level that makes the gap, unless they
    are under way."""
    return _build(of, StepKind.BUILD_REVIEWED, Voice.ENDORSED, but=of.changed)


def _build_own(of: DomainFacts) -> NextStep | None:
    """The same by the learner's own answers, where no reviewer has found a gap."""
    if of.endorsed.target_state is TargetState.GAP:
        return None
    return _build(of, StepKind.BUILD_OWN, Voice.SELF)


def _build(
    of: DomainFacts, kind: StepKind, voice: Voice, but: Set[int] = frozenset()
) -> NextStep | None:
    """What is not met at the level in the way, and in no open review. What is higher on the scale
    comes first, as it needs less."""
    standing = of.own if voice is Voice.SELF else of.endorsed
    rank = blocking_rank(standing)
    if rank is None:
        return None
    those = [
        (answer.step, statement)
        for statement in _those(of, lambda one: one.rank == rank and one.id not in but)
        if (answer := statement.answer(voice)) is not None
        and statement.meaning(voice) is Meaning.NOT_MET
        and statement.review not in WITH_BOTH
    ]
    those.sort(key=lambda pair: -pair[0])
    more = {rank: sum(view.more for view in in_the_way(standing, rank))}
    return _step(kind, of, [statement for _, statement in those], voice, more)


def _grow(of: DomainFacts) -> NextStep | None:
    """At target: what a reviewer has not found met yet at the next level."""
    change = of.endorsed.lacks
    if of.endorsed.target_state is not TargetState.AT_TARGET or change is None:
        return None
    those = [
        statement
        for statement in _those(of, lambda one: one.rank == change.rank)
        if statement.meaning(Voice.ENDORSED) in (*OPEN, Meaning.NOT_MET)
        and statement.review not in WITH_BOTH
    ]
    return _step(StepKind.GROW, of, those, Voice.ENDORSED, {change.rank: change.more})


OPEN = (None, Meaning.OPEN)
"""What an answer that is missing, and one that says nothing, count as."""

TO_SEND = frozenset({LearnerReviewState.NOT_SENT, LearnerReviewState.ENDED})

WITH_BOTH = frozenset(
    {LearnerReviewState.WITH_REVIEWER, LearnerReviewState.RETURNED, LearnerReviewState.DIFFERS}
)
"""In these a statement is in an open review: it is not sent again, and no other step is made of
it."""

MAKERS: dict[StepKind, Callable[[DomainFacts], NextStep | None]] = {
    StepKind.REPLY: partial(_on_side, StepKind.REPLY, LearnerReviewState.RETURNED),
    StepKind.TALK: partial(_on_side, StepKind.TALK, LearnerReviewState.DIFFERS),
    StepKind.RATE: _rate,
    StepKind.BUILD_REVIEWED: _build_reviewed,
    StepKind.SEND: _send,
    StepKind.BUILD_OWN: _build_own,
    StepKind.GROW: _grow,
}


def steps_of(
    sheet: Sheet, statements: list[StatementVoices], most: int = 3
) -> tuple[NextStep, ...]:
    """The learner's next steps, from their own side: for the learner alone."""
    if sheet.side is not Side.OWN:
        raise ValueError("next steps are made from the learner's own side")
    own, endorsed = sheet.standings(Voice.SELF), sheet.standings(Voice.ENDORSED)
    changed = changed_since_review(sheet)
    within = defaultdict[int, list[StatementVoices]](list)
    for statement in statements:
        if statement.later is None:
            within[statement.domain_id].append(statement)
    facts = [
        DomainFacts(
            domain_id=domain.id,
            position=at,
            own=own[domain.id],
            endorsed=endorsed[domain.id],
            statements=tuple(within[domain.id]),
            changed=changed,
        )
        for at, domain in enumerate(sheet.domains)
    ]
    return next_steps(facts, most)
