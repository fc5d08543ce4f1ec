"""The plan of a reviewer's week: what is due, how long it takes, and nothing of anybody's answers."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.world import World
from tests.profiles.standing_counts import words
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.queue.rules import DueWeek, due_week
from tracker.rules.pace import REVIEWER_SECONDS, minutes_for

SignIn = Callable[[str], Client]
TODAY = dt.date(2026, 11, 24)


def sections(sign_in: SignIn, name: str) -> dict[str, str]:
    """By heading, what the plan says under it."""
    page = sign_in(World.email(name)).get("/").text
    found = re.findall(r"<h2>(Reviews due [^<]*)</h2>(.*?)</section>\s*</section>", page, re.S)
    return {heading: words(rest) for heading, rest in found}


@pytest.mark.parametrize(
    ("days", "week"),
    [
        (-30, DueWeek.THIS),
        (0, DueWeek.THIS),
        (5, DueWeek.THIS),
        (6, DueWeek.NEXT),
        (12, DueWeek.NEXT),
        (13, DueWeek.LATER),
    ],
)
def test_a_week_ends_on_sunday(days: int, week: DueWeek) -> None:
    """From a Tuesday."""
    assert due_week(TODAY + dt.timedelta(days=days), TODAY) is week


def test_twelve_people_in_a_week(app: Flask, world: World, sign_in: SignIn) -> None:
    """Each with ten statements; one more is due later, another next week."""
    technical = world.statements["technical"]
    with app.app_context():
        for number in range(14):
            join(world, f"more{number}", "central")
            due_on = TODAY + dt.timedelta(days=2 if number < 12 else 7 if number == 12 else 20)
            items = dict.fromkeys(technical[:10], ItemStatus.WAITING)
            send(world, f"more{number}", "sue", items, due_on=due_on)
    found = sections(sign_in, "sue")
    assert minutes_for(120, REVIEWER_SECONDS) == 80
    assert found["Reviews due this week"].startswith(
        "120 statements to answer, about 1 h 20 min left"
    )
    assert found["Reviews due this week"].count("10 statements to answer") == 12
    assert found["Reviews due this week"].endswith("12 reviews due this week")
    assert found["Reviews due next week"].endswith("1 review due next week 1 review due later")
    sue = sign_in(World.email("sue"))
    for show, count in (("this-week", 12), ("next-week", 1), ("later", 1)):
        page = sue.get(f"/reviews?show={show}").text.partition("Reviews that wait for you")[2]
        assert page.partition("</tbody>")[0].count('<th scope="row">') == count


def test_where_nothing_is_due_nothing_stands_there(world: World, sign_in: SignIn) -> None:
    assert sections(sign_in, "sue") == {}
    assert "Reviews due" not in sign_in(World.email("sue")).get("/").text


def test_the_plan_tells_nothing_of_what_was_not_sent_or_of_the_learners_answers(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Two states that differ in what Ben has rated and not sent, and in what he answered."""
    one, two, three, *_rest = world.statements["technical"]
    with app.app_context():
        rate(world, "ben", one, Answer.PARTLY)
        send(world, "ben", "sue", {one: ItemStatus.WAITING}, due_on=TODAY)
    before = sections(sign_in, "sue")
    assert "Ben: 1 statement to answer" in before["Reviews due this week"]
    with app.app_context():
        rate(world, "ben", two, Answer.NOT_YET)
        rate(world, "ben", three, Answer.CONSISTENTLY)
    assert sections(sign_in, "sue") == before
    with app.app_context():
        send(world, "ben", "sue", {two: ItemStatus.WAITING}, due_on=TODAY)
    assert sections(sign_in, "sue") != before


def test_a_review_that_comes_back_leaves_the_plan(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """A question waits for the learner, who has it first on their own page."""
    one, *_rest = world.statements["technical"]
    with app.app_context():
        send(world, "ben", "sue", {one: ItemStatus.RETURNED}, due_on=TODAY)
    assert "Reviews due" not in sign_in(World.email("sue")).get("/").text
