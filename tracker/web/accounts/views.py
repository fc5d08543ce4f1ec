"""Signing in and out, and one's own account."""

import math
import secrets
from operator import attrgetter

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from tracker.policy.permissions import Subject
from tracker.queries.access import drafts, given_links, openings, subjects
from tracker.queries.administration import account
from tracker.queries.evidence import erasures
from tracker.queries.notifications.notices import mail_choice as mail_choice_of
from tracker.rules.accounts.throttle import TURNS, TURNS_WITHIN
from tracker.rules.notifications.notices import MailChoice, NoticePage
from tracker.rules.roles import Permission
from tracker.services.accounts import account as service
from tracker.services.accounts import away
from tracker.services.notifications import notices
from tracker.web.accounts import known_devices
from tracker.web.accounts.forms import (
    MAIL_CHOICES,
    AwayForm,
    CoverForm,
    MailChoiceForm,
    NameForm,
    PasswordForm,
    SecondOpinionsForm,
    SignInForm,
    UpdatesForm,
)
from tracker.web.accounts.tries import sealed_tries
from tracker.web.accounts.tries.sealed_tries import SealedTry
from tracker.web.accounts.tries.sign_in_throttle import Attempt
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import flash_message, mark_refused
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.rate_limits import limiter
from tracker.web.http.redirects import own_address
from tracker.web.i18n.render import render
from tracker.web.ui.audit_labels import AS_READER, ERASED_BECAUSE, LOOKED_AT
from tracker.web.ui.drafts.drafted_forms import DRAFT_FORMS
from tracker.web.ui.tables import by_day
from tracker.web.ui.templating.dates import day

bp = Blueprint("accounts", __name__)
AGAIN_MIN, AGAIN_MAX = 1, 10
"""Seconds after which a page that waits for its turn asks again."""
BUSY, APART = 20, 5
"""Seconds after which a try comes again where too many sign in, and how many more or fewer, so that
those who came at once don't come again at once."""


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
    attempt = Attempt(tried.email, tried.secret)
    if not attempt.seconds_to_wait() and not attempt.has_turn():
        return sealed_tries.keep(redirect(url_for("accounts.wait"), 303), tried)
    return _tried(attempt, tried, form)


@bp.get("/login/wait")
@door(Permission.PUBLIC)
def wait() -> ResponseReturnValue:
    """Until it is this try's turn. The page asks again by itself, also without script."""
    tried = sealed_tries.kept()
    if tried is None:
        return redirect(url_for("accounts.sign_in"))
    ahead = Attempt(tried.email, tried.secret).ahead()
    if not ahead:
        return redirect(url_for("accounts.take_turn"))
    seconds = math.ceil(ahead * TURNS_WITHIN.total_seconds() / TURNS)
    response = make_response(render("accounts/wait.html", ahead=ahead, seconds=seconds))
    response.headers["Refresh"] = str(min(max(seconds, AGAIN_MIN), AGAIN_MAX))
    return sealed_tries.keep(response, tried)


@bp.get("/login/turn")
@door(Permission.PUBLIC)
def take_turn() -> ResponseReturnValue:
    """Sign in with what was sent before, and waited. No GET without it signs anybody in."""
    tried = sealed_tries.kept()
    if tried is None:
        return redirect(url_for("accounts.sign_in"))
    if session.is_busy():
        return _comes_again(tried)
    attempt = Attempt(tried.email, tried.secret)
    if not attempt.seconds_to_wait() and not attempt.has_turn():
        return redirect(url_for("accounts.wait"))
    form = SignInForm(formdata=None, email=tried.email, shared_desk=tried.shared_desk)
    return sealed_tries.drop(_tried(attempt, tried, form))


def _comes_again(tried: SealedTry) -> Response:
    """The page goes on by itself, also without script, with what was typed."""
    seconds = BUSY - APART + secrets.randbelow(2 * APART + 1)
    response = make_response(render("accounts/wait.html", is_busy=True, seconds=BUSY), 503)
    response.headers["Refresh"] = f"{seconds}; url={url_for('accounts.take_turn')}"
    response.headers["Retry-After"] = str(BUSY)
    return sealed_tries.keep(response, tried)


def _tried(attempt: Attempt, tried: SealedTry, form: SignInForm) -> Response:
    wait = attempt.seconds_to_wait()
    if not wait and attempt.succeeds(tried.password, on_shared_desk=tried.shared_desk):
        return known_devices.remember(redirect(_next(tried.next), 303), attempt.email)
    mark_refused(form)
    form.form_errors += attempt.said(wait)
    page = render("accounts/sign_in.html", form=form, next=tried.next)
    if wait:
        return make_response(page, 429, {"Retry-After": str(wait)})
    return make_response(page, 422)


@bp.post("/logout")
@door(Permission.PUBLIC)
def sign_out() -> ResponseReturnValue:
    session.end()
    flash_message(_("You are signed out."))
    response = redirect(url_for("accounts.sign_in"), 303)
    if not current_app.config["URL_PREFIX"]:  # it would clear what others on this host have stored
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/account")
@door(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    return _page(NameForm(name=session.actor().name))


@bp.post("/account/name")
@door(Permission.SIGNED_IN)
def rename() -> ResponseReturnValue:
    form = NameForm()
    if accepted(form, lambda: service.rename(session.actor(), form.name.data, session.now())):
        flash_message(_("Your name is now %(name)s.", name=form.name.data))
        return redirect(url_for("accounts.show"), 303)
    return _page(form), 422


@bp.post("/account/screen-cover")
@door(Permission.SIGNED_IN)
def cover() -> ResponseReturnValue:
    wanted = bool(CoverForm().covers_screen.data)
    done = (
        _("Your pages are covered after a minute without input.")
        if wanted
        else _("Your pages are not covered.")
    )
    to = url_for("accounts.show", _anchor="shared-desk")
    return pressed(lambda: service.cover_screen(session.actor(), wanted), done, to)


@bp.post("/account/second-opinions")
@door(Permission.SIGNED_IN)
def second_opinions() -> ResponseReturnValue:
    wanted = bool(SecondOpinionsForm().gives_second_opinions.data)
    done = (
        _("Anybody in your library can ask you.") if wanted else _("Only your teams can ask you.")
    )
    to = url_for("accounts.show", _anchor="second-opinions")
    return pressed(lambda: service.give_second_opinions(session.actor(), wanted), done, to)


@bp.post("/account/away")
@door(Permission.SIGNED_IN)
def leave() -> ResponseReturnValue:
    form = AwayForm()
    if accepted(form, lambda: away.leave(session.actor(), form.until_on.data, session.now())):
        flash_message(
            _(
                "You’re away until %(day)s. Your reviews are due later by as many days.",
                day=day(form.until_on.data),
            )
        )
        return redirect(url_for("accounts.show", _anchor="away"), 303)
    return _page(NameForm(formdata=None, name=session.actor().name), away_form=form), 422


@bp.post("/account/away/end")
@door(Permission.SIGNED_IN)
def come_back() -> ResponseReturnValue:
    to = url_for("accounts.show", _anchor="away")
    return pressed(
        lambda: away.come_back(session.actor(), session.now()),
        _("You’re back. From today on, days count again."),
        to,
    )


@bp.post("/account/notices")
@door(Permission.SIGNED_IN)
def mail_choice() -> ResponseReturnValue:
    form = MailChoiceForm()
    if accepted(
        form, lambda: notices.choose(session.actor(), MailChoice(form.mail.data), session.now())
    ):
        flash_message(
            _("Notices by mail: %(choice)s.", choice=MAIL_CHOICES[MailChoice(form.mail.data)])
        )
        return redirect(url_for("accounts.show", _anchor="notices"), 303)
    return _page(NameForm(formdata=None, name=session.actor().name), form), 422


@bp.get("/account/password")
@door(Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    return render("accounts/password.html", form=PasswordForm())


@bp.post("/account/password")
@door(Permission.SIGNED_IN)
@limiter.limit("10 per minute")
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if accepted(form, lambda: session.change_password(form.current.data, form.new.data)):
        flash_message(_("Your password is changed. You are signed out everywhere else."))
        return redirect(url_for("accounts.show"), 303)
    return render("accounts/password.html", form=form), 422


@bp.post("/account/sign-ins/<id:sign_in_id>/end")
@door(Permission.ACCOUNT_OWN, subjects.sign_in)
def end_sign_in(sign_in: Subject) -> ResponseReturnValue:
    if sign_in.id == session.actor().sign_in_id:
        return sign_out()
    done = _("That sign-in is ended.")
    to = url_for("accounts.show")
    return pressed(
        lambda: service.end_sign_in(session.actor(), sign_in.id, session.now()), done, to
    )


@bp.post("/account/sign-ins/others/end")
@door(Permission.SIGNED_IN)
def end_other_sign_ins() -> ResponseReturnValue:
    return pressed(
        lambda: service.end_other_sign_ins(session.actor(), session.now()),
        _("You are signed out everywhere else."),
        url_for("accounts.show", _anchor="sign-ins"),
    )


def _page(
    form: NameForm, mail: MailChoiceForm | None = None, away_form: AwayForm | None = None
) -> str:
    note_opened(NoticePage.ACCOUNT)
    found = account.account(session.actor(), session.now(), session.idle())
    return render(
        "accounts/show.html",
        form=form,
        cover=CoverForm(formdata=None, covers_screen=session.actor().covers_screen),
        updates=UpdatesForm(formdata=None, offers_updates=found.offers_updates),
        opinions=SecondOpinionsForm(
            formdata=None, gives_second_opinions=found.gives_second_opinions
        ),
        account=found,
        looks=by_day(found.glances, attrgetter("looked_on"), attrgetter("reader")),
        links=given_links.of_own(session.actor(), session.now()),
        now=session.now(),
        erased=erasures.erased_by(session.actor().person_id),
        on_hold_since=erasures.on_hold_since(session.actor().person_id),
        reasons=ERASED_BECAUSE,
        new_readers=openings.count_to_read(session.actor().person_id, session.now()),
        looked_at=LOOKED_AT,
        as_reader=AS_READER,
        mail=mail or MailChoiceForm(formdata=None, mail=mail_choice_of(session.actor())),
        away_form=away_form or AwayForm(formdata=None, until_on=found.away_until),
        drafts=drafts.headers(session.actor().person_id),
        draft_names=DRAFT_FORMS,
        is_mail_set=current_app.extensions["tracker_mail"] is not None,
    )
