"""Somebody in two teams, or with two job profiles, is measured by one rule on every page: in a team
by the job there; where both are joined, once, against the higher target of each domain."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.administration.rounds.past_rounds import MAY
from tests.client import Client
from tests.factories.actors import acting
from tests.factories.answers import EndorsedAnswer
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import endorse
from tests.factories.versions import carried, next_version
from tests.factories.world import World
from tests.reading import words
from tests.teams.gaps import plain_figures
from tests.teams.gaps.matrix import below, cells, domains
from tests.teams.gaps.pages import file
from tests.teams.team.test_views import rows
from tracker.administration.rounds import actions as rounds_actions, queries as rounds_queries
from tracker.db import transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Team

SignIn = Callable[[str], Client]
ENTRY = ["Emerging", "Emerging", "At target"]
MID = ["Emerging", "Developing", "Below target"]


def two_jobs(world: World) -> int:
    """Ana reaches the first level of Communication and not the second: enough for Entry, which she
    is in Harbour, and not for Mid-level, which she is in Central. Spring, when it was so too, is
    over."""
    spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    add_role_profile(world, "Entry", 1)
    join(world, "ana", "harbour", role_profile="Entry")
    for place, statement_id in enumerate(world.statements["communication"][:5]):
        answer = EndorsedAnswer.CONSISTENTLY if place < 2 else EndorsedAnswer.PARTLY
        endorse(world, "ana", "sue", statement_id, answer, MAY)
    stand(world, "lea", TargetState.AT_TARGET, "communication", at=MAY)
    rounds_actions.keep_all_due(world.now)
    return spring


def in_file(client: Client, world: World, team: str, query: str = "") -> list[object]:
    """Ana's row: her job profile, and how far she is in Communication."""
    table = file(client, f"/teams/{world.teams[team]}/gaps/people.csv{query}")
    at = table[0].index("Communication level")
    return next([row[2], row[at : at + 3]] for row in table if row[0] == "Ana")


@pytest.fixture
def spring(app: Flask, world: World) -> int:
    with app.app_context():
        return two_jobs(world)


@pytest.mark.in_ci
def test_every_page_of_a_team_measures_by_the_job_there(
    world: World, sign_in: SignIn, spring: int
) -> None:
    cora = sign_in(world.email("cora"))
    for query in ("", f"?round={spring}"):
        assert in_file(cora, world, "central", query) == ["Mid-level", MID]
        assert in_file(cora, world, "harbour", query) == ["Entry", ENTRY]
        for team, job, state in (("central", "Mid-level", "Below"), ("harbour", "Entry", "At")):
            page = cora.get(f"/teams/{world.teams[team]}/gaps{query}").text
            assert cells(page)["Ana"]["Communication"].startswith(f"{state} target: Emerging")
            assert f"Ana {job}" in words(page)
    for team, job in (("central", "Mid-level"), ("harbour", "Entry")):
        page = cora.get(f"/teams/{world.teams[team]}").text
        assert any(job in cells for name, cells in rows(page).items() if name.startswith("Ana"))
        assert "measured by their job profile here" in page


@pytest.mark.in_ci
def test_where_teams_are_joined_they_count_once_against_the_higher_target(
    world: World, sign_in: SignIn, spring: int
) -> None:
    cora = sign_in(world.email("cora"))
    for query in ("", f"?round={spring}"):
        assert in_file(cora, world, "city", query) == ["Mid-level, Entry", MID]
        page = cora.get(f"/teams/{world.teams['city']}/gaps{query}").text
        assert "With two jobs here, the higher target applies." in page
        by_team = page.partition("Below target by team</h2>")[2]
        assert rows(by_team)["Central"][2] == "1 of 1"
        assert rows(by_team)["Harbour"][2] == "0 of 2"
        assert below(page)["Communication"] == "1 of 2"


@pytest.mark.in_ci
def test_a_filter_by_job_measures_by_that_job(world: World, sign_in: SignIn, spring: int) -> None:
    cora = sign_in(world.email("cora"))
    of = world.role_profiles
    for query in ("", f"&round={spring}"):
        assert in_file(cora, world, "city", f"?profile={of['Entry']}{query}") == ["Entry", ENTRY]
        assert in_file(cora, world, "city", f"?profile={of['city']}{query}") == ["Mid-level", MID]


@pytest.mark.in_ci
def test_two_jobs_in_one_team_are_joined_too(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        two_jobs(world)
        join(world, "ana", "central", role_profile="Entry")
    cora = sign_in(world.email("cora"))
    assert in_file(cora, world, "central") == ["Mid-level, Entry", MID]
    page = cora.get(f"/teams/{world.teams['central']}").text
    assert "Mid-level, Entry" in page
    listed = cora.get(f"/teams/{world.teams['central']}?profile=Entry").text
    assert "1 of 2 people" in listed


@pytest.mark.in_ci
def test_a_profile_joins_all_jobs_and_says_so(world: World, sign_in: SignIn, spring: int) -> None:
    ana = sign_in(world.email("ana"))
    page = ana.get("/profile").text
    assert "higher target of each domain counts" in page
    explained = ana.get("/profile/communication").text
    assert "Target Developing" in explained
    assert "With several job profiles (Entry, Mid-level)" in explained
    (kept,) = ana.http.get("/profile.json").get_json()["rounds"]
    assert kept["role_profile"] == "Mid-level, Entry"
    assert {each["target"] for each in kept["domains"]} == {2}


@pytest.mark.in_ci
def test_the_comparison_measures_then_as_the_round_does(
    world: World, sign_in: SignIn, spring: int
) -> None:
    """In Harbour she was at target then, in the library she was not."""
    cora = sign_in(world.email("cora"))
    for team, of in (("central", "1 of 1"), ("harbour", "0 of 2"), ("city", "1 of 2")):
        gaps, known = of.split(" of ")
        page = cora.get(f"/teams/{world.teams[team]}/gaps?compare={spring}").text
        then = cora.get(f"/teams/{world.teams[team]}/gaps?round={spring}").text
        said = domains(page)["Communication"]
        none = f"people compared: no difference, {gaps} below target"
        assert re.search(f"{known} of \\d+ {none}", said)
        assert below(then)["Communication"] == of


@pytest.mark.in_ci
def test_the_figures_are_those_of_a_second_count(
    app: Flask, world: World, sign_in: SignIn, spring: int
) -> None:
    cora = sign_in(world.email("cora"))
    for team in ("city", "central", "harbour"):
        with app.app_context(), transaction() as tx:
            path = tx.get_one(Team, world.teams[team]).path
            plain = plain_figures.everybody(world, path)
        found = below(cora.get(f"/teams/{world.teams[team]}/gaps").text)
        for domain in ("Technical", "Communication", "Leadership"):
            gaps = len(plain.having(domain, plain_figures.GAP))
            known = gaps + len(plain.having(domain, plain_figures.AT))
            assert found[domain] == f"{gaps} of {known}", (team, domain)


def test_a_round_counts_their_statements_once_by_the_higher_target(
    app: Flask, world: World, spring: int
) -> None:
    """One level either side of Mid-level: 13 technical, 8, and 6. Entry alone has 18."""
    with app.app_context():
        load = rounds_queries.expected(
            acting(world, "adam"), [world.framework_id], world.now.date()
        )
    assert [each.near for each in load if each.name == "Ana"] == [27]


@pytest.mark.in_ci
def test_a_page_says_who_is_measured_otherwise_elsewhere(
    world: World, sign_in: SignIn, spring: int
) -> None:
    """Sue sees Central alone; Cora sees both teams, and measures by both in the library."""
    said = "Ana has another job that isn’t counted here."
    central = f"/teams/{world.teams['central']}/gaps"
    for name in ("sue", "cora"):
        reader = sign_in(world.email(name))
        assert said in reader.get(central).text
        assert said in reader.get(f"{central}/domains/communication?show=all").text
        assert said not in reader.get(f"{central}/domains/communication?show=at").text
        assert said not in reader.get(f"{central}?round={spring}").text
    cora = sign_in(world.email("cora"))
    city = f"/teams/{world.teams['city']}/gaps"
    assert said not in cora.get(city).text
    assert said in cora.get(f"{city}?profile={world.role_profiles['Entry']}").text


def test_an_explanation_says_the_state_by_each_job(
    world: World, sign_in: SignIn, spring: int
) -> None:
    """The cell of Harbour says at target; what it leads to says of which job that is."""
    url = f"/people/{world.people['ana']}/profile/communication"
    page = words(sign_in(world.email("cora")).get(url).text)
    assert "Target Developing: ▼ below target" in page
    assert "As Entry alone, target Emerging: ✓ at target" in page
    assert "As Mid-level alone" not in page
    lea = f"/people/{world.people['lea']}/profile/communication"
    assert "alone" not in words(sign_in(world.email("cora")).get(lea).text)


@pytest.mark.in_ci
def test_what_changed_says_that_the_jobs_did(app: Flask, world: World, sign_in: SignIn) -> None:
    """And that the version did."""
    with app.app_context():
        two_jobs(world)
    said = "The targets are not the same: then those of"
    lea, ana = sign_in(world.email("lea")), sign_in(world.email("ana"))
    for one in (lea, ana):
        assert said not in one.get("/profile").text
    with app.app_context():
        add_role_profile(world, "Lead", 4)
        join(world, "lea", "central", role_profile="Lead", starts_on=dt.date(2026, 11, 1))
    page = words(lea.get("/profile").text)
    assert f"{said} Mid-level, now those of Lead, Mid-level." in page
    assert said not in ana.get("/profile").text
    with app.app_context():
        carried(world, next_version(world))
    page = words(ana.get("/profile").text)
    assert "The statements are not the same: then version 1, now version 2." in page
    assert said not in page
    earlier = re.search(r'href="([^"]+)"[^>]*>Spring 2026</a>', lea.get("/profile").text)
    assert earlier
    page = words(lea.get(earlier.group(1)).text)
    assert re.search(f"{said} Mid-level in version 1, now those of [^.]* in version 2", page)
