"""The gaps page, with figures counted by hand; and who may see which of them."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.client import Client
from tests.factories.answers import EndorsedAnswer
from tests.factories.frameworks import add_role_profile, leave_out, open_round
from tests.factories.levels import LISTED, stand
from tests.factories.people import join
from tests.factories.reviews import endorse, endorse_all, send
from tests.factories.world import World, add, job
from tests.reading import plain
from tests.teams.gaps.matrix import below, cells, domains
from tests.teams.gaps.pages import AT, GAP, SignIn, file, some_gaps
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.models import Domain, Framework, Level, Look, Skill, Statement, Strand, Target
from tracker.record.workflow.rules import ItemStatus


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
            "Leadership": "Too few statements to judge",
            "Technical": "Not known yet",
            "Communication": "Below target: No level yet, target Developing",
        },
    }
    assert below(page) == {"Leadership": "1 of 1", "Technical": "0 of 0", "Communication": "1 of 2"}
    assert domains(page) == {
        "Technical": "No level is known here yet 2 not known yet",
        "Leadership": "1 of 1 below target 1 not scored",
        "Communication": "1 of 2 below target",
    }
    assert "“1 of 1”: of 1 whose reviewed ratings say enough, 1 is below target." in page


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
        "4 of 9 levels are not known yet. Each person has one in each domain. "
        "1 with a supervisor now 3 not sent yet "
        "2 of 3 people haven’t sent anything this round. Who hasn’t sent" in text
    )


def taught(client: Client, url: str) -> str:
    """What the page says of who could teach the selected domain."""
    panel = client.get(url).text.partition("Could teach it</h3>")[2]
    return plain(panel.partition("Statements and people")[0])


def test_only_who_is_at_target_and_has_the_level_that_is_needed_most_could_teach(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        some_gaps(world)
        add_role_profile(world, "Lead", 3)
        join(world, "sid", "central", role_profile="Lead")
        stand(world, "sid", AT, "communication", by="sue")  # what is asked of the others
    sue, url = sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps"
    of_it = f"{url}?domain=communication"
    assert taught(sue, of_it) == "At target, and reviewed at Developing: Ana"
    assert taught(sue, f"{url}?domain=leadership").startswith(
        "Nobody here is at target and reviewed at Developing yet."
    )
    assert taught(sue, f"{url}?domain=technical") == "", "nobody is below target there"
    with app.app_context():
        third = world.statements["communication"][LISTED["communication"] :]
        endorse_all(world, "sid", "sue", dict.fromkeys(third, EndorsedAnswer.NOT_YET))
    assert taught(sue, of_it) == "Nobody here is at target and reviewed at Proficient yet."


def test_whoever_could_teach_is_named_and_the_look_noted(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    others = [f"mia{number}" for number in range(6)]
    with app.app_context():
        some_gaps(world)
        for name in others:
            join(world, name, "central")
            stand(world, name, AT, "communication", by="sue")
    sue, url = sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps"
    said = taught(sue, f"{url}?domain=communication&q=ben")
    assert said == (
        "At target, and reviewed at Developing: Ana, Mia0, Mia1, Mia2, Mia3 and 2 more Mia4, Mia5"
    )
    with app.app_context():
        looked = set(session().scalars(select(Look.owner_id)))
    assert looked == {world.people[name] for name in ("ana", "ben", *others)}


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
        for statement_id in world.statements["leadership"][:2]:
            leave_out(world, statement_id, "None here.")
    found = cells(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert found["Ana"]["Leadership"] == "Too few statements to judge"


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
        rounds_actions.keep_all_due(world.now)
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
            "At target or above",
            "Below target",
            "Not known yet",
            "Too few statements to judge",
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
        [
            "'=Cmd()",
            "Central",
            "Mid-level",
            *["Level not known yet", "Developing", "Not known yet"] * 3,
        ],
        [
            "Ana",
            "Central",
            "Mid-level",
            *("Level not known yet", "Developing", "Not known yet"),
            *("Developing", "Developing", "At target"),
            *("No level yet", "Developing", "Below target"),
        ],
        [
            "Ben",
            "Central",
            "Mid-level",
            *("Level not known yet", "Developing", "Not known yet"),
            *("No level yet", "Developing", "Below target"),
            *("Level not known yet", "Developing", "Too few statements to judge"),
        ],
    ]


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
    assert domains(page)["Leadership"] == "No level is known here yet 2 no target"
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
