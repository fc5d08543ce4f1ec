"""Today of a supervisor: what to answer, in which order, and who has not sent."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories.answers import Answer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.world import World
from tests.today.page.shown import SignIn, differs, first, today, words
from tracker.db import transaction
from tracker.models import ReviewItem, ReviewMessage, Round
from tracker.record.workflow.rules import ItemStatus, ReviewStatus


def test_a_supervisor_sees_what_to_answer_and_who_has_not_sent(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    statements = world.statements["technical"]
    with app.app_context():
        join(world, "cleo", "central")
        send(
            world,
            "ben",
            "sue",
            dict.fromkeys(statements[:3], ItemStatus.WAITING),
            due_on=dt.date(2026, 11, 27),
            at=world.now - dt.timedelta(days=9),
            round_id=world.rounds["city"],
        )
        send(
            world,
            "ana",
            "sue",
            dict.fromkeys(statements[:5], ItemStatus.WAITING),
            due_on=dt.date(2026, 12, 4),
            at=world.now - dt.timedelta(days=2),
            round_id=world.rounds["city"],
        )
        send(
            world,
            "ana",
            "sue",
            {statements[6]: ItemStatus.DIFFERS},
            status=ReviewStatus.DIFFERENCES_OPEN,
            at=world.now - dt.timedelta(days=13),
        )
    said = today(sign_in, "sue")
    assert "Do this next · due tomorrow Settle 1 difference with Ana" in said
    assert (
        "Reviews due this week 3 statements to answer, about 2 minutes left Ana: 1 difference to "
        "settle due tomorrow Ben: 3 statements to answer due Friday about 2 minutes left 2 reviews "
        "due this week Reviews due next week 5 statements to answer, about 4 minutes left Ana: 5 "
        "statements to answer due Dec 4 about 4 minutes left 1 review due next week" in said
    )
    assert "As supervisor of Central 1 of 3 has not sent anything this round Cleo" in said


@pytest.mark.parametrize(
    ("due_on", "said"),
    [
        ((2026, 11, 20), "overdue since Nov 20"),
        ((2026, 11, 24), "due today"),
        ((2026, 11, 25), "due tomorrow"),
        ((2026, 11, 30), "due Monday"),
        ((2026, 12, 1), "due Dec 1"),
        ((2027, 1, 4), "due Jan 4, 2027"),
    ],
)
def test_when_something_is_due(
    app: Flask, world: World, sign_in: SignIn, due_on: tuple[int, int, int], said: str
) -> None:
    with app.app_context():
        send(
            world,
            "ben",
            "sue",
            {world.statements["technical"][0]: ItemStatus.WAITING},
            due_on=dt.date(*due_on),
        )
    assert said in today(sign_in, "sue")


@pytest.mark.parametrize(
    ("reviews_in", "differs_in", "expected"),
    [
        (None, None, "Do this next Start with"),
        (-1, None, "Do this next · overdue since Nov 23 Answer what Ben sent"),
        (6, None, "Do this next · due Monday Answer what Ben sent"),
        (6, 3, "Do this next · due Friday Settle 1 difference with Ana"),
        (2, 3, "Do this next · due Thursday Answer what Ben sent"),
    ],
)
def test_the_nearest_date_that_somebody_waits_for_comes_first(
    app: Flask,
    world: World,
    sign_in: SignIn,
    reviews_in: int | None,
    differs_in: int | None,
    expected: str,
) -> None:
    """Sue learns in Bookmobile, where Ana supervises, and supervises Central."""
    with app.app_context():
        if reviews_in is not None:
            send(
                world,
                "ben",
                "sue",
                {world.statements["technical"][0]: ItemStatus.WAITING},
                due_on=world.now.date() + dt.timedelta(days=reviews_in),
            )
        if differs_in is not None:
            differs(world, "sue", "ana", differs_in)
    html = sign_in(World.email("sue")).get("/").text
    assert first(html).startswith(expected)
    if reviews_in is not None:
        assert "Start with" in words(html).partition("Also for you")[2]


def test_a_question_comes_first_and_is_told_once(app: Flask, world: World, sign_in: SignIn) -> None:
    """Two of one review at once."""
    talk = world.statements["communication"]
    with app.app_context():
        review_id = send(
            world,
            "ben",
            "sue",
            dict.fromkeys(talk[:2], ItemStatus.RETURNED),
            status=ReviewStatus.IN_REVIEW,
            due_on=dt.date(2026, 11, 28),
        )
        with transaction() as tx:
            for item_id in tx.scalars(
                select(ReviewItem.id).where(ReviewItem.review_id == review_id)
            ):
                tx.add(
                    ReviewMessage(
                        item_id=item_id,
                        author_id=world.people["sue"],
                        text="Since when?",
                        written_at=world.now,
                    )
                )
    html = sign_in(World.email("ben")).get("/").text
    assert first(html).startswith(
        "Do this next · due Saturday Answer 2 questions from Sue Sue: “Since when?” Reply"
    )
    assert "came back with a question" not in html


@pytest.mark.parametrize(
    ("ends_on", "rated", "is_sending"),
    [
        (dt.date(2026, 12, 1), 1, True),
        (dt.date(2026, 12, 2), 1, False),
        (dt.date(2026, 12, 1), 0, False),
    ],
)
def test_in_the_last_days_of_a_round_sending_comes_before_rating(
    app: Flask, world: World, sign_in: SignIn, ends_on: dt.date, rated: int, is_sending: bool
) -> None:
    with app.app_context():
        with transaction() as tx:
            round_ = tx.get_one(Round, world.rounds["city"])
            round_.ends_on = ends_on
        for statement_id in world.statements["technical"][:rated]:
            rate(world, "ben", statement_id, Answer.PARTLY)
    html = sign_in(World.email("ben")).get("/").text
    assert ("due Dec 1 Send your ratings for review 1 of 33" in first(html)) is is_sending
    assert ("on with your job" in words(html).partition("Also for you")[2]) is is_sending
