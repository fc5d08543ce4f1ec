"""One change for several people: a preview, then each of them or nobody."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.people import join
from tests.factories.world import World
from tests.reading import words
from tracker.db import session
from tracker.models import Membership, Team


@pytest.mark.in_ci
def test_a_preview_then_all_or_nobody(app: Flask, client: Client, world: World) -> None:
    def history(name: str) -> list[tuple[str, str, str]]:
        with app.app_context():
            query = (
                select(Team.name, Membership.starts_on, Membership.ends_on)
                .join(Team, Team.id == Membership.team_id)
                .where(Membership.person_id == world.people[name], Membership.role == "learner")
                .order_by(Membership.starts_on)
            )
            return [tuple(map(str, row)) for row in session().execute(query)]

    client.sign_in(world.email("adam"))
    ana, ben, carl, otto = (str(world.people[name]) for name in ("ana", "ben", "carl", "otto"))
    page = "/admin/people-together"
    assert f'name="people" value="{ana}"' in client.get("/admin/people").text
    assert "Tick the people to change first." in client.get(page, follow_redirects=True).text
    assert "Otto" not in client.get(f"{page}?people={ana}&people={otto}").text
    asked = {
        "change": "team",
        "role": "learner",
        "team_id": str(world.teams["harbour"]),
        "role_profile_id": "",
        "on": "2026-12-01",
    }
    nothing_chosen = client.get(page, query_string={"people": ana, **asked, "team_id": ""})
    assert "Choose the new team." in nothing_chosen.text
    with_carl = client.get(page, query_string={"people": [ana, carl], **asked}).text
    assert "Has no membership in this role now" in with_carl
    assert "Change 1 person</button>" not in with_carl

    shown = client.get(page, query_string={"people": [ana, ben], **asked}).text
    seen = re.findall(r'name="seen" value="(\w+)"', shown)
    form = {"people": [ana, ben], **asked, "seen": seen[0]}
    stale = client.post(page, {**form, "seen": "0"})
    assert stale.status_code == 422
    assert "changed meanwhile" in words(stale.text)
    before = history("ana")
    with app.app_context():
        join(world, "ben", "harbour", starts_on=world.now.date().replace(month=12, day=20))
    overlapping = client.post(page, form)
    assert overlapping.status_code == 422
    assert "Nobody was changed: Ben has this role" in words(overlapping.text)
    assert history("ana") == before
    alone = client.get(page, query_string={"people": ana, **asked}).text
    seen = re.findall(r'name="seen" value="(\w+)"', alone)
    done = client.post(page, {**form, "people": ana, "seen": seen[0]}, follow_redirects=True)
    assert "1 person changed." in words(done.text)
    assert [(team, ends) for team, _starts, ends in history("ana")] == [
        ("Central", "2026-11-30"),
        ("Harbour", "None"),
    ]
