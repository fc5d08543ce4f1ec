"""A new version that moves statements: the profile, a domain's explanation and the notice say which
came into a level or left it."""

import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
import time_machine
from flask import Flask

from tests.client import Client
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tests.reading import words

SignIn = Callable[[str], Client]


@pytest.fixture
def moved(app: Flask, world: World) -> World:
    """The first of Communication moved to Leadership, of which the first is retired."""
    with app.app_context():
        version = next_version(
            world,
            moved={world.statements["communication"][0]: world.domains["leadership"]},
            retired=[world.statements["leadership"][0]],
            split={world.statements["technical"][0]: True},
        )
        carried(world, version)
    return world


@pytest.mark.in_ci
def test_they_are_named_on_the_profile_and_where_a_domain_is_explained(
    moved: World, sign_in: SignIn
) -> None:
    with time_machine.travel(AFTER, tick=False):
        ana, sue = (sign_in(moved.email(name)) for name in ("ana", "sue"))
        page = words(ana.get("/profile").text)
        assert "Version 2 changed statements in: Technical , Communication , Leadership ." in page
        came = "moved here from Communication, Emerging in 2."
        assert f"Leadership : COM-1-01 “Communication 1.1” {came}" in page
        explained = words(ana.get("/profile/leadership").text)
        assert "What version 2 changed here" in explained
        assert came in explained
        assert "was retired in 2." in explained
        left = words(ana.get("/profile/communication").text)
        assert "moved to Leadership, Emerging in 2." in left
        assert "was split from" in words(ana.get("/profile/technical").text)
        of_ana = f"/people/{moved.people['ana']}/profile"
        assert came in words(sue.get(of_ana).text)
        assert came in words(sue.get(f"{of_ana}/leadership").text)
        notice = unescape(ana.get("/notices").text)
        assert "Some levels count other statements now: your profile says which." in notice


def test_of_a_way_back_it_is_not_said_as_if_the_older_version_had_changed_them(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        first = world.statements["communication"][0]
        version = next_version(world, moved={first: world.domains["leadership"]}, added=1)
        carried(world, version)
        carried(world, version, AFTER + dt.timedelta(days=1), back=True)
    with time_machine.travel(AFTER + dt.timedelta(days=2), tick=False):
        page = words(sign_in(world.email("ana")).get("/profile").text)
    assert "Communication : COM-1-01 “Communication 1.1” counts here again." in page
    assert "Leadership : COM-1-01 “Communication 1.1” doesn’t count here in 1." in page
    assert "“New 0” doesn’t count here in 1." in page
    assert not [each for each in ("was retired", "moved here", "is new") if each in page]


def test_whoever_skips_a_version_is_told_what_it_changed_too(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Reworded, retired, and new in the second version; new and asked again in the third."""
    reworded, gone, asked, later = world.statements["communication"][:4]
    with app.app_context():
        second = next_version(
            world, reworded={reworded: True, asked: False}, retired=[gone], added=1
        )
        third = next_version(
            world,
            of=second.framework_id,
            version="3",
            reworded={second.became[later][0]: False},
            added=1,
        )
        skips = NextVersion(third.framework_id, world.framework_id)
        rate(world, "ana", gone, Answer.CONSISTENTLY)
        carried(world, skips, person="ana")
    changes = "/frameworks/small/changes?version=3&since=1"
    led = "All that changed from version 1 to 3"
    with time_machine.travel(AFTER, tick=False):
        ana, sue = (sign_in(world.email(name)) for name in ("ana", "sue"))
        said = words(ana.get("/profile").text)
        for sentence in (
            "COM-1-02 “Communication 1.2” was retired in 2.",
            "NEW-2-00 “New 0” is new in 2.",
            "NEW-3-00 “New 0” is new in 3.",
            "COM-2-01 “Communication 2.1” changed in 2.",
            "COM-2-02 “Communication 2.2” changed in 3.",
        ):
            assert sentence in said
        for page in ("/profile/communication", "/profile", "/notices"):
            assert f'<a href="{changes}">{led}</a>' in unescape(ana.get(page).text)
        told = unescape(sue.get("/notices").text)
        assert f'<a href="{changes}">1 person you supervise moved' in told
        for reader in (ana, sue, app.test_client()):
            listed = words(reader.get(changes).text)
            assert "what changed in 3 Compared with version 1." in listed
            for card in (
                "Reworded Communication 1.1 COM-1-01",
                "Retired Communication 1.2 COM-1-02",
                "New New 0 NEW-2-00",
                "New New 0 NEW-3-00",
            ):
                assert card in listed
        last = words(ana.get("/frameworks/small/changes?version=3").text)
        assert "Compared with version 2." in last
        assert "COM-1-01" not in last
        for unknown in ("version=3&since=3", "version=2&since=3", "version=3&since=9"):
            assert ana.get(f"/frameworks/small/changes?{unknown}").status_code == 404
        assert led not in sue.get("/profile").text, "who was not moved"


def test_of_a_version_that_moves_nothing_nothing_is_said(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        carried(world, next_version(world))
    with time_machine.travel(AFTER, tick=False):
        ana = sign_in(world.email("ana"))
        assert "changed statements in" not in ana.get("/profile").text
        assert "What version 2 changed" not in ana.get("/profile/leadership").text
        assert "Some levels count other" not in ana.get("/notices").text


@pytest.mark.in_ci
def test_a_level_that_falls_is_named_with_its_reason_to_its_owner_and_their_supervisor(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Four of five are met; one of them is retired, and another moves away."""
    first = world.statements["technical"][:5]
    with app.app_context():
        for each in first[:4]:
            rate(world, "ana", each, Answer.CONSISTENTLY)
            endorse(world, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY)
        rate(world, "ana", first[4], Answer.PARTLY)
        version = next_version(
            world, retired=[first[0]], moved={first[1]: world.domains["leadership"]}
        )
        carried(world, version)
    reasons = (
        "Emerging isn’t reached now: 1 statement rated Consistently was retired from it; 1 "
        "statement rated Consistently moved to another level. 2 of 3 now, 3 needed."
    )
    reviewed, own = f"By reviewed ratings, {reasons}", f"By your own ratings, {reasons}"
    with time_machine.travel(AFTER, tick=False):
        ana, sue, cora, ben = (sign_in(world.email(name)) for name in ("ana", "sue", "cora", "ben"))
        for page in ("/profile", "/notices", "/profile/technical"):
            said = words(ana.get(page).text)
            assert reviewed in said
            assert own in said
        of_ana = f"/people/{world.people['ana']}/profile"
        for page in (of_ana, f"{of_ana}/technical"):
            assert reviewed in words(sue.get(page).text)
            assert "By your own" not in sue.get(page).text
            assert "isn’t reached now" not in unescape(cora.get(page).text)
        for page in ("/profile", "/notices"):
            assert "isn’t reached now" not in unescape(ben.get(page).text)
    with app.app_context():
        carried(world, version, AFTER + dt.timedelta(days=1), back=True)
    with time_machine.travel(AFTER + dt.timedelta(days=1), tick=False):
        ana = sign_in(world.email("ana"))
        for page in ("/profile", "/notices"):
            assert "isn’t reached now" not in unescape(ana.get(page).text)
