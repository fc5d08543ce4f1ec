"""A rating that was cleared: on every page it is a statement that was never rated, but in its own
history."""

import re

import pytest
from flask import Flask

from tests import pdf
from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.sides import actor, send
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions

DOMAIN = "/assess/small/durable/communication"
PAGES = (
    "/",
    "/assess",
    "/assess/five",
    "/assess/later",
    DOMAIN,
    f"{DOMAIN}/grid",
    f"{DOMAIN}/grid?notes=1",
    "/profile",
    "/profile/communication",
    "/profile.csv",
    "/profile.json",
    "/profile.pdf",
    "/reviews/new",
)


def fetched(client: Client) -> dict[str, str]:
    """Without the version that a card is based on, and without what is new in each answer."""
    found = {}
    for path in PAGES:
        response = client.get(path, follow_redirects=True)
        assert response.status_code == 200, path
        body = pdf.words(response) if response.mimetype == "application/pdf" else response.text
        found[path] = re.sub(
            r'name="(csrf_token|form_key|base_version\S*)" value="[^"]+"', "", body
        )
    return found


@pytest.mark.in_ci
def test_everywhere_it_is_as_if_it_had_never_been_rated(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        for statement_id in world.statements["communication"][1:4]:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY)
    before = fetched(ana)
    with app.app_context():
        rate(world, "ana", first, Answer.CONSISTENTLY)
    assert [path for path, body in fetched(ana).items() if body == before[path]] == []
    with app.app_context():
        ratings_actions.rate(actor(world, "ana"), first, None, 1, world.now, clear=True)
    assert fetched(ana) == before


def test_it_is_cleared_by_a_plain_form_and_the_history_says_so(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
    assert ">cleared<" not in ana.get(f"/statements/{first}").text
    sent = {"answer": "partly", "save": "clear", "base_version": "1"}
    response = ana.post(f"/statements/{first}/rating", sent)
    assert response.location == f"/statements/{first}?saved={first}"
    page = ana.get(response.location).text
    assert 'type="radio" name="answer" id' in page
    assert not re.search(r'type="radio"[^>]* checked', page)
    assert '<th scope="row">No rating</th>' in page
    assert "<td>cleared</td>" in page
    assert '<th scope="row">Partly</th>' in page


def test_the_script_is_told_the_progress_after_it(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
    url = f"/statements/{first}/rating"
    told = ana.post_json(url, {"clear": True, "base_version": 1}).json
    assert (told["answer"], told["basis"], told["version"]) == (None, "cleared", 2)
    assert (told["rated"], told["rated_in_domain"], told["rated_at_level"]) == (0, 0, 0)
    refused = ana.post_json(url, {"answer": "partly", "base_version": 1})
    assert refused.status_code == 409
    assert refused.json["current"]["answer"] is None


def test_both_sides_of_a_conflict_can_be_no_rating(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    url = f"/statements/{first}/rating"
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
    clearing = ana.post(url, {"save": "clear", "base_version": "0"})
    assert clearing.status_code == 409
    assert '<input type="hidden" name="save" value="clear">' in clearing.text
    assert clearing.text.count("No rating") == 1
    assert ana.post(url, {"save": "clear", "base_version": "1"}).status_code == 303
    rating = ana.post(url, {"answer": "partly", "base_version": "1"})
    assert rating.status_code == 409
    assert '<input type="hidden" name="answer" value="partly">' in rating.text
    assert rating.text.count("No rating") == 1


def test_a_grid_is_told_that_a_rating_was_cleared(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
        ratings_actions.rate(actor(world, "ana"), first, None, 1, world.now, clear=True)
    sent = {
        f"answer-{first}": "consistently",
        f"shown-{first}": "partly",
        f"base_version-{first}": "1",
    }
    response = ana.post(f"{DOMAIN}/grid", sent)
    assert response.status_code == 409
    assert "You answered this somewhere else in the meantime: No rating." in response.text


def test_it_cannot_be_sent(app: Flask, world: World, ana: Client, first: int) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
        ratings_actions.rate(actor(world, "ana"), first, None, 1, world.now, clear=True)
    response = ana.post(
        "/reviews", {"statements": str(first), "reviewer": str(world.people["sue"])}
    )
    assert response.status_code == 422


def test_what_was_sent_stays_and_the_reviewed_rating_says_that_it_was_cleared(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        review_id = send(world, Answer.PARTLY)
    assert "since you sent it" not in ana.get(f"/reviews/{review_id}").text
    ana.post(f"/statements/{first}/rating", {"save": "clear", "base_version": "1"})
    page = ana.get(f"/reviews/{review_id}").text
    assert "You cleared your rating since you sent it." in page
    assert "Partly" in page
