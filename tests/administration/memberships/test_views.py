"""Memberships on the administrator's pages: added, corrected, and ended."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.administration.stored import TODAY, count, row
from tests.client import Client
from tests.conftest import NOW
from tests.factories.world import World
from tracker.db import db
from tracker.models import Membership


def membership_of(app: Flask, world: World, person: str) -> int:
    with app.app_context():
        return db.session.scalars(
            select(Membership.id).where(
                Membership.person_id == world.people[person],
                Membership.team_id == world.teams["central"],
            )
        ).one()


@pytest.mark.in_ci
def test_memberships_that_cannot_be(app: Flask, world: World, admin: Client) -> None:
    right = {
        "team_id": world.teams["harbour"],
        "role": "learner",
        "role_profile_id": world.role_profiles["city"],
        "job": "Page",
        "weekly_hours": "20",
        "starts_on": TODAY,
        "ends_on": "",
    }
    wrong: list[dict[str, object]] = [
        {"team_id": world.teams["other"]},
        {"role": "administrator"},
        {"role_profile_id": ""},
        {"starts_on": "2026-02-30"},
        {"ends_on": "2026-11-23"},
        {"weekly_hours": "²"},
    ]
    before = count(app, Membership)
    ben = world.people["ben"]
    for change in wrong:
        assert (
            admin.post(f"/admin/people/{ben}/memberships", {**right, **change}).status_code == 422
        ), change
        response = admin.post(
            f"/admin/memberships/{membership_of(app, world, 'ben')}", {**right, **change}
        )
        assert response.status_code == 422, change
    assert count(app, Membership) == before
    assert admin.post(f"/admin/people/{ben}/memberships", right).status_code == 303
    assert admin.post(f"/admin/people/{ben}/memberships", right).status_code == 422, (
        "the same once more"
    )


def test_ending_and_correcting_a_membership(app: Flask, world: World, admin: Client) -> None:
    membership_id = membership_of(app, world, "ben")
    assert (
        admin.post(
            f"/admin/memberships/{membership_id}/end", {"end-ends_on": "2025-01-01"}
        ).status_code
        == 422
    )
    assert (
        admin.post(f"/admin/memberships/{membership_id}/end", {"end-ends_on": TODAY}).status_code
        == 303
    )
    assert row(app, Membership, membership_id).ends_on == NOW.date()
    corrected = {"team_id": world.teams["central"], "role": "supervisor", "starts_on": "2026-03-01"}
    assert admin.post(f"/admin/memberships/{membership_id}", corrected).status_code == 303
    assert "They have no job profile here anymore" in admin.get("/admin/people").text
    after = row(app, Membership, membership_id)
    assert (after.role, after.ends_on, after.role_profile_id) == ("supervisor", None, None)
