"""The page Notices, what marks a notice as read, how people choose their mail, and the outbox of
the administrator."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import ReviewerAnswer
from tests.factories.notices import tell
from tests.factories.sides import NO, YES, actor, answer_all, item_ids, send
from tests.factories.world import World
from tracker.db import session
from tracker.models import Notice
from tracker.notifications.notices.pages import SENTENCES
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import MailChoice, NoticeKind


def unread(app: Flask, world: World, name: str) -> int:
    with app.app_context():
        mine = select(Notice.id).where(
            Notice.person_id == world.people[name], Notice.read_at.is_(None)
        )
        return len(session().scalars(mine).all())


def revealed(app: Flask, world: World) -> int:
    with app.app_context():
        review_id = send(world, YES, NO)
        answer_all(world, review_id, ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        return review_id


def test_every_kind_has_its_words() -> None:
    assert set(SENTENCES) == set(NoticeKind)


def test_without_any_it_says_what_will_stand_there(ana: Client) -> None:
    page = ana.get("/notices").text
    assert "No notices yet" in page
    assert "Mark all as read" not in page


def test_it_leads_to_where_one_acts_and_opening_that_marks_it(
    app: Flask, world: World, sue: Client
) -> None:
    with app.app_context():
        review_id = send(world, YES)
    page = sue.get("/notices").text
    assert f'<a href="/reviews/{review_id}">Ana sent you statements to review.</a>' in page
    assert "1 unread." in page
    assert unread(app, world, "sue") == 1, "looking at the list marks nothing"
    assert sue.get(f"/reviews/{review_id}", follow_redirects=True).status_code == 200
    assert unread(app, world, "sue") == 0
    assert "Nothing unread." in sue.get("/notices").text
    assert "Ana sent you" in sue.get("/notices").text


def test_both_sides_see_what_was_revealed(app: Flask, world: World, ana: Client) -> None:
    review_id = revealed(app, world)
    assert (
        f'<a href="/reviews/{review_id}/differences">Your review with Sue is revealed.'
        in ana.get("/notices").text
    )
    ana.get(f"/reviews/{review_id}/differences")
    assert unread(app, world, "ana") == 0


def test_opening_one_review_marks_nothing_of_another(app: Flask, world: World, sue: Client) -> None:
    with app.app_context():
        first, _second = send(world, YES), send(world, NO, learner="ben")
    sue.get(f"/reviews/{first}", follow_redirects=True)
    assert unread(app, world, "sue") == 1


def test_what_is_about_ones_own_profile_is_read_there(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        tell(world, "ana")
    assert (
        '<a href="/profile">Some of your reviewed ratings expire soon.</a>'
        in ana.get("/notices").text
    )
    ana.get("/profile")
    assert unread(app, world, "ana") == 0


def test_all_are_marked_up_to_the_newest_shown(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        tell(world, "ana", key="a")
        tell(world, "ana", key="b")
    newest = re.search(r'name="newest" value="(\d+)"', ana.get("/notices").text)
    assert newest is not None
    with app.app_context():
        tell(world, "ana", key="c")
    done = ana.post("/notices/read", {"newest": newest.group(1)}, follow_redirects=True).text
    assert "2 notices are marked as read." in done
    assert "1 unread." in done


@pytest.mark.parametrize("newest", ["", "x", "-1", "99999999999", "1; --", "²"])
def test_a_number_that_is_none_marks_nothing(
    app: Flask, world: World, ana: Client, newest: str
) -> None:
    with app.app_context():
        tell(world, "ana")
    assert (
        "nothing unread anymore"
        in ana.post("/notices/read", {"newest": newest}, follow_redirects=True).text
    )
    assert unread(app, world, "ana") == 1


def test_today_says_how_many_are_new(app: Flask, world: World, ana: Client) -> None:
    assert "new notice" not in ana.get("/").text
    with app.app_context():
        tell(world, "ana", key="a")
        tell(world, "ana", key="b")
    assert "2 new notices" in ana.get("/").text
    for path in ("/notices", "/evidence"):
        assert "new notice" not in ana.get(path).text, "only where it is asked for"


def test_names_are_words_on_the_page(app: Flask, world: World, sue: Client, ana: Client) -> None:
    ana.post("/account/name", {"name": "<svg onload=alert(1)> %(name)s {{7*7}}"})
    with app.app_context():
        send(world, YES)
    page = sue.get("/notices").text
    assert "&lt;svg onload=alert(1)&gt; %(name)s {{7*7}} sent you" in page


def test_a_long_list_has_pages_and_costs_no_more(
    app: Flask, world: World, ana: Client, sue: Client, count_sql: Queries
) -> None:
    def cost(path: str) -> int:
        ana.get(path)
        count_sql.clear()
        ana.get(path)
        return len(count_sql)

    with app.app_context():
        tell(world, "ana", key="first")
    few = [cost("/notices"), cost("/")]
    with app.app_context():
        for at in range(120):
            tell(world, "ana", world.now + dt.timedelta(minutes=at), key=str(at))
    assert [cost("/notices"), cost("/")] == few
    assert few[0] <= 6
    assert "Page 1 of 3" in ana.get("/notices").text
    last = ana.get("/notices?page=3").text
    assert last.count("Some of your reviewed ratings") == 21
    assert ana.get("/notices?page=999").text.count("Some of your reviewed ratings") == 21


def test_opening_again_writes_nothing(
    app: Flask, world: World, sue: Client, count_sql: Queries
) -> None:
    with app.app_context():
        review_id = send(world, YES)
        (item_id,) = item_ids(review_id)
    sue.get(f"/review-items/{item_id}")
    count_sql.clear()
    sue.get(f"/review-items/{item_id}")
    assert [each for each in count_sql if not each.startswith("SELECT")] == []


@pytest.mark.parametrize("choice", list(MailChoice))
def test_everybody_chooses_their_mail(
    app: Flask, world: World, ana: Client, choice: MailChoice
) -> None:
    assert re.search(
        r'<input checked class="form-check-input"[^>]*value="daily"', ana.get("/account").text
    )
    done = ana.post("/account/notices", {"mail": choice.value}, follow_redirects=True).text
    assert "Notices by mail: " in done
    assert re.search(rf'<input checked class="form-check-input"[^>]*value="{choice.value}"', done)


@pytest.mark.parametrize("typed", [{}, {"mail": "weekly"}, {"mail": ""}])
def test_another_choice_changes_nothing(
    app: Flask, world: World, ana: Client, typed: dict[str, str]
) -> None:
    response = ana.post("/account/notices", typed)
    assert response.status_code == 422
    assert 'href="#mail-0"' in response.text
    assert 'value="Ana"' in response.text
    assert re.search(
        r'<input checked class="form-check-input"[^>]*value="daily"', ana.get("/account").text
    )


def test_what_was_done_since_is_marked(app: Flask, world: World, sue: Client, ana: Client) -> None:
    with app.app_context():
        review_id = send(world, YES, NO)
    assert ">done<" not in sue.get("/notices").text
    with app.app_context():
        answer_all(world, review_id, *2 * [ReviewerAnswer.CONSISTENTLY])
        assert ">done<" not in sue.get("/notices").text
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    done = sue.get("/notices").text
    assert ">done<" in done
    assert ">new<" not in done
    assert "1 unread." in done, "what is done wasn't read yet"
    assert ">done<" not in ana.get("/notices").text  # one difference is open
