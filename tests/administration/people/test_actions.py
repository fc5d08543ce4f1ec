"""People as their administrator keeps them."""

import datetime as dt
from collections.abc import Iterable

import pytest
from sqlalchemy import func, select

from tests.client import PASSWORD
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.people import let_links_work
from tests.factories.world import HASH, World
from tracker.accounts.links import actions as links_actions
from tracker.accounts.sign_in import actions as sign_in_actions
from tracker.accounts.sign_in.rules import Passwords, Visit
from tracker.administration.library import actions as library_actions
from tracker.administration.library.actions import NewLibrary
from tracker.administration.people import actions as people_actions
from tracker.db import db, transaction
from tracker.models import AuditEvent, AuditEventDetail, Invitation, Library, Person, SignIn, Team
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.regions import Paper, Region

pytestmark = pytest.mark.usefixtures("all_is_sealed")

CHEAP = Passwords(time_cost=1, memory_cost=64, parallelism=1)
GOOD = "seven lamps by the door"


def one(person_id: int) -> Person:
    return db.session.get_one(Person, person_id, populate_existing=True)


def kinds(subject_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(AuditEvent.kind)
            .where(AuditEvent.subject_id == subject_id)
            .order_by(AuditEvent.id)
        )
    )


def sign_in(email: str, password: str) -> str | None:
    return sign_in_actions.sign_in(CHEAP, email, password, Visit("", dt.timedelta(days=1)), NOW)


def test_a_new_person_sets_a_password_with_the_link_and_signs_in(adam: Actor) -> None:
    person_id, token = people_actions.add(adam, "  Nia   Okafor ", "Nia.Okafor@Example.org", NOW)
    person = one(person_id)
    assert (person.name, person.email, person.password_hash) == (
        "Nia Okafor",
        "nia.okafor@example.org",
        None,
    )
    assert links_actions.accept(token, CHEAP, GOOD, NOW).person_id == person_id
    assert sign_in("NIA.okafor@example.org", GOOD)
    assert kinds(person_id) == ["person_added", "password_set", "signed_in"]


def test_the_database_holds_no_usable_link(adam: Actor) -> None:
    _, token = people_actions.add(adam, "Nia Okafor", "nia@example.org", NOW)
    stored = db.session.scalars(select(Invitation.token_hash)).one()
    assert stored != token
    with pytest.raises(Missing):
        links_actions.accept(stored, CHEAP, GOOD, NOW)


def test_a_link_works_once(adam: Actor) -> None:
    _, token = people_actions.add(adam, "Nia Okafor", "nia@example.org", NOW)
    links_actions.accept(token, CHEAP, GOOD, NOW)
    with pytest.raises(Missing, match="link_used_up"):
        links_actions.accept(token, CHEAP, "another good phrase", NOW)


@pytest.mark.parametrize(
    ("age", "works"), [(dt.timedelta(days=14, seconds=-1), True), (dt.timedelta(days=14), False)]
)
def test_an_invitation_works_for_fourteen_days(adam: Actor, age: dt.timedelta, works: bool) -> None:
    person_id, token = people_actions.add(adam, "Nia Okafor", "nia@example.org", NOW)
    if works:
        assert links_actions.accept(token, CHEAP, GOOD, NOW + age).person_id == person_id
    else:
        with pytest.raises(Missing):
            links_actions.accept(token, CHEAP, GOOD, NOW + age)


def test_a_refused_password_leaves_the_link_usable(adam: Actor) -> None:
    _, token = people_actions.add(adam, "Nia Okafor", "nia@example.org", NOW)
    with pytest.raises(Invalid, match="password_short"):
        links_actions.accept(token, CHEAP, "short", NOW)
    assert links_actions.accept(token, CHEAP, GOOD, NOW)


def test_a_new_link_replaces_the_one_before_and_ends_sign_ins_when_used(
    context: World, adam: Actor
) -> None:
    ana = context.people["ana"]
    first = links_actions.renew(adam, ana, NOW)
    second = links_actions.renew(adam, ana, NOW)
    assert sign_in(context.email("ana"), PASSWORD)
    let_links_work()
    with pytest.raises(Missing):
        links_actions.accept(first, CHEAP, GOOD, NOW)
    assert sign_in(context.email("ana"), PASSWORD), "the old password holds until the link is used"
    links_actions.accept(second, CHEAP, GOOD, NOW)
    living = (
        select(func.count())
        .select_from(SignIn)
        .where(SignIn.person_id == ana, SignIn.ended_at.is_(None))
    )
    assert db.session.scalar(living) == 0
    assert sign_in(context.email("ana"), PASSWORD) is None
    assert sign_in(context.email("ana"), GOOD)


def test_a_new_address_withdraws_the_link(adam: Actor) -> None:
    person_id, token = people_actions.add(adam, "Nia Okafor", "wrong@example.org", NOW)
    people_actions.edit(adam, person_id, "Nia Okafor", "nia@example.org", NOW)
    with pytest.raises(Missing):
        links_actions.accept(token, CHEAP, GOOD, NOW)


def test_no_link_for_somebody_disabled(context: World, adam: Actor) -> None:
    token = links_actions.renew(adam, context.people["ana"], NOW)
    people_actions.disable(adam, context.people["ana"], NOW)
    with pytest.raises(Missing):
        links_actions.accept(token, CHEAP, GOOD, NOW)
    with pytest.raises(Conflict, match="person_is_disabled"):
        links_actions.renew(adam, context.people["ana"], NOW)


@pytest.mark.parametrize(
    ("name", "email", "code"),
    [
        ("", "a@example.org", "line_empty"),
        ("x" * 201, "a@example.org", "line_long"),
        ("a\x07b", "a@example.org", "line_control"),
        ("A", "no address", "email_not_valid"),
        ("A", f"{'a' * 300}@example.org", "email_not_valid"),
        ("A", "ANA@example.org", "email_taken"),
        ("A", "otto@example.org", "email_taken"),
    ],
)
def test_what_cannot_be_added(adam: Actor, name: str, email: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        people_actions.add(adam, name, email, NOW)
    assert refused.value.code == code


def test_an_address_is_not_taken_from_somebody_by_an_edit(context: World, adam: Actor) -> None:
    with pytest.raises(Invalid, match="email_taken"):
        people_actions.edit(adam, context.people["ana"], "Ana", context.email("ben"), NOW)
    assert one(context.people["ana"]).email == context.email("ana")


def test_disabling_ends_sign_ins_and_enabling_lets_in_again(context: World, adam: Actor) -> None:
    ana = context.people["ana"]
    sign_in(context.email("ana"), PASSWORD)
    people_actions.disable(adam, ana, NOW)
    assert db.session.scalars(select(SignIn.ended_at).where(SignIn.person_id == ana)).all() == [NOW]
    assert sign_in(context.email("ana"), PASSWORD) is None
    people_actions.enable(adam, ana, NOW)
    assert sign_in(context.email("ana"), PASSWORD)


def test_a_library_keeps_an_administrator(context: World, adam: Actor) -> None:
    with pytest.raises(Conflict, match="last_administrator"):
        people_actions.unmake_administrator(adam, adam.person_id, NOW)
    with pytest.raises(Conflict, match="own_account"):
        people_actions.disable(adam, adam.person_id, NOW)
    people_actions.make_administrator(adam, context.people["cora"], NOW)
    people_actions.unmake_administrator(adam, adam.person_id, NOW)
    assert not one(adam.person_id).administrator
    cora = acting(context, "cora")
    with pytest.raises(Conflict, match="last_administrator"):
        people_actions.unmake_administrator(cora, cora.person_id, NOW)


def test_somebody_who_has_not_come_yet_does_not_count_as_administrator(adam: Actor) -> None:
    person_id, _ = people_actions.add(adam, "Nia Okafor", "nia@example.org", NOW)
    people_actions.make_administrator(adam, person_id, NOW)
    with pytest.raises(Conflict, match="last_administrator"):
        people_actions.unmake_administrator(adam, adam.person_id, NOW)


def test_who_was_administrator_a_moment_ago_changes_nothing(context: World, adam: Actor) -> None:
    people_actions.make_administrator(adam, context.people["cora"], NOW)
    people_actions.unmake_administrator(adam, adam.person_id, NOW)
    with pytest.raises(Missing):
        people_actions.add(adam, "Nia Okafor", "nia@example.org", NOW)


@pytest.mark.parametrize(
    "act",
    [
        people_actions.disable,
        people_actions.enable,
        people_actions.make_administrator,
        links_actions.renew,
    ],
)
def test_other_libraries_stay_out_of_reach(context: World, adam: Actor, act: object) -> None:
    with pytest.raises(Refusal) as refused:
        act(adam, context.people["otto"], NOW)  # type: ignore[operator]
    assert isinstance(refused.value, Missing)


def test_settings_of_the_library(context: World, adam: Actor) -> None:
    settings = {
        "region": Region.GB,
        "paper": Paper.A4,
        "review_days": 21,
        "differences_days": 7,
        "endorsement_months": 24,
        "names_to_coordinators": False,
        "now": NOW,
    }
    library_actions.edit(adam, name="Lake Library", time_zone="Europe/Berlin", **settings)
    library = db.session.get_one(Library, adam.library_id)
    assert (library.name, library.time_zone, library.review_days) == (
        "Lake Library",
        "Europe/Berlin",
        21,
    )
    assert db.session.get_one(Team, context.teams["city"]).name == "Lake Library"
    noted = (
        select(AuditEventDetail.facts).join(AuditEvent).where(AuditEvent.kind == "library_edited")
    )
    assert db.session.scalars(noted).one()["changed"].split(", ") == [
        "name: City Library -> Lake Library",
        "time_zone: UTC -> Europe/Berlin",
        "region: US -> GB",
        "paper: letter -> a4",
        "review_days: 14 -> 21",
        "differences_days: 14 -> 7",
        "endorsement_months: None -> 24",
        "names_to_coordinators: True -> False",
    ]
    for wrong, code in (
        ({"time_zone": "Mars/Base"}, "time_zone_unknown"),
        ({"review_days": 0}, "days_out_of_range"),
        ({"name": "Other Library"}, "library_name_taken"),
    ):
        with pytest.raises(Invalid, match=code):
            library_actions.edit(
                adam, **{"name": "Lake Library", "time_zone": "UTC", **settings, **wrong}
            )


def test_the_first_administrator_makes_the_library_and_its_root(context: World) -> None:
    first = library_actions.create_administrator(
        NewLibrary("Hill Library", "Asia/Tokyo", Region.IN, Paper.A4),
        "Hanna",
        "hanna@example.org",
        HASH,
        NOW,
    )
    second = library_actions.create_administrator(
        NewLibrary("Hill Library"), "Hugh", "hugh@example.org", HASH, NOW
    )
    assert first.library_id == second.library_id
    root = db.session.scalars(select(Team).where(Team.library_id == first.library_id)).one()
    assert (root.parent_id, root.path, second.time_zone) == (None, f"/{root.id}/", "Asia/Tokyo")
    with pytest.raises(Invalid, match="time_zone_unknown"):
        library_actions.create_administrator(
            NewLibrary("Dale Library", "Nowhere"), "Dora", "dora@example.org", HASH, NOW
        )


def test_a_password_changed_while_it_was_checked_lets_nobody_in(
    context: World, adam: Actor
) -> None:
    class Slow(Passwords):
        def fits(self, stored: str | None, password: str, dated: Iterable[str] = ()) -> bool:
            fits = super().fits(stored, password, dated)
            with transaction() as tx:
                tx.get_one(Person, context.people["ana"]).password_hash = HASH[:-2]
            return fits

    slow = Slow(time_cost=1, memory_cost=64, parallelism=1)
    token = sign_in_actions.sign_in(
        slow, context.email("ana"), PASSWORD, Visit("", dt.timedelta(days=1)), NOW
    )
    assert token is None
