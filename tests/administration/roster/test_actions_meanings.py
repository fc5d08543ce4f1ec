"""What values of a roster mean: hours, positions, teams in branches, people, and titles."""

import pytest
from sqlalchemy import select

from tests.administration.roster.rosters import changes, problems, roster, verdicts
from tests.factories.world import World
from tracker.administration.roster import actions as roster_actions, queries as roster_queries
from tracker.administration.roster.rules import RosterMapping
from tracker.db import session
from tracker.models import Membership, Person, Team
from tracker.policy.permissions import Actor
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("all_is_sealed")


def test_hours_positions_and_teams_in_branches_are_read(context: World, adam: Actor) -> None:
    """A share of the week the library has; who supervises by a position; and teams are made below
    the team that was said."""
    head = "Staff ID,Name,Email,Branch,Section,Job class,FTE,Hours,Position #,Reports to position"
    file = roster(
        "e1,Elif Kaya,elif@example.org,Annex,,Mid-level,0.5,,P1,",
        "e2,Oskar Lind,oskar@example.org,Annex,Kids,Mid-level,50%,,P2,P1",
        "e3,June Park,june@example.org,Central,,Mid-level,1,12.5,P2,P1",
        "e4,Ada Moss,ada@example.org,Central,,Mid-level,0,,P4,P2",
        head=head,
    )
    roster_id = roster_actions.stage(adam, file, context.now)
    staged = roster_queries.roster(roster_id)
    above = context.teams["harbour"]
    meanings = {"fte": {"1": "37.5"}, "above": {"": str(above)}}
    mapping = RosterMapping(staged.columns | {"subteam": 4}, meanings, True)
    roster_actions.choose(adam, roster_id, mapping, context.now, remember=True)
    assert problems(roster_id) == {5: ["roster_supervisor_twice"]}, "two share the position"
    assert "supervisor" in changes(roster_id)[3]
    seen = roster_queries.roster(roster_id).plan_digest
    roster_actions.bring_in(adam, roster_id, seen, context.now)
    hours = session().execute(
        select(Person.name, Membership.weekly_hours)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.staff_id.in_(["E1", "E2", "E3"]), Membership.role == Role.LEARNER)
    )
    assert dict(hours.all()) == {"Elif Kaya": 18.75, "Oskar Lind": 18.75, "June Park": 12.5}
    made = session().execute(
        select(Team.name, Team.parent_id).where(Team.name.in_(["Annex", "Kids"]))
    )
    annex = session().scalar(select(Team.id).where(Team.name == "Annex"))
    assert dict(made.all()) == {"Annex": above, "Kids": annex}


def test_somebody_under_another_address_is_asked_about(context: World, adam: Actor) -> None:
    """And is nobody new, unless that is said."""
    file = roster("e9,Ana,ana.new@example.org,Central,,Mid-level,,")
    roster_id = roster_actions.stage(adam, file, context.now)
    assert problems(roster_id) == {2: ["roster_name_here"]}
    columns = roster_queries.roster(roster_id).columns
    for meant, verdict in (("new", "new"), (str(context.people["ana"]), "changed")):
        mapping = RosterMapping(columns, {"person": {"ana": meant}}, False)
        roster_actions.choose(adam, roster_id, mapping, context.now, remember=False)
        assert verdicts(roster_id) == {2: verdict}
    assert "email" in changes(roster_id)[2]


def test_who_left_is_left_out_and_supervises_nobody(context: World, adam: Actor) -> None:
    """A row that names them goes in without; who is here and left is not in the file."""
    head = "Staff ID,Name,Email,Branch,Job class,Supervisor,Status"
    file = roster(
        "e1,Elif Kaya,elif@example.org,Central,Mid-level,,Terminated",
        "e2,Oskar Lind,oskar@example.org,Central,Mid-level,Elif Kaya,Active",
        ",Ben,ben@example.org,Central,Mid-level,,Retired",
        head=head,
    )
    roster_id = roster_actions.stage(adam, file, context.now)
    assert verdicts(roster_id) == {2: "left_out", 3: "new", 4: "left_out"}
    assert changes(roster_id)[3] == ["added", "joins", "gone"]
    assert "Ben" in {person.name for person in roster_queries.not_in_file(roster_id, adam)}
