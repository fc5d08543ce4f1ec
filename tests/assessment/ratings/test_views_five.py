"""Rate five, and going on where one left off."""

import datetime as dt

from flask import Flask

from tests.assessment.ratings.stored import BEFORE
from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.world import World


def test_rate_five_shows_the_next_open_then_the_oldest(
    app: Flask, world: World, ana: Client
) -> None:
    everything = [each for domain in world.statements.values() for each in domain]
    with app.app_context():
        for age, statement_id in enumerate(everything[:-3]):
            rate(world, "ana", statement_id, Answer.PARTLY, BEFORE - age * dt.timedelta(days=1))
    page = ana.get("/assess/five").text
    wanted = [*everything[-3:], *reversed(everything[-5:-3])]
    shown = [each for each in everything if f'id="s-{each}"' in page]
    assert shown == sorted(wanted, key=everything.index)
    assert "-".join(map(str, shown)) in page


def test_rate_five_takes_what_is_for_the_job_first(app: Flask, world: World, ana: Client) -> None:
    """The job ends in the middle of each section: 10, 5 and 3 of its statements."""
    technical, communication, leadership = world.statements.values()
    job = [*technical[:10], *communication[:5], *leadership[:3]]
    with app.app_context():
        for statement_id in job[:-2]:
            rate(world, "ana", statement_id, Answer.PARTLY)
    page = ana.get("/assess/five").text
    wanted = [*technical[10:13], *job[-2:]]
    assert [
        each for part in world.statements.values() for each in part if f'id="s-{each}"' in page
    ] == wanted


def test_rate_five_says_when_nothing_waits(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        for domain in world.statements.values():
            for statement_id in domain:
                rate(world, "ana", statement_id, Answer.PARTLY)
    assert "Nothing is waiting to be rated" in ana.get("/assess/five").text
    assert ana.get("/assess").location == "/assess/done"


def test_resume_goes_where_one_left_off(app: Flask, world: World, ana: Client) -> None:
    """What is up to the targets comes first, then the rest."""
    job, leadership = "?show=job", world.statements["leadership"]
    assert ana.get("/assess").location == f"/assess/small/technical/technical{job}"
    with app.app_context():
        rate(world, "ana", leadership[0], Answer.PARTLY)
    assert ana.get("/assess").location == f"/assess/small/durable/leadership{job}"
    with app.app_context():
        for statement_id in leadership[1:3]:
            rate(world, "ana", statement_id, Answer.PARTLY)
    assert ana.get("/assess").location == f"/assess/small/technical/technical{job}"
    with app.app_context():
        for statement_id in [
            *world.statements["technical"][:10],
            *world.statements["communication"][:5],
        ]:
            rate(world, "ana", statement_id, Answer.PARTLY)
    assert ana.get("/assess").location == "/assess/small/durable/communication"
