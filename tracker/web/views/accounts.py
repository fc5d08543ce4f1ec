"""Signing in and out, and one's own account."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.roles import Permission
from tracker.web import session
from tracker.web.access import door
from tracker.web.addresses import own_address
from tracker.web.errors import tell
from tracker.web.forms.accounts import SignInForm
from tracker.web.limits import limiter

bp = Blueprint("accounts", __name__)


def _next() -> str:
    """Where to go after signing in: an address of this site, else Today."""
    return own_address(request.args.get("next", ""), url_for("home.index"))


@bp.get("/login")
@door(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    if session.actor_or_none() is not None:
        return redirect(_next())
    return render_template("accounts/sign_in.html", form=SignInForm())


@bp.post("/login")
@door(Permission.PUBLIC)
@limiter.limit("20 per minute")
def sign_in_now() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        if session.begin(form.email.data or "", form.password.data or ""):
            return redirect(_next(), 303)
        form.form_errors.append(_("The e-mail address or the password is not right. Nothing was changed; try again."))
    return render_template("accounts/sign_in.html", form=form), 422


@bp.post("/logout")
@door(Permission.PUBLIC)
def sign_out() -> ResponseReturnValue:
    session.end()
    tell(_("You are signed out."))
    response = redirect(url_for("accounts.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/account")
@door(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    return render_template("accounts/show.html")
