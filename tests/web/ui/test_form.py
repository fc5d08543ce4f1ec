"""A form never says WTForms' own sentences."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.factories.world import World
from tracker.web.ui.form import SENTENCES

HOSTILE = "9" * 30


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("team_id", HOSTILE, "Choose"),
        ("role", "captain", "Choose again"),
        ("starts_on", "2026-02-30", "This is not a date."),
        ("weekly_hours", "many", "This is not a number. Write it like 24 or 19.5."),
    ],
)
def test_a_bad_choice_is_told_in_our_words(
    world: World, sign_in: Callable[[str], Client], field: str, value: str, said: str
) -> None:
    good = {"team_id": str(world.teams["central"]), "role": "supervisor", "starts_on": "2026-01-05"}
    response = sign_in(world.email("adam")).post(
        f"/admin/people/{world.people['ben']}/memberships", good | {field: value}
    )
    assert response.status_code == 422
    assert said in response.text
    assert "<title>Error: " in response.text
    assert not any(
        theirs.split("%")[0] in response.text
        for theirs in SENTENCES
        if len(theirs.split("%")[0]) > 8
    )


def test_a_page_without_an_error_has_none_in_its_title(
    world: World, sign_in: Callable[[str], Client]
) -> None:
    response = sign_in(world.email("adam")).get(f"/admin/people/{world.people['ben']}")
    assert "<title>Error: " not in response.text
