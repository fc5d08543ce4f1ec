"""Links for a new password that somebody may not have asked for, and the code with which one works
at once."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.accounts import given_links as service
from tracker.web.accounts.forms import RecoveryCodeForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render

bp = Blueprint("given_links", __name__)


@bp.post("/sign-in-links/<id:link_id>/confirm")
@door(Permission.LINK_CONFIRM, subjects.given_link)
def confirm(link: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: service.confirm(session.actor(), link.id, session.now()),
        _("Confirmed. The link works now: ask them to open it again."),
        url_for("dashboard.index"),
    )


@bp.post("/account/sign-in-links/<id:link_id>/disown")
@door(Permission.ACCOUNT_OWN, subjects.given_link)
def disown(link: Subject) -> ResponseReturnValue:
    """Who is signed out by it can't come back to the page."""
    to = url_for("accounts.show", _anchor="links")
    try:
        is_out = service.disown(session.actor(), link.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(to, 303)
    if is_out:
        session.end()
        to = url_for("accounts.sign_in")
    flash_message(
        _(
            "The link, its sign-ins, and the password that was set with it are ended. The "
            "administrators are told. Ask for a new link before you sign in again."
        )
        if is_out
        else _("The link is ended. The administrators of your library are told.")
    )
    return redirect(to, 303)


@bp.get("/account/recovery-code")
@door(Permission.SIGNED_IN)
def code() -> ResponseReturnValue:
    return render("accounts/links/recovery_code.html", form=RecoveryCodeForm())


@bp.post("/account/recovery-code")
@door(Permission.SIGNED_IN)
@limiter.limit("10 per minute")
def make_code() -> ResponseReturnValue:
    """The one time that it can be read: only its digest is kept, so there is no redirect."""
    form = RecoveryCodeForm()
    made = accepted(
        form,
        lambda: service.new_recovery_code(
            session.actor(), session.passwords(), form.current.data, session.now()
        ),
    )
    if not made:
        return render("accounts/links/recovery_code.html", form=form), 422
    return render("accounts/links/recovery_code.html", code=made[0])
