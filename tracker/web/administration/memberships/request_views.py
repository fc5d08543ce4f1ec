"""Memberships by which an administrator would see ratings: another one confirms them."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import membership_requests
from tracker.rules.administration.requests import RequestOutcome
from tracker.rules.notifications.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.services.administration import membership_requests as service
from tracker.web.administration.people_forms import ROLES
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import refusal_messages
from tracker.web.http.form_actions import pressed
from tracker.web.i18n.render import render

bp = Blueprint("membership_requests", __name__, url_prefix="/admin/requests")

refusal_messages(
    needs_another=_l(
        "This would let you see people’s ratings, so you can’t do it alone. Ask another "
        "administrator to do it."
    ),
    nobody_to_ask=_l("There is no other administrator to confirm it. Make one first."),
    request_waits=_l("You asked for this already. It waits for another administrator."),
    request_over=_l("This request is over: somebody decided it, or its time ended."),
    request_is_own=_l("You asked for this yourself. Another administrator has to confirm it."),
    request_not_free=_l(
        "Whoever asks made your account, or changed how you sign in, less than 30 days ago. "
        "Another administrator has to confirm it."
    ),
)

OUTCOMES = {
    RequestOutcome.CONFIRMED: _l("Confirmed"),
    RequestOutcome.REFUSED: _l("Refused"),
    RequestOutcome.WITHDRAWN: _l("Withdrawn"),
    None: _l("Not decided in time"),
}


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    note_opened(NoticePage.REQUESTS)
    actor, now = session.actor(), session.now()
    return render(
        "administration/memberships/requests.html",
        waiting=membership_requests.waiting(actor, now),
        over=membership_requests.over(actor, now),
        roles=ROLES,
        outcomes=OUTCOMES,
    )


@bp.post("/<id:request_id>/confirm")
@door(Permission.ADMINISTER_LIBRARY, subjects.membership_request)
def confirm(request: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: service.confirm(session.actor(), request.id, session.now()),
        _("Confirmed. The membership starts on its first day, and its learners are told."),
        url_for("membership_requests.index"),
    )


@bp.post("/<id:request_id>/refuse")
@door(Permission.ADMINISTER_LIBRARY, subjects.membership_request)
def refuse(request: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: service.refuse(session.actor(), request.id, session.now()),
        _("The request is closed. Nothing was changed."),
        url_for("membership_requests.index"),
    )
