"""Who stands in for a supervisor, and from when to when."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.reviews import delegates
from tracker.rules.roles import Permission
from tracker.services.reviews import delegates as service
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.reviews.forms import DeputyForm
from tracker.web.ui import fields

bp = Blueprint("delegates", __name__, url_prefix="/deputies")


@bp.get("")
@door(Permission.DEPUTY_NAME)
def index() -> ResponseReturnValue:
    return _page(_form())


@bp.post("")
@door(Permission.DEPUTY_NAME)
def create() -> ResponseReturnValue:
    form = _form()
    done = accepted(
        form,
        lambda: service.name(
            session.actor(), form.deputy.data, form.starts_on.data, form.ends_on.data, session.now()
        ),
    )
    if done is None:
        return _page(form), 422
    flash_message(
        _(
            "%(name)s is your backup reviewer on these days.",
            name=people.detail(form.deputy.data, session.now()).name,
        )
    )
    return redirect(url_for("delegates.index"), 303)


@bp.post("/<id:deputy_id>/end")
@door(Permission.DEPUTY_OWN, subjects.deputy)
def end(deputy: Subject) -> ResponseReturnValue:
    service.end(session.actor(), deputy.id, session.now())
    flash_message(
        _("Ended. What they took and did not reveal waits now: your coordinator can reassign it.")
    )
    return redirect(url_for("delegates.index"), 303)


def _form() -> DeputyForm:
    form = DeputyForm()
    found = delegates.candidates(session.actor(), session.today())
    form.deputy.choices = fields.choices(
        [("", _("Choose…")), *((each.person_id, each.name) for each in found)]
    )
    return form


def _page(form: DeputyForm) -> str:
    return render(
        "reviews/delegates.html",
        form=form,
        named=delegates.named_by(session.actor(), session.today()),
    )
