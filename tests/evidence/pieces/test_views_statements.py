"""Choosing the statements that a piece of evidence shows."""

import re

import pytest
from flask import Flask

from tests.client import Client
from tests.evidence.pieces.posted import TYPED, SignIn, count, follow, newest
from tests.factories.evidence import piece
from tests.factories.world import World
from tracker.evidence.pieces.rules import REASON_MAX
from tracker.models import Evidence, EvidenceLink

# ---- choosing statements


def test_search_in_the_form_keeps_everything(app: Flask, world: World, ana: Client) -> None:
    ticked, other = world.statements["technical"][0], world.statements["leadership"][0]
    data = {
        **TYPED,
        "statement": str(ticked),
        f"reason-{ticked}": "kept reason",
        "find": "leadership 1.1",
    }
    response = ana.post("/evidence", {**data, "do": "find", "found": ""})
    assert response.status_code == 200
    for value in (*TYPED.values(), "kept reason"):
        assert value in response.text
    assert re.search(rf'id="pick-{ticked}"[^>]*checked', response.text)
    shown = set(re.findall(r'id="pick-(\d+)"', response.text))
    assert shown == {str(ticked), str(other)}
    assert count(app, Evidence) == 0


def test_enter_searches_when_the_words_changed_and_saves_otherwise(app: Flask, ana: Client) -> None:
    assert (
        ana.post("/evidence", {**TYPED, "do": "enter", "find": "new", "found": ""}).status_code
        == 200
    )
    assert count(app, Evidence) == 0
    assert (
        ana.post("/evidence", {**TYPED, "do": "enter", "find": "new", "found": "new"}).status_code
        == 303
    )
    assert count(app, Evidence) == 1


def test_a_search_without_a_hit_says_what_to_do(ana: Client) -> None:
    page = ana.post("/evidence", {**TYPED, "do": "find", "find": "zebra"}).text
    assert "No other statement has these words" in page


@pytest.mark.parametrize("typed", ["0", "-1", "x", "999999", "9" * 30, "１", "1.0", "", "true"])
def test_statements_that_are_not_there_are_not_linked(app: Flask, ana: Client, typed: str) -> None:
    response = ana.post("/evidence", {**TYPED, "statement": typed})
    assert response.status_code == 422
    assert "not of your framework" in response.text
    assert (count(app, Evidence), count(app, EvidenceLink)) == (0, 0)


def test_linking_more_changing_a_reason_and_taking_off(
    app: Flask, world: World, ana: Client
) -> None:
    one, two, three = world.statements["technical"][:3]
    with app.app_context():
        mine = piece(world, reasons={one: "old"})
    page = ana.get(f"/evidence/{mine}/statements").text
    assert f'id="pick-{one}"' not in page
    page = ana.post(
        f"/evidence/{mine}/statements",
        {"statement": str(two), f"reason-{two}": "r", "do": "find", "find": "technical 1.3"},
    ).text
    assert set(re.findall(r'id="pick-(\d+)"', page)) == {str(two), str(three)}
    ana.post(
        f"/evidence/{mine}/statements", {"statement": [str(two), str(three)], f"reason-{two}": "r"}
    )
    ana.post(
        "/evidence/link", {"evidence_id": str(mine), "statement_id": str(one), "reason": "new"}
    )
    assert [(link.statement_id, link.reason) for link in newest(app).links] == [
        (one, "new"),
        (two, "r"),
        (three, ""),
    ]
    assert "keeps it as it was sent" in follow(
        ana, ana.post(f"/evidence/{mine}/unlink", {"statement_id": str(two)})
    )
    assert [link.statement_id for link in newest(app).links] == [one, three]
    assert ana.post(f"/evidence/{mine}/unlink", {"statement_id": str(two)}).status_code == 404
    for typed in ("", "x", "9" * 30):
        assert ana.post(f"/evidence/{mine}/unlink", {"statement_id": typed}).status_code == 422


def test_linking_from_a_statement_leads_back_to_it(app: Flask, world: World, ana: Client) -> None:
    one = world.statements["technical"][0]
    with app.app_context():
        mine = piece(world, title="To be linked")
    assert 'name="back"' in ana.get(f"/statements/{one}").text
    response = ana.post(
        "/evidence/link",
        {"evidence_id": str(mine), "statement_id": str(one), "reason": "r", "back": "statement"},
    )
    assert response.location == f"/statements/{one}#evidence"
    assert "To be linked" in ana.get(f"/statements/{one}").text
    assert f'href="/statements/{one}"' in ana.get(f"/evidence/{mine}").text


def test_a_reason_that_is_too_long_is_kept_in_its_box(
    app: Flask, world: World, ana: Client
) -> None:
    one = world.statements["technical"][0]
    long = "r" * (REASON_MAX + 1)
    with app.app_context():
        mine = piece(world, reasons={one: "old"})
    for url, data in (
        ("/evidence/link", {"evidence_id": str(mine), "statement_id": str(one), "reason": long}),
        ("/evidence", {**TYPED, "statement": str(one), f"reason-{one}": long}),
        (f"/evidence/{mine}/statements", {"statement": str(one), f"reason-{one}": long}),
    ):
        response = ana.post(url, data)
        assert response.status_code == 422
        assert long in response.text
        assert "at most 1000" in response.text
    assert [link.reason for link in newest(app).links] == ["old"]


def test_nobody_links_what_is_not_theirs(app: Flask, world: World, sign_in: SignIn) -> None:
    """Not a word of it, also where the reason would be refused."""
    with app.app_context():
        mine = piece(world, title="Secret of Ana")
    ben, sent = sign_in(world.email("ben")), {"statement_id": world.statements["technical"][0]}
    for reason in ("", "r" * (REASON_MAX + 1)):
        told = ben.post("/evidence/link", {**sent, "evidence_id": mine, "reason": reason})
        assert (told.status_code, "Secret of Ana" in told.text) == (404, False)
    assert ben.post("/evidence/link", {**sent, "evidence_id": "x"}).status_code == 422
    assert count(app, EvidenceLink) == 0
