"""A legal hold: what somebody erases is kept while it is open."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import legal_holds, people
from tracker.rules.roles import Permission
from tracker.services.administration import legal_holds as service
from tracker.web.administration.people_forms import LegalHoldForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render

bp = Blueprint("legal_holds", __name__, url_prefix="/admin/people/<id:person_id>/legal-hold")


@bp.get("")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    return _page(person, LegalHoldForm())


@bp.post("")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def begin(person: Subject) -> ResponseReturnValue:
    form = LegalHoldForm()
    if accepted(
        form, lambda: service.begin(session.actor(), person.id, form.why.data, session.now())
    ):
        flash_message(_("The legal hold is set. What they erase is kept until it ends."))
        return redirect(url_for("legal_holds.show", person_id=person.id), 303)
    return _page(person, form), 422


@bp.post("/end")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def end(person: Subject) -> ResponseReturnValue:
    folder = current_app.config["FILES"]
    return pressed(
        lambda: service.end(session.actor(), person.id, folder, session.now()),
        _("The legal hold ended. What was erased while it was open is now erased for good."),
        url_for("legal_holds.show", person_id=person.id),
    )


def _page(person: Subject, form: LegalHoldForm) -> str:
    return render(
        "administration/people/legal_hold.html",
        form=form,
        person=people.detail(person.id, session.now()),
        holds=legal_holds.of_person(person.id),
    )
