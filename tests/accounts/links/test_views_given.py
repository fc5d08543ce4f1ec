"""Links for a new password on the pages: where one is shown, and where somebody says who it is."""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask

from tests.accounts.browsers import GOOD, SignInAs, is_in, new_link
from tests.client import PASSWORD, Client
from tests.conftest import NOW
from tests.doors.valid_forms import SENDS, Send
from tests.factories.people import join
from tests.factories.world import World
from tests.web.keys import ready
from tracker.administration.library.actions import set_operator
from tracker.rules.core.links import HELD_FOR
from tracker.rules.core.mail import mail_server
from tracker.rules.roles import Role

HOUR = dt.timedelta(hours=1)
BANNER = "There is a link that sets a new password for your account."


def at(moment: dt.datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def mailing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(app.extensions, "tracker_mail", mail_server("console:", ""))
    return app


def links_in(page: str) -> list[str]:
    return re.findall(r"/welcome/[\w-]+", page)


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize(
    "each", [each for each in SENDS if each.who == "adam"], ids=lambda each: each.endpoint
)
def test_where_mail_works_no_form_of_an_administrator_shows_a_link(
    mailing: Flask, world: World, sign_in: SignInAs, each: Send
) -> None:
    adam, url, data = ready(mailing, world, sign_in, each)
    done = adam.post(url, data)
    assert done.status_code < 400, done.text
    assert links_in(done.get_data(as_text=True)) == []
    if done.status_code == 303:
        assert links_in(adam.get(done.location).get_data(as_text=True)) == []


def test_where_mail_works_a_link_goes_by_mail(
    mailing: Flask, world: World, sign_in: SignInAs
) -> None:
    adam = sign_in(world.email("adam"))
    person = f"/admin/people/{world.people['ana']}"
    assert "Mail a link</button>" in adam.get(person).text
    assert "Link to hand over" not in adam.get(person).text
    sent = adam.post(f"{person}/link")
    assert (sent.status_code, sent.location) == (303, person)
    assert "A link is on its way to ana@example.org." in adam.get(person).text
    for new in ({"by_mail": "y"}, {}):
        kim = {"name": "Kim", "email": f"kim{len(new)}@example.org", **new}
        added = adam.post("/admin/people", kim)
        assert added.status_code == 303
        page = adam.get(added.location).text
        assert links_in(page) == []
        assert "Mail an invitation" in page or "invitation by mail is on its way" in page


def test_where_mail_works_a_new_library_is_invited_by_mail(
    mailing: Flask, world: World, sign_in: SignInAs
) -> None:
    with mailing.app_context():
        set_operator(world.email("adam"), True, world.now)
    adam = sign_in(world.email("adam"))
    form = {"library": "Lake Library", "time_zone": "UTC", "region": "US", "paper": "letter"}
    assert "Add and mail the invitation" in adam.get("/system/libraries/new").text
    added = adam.post(
        "/system/libraries", {**form, "name": "Lena Lake", "email": "lena@example.org"}
    )
    assert (added.status_code, added.location) == (303, "/system")
    page = adam.get("/system").text
    assert "An invitation is on its way to lena@example.org." in page
    assert links_in(page) == []


def test_a_link_that_was_shown_says_what_to_do(app: Flask, world: World, sign_in: SignInAs) -> None:
    adam, link = sign_in(world.email("adam")), ""
    link = new_link(adam, world.people["ana"])
    stranger = Client(app)
    page = stranger.get(link).text
    for said in (
        "This link doesn’t work yet",
        "Ask your supervisor",
        "Or use your recovery code",
        "The link works by itself in about 24 hours.",
    ):
        assert said in page
    tried = stranger.post(link, {"password": GOOD})
    assert (tried.status_code, "Enter your recovery code." in tried.text) == (422, True)
    tried = stranger.post(link, {"password": GOOD, "code": "7KQM-AAAA"})
    assert (tried.status_code, "This isn’t your recovery code." in tried.text) == (422, True)
    assert 'value="7KQM-AAAA"' in tried.text
    with at(NOW + HELD_FOR - HOUR):
        assert "in about 1 hour." in stranger.get(link).text
    with at(NOW + HELD_FOR):
        assert "Set a new password" in stranger.get(link).text
        assert stranger.post(link, {"password": GOOD}).location == "/login"


def test_a_supervisor_confirms_it_on_today(app: Flask, world: World, sign_in: SignInAs) -> None:
    link = new_link(sign_in(world.email("adam")), world.people["ana"])
    sue, hugo = sign_in(world.email("sue")), sign_in(world.email("hugo"))
    assert "Ana is here with me" not in hugo.get("/").text
    page = sue.get("/").text
    assert "Ana has a link for a new password" in page
    assert "Adam made it on" in page
    action = re.search(r'action="(/sign-in-links/\d+/confirm)"', page)
    assert action is not None
    assert hugo.post(action.group(1)).status_code == 404
    assert sue.post(action.group(1)).location == "/"
    assert "Confirmed. The link works now" in sue.get("/").text
    assert "Ana is here with me" not in sue.get("/").text
    assert "Nothing waits to be confirmed here" in sue.get(sue.post(action.group(1)).location).text
    assert Client(app).get(link).status_code == 200
    ana = Client(app)
    ana.get(link)
    assert ana.post(link, {"password": GOOD}).location == "/login"


def test_nobody_confirms_that_they_themselves_are_there(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    """Who supervises the team in which they learn."""
    with app.app_context():
        join(world, "ana", "central", Role.SUPERVISOR)
    new_link(sign_in(world.email("adam")), world.people["ana"])
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    assert "is here with me" not in ana.get("/").text
    action = re.search(r'action="(/sign-in-links/\d+/confirm)"', sue.get("/").text)
    assert action is not None
    assert ana.post(action.group(1)).status_code == 404


@pytest.mark.in_ci
def test_the_owner_reads_of_it_everywhere_and_ends_it(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    adam, ana = sign_in(world.email("adam")), sign_in(world.email("ana"))
    assert BANNER not in ana.get("/evidence").text
    assert "Nobody did in the last 30 days." in ana.get("/account").text
    link = new_link(adam, world.people["ana"])
    for page in ("/", "/evidence", "/profile", "/frameworks/", "/account/email"):
        assert BANNER in ana.get(page).text
    assert BANNER not in sign_in(world.email("ben")).get("/").text
    page = ana.get("/account").text
    assert "Adam made one on Nov 24" in page
    action = re.search(r'action="(/account/sign-in-links/\d+/disown)"', page)
    assert action is not None
    assert ana.post(action.group(1)).location == "/account#links"
    assert is_in(ana)
    page = ana.get("/account").text
    assert BANNER not in page
    assert "that you didn’t ask for it." in page
    assert "/disown" not in page
    assert "You said this already." in ana.get(ana.post(action.group(1)).location).text
    assert Client(app).get(link).status_code == 404
    told = "Ana didn’t ask for a sign-in link that was made for them."
    assert told in adam.get("/").text
    assert "Said that they didn’t ask for a link" in adam.get("/admin/audit").text
    assert told not in adam.get("/").text


def test_who_set_a_password_with_it_is_signed_out_by_it(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    link = new_link(sign_in(world.email("adam")), world.people["ana"])
    with at(NOW + HELD_FOR):
        ana = Client(app)
        ana.get(link)
        ana.post(link, {"password": GOOD})
        ana.token = ""
        ana.sign_in(world.email("ana"), GOOD)
        page = ana.get("/account").text
        action = re.search(r'action="(/account/sign-in-links/\d+/disown)"', page)
        assert action is not None
        assert ana.post(action.group(1)).location == "/login"
        assert "Ask for a new link before you sign in again." in ana.get("/login").text
        assert not is_in(ana)
        again = ana.post("/login", {"email": world.email("ana"), "password": GOOD})
        assert again.status_code == 422


def test_a_recovery_code_is_made_with_the_password(world: World, sign_in: SignInAs) -> None:
    ana = sign_in(world.email("ana"))
    assert "You have none." in ana.get("/account").text
    wrong = ana.post("/account/recovery-code", {"current": "wrong"})
    assert (wrong.status_code, "This is not your password now." in wrong.text) == (422, True)
    made = ana.post("/account/recovery-code", {"current": PASSWORD}).text
    code = re.search(r">((?:[2-9A-HJ-NP-Z]{4}-){4}[2-9A-HJ-NP-Z]{4})<", made)
    assert code is not None
    page = ana.get("/account").text
    assert "Yours was made on Nov 24." in page
    assert code.group(1) not in page


def test_the_command_prints_a_link(app: Flask, world: World) -> None:
    run = app.test_cli_runner()
    done = run.invoke(args=["people", "link", "ana@example.org"])
    assert (done.exit_code, "For Ana alone: http://127.0.0.1:8000/welcome/" in done.output) == (
        0,
        True,
    )
    (link,) = links_in(done.output)
    page = Client(app).get(link).text
    assert "Set a new password" in page
    for args, said in (
        ("nobody@example.org", "Nobody has the email address nobody@example.org."),
        ("otto@example.org", "For Otto alone"),
    ):
        assert said in run.invoke(args=["people", "link", args]).output
