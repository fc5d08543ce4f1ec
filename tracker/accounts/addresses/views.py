"""One's own email address: asked for with the password, confirmed at the new one, taken back from
the one before. A link alone changes nothing: its page has a button."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.accounts.account.forms import AddressForm, ConfirmForm
from tracker.accounts.addresses import actions as addresses_actions
from tracker.accounts.sign_in.pages import remember_device, unknown_link
from tracker.rules.core.links import LinkKind
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import pressed, saved
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
    if not session.is_mail_set():
        return _page(form), 422
    page = saved(
        form,
        lambda: addresses_actions.ask(
            session.actor(), session.passwords(), form.current.data, form.email.data, session.now()
        ),
        lambda email: _(
            "A message with a link is on its way to %(email)s. Your address changes when you use "
            "the link.",
            email=email,
        ),
        url_for("accounts.show", _anchor="email"),
    )
    return page or (_page(form), 422)


@bp.post("/account/email/withdraw")
@door(Permission.SIGNED_IN)
def withdraw() -> ResponseReturnValue:
    return pressed(
        lambda: addresses_actions.withdraw(session.actor(), session.now()),
        _("Your address stays as it is."),
        url_for("accounts.show", _anchor="email"),
    )


@bp.get("/email-address/confirm/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def confirm_page(token: str) -> ResponseReturnValue:
    return _link_page("accounts/address_confirm.html", LinkKind.CONFIRM_ADDRESS, token)


@bp.post("/email-address/confirm/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def confirm(token: str) -> ResponseReturnValue:
    if addresses_actions.of_link(LinkKind.CONFIRM_ADDRESS, token, session.now()) is None:
        return unknown_link(token, "address_link_used_up")
    to = url_for("accounts.show" if session.actor_or_none() else "accounts.sign_in")
    try:
        email = addresses_actions.confirm(token, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(to, 303)
    flash_message(_("You sign in with %(email)s from now on.", email=email))
    return remember_device(redirect(to, 303), email)


@bp.get("/email-address/take-back/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def take_back_page(token: str) -> ResponseReturnValue:
    return _link_page("accounts/address_take_back.html", LinkKind.TAKE_BACK, token)


@bp.post("/email-address/take-back/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def take_back(token: str) -> ResponseReturnValue:
    if addresses_actions.of_link(LinkKind.TAKE_BACK, token, session.now()) is None:
        return unknown_link(token, "address_link_used_up")
    try:
        link = addresses_actions.take_back(token, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(url_for("accounts.sign_in"), 303)
    flash_message(
        _("Your address is what it was, and everybody is signed out. Now set a new password.")
    )
    return redirect(url_for("invitations.show", token=link), 303)


def _link_page(template: str, kind: LinkKind, token: str) -> ResponseReturnValue:
    link = addresses_actions.of_link(kind, token, session.now())
    if link is None:
        return unknown_link(token, "address_link_used_up")
    change, library = link
    return render(template, form=ConfirmForm(), change=change, library=library, token=token)


def _page(form: AddressForm) -> str:
    return render("accounts/address.html", form=form, is_mail_set=session.is_mail_set())
