"""The gaps page, with figures counted by hand; and who may see which of them."""

import csv
import datetime as dt
import io
import itertools
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
from tests.web.teams.test_teams import rows
from tracker.db import session, transaction
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
from tracker.rules.profiles.levels import TargetState
from tracker.rules.reviews.workflow import ItemStatus
from tracker.services.administration import rounds

SignIn = Callable[[str], Client]
GAP, AT, NOT_ASSESSED = TargetState.GAP, TargetState.AT_TARGET, TargetState.NOT_ASSESSED


def file(client: Client, url: str) -> list[list[str]]:
    """The figures of a file."""
    return parts(client, url)[0]


def about(client: Client, url: str) -> dict[str, str]:
    """What a file says of its figures."""
    return dict(map(tuple, parts(client, url)[-1]))


def parts(client: Client, url: str) -> list[list[list[str]]]:
    """What empty lines part."""
    response = client.http.get(url)
    assert response.status_code == 200
    lines = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    ends = [place for place, line in enumerate(lines) if not line]
    return [lines[a + 1 : b] for a, b in itertools.pairwise([-1, *ends, len(lines)])]


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
    found = rows(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert found["Ana"] == [
        "Mid-level",
        "? not known yet",
        "De Developing, at target",
        "▼ none none reached, below target",
    ]
    assert found["Ben"] == [
        "Mid-level",
        "? not known yet",
        "▼ none none reached, below target",
        "– not assessed",
    ]
    assert found["Gaps"] == ["of known", "0 of 0", "1 of 2", "1 of 1"]


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
    assert "Communication : 1 of 3 known are below target. Could teach it: Cleo, Ana." in text
    assert "haven’t reached it because of the statement: Durable Communication 1.1" in text
    assert "Communication 1.1 (Communication): 1 of 1" in text
    assert (
        "4 of 9 are not known yet. 1 in review with a supervisor "
        "3 with nothing sent for review yet "
        "1 more have too few statements to judge. "
        "2 of 3 people have not sent this round. Who" in text
    )


def test_strands_are_not_ranked_against_each_other(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for person, domain in (("ana", "technical"), ("ana", "leadership"), ("ben", "leadership")):
            answers = dict.fromkeys(world.statements[domain], EndorsedAnswer.NOT_YET)
            endorse_all(world, person, "sue", answers)
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    panel = page.partition("Most people below target")[2].partition("Not known yet")[0]
    assert re.findall(r"<(?:h3|b)>([^<]*)</", panel) == [
        "Technical",
        "Technical",
        "Durable",
        "Leadership",
    ]


def test_only_a_gap_is_a_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    html = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    assert "is-gap" not in html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "None is known." in html


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
    found = rows(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert found["Ana"][2] == "▼ Em Emerging, below target"
    assert found["Cleo"][2] == "Em Emerging, at target"
    only = rows(
        sign_in(world.email("sue"))
        .get(f"/teams/{world.teams['central']}/gaps?profile={world.role_profiles['Entry']}")
        .text
    )
    assert "Cleo" in only
    assert "Ana" not in only


def test_a_statement_not_rated_here_makes_no_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        stand(world, "ana", GAP, "leadership", by="sue")
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
    found = rows(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert found["Ana"][3] == "– not assessed"


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
    then = rows(sue.get(f"{url}?round={spring}").text)
    assert (then["Ana"][2], then["Ben"][2]) == ("De Developing, at target", "? not known yet")
    assert rows(sue.get(f"{url}?compare={spring}").text)["Gaps"][2] == "1 of 2"


def test_the_file_holds_what_the_page_shows(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        some_gaps(world)
        join(world, "=cmd()", "central")
    assert file(sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps.csv") == [
        ["Name", "Job profile", "Technical", "Communication", "Leadership"],
        ["'=Cmd()", "Mid-level", "not known yet", "not known yet", "not known yet"],
        [
            "Ana",
            "Mid-level",
            "not known yet",
            "Developing, at target",
            "none reached, below target",
        ],
        ["Ben", "Mid-level", "not known yet", "none reached, below target", "not assessed"],
        ["Gaps", "", "0 of 0", "1 of 2", "1 of 1"],
    ]


def test_a_coordinator_has_the_teams_below_and_a_supervisor_has_not(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        join(world, "bea", "bookmobile")
    url = f"/teams/{world.teams['central']}/gaps"
    cora = sign_in(world.email("cora"))
    assert "Bea" in rows(cora.get(url).text)
    assert "Bea" not in rows(cora.get(f"{url}?teams=own").text)
    assert "Bea" not in rows(sign_in(world.email("sue")).get(f"{url}?teams=all").text)


@pytest.mark.in_ci
def test_more_than_thirty_people_are_shown_as_counts(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for number in range(28):
            join(world, f"p{number}", "central")
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    assert "P1" in rows(sue.get(url).text)
    with app.app_context():
        join(world, "p28", "central")
        stand(world, "p1", GAP, by="sue")
    found = rows(sue.get(url).text)
    assert "P1" not in found
    assert found["Leadership"] == ["", "0", "▼ 1", "30", "0"]
    assert file(sue, f"{url}.csv")[-1] == ["Leadership", "0", "1", "30", "0", "0", "31"]


def test_who_looked_is_noted_once_a_day_for_each_person(
    app: Flask, world: World, sign_in: SignIn
) -> None:
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
    assert "Nobody learns in this team" in cora.get(url).text
    assert cora.http.get(f"/teams/{world.teams['city']}/gaps.csv").status_code == 404


def everything(world: World, sign_in: SignIn) -> list[bytes]:
    """All gaps pages of a supervisor and a coordinator, without the token, which is another one in
    each session."""
    found = []
    for name, teams in (("sue", ("central",)), ("cora", ("central", "city"))):
        client = sign_in(world.email(name))
        for url in [
            f"/teams/{world.teams[team]}/gaps{end}" for team in teams for end in ("", ".csv")
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
    first, second = sue.get(url).text, sue.get(f"{url}?framework=tiny").text
    assert set(rows(first)) >= {"Ana", "Ben"}
    assert "Pia" not in rows(first)
    assert "Pia" in rows(second)
    assert "Ana" not in rows(second)
    assert ("Greeting" in second, "Greeting" in first) == (True, False)


def test_a_domain_without_a_target_makes_no_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        stand(world, "ana", GAP, "leadership", by="sue")
        with transaction() as tx:
            tx.execute(delete(Target).where(Target.domain_key == "leadership"))
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    assert "gap" not in rows(sue.get(url).text)["Ana"][3]
    assert file(sue, f"{url}.csv")[1][4] == "none reached, no target"


def test_the_legend_has_every_sign_of_the_matrix(app: Flask, world: World, sign_in: SignIn) -> None:
    """ "▼ ?": the first level is not known, and the second is not met."""
    said = "below target, level not known yet"
    url = f"/teams/{world.teams['central']}/gaps"
    sue = sign_in(world.email("sue"))
    with app.app_context():
        some_gaps(world)
    assert said not in sue.get(url).text
    with app.app_context():
        for statement_id in world.statements["technical"][5:10]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.NOT_YET)
    page = sue.get(url).text
    assert rows(page)["Ana"][1].startswith("▼ ?")
    assert page.count(said) == 1
