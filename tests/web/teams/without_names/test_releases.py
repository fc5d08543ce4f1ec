"""A coordinator in a library that shows no levels by name: which figures there are, and when they
change."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.client import Client
from tests.factories.answers import EndorsedAnswer
from tests.factories.frameworks import add_role_profile
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import endorse
from tests.factories.versions import next_version
from tests.factories.world import World
from tests.services.administration import past_rounds as factory
from tests.web.teams.crowds import AT, GAP, Crowd, hide_names
from tests.web.teams.test_gaps import file
from tests.web.teams.test_teams import rows
from tracker.db import session, transaction
from tracker.models import Framework, LevelException, Membership, Release, Statement
from tracker.models.record.words import skill_of
from tracker.records.frameworks import moves
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import TargetState
from tracker.rules.reviews.exceptions import ExceptionStatus
from tracker.rules.roles import Role
from tracker.services.administration import rounds
from tracker.services.reviews import releases

SignIn = Callable[[str], Client]


def leadership(client: Client, world: World, team: str, query: str = "") -> list[str]:
    lines = file(client, f"/teams/{world.teams[team]}/gaps.csv{query}")
    told = next(line for line in lines if line[0] == "Leadership")
    return [each for head, each in zip(lines[0], told, strict=True) if head != "Teams"][1:]


HIDDEN = ["not shown"] * 4 + [""]


def test_there_is_a_figure_once_five_are_known(app: Flask, world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 2, 2)
        for number in range(4):
            join(world, f"xia{number}", "harbour")
        assert releases.release_all_due(world.now) == 0
    assert leadership(cora, world, "harbour") == HIDDEN
    assert "No counts to show yet" in cora.get(f"/teams/{world.teams['harbour']}/gaps").text
    with app.app_context():
        stand(world, "xia0", GAP)
    assert leadership(cora, world, "harbour") == HIDDEN
    with app.app_context():
        assert releases.release_all_due(world.now) == len(Voice)
        assert releases.release_all_due(world.now) == 0
    assert leadership(cora, world, "harbour") == ["2", "3", "4", "9", "2026-11-24"]
    page = cora.get(f"/teams/{world.teams['harbour']}/gaps").text
    assert "9 people in Harbour, Nov 24" in page
    assert "Zoe" not in page


def test_one_review_between_two_days_changes_nothing(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 4, 3)
        join(world, "xia", "harbour")
        releases.release_all_due(world.now)
    before = leadership(cora, world, "harbour")
    assert before[:2] == ["3", "4"]
    with app.app_context():
        stand(world, "xia", GAP)
        releases.release_all_due(world.now + dt.timedelta(days=1))
    assert leadership(cora, world, "harbour") == before


def test_it_is_replaced_once_five_more_are_reviewed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 4, 3, reviewed_at=world.now - dt.timedelta(days=2))
        assert releases.release_all_due(world.now - dt.timedelta(days=2)) == len(Voice)
        crowd.put("harbour", 2, 3)
        releases.release_all_due(world.now)
    assert leadership(cora, world, "harbour") == ["6", "6", "1", "13", "2026-11-24"]


@pytest.mark.parametrize("voice", list(Voice))
@pytest.mark.parametrize("again", [GAP, AT])
def test_the_same_statements_once_more_count_whatever_comes_of_them(
    app: Flask, world: World, again: TargetState, voice: Voice
) -> None:
    """Four people are reviewed for the first time, and one again."""
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 4, 3, reviewed_at=world.now - dt.timedelta(days=2))
        releases.release_all_due(world.now - dt.timedelta(days=2))
        crowd.put("harbour", 2, 2)
        stand(world, "zoe0", again)
        releases.release_all_due(world.now)
        decided = select(func.count()).where(Release.voice == voice, Release.told)
        assert session().scalar(decided) == 2


@pytest.mark.in_ci
@pytest.mark.parametrize("is_new", [True, False])
def test_an_agreed_exception_is_one_review_in_all_versions(
    app: Flask, world: World, is_new: bool
) -> None:
    """What was agreed on another wording was agreed on before."""
    with app.app_context():
        hide_names(world)
        before = world.now - dt.timedelta(days=2)
        crowd = Crowd(world)
        crowd.put("harbour", 4, 3, reviewed_at=before)
        old = world.statements["leadership"][3]
        item_id = endorse(world, "zoe0", "hugo", old, EndorsedAnswer.NOT_MY_WORK, before)
        version = next_version(world, reworded={old: True})

        def agree(statement_id: int, at: dt.datetime) -> None:
            with transaction() as tx:
                tx.add(
                    LevelException(
                        person_id=world.people["zoe0"],
                        skill_id=skill_of(statement_id),
                        statement_id=statement_id,
                        domain_id=tx.get_one(Statement, statement_id).domain_id,
                        rank=3,
                        item_id=item_id,
                        proposer_id=world.people["hugo"],
                        confirmer_id=world.people["zoe0"],
                        status=ExceptionStatus.AGREED,
                        proposed_at=at,
                        agreed_at=at,
                    )
                )

        if not is_new:
            agree(old, before)
        releases.release_all_due(before)
        crowd.put("harbour", 2, 2)
        with transaction() as tx:
            city, to = world.libraries["city"], tx.get_one(Framework, version.framework_id)
            learns = Membership.team_id == world.teams["harbour"], Membership.role == Role.LEARNER
            whom = select(Membership.person_id.label("id")).where(*learns)
            moves.move(tx, city, whom, to, None, world.now)
        if is_new:
            agree(version.became[old][0], world.now)
        assert releases.release_all_due(world.now) == (1 if is_new else 0)


@pytest.mark.parametrize("rank", [2, 3])
def test_who_has_another_target_is_no_fifth(app: Flask, world: World, rank: int) -> None:
    """Whether a figure was made again would say whether they reach it."""
    with app.app_context():
        hide_names(world)
        lead = add_role_profile(world, "Lead", rank)
        crowd = Crowd(world)
        before = world.now - dt.timedelta(days=2)
        crowd.put("harbour", 3, 4, reviewed_at=before)
        unmet = world.statements["leadership"][3]
        endorse(world, "zoe6", "hugo", unmet, EndorsedAnswer.NOT_YET, before)
        assert releases.release_all_due(before) == len(Voice)
        crowd.put("harbour", 2, 2)
        with transaction() as tx:
            of_zoe = Membership.person_id == world.people["zoe6"]
            tx.execute(update(Membership).where(of_zoe).values(role_profile_id=lead))
        assert releases.release_all_due(world.now) == 0


def test_who_are_all_alike_are_not_told(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 11, 1)
        releases.release_all_due(world.now)
    assert leadership(sign_in(world.email("cora")), world, "harbour") == HIDDEN


@pytest.mark.in_ci
def test_a_small_team_counts_with_the_team_above(app: Flask, world: World, sign_in: SignIn) -> None:
    """Central's Ana and Ben, and Bookmobile's Sue, are there too, and not known."""
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("central", 3, 3)
        crowd.put("bookmobile", 1, 2)
        crowd.put("harbour", 4, 5)
        releases.release_all_due(world.now)
    assert leadership(cora, world, "bookmobile") == HIDDEN
    assert leadership(cora, world, "central")[:4] == ["5", "4", "3", "12"]
    assert leadership(cora, world, "harbour")[:4] == ["5", "4", "1", "10"]
    assert leadership(cora, world, "city")[:4] == ["10", "8", "4", "22"]
    table = rows(cora.get(f"/teams/{world.teams['city']}/gaps").text)
    assert (table["Central"][-1], table["Harbour"][-1]) == ("4 of 9", "4 of 9")


def test_who_knows_some_by_name_needs_more_of_the_others(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Carl is one of the five who are known in Harbour."""
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        join(world, "carl", "harbour")
        stand(world, "carl", GAP)
        crowd.put("harbour", 2, 2)
        for number in range(2):
            join(world, f"xia{number}", "harbour")
        releases.release_all_due(world.now)
    assert leadership(sign_in(world.email("cora")), world, "harbour")[:2] == ["2", "3"]
    assert leadership(sign_in(world.email("carl")), world, "harbour") == HIDDEN
    assert "Zoe" in sign_in(world.email("hugo")).get(f"/teams/{world.teams['harbour']}/gaps").text


@pytest.mark.parametrize("ends_on", [None, dt.date(2026, 9, 30)])
def test_who_supervised_a_team_knows_its_people_afterwards(
    app: Flask, world: World, sign_in: SignIn, ends_on: dt.date | None
) -> None:
    """Four others are known in Harbour."""
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("bookmobile", 1, 1)
        for name in crowd.names:
            join(world, name, "harbour")
        crowd.put("harbour", 2, 2)
        for number in range(2):
            join(world, f"xia{number}", "harbour")
        join(world, "rea", "city", Role.COORDINATOR)
        join(world, "rea", "bookmobile", Role.SUPERVISOR, ends_on=ends_on)
        releases.release_all_due(world.now)
    assert leadership(sign_in(world.email("cora")), world, "harbour")[:2] == ["3", "3"]
    assert leadership(sign_in(world.email("rea")), world, "harbour") == HIDDEN


@pytest.mark.in_ci
def test_no_filter_cuts_a_team(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        hide_names(world)
        entry = add_role_profile(world, "Entry", 2)
        crowd = Crowd(world)
        crowd.put("central", 4, 3)
        crowd.put("central", 3, 3, "Entry")
        releases.release_all_due(world.now)
    cora = sign_in(world.email("cora"))
    for team, query in (("central", f"profile={entry}"), ("city", "teams=own")):
        assert cora.http.get(f"/teams/{world.teams[team]}/gaps.csv?{query}").status_code == 404
        page = cora.get(f"/teams/{world.teams[team]}/gaps?{query}").text
        assert "it was left out" in page
        assert "<select" not in page


@pytest.mark.in_ci
def test_a_round_has_the_figures_of_its_end(app: Flask, world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        hide_names(world)
        spring = factory.past_round(world)
        crowd = Crowd(world)
        crowd.put("harbour", 4, 5, reviewed_at=factory.MAY)
        releases.release_all_due(factory.MAY)
        crowd.put("harbour", 3, 2, reviewed_at=factory.END - dt.timedelta(hours=3))
        over = factory.END + dt.timedelta(hours=2)
        rounds.keep_all_due(over)
        releases.release_all_due(over)
        crowd.put("harbour", 2, 3)
        releases.release_all_due(world.now)
    then = ["7", "7", "1", "15", "2026-05-31"]
    assert leadership(cora, world, "harbour", f"?round={spring}") == then
    now = ["10", "9", "1", "20", "2026-11-24"]
    assert leadership(cora, world, "harbour") == now
    assert leadership(cora, world, "harbour", f"?compare={spring}") == [*now, "7", "2026-05-31"]


def test_hiding_the_names_makes_the_figures(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        crowd = Crowd(world)
        crowd.put("harbour", 4, 5)
    right = {
        "name": "City Library",
        "time_zone": "UTC",
        "region": "US",
        "paper": "letter",
        "review_days": "14",
        "differences_days": "14",
    }
    assert sign_in(world.email("adam")).post("/admin/library", right).status_code == 303
    assert leadership(sign_in(world.email("cora")), world, "harbour")[:2] == ["5", "4"]
