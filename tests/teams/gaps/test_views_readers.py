"""Who may see which figures of the gaps page, and that nothing unrevealed is in any."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories.answers import Answer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.world import World
from tests.teams.gaps.matrix import cells
from tests.teams.gaps.pages import SignIn, some_gaps
from tracker.db import session
from tracker.models import Look
from tracker.record.workflow.rules import ItemStatus


def test_a_coordinator_has_the_teams_below_and_a_supervisor_has_not(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        join(world, "bea", "bookmobile")
        some_gaps(world)
    url = f"/teams/{world.teams['central']}/gaps"
    cora = sign_in(world.email("cora"))
    assert "Bea" in cells(cora.get(url).text)
    assert "Bea" not in cells(cora.get(f"{url}?teams=own").text)
    assert "Bea" not in cells(sign_in(world.email("sue")).get(f"{url}?teams=all").text)


def test_who_looked_is_noted_once_a_day_for_each_person(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        some_gaps(world)
    sue = sign_in(world.email("sue"))
    for _ in range(2):
        sue.get(f"/teams/{world.teams['central']}/gaps")
    sue.http.get(f"/teams/{world.teams['central']}/gaps.csv")
    with app.app_context():
        seen = (
            session()
            .execute(select(Look.owner_id, Look.reader_id, Look.kind).order_by(Look.owner_id))
            .all()
        )
    assert [tuple(row) for row in seen] == [
        (world.people[name], world.people["sue"], "gaps") for name in ("ana", "ben")
    ]


@pytest.mark.parametrize(
    "query",
    [
        "round=" + "9" * 30,
        "compare=0",
        "profile=zzz",
        "framework=999999",
        "teams=children",
        "round[]=1",
    ],
)
def test_what_cannot_be_chosen_is_left_out_and_said(
    world: World, sign_in: SignIn, query: str
) -> None:
    response = sign_in(world.email("cora")).get(f"/teams/{world.teams['central']}/gaps?{query}")
    assert response.status_code == 200
    assert ("it was left out" in response.text) is not query.startswith("round[")


def test_what_belongs_to_another_library_cannot_be_chosen(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    for query in (
        f"round={world.rounds['other']}",
        f"compare={world.rounds['other']}",
        f"profile={world.role_profiles['other']}",
    ):
        assert "it was left out" in cora.get(f"{url}?{query}").text
        assert cora.http.get(f"{url}.csv?{query}").status_code == 404


def everything(world: World, sign_in: SignIn) -> list[bytes]:
    """All gaps pages of a supervisor and a coordinator, without the token, which is another one in
    each session."""
    found = []
    for name, teams in (("sue", ("central",)), ("cora", ("central", "city"))):
        client = sign_in(world.email(name))
        for url in [
            f"/teams/{world.teams[team]}/gaps{end}"
            for team in teams
            for end in ("", ".csv", "/people.csv")
        ]:
            response = client.http.get(url)
            assert response.status_code == 200
            found.append(
                re.sub(rb'name="(?:csrf_token|form_key)" value="[^"]+"', b"", response.data)
            )
    return found


@pytest.mark.in_ci
def test_what_was_not_sent_leaves_no_trace(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        some_gaps(world)
    before = everything(world, sign_in)
    with app.app_context():
        for statement_id in world.statements["technical"]:
            rate(world, "ben", statement_id, Answer.CONSISTENTLY)
            rate(world, "ana", statement_id, Answer.NOT_YET)
    assert everything(world, sign_in) == before


@pytest.mark.in_ci
def test_what_was_answered_and_is_not_revealed_leaves_no_trace(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    statements = world.statements["technical"]
    with app.app_context():
        send(
            world,
            "ana",
            "sue",
            dict.fromkeys(statements, ItemStatus.WAITING),
            round_id=world.rounds["city"],
        )
        send(
            world, "ben", "sue", {statements[0]: ItemStatus.WAITING}, round_id=world.rounds["city"]
        )
    before = everything(world, sign_in)
    with app.app_context():
        send(
            world,
            "ben",
            "sue",
            dict.fromkeys(statements, ItemStatus.ANSWERED),
            round_id=world.rounds["city"],
        )
    assert everything(world, sign_in) == before


@pytest.mark.in_ci
def test_what_was_endorsed_does_leave_one(app: Flask, world: World, sign_in: SignIn) -> None:
    before = everything(world, sign_in)
    with app.app_context():
        some_gaps(world)
    assert everything(world, sign_in) != before
