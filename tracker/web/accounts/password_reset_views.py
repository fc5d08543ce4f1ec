"""A new password by mail. Nothing tells whether an address is anybody's: neither the answer, nor
its time, nor how long the next one waits."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.accounts.throttle import MAILS, Counted
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.accounts import password_resets
from tracker.web.accounts import known_devices
from tracker.web.accounts.forms import ResetForm
from tracker.web.accounts.tries.waits import Waits, said
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import mark_refused, put_on
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
    # Whoever asks for the first few times from here never waits for what others asked.
    wait = waits.seconds() if waits.are_too_many(*MAILS) else 0
    if wait:
        mark_refused(form)
        form.form_errors += [
            _("You asked several times. A link that was mailed in the last hour still works."),
            said(wait),
        ]
        return _page(form), 429, {"Retry-After": str(wait)}
    waits.count()
    try:
        password_resets.ask(form.email.data or "", session.now())
    except Conflict as refusal:
        put_on(form, refusal)
        return _page(form), 503, {"Retry-After": "60"}
    return redirect(url_for("password_resets.asked"), 303)


@bp.get("/asked")
@door(Permission.PUBLIC)
def asked() -> ResponseReturnValue:
    return render("accounts/reset_asked.html")


def _waits(email: str) -> Waits:
    """By account and place, so nobody can keep the owner from it by asking elsewhere; on a device
    that is known for the account, by that device."""
    device = known_devices.asking()
    if device.knows(email):
        return Waits({Counted.RESET_DEVICE: keyed(f"{device.id} {email}")})
    return Waits({Counted.RESET: bucket(f"{source()} {email}"), Counted.RESET_SOURCE: source()})


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _page(form: ResetForm) -> str:
    return render("accounts/reset.html", form=form, is_mail_set=_is_mail_set())
