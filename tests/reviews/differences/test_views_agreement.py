"""What others can tell of how two people came to agree: nothing, on any of sixty days, from any page
or file.

Two lives of one library end with the same reviewed ratings on the same days. In the first everybody
answered as they were reviewed; in the second they answered otherwise, and came to agree while their
review was open. What a coordinator gets is the same to the byte, so naming the final reviewed rating
is the best that they can do. (That nothing differed can be told where a review ends at its reveal:
here each has one difference more, in both lives.)
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextvars import Context

import pytest
import time_machine
from flask import Flask
from sqlalchemy import true, update

from tests.client import links
from tests.conftest import NOW
from tests.copies import empty
from tests.engines import LONG
from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.people import join
from tests.factories.sides import actor, answer_all, item_ids, send
from tests.factories.world import World, make_world
from tests.reviews.test_views_blindness import Fetched, fetch
from tests.web.worlds import QuickClient, different
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import db, session, transaction
from tracker.models import Library, ReviewItem
from tracker.record.sheet import queries as sheet_queries
from tracker.record.standings import actions as standings_actions
from tracker.record.visible import queries_rows as visible_queries_rows
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions

pytestmark = pytest.mark.usefixtures("same_salts")

DAYS = 60
LEARNERS = ("ana", "ben", "zoe0", "zoe1", "zoe2", "zoe3")
FINAL = (ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET)
"""What each is reviewed as, in both lives."""
FIRST = (
    (Answer.CONSISTENTLY, Answer.PARTLY, Answer.NOT_YET),
    (Answer.NOT_YET, Answer.NOT_SURE, Answer.CONSISTENTLY),
)
"""What they said before, in each life."""
CRAWLED = range(DAYS) if LONG else (4, 9, 25)
"""On these days every page is fetched that a link leads to, on all others those of the first."""
PAGES = re.compile(r"/(\?|$)|/teams|/people/|/reviews|/search|/notices")


def lived(life: int) -> Iterator[World]:
    """Day by day."""
    world = make_world(NOW)
    for name in LEARNERS[2:]:
        join(world, name, "central")
    open_items: dict[str, list[int]] = {}
    sue, said = ReviewerAnswer.NOT_YET, [*FIRST[life], Answer.CONSISTENTLY]
    for day in range(DAYS):
        world.now = NOW + dt.timedelta(days=day)
        standings_actions.count_stale(world.now)
        for number, name in enumerate(LEARNERS):
            at = day - 3 * number
            if at == 0:
                review_id = send(world, *said, learner=name)
                open_items[name] = item_ids(review_id)
            elif at == 2:
                review_id = of_item(open_items[name][0])
                answer_all(world, review_id, *FINAL, sue)
                review_actions.reveal(actor(world, "sue"), review_id, world.now)
            elif at in (3, 4, 5) and life:
                agree(world, name, open_items[name][at - 3], FINAL[at - 3])
            elif at == 6 and number == 1:
                except_(world, name, open_items[name][3])
            elif at == 8 and number % 2:
                agree(world, name, open_items[name][3], sue)
        differences_actions.end_late(world.now)
        rounds_actions.keep_all_due(world.now)
        yield world


def of_item(item_id: int) -> int:
    session().rollback()
    return session().get_one(ReviewItem, item_id).review_id


def agree(world: World, name: str, item_id: int, said: ReviewerAnswer) -> None:
    for one in ("sue", name):
        sides.confirm(
            actor(world, one), item_id, EndorsedAnswer(said.value), "We talked.", world.now
        )


def except_(world: World, name: str, item_id: int) -> None:
    proposed = endorsements_actions.propose_exception(
        actor(world, "sue"), item_id, "Done elsewhere.", world.now
    )
    endorsements_actions.confirm_exception(actor(world, name), item_id, proposed, world.now)


def seen(app: Flask, world: World, like: set[str] | None) -> dict[str, Fetched]:
    """By a coordinator who sees names, and which statements count as met."""

    def run() -> dict[str, Fetched]:
        client = QuickClient(app)
        client.enter(world.email("cora"))
        waiting, found = ["/"] if like is None else sorted(like), dict[str, Fetched]()
        while waiting:
            path = waiting.pop()
            if path not in found and PAGES.match(path):
                found[path] = fetch(client, path)
                waiting += links(found[path][2], path, pairs=False) if like is None else []
        return found

    session().rollback()
    with time_machine.travel(world.now + dt.timedelta(hours=8), tick=False):
        return Context().run(run)


def told_apart(app: Flask, days: int) -> dict[int, set[str]]:
    """By day, the pages that are not the same in both lives."""
    first: dict[int, dict[str, Fetched]] = {}
    other: dict[int, set[str]] = {}
    for life in (0, 1):
        with app.app_context():
            db.session.remove()
            empty(db.engine)
            for day, world in zip(range(days), lived(life), strict=False):
                few = {*FEW} | {f"/people/{world.people['ana']}/profile"}
                of_day = first.get(day)
                like = few if day not in CRAWLED else of_day and {*of_day}
                pages = seen(app, world, like)
                assert "ifferences open" not in "".join(
                    body for _status, _to, body in pages.values()
                )
                if of_day is None:
                    first[day] = pages
                elif unlike := {path for path in pages if pages[path] != of_day[path]}:
                    other[day] = unlike
    assert len({body for day in first.values() for _status, _to, body in day.values()}) > days
    return other


FEW = (
    "/teams",
    *(
        f"/teams/{team}{page}"
        for team in (1, 2)
        for page in ("", "/gaps", "/gaps/people.csv", "/gaps/domains/communication", "/round")
    ),
)


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_a_coordinator_cannot_tell_who_said_the_same_at_once(app: Flask) -> None:
    assert told_apart(app, DAYS) == {}


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize("names", [True, False])
def test_neither_a_reveal_nor_what_is_settled_changes_a_page_of_others_before_the_end(
    app: Flask, app_context: None, *, names: bool
) -> None:
    world = make_world(NOW)
    with transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=names))
    review_id = send(world, *FIRST[0], Answer.CONSISTENTLY)
    *_equal, first, last = item_ids(review_id)
    answer_all(world, review_id, *FINAL[:2], FINAL[0], FINAL[2])

    def pages(like: set[str] | None) -> dict[str, Fetched]:
        standings_actions.count_stale(world.now)
        return seen(app, world, like)

    before = pages(None)
    assert {"/handover", "/open-work"} <= {f"/{path.rpartition('/')[2]}" for path in before}
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    assert different(pages({*before}), before) == set()
    except_(world, "ana", last)
    agree(world, "ana", first, FINAL[2])
    assert different(pages({*before}), before) == set()
    sides.keep_apart(actor(world, "ana"), last, world.now)
    assert different(pages({*before}), before) != set()


@pytest.mark.reads_at_length
def test_what_others_are_told_before_a_review_ends_is_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, whole = visible_queries_rows.reviewed_in_open, sheet_queries.rows_of_people.__wrapped__
    monkeypatch.setattr(visible_queries_rows, "reviewed_in_open", lambda _of_two: made(true()))
    monkeypatch.setattr(
        sheet_queries,
        "rows_of_people",
        lambda *of, is_past, revealed, reads_open: whole(
            *of, is_past=is_past, revealed=revealed, reads_open=not is_past
        ),
    )
    assert told_apart(app, 4) != {}
