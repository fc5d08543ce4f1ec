"""Team pages where somebody has job profiles of two frameworks: one framework at a time."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import second_framework
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.sides import actor
from tests.factories.world import World
from tests.reading import words
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Statement
from tracker.reviews.review import actions as review_actions

SignIn = Callable[[str], Client]
BIKES = "bicycle-mechanics"


@pytest.fixture
def bikes(app: Flask, world: World) -> int:
    """The id of the second framework, which Ana and Pia learn in Central; Ana and Ben learn the
    first one there. Ana has sent two statements of the second."""
    with app.app_context():
        stand(world, "ana", TargetState.GAP, "leadership", by="sue")
        stand(world, "ben", TargetState.AT_TARGET, "leadership", by="sue")
        _file, framework_id = second_framework(world, "five-levels")
        for name in ("ana", "pia"):
            join(world, name, "central", role_profile="Everything")
        of_bikes = select(Statement.id).where(Statement.framework_id == framework_id)
        wanted = list(session().scalars(of_bikes.order_by(Statement.position).limit(2)))
        for statement_id in wanted:
            ratings_actions.rate(actor(world, "ana"), statement_id, "on_my_own", 0, NOW)
        review_actions.send(actor(world, "ana"), world.people["sue"], wanted, NOW)
    return framework_id


def switch(page: str) -> list[tuple[str, bool]]:
    nav = re.search(r'<nav[^>]* aria-label="Frameworks">.*?</nav>', page, re.DOTALL)
    links = re.findall(r'<a href="([^"]*)"( aria-current="page")?>', nav[0] if nav else "")
    return [(html.unescape(href), bool(current)) for href, current in links]


def people(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/people/[^"]*">([^<]*)', page)


@pytest.mark.in_ci
def test_gaps_are_of_one_framework_at_a_time(world: World, bikes: int, sue: Client) -> None:
    url = f"/teams/{world.teams['central']}/gaps"
    mine, second = (sue.get(f"{url}?framework={each}").text for each in ("small", BIKES))
    assert people(mine) == ["Ana", "Ben"]
    assert ("Leadership" in mine, "Assembly" in mine) == (True, False)
    assert "1 of 2 people have sent ratings." in words(second)
    addresses = {f"{url}?framework={each}" for each in ("small", BIKES)}
    assert {href for href, _current in switch(mine)} == addresses
    assert (f"{url}?framework={BIKES}", True) in switch(second)
    assert f'name="framework" value="{BIKES}"' in sue.get(f"{url}?framework={BIKES}").text
    assert ">Mid-level<" not in second
    ana = f"/people/{world.people['ana']}/profile"
    assert f'href="{ana}?framework=small"' in mine, "hers begins with the newer one"
    assert f'href="{ana}/leadership?framework=small"' in mine
    listed = sue.get(f"{url}/domains/assembly?framework={BIKES}&show=all").text
    assert f'href="{ana}/assembly"' in listed


def test_a_file_is_of_one_framework(world: World, bikes: int, sue: Client) -> None:
    url = f"/teams/{world.teams['central']}/gaps/people.csv"
    first, second = (sue.get(f"{url}?framework={each}").text for each in ("small", BIKES))
    assert ("Leadership" in first, "Assembly" in first) == (True, False)
    assert ("Leadership" in second, "Assembly" in second) == (False, True)
    assert ("Pia" in first, "Ben" in second) == (False, False)


def test_a_team_lists_each_member_with_each_framework(
    world: World, bikes: int, sue: Client
) -> None:
    url = f"/teams/{world.teams['central']}"
    everybody = sue.get(url).text
    assert people(everybody) == ["Ana", "Ana", "Ben", "Pia"]
    assert "3 people" in everybody
    assert switch(everybody) == [
        (url, True),
        (f"{url}?framework={BIKES}", False),
        (f"{url}?framework=small", False),
    ]
    assert people(sue.get(f"{url}?framework={BIKES}").text) == ["Ana", "Pia"]
    assert f'href="{url}/gaps?framework={BIKES}"' in sue.get(f"{url}?framework={BIKES}").text
    assert people(sue.get(f"{url}?framework={BIKES}&show=not-sent").text) == ["Pia"]
    assert people(sue.get(f"{url}?framework=small&show=not-sent").text) == ["Ana", "Ben"]
    assert "it was left out" in sue.get(f"{url}?framework=bakers").text


def test_without_a_second_framework_nothing_is_asked(world: World, sue: Client) -> None:
    url = f"/teams/{world.teams['central']}"
    for address in (url, f"{url}/gaps"):
        page = sue.get(address).text
        assert switch(page) == []
        assert "Small framework" not in page.partition('<dl class="only-print')[0]
