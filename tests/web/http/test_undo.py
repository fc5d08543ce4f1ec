"""What can be taken back offers so, where it says what was done; what cannot asks first, and says
what is lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.evidence import piece
from tests.factories.world import World
from tests.web.http.test_hostile_input import Reader
from tests.web.sources import SOURCES
from tracker.db import session
from tracker.models import (
    Evidence,
    EvidenceLink,
    Membership,
    NotRatedHere,
    Person,
    RoleProfile,
    Team,
)

SignIn = Callable[[str], Client]


@dataclass(frozen=True)
class Act:
    """Somebody does something: `url` and `data` may name what `arrange` made and ids of the world;
    `said` is told."""

    who: str
    url: str
    said: str
    state: Callable[[], Any]
    data: dict[str, str] = field(default_factory=dict)
    arrange: Callable[[World], dict[str, Any]] = lambda world: {}


def evidence(world: World) -> dict[str, Any]:
    return {"evidence": piece(world)}


def archived() -> list[bool]:
    return [each is not None for each in session().scalars(select(Evidence.archived_at))]


def people() -> list[tuple[Any, ...]]:
    rows = session().execute(
        select(
            Person.id, Person.disabled_at.is_(None), Person.administrator, Person.ready_at.is_(None)
        ).order_by(Person.id)
    )
    return [tuple(row) for row in rows]


def memberships() -> list[tuple[Any, ...]]:
    columns = Membership.__table__.columns
    return [tuple(row) for row in session().execute(select(columns).order_by(Membership.id))]


def left_out() -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in session().execute(select(NotRatedHere.skill_id, NotRatedHere.reason))
    ]


def retired() -> list[bool]:
    return [
        each is not None
        for each in session().scalars(select(RoleProfile.retired_at).order_by(RoleProfile.id))
    ]


def bens(world: World) -> dict[str, Any]:
    mine = Membership.person_id == world.people["ben"]
    return {"membership": session().scalars(select(Membership.id).where(mine)).one()}


ACTS = {
    "archive": Act(
        "ana", "/evidence/{evidence}/archive", "is archived", archived, arrange=evidence
    ),
    "ready": Act("ana", "/profile/ready", "you are ready", people, {"ready": "yes"}),
    "disable": Act("adam", "/admin/people/{ben}/disable", "The account of Ben is disabled", people),
    "administrator": Act(
        "adam", "/admin/people/{ben}/administrator", "Ben administers the library now", people
    ),
    "retire": Act(
        "adam", "/admin/role-profiles/{spare}/retire", "The job profile Spare is retired", retired
    ),
    "leave out": Act(
        "adam",
        "/admin/not-rated",
        "“Technical 1.1” is left out",
        left_out,
        {"statements": "{statement}", "reason": "We have no such tool."},
    ),
    "end": Act(
        "adam",
        "/admin/memberships/{membership}/end",
        "The last day of Ben in Central is Nov 30",
        memberships,
        {"end-ends_on": "2026-11-30"},
        bens,
    ),
    "correct": Act(
        "adam",
        "/admin/memberships/{membership}",
        "Corrected: Ben in Central",
        memberships,
        {
            "team_id": "{central}",
            "role": "supervisor",
            "starts_on": "2026-02-01",
            "role_profile_id": "",
            "job": "",
            "weekly_hours": "",
            "ends_on": "",
        },
        bens,
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_was_done_can_be_undone(app: Flask, world: World, sign_in: SignIn, name: str) -> None:
    act = ACTS[name]
    ids: dict[str, Any] = {
        **world.people,
        **world.teams,
        "statement": world.statements["technical"][0],
    }
    client = sign_in(world.email(act.who))
    targets = {f"target_{domain}": "" for domain in world.domains.values()}
    targets |= {f"target_{world.domains['technical']}": "2"}
    spare = {"name": "Spare", "framework": "small", **targets}
    assert sign_in(world.email("adam")).post("/admin/role-profiles", spare).status_code == 303
    with app.app_context():
        ids["spare"] = (
            session().scalars(select(RoleProfile.id).where(RoleProfile.name == "Spare")).one()
        )
        ids |= act.arrange(world)
        before = act.state()
    data = {key: value.format(**ids) for key, value in act.data.items()}
    done = client.post(act.url.format(**ids), data)
    assert done.status_code == 303, "the back button does not send it again"
    told = flashes(client.get(done.headers["Location"]).text)
    assert act.said in told
    with app.app_context():
        assert act.state() != before
    (undo,) = Reader(told).forms
    assert 'Undo<span class="visually-hidden">' in told
    back = client.post(undo.action, dict(undo.fields))
    assert back.status_code == 303, back.text
    with app.app_context():
        assert act.state() == before
    again = client.get(back.headers["Location"]).text
    assert ">Not done.<" not in again
    assert "Undo<" not in client.get(back.headers["Location"]).text, "it is offered once"


@pytest.mark.parametrize("pressed_before", [False, True], ids=["changed since", "pressed twice"])
def test_an_undo_that_is_late_changes_nothing(
    app: Flask, world: World, sign_in: SignIn, pressed_before: bool
) -> None:
    adam, act = sign_in(world.email("adam")), ACTS["end"]
    with app.app_context():
        url = "/admin/memberships/{membership}".format(**bens(world))
    (undo,) = Reader(flashes(adam.post(f"{url}/end", act.data, follow_redirects=True).text)).forms
    fields = {
        name: value for name, value in undo.fields if name != "form_key"
    }  # each from a page of its own
    if pressed_before:
        assert (
            "Undone: Ben is in Central as before."
            in adam.post(url, fields, follow_redirects=True).text
        )
    else:
        later = {name: value for name, value in fields.items() if name != "still"}
        assert adam.post(url, {**later, "job": "Cataloguer"}).status_code == 303
    with app.app_context():
        stands = memberships()
    late = adam.post(url, fields, follow_redirects=True)
    assert "This membership was changed since, so nothing was undone." in late.text
    with app.app_context():
        assert memberships() == stands


def flashes(page: str) -> str:
    return page.partition('<div class="flashes"')[2].partition("<h1>")[0]


def test_giving_up_administration_oneself_offers_no_way_that_is_closed(
    world: World, sign_in: SignIn
) -> None:
    adam = sign_in(world.email("adam"))
    adam.post(f"/admin/people/{world.people['ben']}/administrator", follow_redirects=True)
    page = adam.post(
        f"/admin/people/{world.people['adam']}/not-administrator", follow_redirects=True
    ).text
    assert "Adam no longer administers" in page
    assert "Undo<" not in page


def test_closing_a_team_says_first_what_ends(app: Flask, world: World, sign_in: SignIn) -> None:
    adam = sign_in(world.email("adam"))
    page = adam.get(f"/admin/teams/{world.teams['harbour']}").text
    assert "3 memberships end today. Reopening the team does not restore them." in page
    closed = adam.post(f"/admin/teams/{world.teams['harbour']}/close", follow_redirects=True).text
    assert "Harbour is closed. 3 memberships end today." in closed
    assert "Undo<" not in closed
    adam.post(f"/admin/teams/{world.teams['harbour']}/reopen")
    page = adam.get(f"/admin/teams/{world.teams['harbour']}").text
    assert "is-sure" not in page, "nothing is lost now, so nothing is asked"
    again = adam.post(f"/admin/teams/{world.teams['harbour']}/close", follow_redirects=True).text
    assert "Nobody belonged to it." in again
    with app.app_context():
        assert session().get(Team, world.teams["harbour"]).closed_on  # type: ignore[union-attr]


def test_a_reason_that_would_be_lost_is_asked_about(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    first, second = world.statements["technical"][:2]
    with app.app_context():
        made = piece(world, reasons={first: "every visitor differs", second: ""})
    ana = sign_in(world.email("ana"))
    page = ana.get(f"/evidence/{made}").text
    assert page.count("is deleted with it") == 1
    assert (
        "Taken off “Technical 1.1”"
        in ana.post(f"/evidence/{made}/unlink", {"statement_id": first}, follow_redirects=True).text
    )
    with app.app_context():
        assert session().scalars(select(EvidenceLink.statement_id)).all() == [second]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"role": "supervisor"}, "Ben is now a supervisor of Harbour."),
        ({"role": "coordinator"}, "Ben is now a coordinator of Harbour."),
        ({"role": "learner"}, "Ben is now a learner in Harbour."),
        (
            {"role": "supervisor", "starts_on": "2026-12-01"},
            "Ben is a supervisor of Harbour from Dec 1 on.",
        ),
        (
            {"role": "learner", "starts_on": "2026-12-01"},
            "Ben is a learner in Harbour from Dec 1 on.",
        ),
        ({"role": "learner", "ends_on": "2026-11-01"}, "It is on record that Ben was in Harbour."),
    ],
)
def test_a_membership_says_what_somebody_is_now(
    world: World, sign_in: SignIn, terms: dict[str, str], said: str
) -> None:
    profile = world.role_profiles["city"] if terms["role"] == "learner" else ""
    data = {
        "team_id": world.teams["harbour"],
        "starts_on": "2026-10-01",
        "role_profile_id": profile,
        **terms,
    }
    adam = sign_in(world.email("adam"))
    assert (
        said
        in adam.post(
            f"/admin/people/{world.people['ben']}/memberships", data, follow_redirects=True
        ).text
    )


def test_no_message_says_only_that_something_was_saved() -> None:
    """A message says what happened to what."""
    bare = re.compile(r'flash_message\(\s*_\("(Saved|Done|Changed|Deleted)\.?"\)')
    views = [path for path in SOURCES if "views" in path.name]
    assert len(views) >= 45
    assert [path.name for path in views if bare.search(path.read_text())] == []
    assert bare.search('flash_message(_("Saved."))')
