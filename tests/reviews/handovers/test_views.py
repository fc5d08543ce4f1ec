"""Open work, deputies and second readers through their pages."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import ReviewerAnswer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import NO, YES, actor, answer, answer_all, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tracker.db import session, transaction
from tracker.models import Deputy, Endorsement, Handover, Person, Review
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


def ticked(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'name="reviews" value="(\d+)" checked', page)]


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


def work_of(world: World, name: str = "sue") -> str:
    return f"/people/{world.people[name]}/open-work"


def to_hugo(world: World, *review_ids: int, note: str = "On leave") -> dict[str, object]:
    return {"reviews": list(review_ids), "reviewer": world.people["hugo"], "note": note}


@pytest.mark.usefixtures("hugo_too")
def test_a_supervisor_gives_one_to_somebody_else_and_both_are_told_why(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    review_id = sent(app, world, said=ReviewerAnswer.NOT_YET)
    with app.app_context():
        other, single = send(world, YES, NO, learner="ben"), send(world, YES, skip=2)
    sue, url = sign_in(world.email("sue")), work_of(world)
    assert f'href="{url}?review={review_id}"' in sue.get("/reviews").text
    page = sue.get(url).text
    assert ticked(page) == [review_id, other]
    assert ticked(sue.get(f"{url}?review={review_id}").text) == [review_id]
    assert f'name="reviews" value="{single}"' not in page
    assert "A review of one statement can’t be given to somebody else." in words(page)
    assert "Hugo (Central)" in words(page)
    refused = sue.post(url, to_hugo(world, other, note=""))
    assert refused.status_code == 422
    assert "Write something here first." in refused.text
    assert ticked(refused.text) == [other], "what was chosen is kept"
    nothing = sue.post(url, to_hugo(world))
    assert "Select a review, or enter a date." in words(nothing.text)
    done = sue.post(url, to_hugo(world, review_id), follow_redirects=True)
    assert "What isn’t revealed yet of 1 review goes to Hugo, who starts blank." in words(done.text)
    assert ticked(done.text) == [other]
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
@pytest.mark.parametrize("name", ["cora", "adam"])
def test_others_see_who_waits_and_nothing_of_the_answers(
    app: Flask, world: World, sign_in: SignIn, name: str
) -> None:
    review_id = sent(app, world)
    client = sign_in(world.email(name))
    paths = [work_of(world)]
    if name == "cora":
        paths.append(f"/teams/{world.teams['city']}/handover")
    before = [words(client.get(path).text) for path in paths]
    with app.app_context():
        for item_id in item_ids(review_id):
            answer(world, item_id, ReviewerAnswer.NOT_YET, note="CANARY")
    after = [words(client.get(path).text) for path in paths]
    assert before == after
    assert "Ana" in after[0]
    assert "CANARY" not in after[0]


@pytest.mark.in_ci
@pytest.mark.usefixtures("hugo_too")
@pytest.mark.parametrize("name", ["cora", "adam"])
def test_who_left_has_all_of_theirs_given_to_others(
    app: Flask, world: World, sign_in: SignIn, name: str
) -> None:
    with app.app_context():
        first, second = send(world, YES, NO), send(world, NO, YES, learner="ben")
    adam, client = sign_in(world.email("adam")), sign_in(world.email(name))
    of_sue, url = f"/admin/people/{world.people['sue']}", work_of(world)
    assert f'href="{url}"' in adam.get(of_sue).text
    assert adam.post(f"{of_sue}/disable").status_code == 303
    assert f'href="{url}"' in adam.get(of_sue).text
    page = client.get(url).text
    assert ticked(page) == [first, second]
    assert "until_on" not in page
    with app.app_context():
        review_actions.withdraw(actor(world, "ben"), second, world.now)
    refused = client.post(url, to_hugo(world, first, second))
    assert refused.status_code == 422
    assert "nothing was changed" in words(refused.text)
    done = client.post(url, to_hugo(world, first), follow_redirects=True)
    assert "What isn’t revealed yet of 1 review goes to Hugo" in words(done.text)
    assert "Nothing is left to give" in words(done.text)
    with app.app_context():
        assert session().scalars(select(Handover.from_review_id)).all() == [first]
    assert f'href="{url}"' not in adam.get(of_sue).text


def test_where_nobody_else_may_it_says_when_they_can(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    sent(app, world)
    with app.app_context():
        join(world, "hugo", "city", Role.SUPERVISOR)
    adam = sign_in(world.email("adam"))
    assert "Nobody else can review these people now." in words(adam.get(work_of(world)).text)
    adam.post(f"/admin/people/{world.people['sue']}/disable")
    assert "Hugo (Central has nobody else" in words(adam.get(work_of(world)).text)


@pytest.mark.in_ci
def test_a_coordinator_cannot_tell_what_was_revealed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """That a review whose answers differ is gone from the list would say so, and so would a
    refusal of it beside others."""
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        first, second = send(world, YES, NO), send(world, NO, YES, learner="ben")
    cora, url = sign_in(world.email("cora")), work_of(world)
    cora.get(url)
    before = words(cora.get(url).text)
    with app.app_context():
        answer_all(world, first, ReviewerAnswer.NOT_YET, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), first, world.now)
    assert words(cora.get(url).text) == before
    done = cora.post(url, to_hugo(world, first, second), follow_redirects=True)
    assert "What isn’t revealed yet of 2 reviews goes to Hugo" in words(done.text)
    alone = cora.post(url, to_hugo(world, first), follow_redirects=True)
    assert "What isn’t revealed yet of 1 review goes to Hugo" in words(alone.text)
    with app.app_context():
        assert session().scalars(select(Handover.from_review_id)).all() == [second]
    assert cora.post(url, to_hugo(world, second)).status_code == 422, "who comes second is told"
    assert ticked(sign_in(world.email("sue")).get(url).text) == []


def test_today_tells_the_coordinator_of_what_nobody_can_go_on_with(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    sent(app, world)
    cora = sign_in(world.email("cora"))
    assert "needs another reviewer" not in words(cora.get("/").text)
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


def test_with_a_date_a_backup_reviewer_takes_what_comes_in_until_they_are_ended(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    first = sent(app, world)
    sue, hugo, url = sign_in(world.email("sue")), sign_in(world.email("hugo")), work_of(world)
    assert hugo.get(url).status_code == 404
    assert "Your backup reviewers" not in words(sue.get(url).text)
    wrong = sue.post(url, {**to_hugo(world, first), "until_on": "2026-01-01"})
    assert "Enter a day from today on, within a year." in words(wrong.text)
    assert 'value="2026-01-01"' in wrong.text
    named = sue.post(
        url, {**to_hugo(world, first), "until_on": "2026-12-03"}, follow_redirects=True
    )
    assert "What isn’t revealed yet of 1 review goes to Hugo, who starts blank." in words(
        named.text
    )
    assert "Hugo is your backup reviewer until Dec 3." in words(named.text)

    with app.app_context():
        later = send(world, NO, YES, skip=4)
    assert f'href="{url}"' in hugo.get("/reviews").text
    page = hugo.get(url).text
    assert "Hugo (Central; backup reviewer for Sue until" in words(page)
    assert "selected" in page
    taken = hugo.post(url, to_hugo(world, later))
    assert (taken.status_code, taken.headers["Location"]) == (303, "/reviews")

    with app.app_context():
        deputy_id = session().scalars(select(Deputy.id)).one()
        given = session().scalars(select(Handover.review_id)).all()
    ended = sue.post(f"/backup-reviewers/{deputy_id}/end")
    assert (ended.status_code, ended.headers["Location"]) == (303, url)
    assert "Your backup reviewers" not in words(sue.get(url).text)
    assert [hugo.get(f"/reviews/{each}").status_code for each in given] == [404, 404]


def test_i_see_this_differently(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        review_id = send(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
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
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        endorsement_id = session().scalars(select(Endorsement.id)).one()
    page = sign_in(world.email("ana")).get(f"/endorsements/{endorsement_id}/second-reader").text
    assert "Nobody else can read it now" in words(page)


def test_somebody_outside_who_is_willing_may_be_asked_about_one_statement(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id = send(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
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
