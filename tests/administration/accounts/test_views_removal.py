"""An account made by mistake: what goes is said, and nobody meets it again."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT
from tests.client import Client
from tests.factories.sides import actor
from tests.factories.world import World
from tests.reading import words
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.people import actions as people_actions
from tracker.db import session
from tracker.models import Membership, OutboxMail, Person
from tracker.queries.core.people import name_in
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
NAME, ADDRESS = "Nora Mistake", "mistake@example.org"


def mistaken(world: World) -> int:
    """With a membership in a role that others meet, a staff ID, and an invitation that waits."""
    adam = actor(world, "adam")
    person_id = people_actions.add_and_mail(adam, NAME, ADDRESS, world.now, staff_id="N1")
    for role, profile in ((Role.LEARNER, world.role_profiles["city"]), (Role.SUPERVISOR, None)):
        terms = MembershipTerms(
            world.teams["central"], role, world.now.date(), role_profile_id=profile
        )
        memberships_actions.add(adam, person_id, terms, world.now)
    return person_id


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_is_said_what_goes_and_then_no_page_or_file_shows_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        person_id = mistaken(world)
    adam = sign_in(world.email("adam"))
    page = f"/admin/people/{person_id}"
    assert f"{page}/delete" in adam.get(page).text
    said = words(adam.get(f"{page}/delete").text)
    for part in (NAME, ADDRESS, "N1", "Learner, Central", "The audit keeps"):
        assert part in said
    done = adam.post(f"{page}/delete", follow_redirects=True)
    assert f"Account {person_id} is deleted. {ADDRESS} can be used again." in words(done.text)
    assert adam.get(page).status_code == 404
    assert f"Deleted account {person_id}" in adam.get("/admin/audit").text
    with app.app_context():
        row = session().get_one(Person, person_id)
        assert (row.name, row.staff_id, row.password_hash) == ("", None, None)
        for model in (Membership, OutboxMail):
            assert session().scalars(select(model).where(model.person_id == person_id)).all() == []
    met = re.compile(rf"{NAME}|{ADDRESS}|removed-{person_id}\b|/people/{person_id}\b")
    pages = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and "GET" in (rule.methods or ()) and "pdf" not in rule.rule
    ]
    for name in ("adam", "cora"):
        client = sign_in(world.email(name))
        read = [client.get(each) for each in (*pages, "/admin/people?state=disabled")]
        assert sum(each.status_code == 200 for each in read) > 10, "the walk met pages"
        assert [
            each.request.path
            for each in read
            if met.search(each.get_data().decode(errors="replace"))
        ] == []
    with app.app_context():
        assert name_in(world.libraries["city"], person_id) is None
    with app.app_context():
        again, _token = people_actions.add(
            actor(world, "adam"), NAME, ADDRESS, world.now, staff_id="N1"
        )
        assert again != person_id


def test_people_of_a_library_are_asked_for_in_one_place() -> None:
    """So that who was deleted is in no list: no other query compares the library of people, but for
    the one of who is on a version, and that of who left, whom a count leaves out."""
    compares = re.compile(r"\bPerson\.library_id == (?!NotRatedHere|Library)")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(ROOT.glob("tracker/**/*.py"))
        if compares.search(path.read_text())
    ]
    assert found == [
        "tracker/models/record/versions.py",
        "tracker/policy/permissions.py",
        "tracker/teams/team/queries.py",
    ]
