"""The front page: of the demo, a way in as each of its people; else whose installation it is."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from config import Config
from tests.client import PASSWORD, Client
from tests.factories.world import World
from tracker.db import session
from tracker.frameworks.versions.rules import NOT_MY_WORK
from tracker.models import ScaleAnswer
from tracker.today.demo import actions as demo_actions
from tracker.today.front import views as front_views
from tracker.today.front.views import TRIED_AS


@pytest.fixture
def demo(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(app.config, "DEMO", True)
    return app


def test_the_demo_says_what_it_is_and_shows_its_people(demo: Flask) -> None:
    page = Client(demo).get("/")
    assert page.headers["X-Robots-Tag"] == "noindex"
    for words in ("library technicians", "Try as Ana", "Try as Maria", "Try as Tom", "Try as Vera"):
        assert words in page.text
    assert "Try as Petra" in page.text
    assert page.text.count('action="/try"') == len(TRIED_AS)


def test_the_demo_shows_what_comes_out(demo: Flask) -> None:
    client = Client(demo)
    samples = re.findall(r'href="(/assets/[^"]+\.pdf)"', client.get("/").text)
    assert len(samples) == 2
    for address in samples:
        with client.http.get(address) as served:
            assert (served.status_code, served.mimetype) == (200, "application/pdf")


def test_one_press_signs_in(demo: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever the rows of the demo name; here somebody of the test's own world."""
    head = demo_actions.head_of(demo.config["DEMO_ROWS"])
    accounts = [
        each | {"email": world.email("sue")} if each["role"] == "supervisor" else each
        for each in head["accounts"]
    ]
    made_up = head | {"accounts": accounts, "password": PASSWORD}
    monkeypatch.setattr(demo_actions, "head_of", lambda _file: made_up)
    client = Client(demo)
    client.get("/")
    tried = client.post("/try", data={"role": "supervisor"})
    assert tried.status_code == 303
    assert 'data-person="' in client.get("/").text
    assert "Signed in as " + world.email("sue") in client.get("/").text


@pytest.mark.parametrize("role", ["learner", "nobody", ""])
def test_who_is_not_there_signs_in_by_hand(demo: Flask, world: World, role: str) -> None:
    client = Client(demo)
    client.get("/")
    assert client.post("/try", data={"role": role}).headers["Location"].endswith("/login")
    assert "To start over, stop it, delete the folder var" in client.get("/login").text


def test_there_is_no_such_press_elsewhere(app: Flask, world: World) -> None:
    client = Client(app)
    page = client.get("/").text
    assert "/try" not in page
    assert "Try as" not in page
    assert client.post("/try", data={"role": "learner"}).status_code == 404


def test_an_installation_leads_with_its_own_name(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(app)
    page = client.get("/")
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "Why we use it" not in page.text
    monkeypatch.setitem(app.config, "SITE_NAME", "Rivers & Lakes <Library>")
    monkeypatch.setitem(app.config, "SITE_PURPOSE", "To plan training. Not for pay.")
    monkeypatch.setitem(app.config, "SITE_CONTACT", ("Petra, ext. 42", "skills@library.org"))
    page = client.get("/")
    assert "Your skills record at Rivers &amp; Lakes &lt;Library&gt;</h1>" in page.text
    assert "To plan training. Not for pay." in page.text
    assert "Petra, ext. 42" in page.text
    for address in ("/", "/privacy", "/accessibility", "/help"):
        assert 'href="mailto:skills@library.org"' in client.get(address).text, address


def test_one_signs_in_on_the_front_page(app: Flask, world: World) -> None:
    client = Client(app)
    page = client.get("/").text
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', page)
    wrong = client.post(action, data={"email": world.email("ana"), "password": "not this one"})
    assert wrong.status_code == 422
    assert world.email("ana") in wrong.text


def test_robots_may_read_the_front_page_alone(app: Flask) -> None:
    assert Client(app).get("/robots.txt").text == "User-agent: *\nAllow: /$\nDisallow: /\n"


@pytest.mark.in_ci
def test_every_foot_leads_to_the_pages_for_everybody(app: Flask) -> None:
    client = Client(app)
    foot = client.get("/login").text.partition("<footer")[2]
    addresses = re.findall(r'href="([^"]+)"', foot)
    assert addresses == ["/about", "/privacy", "/accessibility", "/help"]
    for address in addresses:
        assert client.get(address).status_code == 200
    assert "This is version 0.1.0 of" in client.get("/about").text


@pytest.mark.parametrize(("number", "is_told"), [("0.1.0.dev0", True), ("0.1.0", False)])
def test_about_says_that_a_version_is_not_released(
    app: Flask, monkeypatch: pytest.MonkeyPatch, number: str, is_told: bool
) -> None:
    monkeypatch.setattr(front_views, "version", lambda _name: number)
    assert ("It hasn’t been released yet" in Client(app).get("/about").text) == is_told


@pytest.mark.parametrize(
    ("given", "who", "where"),
    [
        ("", "", ""),
        ("skills@library.org", "", "skills@library.org"),
        (
            "Petra Lindqvist, ext. 42 <skills@library.org>",
            "Petra Lindqvist, ext. 42",
            "skills@library.org",
        ),
        ("Zoë <z@library.org>", "Zoë", "z@library.org"),
    ],
)
def test_whom_to_ask_is_a_name_and_an_address(
    monkeypatch: pytest.MonkeyPatch, given: str, who: str, where: str
) -> None:
    monkeypatch.setenv("TRACKER_SITE_CONTACT", given)
    assert (who, where) == Config().SITE_CONTACT


@pytest.mark.parametrize("given", ["Petra", "a@b <c@d> e", "https://library.org"])
def test_a_contact_without_an_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("TRACKER_SITE_CONTACT", given)
    with pytest.raises(ValueError, match="TRACKER_SITE_CONTACT must be written as"):
        Config()


def test_help_calls_the_answer_that_does_not_count_as_its_button_does(
    app: Flask, world: World, client: Client
) -> None:
    with app.app_context():
        label = session().scalars(select(ScaleAnswer.label).where(ScaleAnswer.key == NOT_MY_WORK))
        button = label.first()
    assert f"<kbd>0</kbd></dt><dd>{button}</dd>" in client.get("/help").text
