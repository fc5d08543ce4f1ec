"""The one-time link: somebody sets their password, and nobody else knows it. A learner's first one
comes with how ratings are used, and leads to the first statement. A new password by mail: nothing
tells whether an address is anybody's, neither the answer, nor its time, nor how long the next one
waits. Links that somebody may not have asked for, and the code with which one works at once."""

import datetime as dt
import math

from flask import Blueprint, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.accounts.account import actions as account
from tracker.accounts.account.forms import RecoveryCodeForm, ResetForm, WelcomeForm
from tracker.accounts.links import actions, actions_owner
from tracker.accounts.links.queries import Invited, invited
from tracker.accounts.sign_in.pages import Waits, remember_device, this_device, unknown_link
from tracker.accounts.sign_in.rules import MAILS, Counted
from tracker.policy.permissions import Subject, allows, library_of
from tracker.queries.access import subjects
from tracker.queries.access.actors import actor_for_person
from tracker.queries.core import use_statements
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, mark_refused, message_for, put_on
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.rate_limits import bucket, keyed, limiter, source
from tracker.web.i18n.render import render

bp = Blueprint("invitations", __name__)
given = Blueprint("given_links", __name__)
resets = Blueprint("password_resets", __name__, url_prefix="/forgot-password")


@bp.get("/welcome/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def show(token: str) -> ResponseReturnValue:
    person = invited(token, session.now())
    if person is None:
        return unknown_link(token, "link_used_up")
    return _welcome(token, WelcomeForm(), person)


@bp.post("/welcome/<string(maxlength=100):token>")
@door(Permission.PUBLIC)
def accept(token: str) -> ResponseReturnValue:
    form, person = WelcomeForm(), invited(token, session.now())
    if person is None:
        return unknown_link(token, "link_used_up")
    accepted_link = accepted(
        form,
        lambda: session.accept_link(
            token, form.password.data, form.code.data or "", with_code=not session.is_mail_set()
        ),
    )
    if not accepted_link:
        return _welcome(token, form, person), 422
    done = accepted_link[0]
    to = _first_page(form.use_statement_id.data) if done.token else url_for("accounts.sign_in")
    if done.recovery_code is not None:
        page = render("accounts/links/recovery_code.html", code=done.recovery_code, first_page=to)
        return remember_device(make_response(page), person.email)
    if done.token is None:
        flash_message(_("Your password is set. Sign in with it."))
    elif to == url_for("dashboard.index"):
        flash_message(_("Welcome. Your password is set, and you are signed in."))
    return remember_device(redirect(to, 303), person.email)


def _first_page(use_statement_id: int | None) -> str:
    """Of who just signed in for the first time: the first statement, where they read with it how
    ratings are used. A newer text is read before the first rating."""
    if use_statement_id is None:
        return url_for("dashboard.index")
    try:
        account.read_use_statement(session.actor(), use_statement_id, session.now())
    except Conflict as newer:
        flash_message(message_for(newer), "error")
    return url_for("assessment.resume")


def _welcome(token: str, form: WelcomeForm, person: Invited) -> str:
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


@resets.get("", endpoint="show")
@door(Permission.PUBLIC)
def show_reset() -> ResponseReturnValue:
    return _reset(ResetForm())


@resets.post("")
@door(Permission.PUBLIC)
def ask() -> ResponseReturnValue:
    form = ResetForm()
    if not form.validate_on_submit() or not session.is_mail_set():
        return _reset(form), 422
    waits = _waits((form.email.data or "").strip().casefold())
    # Whoever asks for the first few times from here never waits for what others asked.
    wait = waits.seconds() if waits.are_too_many(*MAILS) else 0
    if wait:
        mark_refused(form)
        form.form_errors += _asked_several_times(wait)
        return _reset(form), 429, {"Retry-After": str(wait)}
    waits.count()
    try:
        actions.ask(form.email.data or "", session.now())
    except Conflict as refusal:
        put_on(form, refusal)
        return _reset(form), 503, {"Retry-After": "60"}
    return redirect(url_for("password_resets.asked"), 303)


@resets.get("/asked")
@door(Permission.PUBLIC)
def asked() -> ResponseReturnValue:
    return render("accounts/reset_asked.html")


def _waits(email: str) -> Waits:
    """By account and place, so nobody can keep the owner from it by asking elsewhere; on a device
    that is known for the account, by that device."""
    device = this_device()
    if device.knows(email):
        return Waits({Counted.RESET_DEVICE: keyed(f"{device.id} {email}")})
    return Waits({Counted.RESET: bucket(f"{source()} {email}"), Counted.RESET_SOURCE: source()})


def _asked_several_times(wait: int) -> list[str]:
    """`wait`: seconds."""
    seconds = ngettext(
        "Wait %(num)d second, then try again.", "Wait %(num)d seconds, then try again.", wait
    )
    minutes = ngettext(
        "Wait %(num)d minute, then try again.",
        "Wait %(num)d minutes, then try again.",
        math.ceil(wait / 60),
    )
    return [
        _("You asked several times. A link that was mailed in the last hour still works."),
        seconds if wait < 60 else minutes,
    ]


def _reset(form: ResetForm) -> str:
    return render("accounts/reset.html", form=form, is_mail_set=session.is_mail_set())


@given.post("/sign-in-links/<id:link_id>/confirm")
@door(Permission.LINK_CONFIRM, subjects.given_link)
def confirm(link: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: actions_owner.confirm(session.actor(), link.id, session.now()),
        _("Confirmed. The link works now: ask them to open it again."),
        url_for("dashboard.index"),
    )


@given.post("/account/sign-in-links/<id:link_id>/disown")
@door(Permission.ACCOUNT_OWN, subjects.given_link)
def disown(link: Subject) -> ResponseReturnValue:
    """Who is signed out by it can't come back to the page."""
    to = url_for("accounts.show", _anchor="links")
    try:
        is_out = actions_owner.disown(session.actor(), link.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(to, 303)
    if not is_out:
        flash_message(_("The link is ended. The administrators of your library are told."))
        return redirect(to, 303)
    session.end()
    flash_message(
        _(
            "The link, its sign-ins, and the password that was set with it are ended. The "
            "administrators are told. Ask for a new link before you sign in again."
        )
    )
    return redirect(url_for("accounts.sign_in"), 303)


@given.get("/account/recovery-code")
@door(Permission.SIGNED_IN)
def code() -> ResponseReturnValue:
    return render("accounts/links/recovery_code.html", form=RecoveryCodeForm())


@given.post("/account/recovery-code")
@door(Permission.SIGNED_IN)
@limiter.limit("10 per minute")
def make_code() -> ResponseReturnValue:
    """The one time that it can be read: only its digest is kept, so there is no redirect."""
    form = RecoveryCodeForm()
    made = accepted(
        form,
        lambda: actions_owner.new_recovery_code(
            session.actor(), session.passwords(), form.current.data, session.now()
        ),
    )
    if not made:
        return render("accounts/links/recovery_code.html", form=form), 422
    return render("accounts/links/recovery_code.html", code=made[0])
