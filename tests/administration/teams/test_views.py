"""The form of a team."""

from flask import Flask

from tests.administration.stored import row
from tests.client import Client
from tests.factories.world import World
from tracker.models import Team


def test_the_team_form_refuses_what_cannot_be(app: Flask, world: World, admin: Client) -> None:
    central = f"/admin/teams/{world.teams['central']}"
    refused = admin.post(central, {"name": "Harbour", "parent_id": world.teams["city"]})
    assert refused.status_code == 422
    assert 'value="Harbour"' in refused.text
    moved = {"name": "Central Hall", "parent_id": world.teams["harbour"], "open_reviews": "y"}
    assert admin.post(central, moved).status_code == 303
    team = row(app, Team, world.teams["central"])
    assert (team.name, team.parent_id, team.open_reviews) == (
        "Central Hall",
        world.teams["harbour"],
        True,
    )
    assert (
        admin.post(f"/admin/teams/{world.teams['city']}", {"open_reviews": "y"}).status_code == 303
    )
    assert (
        "cannot be closed"
        in admin.post(f"/admin/teams/{world.teams['city']}/close", follow_redirects=True).text
    )
