"""Who would review whom, asked for many at once."""

import pytest

from tests.factories.people import join
from tests.factories.world import World
from tracker.reviews.sending.queries_reviewers import named
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


def test_it_answers_for_the_teams_it_was_made_for(world: World) -> None:
    join(world, "hugo", "city", Role.SUPERVISOR)
    city = f"/{world.teams['city']}/"
    central = f"{city}{world.teams['central']}/"
    sue, hugo = world.people["sue"], world.people["hugo"]
    heads = named([central], world.now.date())
    assert heads(0, central) == heads(world.people["ana"], central) == ((sue, "Sue"),)
    assert heads(sue, central) == ((hugo, "Hugo"),)
    with pytest.raises(KeyError):
        heads(0, city)
