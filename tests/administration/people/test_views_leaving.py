"""Somebody leaves: what is open with them is said first, and goes on as one."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.answers import ReviewerAnswer
from tests.factories.people import join
from tests.factories.sending import NO, PART, YES, answer, item_ids, review, send
from tests.factories.world import World
from tests.reading import words
from tracker.db import session, transaction
from tracker.models import Handover, Membership, Person, Review
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


def disabled(world: World, name: str) -> bool:
    session().rollback()
    return session().get_one(Person, world.people[name]).disabled_at is not None


@pytest.mark.in_ci
def test_all_goes_on_or_nothing_and_the_administrator_sees_no_answer(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        several = [send(world, YES, NO), send(world, PART, YES, learner="ben")]
        single = send(world, YES, skip=2)
        answer(world, item_ids(several[0])[0], ReviewerAnswer.NOT_YET, note="CANARY")
    adam = sign_in(world.email("adam"))
    of_sue = f"/admin/people/{world.people['sue']}"
    assert "/disable" in adam.get(f"/admin/people/{world.people['carl']}").text
    assert f"{of_sue}/leaving" in adam.get(of_sue).text
    page = words(adam.get(f"{of_sue}/leaving").text)
    assert "Ana, Ben Nobody can review for them then" in page
    assert "2 reviews to reassign" in page
    assert "Nobody may review all of these people" in page
    assert "1 review that stays" in page
    assert "CANARY" not in page
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        join(world, "adam", "central", Role.SUPERVISOR)
        join(world, "olga", "harbour", Role.SUPERVISOR)
    offered = adam.get(f"{of_sue}/leaving").text
    assert f'value="{world.people["hugo"]}"' in offered
    assert f'value="{world.people["adam"]}"' not in offered, "they would read ratings by it"
    hugo = {
        f"reviewer_{world.teams['central']}": str(world.people["hugo"]),
        "note": "",
        "act": "disable",
    }
    without_why = adam.post(f"{of_sue}/leaving", hugo)
    assert without_why.status_code == 422
    assert "checked" in without_why.text
    for other in ("olga", "adam"):
        no_reviewer = {
            **hugo,
            f"reviewer_{world.teams['central']}": str(world.people[other]),
            "note": "She left",
        }
        assert adam.post(f"{of_sue}/leaving", no_reviewer).status_code == 422
    with app.app_context():
        assert not disabled(world, "sue")
        assert not session().scalars(select(Handover)).all()
    done = adam.post(f"{of_sue}/leaving", {**hugo, "note": "She left"}, follow_redirects=True)
    assert "2 reviews go on with somebody else." in words(done.text)
    with app.app_context():
        assert disabled(world, "sue")
        assert [review(each).status for each in (*several, single)] == ["closed", "closed", "sent"]
        theirs = select(Review.id).where(Review.reviewer_id == world.people["hugo"])
        went_on = session().scalars(theirs).all()
        assert len(went_on) == 2
    assert "She left" in sign_in(world.email("ana")).get(f"/reviews/{went_on[0]}").text


def test_reviews_can_go_on_without_disabling(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        send(world, YES, NO)
    adam = sign_in(world.email("adam"))
    page = f"/admin/people/{world.people['sue']}/leaving"
    form = {
        f"reviewer_{world.teams['central']}": str(world.people["hugo"]),
        "note": "She moves",
        "act": "reassign",
    }
    nobody = adam.post(page, {**form, f"reviewer_{world.teams['central']}": ""})
    assert nobody.status_code == 422
    assert "Choose who reviews them instead." in nobody.text
    done = adam.post(page, form, follow_redirects=True)
    assert "1 review goes on with somebody else." in words(done.text)
    assert "reviews to reassign" not in done.text
    with app.app_context():
        assert not disabled(world, "sue")


@pytest.mark.in_ci
def test_the_administrator_is_told_of_a_supervisor_who_leaves(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    def told() -> str:
        return words(adam.get("/").text)

    def ends(on: dt.date) -> None:
        with app.app_context(), transaction() as tx:
            tx.scalars(
                select(Membership).where(
                    Membership.person_id == world.people["sue"], Membership.role == Role.SUPERVISOR
                )
            ).one().ends_on = on

    today = world.now.date()
    adam = sign_in(world.email("adam"))
    with app.app_context():
        send(world, YES, NO)
    assert "last day as a supervisor" not in told()
    ends(today + dt.timedelta(days=31))
    assert "last day as a supervisor" not in told(), "it is far away"
    ends(today + dt.timedelta(days=6))
    assert "Sue’s last day as a supervisor is Nov 30" in told()
    assert "Choose who takes over: 1 review and 2 learners." in told()
    assert f"/admin/people/{world.people['sue']}/leaving" in adam.get("/").text
    ends(today - dt.timedelta(days=1))
    assert "Sue’s last day as a supervisor was Nov 23" in told()
    with app.app_context():
        join(world, "hugo", "city", Role.SUPERVISOR)
    assert "Choose who takes over: 1 review." in told(), "who is above reviews for the learners"
    ends(today + dt.timedelta(days=6))
    assert "1 review and 2 learners" in told(), "before the end it is asked who shall"
    with app.app_context():
        join(world, "carl", "central", Role.SUPERVISOR, starts_on=today + dt.timedelta(days=7))
    assert "Choose who takes over: 1 review." in told(), "somebody follows the day after"


@pytest.mark.in_ci
def test_each_team_can_have_another_successor(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        join(world, "sue", "harbour", Role.SUPERVISOR)
        join(world, "cleo", "central", Role.SUPERVISOR)
        reviews = {"cleo": send(world, YES, NO), "hugo": send(world, YES, PART, learner="lea")}
    adam = sign_in(world.email("adam"))
    page = f"/admin/people/{world.people['sue']}/leaving"
    said = words(adam.get(page).text)
    assert "Who reviews them in Central?" in said
    assert "Who reviews them in Harbour?" in said
    form = {"note": "She left", "act": "disable"}
    crossed = {
        f"reviewer_{world.teams['central']}": str(world.people["hugo"]),
        f"reviewer_{world.teams['harbour']}": str(world.people["hugo"]),
    }
    assert adam.post(page, form | crossed).status_code == 422, "he reviews nobody in Central"
    each = crossed | {f"reviewer_{world.teams['central']}": str(world.people["cleo"])}
    done = adam.post(page, form | each, follow_redirects=True)
    assert "2 reviews go on with somebody else." in words(done.text)
    with app.app_context():
        assert [review(each).status for each in reviews.values()] == ["closed", "closed"]
        for name in reviews:
            mine = select(Review.id).where(Review.reviewer_id == world.people[name])
            assert len(session().scalars(mine).all()) == 1
