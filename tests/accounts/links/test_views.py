"""Getting in: invitations for many, a lost password, another address, and how sign-ins go on.

Over 400 lines, as each is a way in from outside, tried in one world.
"""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.accounts.browsers import GOOD, SignInAs, copy_of, is_in
from tests.accounts.sign_in.test_views_throttle import HERE, known, later, limited, serve
from tests.client import PASSWORD, Client
from tests.conftest import NOW
from tests.engines import LONG
from tests.factories.people import join
from tests.factories.world import World
from tracker.accounts.links import actions as links_actions
from tracker.accounts.sign_in.rules import ALLOWED, Counted
from tracker.db import db, transaction
from tracker.models import AddressChange, Invitation, Library, LinkMail, Membership, Person
from tracker.rules.core.links import LinkEmail, LinkKind
from tracker.rules.core.mail import mail_server
from tracker.rules.core.tokens import token_hash
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Role
from tracker.web.http import rate_limits

__all__ = ["limited", "serve"]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def mailing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(app.extensions, "tracker_mail", mail_server("console:", ""))
    return app


def at(moment: dt.datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def test_everybody_who_lacks_an_invitation_is_invited_at_once(
    mailing: Flask, world: World, sign_in: SignInAs
) -> None:
    adam = sign_in(world.email("adam"))
    assert "can’t sign in yet" not in adam.get("/admin/people").text
    assert "Everybody has set a password" in adam.get("/admin/people/invitations").text
    for name in ("Kim", "Lou"):
        person = {"name": name, "email": f"{name}@example.org"}
        added = adam.post("/admin/people", person)
        assert "is added. Invite them when" in adam.get(added.location).text
    page = adam.get("/admin/people/invitations").text
    assert page.count("In no team, so there is nothing to do here yet") == 2
    assert re.findall(r'name="people" value="(\d+)"[^>]* checked', page) == []
    with mailing.app_context(), transaction() as tx:
        for person in tx.scalars(select(Person).where(Person.name.in_(["Kim", "Lou"]))).all():
            supervises = {"role": Role.SUPERVISOR, "starts_on": NOW.date()}
            tx.add(Membership(person_id=person.id, team_id=world.teams["central"], **supervises))
        tx.get_one(Library, world.libraries["city"]).invites_from = 11
    with at(NOW + dt.timedelta(days=14)):
        adam = sign_in(world.email("adam"))
        assert "2 people can’t sign in yet" in adam.get("/admin/people").text
        page = adam.get("/admin/people/invitations").text
        assert "Those you send now go out from Dec 8, 11:00 AM on." in " ".join(page.split())
        chosen = re.findall(r'name="people" value="(\d+)"[^>]* checked', page)
        assert len(chosen) == 2
        assert adam.post("/admin/people/invitations", {}).status_code == 422
        assert adam.post("/admin/people/invitations", {"people": chosen}).status_code == 303
        page = " ".join(adam.get("/admin/people/invitations").text.split())
        assert "2 invitations go out from Dec 8, 11:00 AM on." in page
        assert re.findall(r'name="people" value', page) == []
        person = f"/admin/people/{chosen[0]}"
        page = adam.get(person).text
        assert ("is mailed from Dec 8" in page, "Send now</button>" in page) == (True, True)
        assert adam.post(f"{person}/link").location == person
        assert "An invitation by mail is on its way" in adam.get(person).text
        added = {"name": "Mo", "email": "mo@example.org", "by_mail": "y"}
        assert adam.post("/admin/people", added).status_code == 303


@pytest.mark.in_ci
def test_a_long_list_is_invited_page_by_page_or_a_team_or_all_at_once(
    mailing: Flask, world: World, sign_in: SignInAs
) -> None:
    with mailing.app_context():
        ids = {join(world, f"person {number:03}", "central") for number in range(2 * PAGE + 2)}
        ids |= {join(world, f"driver {number:03}", "bookmobile") for number in range(3)}
        with transaction() as tx:
            tx.execute(update(Person).where(Person.id.in_(ids)).values(password_hash=None))
    adam = sign_in(world.email("adam"))

    def ticked(path: str = "/admin/people/invitations") -> set[str]:
        return {*re.findall(r'name="people" value="(\d+)"[^>]* checked', adam.get(path).text)}

    first, last = ticked(), ticked("/admin/people/invitations?page=3")
    assert (len(first), len(last), first & last) == (PAGE, 5, set())
    sent = adam.post("/admin/people/invitations?page=3", {"people": sorted(last)})
    assert "5 invitations" in adam.get(sent.location).text
    of_team = f"/admin/people/invitations?team={world.teams['bookmobile']}"
    assert len(ticked(of_team)) == 3
    assert "Central &gt; Bookmobile (3)</option>" in adam.get(of_team).text
    sent = adam.post(of_team, {"everyone": "1"})
    assert "3 invitations" in adam.get(sent.location).text
    page = adam.get("/admin/people/invitations").text
    assert f"{2 * PAGE - 3} people need an invitation." in page
    assert f"Invite {2 * PAGE - 3} people</button>" in page
    sent = adam.post("/admin/people/invitations", {"everyone": "1"})
    assert f"{2 * PAGE - 3} invitations" in adam.get(sent.location).text
    with mailing.app_context():
        mailed = db.session.scalars(select(LinkMail.mail_id)).all()
    assert len(mailed) == len(ids)
    assert adam.post("/admin/people/invitations", {"everyone": "1"}).status_code == 422


def test_without_mail_the_links_are_shown_once_with_copy(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    with app.app_context(), transaction() as tx:
        for name in ("ben", "lea"):
            tx.get_one(Person, world.people[name]).password_hash = None
    adam = sign_in(world.email("adam"))
    page = adam.get("/admin/people/invitations").text
    chosen = re.findall(r'name="people" value="(\d+)"[^>]* checked', page)
    made = adam.post("/admin/people/invitations", {"people": chosen}).text
    links = re.findall(r'value="http://127\.0\.0\.1:8000(/welcome/[\w-]+)"', made)
    assert (len(links), made.count("data-copy")) == (2, 2)
    assert links[0] not in adam.get("/admin/people/invitations").text
    adam.post("/forgot-password", {"email": world.email("ana")})
    assert "No mail is sent from here" in adam.get("/forgot-password").text
    assert "No mail is sent from here" in adam.get("/account/email").text
    ben = Client(app)
    assert "Print your recovery code" in ben.post(links[0], {"password": GOOD}).text
    assert is_in(ben)


BEHIND_ONE = 140 if LONG else 30


@pytest.mark.in_ci
def test_many_people_behind_one_address_get_in(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though each is refused once, and somebody there tries links that are nobody's."""
    monkeypatch.setitem(ALLOWED, Counted.LINK, 2)
    with limited.app_context(), transaction() as tx:
        library_id = tx.query(Person.library_id).limit(1).scalar()
        for number in range(BEHIND_ONE):
            person = Person(
                library_id=library_id,
                name=f"Person {number}",
                email=f"p{number}@example.org",
                created_at=NOW,
            )
            tx.add(person)
            tx.flush()
            tx.add(
                Invitation(
                    person_id=person.id,
                    token_hash=token_hash(f"link-{number}"),
                    made_at=NOW,
                    ends_at=NOW + dt.timedelta(days=1),
                )
            )
    there = {"environ_base": {"REMOTE_ADDR": HERE}}
    guesser = Client(limited)
    guesser.get("/login")
    answers = [guesser.get("/welcome/guessed", **there).status_code for _time in range(11)]
    assert answers == [404] * 11, "a few at once"
    answers = [guesser.get(f"/welcome/guessed-{turn}", **there) for turn in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 3 + [200] * 3
    assert answers[-1].headers["Refresh"] == "3"
    assert "this one waits for its turn" in answers[-1].text
    for number in range(BEHIND_ONE):
        somebody, link = Client(limited), f"/welcome/link-{number}"
        somebody.get(link, **there)
        assert somebody.post(link, {"password": "short"}, **there).status_code == 422
        assert "and you are signed in" in somebody.post(link, {"password": GOOD}, **there).text
    with later(7):
        assert guesser.get("/welcome/guessed-5", **there).status_code == 404


@pytest.mark.in_ci
def test_asking_for_a_password_is_answered_alike_and_waits(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limited.extensions, "tracker_mail", mail_server("console:", ""))
    own = known(limited, World.email("ana"))

    def ask(client: Client, email: str) -> tuple[int, str]:
        answer = client.post(
            "/forgot-password", {"email": email}, headers={"X-Forwarded-Host": "evil.example"}
        )
        return answer.status_code, answer.headers.get("Retry-After") or answer.location or ""

    elsewhere = Client(limited)
    elsewhere.get("/forgot-password")
    asked = (303, "/forgot-password/asked")
    for email in (World.email("ana"), "nobody@example.org"):
        assert [ask(elsewhere, email) for _time in range(5)] == [asked] * 4 + [(429, "60")]
    now = 61
    for wait in (120, 240, 480, 900, 900):
        with later(now):
            assert ask(elsewhere, World.email("ana")) == asked
            assert ask(elsewhere, World.email("ana")) == (429, str(wait))
            now += wait + 1
    assert ask(own, World.email("ana")) == asked, "nobody else's asking keeps the owner waiting"
    with limited.app_context():
        assert links_actions.look_up(NOW) == 1
        db.session.remove()


@pytest.mark.parametrize("at", ["198.51.100.4", HERE])
def test_others_who_ask_keep_nobody_from_asking(
    limited: Flask, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Neither for Ana from somewhere else, nor for many others from where Ben is."""
    monkeypatch.setitem(limited.extensions, "tracker_mail", mail_server("console:", ""))
    monkeypatch.setitem(ALLOWED, Counted.RESET_SOURCE, 5)
    monkeypatch.setattr(rate_limits, "BUCKETS", 2**60)  # two share one now and then, by the key

    def ask(client: Client, email: str, at: str = HERE) -> int:
        client.get("/forgot-password")
        form, place = {"email": World.email(email)}, {"REMOTE_ADDR": at}
        return client.post("/forgot-password", form, environ_base=place).status_code

    others = Client(limited)
    assert [ask(others, "ana", at) for _time in range(5)] == [303] * 4 + [429]
    for number in range(8):
        assert ask(others, f"made-up-{number}", at) == 303
    new = Client(limited)
    assert [ask(new, "ben") for _time in range(3)] == [303] * 3
    assert ask(new, "ana") == (303 if at != HERE else 429)
    refused = others.post(
        "/forgot-password", {"email": World.email("ana")}, environ_base={"REMOTE_ADDR": at}
    )
    assert "A link that was mailed in the last hour still works." in refused.text


def test_where_the_worker_is_behind_it_is_said(
    mailing: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_actions, "WAITING_MAX", 1)
    client = Client(mailing)
    client.get("/forgot-password")
    assert client.post("/forgot-password", {"email": world.email("ana")}).status_code == 303
    assert client.post("/forgot-password", {"email": world.email("ana")}).status_code == 303
    full = client.post("/forgot-password", {"email": world.email("ben")})
    assert (full.status_code, full.headers["Retry-After"]) == (503, "60")
    assert "so nothing was sent" in full.text


UNKNOWN_LINKS = ["/welcome/", "/email-address/confirm/", "/email-address/take-back/"]


@pytest.mark.in_ci
@pytest.mark.parametrize("path", UNKNOWN_LINKS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_links_that_are_nobodys_take_turns(
    limited: Flask, monkeypatch: pytest.MonkeyPatch, path: str, method: str
) -> None:
    monkeypatch.setitem(ALLOWED, Counted.LINK, 2)
    guesser = Client(limited)
    guesser.get("/login")

    def guess(number: int) -> TestResponse:
        url = f"{path}guessed-{number}"
        return guesser.get(url) if method == "GET" else guesser.post(url, {"password": GOOD})

    answers = [guess(number) for number in range(20)]
    assert [answer.status_code for answer in answers] == [404] * 14 + [200] * 6
    assert all("this one waits for its turn" in answer.text for answer in answers[14:])
    for other in UNKNOWN_LINKS:
        assert guesser.get(f"{other}guessed").headers["Refresh"] == "3", "all count together"
    with later(7):
        assert guess(19).status_code == 404


def test_a_link_that_works_never_waits(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALLOWED, Counted.LINK, 2)
    with limited.app_context(), transaction() as tx:
        ana = tx.query(Person).filter_by(email=World.email("ana")).one()
        change = {"person_id": ana.id, "former_email": ana.email, "new_email": "ana.b@example.org"}
        tx.add(AddressChange(**change, asked_at=NOW, confirm_hash=token_hash("confirm")))
    guesser = Client(limited)
    with at(NOW):
        for number in range(20):
            last = guesser.get(f"/email-address/confirm/guessed-{number}")
        assert "Refresh" in last.headers
        assert "ana.b@example.org" in guesser.get("/email-address/confirm/confirm").text
        guesser.get("/login")
        assert guesser.post("/email-address/confirm/confirm").location == "/login"
        with limited.app_context(), transaction() as tx:
            tx.query(AddressChange).one().take_back_hash = token_hash("back")
        assert "becomes ana@example.org again" in guesser.get("/email-address/take-back/back").text


def test_the_mail_of_a_new_password_leads_where_the_settings_say(
    mailing: Flask, world: World
) -> None:
    email = LinkEmail(
        1, LinkKind.RESET, "Ana", "ana@example.org", "t", "s" * 43, "City Library", MINUTE * 60
    )
    with mailing.test_request_context(base_url="http://evil.example/"):
        message = mailing.extensions["tracker_emails"](mail_server("console:", ""), email, NOW)
    assert f"http://127.0.0.1:8000/welcome/{'s' * 43}" in message.get_content()
    assert "evil" not in message.as_string()


def test_an_address_is_confirmed_and_restored_by_a_button(
    mailing: Flask, world: World, sign_in: SignInAs
) -> None:
    ana = sign_in(world.email("ana"))
    wrong = ana.post("/account/email", {"email": "ana.b@example.org", "current": "wrong"})
    assert (wrong.status_code, "ana.b@example.org" in wrong.text) == (422, True)
    asked = ana.post("/account/email", {"email": "ana.b@example.org", "current": PASSWORD})
    assert asked.status_code == 303
    assert "Waits to be confirmed: ana.b@example.org." in ana.get("/account").text
    with mailing.app_context(), transaction() as tx:
        change = tx.query(AddressChange).one()
        change.confirm_hash = token_hash("confirm")
    stranger = Client(mailing)
    assert "ana.b@example.org" in stranger.get("/email-address/confirm/confirm").text
    assert "ana@example.org" in ana.get("/account").text
    assert stranger.post("/email-address/confirm/confirm").location == "/login"
    assert not is_in(stranger)
    assert "You sign in with ana.b@example.org." in ana.get("/account").text
    assert stranger.get("/email-address/confirm/confirm").status_code == 404
    with mailing.app_context(), transaction() as tx:
        tx.query(AddressChange).one().take_back_hash = token_hash("back")
    page = stranger.get("/email-address/take-back/back").text
    assert "becomes ana@example.org again" in page
    assert is_in(ana)
    to = stranger.post("/email-address/take-back/back").location
    assert not is_in(ana)
    assert stranger.post(to, {"password": GOOD}).location == "/login"
    again = Client(mailing)
    again.sign_in(world.email("ana"), GOOD)
    assert is_in(again)


def test_a_sign_in_ends_as_the_library_and_the_desk_say(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    desk, own = Client(app), sign_in(world.email("ana"))
    desk.get("/login")
    there = {"email": world.email("ana"), "password": PASSWORD, "shared_desk": "y"}
    assert desk.post("/login", there).status_code == 303
    with at(NOW + 29 * MINUTE):
        assert is_in(desk)
    with at(NOW + 58 * MINUTE):
        assert is_in(desk), "the use at 29 minutes counts"
        assert "shared desk: ends after 30 minutes" in own.get("/account").text
        desk.token = own.token = ""
        desk.get("/account/password")
        desk.post("/account/password", {"current": PASSWORD, "new": GOOD})
    with at(NOW + 89 * MINUTE):
        assert not is_in(desk), "also after a new password"
    adam = sign_in(world.email("adam"))
    saved = {"invitation_days": 7, "invites_from": 8, "invites_until": 24, "idle_minutes": 60}
    wrong = adam.post("/admin/sign-in", saved | {"invites_until": 8})
    assert "Choose an hour after the first one." in wrong.text
    assert adam.post("/admin/sign-in", saved).status_code == 303
    with at(NOW + 61 * MINUTE):
        assert not is_in(adam)


def test_what_somebody_may_do_changes_and_so_does_their_cookie(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    adam, cora = sign_in(world.email("adam")), sign_in(world.email("cora"))
    ben = sign_in(world.email("ben"))
    captured = copy_of(app, cora)
    adam.post(f"/admin/people/{world.people['cora']}/administrator")
    before = cora.http.get_cookie("session")
    assert cora.get("/admin").status_code == 200
    after = cora.http.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert is_in(cora)
    with at(NOW + 2 * MINUTE):
        assert not is_in(captured)
        assert is_in(cora)
    kept = ben.http.get_cookie("session")
    parallel = copy_of(app, ben)
    member = {"team_id": world.teams["harbour"], "role": "supervisor", "starts_on": "2026-11-25"}
    adam.post(f"/admin/people/{world.people['ben']}/memberships", member)
    assert is_in(ben)
    assert is_in(parallel), "a request that was under way"
    assert ben.http.get_cookie("session") != kept
    with at(NOW + 2 * MINUTE):
        assert is_in(parallel), "it holds the newest"


def test_all_other_sign_ins_are_ended_with_one_button(world: World, sign_in: SignInAs) -> None:
    here, there, ben = (sign_in(world.email(name)) for name in ("ana", "ana", "ben"))
    assert "End all others" in here.get("/account").text
    assert here.post("/account/sign-ins/others/end").status_code == 303
    assert (is_in(here), is_in(there), is_in(ben)) == (True, False, True)
    assert "End all others" not in here.get("/account").text


@pytest.mark.parametrize("typed", ["x", "ana", "@", "a@"])
def test_what_is_no_address_is_told_so_and_no_mail_is_promised(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setitem(app.extensions, "tracker_mail", mail_server("console:", ""))
    said = client.post("/forgot-password", {"email": typed})
    assert said.status_code == 422
    assert "This isn’t an email address, so no mail can go to it." in said.text
    assert f'value="{typed}"' in said.text
