"""The tree of teams, for the administrator."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people, team_tree
from tracker.rules.errors import Conflict
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.services.administration import teams
from tracker.web.administration.people_forms import ROLES
from tracker.web.administration.team_forms import RootForm, TeamEditForm, TeamForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render
from tracker.web.ui import fields, team_lists
from tracker.web.ui.pagination import page_number
from tracker.web.ui.people.closed_records import flash_new_readers

bp = Blueprint("admin_teams", __name__, url_prefix="/admin/teams")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    found = team_lists.asked(team_tree.tree(session.actor()))
    return render(
        "administration/teams/index.html",
        found=found,
        people=team_tree.people_in([each.id for each in found.cut.rows], session.today()),
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    """`?parent=` chooses the team above."""
    form = TeamForm()
    form.parent_id.choices = fields.choices(team_tree.choices(session.actor()))
    form.parent_id.data = request.args.get("parent", type=int)
    return render("administration/teams/new.html", form=form)


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    form = TeamForm()
    form.parent_id.choices = fields.choices(team_tree.choices(session.actor()))
    if accepted(
        form, lambda: teams.add(session.actor(), form.parent_id.data, form.name.data, session.now())
    ):
        flash_message(_("%(team)s is added.", team=form.name.data))
        return redirect(url_for("admin_teams.index"), 303)
    return render("administration/teams/new.html", form=form), 422


@bp.get("/<id:team_id>")
@door(Permission.ADMINISTER_TEAM, subjects.team)
def edit(team: Subject) -> ResponseReturnValue:
    found = team_tree.detail(team.id)
    return _page(team, found, _form(team, found))


@bp.post("/<id:team_id>")
@door(Permission.ADMINISTER_TEAM, subjects.team)
def update(team: Subject) -> ResponseReturnValue:
    found = team_tree.detail(team.id)
    form = _form(team, found)
    is_root = found.parent_id is None
    done = accepted(
        form,
        lambda: teams.edit(
            session.actor(),
            team.id,
            name=found.name if is_root else form.name.data,
            parent_id=None if is_root else form.parent_id.data,
            open_reviews=form.open_reviews.data,
            now=session.now(),
        ),
    )
    if done:
        flash_message(_("%(team)s is saved.", team=found.name if is_root else form.name.data))
        flash_new_readers()
        return redirect(url_for("admin_teams.index"), 303)
    return _page(team, found, form), 422


@bp.post("/<id:team_id>/close")
@door(Permission.ADMINISTER_TEAM, subjects.team)
def close(team: Subject) -> ResponseReturnValue:
    try:
        count = teams.close(session.actor(), team.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
    else:
        name = team_tree.detail(team.id).name
        flash_message(
            ngettext(
                "%(team)s is closed. %(num)d membership ends today.",
                "%(team)s is closed. %(num)d memberships end today.",
                count,
                team=name,
            )
            if count
            else _("%(team)s is closed. Nobody belonged to it.", team=name)
        )
    return redirect(url_for("admin_teams.edit", team_id=team.id), 303)


@bp.post("/<id:team_id>/reopen")
@door(Permission.ADMINISTER_TEAM, subjects.team)
def reopen(team: Subject) -> ResponseReturnValue:
    name = team_tree.detail(team.id).name
    done = _("%(team)s is open again. Memberships that ended stay ended.", team=name)
    to = url_for("admin_teams.edit", team_id=team.id)
    return pressed(lambda: teams.reopen(session.actor(), team.id, session.now()), done, to)


def _form(team: Subject, found: team_tree.TeamDetails) -> RootForm | TeamEditForm:
    if found.parent_id is None:
        return RootForm(obj=found)
    form = TeamEditForm(obj=found)
    above = team_tree.choices(session.actor(), but_below=team.places[0].path)
    form.parent_id.choices = fields.choices(above)
    return form


def _page(team: Subject, found: team_tree.TeamDetails, form: RootForm | TeamEditForm) -> str:
    today = session.today()
    members = people.members(team.id, today)
    ending = sum(row.ends_on is None or row.ends_on > today for row in members)
    return render(
        "administration/teams/edit.html",
        team=found,
        form=form,
        members=table_page(members, page_number()),
        ending=ending,
        roles=ROLES,
    )
