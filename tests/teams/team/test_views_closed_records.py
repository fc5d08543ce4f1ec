"""Pages of a team say whose records are not open to their reader yet, and from when they are."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.people import closed_to, join
from tests.factories.reviews import endorse_all
from tests.factories.sides import NO, YES, actor, answer_all, send
from tests.factories.world import World
from tests.reading import words
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


@pytest.fixture
def central(app: Flask, world: World) -> str:
    """Ana and Ben sent, and Ana's review is revealed; Sue and Cora have come to read them, and Ben's
    record waits for a decision."""
    with app.app_context():
        review_id = send(world, YES, NO)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.NOT_YET)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        send(world, YES, learner="ben")
        for name, team, role in (
            ("sue", "central", Role.SUPERVISOR),
            ("cora", "city", Role.COORDINATOR),
        ):
            closed_to(world, name, "ana", team, role=role)
            closed_to(world, name, "ben", team, role=role, opens_at=None)
    return f"/teams/{world.teams['central']}"


def test_a_row_says_when_it_opens_and_not_what_was_revealed(
    world: World, sign_in: SignIn, central: str
) -> None:
    sue = sign_in(world.email("sue"))
    page = words(sue.get(central).text)
    assert "2 records aren’t open to you yet. Until then you see what was sent" in page
    assert "Ana Library Assistant 2 Opens Dec 1 Mid-level" in page
    assert "Ben Library Assistant 1 review , Ben 1 Opens after a check Mid-level" in page
    assert "Central 2 2 of 2 0 of 0" in words(sue.get("/teams").text)
    assert "leaves out people whose records aren’t open to you yet" in words(sue.get("/teams").text)


def test_gaps_are_no_riddle_where_nobody_is_open(
    world: World, sign_in: SignIn, central: str
) -> None:
    sue = sign_in(world.email("sue"))
    for path in (f"{central}/gaps", f"{central}/gaps/domains/communication"):
        page = words(sue.get(path).text)
        assert "2 records aren’t open to you yet. This page leaves them out." in page
        assert "Opens Dec 1: Ana Opens after a check: Ben" in page
        assert "No record is open to you yet" in page
        assert "Nobody" not in page


def test_gaps_leave_out_who_is_closed_and_still_say_who_has_not_sent(
    app: Flask, world: World, sign_in: SignIn, central: str
) -> None:
    with app.app_context():
        join(world, "nell", "central")
        join(world, "olga", "central")
        closed_to(world, "sue", "olga")
    sue = sign_in(world.email("sue"))
    page = words(sue.get(f"{central}/gaps").text)
    assert "3 records aren’t open to you yet. This page leaves them out." in page
    assert "2 of 4 people have sent ratings." in page
    listed = words(sue.get(f"{central}?show=not-sent").text)
    assert "Nell" in listed
    assert "Olga" in listed
    with app.app_context():
        yes = dict.fromkeys(world.statements["communication"], EndorsedAnswer.CONSISTENTLY)
        endorse_all(world, "nell", "sue", yes)
    known = words(sue.get(f"{central}/gaps").text)
    assert "1 of 4 people. 3 records aren’t open to you yet." in known, "4 on the team's page"
    assert 'Left out,"3 people, whose records aren’t open to you yet"' in (
        sue.get(f"{central}/gaps/about.csv").text
    )


def test_a_round_says_that_they_sent_and_today_how_many_are_closed(
    world: World, sign_in: SignIn, central: str
) -> None:
    cora = sign_in(world.email("cora"))
    page = words(cora.get(f"{central}/round").text)
    assert "2 records aren’t open to you yet. Until then you see what was sent" in page
    assert "Review finished 0" in page
    assert "None" not in page
    lines = cora.get(f"{central}/round.csv").text.splitlines()
    (ana,) = (line for line in lines if line.startswith("Ana,"))
    assert ana.startswith("Ana,Central,Sent,,,,,")
    today = words(cora.get("/").text)
    assert "Central 2 of 3 people have sent something this round. 2 records aren’t open" in today


def test_who_is_closed_costs_one_query_whatever_their_number(
    app: Flask, world: World, sign_in: SignIn, central: str, count_sql: Queries
) -> None:
    sue = sign_in(world.email("sue"))

    def count() -> int:
        sue.get(central)
        count_sql.clear()
        sue.get(central)
        return len(count_sql)

    few = count()
    with app.app_context():
        for number in range(5):
            join(world, f"p{number}", "central")
            closed_to(world, "sue", f"p{number}", at=world.now - dt.timedelta(days=number))
    assert count() == few
