"""What people are in teams, and when."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.frameworks import second_framework
from tests.factories.world import START, World
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.administration.teams import actions as teams_actions
from tracker.db import db
from tracker.models import Membership
from tracker.policy.permissions import Actor
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Invalid, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("all_is_sealed")

TODAY = NOW.date()


@pytest.fixture
def learner(context: World) -> MembershipTerms:
    """Ben learns in Harbour from today on; he learns in Central already."""
    return MembershipTerms(
        context.teams["harbour"], Role.LEARNER, TODAY, role_profile_id=context.role_profiles["city"]
    )


def test_a_learner_here_and_a_supervisor_there(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    ben = context.people["ben"]
    memberships_actions.add(adam, ben, learner, NOW)
    memberships_actions.add(
        adam, ben, MembershipTerms(context.teams["bookmobile"], Role.SUPERVISOR, TODAY), NOW
    )
    actor = acting(context, "ben")
    assert {place.team_id for place in actor.learns_in} == {
        context.teams["central"],
        context.teams["harbour"],
    }
    assert [place.team_id for place in actor.supervises] == [context.teams["bookmobile"]]


def test_both_dates_are_inclusive(context: World, adam: Actor, learner: MembershipTerms) -> None:
    membership_id = memberships_actions.add(
        adam, context.people["ben"], replace(learner, ends_on=TODAY), NOW
    )
    assert len(acting(context, "ben").learns_in) == 2
    memberships_actions.correct(
        adam, membership_id, replace(learner, starts_on=TODAY + dt.timedelta(days=1)), NOW
    )
    assert len(acting(context, "ben").learns_in) == 1


def test_a_supervisor_keeps_no_role_profile(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    membership_id = memberships_actions.add(
        adam, context.people["ben"], replace(learner, role=Role.SUPERVISOR), NOW
    )
    assert db.session.get_one(Membership, membership_id).role_profile_id is None


def test_what_a_membership_cannot_say(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    for wrong, code in (
        ({"team_id": 0}, "team_unknown"),
        ({"team_id": context.teams["other"]}, "team_unknown"),
        ({"role_profile_id": None}, "role_profile_needed"),
        ({"role_profile_id": context.role_profiles["other"]}, "role_profile_unknown"),
        ({"ends_on": TODAY - dt.timedelta(days=1)}, "dates_not_in_order"),
        ({"starts_on": dt.date(1, 1, 1)}, "day_far"),
        ({"ends_on": dt.date(9999, 12, 31)}, "day_far"),
        ({"weekly_hours": 0}, "hours_out_of_range"),
        ({"weekly_hours": 81}, "hours_out_of_range"),
        ({"job": "x" * 201}, "line_long"),
    ):
        with pytest.raises(Invalid) as refused:
            memberships_actions.add(adam, context.people["ben"], replace(learner, **wrong), NOW)
        assert refused.value.code == code
    with pytest.raises(Missing):
        memberships_actions.add(adam, context.people["otto"], learner, NOW)


def test_nobody_is_the_same_thing_in_one_team_twice(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    central = replace(learner, team_id=context.teams["central"])
    for starts_on, ends_on in (
        (TODAY, None),
        (START, START),
        (START - dt.timedelta(days=9), START),
    ):
        with pytest.raises(Invalid, match="membership_overlaps"):
            memberships_actions.add(
                adam,
                context.people["ben"],
                replace(central, starts_on=starts_on, ends_on=ends_on),
                NOW,
            )
    before = replace(
        central, starts_on=START - dt.timedelta(days=9), ends_on=START - dt.timedelta(days=1)
    )
    assert memberships_actions.add(adam, context.people["ben"], before, NOW)
    assert memberships_actions.add(
        adam, context.people["ben"], replace(central, role=Role.SUPERVISOR), NOW
    )


def test_one_team_is_no_hindrance_to_two_frameworks(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    second_framework(context, "five-levels")
    bikes = replace(
        learner,
        team_id=context.teams["central"],
        role_profile_id=context.role_profiles["Everything"],
    )
    first = memberships_actions.add(adam, context.people["ben"], bikes, NOW)
    with pytest.raises(Invalid, match="membership_overlaps"):
        memberships_actions.add(adam, context.people["ben"], bikes, NOW)
    same = replace(bikes, role_profile_id=context.role_profiles["city"])
    with pytest.raises(Invalid, match="membership_overlaps"):
        memberships_actions.correct(adam, first, same, NOW)


def test_an_end_that_is_taken_back_does_not_overlap_what_came_after(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    ben = context.people["ben"]
    first = memberships_actions.add(adam, ben, replace(learner, ends_on=TODAY), NOW)
    memberships_actions.add(
        adam, ben, replace(learner, starts_on=TODAY + dt.timedelta(days=1)), NOW
    )
    with pytest.raises(Invalid, match="membership_overlaps"):
        memberships_actions.correct(adam, first, learner, NOW)
    with pytest.raises(Invalid, match="membership_overlaps"):
        memberships_actions.end(adam, first, TODAY + dt.timedelta(days=3), NOW)
    assert db.session.get_one(Membership, first).ends_on == TODAY


def test_ending(context: World, adam: Actor, learner: MembershipTerms) -> None:
    membership_id = memberships_actions.add(adam, context.people["ben"], learner, NOW)
    with pytest.raises(Invalid, match="dates_not_in_order"):
        memberships_actions.end(adam, membership_id, TODAY - dt.timedelta(days=1), NOW)
    memberships_actions.end(adam, membership_id, TODAY, NOW)
    assert db.session.get_one(Membership, membership_id).ends_on == TODAY
    with pytest.raises(Missing):
        memberships_actions.end(acting(context, "oda"), membership_id, TODAY, NOW)


def test_a_retired_role_profile_stays_where_it_is_and_goes_no_further(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    profile_id = role_profiles_actions.create(adam, context.framework_id, "Page", {}, NOW)
    past = replace(learner, role_profile_id=profile_id, starts_on=START, ends_on=START)
    membership_id = memberships_actions.add(adam, context.people["ben"], past, NOW)
    role_profiles_actions.retire(adam, profile_id, NOW)
    memberships_actions.correct(adam, membership_id, replace(past, job="Page"), NOW)
    with pytest.raises(Invalid, match="role_profile_retired"):
        memberships_actions.add(adam, context.people["lea"], past, NOW)


def test_no_new_member_in_a_closed_team(
    context: World, adam: Actor, learner: MembershipTerms
) -> None:
    teams_actions.close(adam, context.teams["harbour"], NOW)
    with pytest.raises(Invalid, match="team_closed"):
        memberships_actions.add(adam, context.people["ben"], learner, NOW)
