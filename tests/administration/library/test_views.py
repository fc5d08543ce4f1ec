"""The administrator's first page: what a library lacks yet; and its settings."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.administration.stored import TODAY, row
from tests.client import Client
from tests.conftest import NOW
from tests.factories.tried import backup_tried, mail_tried
from tests.factories.world import HASH, World
from tracker.administration.library.actions import set_operator
from tracker.db import db, transaction
from tracker.models import Library, Membership, Person, RoleProfile, Target, Team
from tracker.rules.core.mail import MailOutcome

SignInAs = Callable[[str], Client]


@pytest.mark.in_ci
def test_an_empty_library_is_led_through_its_first_day(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    with app.app_context(), transaction() as tx:
        library = Library(name="Hill Library", created_at=NOW)
        tx.add(library)
        tx.flush()
        root = Team(library_id=library.id, name="Hill Library", path="")
        tx.add(root)
        tx.flush()
        root.path = f"/{root.id}/"
        root_id = root.id
        tx.add(
            Person(
                library_id=library.id,
                name="Hana",
                email="hana@example.org",
                password_hash=HASH,
                administrator=True,
                operator=True,
                created_at=NOW,
            )
        )
    hana = sign_in("hana@example.org")

    def undone() -> list[str]:
        page = hana.get("/admin").text
        return re.findall(
            r'<li class="is-open">.*?<a class="checklist-title" href="([^"]+)"', page, re.DOTALL
        )

    assert undone() == [
        "/admin/use-statement",
        "/admin/teams",
        "/admin/role-profiles",
        "/admin/people",
        "/admin/people",
        "/admin/rounds",
        "/admin/mail",
        "/admin/backup",
    ]
    prefilled = re.search(
        r"<textarea[^>]*>(.*?)</textarea>", hana.get("/admin/use-statement").text, re.DOTALL
    )
    assert prefilled is not None
    assert "Hill Library" in prefilled.group(1)
    assert "could read the database" in prefilled.group(1)
    assert (
        hana.post(
            "/admin/use-statement", {"base_version": "0", "text": prefilled.group(1)}
        ).status_code
        == 303
    )
    assert hana.post("/admin/teams", {"name": "Valley", "parent_id": root_id}).status_code == 303
    nothing = {f"target_{domain}": "" for domain in world.domains.values()}
    expected = {**nothing, f"target_{world.domains['technical']}": "2"}
    made = hana.post("/admin/role-profiles", {"name": "Page", "framework": "small", **expected})
    assert made.status_code == 303
    assert undone() == [
        "/admin/people",
        "/admin/people",
        "/admin/rounds",
        "/admin/mail",
        "/admin/backup",
    ]
    for name in ("Ines", "Ivo"):
        assert (
            hana.post("/admin/people", {"name": name, "email": f"{name}@example.org"}).status_code
            == 200
        )
    with app.app_context():
        ines, ivo = db.session.scalars(
            select(Person.id).where(Person.name.in_(("Ines", "Ivo"))).order_by(Person.name)
        ).all()
        valley = db.session.scalars(select(Team.id).where(Team.name == "Valley")).one()
        profile = db.session.scalars(select(RoleProfile.id).where(RoleProfile.name == "Page")).one()
    learner = {"team_id": valley, "role": "learner", "role_profile_id": profile, "starts_on": TODAY}
    assert hana.post(f"/admin/people/{ines}/memberships", learner).status_code == 303
    supervisor = {
        "team_id": valley,
        "role": "supervisor",
        "starts_on": TODAY,
        "role_profile_id": "",
    }
    assert hana.post(f"/admin/people/{ivo}/memberships", supervisor).status_code == 303
    period = {
        "name": "Autumn",
        "framework_ids": world.framework_id,
        "starts_on": TODAY,
        "ends_on": "2026-12-24",
    }
    assert hana.post("/admin/rounds", period).status_code == 303
    assert undone() == ["/admin/mail", "/admin/backup"]
    assert "Send a test message" in hana.get("/").text
    with app.app_context():
        library = db.session.scalars(select(Person.library_id).where(Person.name == "Hana")).one()
        hana_id = db.session.scalars(select(Person.id).where(Person.name == "Hana")).one()
        of_hana = World(NOW, libraries={"city": library}, people={"hana": hana_id})
        mail_tried(of_hana, "hana")
        backup_tried(NOW)
    assert undone() == []
    page = hana.get("/admin").text
    assert "The first day: all done" in page
    assert page.count('class="is-done"') == 9
    assert "Send a test message" not in hana.get("/").text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (MailOutcome.TAKEN, "Open the link in it"),
        (MailOutcome.REFUSED, "did not take the last one"),
        (MailOutcome.ARRIVED, "Arrived: today."),
    ],
)
def test_a_message_counts_only_when_it_arrived(
    app: Flask, world: World, admin: Client, outcome: MailOutcome, said: str
) -> None:
    with app.app_context():
        mail_tried(
            world, outcome=outcome, reason="mail_down" if outcome is MailOutcome.REFUSED else ""
        )
    page = admin.get("/admin").text
    assert said in page
    mine = page.partition("Send a test message</a>")[2].partition("</li>")[0]
    assert ("Done" in mine) is (outcome is MailOutcome.ARRIVED)


def test_a_backup_counts_only_when_nothing_was_wrong_with_it(
    app: Flask, world: World, admin: Client
) -> None:
    assert "Try out a backup" not in admin.get("/admin").text
    with app.app_context():
        set_operator(world.email("adam"), True, NOW)
    assert "Try out a backup" in admin.get("/admin").text
    assert "ever tried out" in admin.get("/admin/backup").text
    with app.app_context():
        backup_tried(NOW - dt.timedelta(days=3))
    assert "Last tested: 3 days ago." in admin.get("/admin").text
    assert "Passed" in admin.get("/admin/backup").text
    with app.app_context():
        backup_tried(NOW, f"file_missing {'0' * 64}\nguard_missing audit_events_no_delete")
    assert "cannot be relied on" in admin.get("/admin").text
    page = admin.get("/admin/backup").text
    assert "2 faults" in page
    assert "audit_events_no_delete" in page


def test_role_profiles_without_targets_are_not_yet_what_jobs_expect(
    app: Flask, world: World, admin: Client
) -> None:
    assert "1 job profile with targets." in admin.get("/admin").text
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Target))
    assert "0 of 1 job profile has targets." in admin.get("/admin").text


@pytest.mark.in_ci
def test_the_library_settings(app: Flask, world: World, admin: Client) -> None:
    right = {
        "name": "Lake Library",
        "time_zone": "Asia/Tokyo",
        "region": "GB",
        "paper": "a4",
        "review_days": "21",
        "differences_days": "7",
    }
    for change in (
        {"name": "Other Library"},
        {"time_zone": "../etc/passwd"},
        {"region": "FR", "paper": "legal"},
        {"review_days": "0", "differences_days": "x"},
        {"endorsement_months": "121"},
    ):
        assert admin.post("/admin/library", {**right, **change}).status_code == 422, change
    assert admin.post("/admin/library", right).status_code == 303
    library = row(app, Library, world.libraries["city"])
    assert (library.name, library.time_zone, library.names_to_coordinators) == (
        "Lake Library",
        "Asia/Tokyo",
        False,
    )
    assert (library.region, library.paper) == ("GB", "a4")
    assert "24 Nov, 19:00" in admin.get("/admin/audit").text, "10:00 UTC is 19:00 in Tokyo"


def test_days_begin_where_the_library_is(app: Flask, world: World, sign_in: SignInAs) -> None:
    """At 10:00 UTC it is tomorrow in Kiritimati: a membership that begins tomorrow stands."""
    tomorrow = NOW.date() + dt.timedelta(days=1)
    with app.app_context(), transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).time_zone = "Pacific/Kiritimati"
        tx.add(
            Membership(
                person_id=world.people["ben"],
                team_id=world.teams["harbour"],
                role="supervisor",
                starts_on=tomorrow,
            )
        )
    assert sign_in(world.email("ben")).get(f"/teams/{world.teams['harbour']}").status_code == 200
