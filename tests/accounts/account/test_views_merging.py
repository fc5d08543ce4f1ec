"""What somebody reads on their account who is said to have another one, and how they object."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import YES, actor
from tests.factories.world import World
from tracker.administration.accounts import actions as accounts_actions

SignIn = Callable[[str], Client]
OTHER = "were told that ana@example.org and nina@example.org are both yours."
TO_OBJECT = "/account/merge/object"


@pytest.fixture(autouse=True)
def told(app: Flask, world: World) -> None:
    """Adam says that Nina's account is Ana's too."""
    with app.app_context():
        nina = join(world, "nina", "central")
        accounts_actions.merge(
            actor(world, "adam"), world.people["ana"], nina, world.now, dry_run=False
        )


@pytest.mark.parametrize("who", ["ana", "nina"])
def test_either_reads_what_comes_of_it_and_objects(world: World, sign_in: SignIn, who: str) -> None:
    somebody = sign_in(world.email(who))
    assert "Adam says that another account is yours too." in somebody.get("/").text
    page = somebody.get("/account").text
    assert OTHER in page
    assert "From Dec 1 on they can become one. Then you go on with ana@example.org" in page
    said = somebody.post(TO_OBJECT, follow_redirects=True).text
    assert "You objected. Both accounts stay as they are." in said
    assert OTHER not in said
    again = somebody.post(TO_OBJECT, follow_redirects=True).text
    assert "Nothing waits for this anymore" in again


def test_nobody_else_reads_it_or_can_object(world: World, sign_in: SignIn) -> None:
    ben = sign_in(world.email("ben"))
    assert "are both yours" not in ben.get("/account").text
    assert "Nothing waits for this anymore" in ben.post(TO_OBJECT, follow_redirects=True).text
    assert OTHER in sign_in(world.email("ana")).get("/account").text


def test_that_one_has_a_record_is_told_to_its_owner_alone(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        rate(world, "nina", world.statements["technical"][0], YES)
        rate(world, "ana", world.statements["technical"][0], YES)
    there, here = (sign_in(world.email(name)).get("/account").text for name in ("nina", "ana"))
    told = "This account would end, but it has ratings or evidence, so it can’t."
    assert told in there
    assert told not in here
