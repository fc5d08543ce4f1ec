"""The staff list that the demo's administrator brought in: a staff ID for each learner, and a row
that is to be fixed."""

import csv
import datetime as dt
import io

from tests.demo.people import Cast, email
from tracker.administration.roster import (
    actions as roster_actions,
    queries as roster_queries,
    rules_files as roster_rules_files,
)
from tracker.administration.roster.rules import RosterMapping
from tracker.policy.permissions import Actor

NAME = "staff-list.csv"
FIRST_ID = 1001


def bring_in(admin: Actor, cast: Cast, now: dt.datetime) -> None:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Employee no.", "Name", "Email", "Branch", "Job class"])
    learners = [(team.name, learner) for team in cast.teams for learner in team.learners]
    for number, (team, each) in enumerate(learners, FIRST_ID):
        name = each["name"]
        rows.writerow([f"E{number}", name, email(name), team, each["profile"]])
    rows.writerow(["E1999", "Zofia Duda", "zofia.duda@example", learners[0][0], "LA 9"])
    file = roster_rules_files.read(NAME, out.getvalue().encode())
    roster_id = roster_actions.stage(admin, file, now)
    found = roster_queries.roster(roster_id)
    mapping = RosterMapping(found.columns, found.meanings, makes_teams=False)
    roster_actions.choose(admin, roster_id, mapping, now, remember=True)
    roster_actions.bring_in(admin, roster_id, roster_queries.roster(roster_id).plan_digest, now)
