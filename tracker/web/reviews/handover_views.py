"""Reviews that go on with somebody else, and the list of those that need it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.reviews import handovers
from tracker.queries.reviews import headers as review_headers
from tracker.queries.teams import teams
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.services.reviews import handovers as service
from tracker.web.http import session
from tracker.web.http.access import door, may
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.reviews import labels
from tracker.web.reviews.forms import HandOnForm
from tracker.web.ui import fields
from tracker.web.ui.pagination import page_number

bp = Blueprint("handovers", __name__)


@bp.get("/teams/<id:team_id>/handover")
@door(Permission.HANDOVER_READ, subjects.team)
def index(team: Subject) -> ResponseReturnValue:
    actor, today, path = session.actor(), session.today(), team.places[0].path
    found = table_page(handovers.queue(actor, path, today), page_number())
    waiting = handovers.waiting(found.rows, today)
    return render(
        "reviews/handovers.html",
        team=teams.name_of(team.id),
        alone=handovers.alone(actor, path, today),
        found=found,
        can_tick=any(each.sent > 1 for each in waiting),
        stranded=[each for each in waiting if not each.may_go_on],
        overdue=[each for each in waiting if each.may_go_on and each.is_overdue(today)],
        others=[each for each in waiting if each.may_go_on and not each.is_overdue(today)],
    )


@bp.get("/reviews/<id:review_id>/hand-on")
@door(Permission.REVIEW_HAND_ON, subjects.review_to_hand_on)
def edit(review: Subject) -> ResponseReturnValue:
    form = _form(review)
    if session.actor().person_id in review.deputies:
        form.reviewer.data = session.actor().person_id
    return _page(review, form)


@bp.post("/reviews/<id:review_id>/hand-on")
@door(Permission.REVIEW_HAND_ON, subjects.review_to_hand_on)
def hand_on(review: Subject) -> ResponseReturnValue:
    form = _form(review)
    done = accepted(
        form,
        lambda: service.hand_on(
            session.actor(), review.id, form.reviewer.data, form.note.data or "", session.now()
        ),
    )
    if done is None:
        return _page(review, form), 422
    flash_message(
        _(
            "Reassigned to %(name)s, who starts blank.",
            name=people.detail(form.reviewer.data, session.now()).name,
        )
    )
    mine = form.reviewer.data == session.actor().person_id
    return redirect(url_for("reviews.show", review_id=done[0]) if mine else _back(review), 303)


def _form(review: Subject) -> HandOnForm:
    form = HandOnForm()
    found = handovers.eligible(review.id, session.today())
    form.reviewer.choices = fields.choices(
        (each.person_id, labels.reviewer_words(each)) for each in found
    )
    return form


def _page(review: Subject, form: HandOnForm) -> str:
    sealed, sent = handovers.counts(review.id)
    return render(
        "reviews/handover.html",
        form=form,
        header=review_headers.header(review.id, session.today()),
        back=_back(review),
        sealed=sealed,
        sent=sent,
        is_mine=review.reviewer_id == session.actor().person_id,
    )


def _back(review: Subject) -> str:
    """The list of the team for who coordinates it; else their reviews."""
    for place in review.places:
        team = subjects.team(place.team_id, session.today())
        if team is not None and may(Permission.HANDOVER_READ, team):
            return url_for("handovers.index", team_id=place.team_id)
    return url_for("reviews.index")
