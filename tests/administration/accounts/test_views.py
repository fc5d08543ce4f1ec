"""Another account of one's own, on its pages: what keeps it from ending, and what no page sends."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sending import YES, actor
from tests.factories.world import World
from tracker.administration.accounts import actions as merging

SignIn = Callable[[str], Client]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_whoever_has_a_record_in_the_one_that_is_to_end_is_told_there_what_to_do(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        nina = join(world, "nina", "central")
        rate(world, "nina", world.statements["technical"][0], YES)
        merging.propose(actor(world, "adam"), world.people["ana"], nina, world.now)
    told = "This account has ratings or evidence, so it can’t end."
    there, here = (
        sign_in(world.email(name)).get("/account/other").text for name in ("nina", "ana")
    )
    assert (told in there, "Both are mine" in there) == (True, False)
    assert (told in here, "Both are mine" in here) == (False, True), "not told in another account"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_question_that_nobody_asked_is_answered_in_words(world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    for act in ("confirm", "decline"):
        for merge in ("", "0", "-1", "x" * 500, "9" * 40):
            said = ana.post(f"/account/other/{act}", data={"merge": merge}, follow_redirects=True)
            assert "This question is over" in said.text, (act, merge)
