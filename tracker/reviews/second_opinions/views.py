""" "I see this differently": a second reader for a statement that was endorsed."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.asking import ask
from tracker.queries.core import people as core_people_queries
from tracker.reviews.endorsements import queries as endorsements_queries
from tracker.reviews.endorsements.queries import EndorsementDetails
from tracker.reviews.review import actions as review_actions
from tracker.reviews.review.forms import ReaderForm
from tracker.reviews.second_opinions import queries as second_opinions_queries
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.reviews.sending.pages import reviewer_words
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission, Role
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields

bp = Blueprint("second_opinions", __name__)


@bp.get("/endorsements/<id:endorsement_id>/second-reader")
@door(Permission.ENDORSEMENT_OWN, subjects_queries.endorsement)
def new(endorsement: Subject) -> ResponseReturnValue:
    first = endorsements_queries.one(endorsement.id)
    if asked := ask(second_opinions_queries.asked([first.item_id])).get(first.item_id):
        return redirect(url_for("reviews.show", review_id=asked["review_id"]))
    return _page(first, _form(first))


@bp.post("/endorsements/<id:endorsement_id>/second-reader")
@door(Permission.ENDORSEMENT_OWN, subjects_queries.endorsement)
def send(endorsement: Subject) -> ResponseReturnValue:
    form = _form(endorsements_queries.one(endorsement.id))
    done = accepted(
        form,
        lambda: review_actions.send_to_second_reader(
            session.actor(), endorsement.id, *form.person_and_team, session.now()
        ),
    )
    if done is None:
        return _page(endorsements_queries.one(endorsement.id), form), 422
    name = core_people_queries.person(form.person_and_team[0]).name
    flash_message(
        _(
            "It is with %(name)s for a second opinion, who sees neither your answer nor the first "
            "one until the reveal.",
            name=name,
        )
    )
    return redirect(url_for("reviews.show", review_id=done[0]), 303)


def _form(first: EndorsementDetails) -> ReaderForm:
    form = ReaderForm()
    actor, today = session.actor(), session.today()
    readers = sending_queries_reviewers.of_one(actor.person_id, today, first.endorser_id)
    seen = second_opinions_queries.could_see(
        actor,
        {reader.person_id for reader in readers},
        since=day_in(actor.time_zone, first.on),
        today=today,
    )
    form.reviewer.choices = fields.choices(
        (f"{reader.person_id}-{reader.team_id}", _words(reader, seen.get(reader.person_id)))
        for reader in readers
    )
    return form


def _words(reader: Reviewer, seen_as: Role | None) -> str:
    """A reviewer to choose, with what they could see of the first rating before."""
    name = reviewer_words(reader)
    match seen_as:
        case Role.SUPERVISOR:
            words = _("%(name)s: supervises you and could already see this rating", name=name)
        case Role.COORDINATOR:
            words = _(
                "%(name)s: coordinates your team and could already see this rating", name=name
            )
        case _other:
            words = _("%(name)s: couldn’t see this rating so far", name=name)
    return str(words)


def _page(first: EndorsementDetails, form: ReaderForm) -> str:
    if not first.stands:
        raise Conflict("endorsement_over")
    return render("reviews/second_opinion.html", form=form, endorsement=first)
