"""Role profiles and their targets."""

import pytest
from sqlalchemy import select, update

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.world import World
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.db import db, transaction
from tracker.models import AuditEventDetail, Domain, Level, Membership, RoleProfile, Strand, Target
from tracker.models.record.versions import expects
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("all_is_sealed")

LABELS = (
    "Entry / Apprentice",
    "Mid-level / Established",
    "Senior / Expert IC",
    "Lead / Principal / Executive",
)


def targets(role_profile_id: int) -> dict[int, int]:
    """By domain of the world's version."""
    rows = (
        select(Domain.id, Target.rank)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Target, expects())
        .where(Target.role_profile_id == role_profile_id)
    )
    return dict(db.session.execute(rows).all())


@pytest.fixture
def labelled(context: World) -> World:
    """The framework's technical strand has role labels."""
    with transaction() as tx:
        technical = select(Strand.id).where(Strand.key == "technical").scalar_subquery()
        for rank, label in enumerate(LABELS, 1):
            tx.execute(
                update(Level)
                .where(Level.strand_id == technical, Level.rank == rank)
                .values(role_label=label)
            )
    return context


def test_the_role_labels_make_four(labelled: World, adam: Actor) -> None:
    made = role_profiles_actions.start_from_labels(adam, labelled.framework_id, NOW)
    names = [db.session.get_one(RoleProfile, profile_id).name for profile_id in made]
    assert tuple(names) == LABELS
    for rank, profile_id in enumerate(made, 1):
        assert targets(profile_id) == dict.fromkeys(labelled.domains.values(), rank)
    with pytest.raises(Conflict, match="role_labels_used"):
        role_profiles_actions.start_from_labels(adam, labelled.framework_id, NOW)


def test_one_that_is_there_is_left_as_it_is(labelled: World, adam: Actor) -> None:
    mine = role_profiles_actions.create(adam, labelled.framework_id, LABELS[1], {}, NOW)
    assert len(role_profiles_actions.start_from_labels(adam, labelled.framework_id, NOW)) == 3
    assert targets(mine) == {}


def test_a_framework_without_labels_makes_none(context: World, adam: Actor) -> None:
    with pytest.raises(Conflict, match="no_role_labels"):
        role_profiles_actions.start_from_labels(adam, context.framework_id, NOW)


def test_targets_are_set_and_taken_away(context: World, adam: Actor) -> None:
    technical, leadership = context.domains["technical"], context.domains["leadership"]
    profile_id = role_profiles_actions.create(
        adam, context.framework_id, "Page", {technical: 1, leadership: 2}, NOW
    )
    role_profiles_actions.edit(
        adam, profile_id, "Senior page", {technical: 3, leadership: None}, NOW
    )
    assert targets(profile_id) == {technical: 3}
    role_profiles_actions.edit(adam, profile_id, "Senior page", {}, NOW)
    assert targets(profile_id) == {technical: 3}


def test_what_a_role_profile_cannot_say(context: World, adam: Actor) -> None:
    technical = context.domains["technical"]
    for framework_id, name, wanted, code in (
        (2**31 - 1, "Page", {}, "framework_unknown"),
        (context.framework_id, "Mid-level", {}, "role_profile_name_taken"),
        (context.framework_id, "Page", {technical: 5}, "target_unknown"),
        (context.framework_id, "Page", {technical: 0}, "target_unknown"),
        (context.framework_id, "Page", {2**31 - 1: 1}, "target_unknown"),
        (context.framework_id, " ", {}, "line_empty"),
    ):
        with pytest.raises(Invalid, match=code):
            role_profiles_actions.create(adam, framework_id, name, wanted, NOW)
    with pytest.raises(Missing):
        role_profiles_actions.edit(adam, context.role_profiles["other"], "Mine", {}, NOW)


def test_one_in_use_is_not_retired(context: World, adam: Actor) -> None:
    city = context.role_profiles["city"]
    with pytest.raises(Conflict, match="role_profile_in_use"):
        role_profiles_actions.retire(adam, city, NOW)
    for person in ("ana", "ben", "sue", "lea"):
        for place in acting(context, person).learns_in:
            row = select(Membership.id).where(
                Membership.person_id == context.people[person],
                Membership.team_id == place.team_id,
                Membership.role == "learner",
            )
            memberships_actions.end(
                adam, db.session.scalars(row).one(), NOW.date().replace(day=1), NOW
            )
    role_profiles_actions.retire(adam, city, NOW)
    assert db.session.get_one(RoleProfile, city).retired_at == NOW
    role_profiles_actions.restore(adam, city, NOW)
    assert db.session.get_one(RoleProfile, city, populate_existing=True).retired_at is None


@pytest.fixture
def traits(labelled: World) -> World:
    """Targets in the durable strand need a reason."""
    with transaction() as tx:
        tx.execute(update(Strand).where(Strand.key == "durable").values(targets_need_reason=True))
    return labelled


def reason(role_profile_id: int) -> str:
    return db.session.get_one(RoleProfile, role_profile_id, populate_existing=True).targets_reason


def test_role_labels_set_no_targets_in_traits(traits: World, adam: Actor) -> None:
    made = role_profiles_actions.start_from_labels(adam, traits.framework_id, NOW)
    for rank, profile_id in enumerate(made, 1):
        assert targets(profile_id) == {traits.domains["technical"]: rank}


def test_a_target_in_traits_needs_a_reason(traits: World, adam: Actor) -> None:
    technical, leadership = traits.domains["technical"], traits.domains["leadership"]
    wanted = {technical: 1, leadership: 2}
    for typed in ("", " "):
        with pytest.raises(Invalid, match="targets_reason_needed"):
            role_profiles_actions.create(adam, traits.framework_id, "Page", wanted, NOW, typed)
    page = role_profiles_actions.create(
        adam, traits.framework_id, "Page", wanted, NOW, " We train it. "
    )
    assert (targets(page), reason(page)) == (wanted, "We train it.")
    with pytest.raises(Invalid, match="targets_reason_needed"):
        role_profiles_actions.edit(adam, page, "Page", {}, NOW)
    with pytest.raises(Invalid, match="line_long"):
        role_profiles_actions.edit(adam, page, "Page", {}, NOW, "x" * 501)
    role_profiles_actions.edit(adam, page, "Page", {}, NOW, "Agreed with the union.")
    assert reason(page) == "Agreed with the union."
    role_profiles_actions.edit(
        adam, page, "Page", {leadership: None}, NOW, "Agreed with the union."
    )
    assert (targets(page), reason(page)) == ({technical: 1}, "")


def test_the_reason_is_in_the_audit(traits: World, adam: Actor) -> None:
    leadership = {traits.domains["leadership"]: 2}
    role_profiles_actions.create(adam, traits.framework_id, "Page", leadership, NOW, "We train it.")
    facts = db.session.scalars(select(AuditEventDetail.facts).order_by(AuditEventDetail.event_id))
    assert facts.all()[-1]["targets_reason"] == "We train it."


def test_the_audit_says_what_was_expected_before_and_is_now(context: World, adam: Actor) -> None:
    profile, domain = context.role_profiles["city"], context.domains["leadership"]
    for rank in (3, None):
        role_profiles_actions.edit(adam, profile, "Mid-level", {domain: rank}, NOW)
    role_profiles_actions.edit(adam, profile, "Mid-level", {domain: None}, NOW)
    facts = db.session.scalars(select(AuditEventDetail.facts).order_by(AuditEventDetail.event_id))
    assert [(fact["before"], fact["after"]) for fact in facts if "before" in fact] == [
        ("Leadership: Developing", "Leadership: Proficient"),
        ("Leadership: Proficient", "Leadership: –"),
    ]
