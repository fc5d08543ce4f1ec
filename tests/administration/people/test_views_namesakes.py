"""Equal names and odd letters, on the pages where people are named, given a role, and chosen."""

import pytest
from flask import Flask

from tests.administration.roster.test_views import text, upload
from tests.client import Client
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import YES, send
from tests.factories.world import World
from tests.reading import words
from tracker.db import session, transaction
from tracker.models import Person
from tracker.rules.roles import Role

UNSEEN, MIXED = "Sue\u200b", "S\u0435rgei"
CALLED_SO = "Another person here is called Sue: sue@example.org, Bookmobile, Central."


@pytest.fixture
def adam(app: Flask, world: World) -> Client:
    client = Client(app)
    client.sign_in(world.email("adam"))
    return client


@pytest.fixture
def second(app: Flask, world: World) -> int:
    """Another Sue, at another address and in no team."""
    return another(app, world, "Sue")


def another(app: Flask, world: World, name: str, team: str = "") -> int:
    with app.app_context():
        with transaction() as tx:
            person = Person(
                library_id=world.libraries["city"],
                name=name,
                email="second@example.org",
                created_at=world.now,
            )
            tx.add(person)
            tx.flush()
            world.people["second"] = person.id
        if team:
            join(world, "second", team, Role.SUPERVISOR)
        return world.people["second"]


@pytest.mark.parametrize(
    ("name", "email", "said"),
    [
        (UNSEEN, "s@example.org", "a character that can’t be seen, after “Sue”"),
        (MIXED, "s@example.org", f"“{MIXED}” mixes letters of different alphabets"),
        ("Sue", "s\u200b@example.org", "a character that can’t be seen, after “s”"),
        ("Sue", "s\u0435@example.org", "“s\u0435” mixes letters of different alphabets"),
    ],
)
def test_odd_letters_are_refused_where_people_are_named(
    adam: Client, world: World, name: str, email: str, said: str
) -> None:
    ben = f"/admin/people/{world.people['ben']}"
    form = {"name": name, "email": email, "staff_id": ""}
    for page in ("/admin/people", ben):
        refused = adam.post(page, form)
        assert (refused.status_code, said in words(refused.text)) == (422, True)
        assert f'value="{name}"' in refused.text, "what was typed is kept"
    adam.get("/account")
    if name != "Sue":
        refused = adam.post("/account/name", {"name": name})
        assert (refused.status_code, said in words(refused.text)) == (422, True)


def test_and_where_a_library_is(adam: Client) -> None:
    page = adam.get("/admin/library")
    assert page.status_code == 200
    settings = {
        "time_zone": "UTC",
        "region": "US",
        "paper": "letter",
        "review_days": "14",
        "differences_days": "14",
    }
    refused = adam.post("/admin/library", {"name": f"City {MIXED}", **settings})
    assert "mixes letters of different alphabets" in words(refused.text)


def test_and_in_a_roster(adam: Client) -> None:
    head = "Name,Email,Team,Role"
    address = upload(
        adam,
        f"{UNSEEN},one@example.org,Central,supervisor",
        f"{MIXED},two@example.org,Central,supervisor",
        "Tom,t\u0435@example.org,Central,supervisor",
        head=head,
    )
    page = text(adam.get(address.removesuffix("/columns")).text)
    assert "This holds a character that can’t be seen, after “Sue”." in page
    assert page.count("mixes letters of different alphabets.") == 2
    assert "0 of 3 rows are ready" in page


@pytest.mark.usefixtures("second")
def test_an_equal_name_is_said_where_a_role_is_given(
    adam: Client, world: World, second: int
) -> None:
    for page in (f"/admin/people/{second}", f"/admin/people/{second}/memberships/new"):
        assert CALLED_SO in words(adam.get(page).text)
    ben = f"/admin/people/{world.people['ben']}"
    assert "Another person here" not in adam.get(ben).text
    asked = {"change": "team", "role": "learner", "team_id": str(world.teams["harbour"])}
    query = {"people": second, **asked, "role_profile_id": "", "on": "2026-12-01"}
    assert CALLED_SO in words(adam.get("/admin/people-together", query_string=query).text)
    done = adam.post(f"/admin/people/{second}/administrator", follow_redirects=True)
    assert "Sue, second@example.org administers the library now." in words(done.text)


def test_a_name_that_looks_the_same_is_said(app: Flask, adam: Client, world: World) -> None:
    person_id = another(app, world, "Ѕuе".replace("u", "\u057d"))
    with app.app_context():
        session().rollback()
    assert person_id
    page = words(adam.get(f"/admin/people/{person_id}").text)
    assert "The name of another person here looks the same: Sue, sue@example.org" in page


def test_a_roster_says_it_before_it_is_imported(adam: Client) -> None:
    head = "Name,Email,Team,Role"
    address = upload(
        adam,
        "SUE,another@example.org,Central,supervisor",
        "Sue,sue@example.org,Harbour,supervisor",
        head=head,
    )
    address = address.removesuffix("/columns")
    adam.post(f"{address}/answers", {"said:person:sue": "new"})
    page = text(adam.get(f"{address}?show=new").text)
    assert page.count("Another person here is called Sue: sue@example.org") == 1


def test_equal_names_are_told_apart_where_somebody_is_chosen(
    app: Flask, adam: Client, world: World
) -> None:
    another(app, world, "Sue", "central")
    with app.app_context():
        send(world, YES, YES)
        rate(world, "ana", world.statements["communication"][4], YES)
    url = f"/people/{world.people['sue']}/open-work"
    assert "Sue, second@example.org (Central)" in words(adam.get(url).text)
    ana = Client(app)
    ana.sign_in(world.email("ana"))
    page = words(ana.get("/reviews/new").text)
    assert "Sue, sue@example.org (Central)" in page
    assert "Sue, second@example.org (Central)" in page
    hugo = Client(app)
    hugo.sign_in(world.email("hugo"))
    assert "Sue, second@example.org" in words(
        hugo.get(f"/people/{world.people['hugo']}/open-work").text
    )


def test_commands_say_it(app: Flask, second: int) -> None:
    assert second
    for command in ("operator", "framework-editor"):
        done = app.test_cli_runner().invoke(args=["people", command, "second@example.org"])
        said = (
            "the same name, or one that looks like it: Sue, sue@example.org, Bookmobile, Central."
        )
        assert said in done.output


def test_a_framework_editor_is_told_apart(app: Flask, adam: Client, second: int) -> None:
    assert second
    app.test_cli_runner().invoke(args=["people", "operator", "adam@example.org"])
    form = {"email": "second@example.org", "act": ""}
    adam.get("/system")
    done = adam.post("/system/framework-editors", form, follow_redirects=True)
    assert f"Sue edits frameworks now. {CALLED_SO}" in words(done.text)
