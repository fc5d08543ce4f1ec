"""The page of a round for who may see no levels by name."""

import datetime as dt

from flask import Flask

from tests.client import Client
from tests.factories.frameworks import open_round
from tests.factories.world import World
from tests.reading import plain
from tests.teams.crowds import hide_names
from tests.teams.rounds.pages import (
    DAY,
    SignIn,
    _closed,
    a_bit_of_everything,
    by_supervisor,
    listed,
    remind,
    reminded,
    sent,
    stat,
    stats,
    url,
    wide,
)
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import transaction
from tracker.models import Person, Review
from tracker.record.workflow.rules import ReviewStatus


def everything_told(client: Client, world: World) -> list[object]:
    """All that the page and the file of a round say."""
    page, file = client.get(url(world)).text, client.get(url(world, rest=".csv")).text
    return [stats(page), stat(page, "Sent"), by_supervisor(page), wide(page), listed(page), file]


def test_without_levels_who_sent_is_told_by_name_and_nothing_else(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Sent, in review, with differences to settle, and finished are the same."""
    with app.app_context():
        hide_names(world)
        a_bit_of_everything(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["lea"]).ready_at = world.now
    page = sign_in(world.email("cora")).get(url(world)).text
    assert "levels by name" in plain(page)
    assert stats(page) == ["4", "1", "", ""]
    assert stat(page, "Sent") == "3"
    found = wide(page)
    assert found["Central"] == ["3", "", "0", "3"]
    assert found["Harbour"] == ["1", "", "1", "0"]
    supervisors = by_supervisor(page)
    assert supervisors == {"Supervisor, A to Z": ["Not sent"], "Hugo": ["1 not sent, Hugo"]}
    assert listed(page) == {
        "Ana": ["Central", "Sent", "Sue", "–"],
        "Ben": ["Central", "Sent", "Sue", "–"],
        "Lea": ["Harbour", "Not sent ready to talk", "Hugo", "Never"],
        "Sue": ["Central", "Sent", "Ana", "–"],
    }
    assert "At this point in" not in page


def test_without_levels_nothing_says_that_a_review_ended(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Before the reveal and after it, page and file are the same whether differences are open or
    none is. With levels the end is told, and the reveal isn't: the partner."""
    with app.app_context():
        hide_names(world)
        review_id = sent(world, "ben", ReviewStatus.IN_REVIEW, to="hugo")
    cora = sign_in(world.email("cora"))
    sealed = everything_told(cora, world)
    with app.app_context(), transaction() as tx:
        review = tx.get_one(Review, review_id)
        review.status, review.revealed_at = ReviewStatus.DIFFERENCES_OPEN, world.now - DAY
    open_ones = everything_told(cora, world)
    assert open_ones == sealed

    def settle(status: ReviewStatus) -> None:
        with app.app_context(), transaction() as tx:
            review = tx.get_one(Review, review_id)
            review.status = status
            review.closed_at = world.now if status is ReviewStatus.CLOSED else None

    settle(ReviewStatus.CLOSED)
    assert everything_told(cora, world) == open_ones
    with app.app_context():
        hide_names(world, hidden=False)
    finished = everything_told(cora, world)
    settle(ReviewStatus.DIFFERENCES_OPEN)
    assert everything_told(cora, world) != finished


def test_without_levels_people_are_searched_and_reminded_and_taken_as_a_file(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        hide_names(world)
        a_bit_of_everything(world)
    cora = sign_in(world.email("cora"))
    assert list(listed(cora.get(f"{url(world)}?q=be").text)) == ["Ben"]
    assert list(listed(cora.get(f"{url(world)}?show=sent").text)) == ["Ana", "Ben", "Sue"]
    for which in ("in-review", "overdue"):
        assert "it was left out" in cora.get(f"{url(world)}?show={which}").text
        assert cora.http.get(f"{url(world, rest='.csv')}?show={which}").status_code == 404
    lines = cora.get(url(world, rest=".csv")).text.removeprefix("\ufeff").splitlines()
    assert lines[0] == "Name,Team,State,Ready to talk,Supervisor,Away until,Last reminder"
    assert lines[1] == "Ana,Central,Sent,,Sue,,"
    remind(cora, world, "ben", "lea")
    with app.app_context():
        assert reminded(world) == ["lea"]


def test_without_levels_a_round_that_is_over_says_who_had_sent(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        hide_names(world)
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        ago = (world.now.date() - dt.date(2026, 5, 20)).days
        sent(world, "ben", days_ago=ago, round_name="Spring 2026")
        revealed = sent(world, "sue", days_ago=ago, to="hugo", round_name="Spring 2026")
        with transaction() as tx:
            review = tx.get_one(Review, revealed)
            review.status, review.revealed_at = ReviewStatus.DIFFERENCES_OPEN, review.sent_at + DAY
        done = sent(world, "ana", ReviewStatus.CLOSED, days_ago=ago, round_name="Spring 2026")
        _closed(world, done, 3)
        rounds_actions.keep_all_due(world.now)
    page = sign_in(world.email("cora")).get(f"{url(world)}?round={spring}").text
    assert stats(page)[1] == "1"
    assert by_supervisor(page) == {}
    assert [cells[1] for cells in listed(page).values()] == ["Sent", "Sent", "Not sent", "Sent"]
