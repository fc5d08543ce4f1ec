"""Signing in and out; and how people of a library come in and stay signed in, for its
administrator."""

import math
import secrets

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from werkzeug import Response

from tracker.accounts.account import actions as account_actions
from tracker.accounts.account.forms import SignInForm, SignInSettingsForm
from tracker.accounts.links.queries import own_library
from tracker.accounts.sign_in import actions as sign_in_actions
from tracker.accounts.sign_in.pages import (
    Attempt,
    SealedTry,
    drop_try,
    keep_try,
    kept_try,
    remember_device,
)
from tracker.accounts.sign_in.rules import TURNS, TURNS_WITHIN
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, mark_refused, message_for
from tracker.web.http.form_actions import saved
from tracker.web.http.idempotency import unsent
from tracker.web.http.redirects import own_address
from tracker.web.i18n.render import render
from tracker.web.ui.drafts import typed

bp = Blueprint("accounts", __name__)
settings = Blueprint("sign_in_settings", __name__, url_prefix="/admin/sign-in")
AGAIN_MIN, AGAIN_MAX = 1, 10
"""Seconds after which a page that waits for its turn asks again."""
BUSY, APART = 20, 5
"""Seconds until the next try where too many people sign in at once, and by how many more or fewer
it varies, so that those who came together don't come back together."""


def _next(asked: str) -> str:
    """Where to go after signing in: an address of this site, else Today."""
    return own_address(asked, url_for("dashboard.index"))


@bp.get("/login")
@door(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    if session.actor_or_none() is not None:
        return redirect(_next(request.args.get("next", "")))
    return render("accounts/sign_in.html", form=SignInForm())


@bp.post("/login")
@door(Permission.PUBLIC)
def sign_in_now() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return render("accounts/sign_in.html", form=form), 422
    tried = SealedTry(
        email=form.email.data or "",
        password=form.password.data or "",
        shared_desk=bool(form.shared_desk.data),
        next=request.args.get("next", ""),
        secret=secrets.token_urlsafe(16),
    )
    if session.is_busy():
        return _comes_again(tried)
    return _tried(tried, form) or keep_try(redirect(url_for("accounts.wait"), 303), tried)


@bp.get("/login/wait")
@door(Permission.PUBLIC)
def wait() -> ResponseReturnValue:
    """Until it is this try's turn. The page asks again by itself, also without script."""
    tried = kept_try()
    if tried is None:
        return redirect(url_for("accounts.sign_in"))
    ahead = Attempt(tried.email, tried.secret).ahead()
    if not ahead:
        return redirect(url_for("accounts.take_turn"))
    seconds = math.ceil(ahead * TURNS_WITHIN.total_seconds() / TURNS)
    response = make_response(render("accounts/wait.html", ahead=ahead, seconds=seconds))
    response.headers["Refresh"] = str(min(max(seconds, AGAIN_MIN), AGAIN_MAX))
    return keep_try(response, tried)


@bp.get("/login/turn")
@door(Permission.PUBLIC)
def take_turn() -> ResponseReturnValue:
    """Sign in with what was sent before, and waited. No GET without it signs anybody in."""
    tried = kept_try()
    if tried is None:
        return redirect(url_for("accounts.sign_in"))
    if session.is_busy():
        return _comes_again(tried)
    form = SignInForm(formdata=None, email=tried.email, shared_desk=tried.shared_desk)
    answer = _tried(tried, form)
    return redirect(url_for("accounts.wait")) if answer is None else drop_try(answer)


def _tried(tried: SealedTry, form: SignInForm) -> Response | None:
    """None where it has to wait for its turn."""
    attempt = Attempt(tried.email, tried.secret)
    seconds = attempt.seconds_to_wait()
    if not seconds:
        if not attempt.has_turn():
            return None
        if attempt.succeeds(tried.password, on_shared_desk=tried.shared_desk):
            return remember_device(redirect(_with_draft(_next(tried.next)), 303), attempt.email)
    mark_refused(form)
    form.form_errors.append(_wrong_password(seconds))
    page = render("accounts/sign_in.html", form=form, next=tried.next)
    if seconds:
        return make_response(page, 429, {"Retry-After": str(seconds)})
    return make_response(page, 422)


def _with_draft(to: str) -> str:
    """The page of a form that was sent after the sign-in before had ended: with what was typed
    there, which is a draft from here on."""
    sent = unsent()
    if sent is None:
        return to
    try:
        draft_id = account_actions.save_draft(session.actor(), *typed(sent), session.now())
    except (Invalid, Conflict) as refusal:
        flash_message(message_for(refusal), "error")
        return url_for("dashboard.index")
    flash_message(_("Nothing is saved yet. Check what you typed, then save it."), "info")
    if sent.get("files"):
        flash_message(_("Choose the file again: %(file)s", file=sent["files"]), "warning")
    return f"{to}?draft={draft_id}#draft-{draft_id}"


def _wrong_password(wait: int) -> str:
    """What to do, after a wait in seconds, where there is one."""
    if not wait:
        return _("The email address or password isn’t right. Check both, then try again.")
    seconds = ngettext(
        "The password was wrong too many times. Wait %(num)d second, then try again.",
        "The password was wrong too many times. Wait %(num)d seconds, then try again.",
        wait,
    )
    minutes = ngettext(
        "The password was wrong too many times. Wait %(num)d minute, then try again.",
        "The password was wrong too many times. Wait %(num)d minutes, then try again.",
        math.ceil(wait / 60),
    )
    return str(seconds if wait < 60 else minutes)


def _comes_again(tried: SealedTry) -> Response:
    """The page goes on by itself, also without script, with what was typed."""
    seconds = BUSY - APART + secrets.randbelow(2 * APART + 1)
    response = make_response(render("accounts/wait.html", is_busy=True, seconds=BUSY), 503)
    response.headers["Refresh"] = f"{seconds}; url={url_for('accounts.take_turn')}"
    response.headers["Retry-After"] = str(BUSY)
    return keep_try(response, tried)


@bp.post("/logout")
@door(Permission.PUBLIC)
def sign_out() -> ResponseReturnValue:
    session.end()
    flash_message(_("You are signed out."))
    response = redirect(url_for("accounts.sign_in"), 303)
    if not current_app.config["URL_PREFIX"]:  # it would clear what others on this host have stored
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@settings.get("")
@door(Permission.ADMINISTER)
def show() -> ResponseReturnValue:
    return _page(SignInSettingsForm(obj=own_library(session.actor())))


@settings.post("")
@door(Permission.ADMINISTER)
def save() -> ResponseReturnValue:
    form, actor, to = SignInSettingsForm(), session.actor(), url_for("admin.index")
    done = _("The settings of sign-ins and invitations are saved.")
    page = saved(
        form, lambda: sign_in_actions.edit_settings(actor, form.settings(), session.now()), done, to
    )
    return page or (_page(form), 422)


def _page(form: SignInSettingsForm) -> str:
    return render(
        "accounts/sign_in_settings.html",
        form=form,
        server_minutes=current_app.config["SESSION_IDLE_MINUTES"],
    )
