"""What somebody wrote beside an answer, or before there was one, is found on whatever version they
are on: with what takes the statement's place, or as what was retired."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories.answers import ReviewerAnswer
from tests.factories.levels import own_sheet
from tests.factories.sides import YES, actor, item_ids, respond
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tracker.assessment.older import queries as older_queries
from tracker.assessment.ratings import (
    actions as ratings_actions,
    queries_cards as ratings_queries_cards,
)
from tracker.db import session
from tracker.frameworks.versions.rules import Ground
from tracker.models import Rating, ReviewItemText
from tracker.models.record.words import skill_of
from tracker.queries.asking import ask
from tracker.record.sheet.queries_learners import Learner, learner
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.reviews.endorsements import queries as endorsements_queries
from tracker.reviews.review import actions as review_actions

pytestmark = pytest.mark.usefixtures("app_context")
MINUTE = dt.timedelta(minutes=1)


def ana(world: World) -> Learner:
    session().rollback()
    found = learner(world.people["ana"], AFTER.date())
    assert found is not None
    return found


def notes(world: World, statement_id: int) -> tuple[str, str]:
    """As the card of the statement has them."""
    (card,) = ratings_queries_cards.of_statements(own_sheet(ana(world)), [statement_id]).cards
    return card.own_note, card.reviewer_note


def write(world: World, statement_id: int, at: int, text: str, *, rated: bool = False) -> None:
    """So many minutes after the round: a note for both, with the answer or before it."""
    now = AFTER + at * MINUTE
    mine = Rating.person_id == world.people["ana"], Rating.skill_id == skill_of(statement_id)
    session().rollback()
    version = session().scalar(select(Rating.version).where(*mine)) or 0
    ratings_actions.rate(
        actor(world, "ana", now),
        statement_id,
        YES if rated else None,
        version,
        now,
        own_note=f"Mine {text}",
        reviewer_note=f"Yours {text}",
    )


def test_a_waiting_note_that_is_rewritten_is_shown_anew(world: World) -> None:
    same, split = world.statements["communication"][:2]
    version = next_version(world, reworded={same: True}, split={split: True})
    write(world, same, -9, "first")
    write(world, split, -9, "first")
    carried(world, version)
    new, part = version.became[same][0], version.became[split][0]
    assert notes(world, new) == notes(world, part) == ("Mine first", "Yours first")
    carried(world, version, AFTER + MINUTE, back=True)
    write(world, same, 2, "anew")
    write(world, split, 2, "anew")
    carried(world, version, AFTER + 3 * MINUTE)
    assert notes(world, new) == notes(world, part) == ("Mine anew", "Yours anew")


def test_what_waits_at_both_is_shown_together(world: World) -> None:
    """What was written in place of an older text is not shown beside it."""
    split = world.statements["communication"][0]
    version = next_version(world, split={split: True})
    part = version.became[split][0]
    write(world, split, -9, "before")
    carried(world, version)
    write(world, part, 1, "in its place")
    assert notes(world, part) == ("Mine in its place", "Yours in its place")
    carried(world, version, AFTER + 2 * MINUTE, back=True)
    assert notes(world, split) == ("Mine before", "Yours before")
    write(world, split, 3, "since")
    carried(world, version, AFTER + 4 * MINUTE)
    both = "Mine in its place\n\nMine since", "Yours in its place\n\nYours since"
    assert notes(world, part) == both
    now = AFTER + 5 * MINUTE
    ratings_actions.rate(actor(world, "ana", now), part, YES, 0, now)
    assert notes(world, part) == both, "the answer takes along what waited"


@pytest.mark.parametrize("rated", [True, False])
def test_of_two_that_are_merged_neither_note_is_lost(world: World, rated: bool) -> None:
    one, two = world.statements["communication"][:2]
    version = next_version(world, merged={(one, two): True})
    write(world, one, -9, "one", rated=rated)
    write(world, two, -8, "two", rated=rated)
    carried(world, version)
    merged = version.became[one][0]
    assert notes(world, merged) == ("Mine one\n\nMine two", "Yours one\n\nYours two")


@pytest.mark.in_ci
def test_nor_where_what_they_became_was_rated_before(world: World) -> None:
    """And whoever reviews it gets all of them."""
    one, two = world.statements["communication"][:2]
    version = next_version(world, merged={(one, two): True})
    carried(world, version)
    merged = version.became[one][0]
    write(world, merged, 1, "merged", rated=True)
    carried(world, version, AFTER + 2 * MINUTE, back=True)
    write(world, one, 3, "one", rated=True)
    write(world, two, 4, "two", rated=True)
    carried(world, version, AFTER + 5 * MINUTE)
    theirs = "Yours merged\n\nYours one\n\nYours two"
    assert notes(world, merged) == (theirs.replace("Yours", "Mine"), theirs)
    now = AFTER + 6 * MINUTE
    by = actor(world, "ana", now)
    review_id = review_actions.send(by, world.people["sue"], [merged], now)
    (item_id,) = item_ids(review_id)
    assert session().get_one(ReviewItemText, item_id).learner_note == theirs
    sue = actor(world, "sue", now)
    respond(sue, item_id, ReviewerAnswer.CONSISTENTLY, Ground.SAW_IT, "", 1, now)
    review_actions.reveal(sue, review_id, now)
    session().rollback()
    (endorsed,) = ask(endorsements_queries.history(ana(world), [merged, one, two], [merged]))
    was = ask(endorsements_queries.as_sent(endorsed.item_id))
    stands = ask(endorsements_queries.own_now(world.people["ana"], merged))
    assert stands is not None
    assert (was.note, stands.note) == (theirs, theirs), "nothing changed since"


def test_what_waits_at_a_statement_that_is_retired_is_listed_with_it(world: World) -> None:
    gone = world.statements["communication"][0]
    version = next_version(world, retired={gone})
    write(world, gone, -9, "waiting")
    carried(world, version)
    me = ana(world)
    assert [each.id for each in older_queries.of_learner(me, own_sheet(me))] == [gone]
    earlier = versions_queries_lines.earlier(gone, me)
    assert earlier is not None
    assert (earlier.own_note, earlier.reviewer_note) == ("Mine waiting", "Yours waiting")


def test_what_is_retired_is_called_as_the_versions_that_they_know_call_it(world: World) -> None:
    """Not as one that they are not on yet; and so again once they are back."""
    gone = world.statements["communication"][0]
    second = next_version(world, retired={gone})
    write(world, gone, -9, "kept", rated=True)
    carried(world, second)
    third = next_version(world, of=second.framework_id, version="3", back=[gone], added=1)

    def listed() -> list[int]:
        me = ana(world)
        found = [each.id for each in older_queries.of_learner(me, own_sheet(me))]
        assert all(versions_queries_lines.earlier(each, me) for each in found), "each has its page"
        return found

    assert listed() == [gone]
    carried(world, third, AFTER + MINUTE)
    assert listed() == []
    write(world, third.added[0], 2, "there", rated=True)
    carried(world, third, AFTER + 3 * MINUTE, back=True)
    assert sorted(listed()) == sorted([gone, third.added[0]]), "what is known from there alone, too"
