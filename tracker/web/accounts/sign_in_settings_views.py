"""How people of a library come in and stay signed in, for its administrator."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.administration.invitations import SignInSettings, sign_in_settings
from tracker.rules.accounts.links import LAST_HOUR
from tracker.rules.roles import Permission
from tracker.services.accounts import sign_in_settings as service
from tracker.web.accounts.invitation_forms import SignInSettingsForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.templating.dates import hour

bp = Blueprint("sign_in_settings", __name__, url_prefix="/admin/sign-in")


@bp.get("")
@door(Permission.ADMINISTER)
def show() -> ResponseReturnValue:
    return _page(_form(sign_in_settings(session.actor())))


@bp.post("")
@door(Permission.ADMINISTER)
def save() -> ResponseReturnValue:
    form = _form()
    done = accepted(
        form,
        lambda: service.edit(
            session.actor(),
            invitation_days=form.invitation_days.data,
            invites_from=form.invites_from.data,
            invites_until=form.invites_until.data,
            idle_minutes=form.idle_minutes.data,
            now=session.now(),
        ),
    )
    if done:
        flash_message(_("The settings of sign-ins and invitations are saved."))
        return redirect(url_for("admin.index"), 303)
    return _page(form), 422


def _form(obj: SignInSettings | None = None) -> SignInSettingsForm:
    form = SignInSettingsForm(obj=obj)
    form.invites_from.choices = fields.choices((each, hour(each)) for each in range(LAST_HOUR))
    form.invites_until.choices = fields.choices(
        (each, hour(each)) for each in range(1, LAST_HOUR + 1)
    )
    return form


def _page(form: SignInSettingsForm) -> str:
    return render(
        "accounts/sign_in_settings.html",
        form=form,
        server_minutes=current_app.config["SESSION_IDLE_MINUTES"],
    )
