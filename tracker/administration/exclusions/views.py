"""Statements that the library leaves out of rating, and those that name personal matters: whether
it rates them."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.administration.exclusions import (
    actions as exclusions_actions,
    queries as exclusions_queries,
)
from tracker.administration.exclusions.forms import NotRatedForm, SensitiveForm, sensitive_form
from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.frameworks.versions.rules import Decision
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render

bp = Blueprint("admin_exclusions", __name__, url_prefix="/admin/not-rated")
sensitive = Blueprint("admin_sensitive", __name__, url_prefix="/admin/sensitive")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return _page(NotRatedForm())


@bp.post("")
@door(Permission.ADMINISTER)
def leave_out() -> ResponseReturnValue:
    form, actor, now = NotRatedForm(), session.actor(), session.now()
    chosen = [key for key in form.statements.data or () if key]
    done = accepted(
        form, lambda: exclusions_actions.leave_out(actor, chosen, form.reason.data, now)
    )
    if not done:
        return _page(form), 422
    new, framework = done[0], request.values.get("framework") or ""
    if not new:
        flash_message(_("These statements were left out already. Nothing was changed."), "info")
    elif len(new) == 1:
        lift_it = url_for("admin_exclusions.lift", not_rated_id=new[0])
        undo = Undo(lift_it, {"framework": framework})
        title = _title(exclusions_queries.detail(new[0]))
        flash_message(_("“%(title)s” is left out of rating.", title=title), undo=undo)
    else:
        flash_message(
            ngettext(
                "%(num)d statement is left out of rating.",
                "%(num)d statements are left out of rating.",
                len(new),
            )
        )
    return redirect(url_for("admin_exclusions.index", framework=framework or None), 303)


@bp.post("/<id:not_rated_id>/lift")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.not_rated)
def lift(not_rated: Subject) -> ResponseReturnValue:
    was = exclusions_queries.detail(not_rated.id)
    done = _("“%(title)s” is rated again. Answers given before still count.", title=_title(was))
    framework = request.values.get("framework") or ""
    fields = {"statements": str(was.statement_id), "reason": was.reason, "framework": framework}
    undo = Undo(url_for("admin_exclusions.leave_out"), fields) if was.set_by else None
    to = url_for("admin_exclusions.index", framework=framework or None)
    actor, now = session.actor(), session.now()
    return pressed(lambda: exclusions_actions.lift(actor, not_rated.id, now), done, to, undo)


def _title(left_out: exclusions_queries.AnyRow) -> str:
    return mark(left_out.title, left_out.lang)


def _page(form: NotRatedForm) -> str:
    """Of the framework that `?framework=` names, else of the one in use. 404 when there is no such
    one."""
    actor, wanted = session.actor(), request.values.get("framework", "")
    frameworks = role_profiles_queries.frameworks(actor, session.today())
    chosen = next((choice for choice in frameworks if wanted in ("", choice.key)), None)
    if chosen is None and wanted:
        abort(404)
    groups = exclusions_queries.rated(actor, chosen.id) if chosen else {}
    chosen_ids = set(form.statements.data or ())
    to_open = {
        domain.id
        for domain, statements in groups.items()
        for statement, _level in statements
        if statement.id in chosen_ids
    }
    return render(
        "administration/exclusions.html",
        form=form,
        chosen_ids=chosen_ids,
        frameworks=frameworks,
        framework=chosen,
        left_out=exclusions_queries.left_out(actor, chosen.id) if chosen else [],
        groups=groups,
        to_open=to_open,
    )


@sensitive.get("", endpoint="index")
@door(Permission.ADMINISTER)
def decisions() -> ResponseReturnValue:
    return _sensitive_page(_sensitive_form())


@sensitive.post("")
@door(Permission.ADMINISTER)
def decide() -> ResponseReturnValue:
    form, actor, now = _sensitive_form(), session.actor(), session.now()
    reasons = {
        Decision.LEAVE_OUT: _("A personal matter that this library does not rate."),
        Decision.ASK_HR: _("The library is asking HR whether to rate it."),
    }
    done = accepted(form, lambda: exclusions_actions.decide(actor, form.decisions(), reasons, now))
    if not done:
        return _sensitive_page(form), 422
    if done[0]:
        flash_message(ngettext("%(num)d decision saved.", "%(num)d decisions saved.", done[0]))
    else:
        flash_message(_("Nothing was changed."), "info")
    return redirect(url_for("admin_sensitive.index"), 303)


def _sensitive_form() -> SensitiveForm:
    statements = exclusions_queries.sensitive(session.actor())
    return sensitive_form((row.id, row.title, row.decision) for row in statements)


def _sensitive_page(form: SensitiveForm) -> str:
    statements = exclusions_queries.sensitive(session.actor())
    return render("administration/sensitive.html", form=form, statements=statements)
