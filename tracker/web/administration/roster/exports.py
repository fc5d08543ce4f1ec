"""People as a file that can be imported again, and the rows of an import that are to be fixed."""

from flask import Response
from flask_babel import gettext as _

from tracker.policy.permissions import Actor
from tracker.queries.administration import people_export
from tracker.queries.administration.roster import rosters
from tracker.queries.administration.roster.rosters import StagedRoster
from tracker.rules.administration.roster.columns import EXPORTED, RosterColumn
from tracker.web.administration.people_forms import ROLES
from tracker.web.administration.roster import labels
from tracker.web.http import session
from tracker.web.ui.csv import Table, csv_file


def everybody(actor: Actor) -> Response:
    """A row for each membership that is not over, and one for who has none."""
    rows: Table = [[str(labels.COLUMNS[column]) for column in EXPORTED]]
    for each in people_export.exported(actor, session.today()):
        cells: dict[RosterColumn, str | int] = {
            RosterColumn.STAFF_ID: each.staff_id,
            RosterColumn.NAME: each.name,
            RosterColumn.EMAIL: each.email,
            RosterColumn.TEAM: each.team,
            RosterColumn.ROLE: str(ROLES[each.role]) if each.role else "",
            RosterColumn.ROLE_PROFILE: each.role_profile,
            RosterColumn.JOB: each.job,
            RosterColumn.WEEKLY_HOURS: each.weekly_hours or "",
            RosterColumn.STARTS_ON: each.starts_on.isoformat() if each.starts_on else "",
            RosterColumn.ENDS_ON: each.ends_on.isoformat() if each.ends_on else "",
        }
        rows.append([cells[column] for column in EXPORTED])
    return csv_file(rows, f"people {session.today()}")


def to_fix(roster: StagedRoster) -> Response:
    """As they stand in the file, with a column that says what is wrong."""
    rows: Table = [[*roster.headings, _("What is wrong")]]
    for row in rosters.rows_to_fix(roster.id):
        said = (
            f"{labels.column(each['column'])}: {' '.join(labels.said_of(each))}"
            for each in row.problems
        )
        rows.append([*row.cells, " ".join(said)])
    return csv_file(rows, f"people to fix {session.today()}")
