"""The tree of teams keeps its paths."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.world import World
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.teams import actions as teams_actions
from tracker.db import db
from tracker.models import AuditEvent, Membership, Team
from tracker.policy.permissions import Actor
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("all_is_sealed")


def one(team_id: int) -> Team:
    return db.session.get_one(Team, team_id, populate_existing=True)


def edit(actor: Actor, team_id: int, **changes: object) -> None:
    team = one(team_id)
    values = {
        "name": team.name,
        "parent_id": team.parent_id,
        "open_reviews": team.open_reviews,
        **changes,
    }
    teams_actions.edit(actor, team_id, now=NOW, **values)  # type: ignore[arg-type]


def test_a_sub_team_stands_below_its_parent(context: World, adam: Actor) -> None:
    team_id = teams_actions.add(adam, context.teams["bookmobile"], "South route", NOW)
    assert one(team_id).path == f"{one(context.teams['bookmobile']).path}{team_id}/"


def test_moving_takes_the_whole_subtree_along(context: World, adam: Actor) -> None:
    central, bookmobile, harbour = (
        context.teams[name] for name in ("central", "bookmobile", "harbour")
    )
    deep = teams_actions.add(adam, bookmobile, "South route", NOW)
    edit(adam, central, parent_id=harbour)
    root = context.teams["city"]
    assert one(central).path == f"/{root}/{harbour}/{central}/"
    assert one(bookmobile).path == f"/{root}/{harbour}/{central}/{bookmobile}/"
    assert one(deep).path == f"/{root}/{harbour}/{central}/{bookmobile}/{deep}/"
    assert acting(context, "carl").coordinates[0].path == f"/{root}/{harbour}/"


def test_no_circles(context: World, adam: Actor) -> None:
    for below in ("central", "bookmobile"):
        with pytest.raises(Invalid, match="parent_below"):
            edit(adam, context.teams["central"], parent_id=context.teams[below])


def test_an_id_that_starts_alike_is_not_below(context: World, adam: Actor) -> None:
    made = [
        teams_actions.add(adam, context.teams["city"], f"Branch {number}", NOW)
        for number in range(12)
    ]
    paths = {team_id: one(team_id).path for team_id in made}
    edit(adam, made[0], parent_id=made[1])
    assert {team_id: one(team_id).path for team_id in made[1:]} == {
        t: p for t, p in paths.items() if t != made[0]
    }


def test_other_libraries_are_no_place_to_go(context: World, adam: Actor) -> None:
    for parent in (context.teams["other"], 2**31 - 1):
        with pytest.raises(Invalid, match="parent_unknown"):
            edit(adam, context.teams["central"], parent_id=parent)
        with pytest.raises(Invalid, match="parent_unknown"):
            teams_actions.add(adam, parent, "Lost", NOW)
    with pytest.raises(Missing):
        edit(adam, context.teams["other"], name="Mine")


def test_two_siblings_have_two_names(context: World, adam: Actor) -> None:
    with pytest.raises(Invalid, match="team_name_taken"):
        teams_actions.add(adam, context.teams["city"], " Central ", NOW)
    with pytest.raises(Invalid, match="team_name_taken"):
        edit(adam, context.teams["harbour"], name="Central")
    assert teams_actions.add(adam, context.teams["harbour"], "Central", NOW)
    with pytest.raises(Invalid, match="team_name_taken"):
        edit(adam, context.teams["central"], parent_id=context.teams["harbour"])
    assert one(context.teams["central"]).parent_id == context.teams["city"]


def test_the_root_stays(context: World, adam: Actor) -> None:
    root = context.teams["city"]
    edit(adam, root, name="Other name", parent_id=context.teams["central"], open_reviews=True)
    assert (one(root).name, one(root).parent_id, one(root).open_reviews) == (
        "City Library",
        None,
        True,
    )
    with pytest.raises(Conflict, match="root_stays"):
        teams_actions.close(adam, root, NOW)


def test_the_tree_is_not_bottomless(context: World, adam: Actor) -> None:
    parent = context.teams["city"]
    for number in range(2, teams_actions.DEPTH_MAX + 1):
        parent = teams_actions.add(adam, parent, f"Depth {number}", NOW)
    with pytest.raises(Invalid, match="teams_too_deep"):
        teams_actions.add(adam, parent, "Too deep", NOW)
    with pytest.raises(Invalid, match="teams_too_deep"):
        edit(adam, context.teams["harbour"], parent_id=parent)


def test_closing_ends_what_stands(context: World, adam: Actor) -> None:
    with pytest.raises(Conflict, match="team_has_teams"):
        teams_actions.close(adam, context.teams["central"], NOW)
    assert teams_actions.close(adam, context.teams["bookmobile"], NOW) == 2
    assert one(context.teams["bookmobile"]).closed_on == NOW.date()
    ends = select(Membership.ends_on).where(Membership.team_id == context.teams["bookmobile"])
    assert set(db.session.scalars(ends)) == {NOW.date()}
    assert teams_actions.close(adam, context.teams["central"], NOW) == 3
    with pytest.raises(Conflict, match="parent_closed"):
        teams_actions.reopen(adam, context.teams["bookmobile"], NOW)
    teams_actions.reopen(adam, context.teams["central"], NOW)
    teams_actions.reopen(adam, context.teams["bookmobile"], NOW)
    assert one(context.teams["bookmobile"]).closed_on is None


def test_a_team_that_people_are_to_join_stays_open(context: World, adam: Actor) -> None:
    later = MembershipTerms(
        context.teams["harbour"], Role.SUPERVISOR, NOW.date() + dt.timedelta(days=1)
    )
    memberships_actions.add(adam, context.people["sue"], later, NOW)
    with pytest.raises(Conflict, match="team_has_joiners"):
        teams_actions.close(adam, context.teams["harbour"], NOW)


def test_every_act_is_in_the_audit_and_nothing_else(context: World, adam: Actor) -> None:
    edit(adam, context.teams["central"])
    edit(adam, context.teams["central"], open_reviews=True, name="Central Hall")
    kinds = db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert kinds == ["team_renamed", "team_reviews_opened"]


def test_closing_a_team_is_an_event_for_each_who_was_in_it(context: World, adam: Actor) -> None:
    teams_actions.close(adam, context.teams["harbour"], NOW)
    rows = db.session.execute(
        select(AuditEvent.kind, AuditEvent.subject_id).order_by(AuditEvent.id)
    ).all()
    ended = {("membership_ended", context.people[name]) for name in ("lea", "hugo", "carl")}
    assert {tuple(row) for row in rows} == ended | {("team_closed", None)}
    assert len(rows) == 4
