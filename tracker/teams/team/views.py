"""Teams for those who supervise or coordinate them: who is in one, and what they have sent."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.asking import ask
from tracker.rules.roles import Permission
from tracker.teams.team import queries as team_queries
from tracker.teams.team.pages import member_list
from tracker.web.http import session
from tracker.web.http.access import door, may, note_looks
from tracker.web.i18n.render import render
from tracker.web.ui.filters import teams_found

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.get("")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    rounds = ask(team_queries.open_rounds(session.actor().library_id, session.today()))
    lines = team_queries.tree(session.reader(), rounds)
    return render(
        "teams/index.html",
        teams=teams_found(lines),
        is_some_closed=any(line.closed_records for line in lines),
        is_none=not lines,
        rounds=rounds,
    )


@bp.get("/<id:team_id>")
@door(Permission.TEAM_READ, subjects_queries.team)
def show(team: Subject) -> ResponseReturnValue:
    page = team_queries.page(session.reader(), team.id, team.places[0].path)
    supervises = may(Permission.PROFILE_REVEALED, team)
    members = member_list(page.members, team.id, is_supervisor=supervises)
    note_looks([member.person_id for member in (*members.cut.rows, *page.former)], "team")
    return render(
        "teams/show.html",
        framework_links=members.frameworks,
        is_some_closed=any(line.closed_records for line in page.children),
        page=page,
        members=members,
        team=team,
        by_name=page.names_to_coordinators or supervises,
    )
