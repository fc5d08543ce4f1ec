"""The tree of teams, for the administrator."""

from typing import TypeVar

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.administration.people.forms import ROLES
from tracker.administration.teams import actions as teams_actions, queries as teams_queries
from tracker.administration.teams.forms import RootForm, TeamEditForm, TeamForm
from tracker.models import Team
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import people as core_people_queries
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted, pressed, saved
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.filters import page_number, teams_found
from tracker.web.ui.people import flash_new_readers

T = TypeVar("T", bound=TeamForm)
bp = Blueprint("admin_teams", __name__, url_prefix="/admin/teams")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    teams = teams_found(teams_queries.tree(session.actor()))
    people_in = teams_queries.people_in([team.id for team in teams.cut.rows], session.today())
    return render("administration/teams/index.html", teams=teams, people=people_in)


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    """`?parent=` chooses the team above."""
    form = _offering(TeamForm())
    form.parent_id.data = request.args.get("parent", type=int)
    return render("administration/teams/new.html", form=form)


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form, actor, now = _offering(TeamForm()), session.actor(), session.now()
    done, to = _("%(team)s is added.", team=form.name.data), url_for("admin_teams.index")
    page = saved(form, lambda: teams_actions.add(actor, now=now, **form.values()), done, to)
    return page or (render("administration/teams/new.html", form=form), 422)


@bp.get("/<id:team_id>")
@door(Permission.ADMINISTER_TEAM, subjects_queries.team)
def edit(team: Subject) -> ResponseReturnValue:
    return _page(team.id, _form(teams_queries.detail(team.id)))


@bp.post("/<id:team_id>")
@door(Permission.ADMINISTER_TEAM, subjects_queries.team)
def update(team: Subject) -> ResponseReturnValue:
    before = teams_queries.detail(team.id)
    form, actor, now = _form(before), session.actor(), session.now()
    wanted = {"name": before.name, "parent_id": None} | form.values()
    if accepted(form, lambda: teams_actions.edit(actor, team.id, now=now, **wanted)):
        flash_message(_("%(team)s is saved.", team=wanted["name"]))
        flash_new_readers()
        return redirect(url_for("admin_teams.index"), 303)
    return _page(team.id, form), 422


@bp.post("/<id:team_id>/close")
@door(Permission.ADMINISTER_TEAM, subjects_queries.team)
def close(team: Subject) -> ResponseReturnValue:
    name = teams_queries.detail(team.id).name
    return pressed(
        lambda: teams_actions.close(session.actor(), team.id, session.now()),
        lambda count: (
            ngettext(
                "%(team)s is closed. %(num)d membership ends today.",
                "%(team)s is closed. %(num)d memberships end today.",
                count,
                team=name,
            )
            if count
            else _("%(team)s is closed. Nobody belonged to it.", team=name)
        ),
        url_for("admin_teams.edit", team_id=team.id),
    )


@bp.post("/<id:team_id>/reopen")
@door(Permission.ADMINISTER_TEAM, subjects_queries.team)
def reopen(team: Subject) -> ResponseReturnValue:
    name = teams_queries.detail(team.id).name
    done = _("%(team)s is open again. Memberships that ended stay ended.", team=name)
    to = url_for("admin_teams.edit", team_id=team.id)
    return pressed(lambda: teams_actions.reopen(session.actor(), team.id, session.now()), done, to)


def _form(team: Team) -> RootForm | TeamEditForm:
    if team.parent_id is None:
        return RootForm(obj=team)
    return _offering(TeamEditForm(obj=team), but_below=team.path)


def _offering(form: T, but_below: str | None = None) -> T:
    above = teams_queries.choices(session.actor(), but_below=but_below)
    form.parent_id.choices = fields.choices(above)
    return form


def _page(team_id: int, form: RootForm | TeamEditForm) -> str:
    today = session.today()
    members = core_people_queries.members(team_id, today)
    return render(
        "administration/teams/edit.html",
        team=teams_queries.detail(team_id),
        form=form,
        members=table_page(members, page_number()),
        ending=sum(row.ends_on is None or row.ends_on > today for row in members),
        roles=ROLES,
    )
