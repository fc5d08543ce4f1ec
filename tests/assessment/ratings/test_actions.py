"""One answer, saved by itself: never lost in silence, never half written, never doubled."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.assessment.ratings.stored import DAY, actor, history, notes_waiting, stored
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import leave_out, open_round
from tests.factories.levels import own_sheet, progress_of
from tests.factories.people import newer_use_statement
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.assessment.ratings import actions as ratings_actions, rules as ratings_rules
from tracker.assessment.ratings.actions import RatedCounts
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules import Basis
from tracker.models import Membership, UseStatement
from tracker.policy.permissions import Actor
from tracker.record.sheet.queries_learners import learner_of
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal


def test_a_first_answer_is_kept_with_its_history(world: World, rater: Actor, first: int) -> None:
    saved = ratings_actions.rate(
        rater,
        first,
        Answer.PARTLY,
        0,
        world.now,
        own_note=" for me\r\nalone ",
        reviewer_note="see it",
    )
    assert (saved.version, saved.changed, saved.basis) == (1, True, Basis.RATED)
    assert (saved.domain_id, saved.rank) == (world.domains["communication"], 1)
    assert saved.progress == ratings_actions.RatedCounts(1, 1, 1)
    row = stored(world, first)
    assert row is not None
    assert (row.answer, row.own_note, row.reviewer_note) == ("partly", "for me\nalone", "see it")
    assert history(world, first) == [("partly", "rated", 1)]


def test_the_same_again_changes_nothing(world: World, rater: Actor, first: int) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    for base in (0, 1, 7):
        again = ratings_actions.rate(
            rater, first, Answer.PARTLY, base, world.now + DAY, own_note=""
        )
        assert (again.version, again.changed) == (1, False)
    assert history(world, first) == [("partly", "rated", 1)]


def test_another_answer_is_a_new_version(world: World, rater: Actor, first: int) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    saved = ratings_actions.rate(rater, first, Answer.CONSISTENTLY, 1, world.now + DAY)
    assert (saved.version, saved.rated_at, saved.progress.rated) == (2, world.now + DAY, 1)
    assert history(world, first) == [("partly", "rated", 1), ("consistently", "rated", 2)]


def test_a_save_on_an_older_answer_is_told_of_the_newer(
    world: World, rater: Actor, first: int
) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now, own_note="kept")
    with pytest.raises(Conflict) as refused:
        ratings_actions.rate(rater, first, Answer.NOT_YET, 0, world.now + DAY)
    assert refused.value.code == "rating_changed"
    assert refused.value.facts["current"] == ratings_actions.NewerRating(
        Answer.PARTLY, world.now, 1, "kept", ""
    )
    assert history(world, first) == [("partly", "rated", 1)]


def test_a_note_on_an_older_version_is_told_too(world: World, rater: Actor, first: int) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    ratings_actions.rate(rater, first, None, 1, world.now, own_note="from my phone")
    with pytest.raises(Conflict):
        ratings_actions.rate(rater, first, None, 1, world.now, own_note="from the desk")
    row = stored(world, first)
    assert row is not None
    assert row.own_note == "from my phone"


def test_notes_change_without_a_history_row(world: World, rater: Actor, first: int) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    saved = ratings_actions.rate(
        rater, first, None, 1, world.now + DAY, reviewer_note="see the shelf list"
    )
    row = stored(world, first)
    assert row is not None
    assert (saved.version, row.reviewer_note, row.noted_at) == (
        2,
        "see the shelf list",
        world.now + DAY,
    )
    assert row.rated_at == world.now
    assert len(history(world, first)) == 1


def test_a_note_waits_for_an_answer_and_goes_with_it(
    world: World, rater: Actor, first: int
) -> None:
    waiting = ratings_actions.rate(rater, first, None, 0, world.now, own_note="not yet answered")
    assert (waiting.version, waiting.answer, waiting.changed) == (0, None, True)
    assert not ratings_actions.rate(
        rater, first, None, 0, world.now, own_note="not yet answered"
    ).changed
    ratings_actions.rate(rater, first, None, 0, world.now, reviewer_note="see the shelf list")
    assert stored(world, first) is None
    assert waiting.progress == RatedCounts(0, 0, 0)
    assert notes_waiting(rater) == {
        str(first): {"own_note": "not yet answered", "reviewer_note": "see the shelf list"}
    }
    saved = ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now, own_note="answered")
    row = stored(world, first)
    assert row is not None
    assert (row.own_note, row.reviewer_note) == ("answered", "see the shelf list")
    assert saved.progress == RatedCounts(1, 1, 1)
    assert notes_waiting(rater) == {}


def test_a_note_that_waits_and_is_emptied_leaves_nothing(
    world: World, rater: Actor, first: int
) -> None:
    ratings_actions.rate(rater, first, None, 0, world.now, own_note="not yet answered")
    ratings_actions.rate(rater, first, None, 0, world.now, own_note="")
    assert notes_waiting(rater) == {}


def test_neither_an_answer_nor_a_note_is_refused(world: World, rater: Actor, first: int) -> None:
    with pytest.raises(Invalid) as refused:
        ratings_actions.rate(rater, first, None, 0, world.now)
    assert (refused.value.code, refused.value.field) == ("answer_unknown", "answer")


def test_a_note_that_comes_after_the_rating_of_another_page_is_a_conflict(
    world: World, rater: Actor, first: int
) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now, own_note="on the phone")
    with pytest.raises(Conflict) as refused:
        ratings_actions.rate(rater, first, None, 0, world.now, own_note="at the desk")
    assert refused.value.code == "rating_changed"


def test_a_cleared_answer_is_none_and_the_version_goes_on(
    world: World, rater: Actor, first: int
) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now, own_note="kept")
    cleared = ratings_actions.rate(rater, first, None, 1, world.now + DAY, clear=True)
    assert (cleared.answer, cleared.basis, cleared.version) == (None, Basis.CLEARED, 2)
    assert (cleared.changed, cleared.progress) == (True, ratings_actions.RatedCounts(0, 0, 0))
    row = stored(world, first)
    assert row is not None
    assert (row.answer, row.own_note, row.rated_at) == (None, "kept", world.now + DAY)
    again = ratings_actions.rate(rater, first, None, 1, world.now + DAY, clear=True)
    assert (again.version, again.changed) == (2, False)
    back = ratings_actions.rate(rater, first, Answer.PARTLY, 2, world.now + DAY)
    assert (back.version, back.basis, back.progress.rated) == (3, Basis.RATED, 1)
    assert history(world, first) == [
        ("partly", "rated", 1),
        (None, "cleared", 2),
        ("partly", "rated", 3),
    ]


def test_a_page_of_before_the_clearing_conflicts(world: World, rater: Actor, first: int) -> None:
    """Also one that shows the very answer that was cleared; and nothing clears a newer answer."""
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    ratings_actions.rate(rater, first, None, 1, world.now, clear=True)
    for base in (0, 1):
        with pytest.raises(Conflict) as refused:
            ratings_actions.rate(rater, first, Answer.PARTLY, base, world.now + DAY)
        assert refused.value.facts["current"] == ratings_actions.NewerRating(
            None, world.now, 2, "", ""
        )
    ratings_actions.rate(rater, first, Answer.NOT_YET, 2, world.now)
    with pytest.raises(Conflict):
        ratings_actions.rate(rater, first, None, 2, world.now, clear=True)


def test_clearing_what_was_never_answered_stores_nothing(
    world: World, rater: Actor, first: int
) -> None:
    saved = ratings_actions.rate(rater, first, None, 0, world.now, clear=True)
    assert (saved.version, saved.changed, saved.progress.rated) == (0, False, 0)
    assert stored(world, first) is None
    assert history(world, first) == []


def test_a_note_stays_with_a_cleared_answer_and_brings_none(
    world: World, rater: Actor, first: int
) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    ratings_actions.rate(rater, first, None, 1, world.now, clear=True)
    saved = ratings_actions.rate(rater, first, None, 2, world.now + DAY, own_note="ask Sue")
    assert (saved.answer, saved.version, saved.progress.rated) == (None, 3, 0)
    assert len(history(world, first)) == 2


def test_a_cleared_answer_of_before_the_round_is_not_dated(
    world: World, rater: Actor, first: int
) -> None:
    """Nothing is confirmed where there is nothing."""
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now - 60 * DAY)
    ratings_actions.rate(rater, first, None, 1, world.now - 59 * DAY, clear=True)
    today = world.now.date()
    open_round(world, "Autumn", today - 30 * DAY, today + 30 * DAY)
    saved = ratings_actions.rate(rater, first, None, 2, world.now, own_note="later")
    assert (saved.answer, saved.version) == (None, 3)
    learner = learner_of(rater.person_id, first, rater.today(world.now))
    assert learner is not None
    assert (progress_of(learner).rated, progress_of(learner).dated) == (0, 0)
    assert first in ratings_rules.next_open(own_sheet(learner), learner.round_starts_on, 33)
    assert ratings_rules.last_rated(own_sheet(learner)) is None


def test_the_longest_note_and_one_more(world: World, rater: Actor, first: int) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now, own_note="x" * 4000)
    with pytest.raises(Invalid) as refused:
        ratings_actions.rate(rater, first, Answer.NOT_YET, 1, world.now, own_note="x" * 4001)
    assert refused.value.field == "own_note"
    row = stored(world, first)
    assert row is not None
    assert row.answer == "partly"


def test_an_old_answer_given_again_in_a_new_round_is_confirmed(
    world: World, rater: Actor, first: int
) -> None:
    before = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, before)
    kept = ratings_actions.rate(
        rater, first, Answer.PARTLY, 1, world.now, own_note="a note alone", confirm=False
    )
    assert (kept.rated_at, kept.basis) == (before, Basis.RATED)
    saved = ratings_actions.rate(rater, first, Answer.PARTLY, 2, world.now)
    assert (saved.basis, saved.rated_at) == (Basis.CONFIRMED, world.now)
    assert not ratings_actions.rate(rater, first, Answer.PARTLY, 3, world.now).changed
    assert history(world, first) == [("partly", "rated", 1), ("partly", "confirmed", 3)]


def test_without_an_open_round_nothing_is_dated(world: World, rater: Actor, first: int) -> None:
    later = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    assert not ratings_actions.rate(rater, first, Answer.PARTLY, 1, later).changed
    open_round(world, "Spring 2027", dt.date(2027, 2, 1), dt.date(2027, 4, 1))
    assert ratings_actions.rate(rater, first, Answer.PARTLY, 1, later).basis is Basis.CONFIRMED


def refusal(world: World, name: str, statement_id: int, answer: Answer = Answer.PARTLY) -> Refusal:
    with pytest.raises(Refusal) as refused:
        ratings_actions.rate(actor(world, name), statement_id, answer, 0, world.now)
    return refused.value


def test_who_may_not_rate_what(world: World, rater: Actor, first: int) -> None:
    assert isinstance(refusal(world, "ana", 2**31 - 1), Missing)
    assert isinstance(refusal(world, "cora", first), Missing)
    leave_out(world, first, "No such tool.")
    left_out = refusal(world, "ana", first)
    assert (left_out.code, left_out.facts) == ("not_rated_here", {"reason": "No such tool."})
    with transaction() as tx:
        tx.execute(Membership.__table__.update().values(ends_on=world.now.date() - DAY))
    assert isinstance(refusal(world, "ben", first), Missing)


def test_the_use_statement_comes_first(world: World, rater: Actor, first: int) -> None:
    newer_use_statement(world)
    assert refusal(world, "ana", first).code == "use_statement_unread"
    newest = session().scalar(select(UseStatement.id).where(UseStatement.version == 2))
    assert newest is not None
    with pytest.raises(Conflict):
        account_actions.read_use_statement(rater, newest - 1, world.now)
    account_actions.read_use_statement(rater, newest, world.now)
    account_actions.read_use_statement(rater, newest, world.now)
    assert ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now).changed


def test_the_counts_leave_out_what_is_not_rated_here(
    world: World, rater: Actor, first: int
) -> None:
    communication, technical = world.statements["communication"], world.statements["technical"]
    for statement_id in (*communication[:3], technical[0]):
        ratings_actions.rate(rater, statement_id, Answer.PARTLY, 0, world.now)
    leave_out(world, communication[1], "Not our work.")
    saved = ratings_actions.rate(rater, communication[3], Answer.PARTLY, 0, world.now)
    assert saved.progress == ratings_actions.RatedCounts(
        rated=4, rated_in_domain=3, rated_at_level=2
    )


def test_no_page_counts_an_answer_to_what_is_not_rated_here(
    world: World, rater: Actor, first: int
) -> None:
    today = world.now.date()

    def counted() -> tuple[int, int]:
        learner = learner_of(rater.person_id, first, today)
        assert learner is not None
        return progress_of(learner).rated, own_sheet(learner).rated

    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    ratings_actions.rate(rater, world.statements["communication"][1], Answer.PARTLY, 0, world.now)
    assert counted() == (2, 2)
    leave_out(world, first, "Not our work.")
    assert counted() == (1, 1)


def test_a_save_takes_five_statements(
    world: World, rater: Actor, first: int, count_sql: Queries
) -> None:
    for statement_id in world.statements["communication"]:
        count_sql.clear()
        ratings_actions.rate(rater, statement_id, Answer.PARTLY, 0, world.now)
        assert len(count_sql) == 5, count_sql
    count_sql.clear()
    ratings_actions.rate(rater, first, Answer.CONSISTENTLY, 1, world.now, own_note="why")
    assert len(count_sql) == 5


@pytest.mark.parametrize("broken_at", range(1, 6))
def test_a_save_is_never_half_written(
    world: World, rater: Actor, first: int, broken_at: int
) -> None:
    ratings_actions.rate(rater, first, Answer.PARTLY, 0, world.now)
    seen = 0

    def break_down(*_args: object) -> None:
        nonlocal seen
        seen += 1
        if seen == broken_at:
            raise RuntimeError("pulled the plug")

    event.listen(db.engine, "after_cursor_execute", break_down)
    try:
        with pytest.raises(RuntimeError, match="plug"):
            ratings_actions.rate(rater, first, Answer.CONSISTENTLY, 1, world.now)
    finally:
        event.remove(db.engine, "after_cursor_execute", break_down)
    row = stored(world, first)
    assert row is not None
    assert (row.answer, row.version) == ("partly", 1)
    assert history(world, first) == [("partly", "rated", 1)]


def test_two_devices_at_once_lose_nothing(
    app: Flask, world: World, rater: Actor, first: int
) -> None:
    """Many saves on the same version: one is kept, each other is told; the history has the one
    alone."""

    def save(answer: Answer) -> str:
        with app.app_context():
            try:
                ratings_actions.rate(rater, first, answer, 0, world.now)
            except Conflict as refused:
                return refused.code
            return "saved"

    answers = [Answer.PARTLY, Answer.NOT_YET, Answer.CONSISTENTLY, Answer.NOT_SURE]
    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(save, answers))
    assert said == ["rating_changed"] * 3 + ["saved"]
    assert len(history(world, first)) == 1
