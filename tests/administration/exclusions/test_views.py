"""Statements that a library doesn't rate, and those that it decides about."""

import re

import pytest
from flask import Flask
from sqlalchemy import update

from tests.administration.stored import HUGE, count
from tests.client import Client
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.models import NotRatedHere, Statement


@pytest.mark.in_ci
def test_statements_are_left_out_and_taken_in(app: Flask, world: World, admin: Client) -> None:
    first, second = world.statements["technical"][:2]
    kept = admin.post("/admin/not-rated", {"statements": [first, second]})
    assert kept.status_code == 422
    assert len(re.findall(r'name="statements" value="\d+" checked', kept.text)) == 2
    assert count(app, NotRatedHere) == 0
    assert (
        admin.post(
            "/admin/not-rated", {"statements": [first, second], "reason": "No such tool."}
        ).status_code
        == 303
    )
    page = admin.get("/admin/not-rated").text
    assert page.count("No such tool.") == 2
    lift = re.search(r'action="(/admin/not-rated/\d+/lift)"', page)
    assert lift is not None
    assert admin.post(lift.group(1)).status_code == 303
    assert admin.post(lift.group(1)).status_code == 404
    assert count(app, NotRatedHere) == 1
    assert admin.get("/admin/not-rated?framework=" + HUGE).status_code == 404


@pytest.mark.in_ci
def test_sensitive_statements_are_decided_on_their_page(
    app: Flask, world: World, admin: Client
) -> None:
    assert "Nothing to decide" in admin.get("/admin/sensitive").text
    assert "All decided" in admin.get("/admin").text
    first, second = world.statements["technical"][:2]
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(
            update(Statement).where(Statement.id.in_((first, second))).values(sensitive=True)
        )
    assert "2 not decided yet" in admin.get("/admin").text
    page = admin.get("/admin/sensitive").text
    assert page.count("Not decided yet, so not rated") == 2
    assert admin.post("/admin/sensitive", {f"decision_{first}": "perhaps"}).status_code == 422
    saved = admin.post(
        "/admin/sensitive", {f"decision_{first}": "ask_hr", f"decision_{second}": ""}
    )
    assert saved.status_code == 303
    page = admin.get("/admin/sensitive").text
    assert "1 decision saved." in page
    assert "Decided by Adam, " in page
    assert page.count("Not decided yet, so not rated") == 1
    assert "The library is asking HR whether to rate it." in admin.get("/admin/not-rated").text
    assert "Ask HR" in admin.get("/admin/audit").text
    admin.post("/admin/sensitive", {f"decision_{first}": "ask_hr"})
    assert "Nothing was changed." in admin.get("/admin/sensitive").text
