"""Reviews are not held up: whoever a record is not open to yet sees and answers what is theirs to
review whole, reveals it, and sees what came of it."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.answers import ReviewerAnswer
from tests.factories.people import closed_to, join
from tests.factories.sides import NO, PART, YES, actor, answer_all, back_up, hand_on, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.review.versions import version
from tests.reviews.test_views_blindness import fetched
from tracker.db import session, transaction
from tracker.models import Endorsement, RecordOpening
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


@pytest.fixture
def hugo_came(app: Flask, world: World) -> None:
    """To supervise Ana, of whom two statements have been reviewed."""
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        review_id = send(world, YES, YES, skip=3)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        closed_to(world, "hugo", "ana")


def sent(world: World) -> int:
    return send(world, YES, NO, reviewer="hugo")


def handed_over(world: World) -> int:
    review_id = send(world, YES, NO)
    return hand_on(world, review_id, "hugo", note="On leave")


def taken_as_backup(world: World) -> int:
    review_id = send(world, YES, NO)
    back_up(world, "sue", "hugo")
    return hand_on(world, review_id, "hugo", by="hugo", note="Sue is away")


def sent_to_second_reader(world: World) -> int:
    standing = session().scalars(select(Endorsement.id).order_by(Endorsement.id)).first()
    assert standing is not None
    return review_actions.send_to_second_reader(
        actor(world, "ana"), standing, world.people["hugo"], world.teams["central"], world.now
    )


WAYS = [sent, handed_over, taken_as_backup, sent_to_second_reader]


@pytest.mark.usefixtures("hugo_came")
@pytest.mark.parametrize("way", WAYS)
def test_a_review_is_whole_and_goes_all_the_way(
    app: Flask, world: World, sign_in: SignIn, way: Callable[[World], int]
) -> None:
    with app.app_context():
        review_id = way(world)
        ids = item_ids(review_id)
    hugo = sign_in(world.email("hugo"))
    assert hugo.get(f"/people/{world.people['ana']}/profile").status_code == 403
    assert "Ana" in words(hugo.get("/reviews").text)
    for item_id in ids:
        page = hugo.get(f"/review-items/{item_id}").text
        assert "Ana — Communication" in words(page)
        said = {"answer": "consistently", "ground": "saw_it", "version": version(page)}
        assert hugo.post(f"/review-items/{item_id}/answer", said).status_code == 303
    page = hugo.get(f"/reviews/{review_id}/check").text
    done = hugo.post(f"/reviews/{review_id}/reveal", {"version": version(page)})
    end = "differences" if len(ids) == 2 else "result"
    assert done.headers["Location"] == f"/reviews/{review_id}/{end}"
    outcome = words(hugo.get(f"/reviews/{review_id}/differences").text)
    if len(ids) == 2:
        assert "1 difference to settle" in outcome
        agreed = {f"choice-{ids[1]}": "agree:partly", f"reason-{ids[1]}": "So", "act": "confirm"}
        hugo.post(f"/reviews/{review_id}/differences", agreed)
        outcome = words(hugo.get(f"/reviews/{review_id}/differences").text)
        assert "You confirmed Partly" in outcome
    assert "1 reviewed: 1 the same" in outcome
    assert hugo.get(f"/people/{world.people['ana']}/profile").status_code == 403


@pytest.mark.in_ci
@pytest.mark.usefixtures("hugo_came")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("far", ["sent", "answered", "revealed"])
def test_its_pages_are_those_of_a_reader_to_whom_the_record_is_open(
    app: Flask, world: World, sign_in: SignIn, way: Callable[[World], int], far: str
) -> None:
    with app.app_context():
        review_id = way(world)
        ids = item_ids(review_id)
        if far != "sent":
            said = (ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CANNOT_TELL)
            answer_all(world, review_id, *said[: len(ids)], by="hugo")
        if far == "revealed":
            review_actions.reveal(actor(world, "hugo"), review_id, world.now)
    hugo = sign_in(world.email("hugo"))
    paths = [
        "/reviews",
        f"/reviews/{review_id}",
        f"/reviews/{review_id}/screen/1",
        f"/reviews/{review_id}/check",
        f"/reviews/{review_id}/differences",
        f"/reviews/{review_id}/differences.pdf",
        f"/people/{world.people['hugo']}/open-work",
        *(f"/review-items/{item_id}" for item_id in ids),
    ]
    fetched(hugo, paths)
    while_closed = fetched(hugo, paths)
    with app.app_context(), transaction() as tx:
        tx.query(RecordOpening).update({"opens_at": world.now})
    assert hugo.get(f"/people/{world.people['ana']}/profile").status_code == 200
    assert fetched(hugo, paths) == while_closed


@pytest.mark.usefixtures("hugo_came")
def test_the_result_holds_nothing_that_others_reviewed_while_the_record_is_closed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Two of Communication were reviewed before Hugo came: neither they nor a level are told."""
    with app.app_context():
        review_id = sent_to_second_reader(world)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, by="hugo")
        review_actions.reveal(actor(world, "hugo"), review_id, world.now)
    hugo, url = sign_in(world.email("hugo")), f"/reviews/{review_id}/result"
    closed = words(hugo.get(url).text)
    assert "1 reviewed: 1 the same" in closed
    assert "What changed" not in closed
    with app.app_context(), transaction() as tx:
        tx.query(RecordOpening).update({"opens_at": world.now})
    assert "What changed" in words(hugo.get(url).text)


def test_an_earlier_review_does_not_say_what_became_of_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Hugo reviewed Ana, was gone, and comes back: that Sue rated it since waits with the rest."""
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        review_id = send(world, PART, reviewer="hugo")
        (item_id,) = answer_all(world, review_id, ReviewerAnswer.PARTLY, by="hugo")
        review_actions.reveal(actor(world, "hugo"), review_id, world.now)
        given = session().scalars(select(Endorsement.id)).one()
        later = world.now + dt.timedelta(minutes=1)
        closed_to(world, "hugo", "ana", at=later)
    hugo = sign_in(world.email("hugo"))
    for path in (f"/reviews/{review_id}/differences", f"/endorsements/{given}/revoke"):
        page = words(hugo.get(path).text)
        assert "replaced" not in page
        assert "count anymore" not in page
        assert "Revoke" not in page
    with app.app_context():
        with pytest.raises(Conflict, match="statement_hidden"):
            endorsements_actions.revoke(actor(world, "hugo"), given, "By mistake", later)
        with pytest.raises(Conflict, match="statement_hidden"):
            endorsements_actions.propose_exception(
                actor(world, "hugo"), item_id, "Done elsewhere", later
            )
