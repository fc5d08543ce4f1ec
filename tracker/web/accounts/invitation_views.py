"""The one-time link: somebody sets their password, and nobody else knows it."""

import datetime as dt
import math

from flask import Blueprint, current_app, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.administration.invitations import Invited, invited
from tracker.rules.roles import Permission
from tracker.web.accounts import known_devices
from tracker.web.accounts.forms import WelcomeForm
from tracker.web.accounts.tries.unknown_links import unknown
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render

bp = Blueprint("invitations", __name__)


@bp.get("/welcome/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def show(token: str) -> ResponseReturnValue:
    person = invited(token, session.now())
    return unknown(token, "link_used_up") if person is None else _page(token, WelcomeForm(), person)


@bp.post("/welcome/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def accept(token: str) -> ResponseReturnValue:
    form, person = WelcomeForm(), invited(token, session.now())
    if person is None:
        return unknown(token, "link_used_up")
    done = accepted(
        form,
        lambda: session.accept_link(
            token, form.password.data, form.code.data or "", with_code=not _is_mail_set()
        ),
    )
    if not done:
        return _page(token, form, person), 422
    if done[0].recovery_code is not None:
        page = make_response(
            render("accounts/links/recovery_code.html", code=done[0].recovery_code, is_first=True)
        )
        return known_devices.remember(page, person.email)
    if done[0].token is not None:
        flash_message(_("Welcome. Your password is set, and you are signed in."))
        to = url_for("dashboard.index")
    else:
        flash_message(_("Your password is set. Sign in with it."))
        to = url_for("accounts.sign_in")
    return known_devices.remember(redirect(to, 303), person.email)


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _page(token: str, form: WelcomeForm, person: Invited) -> str:
    hours = 0
    if person.opens_at is not None:
        form.code.flags.required = True
        hours = math.ceil((person.opens_at - session.now()) / dt.timedelta(hours=1))
    return render(
        "accounts/links/invitation.html", form=form, person=person, token=token, hours=hours
    )
