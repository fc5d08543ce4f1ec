"""One answer, saved by itself: never lost in silence, never half written, never doubled."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import leave_out, open_round
from tests.factories.levels import own_sheet, progress_of
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tracker.accounts.account import actions as account
from tracker.assessment.ratings import actions as ratings
from tracker.assessment.ratings import queries_cards as statement_cards
from tracker.assessment.ratings import rules as progress
from tracker.assessment.ratings.actions import RatedCounts
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules_scale import Basis
from tracker.models import Membership, Rating, RatingEntry, UseStatement
from tracker.policy.permissions import Actor
from tracker.queries.access import drafts
from tracker.queries.access.actors import actor_for_person
from tracker.record.sheet.queries_learners import learner_of
from tracker.reviews.sending import queries as submittable
from tracker.rules.drafts import RATING
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal

DAY = dt.timedelta(days=1)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def ana(world: World, context: None) -> Actor:
    return actor(world, "ana")


@pytest.fixture
def first(world: World) -> int:
    return world.statements["communication"][0]


def actor(world: World, name: str) -> Actor:
    found = actor_for_person(world.people[name], world.now)
    assert found is not None
    return found


def stored(world: World, statement_id: int, person: str = "ana") -> Rating | None:
    db.session.rollback()
    return session().scalar(
        select(Rating).where(
            Rating.person_id == world.people[person], Rating.statement_id == statement_id
        )
    )


def notes_waiting(actor: Actor) -> dict[str, dict[str, str]]:
    db.session.rollback()
    return {
        header.subject: dict(fields)
        for header, fields in drafts.all_fields(actor.person_id, RATING)
    }


def history(world: World, statement_id: int) -> list[tuple[str | None, str, int]]:
    db.session.rollback()
    rows = session().execute(
        select(RatingEntry.answer, RatingEntry.basis, RatingEntry.version)
        .where(
            RatingEntry.person_id == world.people["ana"], RatingEntry.statement_id == statement_id
        )
        .order_by(RatingEntry.id)
    )
    return [tuple(row) for row in rows]


def test_a_first_answer_is_kept_with_its_history(world: World, ana: Actor, first: int) -> None:
    saved = ratings.rate(
        ana,
        first,
        Answer.PARTLY,
        0,
        world.now,
        own_note=" for me\r\nalone ",
        reviewer_note="see it",
    )
    assert (saved.version, saved.changed, saved.basis) == (1, True, Basis.RATED)
    assert (saved.domain_id, saved.rank) == (world.domains["communication"], 1)
    assert saved.progress == ratings.RatedCounts(1, 1, 1)
    row = stored(world, first)
    assert row is not None
    assert (row.answer, row.own_note, row.reviewer_note) == ("partly", "for me\nalone", "see it")
    assert history(world, first) == [("partly", "rated", 1)]


def test_the_same_again_changes_nothing(world: World, ana: Actor, first: int) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    for base in (0, 1, 7):
        again = ratings.rate(ana, first, Answer.PARTLY, base, world.now + DAY, own_note="")
        assert (again.version, again.changed) == (1, False)
    assert history(world, first) == [("partly", "rated", 1)]


def test_another_answer_is_a_new_version(world: World, ana: Actor, first: int) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    saved = ratings.rate(ana, first, Answer.CONSISTENTLY, 1, world.now + DAY)
    assert (saved.version, saved.rated_at, saved.progress.rated) == (2, world.now + DAY, 1)
    assert history(world, first) == [("partly", "rated", 1), ("consistently", "rated", 2)]


def test_a_save_on_an_older_answer_is_told_of_the_newer(
    world: World, ana: Actor, first: int
) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now, own_note="kept")
    with pytest.raises(Conflict) as refused:
        ratings.rate(ana, first, Answer.NOT_YET, 0, world.now + DAY)
    assert refused.value.code == "rating_changed"
    assert refused.value.facts["current"] == ratings.NewerRating(
        Answer.PARTLY, world.now, 1, "kept", ""
    )
    assert history(world, first) == [("partly", "rated", 1)]


def test_a_note_on_an_older_version_is_told_too(world: World, ana: Actor, first: int) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    ratings.rate(ana, first, None, 1, world.now, own_note="from my phone")
    with pytest.raises(Conflict):
        ratings.rate(ana, first, None, 1, world.now, own_note="from the desk")
    row = stored(world, first)
    assert row is not None
    assert row.own_note == "from my phone"


def test_notes_change_without_a_history_row(world: World, ana: Actor, first: int) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    saved = ratings.rate(ana, first, None, 1, world.now + DAY, reviewer_note="see the shelf list")
    row = stored(world, first)
    assert row is not None
    assert (saved.version, row.reviewer_note, row.noted_at) == (
        2,
        "see the shelf list",
        world.now + DAY,
    )
    assert row.rated_at == world.now
    assert len(history(world, first)) == 1


def test_a_note_waits_for_an_answer_and_goes_with_it(world: World, ana: Actor, first: int) -> None:
    waiting = ratings.rate(ana, first, None, 0, world.now, own_note="not yet answered")
    assert (waiting.version, waiting.answer, waiting.changed) == (0, None, True)
    assert not ratings.rate(ana, first, None, 0, world.now, own_note="not yet answered").changed
    ratings.rate(ana, first, None, 0, world.now, reviewer_note="see the shelf list")
    assert stored(world, first) is None
    assert waiting.progress == RatedCounts(0, 0, 0)
    assert notes_waiting(ana) == {
        str(first): {"own_note": "not yet answered", "reviewer_note": "see the shelf list"}
    }
    saved = ratings.rate(ana, first, Answer.PARTLY, 0, world.now, own_note="answered")
    row = stored(world, first)
    assert row is not None
    assert (row.own_note, row.reviewer_note) == ("answered", "see the shelf list")
    assert saved.progress == RatedCounts(1, 1, 1)
    assert notes_waiting(ana) == {}


def test_a_note_that_waits_and_is_emptied_leaves_nothing(
    world: World, ana: Actor, first: int
) -> None:
    ratings.rate(ana, first, None, 0, world.now, own_note="not yet answered")
    ratings.rate(ana, first, None, 0, world.now, own_note="")
    assert notes_waiting(ana) == {}


def test_neither_an_answer_nor_a_note_is_refused(world: World, ana: Actor, first: int) -> None:
    with pytest.raises(Invalid) as refused:
        ratings.rate(ana, first, None, 0, world.now)
    assert (refused.value.code, refused.value.field) == ("answer_unknown", "answer")


def test_a_note_that_comes_after_the_rating_of_another_page_is_a_conflict(
    world: World, ana: Actor, first: int
) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now, own_note="on the phone")
    with pytest.raises(Conflict) as refused:
        ratings.rate(ana, first, None, 0, world.now, own_note="at the desk")
    assert refused.value.code == "rating_changed"


def test_a_cleared_answer_is_none_and_the_version_goes_on(
    world: World, ana: Actor, first: int
) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now, own_note="kept")
    cleared = ratings.rate(ana, first, None, 1, world.now + DAY, clear=True)
    assert (cleared.answer, cleared.basis, cleared.version) == (None, Basis.CLEARED, 2)
    assert (cleared.changed, cleared.progress) == (True, ratings.RatedCounts(0, 0, 0))
    row = stored(world, first)
    assert row is not None
    assert (row.answer, row.own_note, row.rated_at) == (None, "kept", world.now + DAY)
    again = ratings.rate(ana, first, None, 1, world.now + DAY, clear=True)
    assert (again.version, again.changed) == (2, False)
    back = ratings.rate(ana, first, Answer.PARTLY, 2, world.now + DAY)
    assert (back.version, back.basis, back.progress.rated) == (3, Basis.RATED, 1)
    assert history(world, first) == [
        ("partly", "rated", 1),
        (None, "cleared", 2),
        ("partly", "rated", 3),
    ]


def test_a_page_of_before_the_clearing_conflicts(world: World, ana: Actor, first: int) -> None:
    """Also one that shows the very answer that was cleared; and nothing clears a newer answer."""
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    ratings.rate(ana, first, None, 1, world.now, clear=True)
    for base in (0, 1):
        with pytest.raises(Conflict) as refused:
            ratings.rate(ana, first, Answer.PARTLY, base, world.now + DAY)
        assert refused.value.facts["current"] == ratings.NewerRating(None, world.now, 2, "", "")
    ratings.rate(ana, first, Answer.NOT_YET, 2, world.now)
    with pytest.raises(Conflict):
        ratings.rate(ana, first, None, 2, world.now, clear=True)


def test_clearing_what_was_never_answered_stores_nothing(
    world: World, ana: Actor, first: int
) -> None:
    saved = ratings.rate(ana, first, None, 0, world.now, clear=True)
    assert (saved.version, saved.changed, saved.progress.rated) == (0, False, 0)
    assert stored(world, first) is None
    assert history(world, first) == []


def test_a_note_stays_with_a_cleared_answer_and_brings_none(
    world: World, ana: Actor, first: int
) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    ratings.rate(ana, first, None, 1, world.now, clear=True)
    saved = ratings.rate(ana, first, None, 2, world.now + DAY, own_note="ask Sue")
    assert (saved.answer, saved.version, saved.progress.rated) == (None, 3, 0)
    assert len(history(world, first)) == 2


def test_a_cleared_answer_of_before_the_round_is_not_dated(
    world: World, ana: Actor, first: int
) -> None:
    """Nothing is confirmed where there is nothing."""
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now - 60 * DAY)
    ratings.rate(ana, first, None, 1, world.now - 59 * DAY, clear=True)
    today = world.now.date()
    open_round(world, "Autumn", today - 30 * DAY, today + 30 * DAY)
    saved = ratings.rate(ana, first, None, 2, world.now, own_note="later")
    assert (saved.answer, saved.version) == (None, 3)
    learner = learner_of(ana.person_id, first, ana.today(world.now))
    assert learner is not None
    assert (progress_of(learner).rated, progress_of(learner).dated) == (0, 0)
    assert first in progress.next_open(own_sheet(learner), learner.round_starts_on, 33)
    assert progress.last_rated(own_sheet(learner)) is None


def test_the_longest_note_and_one_more(world: World, ana: Actor, first: int) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now, own_note="x" * 4000)
    with pytest.raises(Invalid) as refused:
        ratings.rate(ana, first, Answer.NOT_YET, 1, world.now, own_note="x" * 4001)
    assert refused.value.field == "own_note"
    row = stored(world, first)
    assert row is not None
    assert row.answer == "partly"


def test_an_old_answer_given_again_in_a_new_round_is_confirmed(
    world: World, ana: Actor, first: int
) -> None:
    before = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    ratings.rate(ana, first, Answer.PARTLY, 0, before)
    kept = ratings.rate(
        ana, first, Answer.PARTLY, 1, world.now, own_note="a note alone", confirm=False
    )
    assert (kept.rated_at, kept.basis) == (before, Basis.RATED)
    saved = ratings.rate(ana, first, Answer.PARTLY, 2, world.now)
    assert (saved.basis, saved.rated_at) == (Basis.CONFIRMED, world.now)
    assert not ratings.rate(ana, first, Answer.PARTLY, 3, world.now).changed
    assert history(world, first) == [("partly", "rated", 1), ("partly", "confirmed", 3)]


def test_without_an_open_round_nothing_is_dated(world: World, ana: Actor, first: int) -> None:
    later = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    assert not ratings.rate(ana, first, Answer.PARTLY, 1, later).changed
    open_round(world, "Spring 2027", dt.date(2027, 2, 1), dt.date(2027, 4, 1))
    assert ratings.rate(ana, first, Answer.PARTLY, 1, later).basis is Basis.CONFIRMED


def refusal(world: World, name: str, statement_id: int, answer: Answer = Answer.PARTLY) -> Refusal:
    with pytest.raises(Refusal) as refused:
        ratings.rate(actor(world, name), statement_id, answer, 0, world.now)
    return refused.value


def test_who_may_not_rate_what(world: World, ana: Actor, first: int) -> None:
    assert isinstance(refusal(world, "ana", 2**31 - 1), Missing)
    assert isinstance(refusal(world, "cora", first), Missing)
    leave_out(world, first, "No such tool.")
    left_out = refusal(world, "ana", first)
    assert (left_out.code, left_out.facts) == ("not_rated_here", {"reason": "No such tool."})
    with transaction() as tx:
        tx.execute(Membership.__table__.update().values(ends_on=world.now.date() - DAY))
    assert isinstance(refusal(world, "ben", first), Missing)


def test_the_use_statement_comes_first(world: World, ana: Actor, first: int) -> None:
    with transaction() as tx:
        tx.add(
            UseStatement(
                library_id=world.libraries["city"], version=2, text="More.", published_at=world.now
            )
        )
    assert refusal(world, "ana", first).code == "use_statement_unread"
    newest = session().scalar(select(UseStatement.id).where(UseStatement.version == 2))
    assert newest is not None
    with pytest.raises(Conflict):
        account.read_use_statement(ana, newest - 1, world.now)
    account.read_use_statement(ana, newest, world.now)
    account.read_use_statement(ana, newest, world.now)
    assert ratings.rate(ana, first, Answer.PARTLY, 0, world.now).changed


def test_the_counts_leave_out_what_is_not_rated_here(world: World, ana: Actor, first: int) -> None:
    communication, technical = world.statements["communication"], world.statements["technical"]
    for statement_id in (*communication[:3], technical[0]):
        ratings.rate(ana, statement_id, Answer.PARTLY, 0, world.now)
    leave_out(world, communication[1], "Not our work.")
    saved = ratings.rate(ana, communication[3], Answer.PARTLY, 0, world.now)
    assert saved.progress == ratings.RatedCounts(rated=4, rated_in_domain=3, rated_at_level=2)


def test_no_page_counts_an_answer_to_what_is_not_rated_here(
    world: World, ana: Actor, first: int
) -> None:
    today = world.now.date()

    def counted() -> tuple[int, int]:
        learner = learner_of(ana.person_id, first, today)
        assert learner is not None
        return progress_of(learner).rated, own_sheet(learner).rated

    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    ratings.rate(ana, world.statements["communication"][1], Answer.PARTLY, 0, world.now)
    assert counted() == (2, 2)
    leave_out(world, first, "Not our work.")
    assert counted() == (1, 1)


def test_a_save_takes_five_statements(
    world: World, ana: Actor, first: int, count_sql: Queries
) -> None:
    for statement_id in world.statements["communication"]:
        count_sql.clear()
        ratings.rate(ana, statement_id, Answer.PARTLY, 0, world.now)
        assert len(count_sql) == 5, count_sql
    count_sql.clear()
    ratings.rate(ana, first, Answer.CONSISTENTLY, 1, world.now, own_note="why")
    assert len(count_sql) == 5


@pytest.mark.parametrize("broken_at", range(1, 6))
def test_a_save_is_never_half_written(world: World, ana: Actor, first: int, broken_at: int) -> None:
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now)
    seen = 0

    def break_down(*_args: object) -> None:
        nonlocal seen
        seen += 1
        if seen == broken_at:
            raise RuntimeError("pulled the plug")

    event.listen(db.engine, "after_cursor_execute", break_down)
    try:
        with pytest.raises(RuntimeError, match="plug"):
            ratings.rate(ana, first, Answer.CONSISTENTLY, 1, world.now)
    finally:
        event.remove(db.engine, "after_cursor_execute", break_down)
    row = stored(world, first)
    assert row is not None
    assert (row.answer, row.version) == ("partly", 1)
    assert history(world, first) == [("partly", "rated", 1)]


def test_two_devices_at_once_lose_nothing(app: Flask, world: World, ana: Actor, first: int) -> None:
    """Many saves on the same version: one is kept, each other is told; the history has the one
    alone."""

    def save(answer: Answer) -> str:
        with app.app_context():
            try:
                ratings.rate(ana, first, answer, 0, world.now)
            except Conflict as refused:
                return refused.code
            return "saved"

    answers = [Answer.PARTLY, Answer.NOT_YET, Answer.CONSISTENTLY, Answer.NOT_SURE]
    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(save, answers))
    assert said == ["rating_changed"] * 3 + ["saved"]
    assert len(history(world, first)) == 1


def sent(
    statement_id: int, answer: Answer | None, base: int = 0, **more: object
) -> ratings.RatingToSave:
    return ratings.RatingToSave(statement_id, answer, base, **more)  # type: ignore[arg-type]


def test_a_grid_is_saved_at_once(world: World, ana: Actor, first: int) -> None:
    second, third = world.statements["communication"][1:3]
    ratings.rate(ana, second, Answer.NOT_YET, 0, world.now)
    changed = ratings.rate_many(
        ana,
        [
            sent(first, Answer.PARTLY, notes={"own_note": "mine"}),
            sent(second, Answer.NOT_YET, 1),
            sent(third, Answer.NOT_SURE),
        ],
        world.now + DAY,
    )
    assert changed == 2
    assert [history(world, each) for each in (first, second, third)] == [
        [("partly", "rated", 1)],
        [("not_yet", "rated", 1)],
        [("not_sure", "rated", 1)],
    ]
    row = stored(world, first)
    assert row is not None
    assert row.own_note == "mine"


def test_a_grid_is_saved_whole_or_not_at_all_and_every_refusal_is_told(
    world: World, ana: Actor, first: int
) -> None:
    second, third, fourth = world.statements["communication"][1:4]
    ratings.rate(ana, second, Answer.NOT_YET, 0, world.now)
    leave_out(world, third, "No such tool.")
    with pytest.raises(Conflict) as refused:
        ratings.rate_many(
            ana,
            [
                sent(first, Answer.PARTLY),
                sent(second, Answer.PARTLY),
                sent(third, Answer.PARTLY),
                sent(fourth, None),
            ],
            world.now,
        )
    rows = refused.value.facts["rows"]
    assert isinstance(rows, dict)
    assert {key: row.code for key, row in rows.items()} == {
        second: "rating_changed",
        third: "not_rated_here",
        fourth: "answer_unknown",
    }
    assert rows[second].facts["current"].answer == Answer.NOT_YET
    assert stored(world, first) is None
    assert len(history(world, second)) == 1


def test_a_grid_of_another_framework_is_no_grid(world: World, ana: Actor, first: int) -> None:
    with pytest.raises(Missing):
        ratings.rate_many(
            ana, [sent(first, Answer.PARTLY), sent(2**31 - 1, Answer.PARTLY)], world.now
        )
    assert stored(world, first) is None


def test_saving_a_grid_confirms_no_old_answer_by_itself(
    world: World, ana: Actor, first: int
) -> None:
    before = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    ratings.rate(ana, first, Answer.PARTLY, 0, before)
    assert ratings.rate_many(ana, [sent(first, Answer.PARTLY, 1, confirm=False)], world.now) == 0
    assert ratings.rate_many(ana, [sent(first, Answer.PARTLY, 1)], world.now) == 1
    assert history(world, first)[-1] == ("partly", "confirmed", 2)


def test_reading_a_grid_takes_two_statements_whatever_the_size(
    world: World, ana: Actor, count_sql: Queries
) -> None:
    everything = [sent(each, Answer.PARTLY) for each in world.statements["communication"]]
    ratings.rate_many(ana, everything, world.now)
    for size in (1, len(everything)):
        count_sql.clear()
        again = [sent(each.statement_id, Answer.PARTLY, 1) for each in everything[:size]]
        assert ratings.rate_many(ana, again, world.now) == 0
        assert len(count_sql) == 2, count_sql


@pytest.fixture
def part(world: World, ana: Actor, first: int) -> int:
    """The first part of a statement that was split after Ana rated it: her answer counts there."""
    ratings.rate(ana, first, Answer.PARTLY, 0, world.now, own_note="mine", reviewer_note="yours")
    version = next_version(world, split={first: True})
    carried(world, version)
    return version.became[first][0]


def shown(ana: Actor, statement_id: int) -> tuple[str | None, str, str]:
    db.session.rollback()
    learner = learner_of(ana.person_id, statement_id, ana.today(AFTER))
    assert learner is not None
    (card,) = statement_cards.of_statements(own_sheet(learner), [statement_id]).cards
    return card.answer, card.own_note, card.reviewer_note


def test_what_counts_from_an_origin_is_cleared_where_it_counts_alone(
    world: World, ana: Actor, first: int, part: int
) -> None:
    assert shown(ana, part) == ("partly", "mine", "yours")
    saved = ratings.rate(ana, part, None, 0, AFTER, clear=True)
    assert (saved.answer, saved.version, saved.changed) == (None, 1, True)
    assert saved.progress == ratings.RatedCounts(0, 0, 0)
    assert shown(ana, part) == (None, "mine", "yours")
    assert history(world, part) == [(None, "cleared", 1)]
    row = stored(world, first)
    assert row is not None
    assert row.answer == "partly"


def test_a_note_at_what_counts_from_an_origin_goes_to_that_answer(
    world: World, ana: Actor, first: int, part: int
) -> None:
    saved = ratings.rate(ana, part, None, 0, AFTER, own_note="mine, and more")
    assert (saved.answer, saved.version, saved.changed) == ("partly", 0, True)
    assert saved.progress == ratings.RatedCounts(1, 1, 1)
    assert shown(ana, part) == ("partly", "mine, and more", "yours")
    assert notes_waiting(ana) == {}
    row = stored(world, first)
    assert row is not None
    assert (row.own_note, row.reviewer_note) == ("mine, and more", "yours")
    assert not ratings.rate(ana, part, None, 0, AFTER, own_note="mine, and more").changed


def test_a_part_answered_itself_is_rated_once(world: World, ana: Actor, part: int) -> None:
    saved = ratings.rate(ana, part, Answer.CONSISTENTLY, 0, AFTER)
    assert saved.progress == ratings.RatedCounts(1, 1, 1)
    assert shown(ana, part) == ("consistently", "mine", "yours")


def test_a_note_beside_the_same_answer_makes_no_new_one(
    world: World, ana: Actor, first: int, part: int
) -> None:
    saved = ratings.rate(ana, part, Answer.PARTLY, 0, AFTER, own_note="mine, and more")
    assert (saved.answer, saved.version, saved.rated_at) == ("partly", 0, world.now)
    assert history(world, part) == []
    assert shown(ana, part) == ("partly", "mine, and more", "yours")


def test_notes_of_a_part_stay_beside_a_newer_answer_to_its_origin(
    world: World, ana: Actor, first: int
) -> None:
    version = next_version(world, split={first: True})
    carried(world, version)
    part = version.became[first][0]
    ratings.rate(ana, part, Answer.PARTLY, 0, AFTER, own_note="of the part", reviewer_note="here")
    carried(world, version, AFTER + dt.timedelta(hours=1), back=True)
    later = AFTER + dt.timedelta(hours=2)
    ratings.rate(ana, first, Answer.CONSISTENTLY, 0, later, own_note="of the whole")
    carried(world, version, AFTER + dt.timedelta(hours=3))
    assert shown(ana, part) == ("consistently", "of the part\n\nof the whole", "here")
    sheet = "of the part\n\nof the whole"
    ratings.rate(ana, part, None, 1, later, own_note=sheet, reviewer_note="here")
    assert shown(ana, part) == ("consistently", sheet, "here")
    learner = learner_of(ana.person_id, part, ana.today(AFTER))
    assert learner is not None
    (sent,) = submittable.freezable(learner, [part])
    assert (sent.content.answer, sent.content.note) == ("consistently", "here")
