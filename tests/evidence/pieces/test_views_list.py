"""The list of evidence: searched, filtered, and where each piece counts."""

import datetime as dt

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import Queries
from tests.factories.evidence import piece, sent
from tests.factories.world import World
from tracker.record.workflow.rules import ReviewStatus

# ---- the list


def test_the_list_is_searched_filtered_and_empty_in_words(
    app: Flask, world: World, ana: Client
) -> None:
    statement = world.statements["technical"][0]
    with app.app_context():
        piece(world, title="100% linked", reasons={statement: ""}, done_on=dt.date(2025, 3, 12))
        piece(world, title="100 loose")
    page = ana.get("/evidence?q=100%25").text
    assert "100% linked" in page
    assert "100 loose" not in page
    assert "done Mar 12, 2025" in page
    assert "100 loose" in ana.get("/evidence?show=unlinked").text
    assert "100% linked" not in ana.get("/evidence?show=unlinked").text
    page = ana.get(f"/evidence?statement={statement}").text
    assert "100% linked" in page
    assert "for the statement “Technical 1.1”" in page
    assert "Nothing found" in ana.get("/evidence?q=zebra").text
    assert "Nothing is archived" in ana.get("/evidence?show=archived").text


@pytest.mark.parametrize(
    "query",
    [
        "show=other",
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=x",
        "statement=x",
        "page=2000000000",
        "statement=999999",
        "q=" + "x" * 5000,
        "q=%25&q=_",
        "q[]=1",
        "show=all&show=archived",
    ],
)
def test_any_query_is_answered(world: World, ana: Client, query: str) -> None:
    assert ana.get(f"/evidence?{query}").status_code == 200


@pytest.mark.in_ci
def test_the_number_of_statements_does_not_hang_on_the_number_of_rows(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    def used(url: str) -> int:
        count_sql.clear()
        assert ana.get(url).status_code == 200
        return len(count_sql)

    with app.app_context():
        mine = piece(world, title="One", reasons={world.statements["technical"][0]: ""})
    urls = ("/evidence", f"/evidence/{mine}", "/evidence/new", f"/evidence/{mine}/statements")
    before = [used(url) for url in urls]
    with app.app_context():
        for number in range(60):
            piece(
                world,
                title=f"Piece {number}",
                reasons=dict.fromkeys(world.statements["technical"], ""),
            )
    for url in urls[1:2]:
        ana.post(
            f"{url}/statements",
            {"statement": [str(key) for key in world.statements["technical"][1:]]},
        )
    assert [used(url) for url in urls] == before
    assert max(before) <= 10
    assert "Page 1 of 2" in ana.get("/evidence").text


def test_where_it_counts_is_one_list_with_what_was_sent(
    app: Flask, world: World, ana: Client
) -> None:
    kept, taken_off = world.statements["technical"][:2]
    with app.app_context():
        mine = piece(world, reasons={kept: "", taken_off: ""})
        sent(world, mine, statement_id=kept)
        sent(world, mine, statement_id=taken_off)
    assert ana.get(f"/evidence/{mine}").text.count("Sent to Sue") == 2
    ana.post(f"/evidence/{mine}/unlink", {"statement_id": str(taken_off)})
    page = ana.get(f"/evidence/{mine}").text
    assert page.count("Sent to Sue") == 2
    assert page.count("Not linked anymore.") == 1


def test_what_was_withdrawn_is_not_in_the_list(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        mine = piece(world)
        sent(world, mine, status=ReviewStatus.WITHDRAWN)
    assert "Sent to" not in ana.get(f"/evidence/{mine}").text
