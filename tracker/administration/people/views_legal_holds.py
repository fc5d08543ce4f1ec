"""A legal hold keeps what somebody erases."""

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.administration.people import actions, queries
from tracker.administration.people.forms import LegalHoldForm
from tracker.administration.people.pages import person_page
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.form_actions import pressed, saved

bp = Blueprint("legal_holds", __name__, url_prefix="/admin/people/<id:person_id>/legal-hold")


@bp.get("", endpoint="show")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show_legal_holds(person: Subject) -> ResponseReturnValue:
    return _legal_hold_page(person, LegalHoldForm())


@bp.post("", endpoint="begin")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def begin_legal_hold(person: Subject) -> ResponseReturnValue:
    form, actor, now = LegalHoldForm(), session.actor(), session.now()
    done = _("The legal hold is set. What they erase is kept until it ends.")
    to, why = url_for("legal_holds.show", person_id=person.id), form.why.data
    page = saved(form, lambda: actions.begin_legal_hold(actor, person.id, why, now), done, to)
    return page or (_legal_hold_page(person, form), 422)


@bp.post("/end", endpoint="end")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def end_legal_hold(person: Subject) -> ResponseReturnValue:
    actor, folder, now = session.actor(), current_app.config["FILES"], session.now()
    return pressed(
        lambda: actions.end_legal_hold(actor, person.id, folder, now),
        _("The legal hold ended. What was erased while it was open is now erased for good."),
        url_for("legal_holds.show", person_id=person.id),
    )


def _legal_hold_page(person: Subject, form: LegalHoldForm) -> str:
    holds = queries.legal_holds(person.id)
    return person_page(
        "administration/people/legal_hold.html",
        person.id,
        form=form,
        open_hold=next((hold for hold in holds if hold.ended_at is None), None),
        ended=[hold for hold in holds if hold.ended_at is not None],
    )
