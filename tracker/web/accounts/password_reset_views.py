"""A new password by mail. Nothing tells whether an address is anybody's: neither the answer, nor
its time, nor how long the next one waits."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.accounts.throttle import Counted
from tracker.rules.roles import Permission
from tracker.services.accounts import password_resets
from tracker.web.accounts import known_devices
from tracker.web.accounts.forms import ResetForm
from tracker.web.accounts.tries.waits import Waits, said
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import mark_refused
from tracker.web.http.rate_limits import bucket, keyed, source
from tracker.web.i18n.render import render

bp = Blueprint("password_resets", __name__, url_prefix="/forgot-password")


@bp.get("")
@door(Permission.PUBLIC)
def show() -> ResponseReturnValue:
    return _page(ResetForm())


@bp.post("")
@door(Permission.PUBLIC)
def ask() -> ResponseReturnValue:
    form = ResetForm()
    if not form.validate_on_submit() or not _is_mail_set():
        return _page(form), 422
    waits = _waits((form.email.data or "").strip().casefold())
    wait = waits.seconds()
    if wait:
        mark_refused(form)
        form.form_errors += [said(wait)]
        return _page(form), 429, {"Retry-After": str(wait)}
    waits.count()
    password_resets.ask(form.email.data or "", session.now())
    return redirect(url_for("password_resets.asked"), 303)


@bp.get("/asked")
@door(Permission.PUBLIC)
def asked() -> ResponseReturnValue:
    return render("accounts/reset_asked.html")


def _waits(email: str) -> Waits:
    """On a device that is known for the account only what was asked there counts, so nobody can
    keep the owner from it by asking elsewhere."""
    device = known_devices.asking()
    if device.knows(email):
        return Waits({Counted.RESET_DEVICE: keyed(f"{device.id} {email}")})
    return Waits({Counted.RESET: bucket(email), Counted.RESET_SOURCE: source()})


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _page(form: ResetForm) -> str:
    return render("accounts/reset.html", form=form, is_mail_set=_is_mail_set())
