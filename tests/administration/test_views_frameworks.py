"""What an administrator sees where several frameworks are there."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.frameworks import second_framework
from tests.factories.world import World

BIKES = "bicycle-mechanics"
SignIn = Callable[[str], Client]


@pytest.fixture
def bikes(app: Flask, world: World) -> int:
    with app.app_context():
        return second_framework(world, "five-levels")[1]


def test_a_job_profile_names_its_framework(world: World, bikes: int, admin: Client) -> None:
    page = admin.get(f"/admin/people/{world.people['ana']}/memberships/new").text
    assert ">Everything (Bicycle Mechanics)</option>" in page
    assert ">Mid-level (Small framework)</option>" in page


def test_alone_it_does_not(world: World, admin: Client) -> None:
    page = admin.get(f"/admin/people/{world.people['ana']}/memberships/new").text
    assert ">Mid-level</option>" in page
    assert "framework_switch" not in admin.get("/admin/role-profiles").text
    assert 'aria-label="Frameworks"' not in admin.get("/admin/role-profiles/new").text


def test_job_profiles_of_each_framework_are_reached_by_links(
    world: World, bikes: int, admin: Client
) -> None:
    page = admin.get("/admin/role-profiles").text
    nav = re.search(r'<nav[^>]* aria-label="Frameworks">.*?</nav>', page, re.DOTALL)
    assert nav is not None
    links = re.findall(r'href="([^"]*)"', nav[0])
    assert links == [
        "/admin/role-profiles",
        *(f"/admin/role-profiles?framework={each}" for each in ("small", BIKES)),
    ]
    second = admin.get(links[2]).text
    assert ("Everything" in second, "Mid-level" in second) == (True, False)
    assert f'href="/admin/role-profiles/new?framework={BIKES}"' in second
    assert "Assembly" in admin.get(f"/admin/role-profiles/new?framework={BIKES}").text
    assert 'href="/admin/role-profiles/new?framework=small"' in second or (
        "framework=small" in admin.get(f"/admin/role-profiles/new?framework={BIKES}").text
    )
    assert admin.get("/admin/role-profiles?framework=x").status_code == 404


def test_a_round_is_for_one_or_more(world: World, bikes: int, admin: Client) -> None:
    page = admin.get("/admin/rounds/new").text
    assert len(re.findall(r'<input[^>]*name="framework_ids"[^>]*type="checkbox"', page)) == 2
    checked = re.findall(r'<input checked[^>]*name="framework_ids"[^>]*value="(\d+)"', page)
    assert checked == [str(world.framework_id)], "the one in which all learn"
    round_ = {
        "name": "Spring",
        "framework_ids": [world.framework_id, bikes],
        "starts_on": "2027-03-01",
        "ends_on": "2027-05-01",
    }
    assert admin.post("/admin/rounds", round_).status_code == 303
    shown = "Bicycle Mechanics, version 1.0<br>Small framework, version 1"
    assert shown in admin.get("/admin/rounds").text
    again = admin.post("/admin/rounds", {**round_, "name": "Again", "framework_ids": [bikes]})
    assert again.status_code == 422
    assert "which is for the same framework" in again.text
    assert (
        "Choose a framework." in admin.post("/admin/rounds", {**round_, "framework_ids": []}).text
    )


def test_the_framework_in_use_opens_first(world: World, bikes: int, admin: Client) -> None:
    """Not the newest, in which nobody here learns yet."""
    for address in ("/admin/role-profiles/new", "/admin/not-rated"):
        assert "Communication" in admin.get(address).text
        assert "Communication" not in admin.get(f"{address}?framework={BIKES}").text
