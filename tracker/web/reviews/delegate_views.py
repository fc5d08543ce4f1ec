"""Who stands in for a supervisor, and from when to when."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.reviews import delegates
from tracker.rules.names import folded
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Permission
from tracker.rules.texts import NAME_MAX
from tracker.services.reviews import delegates as service
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.reviews.forms import DeputyForm
from tracker.web.ui import fields
from tracker.web.ui.people.namesakes import told_apart

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
    """Of many who could be chosen those whose name holds `?search=`, at most a page of them; and
    who is chosen already."""
    form = DeputyForm()
    found = delegates.candidates(session.actor(), session.today())
    wanted, chosen = folded(_searched()), request.form.get("deputy")
    fitting = [each for each in found if wanted in folded(each.name)]
    offered = [each for each in found if each in fitting[:PAGE] or str(each.person_id) == chosen]
    form.deputy.choices = fields.choices(
        [
            ("", _("Choose…")),
            *((each.person_id, told_apart(each.name, each.person_id)) for each in offered),
        ]
    )
    form.has_more = len(found) > PAGE
    if len(fitting) > PAGE:
        form.deputy.description = ngettext(
            "%(num)d more is not listed. Search for their name.",
            "%(num)d more are not listed. Search for their name.",
            len(fitting) - PAGE,
        )
    return form


def _searched() -> str:
    return request.args.get("search", "")[:NAME_MAX]


def _page(form: DeputyForm) -> str:
    return render(
        "reviews/delegates.html",
        form=form,
        searched=_searched(),
        named=delegates.named_by(session.actor(), session.today()),
    )
