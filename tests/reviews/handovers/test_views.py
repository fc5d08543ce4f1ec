"""Handing on, deputies and second readers through their pages."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.answers import ReviewerAnswer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sending import NO, YES, actor, answer, answer_all, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tracker.db import session, transaction
from tracker.models import Deputy, Endorsement, Handover, Person, Review
from tracker.reviews.review import actions as reviews
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


@pytest.fixture
def hugo_too(app: Flask, world: World) -> None:
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)


def sent(app: Flask, world: World, *, said: ReviewerAnswer | None = None) -> int:
    with app.app_context():
        review_id = send(world, YES, NO)
        if said is not None:
            answer(world, item_ids(review_id)[0], said, note="CANARY")
        return review_id


@pytest.mark.usefixtures("hugo_too")
def test_a_supervisor_hands_on_and_both_are_told_why(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    review_id = sent(app, world, said=ReviewerAnswer.NOT_YET)
    sue = sign_in(world.email("sue"))
    assert f"/reviews/{review_id}/hand-on" in sue.get("/reviews").text
    page = sue.get(f"/reviews/{review_id}/hand-on").text
    assert "2 statements go to somebody else" in words(page)
    assert "Hugo (Central)" in words(page)
    refused = sue.post(
        f"/reviews/{review_id}/hand-on", {"reviewer": str(world.people["hugo"]), "note": ""}
    )
    assert refused.status_code == 422
    assert "Say in one line why you reassign it." in refused.text
    assert "checked" in refused.text
    to = str(world.people["hugo"])
    assert (
        sue.post(f"/reviews/{review_id}/hand-on", {"reviewer": to, "note": "On leave"}).status_code
        == 303
    )
    with app.app_context():
        second = session().scalars(select(Handover.review_id)).one()
    for path in (f"/reviews/{review_id}", f"/reviews/{second}"):
        told = sign_in(world.email("ana")).get(path).text
        assert "On leave" in told
        assert "CANARY" not in told
    theirs = sign_in(world.email("hugo")).get(f"/reviews/{second}", follow_redirects=True).text
    assert "CANARY" not in theirs
    assert "0 of 2" in words(theirs)


@pytest.mark.usefixtures("hugo_too")
def test_the_coordinators_list_says_who_is_stuck_and_nothing_of_the_answers(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    review_id = sent(app, world)
    cora = sign_in(world.email("cora"))
    before = cora.get(f"/teams/{world.teams['city']}/handover").text
    with app.app_context():
        for item_id in item_ids(review_id):
            answer(world, item_id, ReviewerAnswer.NOT_YET, note="CANARY")
    after = cora.get(f"/teams/{world.teams['city']}/handover").text
    assert words(before) == words(after)
    assert "In time" in words(after)
    assert f"/reviews/{review_id}/hand-on" in after
    assert "CANARY" not in cora.get(f"/reviews/{review_id}/hand-on").text


@pytest.mark.usefixtures("hugo_too")
def test_what_is_ticked_goes_on_as_one_or_not_at_all(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        first, second = send(world, YES, NO), send(world, NO, YES, learner="ben")
    cora = sign_in(world.email("cora"))
    several = f"/teams/{world.teams['city']}/handover/several"
    asked = cora.get(several, follow_redirects=True).text
    assert "Tick the reviews to reassign first." in asked
    assert f'name="reviews" value="{first}"' in asked
    page = cora.get(f"{several}?reviews={first}&reviews={second}&reviews=99999&reviews=x").text
    assert "Reassign 2 reviews" in page
    form = {
        "reviews": [str(first), str(second)],
        "reviewer": str(world.people["hugo"]),
        "note": "Sue left",
    }
    with app.app_context():
        reviews.withdraw(actor(world, "ben"), second, world.now)
    refused = cora.post(several, form)
    assert refused.status_code == 422
    assert "somebody moved it on" in words(refused.text)
    with app.app_context():
        assert not session().scalars(select(Handover)).all()
        third = send(world, NO, YES, learner="ben", skip=2)
    form["reviews"] = [str(first), str(third)]
    done = cora.post(several, form, follow_redirects=True)
    assert "2 reviews are reassigned to Hugo, who starts blank." in words(done.text)
    with app.app_context():
        went_on = set(session().scalars(select(Handover.from_review_id)))
    assert went_on == {first, third}


def test_today_tells_the_coordinator_of_what_nobody_can_go_on_with(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    sent(app, world)
    cora = sign_in(world.email("cora"))
    assert "Nobody can go on" not in words(cora.get("/").text)
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["sue"]).disabled_at = world.now
    assert "1 review needs another reviewer" in words(cora.get("/").text)
    assert "These need another reviewer" in words(
        cora.get(f"/teams/{world.teams['city']}/handover").text
    )


def test_the_coordinators_list_asks_a_fixed_number_of_statements(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        send(world, YES)
    cora.get(f"/teams/{world.teams['city']}/handover")
    count_sql.clear()
    cora.get(f"/teams/{world.teams['city']}/handover")
    one = len(count_sql)
    with app.app_context():
        for skip in range(1, 5):
            send(world, YES, learner="ben", skip=skip)
            send(world, YES, skip=skip)
    count_sql.clear()
    cora.get(f"/teams/{world.teams['city']}/handover")
    assert len(count_sql) == one


def test_a_deputy_is_named_takes_over_and_is_ended(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    review_id = sent(app, world)
    sue, hugo = sign_in(world.email("sue")), sign_in(world.email("hugo"))
    assert "You have no backup reviewer now." in words(sue.get("/deputies").text)
    days = {
        "starts_on": NOW.date().isoformat(),
        "ends_on": (NOW.date() + dt.timedelta(days=9)).isoformat(),
    }
    wrong = sue.post(
        "/deputies", {"deputy": str(world.people["hugo"]), **days, "ends_on": "2026-01-01"}
    )
    assert wrong.status_code == 422
    assert 'value="2026-01-01"' in wrong.text
    named = sue.post("/deputies", {"deputy": str(world.people["hugo"]), **days})
    assert (named.status_code, named.headers["Location"]) == (303, "/deputies")
    assert "Hugo is your backup reviewer" in words(sue.get("/deputies").text)

    queue = hugo.get("/reviews").text
    assert "For Sue until" in words(queue)
    page = hugo.get(f"/reviews/{review_id}/hand-on").text
    assert "Hugo (Central; backup reviewer for Sue until" in words(page)
    taken = hugo.post(
        f"/reviews/{review_id}/hand-on",
        {"reviewer": str(world.people["hugo"]), "note": "Sue is away"},
    )
    assert taken.status_code == 303
    assert hugo.get(taken.headers["Location"], follow_redirects=True).status_code == 200

    with app.app_context():
        deputy_id = session().scalars(select(Deputy.id)).one()
        second = session().scalars(select(Handover.review_id)).one()
    ended = sue.post(f"/deputies/{deputy_id}/end")
    assert (ended.status_code, ended.headers["Location"]) == (303, "/deputies")
    assert "You have no backup reviewer now." in words(sue.get("/deputies").text)
    gone = hugo.get(f"/reviews/{second}")
    assert (gone.status_code, gone.headers.get("Location")) == (404, None)


def test_i_see_this_differently(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        review_id = send(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        endorsement_id = session().scalars(select(Endorsement.id)).one()
    ana = sign_in(world.email("ana"))
    link = f"/endorsements/{endorsement_id}/second-reader"
    assert link in ana.get(f"/statements/{world.statements['communication'][0]}").text
    page = words(ana.get(link).text)
    assert "Hugo (Central)" in page
    assert "Sue (Central)" not in page
    assert ana.post(link, {}).status_code == 422
    forged = ana.post(link, {"reviewer": f"{world.people['sue']}-{world.teams['central']}"})
    assert forged.status_code == 422
    gone = ana.post(link, {"reviewer": f"{world.people['hugo']}-{world.teams['central']}"})
    assert gone.status_code == 303
    with app.app_context():
        second = session().scalars(select(Review.id).order_by(Review.id.desc())).first()
    statement = f"statements/{world.statements['communication'][0]}"
    own = ana.get(f"/{statement}").text
    assert link not in own
    assert f'href="/reviews/{second}">Sent to Hugo on Nov 24<' in own
    assert ana.get(link).headers["Location"] == f"/reviews/{second}"
    sues = sign_in(world.email("sue")).get(f"/people/{world.people['ana']}/{statement}").text
    assert "Sent to Hugo" not in sues
    read = sign_in(world.email("hugo")).get(f"/reviews/{second}", follow_redirects=True).text
    assert "second" not in words(read).lower()
    assert "Sue" not in words(read)


def test_nobody_else_to_read_it(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        review_id = send(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        endorsement_id = session().scalars(select(Endorsement.id)).one()
    page = sign_in(world.email("ana")).get(f"/endorsements/{endorsement_id}/second-reader").text
    assert "Nobody else can read it now" in words(page)


def test_somebody_outside_who_is_willing_may_be_asked_about_one_statement(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id = send(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        endorsement_id = session().scalars(select(Endorsement.id)).one()
        rate(world, "ana", world.statements["communication"][2], YES)
        rate(world, "ana", world.statements["communication"][3], YES)
    ana, hugo = sign_in(world.email("ana")), sign_in(world.email("hugo"))
    link = f"/endorsements/{endorsement_id}/second-reader"
    assert "Nobody else can read it now" in words(ana.get(link).text), "off until they want it"
    assert "outside your team" not in words(ana.get("/reviews/new").text)
    done = hugo.post("/account/second-opinions", {"gives_second_opinions": "y"})
    assert done.headers["Location"] == "/account#second-opinions"
    assert re.search(
        r'<input[^>]*checked[^>]*id="gives_second_opinions"', hugo.get("/account").text
    )
    assert "second-opinions" not in sign_in(world.email("ben")).get("/account").text
    page = words(ana.get(link).text)
    assert "Hugo (supervises Harbour): couldn’t see this rating so far" in page

    hugos = f"{world.people['hugo']}-{world.teams['central']}"
    page = ana.get("/reviews/new").text
    assert "Ask somebody outside your team about one statement" in words(page)
    third, fourth = world.statements["communication"][2:4]
    two = ana.post("/reviews", {"reviewer": hugos, "statements": [str(third), str(fourth)]})
    assert two.status_code == 422
    assert ana.post(link, {"reviewer": hugos}).status_code == 303
    with app.app_context():
        second = session().scalars(select(Review.id).order_by(Review.id.desc())).first()
    read = words(hugo.get(f"/reviews/{second}", follow_redirects=True).text)
    assert "Does Ana do this?" in read
    assert "second" not in read.lower()
    assert "Sue" not in read
    assert hugo.get(f"/people/{world.people['ana']}/profile").status_code == 404

    hugo.post("/account/second-opinions", {})
    assert hugo.get(f"/reviews/{second}").status_code == 404
    assert "can’t review you anymore" in words(ana.get(f"/reviews/{second}").text)
