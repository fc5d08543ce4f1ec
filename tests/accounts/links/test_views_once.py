"""The one-time link with which somebody sets their first password."""

import re

from flask import Flask

from tests.accounts.browsers import GOOD, SignInAs, is_in, new_link
from tests.client import Client
from tests.factories.people import let_links_work
from tests.factories.world import World


def test_the_link_lets_the_person_set_a_password_once(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    adam = sign_in(world.email("adam"))
    made = adam.post("/admin/people", {"name": "Nia Okafor", "email": "nia@example.org"})
    assert made.status_code == 200
    found = re.search(r'value="http://127\.0\.0\.1:8000(/welcome/[^"]+)"', made.text)
    assert found is not None
    nia = Client(app)
    page = nia.get(found.group(1))
    assert "nia@example.org" in page.text
    assert 'autocomplete="new-password"' in page.text
    assert nia.post(found.group(1), {"password": "short"}).status_code == 422
    first = nia.post(found.group(1), {"password": GOOD})
    assert (first.status_code, "Print your recovery code" in first.text) == (200, True)
    assert is_in(nia), "the first password signs in"
    stranger = Client(app)
    for response in (
        stranger.get(found.group(1)),
        stranger.post(found.group(1), {"password": "another good one"}),
    ):
        assert response.status_code == 404
        assert "doesn’t work anymore" in response.text


def test_the_administrator_cannot_see_the_link_again(world: World, sign_in: SignInAs) -> None:
    adam = sign_in(world.email("adam"))
    token = new_link(adam, world.people["ana"]).rpartition("/")[2]
    for address in (
        f"/admin/people/{world.people['ana']}",
        "/admin/people",
        "/admin/audit",
        "/account",
    ):
        assert token not in adam.get(address).text
    with adam.http.session_transaction() as cookie:
        assert token not in str(dict(cookie))


def test_a_link_is_told_and_its_use_ends_every_sign_in_of_its_owner(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    adam, ana = sign_in(world.email("adam")), sign_in(world.email("ana"))
    link = new_link(adam, world.people["ana"])
    with app.app_context():
        let_links_work()
    told = "Adam made a one-time link that sets a new password for your account."
    assert told in ana.get("/").text
    assert is_in(ana), "the account page, where it is seen"
    assert told not in ana.get("/").text
    adam.post(link, {"password": GOOD})
    assert not is_in(ana)
    assert not is_in(adam), "whoever sets a password signs in with it next"


def test_a_link_is_not_guessed_and_its_page_is_not_kept(world: World, client: Client) -> None:
    for token in ("a", "a" * 43, "a" * 99, "..", "%2e%2e", "x%00y"):
        assert client.get(f"/welcome/{token}").status_code in (404, 422)
    response = client.get("/welcome/" + "a" * 43)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "origin"
