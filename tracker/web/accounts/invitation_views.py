"""The one-time link: somebody sets their password, and nobody else knows it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.administration.invitations import invited
from tracker.rules.errors import Missing
from tracker.rules.roles import Permission
from tracker.services.accounts import invitations
from tracker.web.accounts.forms import WelcomeForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render

bp = Blueprint("invitations", __name__)


@bp.get("/welcome/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
@limiter.limit("60 per minute")
def show(token: str) -> ResponseReturnValue:
    return _page(token, WelcomeForm())


@bp.post("/welcome/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
@limiter.limit("20 per minute")
def accept(token: str) -> ResponseReturnValue:
    form = WelcomeForm()
    done = accepted(
        form,
        lambda: invitations.accept(token, session.passwords(), form.password.data, session.now()),
    )
    if done:
        session.end()
        flash_message(_("Your password is set. Sign in with it."))
        return redirect(url_for("accounts.sign_in"), 303)
    return _page(token, form), 422


def _page(token: str, form: WelcomeForm) -> str:
    person = invited(token, session.now())
    if person is None:
        raise Missing("link_used_up")
    return render("accounts/invitation.html", form=form, person=person, token=token)
