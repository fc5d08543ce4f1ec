"""Inviting people, for the administrator: by mail in the hours of the library, or, where no mail is
set, by links to hand over."""

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.accounts.account.forms import InviteForm
from tracker.accounts.links import actions as service
from tracker.accounts.links.actions import AT_ONCE_MAX
from tracker.accounts.links.queries import InvitationState, invitees, own_library
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.form_actions import accepted, saved
from tracker.web.i18n.render import render
from tracker.web.ui.filters import page_number
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
        people = invitees(session.actor(), session.now())
        form.people.data = [person.id for person in people if person.is_needed][:AT_ONCE_MAX]
    if not session.is_mail_set():
        made = accepted(
            form, lambda: service.hand_out(session.actor(), form.people.data, session.now())
        )
        return _links(made[0]) if made else (_page(form), 422)
    to = url_for("people_invitations.index")
    page = saved(
        form,
        lambda: service.mail(session.actor(), form.people.data, session.now()),
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


def _page(form: InviteForm) -> str:
    actor, now = session.actor(), session.now()
    people, library = invitees(actor, now), own_library(actor)
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
