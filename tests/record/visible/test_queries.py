"""Whom a statement is hidden from, and for how long; what the pages make of it is compared in
tests/reviews/second_opinions/test_views.py."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.people import join
from tests.factories.reviews import endorse
from tests.factories.sides import (
    NO,
    PART,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    back_up,
    item_ids,
    send,
    send_again,
)
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import LevelState
from tracker.models import Endorsement, LevelException, Membership, Statement
from tracker.operations.audit import queries as audit_queries
from tracker.record.sheet import queries as sheet_queries, rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import Learner, learner
from tracker.record.sheet.rules import Side
from tracker.record.visible.queries import Hidden, Reader
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict
from tracker.rules.roles import Role

SAYS_YES, SAYS_PART = ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY


@pytest.fixture
def here(app: Flask, world: World) -> Iterator[World]:
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        yield world


def reader(world: World, name: str) -> Reader:
    session().rollback()
    return Reader(actor(world, name), world.now)


def hidden(world: World, name: str) -> int:
    """How many statements are hidden from them; all are Ana's first."""
    pairs = reader(world, name).hidden.pairs
    assert pairs <= {(world.people["ana"], world.statements["communication"][0])}
    return len(pairs)


def reviewed(world: World, by: str = "sue") -> int:
    review_id = send(world, PART, reviewer=by)
    answer_all(world, review_id, SAYS_PART, by=by)
    review_actions.reveal(actor(world, by), review_id, world.now)
    session().rollback()
    return session().scalars(select(Endorsement.id)).one()


def second(world: World, by: str = "hugo") -> int:
    endorsement_id = reviewed(world)
    return review_actions.send_to_second_reader(
        actor(world, "ana"), endorsement_id, world.people[by], world.teams["central"], world.now
    )


def ana(world: World) -> Learner:
    found = learner(world.people["ana"], world.now.date())
    assert found is not None
    return found


def test_from_the_request_to_the_reveal(here: World) -> None:
    reviewed(here)
    assert hidden(here, "hugo") == 0
    review_id = send_again(here, YES, reviewer="hugo")
    assert hidden(here, "hugo") == 1
    (item_id,) = item_ids(review_id)
    ask(actor(here, "hugo"), item_id, "Where?", 1, here.now)
    assert hidden(here, "hugo") == 1
    review_actions.reply(actor(here, "ana"), item_id, "At the desk", here.now)
    answer(here, item_id, SAYS_YES, by="hugo")
    assert hidden(here, "hugo") == 1
    review_actions.reveal(actor(here, "hugo"), review_id, here.now)
    assert hidden(here, "hugo") == 0


def test_also_where_it_is_nobody_s_second(here: World) -> None:
    send(here, YES, reviewer="hugo")
    assert hidden(here, "hugo") == 1


def test_not_once_it_was_withdrawn(here: World) -> None:
    review_actions.withdraw(actor(here, "ana"), second(here), here.now)
    assert hidden(here, "hugo") == 0


def test_not_in_a_review_of_several(here: World) -> None:
    send(here, YES, NO, reviewer="hugo")
    assert hidden(here, "hugo") == 0


def test_from_the_reviewer_and_their_backup_alone(here: World) -> None:
    back_up(here, "hugo", "cora", days=3)
    second(here)
    assert {name: hidden(here, name) for name in ("hugo", "cora", "sue", "ben", "adam")} == {
        "hugo": 1,
        "cora": 1,
        "sue": 0,
        "ben": 0,
        "adam": 0,
    }


def test_never_from_the_learner(here: World) -> None:
    """Ana supervises another team, so Hugo can name her."""
    back_up(here, "hugo", "ana", days=0)
    second(here)
    assert hidden(here, "ana") == 0


def test_still_when_they_may_not_go_on(here: World) -> None:
    second(here)
    with transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.person_id == here.people["hugo"])
            .values(ends_on=here.now.date() - dt.timedelta(days=60))
        )
    assert hidden(here, "hugo") == 1


def test_it_counts_as_open(here: World) -> None:
    two = here.statements["communication"][1]
    second(here)
    endorse(here, "ana", "sue", two, EndorsedAnswer.CONSISTENTLY)
    domain_id = here.domains["communication"]
    found = {}
    for name in ("hugo", "sue"):
        sheet = sheet_queries.of_learner(ana(here), Side.REVEALED, reader(here, name))
        assert sheet.side is not None
        level = sheet.standings(Voice.ENDORSED)[domain_id].levels[0]
        found[name] = (level.state, level.tally.open, sheet.rated)
        assert sheet_rules_summaries.endorsed_count(sheet).standing == (1 if name == "hugo" else 2)
    assert found == {"hugo": (LevelState.NOT_YET_KNOWN, 1, 1), "sue": (LevelState.NOT_MET, 0, 2)}
    sheet = sheet_queries.of_learner(ana(here), Side.REVEALED, reader(here, "hugo"))
    shown = [line.statement.id for line in sheet.lines if sheet.word(line, Voice.SELF)]
    assert shown == [two]


def test_a_query_that_is_made_once_hides_what_each_reader_is_not_to_see(here: World) -> None:
    one, two = here.statements["communication"][:2]
    for each in (one, two):
        endorse(here, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY)
    for unseen in ({one}, {one, two}, {two}, set[int]()):
        skills = session().scalars(select(Statement.skill_id).where(Statement.id.in_(unseen)))
        pairs, hidden = (
            frozenset((here.people["ana"], each) for each in ids) for ids in (unseen, skills.all())
        )
        sue = reader(here, "sue")
        vars(sue)["hidden"] = Hidden(pairs, hidden)
        seen = {one, two} - unseen
        sheet = sheet_queries.of_learner(ana(here), Side.REVEALED, sue)
        voices = sheet_rules_summaries.voices(sheet, ana(here).name)
        assert {voice.id for voice in voices if voice.endorsed} == seen
        assert {voice.id for voice in voices if voice.own} == seen
        assert sheet_rules_summaries.endorsed_count(sheet).standing == len(seen)


def test_the_audit_leaves_earlier_reviews_of_it_out(here: World) -> None:
    review_id = second(here)
    kinds = ["review_sent", "review_answered"]
    assert len(audit_queries.listed(reader(here, "adam"), kinds).events) == 3
    (event,) = audit_queries.listed(reader(here, "hugo"), kinds).events
    assert event.facts["review"] == review_id


def test_nothing_of_it_can_be_tried_before_the_reveal(here: World) -> None:
    """Whether an earlier rating of one's own stands or was replaced would tell."""
    given = reviewed(here, by="hugo")
    review_id = send_again(here, PART, reviewer="hugo")
    hugo = actor(here, "hugo")
    item_id = session().scalars(select(Endorsement.item_id)).one()
    with pytest.raises(Conflict, match="statement_hidden"):
        endorsements_actions.revoke(hugo, given, "By mistake", here.now)
    with pytest.raises(Conflict, match="statement_hidden"):
        endorsements_actions.propose_exception(hugo, item_id, "Done elsewhere", here.now)
    proposed = endorsements_actions.propose_exception(
        actor(here, "ana"), item_id, "Done elsewhere", here.now
    )
    with pytest.raises(Conflict, match="statement_hidden"):
        endorsements_actions.confirm_exception(hugo, item_id, proposed, here.now)
    session().rollback()
    assert session().scalars(select(LevelException.status)).all() == ["proposed"]
    answer_all(here, review_id, SAYS_PART, by="hugo")
    review_actions.reveal(hugo, review_id, here.now)
    with pytest.raises(Conflict, match="endorsement_ended"):
        endorsements_actions.revoke(hugo, given, "By mistake", here.now)


def test_no_other_statement_of_the_level_is_left_out_before_the_reveal(here: World) -> None:
    """Only one can be: whether the hidden one is would tell."""
    review_id = send(here, PART, skip=1, reviewer="hugo")
    answer_all(here, review_id, SAYS_PART, by="hugo")
    hugo = actor(here, "hugo")
    review_actions.reveal(hugo, review_id, here.now)
    (item_id,) = item_ids(review_id)
    send(here, PART, reviewer="hugo")
    with pytest.raises(Conflict, match="statement_hidden"):
        endorsements_actions.propose_exception(hugo, item_id, "Done elsewhere", here.now)
