"""Statements that name personal matters: whether the library rates them."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.frameworks import exclusions
from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.roles import Permission
from tracker.services.administration import exclusions as service
from tracker.web.administration.forms import SensitiveForm, sensitive_form
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render

bp = Blueprint("admin_sensitive", __name__, url_prefix="/admin/sensitive")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return _page(_form())


@bp.post("")
@door(Permission.ADMINISTER)
def decide() -> ResponseReturnValue:
    form = _form()
    reasons = {
        Decision.LEAVE_OUT: _("A personal matter that this library does not rate."),
        Decision.ASK_HR: _("The library is asking HR whether to rate it."),
    }
    done = accepted(
        form, lambda: service.decide(session.actor(), form.decisions(), reasons, session.now())
    )
    if not done:
        return _page(form), 422
    if done[0]:
        flash_message(ngettext("%(num)d decision saved.", "%(num)d decisions saved.", done[0]))
    else:
        flash_message(_("Nothing was changed."), "info")
    return redirect(url_for("admin_sensitive.index"), 303)


def _form() -> SensitiveForm:
    statements = exclusions.sensitive(session.actor())
    return sensitive_form((each.id, each.title, each.decision) for each in statements)


def _page(form: SensitiveForm) -> str:
    return render(
        "administration/sensitive.html", form=form, statements=exclusions.sensitive(session.actor())
    )
