"""What a learner could do next, from where they stand in both voices. For the learner alone: facts,
no page text.

Nothing of a review that is not revealed goes in: `learner_side` is all that is taken from an item's
status.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from operator import attrgetter

from tracker.frameworks.versions.rules_levels import (
    DomainStanding,
    LevelState,
    TargetState,
    blocking_rank,
    in_the_way,
)
from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import changed_since_review
from tracker.record.sheet.rules_voices import LearnerReviewState, StatementVoices
from tracker.record.sheet.rules_words import Side


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
    own: DomainStanding
    endorsed: DomainStanding
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


def _own(of: StatementVoices) -> Meaning | None:
    return of.own.means if of.own else None


def _endorsed(of: StatementVoices) -> Meaning | None:
    if of.exception is not None:
        return Meaning.EXCLUDED
    return of.endorsed.means if of.endorsed else None


def _ids(of: DomainFacts, wanted: Callable[[StatementVoices], bool]) -> tuple[int, ...]:
    rated = (statement for statement in of.statements if statement.not_rated_here is None)
    in_order = sorted(filter(wanted, rated), key=attrgetter("rank", "position"))
    return tuple(statement.id for statement in in_order)


def _on_side(kind: StepKind, side: LearnerReviewState, of: DomainFacts) -> NextStep | None:
    ids = _ids(of, lambda statement: statement.review is side)
    return NextStep(kind, of.domain_id, ids) if ids else None


def _rate(of: DomainFacts) -> NextStep | None:
    """What is open in the own voice at the levels in the way, also where only the endorsed voice
    lacks it."""
    goal = _goal(of)
    own = {view.rank: view for view in in_the_way(of.own, goal)}
    endorsed = in_the_way(of.endorsed, goal)
    unknown = {view.rank for view in endorsed if view.state is LevelState.NOT_YET_KNOWN}
    ranks = own.keys() | unknown
    ids = _ids(of, lambda statement: statement.rank in ranks and _own(statement) in OPEN)
    if not ids:
        return None
    rank = min(statement.rank for statement in of.statements if statement.id in ids)
    return NextStep(
        StepKind.RATE, of.domain_id, ids, rank, Voice.SELF, own[rank].more if rank in own else 0
    )


def _send(of: DomainFacts) -> NextStep | None:
    """What is rated and not yet reviewed at the levels not yet known, and what has changed at any
    level in the way."""
    waiting = {view.rank: view for view in in_the_way(of.endorsed, _goal(of))}

    def can_help(statement: StatementVoices) -> bool:
        view = waiting.get(statement.rank)
        if view is None or _own(statement) in OPEN or statement.review in WITH_BOTH:
            return False
        unreviewed = _endorsed(statement) is None and statement.review in TO_SEND
        is_unknown = view.state is LevelState.NOT_YET_KNOWN
        return statement.id in of.changed or (unreviewed and is_unknown)

    ids = _ids(of, can_help)
    if not ids:
        return None
    rank = min(statement.rank for statement in of.statements if statement.id in ids)
    return NextStep(StepKind.SEND, of.domain_id, ids, rank, Voice.ENDORSED, waiting[rank].more)


def _build_reviewed(of: DomainFacts) -> NextStep | None:
    """The statements that a reviewer did not find met at the level that makes the gap, unless they
    are under way."""
    return _build(
        of,
        StepKind.BUILD_REVIEWED,
        Voice.ENDORSED,
        lambda statement: (
            _endorsed(statement) is Meaning.NOT_MET
            and statement.review not in WITH_BOTH
            and statement.id not in of.changed
        ),
    )


def _build_own(of: DomainFacts) -> NextStep | None:
    """The same by the learner's own answers, where no reviewer has found a gap."""
    if of.endorsed.target_state is TargetState.GAP:
        return None
    return _build(
        of,
        StepKind.BUILD_OWN,
        Voice.SELF,
        lambda statement: _own(statement) is Meaning.NOT_MET and statement.review not in WITH_BOTH,
    )


def _build(
    of: DomainFacts, kind: StepKind, voice: Voice, wanted: Callable[[StatementVoices], bool]
) -> NextStep | None:
    """What is higher on the scale comes first, as it needs less."""
    standing = of.own if voice is Voice.SELF else of.endorsed
    rank = blocking_rank(standing)
    ids = _ids(of, lambda statement: statement.rank == rank and wanted(statement))
    if rank is None or not ids:
        return None
    answers = {
        statement.id: statement.own if voice is Voice.SELF else statement.endorsed
        for statement in of.statements
    }
    steps = {key: answer.step if answer else 0 for key, answer in answers.items()}
    ids = tuple(sorted(ids, key=lambda statement_id: -steps[statement_id]))
    more = sum(view.more for view in in_the_way(standing, rank))
    return NextStep(kind, of.domain_id, ids, rank, voice, more)


def _grow(of: DomainFacts) -> NextStep | None:
    """At target: what a reviewer has not found met yet at the next level."""
    change = of.endorsed.lacks
    if of.endorsed.target_state is not TargetState.AT_TARGET or change is None:
        return None
    ids = _ids(
        of,
        lambda statement: (
            statement.rank == change.rank
            and _endorsed(statement) in (*OPEN, Meaning.NOT_MET)
            and statement.review not in WITH_BOTH
        ),
    )
    if not ids:
        return None
    return NextStep(StepKind.GROW, of.domain_id, ids, change.rank, Voice.ENDORSED, change.more)


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
            domain.id, at, own[domain.id], endorsed[domain.id], tuple(within[domain.id]), changed
        )
        for at, domain in enumerate(sheet.domains)
    ]
    return next_steps(facts, most)
