"""Several reviews that go on with one reviewer, all of them or none."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.reviews import eligible_reviewers, handovers
from tracker.queries.reviews.handovers import WaitingReview
from tracker.queries.teams import teams
from tracker.rules.roles import Permission
from tracker.services.reviews import handovers as service
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.reviews import labels
from tracker.web.reviews.forms import HandOnAllForm
from tracker.web.ui import fields

bp = Blueprint("handover_lists", __name__)


@bp.get("/teams/<id:team_id>/handover/several")
@door(Permission.HANDOVER_READ, subjects.team)
def edit(team: Subject) -> ResponseReturnValue:
    ticked = _ticked(team, request.args.getlist("reviews"))
    if not ticked:
        flash_message(_("Tick the reviews to reassign first."), "info")
        return redirect(url_for("handovers.index", team_id=team.id), 303)
    return _page(team, _form(ticked), ticked)


@bp.post("/teams/<id:team_id>/handover/several")
@door(Permission.HANDOVER_READ, subjects.team)
def hand_on(team: Subject) -> ResponseReturnValue:
    ticked = _ticked(team, request.form.getlist("reviews"))
    form = _form(ticked)
    done = accepted(
        form,
        lambda: service.hand_on_all(
            session.actor(), form.ticked, form.reviewer.data, form.note.data or "", session.now()
        ),
    )
    if done is None:
        return _page(team, form, ticked), 422
    flash_message(
        ngettext(
            "%(num)d review is reassigned to %(name)s, who starts blank.",
            "%(num)d reviews are reassigned to %(name)s, who starts blank.",
            len(form.ticked),
            name=people.detail(form.reviewer.data, session.now()).name,
        )
    )
    return redirect(url_for("handovers.index", team_id=team.id), 303)


def _ticked(team: Subject, asked: list[str]) -> list[WaitingReview]:
    """Those of the list that can be reassigned; what is not in it is not theirs to name."""
    today = session.today()
    queue = handovers.queue(session.actor(), team.places[0].path, today)
    ticked = [each for each in queue if str(each.review_id) in asked]
    return [each for each in handovers.waiting(ticked, today) if each.sent > 1]


def _form(ticked: list[WaitingReview]) -> HandOnAllForm:
    form = HandOnAllForm()
    reviewers = {each.reviewer_id for each in ticked}
    found = eligible_reviewers.of_all({each.learner_id for each in ticked}, session.today())
    form.reviewer.choices = fields.choices(
        (each.person_id, labels.reviewer_words(each))
        for each in found
        if each.person_id not in reviewers
    )
    return form


def _page(team: Subject, form: HandOnAllForm, ticked: list[WaitingReview]) -> str:
    return render(
        "reviews/handover_list.html",
        form=form,
        ticked=ticked,
        team=teams.name_of(team.id),
        team_id=team.id,
    )
