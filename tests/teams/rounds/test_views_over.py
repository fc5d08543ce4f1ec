"""A round that is over, shown as it was, and the round before."""

import datetime as dt

import time_machine
from flask import Flask

from tests.factories.frameworks import open_round
from tests.factories.people import join
from tests.factories.world import World
from tests.reading import plain
from tests.teams.rounds.pages import DAY, SignIn, _closed, _drop, listed, sent, stats, url
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import transaction
from tracker.models import Round
from tracker.record.workflow.rules import ReviewStatus


def test_a_round_that_is_over_is_shown_as_it_was(app: Flask, world: World, sign_in: SignIn) -> None:
    """What is sent, finished or dropped later, and who moves, changes nothing of it."""
    with app.app_context():
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        ago = (world.now.date() - dt.date(2026, 5, 20)).days
        late = sent(world, "ben", days_ago=ago, round_name="Spring 2026")
        _closed(
            world,
            sent(world, "ana", ReviewStatus.CLOSED, days_ago=ago, round_name="Spring 2026"),
            3,
        )
        sent(world, "lea", ReviewStatus.CLOSED, to="hugo", days_ago=10, round_name="Spring 2026")
        rounds_actions.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    page = cora.get(f"{url(world)}?round={spring}").text
    assert stats(page) == ["4", "2", "1", "1"]
    assert "This is the round as it was at the end of May 31, 2026." in plain(page)
    assert "reconstructed" not in page
    assert "Remind" not in plain(page.partition("</header>")[2])
    with app.app_context():
        _drop(world, late)
        join(world, "new", "harbour")
        with transaction() as tx:
            tx.get_one(Round, spring).name = "Last spring"
    after = cora.get(f"{url(world)}?round={spring}").text
    assert stats(after) == ["4", "2", "1", "1"]
    assert listed(after) == listed(page)


def test_a_reconstructed_round_says_so(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        with transaction() as tx:
            tx.get_one(Round, spring).ended_unseen = True
    cora = sign_in(world.email("cora"))
    assert "until then people and teams are those of today" in plain(
        cora.get(f"{url(world)}?round={spring}").text
    )
    with app.app_context():
        rounds_actions.keep_all_due(world.now)
    page = plain(cora.get(f"{url(world)}?round={spring}").text)
    assert "People, teams, and counts were reconstructed from what was on record later." in page
    assert "saved then" not in page
    assert "Spring 2026 was reconstructed" in plain(cora.get(url(world)).text)


def test_the_round_before_as_many_days_before_its_end(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """17 days before May 31 is May 14: what was finished on the 13th counts, and on the 15th not."""
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        for name, day in (("ana", 13), ("ben", 15)):
            ago = (world.now.date() - dt.date(2026, 5, day)).days
            review_id = sent(
                world, name, ReviewStatus.CLOSED, days_ago=ago + 5, round_name="Spring 2026"
            )
            _closed(world, review_id, 5)
        rounds_actions.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    assert "At this point in Spring 2026: 1 of 4" in plain(cora.get(url(world)).text)
    with time_machine.travel(world.now + 2 * DAY, tick=False):
        later = sign_in(world.email("cora")).get(url(world)).text
    assert "At this point in Spring 2026: 2 of 4" in plain(later)
