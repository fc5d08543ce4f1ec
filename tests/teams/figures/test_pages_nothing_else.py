"""No page of a reader without names counts anybody's level: all that they get are told figures."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, url_for

from tests.client import Client, links
from tests.conftest import Queries
from tests.doors import DOORS, Door
from tests.factories.world import World
from tests.teams.crowds import add_team, hide_names
from tests.teams.figures.random_rounds import counted_round

SignIn = Callable[[str], Client]
LEVELS = re.compile(
    r"\b(?:FROM|JOIN) (?:endorsements|level_exceptions|ratings|rating_entries)\b|"
    r"\bsnapshot_people\.(?:revealed|reviewed|not_met|excepted)\b|\breview_items\.(?:learner|reviewer)_answer\b"
)
"""Tables and columns that say how far somebody is."""
MOST = 120


def asks_for_levels(client: Client, app: Flask, world: World, count_sql: Queries) -> set[str]:
    """The addresses of Cora whose pages or files do: every door that needs nothing but the small
    world, then every link about a team, from page to page."""
    with app.test_request_context():
        nothing = Door("", "").arrange
        doors = [each for each in DOORS if each.method == "GET" and each.arrange is nothing]
        waiting = ["/", *(url_for(door.endpoint, **door.values(world)) for door in doors)]
    seen: set[str] = set()
    found = set()
    while waiting and len(seen) < MOST:
        url = waiting.pop(0)
        if url in seen or url.startswith(("/logout", "/static", "/account")):
            continue
        seen.add(url)
        count_sql.clear()
        response = client.http.get(url)
        if response.status_code == 200 and any(LEVELS.search(each) for each in count_sql):
            found.add(url.partition("?")[0])
        if response.status_code == 200 and response.mimetype == "text/html":
            waiting += [link for link in links(response.text, url) if link.startswith("/teams")]
    assert any("/gaps" in url for url in seen)
    return found


def arranged(world: World) -> None:
    add_team(world, "north", "city")
    counted_round(world, ("central", "harbour", "north"))


@pytest.mark.in_ci
def test_no_page_of_a_reader_without_names_asks_for_levels(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    with app.app_context():
        arranged(world)
        hide_names(world)
    assert asks_for_levels(sign_in(world.email("cora")), app, world, count_sql) == set()


@pytest.mark.in_ci
def test_pages_of_a_reader_with_names_do(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    """The partner: what is looked for above is found where it is."""
    with app.app_context():
        arranged(world)
    found = asks_for_levels(sign_in(world.email("cora")), app, world, count_sql)
    assert f"/teams/{world.teams['city']}/gaps" in found
