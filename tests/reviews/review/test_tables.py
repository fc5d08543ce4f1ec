"""What the tables themselves refuse of reviews, whoever writes."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.copies import made_once
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Endorsement, Review, ReviewItem, Thanks
from tracker.models.record.words import skill_of
from tracker.reviews.review import actions as review_actions


@pytest.fixture
def refused(app: Flask, world: World, engine_name: str) -> Callable[..., None]:
    """Run a statement against a review of Ana's that Sue has endorsed, and expect the constraint by
    its name."""
    with app.app_context():
        made_once("endorsed", engine_name, lambda: _endorsed(world))

    def run(name: str, statement: object) -> None:
        with app.app_context(), pytest.raises(DBAPIError, match=name), transaction() as tx:
            tx.execute(statement)

    return run


def _endorsed(world: World) -> None:
    review_id = send(world, YES)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    send(world, YES, skip=1)


def test_nobody_reviews_themselves(world: World, refused: Callable[..., None]) -> None:
    themselves = dict.fromkeys(("learner_id", "reviewer_id"), world.people["ana"])
    refused(
        "nobody_reviews_themselves",
        insert(Review).values(
            **themselves,
            team_id=world.teams["central"],
            framework_id=world.framework_id,
            status="sent",
            open=False,
            sent_at=world.now,
            due_from=world.now.date(),
            due_on=world.now.date(),
        ),
    )


@pytest.mark.parametrize("words", ["", "x" * 501])
def test_thanks_are_short_and_not_empty(
    world: World, refused: Callable[..., None], words: str
) -> None:
    refused("short_and_not_empty", insert(Thanks).values(**_thanks(world), text=words))


def test_each_of_the_two_thanks_once(world: World, refused: Callable[..., None]) -> None:
    twice = [{**_thanks(world), "text": words} for words in ("One", "Two")]
    refused("uq_thanks_review_id_from_learner|thanks.review_id", insert(Thanks).values(twice))


def _thanks(world: World) -> dict[str, object]:
    review_id = select(func.min(Review.id)).scalar_subquery()
    return {"review_id": review_id, "from_learner": True, "written_at": world.now}


def test_nobody_endorses_themselves(world: World, refused: Callable[..., None]) -> None:
    refused(
        "nobody_endorses_themselves",
        insert(Endorsement).values(
            person_id=world.people["ana"],
            endorser_id=world.people["ana"],
            skill_id=skill_of(world.statements["technical"][0]),
            statement_id=world.statements["technical"][0],
            item_id=2,
            answer="partly",
            digest="0" * 64,
            rating_version=1,
            status="standing",
            endorsed_at=world.now,
        ),
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("answered_has_an_answer", {"reviewer_answer": None, "ground": None}),
        ("revealed_has_a_time", {"revealed_at": None}),
        ("answer_has_a_ground", {"ground": None}),
        ("version_counts", {"version": 0}),
        ("status_known", {"status": "lost"}),
    ],
)
def test_an_item_holds_together(
    refused: Callable[..., None], name: str, values: dict[str, object]
) -> None:
    refused(name, update(ReviewItem).where(ReviewItem.status == "endorsed").values(**values))


def test_a_waiting_item_was_not_shown(world: World, refused: Callable[..., None]) -> None:
    refused(
        "sealed_has_none",
        update(ReviewItem).where(ReviewItem.status == "waiting").values(revealed_at=world.now),
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("closed_has_a_time", {"closed_at": None}),
        (
            "differences_after_reveal",
            {"status": "differences_open", "closed_at": None, "revealed_at": None},
        ),
    ],
)
def test_a_review_holds_together(
    refused: Callable[..., None], name: str, values: dict[str, object]
) -> None:
    refused(name, update(Review).where(Review.status == "closed").values(**values))


def test_two_cannot_stand_for_one_statement(
    world: World, refused: Callable[..., None], app: Flask
) -> None:
    with app.app_context(), transaction() as tx:
        (row,) = tx.execute(text("SELECT statement_id FROM endorsements")).all()
        other = tx.execute(
            text("SELECT id FROM review_items WHERE status = 'waiting'")
        ).scalar_one()
    refused(
        "one_standing|endorsements.person_id, endorsements.skill_id",
        insert(Endorsement).values(
            person_id=world.people["ana"],
            endorser_id=world.people["sue"],
            skill_id=skill_of(row.statement_id),
            statement_id=row.statement_id,
            item_id=other,
            answer="partly",
            digest="0" * 64,
            rating_version=1,
            status="standing",
            endorsed_at=world.now,
        ),
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE review_items SET learner_answer = 'partly'",
        "UPDATE review_items SET learner_answer_label = 'x'",
        "UPDATE review_items SET learner_answer_description = 'x'",
        "UPDATE review_items SET digest = 'x'",
        "DELETE FROM review_items",
        "UPDATE endorsements SET answer = 'partly'",
        "DELETE FROM endorsements",
        "UPDATE review_moves SET actor_id = NULL",
        "DELETE FROM review_moves",
    ],
)
def test_what_was_sent_and_said_stays(refused: Callable[..., None], change: str) -> None:
    refused("history is never changed", text(change))


def test_the_machinery_lets_a_right_statement_through(
    world: World, refused: Callable[..., None]
) -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        refused("nothing", update(Review).values(due_on=world.now.date()))
