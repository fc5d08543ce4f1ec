"""What a learner is told to do next."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest
from hypothesis import find, given, strategies as st

from tests.factories.answers import SCALE, Answer, EndorsedAnswer
from tests.frameworks.versions.tallies import StatementAnswer, tally_statements
from tests.properties import SEARCH
from tests.record.sheet.test_rules_words import sheet, statement, word
from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import RULE, TargetState, standing
from tracker.profiles.profile.rules import DomainFacts, NextStep, StepKind, next_steps, steps_of
from tracker.record.sheet.rules import Record, Side
from tracker.record.sheet.rules_summaries import (
    LearnerReviewState,
    ShownAnswer,
    StatementVoices,
    voices,
)

N, P, C, SURE, NOT_MINE = (
    Answer.NOT_YET,
    Answer.PARTLY,
    Answer.CONSISTENTLY,
    Answer.NOT_SURE,
    Answer.NOT_MY_WORK,
)
EN, EP, EC = EndorsedAnswer.NOT_YET, EndorsedAnswer.PARTLY, EndorsedAnswer.CONSISTENTLY
RANKS = (1, 2, 3, 4)
ALL = 99


def domain(
    statements: Sequence[StatementVoices],
    target: int | None = 2,
    position: int = 0,
    changed: Collection[int] = (),
) -> DomainFacts:
    """`changed`: since the last review of them."""
    own, endorsed = (
        [
            StatementAnswer(
                each.rank, answer.means if answer else Meaning.OPEN, each.not_rated_here is not None
            )
            for each in statements
            for answer in [each.own if voice is Voice.SELF else each.endorsed]
        ]
        for voice in (Voice.SELF, Voice.ENDORSED)
    )
    return DomainFacts(
        domain_id=position + 100,
        position=position,
        own=standing(RULE, tally_statements(own, RANKS), target),
        endorsed=standing(RULE, tally_statements(endorsed, RANKS), target),
        statements=tuple(statements),
        changed=frozenset(changed),
    )


def level(
    rank: int, *answers: tuple[Answer | None, EndorsedAnswer | None]
) -> list[StatementVoices]:
    """Statements of one level, numbered 11, 12, ... at level 1, 21, 22, ... at level 2."""
    return [
        rated(10 * rank + n, rank, n, own, endorsed)
        for n, (own, endorsed) in enumerate(answers, start=1)
    ]


def rated(
    statement_id: int,
    rank: int,
    position: int,
    own: Answer | None,
    endorsed: EndorsedAnswer | None,
    **more: Any,
) -> StatementVoices:
    """A statement with these answers; `more`: what is otherwise about it."""
    usual = {
        "domain_id": 0,
        "code": "",
        "title": "",
        "not_rated_here": None,
        "later": None,
        "exception": None,
        "review": LearnerReviewState.NOT_SENT,
    }
    return StatementVoices(
        id=statement_id,
        rank=rank,
        position=position,
        own=shown(own),
        endorsed=shown(endorsed),
        **{**usual, **more},
    )


def shown(answer: Answer | EndorsedAnswer | None) -> ShownAnswer | None:
    """What it counts as, and its place on the scale."""
    if answer is None:
        return None
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    return ShownAnswer(answer, "", SCALE.meaning(answer), SCALE.step(answer) or 0, "", at)


def put(
    statements: list[StatementVoices], statement_id: int, side: LearnerReviewState
) -> list[StatementVoices]:
    """The same statements with one of them in a review."""
    return [each._replace(review=side) if each.id == statement_id else each for each in statements]


DONE = (C, EC)
HELD = level(1, DONE, DONE)


def steps(*domains: DomainFacts, most: int = ALL) -> tuple[NextStep, ...]:
    return next_steps(domains, most)


def test_a_new_learner_is_told_to_rate_up_to_the_target() -> None:
    nothing = (
        level(1, (None, None), (None, None))
        + level(2, (None, None), (SURE, None))
        + level(3, *[(None, None)] * 2)
    )
    assert steps(domain(nothing)) == (
        NextStep(StepKind.RATE, 100, (11, 12, 21, 22), 1, Voice.SELF, 2),
    )


def test_a_domain_that_is_begun_is_gone_on_with() -> None:
    untouched = domain(level(1, (None, None), (None, None)), 1, position=0)
    begun = domain(level(1, (C, EC), (None, None)), 1, position=1)
    assert [step.domain_id for step in steps(untouched, begun)] == [101, 100]


def test_what_is_rated_and_not_reviewed_is_to_be_sent() -> None:
    rated = HELD + level(2, (C, None), (P, None), (NOT_MINE, None))
    send = next(step for step in steps(domain(rated)) if step.kind is StepKind.SEND)
    assert send == NextStep(StepKind.SEND, 100, (21, 22, 23), 2, Voice.ENDORSED, 3)


@pytest.mark.parametrize(
    "side",
    [LearnerReviewState.WITH_REVIEWER, LearnerReviewState.RETURNED, LearnerReviewState.DIFFERS],
)
def test_what_is_in_a_review_is_not_sent_again(side: LearnerReviewState) -> None:
    rated = put(HELD + level(2, (C, None), (C, None)), 21, side=side)
    assert [step.statement_ids for step in steps(domain(rated)) if step.kind is StepKind.SEND] == [
        (22,)
    ]


def test_what_was_kept_apart_is_sent_again_only_when_something_changed() -> None:
    apart = put(HELD + level(2, (C, None), (C, EC)), 21, side=LearnerReviewState.KEPT_APART)
    assert not [step for step in steps(domain(apart)) if step.kind is StepKind.SEND]
    changed = domain(apart, changed={21})
    assert [step.statement_ids for step in steps(changed) if step.kind is StepKind.SEND] == [(21,)]


def test_a_statement_that_a_reviewer_found_partly_met_and_that_blocks_the_level() -> None:
    blocked = HELD + level(2, (C, EN), (C, EP), DONE)
    assert steps(domain(blocked)) == (
        NextStep(StepKind.BUILD_REVIEWED, 100, (22, 21), 2, Voice.ENDORSED, 2),
    )


def test_after_a_change_it_is_to_be_sent_instead() -> None:
    changed = domain(HELD + level(2, (C, EP), DONE), changed={21})
    assert steps(changed) == (NextStep(StepKind.SEND, 100, (21,), 2, Voice.ENDORSED, 1),)


def test_a_gap_by_the_own_answers_alone() -> None:
    own_gap = HELD + level(2, (N, None), (P, None), (P, None))
    build = next(step for step in steps(domain(own_gap)) if step.kind is StepKind.BUILD_OWN)
    assert build == NextStep(StepKind.BUILD_OWN, 100, (22, 23, 21), 2, Voice.SELF, 3)


def test_where_a_reviewer_found_a_gap_the_own_answers_make_no_second_step() -> None:
    both = HELD + level(2, (P, EP), DONE)
    assert [step.kind for step in steps(domain(both))] == [StepKind.BUILD_REVIEWED]


def test_what_changed_while_it_is_in_a_review_is_not_sent_again() -> None:
    sent = put(HELD + level(2, (C, EP), DONE), 21, side=LearnerReviewState.WITH_REVIEWER)
    assert steps(domain(sent, changed={21})) == ()


def test_at_target_the_next_level_is_named() -> None:
    at_target = HELD + level(2, DONE, DONE) + level(3, DONE, (C, EP), (C, None))
    assert steps(domain(at_target)) == (
        NextStep(StepKind.GROW, 100, (32, 33), 3, Voice.ENDORSED, 2),
    )


def test_who_holds_everything_has_nothing_to_do() -> None:
    assert steps(domain([each for rank in RANKS for each in level(rank, DONE, DONE)], 4)) == ()


def test_questions_and_differences_come_first() -> None:
    waiting = put(
        put(HELD + level(2, (C, None), (C, None)), 21, side=LearnerReviewState.RETURNED),
        22,
        side=LearnerReviewState.DIFFERS,
    )
    found = steps(domain(level(1, (None, None), (None, None)), 1), domain(waiting, position=1))
    assert [(each.kind, each.domain_id) for each in found] == [
        (StepKind.REPLY, 101),
        (StepKind.TALK, 101),
        (StepKind.RATE, 100),
    ]


def test_the_shortest_way_of_each_kind_comes_before_the_second_of_any() -> None:
    far = domain(HELD + level(2, (C, EP), (C, EP)), position=0)
    near = domain(HELD + level(2, DONE, (C, EP)), position=1)
    unsent = domain(HELD + level(2, (C, None), (C, None)), position=2)
    found = steps(far, near, unsent)
    assert [(each.kind, each.domain_id) for each in found] == [
        (StepKind.BUILD_REVIEWED, 101),
        (StepKind.SEND, 102),
        (StepKind.BUILD_REVIEWED, 100),
    ]
    assert steps(far, near, unsent, most=2) == found[:2]


# Made once: a strategy that is made anew for each draw is looked through anew for each draw.
DOMAINS = st.integers(1, 3)
STATEMENTS = st.integers(0, 3)
OWN = st.none() | st.sampled_from(Answer)
ENDORSED = st.none() | st.sampled_from(EndorsedAnswer)
TARGETS = st.sampled_from([None, 1, 2, 3])
YES_OR_NO = st.booleans()


@st.composite
def people(
    draw: st.DrawFn, sides: Sequence[LearnerReviewState] = tuple(LearnerReviewState)
) -> list[DomainFacts]:
    found = []
    side = st.sampled_from(sides)
    for position in range(draw(DOMAINS)):
        statements = [
            rated(
                1000 * position + 10 * rank + order,
                rank,
                order,
                draw(OWN),
                draw(ENDORSED),
                review=draw(side),
                not_rated_here="No such tool." if draw(YES_OR_NO) else None,
            )
            for rank in (1, 2, 3)
            for order in range(draw(STATEMENTS))
        ]
        found.append(domain(statements, draw(TARGETS), position))
    return found


@given(people(), st.integers(0, 5))
def test_steps_name_statements_of_their_domain_and_are_no_more_than_asked(
    domains: list[DomainFacts], most: int
) -> None:
    found = next_steps(domains, ALL)
    by_id = {each.domain_id: {s.id: s for s in each.statements} for each in domains}
    assert next_steps(domains, most) == found[:most]
    assert next_steps(reversed(domains), ALL) == found
    assert len({(each.kind, each.domain_id) for each in found}) == len(found)
    for step in found:
        assert step.statement_ids
        assert len(set(step.statement_ids)) == len(step.statement_ids)
        for statement_id in step.statement_ids:
            statement = by_id[step.domain_id][statement_id]
            assert statement.not_rated_here is None
            if step.kind is StepKind.SEND:
                assert statement.own is not None
                assert statement.own.means is not Meaning.OPEN


def leaves_alone(
    make: Callable[[list[DomainFacts]], Sequence[NextStep]], domains: list[DomainFacts]
) -> bool:
    """Whether somebody who is not at target, and has nothing in a review, is told nothing about
    that domain."""
    away = {TargetState.GAP, TargetState.NOT_YET_KNOWN}
    named = {each.domain_id for each in make(domains)}
    return any(
        each.endorsed.target_state in away and each.domain_id not in named for each in domains
    )


@given(people(sides=[LearnerReviewState.NOT_SENT]))
def test_who_is_not_at_target_is_told_a_way_there(domains: list[DomainFacts]) -> None:
    assert not leaves_alone(lambda each: next_steps(each, ALL), domains)


@pytest.mark.parametrize("lost", [StepKind.RATE, StepKind.SEND, StepKind.BUILD_REVIEWED])
def test_a_kind_of_step_that_is_lost_would_be_found(lost: StepKind) -> None:
    def without(domains: list[DomainFacts]) -> list[NextStep]:
        return [next_step for next_step in next_steps(domains, ALL) if next_step.kind is not lost]

    nothing_sent = people(sides=[LearnerReviewState.NOT_SENT])
    assert find(nothing_sent, lambda domains: leaves_alone(without, domains), settings=SEARCH)


def test_what_is_missing_below_a_gap_is_missing_too() -> None:
    """Two are open at the level below, one more is needed at the level that makes the gap."""
    of = domain([*level(1, (None, None), (None, None)), *level(2, (N, None), (C, None))])
    step = next(
        next_step for next_step in next_steps([of], ALL) if next_step.kind is StepKind.BUILD_OWN
    )
    assert (step.rank, step.more) == (2, 3)


def test_next_steps_are_for_the_learner_alone() -> None:
    said = {Side.OWN: {1: [word("yes", 1)]}, Side.REVIEWED: {}}
    record = Record(1, said, targets={1: {1: 1}})
    own = sheet(record, statement(1), statement(2))
    assert steps_of(own, voices(own, "Ana"))
    seen = sheet(record, statement(1), statement(2), side=Side.REVEALED)
    with pytest.raises(ValueError, match="own side"):
        steps_of(seen, voices(seen, "Ana"))
