"""Another account of one's own, on its pages: what no page sends, and what the file holds."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.doors.accounts import was_nina
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sending import YES
from tests.factories.world import World

SignIn = Callable[[str], Client]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_file_of_an_earlier_account_has_its_moments_as_other_files_do(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        nina = join(world, "nina", "central")
        rate(world, "nina", world.statements["technical"][0], YES)
        was_nina(world)
    found = sign_in(world.email("ana")).get(f"/account/other/{nina}/record.json").get_json()
    for moment in (found["account"]["until"], found["record"]["ratings"][0]["at"]):
        assert dt.datetime.fromisoformat(moment).tzinfo is not None


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_question_that_nobody_asked_is_answered_in_words(world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    for act in ("confirm", "decline"):
        for merge in ("", "0", "-1", "x" * 500, "9" * 40):
            said = ana.post(f"/account/other/{act}", data={"merge": merge}, follow_redirects=True)
            assert "This question is over" in said.text, (act, merge)
