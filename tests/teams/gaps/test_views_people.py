"""People on the gaps page: by name, fifty a page, and found by part of it."""

import datetime as dt
import html
import re

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tests.conftest import Queries
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import World
from tests.reading import words
from tests.teams.gaps.matrix import cells, domains
from tests.teams.gaps.pages import AT, GAP, SignIn, some_gaps
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import transaction
from tracker.models import Membership, Target
from tracker.record.standings import actions as standings_actions
from tracker.teams.gaps.queries import TEAMS_SHOWN, GapPage
from tracker.teams.gaps.queries_matrix import ChildRow
from tracker.teams.gaps.queries_scope import TeamName


@pytest.mark.in_ci
def test_any_number_of_people_is_shown_by_name_fifty_a_page(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """By how they are in the domain with most need, then A to Z; or in the one that is asked for."""
    with app.app_context():
        for number in range(119):
            join(world, f"p{number:03}", "central")
        stand(world, "p110", GAP, by="sue")
        stand(world, "p050", GAP, by="sue")
        stand(world, "p000", AT, by="sue")
        stand(world, "p020", AT, "communication", by="sue")
        standings_actions.count_stale(world.now)
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    unknown = ["Ana", "Ben", *(f"P{number:03}" for number in range(1, 119))]
    expected = ["P050", "P110", *(one for one in unknown if one not in ("P050", "P110")), "P000"]
    seen: list[str] = []
    for number in (1, 2, 3):
        page = sue.get(f"{url}?page={number}").text
        assert f"Page {number} of 3" in page
        assert next(iter(next(iter(cells(page).values())))) == "Leadership"
        seen += cells(page)
    assert seen == expected
    by_communication = cells(sue.get(f"{url}?domain=communication&page=3").text)
    assert list(by_communication)[-1] == "P020"
    assert list(by_communication["P020"]) == ["Communication", "Technical", "Leadership"]


def test_somebody_is_found_by_part_of_their_name(app: Flask, world: World, sign_in: SignIn) -> None:
    """And what was chosen stays in the address of the rest."""
    with app.app_context():
        join(world, "Björn Ågren", "central")
        some_gaps(world)
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    page = sue.get(f"{url}?q=BJORN+agr&domain=communication&teams=own").text
    assert list(cells(page)) == ["Björn Ågren"]
    assert "1 of 3 people" in words(page)
    heads = re.findall(r'href="([^"]*)#people"><span>Technical', page)
    assert [html.unescape(head) for head in heads] == [f"{url}?domain=technical&q=BJORN+agr"]
    assert "Nobody found" in sue.get(f"{url}?q=nobody").text
    assert "it was left out" in sue.get(f"{url}?domain=sewing").text
    assert "it was left out" not in sue.get(f"{url}?domain=technical").text


def test_where_nothing_is_reviewed_the_page_says_what_to_do(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for number in range(60):
            join(world, f"p{number:02}", "central")
        standings_actions.count_stale(world.now)
    cora, url = sign_in(world.email("cora")), f"/teams/{world.teams['central']}/gaps"
    page = cora.get(url).text
    assert "No level is known here yet" in page
    assert "0 of 63 people have sent ratings." in words(page)
    assert cells(page) == {}
    assert domains(page) == {}
    who = f"/teams/{world.teams['central']}/round?round={world.rounds['city']}&show=not-sent#people"
    (button,) = re.findall(r'href="([^"]*)">See who hasn’t sent', page)
    assert html.unescape(button) == who
    assert "63 of 63 people" in words(cora.get(who).text)
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Target))
    assert "No targets are set for these jobs" in cora.get(url).text


def test_a_team_of_nobody_says_so(app: Flask, world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['city']}/gaps?teams=own"
    assert "Nobody is left with these filters" in cora.get(url).text
    with app.app_context(), transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.role == "learner")
            .values(ends_on=dt.date(2026, 11, 1))
        )
    assert "No learners in this team" in cora.get(url).text
    assert cora.http.get(f"/teams/{world.teams['city']}/gaps.csv").status_code == 404


@pytest.mark.in_ci
def test_the_number_of_statements_does_not_depend_on_the_size(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        some_gaps(world)
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        rounds_actions.keep_all_due(world.now)
    url = f"/teams/{world.teams['city']}/gaps?compare={spring}"

    def count() -> int:
        cora.get(url)
        count_sql.clear()
        cora.get(url)
        return len(count_sql)

    before = count()
    with app.app_context():
        for number in range(12):
            join(world, f"more{number}", "central" if number % 2 else "bookmobile")
            stand(world, f"more{number}", GAP if number % 3 else AT)
    assert count() == before
    assert before <= 14, "one of them: what counts later for whom"


def test_of_many_teams_those_with_most_people_below_target_are_shown_in_their_order() -> None:
    rows = [
        ChildRow(
            TeamName(number, 1, f"Branch {number}", f"/1/{number}/"), False, 9, ((number % 7, 9),)
        )
        for number in range(2, TEAMS_SHOWN + 12)
    ]
    page = GapPage(people=9, children=tuple(rows))
    shown = [child.team.id for child in page.teams]
    assert (len(shown), shown) == (TEAMS_SHOWN, sorted(shown))
    left_out = [child.gaps[0][0] for child in rows if child.team.id not in shown]
    assert max(left_out) <= min(child.gaps[0][0] for child in page.teams)
    assert GapPage(people=9, children=tuple(rows[:3])).teams == rows[:3]
