"""A roster is checked, brought in whole, changes nothing a second time, and can be taken back."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.administration.roster.rosters import changes, place, problems, roster, verdicts
from tests.factories.sides import actor as acting_as
from tests.factories.world import World
from tracker.administration.people import queries as people_queries
from tracker.administration.roster import (
    actions as roster_actions,
    queries as roster_queries,
    rules_files as roster_rules_files,
)
from tracker.administration.roster.rules import RosterMapping
from tracker.administration.teams import actions as teams_actions
from tracker.cli.people import import_ as people_import
from tracker.db import session, transaction
from tracker.models import AuditEvent, Membership, Person, RosterImport, Team
from tracker.policy.permissions import Actor
from tracker.rules.delimited import plain
from tracker.rules.errors import Conflict, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("all_is_sealed")


def brought_in(actor: Actor, file: roster_rules_files.RosterFile, now: dt.datetime) -> int:
    roster_id = roster_actions.stage(actor, file, now)
    roster_actions.bring_in(actor, roster_id, roster_queries.roster(roster_id).plan_digest, now)
    return roster_id


def everything() -> list[list[tuple[object, ...]]]:
    """Who is here, and where."""
    tables = (
        select(Person.id, Person.name, Person.email, Person.staff_id, Person.disabled_at),
        select(Membership.__table__),
        select(Team.id, Team.name, Team.path),
    )
    return [sorted(map(str, session().execute(table).all())) for table in tables]  # type: ignore[misc]


@pytest.mark.in_ci
def test_a_roster_comes_in_once_and_can_be_taken_back(context: World, adam: Actor) -> None:
    world, now = context, context.now
    file = roster(
        "e1,Elif Kaya,Elif.Kaya@Example.org,Central,,Mid-level,2026-11-01,sue@example.org",
        "e2,Grace Kim,grace@example.org,Annex > Kids,Learner,Mid-level,11/2/2026,e3",
        'e3,"=cmd|1",june@example.org,Harbour,supervisor,,,',
        ",ANA,ana@example.org,Central,,Mid-level,,",
        "e4,Ben,ben@example.org,Harbour,,Mid-level,2020-01-01,",
    )
    before = everything()
    roster_id = roster_actions.stage(adam, file, now)
    assert problems(roster_id) == {3: ["roster_team_unknown"]}
    found = roster_queries.roster(roster_id)
    meanings = {"team": {plain("Annex > Kids"): "new"}}
    mapping = RosterMapping(found.columns, meanings, False)
    roster_actions.choose(adam, roster_id, mapping, now, remember=True)
    assert verdicts(roster_id) == {2: "new", 3: "new", 4: "new", 5: "unchanged", 6: "moved"}
    assert changes(roster_id)[3] == ["added", "joins", "supervisor"]
    assert changes(roster_id)[6] == ["moves", "staff_id"]
    assert everything() == before
    with pytest.raises(Conflict, match="roster_overtaken"):
        roster_actions.bring_in(adam, roster_id, "another", now)
    seen = roster_queries.roster(roster_id).plan_digest
    done = roster_actions.bring_in(adam, roster_id, seen, now)
    assert done == roster_actions.BroughtIn(3, 1)
    assert roster_actions.bring_in(adam, roster_id, seen, now) is None
    today = now.date()
    assert place("Elif Kaya") == [("Central", Role.LEARNER, dt.date(2026, 11, 1), None)]
    assert place("Grace Kim") == [("Kids", Role.LEARNER, dt.date(2026, 11, 2), None)]
    assert ("Kids", Role.SUPERVISOR, today, None) in place("=cmd|1")
    assert place("Ben") == [
        ("Central", Role.LEARNER, dt.date(2026, 1, 5), today - dt.timedelta(days=1)),
        ("Harbour", Role.LEARNER, today, None),
    ]
    after = everything()
    again = roster_actions.stage(adam, file, now)
    assert set(verdicts(again).values()) == {"unchanged"}, changes(again)
    roster_actions.bring_in(adam, again, roster_queries.roster(again).plan_digest, now)
    assert everything() == after
    events = session().scalars(select(AuditEvent.kind).where(AuditEvent.actor_id == adam.person_id))
    assert {"roster_imported", "person_added", "membership_ended", "team_added"} <= set(events)

    assert "Elif Kaya" not in {
        person.name for person in roster_queries.not_in_file(roster_id, adam)
    }
    elif_ = session().scalars(select(Person).where(Person.name == "Elif Kaya")).one()
    with transaction() as tx:  # taken out by hand before the first sign-in
        for membership in tx.scalars(select(Membership).where(Membership.person_id == elif_.id)):
            tx.delete(membership)
        tx.get_one(Person, elif_.id).disabled_at = now
    back = roster_actions.stage(adam, file, now)
    assert changes(back)[2] == ["back", "joins"]
    roster_actions.bring_in(adam, back, roster_queries.roster(back).plan_digest, now)
    assert place("Elif Kaya") == [("Central", Role.LEARNER, dt.date(2026, 11, 1), None)]
    assert roster_actions.forget(now + dt.timedelta(days=8)) == 3
    assert session().scalar(select(func.count()).select_from(RosterImport)) == 0
    assert world.people["ana"] == session().scalar(
        select(Person.id).where(Person.email == "ana@example.org")
    )


def test_what_words_meant_is_remembered_beside_what_others_meant(
    context: World, adam: Actor
) -> None:
    """So a later file needs only what is new in it."""
    for typed, meant in (("Main", "new"), ("Mall", "none")):
        file = roster(f",Ana,ana@example.org,{typed},,Mid-level,,")
        roster_id = roster_actions.stage(adam, file, context.now)
        columns = roster_queries.roster(roster_id).columns
        mapping = RosterMapping(columns, {"team": {plain(typed): meant}}, False)
        roster_actions.choose(adam, roster_id, mapping, context.now, remember=True)
    memory = roster_queries.memory(adam.library_id)
    assert memory is not None
    assert memory.meanings == {"team": {"main": "new", "mall": "none"}}
    assert memory.called["job class"] == "role_profile"


def test_what_the_actor_may_not_do_is_said_once(context: World, adam: Actor) -> None:
    """Also of a move, which ends one membership and begins another."""
    ben = replace(adam, person_id=context.people["ben"])
    file = roster(",Ben,ben@example.org,Harbour,,Mid-level,,")
    mapping = roster_actions.mapping_for(ben, file)
    (row,) = roster_actions.check(ben, file.rows, mapping, context.now).rows
    assert [problem.code for problem in row.problems] == ["roster_own"]


def test_what_is_wrong_with_a_row_is_said(context: World, adam: Actor) -> None:
    """And the rows beside it come in."""
    now = context.now
    file = roster(
        "e1,Elif Kaya,elif.kaya@example,Central,,Mid-level,,",
        "e2,Grace Kim,grace@example.org,Central Lib,,Mid-level,,",
        "e3,Oskar Lind,oskar@example.org,Central,,Mid-level,13/40/2025,",
        "e4,Oskar Lind,OSKAR@example.org,Central,,Mid-level,,",
        "e5,June Park,june@example.org,Central,,Mid-level,,june@example.org",
        "e6,Wanda Kowalska,wanda@example.org,Central,,LA 9,,",
        "e7,Adam,adam@example.org,Central,supervisor,,,",
        "e8,Otto,otto@example.org,Central,,Mid-level,,",
        "e9,,new@example.org,Central,,Mid-level,,",
        ",No Address,,Central,,Mid-level,,",
        "e10,Ring One,one@example.org,Central,,Mid-level,,e11",
        "e11,Ring Two,two@example.org,Central,,Mid-level,,e10",
        "e12,Ring Three,three@example.org,Central,,Mid-level,,E1",
        "ｅ５,June Other,june2@example.org,Central,,Mid-level,,",
        "e13,No Profile,profile@example.org,Central,,,,",
        "e14,Fine One,fine@example.org,Central,,Mid-level,,",
        "e15,Not He,sue@example.org,,chief,,,adam@example.org",
    )
    roster_id = roster_actions.stage(adam, file, now)
    assert problems(roster_id) == {
        2: ["email_not_valid"],
        3: ["roster_team_unknown"],
        4: ["roster_no_day"],
        5: ["roster_same_email"],
        6: ["roster_supervisor_self"],
        7: ["roster_no_profile"],
        8: ["roster_own"],
        9: ["email_taken"],
        10: ["roster_name_needed"],
        11: ["roster_nobody"],
        15: ["roster_same_staff_id"],
        16: ["roster_profile_needed"],
        18: ["roster_role_unknown", "roster_team_needed"],
    }
    assert [changes(roster_id)[row] for row in (12, 13)] == [["added", "joins", "circle"]] * 2
    assert changes(roster_id)[14] == ["added", "joins", "waits"]
    roster_actions.bring_in(adam, roster_id, roster_queries.roster(roster_id).plan_digest, now)
    for name in ("Fine One", "Ring One", "Ring Two"):
        assert place(name) == [("Central", Role.LEARNER, now.date(), None)]
    assert place("Grace Kim") == []


def test_nobody_is_ended_unless_it_is_said(context: World, adam: Actor) -> None:
    now, today = context.now, context.now.date()
    roster_id = brought_in(adam, roster(",Ana,ana@example.org,Central,,Mid-level,,"), now)
    missing = {person.name: person.id for person in roster_queries.not_in_file(roster_id, adam)}
    assert "Ana" not in missing
    assert {"Ben", "Sue", "Lea"} <= set(missing)
    chosen = [missing["Ben"], context.people["ana"], context.people["otto"]]
    assert roster_actions.end(adam, roster_id, chosen, today, now) == 1
    assert place("Ben") == [("Central", Role.LEARNER, dt.date(2026, 1, 5), today)]
    assert place("Ana")[0][3] is None
    assert "Ben" not in {person.name for person in roster_queries.not_in_file(roster_id, adam)}


def test_another_library_gets_nothing(context: World, adam: Actor) -> None:
    roster_id = roster_actions.stage(
        adam, roster(",Ana,ana@example.org,Central,,Mid-level,,"), context.now
    )
    oda = acting_as(context, "oda")
    for act in (
        lambda: roster_actions.discard(oda, roster_id, context.now),
        lambda: roster_actions.end(oda, roster_id, [1], context.now.date(), context.now),
        lambda: roster_actions.bring_in(oda, roster_id, "", context.now),
    ):
        with pytest.raises(Missing):
            act()


def test_an_export_comes_back_as_it_went(context: World, adam: Actor) -> None:
    """Also where two teams have one name, and where somebody is in no team."""
    teams_actions.add(adam, context.teams["harbour"], "Bookmobile", context.now)
    head = "Staff ID,Name,Email,Team,Role,Job profile,Job title,Hours a week,First day,Last day"
    columns = (
        "staff_id",
        "name",
        "email",
        "team",
        "role",
        "role_profile",
        "job",
        "weekly_hours",
        "starts_on",
        "ends_on",
    )
    lines = [
        ",".join(str("" if row[column] is None else row[column]) for column in columns)
        for row in people_queries.exported(adam, context.now.date())
    ]
    assert any("Central > Bookmobile" in line for line in lines)
    roster_id = roster_actions.stage(adam, roster(*lines, head=head), context.now)
    assert (problems(roster_id), set(verdicts(roster_id).values())) == ({}, {"unchanged"})


def test_the_command_says_and_does_the_same(app: Flask, world: World, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(
        "Name,Email,Team,Job profile\nNora Fine,nora@example.org,Central,Mid-level\n"
        "Ana,ana@example.org,Central,Mid-level\n,bad,Central,Mid-level\n"
    )
    run = app.test_cli_runner().invoke
    as_adam = [str(file), "--as", "adam@example.org"]
    dry = run(people_import, [*as_adam, "--dry-run"])
    assert "row 4" in dry.output
    assert "This is not a full email address." in dry.output
    assert "new: 1, moved: 0, changed: 0, unchanged: 1, to_fix: 1, left_out: 0" in dry.output
    assert run(people_import, as_adam).exit_code == 1
    done = run(people_import, [*as_adam, "--ready-only", "--at-most", "0"])
    assert (done.exit_code, "1 added, 0 changed" in done.output) == (3, True)
    again = run(people_import, [*as_adam, "--ready-only"])
    assert (again.exit_code, "Nothing to import." in again.output) == (3, True)
    told = json.loads(run(people_import, [*as_adam, "--dry-run", "--json"]).stdout)
    assert told["rows"]["to_fix"] == 1
    assert told["to_fix"][0]["value"] == "bad"
    file.write_text("Name,Email,Team,Job profile\nAna Mary,ana@example.org,Central,Mid-level\n")
    stopped = run(people_import, [*as_adam, "--at-most", "5"])
    assert stopped.exit_code == 1
    assert "more than 5 percent" in stopped.output
    assert run(people_import, as_adam).exit_code == 0
    assert run(people_import, [str(file), "--as", "ana@example.org"]).exit_code == 1


def test_what_is_private_reaches_no_row(context: World, adam: Actor) -> None:
    """Its heading stays, and says that nothing of it was stored."""
    name = "paylocity.csv"
    content = (Path(__file__).parent / "files" / name).read_bytes()
    roster_id = roster_actions.stage(adam, roster_rules_files.read(name, content), context.now)
    staged = roster_queries.roster(roster_id)
    assert [staged.headings[place] for place in staged.never_stored] == [
        "SSN",
        "Birth Date",
        "Annual Salary",
    ]
    stored = str(roster_queries.cells(roster_id))
    assert "marcus.kim0@cedarlibrary.example" in stored
    for private in ("500-10-1000", "1/3/1960", "32,000.00"):
        assert private.encode() in content
        assert private not in stored


def test_a_corrected_file_is_read_as_the_one_before(context: World, adam: Actor) -> None:
    """Also what was not remembered for the library."""
    lines = "e1,Elif Kaya,elif@example.org,Annex,LA 2"
    head = "Staff ID,Name,Email,Misc,Job class"
    first = roster_actions.stage(adam, roster(lines, head=head), context.now)
    columns = roster_queries.roster(first).columns | {"team": 3}
    meanings = {"role_profile": {"la 2": str(context.role_profiles["city"])}}
    mapping = RosterMapping(columns, meanings, True)
    roster_actions.choose(adam, first, mapping, context.now, remember=False)
    assert verdicts(first) == {2: "new"}
    head = f"{head},What is wrong"
    second = roster_actions.stage(adam, roster(f"{lines},-", head=head), context.now)
    assert verdicts(second) == {2: "new"}
