"""What the script of the rating pages is told, and the words that they share."""

import html
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask

from config import ROOT
from tests.assessment.ratings.stored import DOMAIN, answer_of
from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.sides import send
from tests.factories.world import World
from tracker.web.ui.assets import as_served


def test_the_script_is_told_of_both_answers(world: World, ana: Client, first: int) -> None:
    ana.post_json(f"/statements/{first}/rating", {"answer": "consistently", "base_version": 0})
    told = ana.post_json(f"/statements/{first}/rating", {"answer": "partly", "base_version": 0})
    assert told.status_code == 409
    assert told.json["code"] == "rating_changed"
    assert (
        told.json["current"]["answer"],
        told.json["current"]["version"],
        told.json["yours"],
    ) == ("consistently", 1, "partly")


def test_the_script_gets_the_progress(world: World, ana: Client, first: int) -> None:
    saved = ana.post_json(
        f"/statements/{first}/rating", {"answer": "partly", "base_version": 0}
    ).json
    assert (
        saved["version"],
        saved["rated"],
        saved["rated_in_domain"],
        saved["rated_at_level"],
    ) == (1, 1, 1, 1)


def test_each_save_has_a_higher_turn(world: World, ana: Client) -> None:
    """By it a page tells which of two answers that overtook each other is the newer."""
    one, two = world.statements["communication"][:2]
    sent = [(one, "partly", 0), (two, "partly", 0), (one, "not_yet", 1), (one, "not_yet", 2)]
    told = [
        ana.post_json(f"/statements/{each}/rating", {"answer": answer, "base_version": version})
        for each, answer, version in sent
    ]
    assert [each.json["turn"] for each in told] == [1, 2, 3, 3]


@pytest.mark.parametrize("page", ["script", "rating", "page", "grid"])
def test_a_click_of_somebody_else_is_refused(
    app: Flask, world: World, ana: Client, first: int, page: str
) -> None:
    url = {"page": "/assess/ratings", "grid": f"{DOMAIN}/grid"}.get(page)
    of = f"-{first}" if url else ""
    body = {
        f"answer{of}": "partly",
        f"base_version{of}": 0,
        "person_id": world.people["ben"],
        f"own_note{of}": "a secret of Ben's",
    }
    post = ana.post_json if page == "script" else ana.post
    told = post(url or f"/statements/{first}/rating", body)
    assert told.status_code == 409
    assert "signed out" in told.text
    assert "secret" not in told.text
    assert answer_of(app, world, first) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"answer": ["partly"]},
        {"answer": 3},
        {"answer": "often"},
        {"answer": "partly\0"},
        {"answer": "partly", "base_version": "0"},
        {"answer": "partly", "base_version": True},
        {"answer": "partly", "base_version": -1},
        {"answer": "partly", "base_version": 1.0},
        {"answer": "partly", "base_version": 10**30},
        {"answer": "partly", "person_id": "1"},
        {"answer": "partly", "own_note": {"a": 1}},
        {"answer": "partly", "own_note": "n" * 4001},
        {"answer": "partly", "own_note": "NUL \0"},
    ],
    ids=str,
)
def test_a_wrong_body_is_refused(
    app: Flask, world: World, ana: Client, first: int, body: object
) -> None:
    response = ana.post_json(f"/statements/{first}/rating", body)
    assert response.status_code == 422, response.text
    assert response.json["error"]
    assert answer_of(app, world, first) is None


def words_given(page: str) -> set[str]:
    return set(json.loads(html.unescape(page.split('data-words="')[1].split('"', maxsplit=1)[0])))


def words_asked(script: str) -> set[str]:
    return set(re.findall(r"\bwords\.(\w+)", script))


def words_of(app: Flask, entry: str) -> set[str]:
    """Every word that an entry or one of its modules asks for."""
    names = [entry, *app.jinja_env.globals["modules"](entry)]  # type: ignore[operator]
    return set().union(*(words_asked(as_served(ROOT / "static" / name).decode()) for name in names))


OF_REVIEWS = {"pageAsks", "pageHow", "pageLacks", "pageTold"}
"""What the scripts share and only a statement of a review can be: half answered."""


def test_the_scripts_and_their_pages_agree_on_the_words(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client]
) -> None:
    """Every word that a script asks for is given by its page, and no other."""
    with app.app_context():
        review_id = send(world, Answer.PARTLY)
    screen = sign_in(world.email("sue")).get(f"/reviews/{review_id}", follow_redirects=True).text
    for entry in ("js/assess.js", "js/grid.js"):
        assert words_of(app, entry) - OF_REVIEWS == words_given(ana.get(DOMAIN).text)
    assert words_of(app, "js/batch.js") - {"confirmed"} == words_given(screen)


def test_a_browser_is_told_whose_its_unsaved_answers_are_and_not_who_that_is(
    world: World, sign_in: Callable[[str], Client]
) -> None:
    """The same at each page of a sign-in, and another at the next one or for somebody else."""

    def key(client: Client, path: str = DOMAIN) -> str:
        return client.get(path).text.split('data-owner="')[1].split('"', maxsplit=1)[0]

    ana, again, ben = (sign_in(world.email(name)) for name in ("ana", "ana", "ben"))
    mine = key(ana)
    assert key(ana, "/assess/five") == mine
    assert len({mine, key(again), key(ben)}) == 3
    assert re.fullmatch("[0-9a-f]{64}", mine)
