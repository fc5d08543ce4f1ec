"""The gaps page, with figures counted by hand; and who may see which of them."""

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, endorse_all, send
from tests.factories.world import World, add, job
from tests.reading import words
from tests.teams.gaps.matrix import below, cells, domains
from tracker.administration.rounds import actions as rounds
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import (
    Domain,
    Framework,
    Level,
    Look,
    Membership,
    NotRatedHere,
    Skill,
    Statement,
    Strand,
    Target,
)
from tracker.models.record.words import skill_of
from tracker.record.standings import actions as standings
from tracker.record.workflow.rules import ItemStatus
from tracker.teams.gaps.queries import TEAMS_SHOWN, GapPage
from tracker.teams.gaps.queries_matrix import ChildRow
from tracker.teams.gaps.queries_scope import TeamName

SignIn = Callable[[str], Client]
GAP, AT, NOT_ASSESSED = TargetState.GAP, TargetState.AT_TARGET, TargetState.NOT_ASSESSED


def file(client: Client, url: str) -> list[list[str]]:
    """The one table of a file: each line as long as its head."""
    response = client.http.get(url)
    assert response.status_code == 200
    lines = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert {len(line) for line in lines} == {len(lines[0])}
    return lines


def about(client: Client, url: str) -> dict[str, str]:
    """What the files say of their figures, for that one of them."""
    return dict(map(tuple, file(client, url.replace("gaps.csv", "gaps/about.csv"))[1:]))


def some_gaps(world: World) -> None:
    """Ana: at target in Communication, a gap in Leadership. Ben: a gap in Communication; Leadership
    not his work."""
    stand(world, "ana", AT, "communication", by="sue")
    stand(world, "ana", GAP, "leadership", by="sue")
    stand(world, "ben", GAP, "communication", by="sue")
    stand(world, "ben", NOT_ASSESSED, "leadership", by="sue")


def test_the_matrix_is_as_counted_by_hand(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        some_gaps(world)
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    assert cells(page) == {
        "Ana": {
            "Leadership": "Below target: No level yet, target Developing",
            "Technical": "Not known yet",
            "Communication": "At target: Developing, target Developing",
        },
        "Ben": {
            "Leadership": "Too few statements to score",
            "Technical": "Not known yet",
            "Communication": "Below target: No level yet, target Developing",
        },
    }
    assert below(page) == {"Leadership": "1 of 1", "Technical": "0 of 0", "Communication": "1 of 2"}
    assert domains(page) == {
        "Technical": "Nobody is reviewed here yet 2 not known yet",
        "Leadership": "1 of 1 below target 1 not scored",
        "Communication": "1 of 2 below target",
    }


@pytest.mark.in_ci
def test_the_panel_says_what_holds_back_and_who_could_teach(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        join(world, "cleo", "central")
        some_gaps(world)
        for statement_id in world.statements["communication"]:
            endorse(world, "cleo", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
        send(
            world,
            "ana",
            "sue",
            {world.statements["technical"][0]: ItemStatus.WAITING},
            round_id=world.rounds["city"],
        )
    text = " ".join(
        re.sub(
            r"<[^>]+>",
            " ",
            sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text,
        ).split()
    )
    assert "Leadership Of 1 person reviewed, 1 is below target. 1 not known yet." in text
    assert "haven’t reached it because of the statement: Durable Communication 1.1" in text
    assert "Communication 1.1 (Communication): 1 of 1" in text
    assert (
        "4 of 9 are not known yet. 1 with a supervisor 3 not sent yet "
        "2 of 3 people haven’t sent anything this round. Who hasn’t sent" in text
    )


def test_strands_are_not_ranked_against_each_other(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for person, domain in (("ana", "technical"), ("ana", "leadership"), ("ben", "leadership")):
            answers = dict.fromkeys(world.statements[domain], EndorsedAnswer.NOT_YET)
            endorse_all(world, person, "sue", answers)
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    assert list(domains(page)) == ["Technical", "Leadership", "Communication"]
    heads = re.findall(r'<h3 class="need-strand">([^<]*)', page)
    assert heads == ["Technical", "Durable"]


def test_only_a_gap_is_a_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        stand(world, "ana", AT, "communication", by="sue")
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    assert "matrix-cell is-not-yet-known" in page
    assert "matrix-cell is-gap" not in page
    assert "▼" not in page


def test_each_is_measured_against_their_own_target(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        add_role_profile(world, "Entry", 1)
        join(world, "cleo", "central", role_profile="Entry")
        for name in ("ana", "cleo"):
            for place, statement_id in enumerate(world.statements["communication"][:5]):
                answer = EndorsedAnswer.CONSISTENTLY if place < 2 else EndorsedAnswer.PARTLY
                endorse(world, name, "sue", statement_id, answer)
    found = cells(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert found["Ana"]["Communication"] == "Below target: Emerging, target Developing"
    assert found["Cleo"]["Communication"] == "At target: Emerging, target Emerging"
    only = cells(
        sign_in(world.email("sue"))
        .get(f"/teams/{world.teams['central']}/gaps?profile={world.role_profiles['Entry']}")
        .text
    )
    assert "Cleo" in only
    assert "Ana" not in only


def test_a_statement_not_rated_here_makes_no_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        stand(world, "ana", GAP, "leadership", by="sue")
        stand(world, "ben", GAP, "communication", by="sue")
        with transaction() as tx:
            for statement_id in world.statements["leadership"][:2]:
                tx.add(
                    NotRatedHere(
                        library_id=world.libraries["city"],
                        skill_id=skill_of(statement_id),
                        reason="None here.",
                        set_at=world.now,
                        set_by_id=world.people["adam"],
                    )
                )
    found = cells(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert found["Ana"]["Leadership"] == "Too few statements to score"


def test_a_round_shows_how_it_was_at_its_end(app: Flask, world: World, sign_in: SignIn) -> None:
    url = f"/teams/{world.teams['central']}/gaps"
    with app.app_context():
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        stand(
            world,
            "ana",
            AT,
            "communication",
            by="sue",
            at=dt.datetime(2026, 5, 31, 23, tzinfo=dt.UTC),
        )
        stand(
            world,
            "ben",
            GAP,
            "communication",
            by="sue",
            at=dt.datetime(2026, 6, 1, 1, tzinfo=dt.UTC),
        )
        rounds.keep_all_due(world.now)
    sue = sign_in(world.email("sue"))
    then = cells(sue.get(f"{url}?round={spring}").text)
    assert then["Ana"]["Communication"] == "At target: Developing, target Developing"
    assert then["Ben"]["Communication"] == "Not known yet"
    assert below(sue.get(f"{url}?compare={spring}").text)["Communication"] == "1 of 2"


def test_the_file_holds_what_the_page_shows(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        some_gaps(world)
        join(world, "=cmd()", "central")
    sue, url = sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps"
    assert file(sue, f"{url}.csv") == [
        [
            "Section",
            "Domain",
            "At target",
            "Below target",
            "Not known yet",
            "Too few statements to score",
            "No target",
            "People",
        ],
        ["Technical", "Technical", "0", "0", "3", "0", "0", "3"],
        ["Durable", "Communication", "1", "1", "1", "0", "0", "3"],
        ["Durable", "Leadership", "0", "1", "1", "1", "0", "3"],
    ]
    head, *lines = file(sue, f"{url}/people.csv")
    assert head[:6] == [
        "Name",
        "Team",
        "Job profile",
        "Technical level",
        "Technical target",
        "Technical state",
    ]
    assert lines == [
        ["'=Cmd()", "Central", "Mid-level", *["", "Developing", "Not known yet"] * 3],
        [
            "Ana",
            "Central",
            "Mid-level",
            *("", "Developing", "Not known yet"),
            *("Developing", "Developing", "At target"),
            *("No level yet", "Developing", "Below target"),
        ],
        [
            "Ben",
            "Central",
            "Mid-level",
            *("", "Developing", "Not known yet"),
            *("No level yet", "Developing", "Below target"),
            *("", "Developing", "Too few statements to score"),
        ],
    ]


def test_a_coordinator_has_the_teams_below_and_a_supervisor_has_not(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        join(world, "bea", "bookmobile")
        some_gaps(world)
    url = f"/teams/{world.teams['central']}/gaps"
    cora = sign_in(world.email("cora"))
    assert "Bea" in cells(cora.get(url).text)
    assert "Bea" not in cells(cora.get(f"{url}?teams=own").text)
    assert "Bea" not in cells(sign_in(world.email("sue")).get(f"{url}?teams=all").text)


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
        standings.count_stale(world.now)
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
        standings.count_stale(world.now)
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


def test_who_looked_is_noted_once_a_day_for_each_person(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        some_gaps(world)
    sue = sign_in(world.email("sue"))
    for _ in range(2):
        sue.get(f"/teams/{world.teams['central']}/gaps")
    sue.http.get(f"/teams/{world.teams['central']}/gaps.csv")
    with app.app_context():
        seen = (
            session()
            .execute(select(Look.owner_id, Look.reader_id, Look.kind).order_by(Look.owner_id))
            .all()
        )
    assert [tuple(row) for row in seen] == [
        (world.people[name], world.people["sue"], "gaps") for name in ("ana", "ben")
    ]


@pytest.mark.parametrize(
    "query",
    [
        "round=abc",
        "round=" + "9" * 30,
        "round=-1",
        "round=1.0",
        "compare=0",
        "profile=zzz",
        "framework=999999",
        "teams=children",
        "round[]=1",
        "round=%F0%9F%92%A9",
    ],
)
def test_what_cannot_be_chosen_is_left_out_and_said(
    world: World, sign_in: SignIn, query: str
) -> None:
    response = sign_in(world.email("cora")).get(f"/teams/{world.teams['central']}/gaps?{query}")
    assert response.status_code == 200
    assert ("it was left out" in response.text) is not query.startswith("round[")


def test_what_belongs_to_another_library_cannot_be_chosen(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    for query in (
        f"round={world.rounds['other']}",
        f"compare={world.rounds['other']}",
        f"profile={world.role_profiles['other']}",
    ):
        assert "it was left out" in cora.get(f"{url}?{query}").text
        assert cora.http.get(f"{url}.csv?{query}").status_code == 404


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


def everything(world: World, sign_in: SignIn) -> list[bytes]:
    """All gaps pages of a supervisor and a coordinator, without the token, which is another one in
    each session."""
    found = []
    for name, teams in (("sue", ("central",)), ("cora", ("central", "city"))):
        client = sign_in(world.email(name))
        for url in [
            f"/teams/{world.teams[team]}/gaps{end}"
            for team in teams
            for end in ("", ".csv", "/people.csv")
        ]:
            response = client.http.get(url)
            assert response.status_code == 200
            found.append(
                re.sub(rb'name="(?:csrf_token|form_key)" value="[^"]+"', b"", response.data)
            )
    return found


@pytest.mark.in_ci
def test_what_was_not_sent_leaves_no_trace(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        some_gaps(world)
    before = everything(world, sign_in)
    with app.app_context():
        for statement_id in world.statements["technical"]:
            rate(world, "ben", statement_id, Answer.CONSISTENTLY)
            rate(world, "ana", statement_id, Answer.NOT_YET)
    assert everything(world, sign_in) == before


@pytest.mark.in_ci
def test_what_was_answered_and_is_not_revealed_leaves_no_trace(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    statements = world.statements["technical"]
    with app.app_context():
        send(
            world,
            "ana",
            "sue",
            dict.fromkeys(statements, ItemStatus.WAITING),
            round_id=world.rounds["city"],
        )
        send(
            world, "ben", "sue", {statements[0]: ItemStatus.WAITING}, round_id=world.rounds["city"]
        )
    before = everything(world, sign_in)
    with app.app_context():
        send(
            world,
            "ben",
            "sue",
            dict.fromkeys(statements, ItemStatus.ANSWERED),
            round_id=world.rounds["city"],
        )
    assert everything(world, sign_in) == before


@pytest.mark.in_ci
def test_what_was_endorsed_does_leave_one(app: Flask, world: World, sign_in: SignIn) -> None:
    before = everything(world, sign_in)
    with app.app_context():
        some_gaps(world)
    assert everything(world, sign_in) != before


@pytest.mark.in_ci
def test_the_number_of_statements_does_not_depend_on_the_size(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        some_gaps(world)
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        rounds.keep_all_due(world.now)
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
    assert before <= 18, "one of them: what counts later for whom"


def test_a_cell_leads_to_what_explains_it(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        some_gaps(world)
    sue = sign_in(world.email("sue"))
    href = f"/people/{world.people['ana']}/profile/leadership"
    assert f'href="{href}"' in sue.get(f"/teams/{world.teams['central']}/gaps").text
    assert sue.get(href).status_code == 200


def test_each_framework_stands_by_itself(app: Flask, world: World, sign_in: SignIn) -> None:
    """The framework of most people comes first; what the other one's people hold is not among its
    figures."""
    with app.app_context():
        some_gaps(world)
        with transaction() as tx:
            other = Framework(
                slug="tiny",
                version="2",
                title="Tiny",
                digest="1" * 64,
                about={},
                published_at=world.now,
            )
            framework_id = add(tx, other)
            strand_id = add(
                tx, Strand(framework_id=framework_id, key="desk", title="Desk", position=0)
            )
            add(tx, Level(strand_id=strand_id, rank=1, name="Emerging"))
            domain_id = add(
                tx, Domain(strand_id=strand_id, key="greeting", title="Greeting", position=0)
            )
            add(
                tx,
                Statement(
                    framework_id=framework_id,
                    skill_id=add(tx, Skill(slug="tiny")),
                    domain_id=domain_id,
                    rank=1,
                    uuid="00000000-0000-0000-0000-000000000099",
                    code="1",
                    position=0,
                    title="Greets",
                    text="greets",
                ),
            )
            world.role_profiles["Page"] = job(
                tx, world.libraries["city"], framework_id, "Page", None
            )
        join(world, "pia", "central", role_profile="Page")
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    assert list(cells(sue.get(url).text)) == ["Ana", "Ben"]
    first, second = (file(sue, f"{url}/people.csv?framework={each}") for each in ("small", "tiny"))
    assert [line[0] for line in first] == ["Name", "Ana", "Ben"]
    assert [line[0] for line in second] == ["Name", "Pia"]
    assert ("Greeting level" in second[0], "Greeting level" in first[0]) == (True, False)


def test_a_domain_without_a_target_makes_no_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        stand(world, "ana", GAP, "leadership", by="sue")
        with transaction() as tx:
            tx.execute(delete(Target).where(Target.domain_key == "leadership"))
        stand(world, "ana", AT, "communication", by="sue")
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    page = sue.get(url).text
    assert cells(page)["Ana"]["Leadership"] == "No level yet; no target"
    assert domains(page)["Leadership"] == "Nobody is reviewed here yet 2 no target"
    assert file(sue, f"{url}/people.csv")[1][-3:] == ["No level yet", "", "No target"]


def test_the_legend_has_the_signs_of_the_page(app: Flask, world: World, sign_in: SignIn) -> None:
    """Of somebody above target, and of somebody below whose first level nobody can say."""
    url = f"/teams/{world.teams['central']}/gaps"
    sue = sign_in(world.email("sue"))
    with app.app_context():
        some_gaps(world)
    page = sue.get(url).text
    legend = page.partition('id="people"')[2].partition("</ul>")[0]
    assert re.findall(r'legend-sign" aria-hidden="true">(.)</span>', legend) == list("✓▼?–")
    assert "Above target" not in page
    with app.app_context():
        for statement_id in world.statements["technical"][5:10]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.NOT_YET)
        for statement_id in world.statements["communication"]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
    page = sue.get(url).text
    ana = cells(page)["Ana"]
    assert ana["Technical"] == "Below target: Level not known yet, target Developing"
    assert ana["Communication"].startswith("Above target: ")
    assert "▲</span>Above target" in page


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
