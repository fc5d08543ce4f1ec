"""One change for the people ticked in the list."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.administration import role_profiles, team_tree
from tracker.queries.administration.bulk_edits import plans
from tracker.rules.roles import Permission
from tracker.services.administration import bulk_edits as service
from tracker.web.administration.bulk_edits.forms import OBSTACLES, BulkEditForm
from tracker.web.administration.people_forms import ROLES
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.people.closed_records import flash_new_readers

bp = Blueprint("bulk_edits", __name__, url_prefix="/admin/people-together")


@bp.get("")
@door(Permission.ADMINISTER)
def edit() -> ResponseReturnValue:
    form = _form(BulkEditForm(request.args, meta={"csrf": False}))
    if not plans.chosen(session.actor(), form.ticked):
        flash_message(_("Tick the people to change first."), "info")
        return redirect(url_for("admin_people.index"), 303)
    return _page(form, is_asked="change" in request.args and form.validate())


@bp.post("")
@door(Permission.ADMINISTER)
def apply() -> ResponseReturnValue:
    form = _form(BulkEditForm())
    done = accepted(
        form,
        lambda: service.edit_all(
            session.actor(), form.ticked, form.edit(), form.seen.data or "", session.now()
        ),
    )
    if done is None:
        is_asked = not any(field.errors for field in form)
        return _page(form, is_asked=is_asked), 422
    flash_message(ngettext("%(num)d person changed.", "%(num)d people changed.", done[0]))
    flash_new_readers()
    return redirect(url_for("admin_people.index"), 303)


def _form(form: BulkEditForm) -> BulkEditForm:
    actor = session.actor()
    teams = team_tree.choices(actor)
    form.team_id.choices = fields.choices([("", _("Choose a team")), *teams])
    profiles = role_profiles.choices(actor)
    form.role_profile_id.choices = fields.choices([("", _("Choose a job profile")), *profiles])
    return form


def _page(form: BulkEditForm, *, is_asked: bool) -> str:
    actor, edit = session.actor(), form.edit() if is_asked else None
    plan = [] if edit is None else plans.planned(actor, form.ticked, edit, session.today())
    return render(
        "administration/bulk_edits/edit.html",
        form=form,
        people=plans.chosen(actor, form.ticked),
        edit=edit,
        plan=plan,
        seen=plans.digest(plan),
        can_be_done=bool(plan) and not any(each.obstacle for each in plan),
        changing=[each for each in plan if not each.is_same],
        to=_named(form, edit.to_id) if edit is not None else "",
        roles=ROLES,
        obstacles=OBSTACLES,
    )


def _named(form: BulkEditForm, to_id: int | None) -> str:
    field = form.team_id if form.change.data == "team" else form.role_profile_id
    labels = {value: str(label) for value, label, *_rest in field.choices}
    return labels.get(str(to_id), "")
