"""Inviting people, for the administrator: by mail in the hours of the library, or, where no mail is
set, by links to hand over."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration.invitations import InvitationState, hours, invitees
from tracker.rules.errors import Conflict
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.services.accounts import invitations as service
from tracker.services.accounts.invitations import AT_ONCE_MAX
from tracker.web.accounts.invitation_forms import InviteForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render
from tracker.web.ui.pagination import page_number
from tracker.web.ui.templating.dates import moment

bp = Blueprint("people_invitations", __name__, url_prefix="/admin/people")

STATES = {
    InvitationState.NONE: _l("Not invited yet"),
    InvitationState.NOT_TAKEN: _l("The mail server didn’t take it"),
    InvitationState.EXPIRED: _l("Expired"),
    InvitationState.ON_ITS_WAY: _l("On its way"),
    InvitationState.OUT: _l("Invited"),
}


@bp.get("/invitations")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return _page(InviteForm(formdata=None))


@bp.post("/invitations")
@door(Permission.ADMINISTER)
def send() -> ResponseReturnValue:
    """To those who are ticked, or to everybody who needs one, on all pages of the list."""
    form = InviteForm()
    if form.everyone.data:
        found = invitees(session.actor(), session.now())
        form.people.data = [each.id for each in found if each.is_needed][:AT_ONCE_MAX]
    if not _is_mail_set():
        made = accepted(
            form, lambda: service.hand_out(session.actor(), form.people.data, session.now())
        )
        return _links(made[0]) if made else (_page(form), 422)
    done = accepted(form, lambda: service.mail(session.actor(), form.people.data, session.now()))
    if not done:
        return _page(form), 422
    flash_message(_on_their_way(done[0]))
    return redirect(url_for("people_invitations.index"), 303)


@bp.post("/<id:person_id>/invitation")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def send_one(person: Subject) -> ResponseReturnValue:
    to = url_for("admin_people.show", person_id=person.id)
    if not _is_mail_set():
        flash_message(message_for(Conflict("mail_not_set")), "error")
        return redirect(to, 303)
    return pressed(
        lambda: service.mail(session.actor(), [person.id], session.now()), _on_their_way(1), to
    )


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _on_their_way(count: int) -> str:
    found = hours(session.actor(), session.now())
    now = ngettext(
        "%(num)d invitation is on its way.", "%(num)d invitations are on their way.", count
    )
    later = ngettext(
        "%(num)d invitation goes out from %(moment)s on.",
        "%(num)d invitations go out from %(moment)s on.",
        count,
        moment=moment(found.at),
    )
    return str(later if found.at > session.now() else now)


def _links(tokens: dict[int, str]) -> str:
    """The one time that they can be read."""
    people = {each.id: each for each in invitees(session.actor(), session.now())}
    base = current_app.config["ORIGIN"]
    return render(
        "accounts/links/people_links.html",
        links=[
            (people[person_id], base + url_for("invitations.show", token=token))
            for person_id, token in tokens.items()
            if person_id in people
        ],
    )


def _page(form: InviteForm) -> str:
    actor, now = session.actor(), session.now()
    found = invitees(actor, now)
    cut = table_page(found, page_number())
    chosen = form.people.data
    return render(
        "accounts/links/people_invitations.html",
        form=form,
        found=cut,
        chosen={each.id for each in found if each.is_needed} if chosen is None else set(chosen),
        needed=sum(each.is_needed for each in found),
        needed_here=sum(each.is_needed for each in cut.rows),
        at_once=AT_ONCE_MAX,
        states=STATES,
        hours=hours(actor, now),
        now=now,
        is_mail_set=_is_mail_set(),
    )
