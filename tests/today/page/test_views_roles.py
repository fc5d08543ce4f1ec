"""Today of coordinators, administrators, operators, and of who is nothing or everything."""

import re

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.factories.answers import EndorsedAnswer
from tests.factories.people import join
from tests.factories.reviews import endorse, send
from tests.factories.tried import backup_tried, mail_tried
from tests.factories.world import World
from tests.today.page.shown import SignIn, differs, today
from tracker.administration.library.actions import set_operator
from tracker.db import transaction
from tracker.models import Correction, Membership, Round, RoundFramework
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.roles import Role


@pytest.mark.in_ci
def test_there_is_one_primary_button(app: Flask, world: World, sign_in: SignIn) -> None:
    """For everybody, whether or not somebody waits for them."""
    people = ("ana", "ben", "sue", "cora", "adam")
    for waits in (False, True):
        if waits:
            with app.app_context():
                differs(world, "sue", "ana", 3)
                send(world, "ben", "sue", {world.statements["technical"][1]: ItemStatus.WAITING})
        for name in people:
            page = sign_in(World.email(name)).get("/").text
            assert len(primary_buttons(page)) == 1, name


PRIMARY = re.compile(r'<(?:a|button)\b[^>]*\bclass="[^"]*\bbtn-primary\b[^"]*"[^>]*>')


def primary_buttons(page: str) -> list[str]:
    return PRIMARY.findall(page.partition("<main")[2].partition("</main>")[0])


def test_a_second_primary_button_is_found() -> None:
    page = '<main><a class="btn btn-primary" href="/x">One</a></main>'
    second = '<button class="btn btn-primary btn-small" type="submit">Two</button></main>'
    assert len(primary_buttons(page)) == 1
    assert len(primary_buttons(page.replace("</main>", second))) == 2


def test_without_an_open_round_it_says_so_otherwise(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context(), transaction() as tx:
        city = select(Round.id).where(Round.library_id == world.libraries["city"])
        tx.execute(delete(RoundFramework).where(RoundFramework.round_id.in_(city)))
        tx.execute(delete(Round).where(Round.library_id == world.libraries["city"]))
    assert "2 of 2 have not sent anything yet Ana, Ben" in today(sign_in, "sue")
    assert "0 of 3 people have sent something. 0 have results." in today(sign_in, "cora")


def test_a_coordinator_sees_how_far_the_teams_are(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        endorse(world, "ben", "sue", world.statements["technical"][0], EndorsedAnswer.PARTLY)
        send(
            world,
            "ana",
            "sue",
            {world.statements["technical"][0]: ItemStatus.WAITING},
            round_id=world.rounds["city"],
        )
    said = today(sign_in, "cora")
    assert "As coordinator of City Library" in said
    assert "Central 1 of 3 people have sent something this round. 0 have results." in said
    assert "As supervisor" not in said


def test_an_administrator_sees_what_the_library_lacks(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    assert "Send a test message" in today(sign_in, "adam")
    with app.app_context():
        mail_tried(world)
        backup_tried(world.now)
    assert "Nothing waits for you here." in today(sign_in, "adam")
    with app.app_context(), transaction() as tx:
        city = select(Round.id).where(Round.library_id == world.libraries["city"])
        tx.execute(delete(RoundFramework).where(RoundFramework.round_id.in_(city)))
        tx.execute(delete(Round).where(Round.library_id == world.libraries["city"]))
        tx.add(
            Correction(
                framework_id=world.framework_id,
                library_id=world.libraries["city"],
                text="A typing error.",
                suggested_at=world.now,
            )
        )
    said = today(sign_in, "adam")
    assert "1 suggested correction is open" in said
    assert "Open a round" in said
    assert "Where you stand" not in said


def test_an_operator_without_a_role_has_the_suggestions_of_nobody(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        with transaction() as tx:
            tx.execute(delete(Membership).where(Membership.person_id == world.people["ben"]))
            tx.add(
                Correction(
                    framework_id=world.framework_id, text="A typing error.", suggested_at=world.now
                )
            )
        set_operator(world.email("ben"), True, world.now)
    said = today(sign_in, "ben")
    assert "1 suggested correction is open" in said
    assert "Open the System page" in said
    assert "You are in no team yet" not in said
    assert "1 suggested correction is open" not in today(sign_in, "adam")


def test_somebody_without_a_role_is_told_so(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Membership).where(Membership.person_id == world.people["ben"]))
    assert "You are in no team yet" in today(sign_in, "ben")
    assert "You are in no team yet" not in today(sign_in, "ana")


def test_who_has_every_role_sees_every_section(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        join(world, "adam", "central")
        join(world, "adam", "harbour", Role.SUPERVISOR)
        join(world, "adam", "city", Role.COORDINATOR)
    said = today(sign_in, "adam")
    for part in (
        "Quick note",
        "As supervisor of Harbour",
        "As coordinator of City Library",
        "As administrator",
    ):
        assert part in said
