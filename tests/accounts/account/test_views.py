"""One's own account: its password, its name, and who looked."""

import datetime as dt
import re

import pytest
from flask import Flask

from tests.accounts.browsers import GOOD, SignInAs, copy_of, is_in, new_link
from tests.client import PASSWORD, Client
from tests.conftest import Queries
from tests.factories.people import let_links_work
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Look, Team


def test_a_new_password_ends_the_other_sign_ins_and_changes_the_cookie(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    here, there = sign_in(world.email("ana")), sign_in(world.email("ana"))
    captured = copy_of(app, here)
    done = here.post("/account/password", {"current": PASSWORD, "new": GOOD})
    assert done.status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert not is_in(captured)
    again = Client(app)
    again.sign_in(world.email("ana"), GOOD)
    assert is_in(again)


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("wrong password", GOOD, "not your password now"),
        (PASSWORD, "password1", "too easy to guess"),
        (PASSWORD, "citylibrary 9", "“City Library” is easy to guess here"),
    ],
)
def test_a_password_that_is_not_changed(
    world: World, sign_in: SignInAs, current: str, new: str, said: str
) -> None:
    ana, there = sign_in(world.email("ana")), sign_in(world.email("ana"))
    response = ana.post("/account/password", {"current": current, "new": new})
    assert response.status_code == 422
    assert said in response.text
    assert is_in(there)


def test_a_changed_name_shows_and_an_empty_one_does_not(world: World, sign_in: SignInAs) -> None:
    ana = sign_in(world.email("ana"))
    assert ana.post("/account/name", {"name": "  Ana   Ruiz "}).status_code == 303
    assert "<summary>Ana Ruiz</summary>" in ana.get("/account").text
    assert ana.post("/account/name", {"name": " "}).status_code == 422


@pytest.mark.parametrize("place", ["team", "site"])
@pytest.mark.parametrize("way", ["account", "link"])
def test_no_password_leans_on_the_name_of_a_team_or_of_the_site(
    app: Flask,
    world: World,
    sign_in: SignInAs,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    way: str,
) -> None:
    if place == "site":
        monkeypatch.setattr(
            app.extensions["tracker_passwords"], "site", "Riverbend Skills", raising=False
        )
    else:
        with app.app_context(), transaction() as tx:
            tx.get_one(Team, world.teams["central"]).name = "Riverbend Branch"
    if way == "account":
        client = sign_in(world.email("ana"))
        url, sent = "/account/password", {"current": PASSWORD}
        field = "new"
    else:
        url = new_link(sign_in(world.email("adam")), world.people["ana"])
        with app.app_context():
            let_links_work()
        client, field, sent = Client(app), "password", {}
    for new in ("Riverbend2026", "river-bend-26!", "2026 Riverbend"):
        answer = client.post(url, {**sent, field: new})
        assert answer.status_code == 422, new
        assert "“Riverbend” is easy to guess here, and so is the rest" in answer.text
    assert client.post(url, {**sent, field: "my otter naps at Riverbend"}).status_code == 303


def test_the_screen_cover_is_the_person_s_own_and_on_all_their_pages(
    app: Flask, world: World, sign_in: SignInAs, count_sql: Queries
) -> None:
    ana, ben = sign_in(world.email("ana")), sign_in(world.email("ben"))
    count_sql.clear()
    assert 'id="cover"' not in ana.get("/evidence").text
    before = len(count_sql)
    done = ana.post("/account/screen-cover", {"covers_screen": "y"})
    assert (done.status_code, done.location) == (303, "/account#shared-desk")
    count_sql.clear()
    page = ana.get("/evidence").text
    assert len(count_sql) == before
    assert "Ana is signed in. Press any key or click to go on." in page
    assert re.search(r'<script type="module" src="/assets/[0-9a-f]{16}/js/cover\.js">', page)
    for path in (
        "/",
        "/account",
        "/profile",
        "/assess/small/durable/communication",
        "/no-such-page",
    ):
        assert 'id="cover"' in ana.get(path).text, path
    elsewhere = sign_in(world.email("ana"))
    assert re.search(
        r'id="covers_screen"[^>]*checked|checked[^>]*id="covers_screen"',
        elsewhere.get("/account").text,
    )
    assert 'id="cover"' not in ben.get("/evidence").text
    ana.post("/account/screen-cover", {})
    assert 'id="cover"' not in elsewhere.get("/evidence").text


def test_the_owner_sees_who_looked(app: Flask, world: World, sign_in: SignInAs) -> None:
    with app.app_context(), transaction() as tx:
        for reader, day in (("sue", 23), ("sue", 24), ("cora", 24)):
            tx.add(
                Look(
                    owner_id=world.people["ana"],
                    reader_id=world.people[reader],
                    kind="profile",
                    looked_on=dt.date(2026, 11, day),
                )
            )
        tx.add(
            Look(
                owner_id=world.people["ben"],
                reader_id=world.people["hugo"],
                kind="profile",
                looked_on=dt.date(2026, 11, 24),
            )
        )
    page = sign_in(world.email("ana")).get("/account").text
    table = page[page.index('id="who-looked"') : page.index('id="sign-ins"')]
    assert re.findall(r"<th scope=\"row\">(\w+)</th>", table) == ["Cora", "Sue", "Sue"]
    assert "Hugo" not in page


def test_the_account_shows_the_use_statement_that_was_read(world: World, sign_in: SignInAs) -> None:
    ana = sign_in(world.email("ana"))
    assert "For your development." in ana.get("/account").text
    adam = sign_in(world.email("adam"))
    adam.post("/admin/use-statement", {"base_version": "1", "text": "A newer promise."})
    page = ana.get("/account").text
    assert "For your development." in page
    assert "A newer version is published" in page
    assert "A newer promise." not in page
