"""A coordinator in a library that shows no levels by name: what there is of a round, and when."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import Queries
from tests.factories.actors import acting
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import send
from tests.factories.world import World
from tests.teams.crowds import AT, GAP, hide_names
from tests.teams.figures.random_rounds import at, begun_round, counted_round
from tests.teams.gaps.pages import file
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.models import CountedOutcome, FigureGroup, Library, Membership, Round
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


def leadership(client: Client, world: World, team: str, query: str = "") -> list[list[str]]:
    """Round, day, group, newly reviewed, reached, not reached."""
    lines = file(client, f"/teams/{world.teams[team]}/gaps.csv{query}")
    return [line[2:] for line in lines if line[0] == "Leadership"]


def page(client: Client, world: World, team: str = "city") -> str:
    return client.get(f"/teams/{world.teams[team]}/gaps").text


def test_there_is_one_figure_when_the_round_closes(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        for number in range(10):
            join(world, f"zoe{number}", "harbour")
        starts_on = begun_round(world)
        for number in range(6):
            stand(world, f"zoe{number}", AT if number < 4 else GAP, at=at(starts_on, 5))
        rounds_actions.keep_all_due(at(starts_on, 28))
    assert leadership(cora, world, "city") == []
    with app.app_context():
        assert rounds_actions.keep_all_due(at(starts_on, 29)) == 1
    told = [["Round 0", "2026-11-23", "City Library", "6", "4", "2"]]
    assert leadership(cora, world, "city") == told
    with app.app_context():
        for number in range(6, 10):
            stand(world, f"zoe{number}", GAP, at=at(starts_on, 29))
        rounds_actions.keep_all_due(world.now)
    assert leadership(cora, world, "city") == told
    assert leadership(cora, world, "harbour") == []
    assert "Of 6 people newly reviewed, 4 reached the target in Leadership." in page(cora, world)
    assert "Zoe" not in page(cora, world)


def test_the_next_round_counts_who_is_newly_reviewed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Four wait for a fifth; who was counted isn't counted again."""
    with app.app_context():
        hide_names(world)
        for number in range(10):
            join(world, f"zoe{number}", "harbour")
        first = begun_round(world, number=2)
        for number in range(5):
            for domain in ("leadership", "technical"):
                stand(world, f"zoe{number}", AT if number < 2 else GAP, domain, at=at(first, 5))
        second = begun_round(world, number=1)
        rounds_actions.keep_all_due(at(second))
        for number in range(5, 9):
            stand(world, f"zoe{number}", AT if number < 7 else GAP, at=at(second, 5))
        third = begun_round(world)
        stand(world, "zoe9", AT, at=at(third, 5))
        rounds_actions.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    assert leadership(cora, world, "city") == [
        ["Round 0", "2026-11-23", "City Library", "5", "3", "2"],
        ["Round 2", "2026-09-24", "City Library", "5", "2", "3"],
    ]
    asked = f"?round={world.rounds['Round 2']}"
    assert leadership(cora, world, "city", asked) == [
        ["Round 2", "2026-09-24", "City Library", "5", "2", "3"]
    ]
    text = " ".join(page(cora, world).split())
    assert "Of 5 people newly reviewed, 3 reached the target in Leadership." in text
    assert "Newest figures: Nov 23, in Round 0." in text
    assert re.findall("as of [^<]* Round .", text) == [
        "as of Sep 24, in Round 2",
        "as of Nov 23, in Round 0",
    ], "Technical, then Leadership"
    assert (
        "Of 5 people newly reviewed, 2 reached"
        in cora.get(f"/teams/{world.teams['city']}/gaps{asked}").text
    )


def test_some_are_told_on_an_earlier_day(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        hide_names(world)
        for number in range(10):
            join(world, f"zoe{number}", "harbour")
        starts_on = begun_round(world, early=True)
        for number in range(6):
            stand(world, f"zoe{number}", AT if number < 3 else GAP, at=at(starts_on, 5))
        stand(world, "zoe6", AT, at=at(starts_on, 10))
        rounds_actions.keep_all_due(at(starts_on, 11))
        rounds_actions.keep_all_due(at(starts_on, 12))
    cora = sign_in(world.email("cora"))
    day = (starts_on + dt.timedelta(days=9)).isoformat()
    assert leadership(cora, world, "city") == [["Round 0", day, "City Library", "6", "3", "3"]]


@pytest.mark.parametrize(("gaps", "reached"), [(10, 0), (9, 1), (1, 9)])
def test_who_are_nearly_all_alike_are_not_told(
    app: Flask, world: World, sign_in: SignIn, gaps: int, reached: int
) -> None:
    with app.app_context():
        hide_names(world)
        counted_round(world, ["harbour"], gaps, reached)
    cora = sign_in(world.email("cora"))
    assert leadership(cora, world, "city") == []
    assert "nearly all with the same result" in page(cora, world)


def test_groups_are_those_of_the_first_day(app: Flask, world: World, sign_in: SignIn) -> None:
    """Who joins is in none; who moves stays in theirs; who leaves isn't counted."""
    with app.app_context():
        hide_names(world)
        for number in range(12):
            join(world, f"zoe{number}", "harbour")
        starts_on = begun_round(world)
        joined = starts_on + dt.timedelta(days=2)
        join(world, "xia", "harbour", starts_on=joined)
        with transaction() as tx:
            for name, values in (
                ("zoe0", {"team_id": world.teams["central"]}),
                ("zoe1", {"ends_on": joined}),
            ):
                of = Membership.person_id == world.people[name]
                tx.execute(update(Membership).where(of).values(values))
        for number, name in enumerate(["xia", *(f"zoe{number}" for number in range(7))]):
            stand(world, name, AT if number % 2 else GAP, at=at(starts_on, 5))
        rounds_actions.keep_all_due(world.now)
        names = {id_: name for name, id_ in world.people.items()}
        who = session().scalars(select(CountedOutcome.person_id).distinct())
        assert {names[each] for each in who} == {"zoe0", "zoe2", "zoe3", "zoe4", "zoe5", "zoe6"}
    assert leadership(sign_in(world.email("cora")), world, "city")[0][3:] == ["6", "4", "2"]


@pytest.mark.parametrize("ends_on", [None, dt.date(2026, 9, 30)])
def test_who_knows_some_by_name_needs_more_of_the_others(
    app: Flask, world: World, sign_in: SignIn, ends_on: dt.date | None
) -> None:
    """Two of the six who are told were in Bookmobile, which Rea supervises or did."""
    with app.app_context():
        hide_names(world)
        join(world, "rea", "city", Role.COORDINATOR)
        join(world, "rea", "bookmobile", Role.SUPERVISOR, ends_on=ends_on)
        for number in range(2):
            join(world, f"zoe{number}", "bookmobile", ends_on=dt.date(2026, 8, 1))
        for number in range(4):
            join(world, f"xia{number}", "harbour")
        counted_round(world, ["harbour"], 3, 3)
    cora, rea = (sign_in(world.email(name)) for name in ("cora", "rea"))
    assert leadership(cora, world, "city")[0][3:] == ["6", "3", "3"]
    assert leadership(rea, world, "city") == []


def test_whoever_sent_them_a_review_is_known(app: Flask, world: World, sign_in: SignIn) -> None:
    """Carl reviewed everybody, and coordinates nothing less than Cora."""
    with app.app_context():
        hide_names(world)
        counted_round(world, ["harbour"])
        join(world, "carl", "city", Role.COORDINATOR)
    assert leadership(sign_in(world.email("cora")), world, "city")
    assert leadership(sign_in(world.email("carl")), world, "city") == []


def test_what_was_seen_by_name_disguises_nobody(app: Flask, world: World, sign_in: SignIn) -> None:
    """Names are hidden after the reviews of the round."""
    with app.app_context():
        counted_round(world, ["harbour"])
    right = {
        "name": "City Library",
        "time_zone": "UTC",
        "region": "US",
        "paper": "letter",
        "review_days": "14",
        "differences_days": "14",
    }
    assert sign_in(world.email("adam")).post("/admin/library", right).status_code == 303
    cora = sign_in(world.email("cora"))
    assert leadership(cora, world, "city") == []
    with app.app_context(), transaction() as tx:
        library = tx.get_one(Library, world.libraries["city"])
        assert library.names_hidden_at == world.now
        library.names_hidden_at = world.now - dt.timedelta(days=90)
    assert leadership(cora, world, "city")[0][3:] == ["10", "5", "5"]


def test_the_page_says_when_the_next_come_and_how_many_have_sent(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        for number in range(10):
            join(world, f"zoe{number}", "harbour")
        rounds_actions.keep_all_due(world.now)
        period = session().get_one(Round, world.rounds["city"])
        day = f"{period.ends_on:%b} {period.ends_on.day}"
        assert session().scalars(select(FigureGroup)).first() is not None
        statement = world.statements["technical"][0]
        for number in range(3):
            sent = {statement: ItemStatus.WAITING}
            send(world, f"zoe{number}", "hugo", sent, round_id=world.rounds["city"])
        withdrawn = {world.statements["technical"][1]: ItemStatus.DROPPED}
        send(world, "zoe4", "hugo", withdrawn, round_id=world.rounds["city"])
    text = " ".join(page(cora, world).split())
    assert f"First figures: {day}" in text
    assert re.search(r"\b3 of 1[0-9] people have sent ratings for review", text)
    assert "Until then" not in text, "there are none yet"
    assert "No figures" not in text
    harbour = " ".join(page(cora, world, "harbour").split())
    assert "people here are counted with the teams around this one." in harbour
    assert "No figures for this team alone" in harbour
    assert f'href="/teams/{world.teams["city"]}/gaps">Figures: City Library<' in harbour
    assert "First figures" not in harbour
    assert "Not shown" not in harbour


def test_no_filter_cuts_a_team(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        hide_names(world)
        counted_round(world, ["harbour"])
    cora = sign_in(world.email("cora"))
    profile = world.role_profiles["city"]
    round_id = world.rounds["Round 0"]
    for query in (f"profile={profile}", "teams=own", f"compare={round_id}"):
        at_city = f"/teams/{world.teams['city']}/gaps"
        for kind in ("csv", "xlsx", "pdf"):
            assert cora.http.get(f"{at_city}.{kind}?{query}").status_code == 404
        text = cora.get(f"{at_city}?{query}").text
        assert "it was left out" in text
        assert "<select" not in text


def test_an_earlier_day_is_chosen_before_the_round_begins(app: Flask, world: World) -> None:
    with app.app_context():
        adam, today = acting(world, "adam"), world.now.date()
        first, last = today + dt.timedelta(days=200), today + dt.timedelta(days=230)
        of = ("Later", [world.framework_id], first, last, world.now)
        for day in (first - dt.timedelta(days=1), last):
            with pytest.raises(Invalid, match="figures_outside_round"):
                rounds_actions.create(adam, *of, figures_on=day)
        round_id = rounds_actions.create(adam, *of, figures_on=first)
        rounds_actions.edit(adam, round_id, *of, figures_on=first + dt.timedelta(days=3))
        assert session().get_one(Round, round_id).figures_on == first + dt.timedelta(days=3)
        session().rollback()
        begun = first + dt.timedelta(days=1), [world.framework_id]
        with pytest.raises(Invalid, match="round_keeps_figures"):
            rounds_actions.edit(adam, round_id, "Later", begun[1], first, last, at(begun[0]))


def test_queries_do_not_grow(app: Flask, world: World, sign_in: SignIn, count_sql: Queries) -> None:
    cora = sign_in(world.email("cora"))
    asked = []
    with app.app_context():
        hide_names(world)
        crowd = counted_round(world, ["harbour"])
    for number in (2, 3):
        count_sql.clear()
        page(cora, world, "city")
        asked.append(len(count_sql))
        with app.app_context():
            join(world, f"xia{number}", "central")
            starts_on = begun_round(world, number=-number)
            for name in crowd.names:
                stand(world, name, AT, "communication", at=at(starts_on, 1), by="carl")
            rounds_actions.keep_all_due(at(starts_on, 40))
    assert asked[0] == asked[1]
