"""One's own email address: asked for with the password, confirmed at the new one, taken back from
the one before. A link alone changes nothing: its page has a button."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.administration import address_changes
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.accounts import address_changes as service
from tracker.web.accounts import known_devices
from tracker.web.accounts.forms import AddressForm, ConfirmForm
from tracker.web.accounts.tries.unknown_links import unknown
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render

bp = Blueprint("address_changes", __name__)


@bp.get("/account/email")
@door(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    return _page(AddressForm())


@bp.post("/account/email")
@door(Permission.SIGNED_IN)
@limiter.limit("10 per minute; 20 per day")
def ask() -> ResponseReturnValue:
    form = AddressForm()
    if not _is_mail_set():
        return _page(form), 422
    done = accepted(
        form,
        lambda: service.ask(
            session.actor(), session.passwords(), form.current.data, form.email.data, session.now()
        ),
    )
    if not done:
        return _page(form), 422
    flash_message(
        _(
            "A message with a link is on its way to %(email)s. Your address changes when you use "
            "the link.",
            email=done[0],
        )
    )
    return redirect(url_for("accounts.show", _anchor="email"), 303)


@bp.post("/account/email/withdraw")
@door(Permission.SIGNED_IN)
def withdraw() -> ResponseReturnValue:
    return pressed(
        lambda: service.withdraw(session.actor(), session.now()),
        _("Your address stays as it is."),
        url_for("accounts.show", _anchor="email"),
    )


@bp.get("/email-address/confirm/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def confirm_page(token: str) -> ResponseReturnValue:
    found = address_changes.to_confirm(token, session.now())
    if found is None:
        return unknown(token, "address_link_used_up")
    return render("accounts/address_confirm.html", form=ConfirmForm(), found=found, token=token)


@bp.post("/email-address/confirm/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def confirm(token: str) -> ResponseReturnValue:
    if address_changes.to_confirm(token, session.now()) is None:
        return unknown(token, "address_link_used_up")
    to = url_for("accounts.show" if session.actor_or_none() else "accounts.sign_in")
    try:
        email = service.confirm(token, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(to, 303)
    flash_message(_("You sign in with %(email)s from now on.", email=email))
    return known_devices.remember(redirect(to, 303), email)


@bp.get("/email-address/take-back/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def take_back_page(token: str) -> ResponseReturnValue:
    found = address_changes.to_take_back(token, session.now())
    if found is None:
        return unknown(token, "address_link_used_up")
    return render("accounts/address_take_back.html", form=ConfirmForm(), found=found, token=token)


@bp.post("/email-address/take-back/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def take_back(token: str) -> ResponseReturnValue:
    if address_changes.to_take_back(token, session.now()) is None:
        return unknown(token, "address_link_used_up")
    try:
        link = service.take_back(token, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(url_for("accounts.sign_in"), 303)
    flash_message(
        _("Your address is what it was, and everybody is signed out. Now set a new password.")
    )
    return redirect(url_for("invitations.show", token=link), 303)


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _page(form: AddressForm) -> str:
    return render("accounts/address.html", form=form, is_mail_set=_is_mail_set())
