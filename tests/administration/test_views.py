"""The administrator's pages: their lists stay small, and show nothing of another library."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.administration.stored import HUGE, add_people
from tests.client import Client
from tests.conftest import Queries
from tests.factories.world import World
from tracker.db import db
from tracker.models import Membership


@pytest.mark.parametrize(
    "address",
    [
        "/admin",
        "/admin/people",
        "/admin/audit",
        "/admin/teams",
        "/admin/rounds",
        "/admin/role-profiles",
        "/admin/use-statement",
        "/admin/not-rated",
        "/admin/teams/{central}",
    ],
)
def test_lists_take_as_many_statements_for_many_rows(
    app: Flask, world: World, admin: Client, count_sql: Queries, address: str
) -> None:
    address = address.format(central=world.teams["central"])
    admin.get(address)
    count_sql.clear()
    admin.get(address)
    few = list(count_sql)
    add_people(app, world, 60)
    count_sql.clear()
    page = admin.get(address)
    assert page.status_code == 200
    assert len(count_sql) == len(few)
    assert len(count_sql) <= 8


def test_records_of_another_library_are_not_there(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        otto = db.session.scalars(
            select(Membership.id).where(Membership.person_id == world.people["otto"])
        ).one()
    for address in (
        f"/admin/people/{world.people['otto']}",
        f"/admin/people/{world.people['otto']}/edit",
        f"/admin/people/{world.people['otto']}/memberships/new",
        f"/admin/memberships/{otto}",
        f"/admin/teams/{world.teams['other']}",
        f"/admin/role-profiles/{world.role_profiles['other']}",
        f"/admin/rounds/{world.rounds['other']}",
    ):
        assert admin.get(address).status_code == 404, address
        nowhere = re.sub(r"\d+", "2147483647", address)
        assert admin.get(nowhere).status_code == 404, nowhere
        assert admin.get(re.sub(r"\d+", HUGE, address)).status_code == 404, address
    people = "disable", "enable", "administrator", "not-administrator", "link"
    for address in (
        *(f"/admin/people/{world.people['otto']}/{act}" for act in people),
        f"/admin/memberships/{otto}/end",
        f"/admin/teams/{world.teams['other']}/close",
        f"/admin/role-profiles/{world.role_profiles['other']}/retire",
        f"/admin/rounds/{world.rounds['other']}",
    ):
        assert admin.post(address, {"name": "x"}).status_code == 404, address
    for page in ("/admin", "/admin/people", "/admin/teams", "/admin/audit", "/admin/role-profiles"):
        text = admin.get(page).text
        assert "Other Library" not in text
        assert "Otto" not in text
