"""The one-time link: somebody sets their password, and nobody else knows it. A learner's first one
comes with how ratings are used, and leads to the first statement."""

import datetime as dt
import math

from flask import Blueprint, current_app, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import allows, library_of
from tracker.queries.access.actors import actor_for_person
from tracker.queries.administration import use_statements
from tracker.queries.administration.invitations import Invited, invited
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.administration import use_statement_readings
from tracker.web.accounts import known_devices
from tracker.web.accounts.forms import WelcomeForm
from tracker.web.accounts.tries.unknown_links import unknown
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
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
    to = _first_page(form.use_statement_id.data) if done[0].token else url_for("accounts.sign_in")
    if done[0].recovery_code is not None:
        code = done[0].recovery_code
        page = make_response(render("accounts/links/recovery_code.html", code=code, first_page=to))
        return known_devices.remember(page, person.email)
    if done[0].token is None:
        flash_message(_("Your password is set. Sign in with it."))
    elif to == url_for("dashboard.index"):
        flash_message(_("Welcome. Your password is set, and you are signed in."))
    return known_devices.remember(redirect(to, 303), person.email)


def _first_page(use_statement_id: int | None) -> str:
    """Of who just signed in for the first time: the first statement, where they read with it how
    ratings are used. A newer text is read before the first rating."""
    if use_statement_id is None:
        return url_for("dashboard.index")
    try:
        use_statement_readings.read(session.actor(), use_statement_id, session.now())
    except Conflict as newer:
        flash_message(message_for(newer), "error")
    return url_for("assessment.resume")


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _page(token: str, form: WelcomeForm, person: Invited) -> str:
    hours, to_read = 0, None
    who = actor_for_person(person.id, session.now()) if person.is_new else None
    if who is not None and allows(who, Permission.RATE, library_of(who)):
        to_read = use_statements.newest(who)
    if person.opens_at is not None:
        form.code.flags.required = True
        hours = math.ceil((person.opens_at - session.now()) / dt.timedelta(hours=1))
    return render(
        "accounts/links/invitation.html",
        form=form,
        person=person,
        token=token,
        hours=hours,
        to_read=to_read,
    )
