"""The one-time link: somebody sets their password, and nobody else knows it. A learner's first one
comes with how ratings are used, and leads to the first statement. A new password by mail: nothing
tells whether an address is anybody's, neither the answer, nor its time, nor how long the next one
waits. Links that somebody may not have asked for, and the code with which one works at once.

Inviting people, for the administrator: by mail in the hours of the library, or, where no mail is
set, by links to hand over.
"""

import datetime as dt
import math

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.accounts.account import actions as account_actions
from tracker.accounts.account.forms import (
    InviteesForm,
    InviteForm,
    RecoveryCodeForm,
    ResetForm,
    WelcomeForm,
)
from tracker.accounts.links import actions as links_actions
from tracker.accounts.links.actions import AT_ONCE_MAX
from tracker.accounts.links.queries import (
    InvitationState,
    Invited,
    Invitee,
    invited,
    invitees,
    own_library,
    teams_of_invitees,
)
from tracker.accounts.sign_in.pages import Waits, remember_device, this_device, unknown_link
from tracker.accounts.sign_in.rules import MAILS, Counted
from tracker.policy.permissions import Subject, allows, library_of
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.access.actors import actor_for_person
from tracker.queries.core import use_statements as use_statements_queries
from tracker.rules.errors import Conflict
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, mark_refused, message_for, put_on
from tracker.web.http.form_actions import accepted, pressed, saved
from tracker.web.http.rate_limits import bucket, keyed, limiter, source
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.filters import page_number
from tracker.web.ui.templating.dates import moment

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
        account_actions.read_use_statement(session.actor(), use_statement_id, session.now())
    except Conflict as newer:
        flash_message(message_for(newer), "error")
    return url_for("assessment.resume")


def _welcome(token: str, form: WelcomeForm, person: Invited) -> str:
    hours, to_read = 0, None
    who = actor_for_person(person.id, session.now()) if person.is_new else None
    if who is not None and allows(who, Permission.RATE, library_of(who)):
        to_read = use_statements_queries.newest(who)
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
        links_actions.ask(form.email.data or "", session.now())
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
@door(Permission.LINK_CONFIRM, subjects_queries.given_link)
def confirm(link: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: links_actions.confirm(session.actor(), link.id, session.now()),
        _("Confirmed. The link works now: ask them to open it again."),
        url_for("dashboard.index"),
    )


@given.post("/account/sign-in-links/<id:link_id>/disown")
@door(Permission.ACCOUNT_OWN, subjects_queries.given_link)
def disown(link: Subject) -> ResponseReturnValue:
    """Who is signed out by it can't come back to the page."""
    to = url_for("accounts.show", _anchor="links")
    try:
        is_out = links_actions.disown(session.actor(), link.id, session.now())
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
        lambda: links_actions.new_recovery_code(
            session.actor(), session.passwords(), form.current.data, session.now()
        ),
    )
    if not made:
        return render("accounts/links/recovery_code.html", form=form), 422
    return render("accounts/links/recovery_code.html", code=made[0])


inviting = Blueprint("people_invitations", __name__, url_prefix="/admin/people")

STATES = {
    InvitationState.NONE: _l("Not invited yet"),
    InvitationState.NOT_TAKEN: _l("The mail server didn’t take it"),
    InvitationState.EXPIRED: _l("Expired"),
    InvitationState.ON_ITS_WAY: _l("On its way"),
    InvitationState.OUT: _l("Invited"),
    InvitationState.NO_JOB: _l("In no team, so there is nothing to do here yet"),
}


@inviting.get("/invitations")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return _page(InviteForm(formdata=None))


@inviting.post("/invitations")
@door(Permission.ADMINISTER)
def send() -> ResponseReturnValue:
    """To those who are ticked, or to everybody who needs one, on all pages of the list."""
    form = InviteForm()
    if form.everyone.data:
        _of_team, people = _listed()
        form.people.data = [person.id for person in people if person.is_needed][:AT_ONCE_MAX]
    if not session.is_mail_set():
        made = accepted(
            form, lambda: links_actions.hand_out(session.actor(), form.people.data, session.now())
        )
        return _links(made[0]) if made else (_page(form), 422)
    to = url_for("people_invitations.index")
    page = saved(
        form,
        lambda: links_actions.mail(session.actor(), form.people.data, session.now()),
        _on_their_way,
        to,
    )
    return page or (_page(form), 422)


def _on_their_way(count: int) -> str:
    goes_at = own_library(session.actor()).mails_from(session.now())
    now = ngettext(
        "%(num)d invitation is on its way.", "%(num)d invitations are on their way.", count
    )
    later = ngettext(
        "%(num)d invitation goes out from %(moment)s on.",
        "%(num)d invitations go out from %(moment)s on.",
        count,
        moment=moment(goes_at),
    )
    return str(later if goes_at > session.now() else now)


def _links(tokens: dict[int, str]) -> str:
    """The one time that they can be read."""
    people = {person.id: person for person in invitees(session.actor(), session.now())}
    base = current_app.config["ORIGIN"]
    return render(
        "accounts/links/people_links.html",
        links=[
            (people[person_id], base + url_for("invitations.show", token=token))
            for person_id, token in tokens.items()
            if person_id in people
        ],
    )


def _listed() -> tuple[InviteesForm, list[Invitee]]:
    """Those of the team that is asked for in the address, or all."""
    actor, now, form = session.actor(), session.now(), InviteesForm(request.args)
    teams = {
        team_id: f"{above} > {name} ({count})" if above else f"{name} ({count})"
        for team_id, name, above, count in teams_of_invitees(actor, actor.today(now))
    }
    form.team.choices = fields.choices([("", _("All teams")), *teams.items()])
    form.team.data = form.team.data if form.team.data in teams else None
    return form, invitees(actor, now, team_id=form.team.data)


def _page(form: InviteForm) -> str:
    actor, now = session.actor(), session.now()
    (of_team, people), library = _listed(), own_library(actor)
    needed = {person.id for person in people if person.is_needed}
    cut, at_once = table_page(people, page_number()), min(len(needed), AT_ONCE_MAX)
    if session.is_mail_set():
        to_chosen = _("Invite those chosen")
        to_everyone = ngettext("Invite %(num)d person", "Invite %(num)d people", at_once)
    else:
        to_chosen = _("Make links for those chosen")
        to_everyone = ngettext("Make %(num)d link", "Make %(num)d links", at_once)
    return render(
        "accounts/links/people_invitations.html",
        form=form,
        of_team=of_team,
        kept={"team": of_team.team.data} if of_team.team.data else {},
        invitees=cut,
        chosen=needed if form.people.data is None else set(form.people.data),
        needed=len(needed),
        needed_here=sum(person.is_needed for person in cut.rows),
        page=cut.page if cut.page > 1 else None,
        to_chosen=to_chosen,
        to_everyone=to_everyone,
        states=STATES,
        library=library,
        goes_at=library.mails_from(now),
        now=now,
        is_mail_set=session.is_mail_set(),
    )
