"""Statements that the library leaves out of rating."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import role_profiles
from tracker.queries.frameworks import exclusions
from tracker.rules.roles import Permission
from tracker.services.administration import exclusions as service
from tracker.web.administration.forms import NotRatedForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render

bp = Blueprint("admin_exclusions", __name__, url_prefix="/admin/not-rated")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return _page(NotRatedForm())


@bp.post("")
@door(Permission.ADMINISTER)
def leave_out() -> ResponseReturnValue:
    form = NotRatedForm()
    done = accepted(
        form,
        lambda: service.leave_out(
            session.actor(),
            [each for each in form.statements.data if each],
            form.reason.data,
            session.now(),
        ),
    )
    if done:
        _tell_left_out(done[0])
        return redirect(
            url_for("admin_exclusions.index", framework=request.values.get("framework") or None),
            303,
        )
    return _page(form), 422


@bp.post("/<id:not_rated_id>/lift")
@door(Permission.ADMINISTER_LIBRARY, subjects.not_rated)
def lift(not_rated: Subject) -> ResponseReturnValue:
    was = _detail(not_rated.id)
    done = _("“%(title)s” is rated again. Answers given before still count.", title=was.title)
    framework = request.values.get("framework") or ""
    fields = {"statements": str(was.statement_id), "reason": was.reason, "framework": framework}
    undo = Undo(url_for("admin_exclusions.leave_out"), fields) if was.set_by else None
    to = url_for("admin_exclusions.index", framework=framework or None)
    return pressed(
        lambda: service.lift(session.actor(), not_rated.id, session.now()), done, to, undo
    )


def _detail(not_rated_id: int) -> exclusions.ExcludedStatement:
    return mark_language(exclusions.detail(not_rated_id))


def _tell_left_out(new: list[int]) -> None:
    if not new:
        flash_message(_("These statements were left out already. Nothing was changed."), "info")
    elif len(new) == 1:
        title = _detail(new[0]).title
        undo = Undo(
            url_for("admin_exclusions.lift", not_rated_id=new[0]),
            {"framework": request.values.get("framework") or ""},
        )
        flash_message(_("“%(title)s” is left out of rating.", title=title), undo=undo)
    else:
        flash_message(
            ngettext(
                "%(num)d statement is left out of rating.",
                "%(num)d statements are left out of rating.",
                len(new),
            )
        )


def _page(form: NotRatedForm) -> str:
    """Of the framework that `?framework=` names, else of the one in use. 404 when there is no such
    one."""
    frameworks = role_profiles.frameworks(session.actor(), session.today())
    wanted = request.values.get("framework", "")
    chosen = next((each for each in frameworks if wanted in ("", each.key)), None)
    if chosen is None and wanted:
        abort(404)
    return render(
        "administration/exclusions.html",
        lang=chosen.lang if chosen else "",
        form=form,
        chosen_ids=set(form.statements.data or ()),
        frameworks=frameworks,
        framework=chosen,
        left_out=exclusions.left_out(session.actor(), chosen.id) if chosen else [],
        groups=exclusions.rated(session.actor(), chosen.id) if chosen else [],
    )
