"""A version that is hidden: nobody new chooses it, and whoever is on it goes on."""

import pytest

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.frameworks import first_version
from tests.factories.ratings import rate
from tests.factories.sides import YES, send
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.frameworks.next_files import ADDED, edited, seed
from tests.frameworks.versions.offered import (
    HIDDEN,
    SHOWN_AGAIN,
    Listed,
    choices,
    draft_of,
    reworded,
    set_to,
    ways,
)
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.role_profiles import (
    actions as role_profiles_actions,
    queries as role_profiles_queries,
)
from tracker.frameworks.changes.rules import Kind
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.published.pages import framework_page
from tracker.frameworks.versions.queries import between
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


def test_a_hidden_version_is_chosen_by_nobody_new(world: World) -> None:
    version = next_version(world).framework_id
    assert set_to(HIDDEN, version) == 1
    assert choices(world) == [world.framework_id]
    assert ways(world) == []
    assert set_to(HIDDEN, version) == 0
    assert set_to(SHOWN_AGAIN, version) == 1
    assert version in choices(world)


@pytest.mark.in_ci
def test_between_versions_of_which_one_is_hidden_each_change_is_told() -> None:
    """Of several years at once: what the hidden version asked again, too."""
    first = first_version(seed(), NOW)
    second = drafts_actions.publish(None, draft_of(edited(seed(), reworded)), AFTER).framework_id

    def again(listed: Listed) -> None:
        reworded(listed)
        listed["technical"][0] |= {"text": "does a third thing."}
        listed["technical"][1] |= {"uuid": ADDED.format(9), "code": "T-9-42"}

    third = drafts_actions.publish(
        None, draft_of(edited(seed(), again, version="27.05")), AFTER
    ).framework_id
    set_to(HIDDEN, second)
    page = framework_page(seed().slug)
    assert page is not None
    assert page.before is not None
    assert (page.row.id, page.before.id) == (third, first)
    kinds = {
        each.before[0].code: each.kind for each in between(first, third).changed if each.before
    }
    assert kinds == {"T-1-01": Kind.REWORDED, "T-1-02": Kind.RETIRED}


def test_whoever_is_in_a_hidden_framework_goes_on_and_nobody_new_begins(world: World) -> None:
    assert set_to(HIDDEN, world.framework_id) == 1
    adam, today = acting(world, "adam"), world.now.date()
    assert role_profiles_queries.choices(adam) == []
    assert role_profiles_queries.choices(adam, world.role_profiles["city"]) != []
    assert [each.is_given_out for each in role_profiles_queries.listed(adam, today)] == [False]
    terms = MembershipTerms(
        world.teams["harbour"], Role.LEARNER, today, role_profile_id=world.role_profiles["city"]
    )
    with pytest.raises(Invalid, match="role_profile_retired"):
        memberships_actions.add(adam, world.people["carl"], terms, world.now)
    memberships_actions.add(adam, world.people["ben"], terms, world.now)
    with pytest.raises(Invalid, match="framework_unknown"):
        role_profiles_actions.create(adam, world.framework_id, "New", {}, world.now)
    rate(world, "ana", world.statements["technical"][0], YES)
    send(world, YES)
    learner = sheet_queries_learners.learner(world.people["ana"], today)
    assert learner is not None
    assert learner.framework_id == world.framework_id
    assert choices(world) == [world.framework_id], "the library has rounds in it"
    assert set_to(SHOWN_AGAIN, world.framework_id) == 1
    memberships_actions.add(adam, world.people["carl"], terms, world.now)


def test_a_library_that_does_not_use_a_hidden_framework_does_not_see_it(world: World) -> None:
    bikes = first_version(seed(), NOW)
    oda = acting(world, "oda")
    assert bikes in choices(world)
    set_to(HIDDEN, bikes)
    assert bikes not in choices(world)
    assert bikes not in [
        framework.id for framework in role_profiles_queries.frameworks(oda, world.now.date())
    ]


def test_of_a_framework_with_one_version_offered_newcomers_begin_as_before(world: World) -> None:
    """The old one is chosen by nobody new; whose library begins with it goes on until it moves."""
    version = next_version(world)
    set_to(HIDDEN, world.framework_id)
    adam, today = acting(world, "adam"), world.now.date()
    terms = MembershipTerms(
        world.teams["harbour"], Role.LEARNER, today, role_profile_id=world.role_profiles["city"]
    )
    memberships_actions.add(adam, world.people["carl"], terms, world.now)
    assert ways(world) == [("1", "2")]
    carried(world, version)
    assert ways(world) == [], "they can be moved off it, and not back"
