"""The open work of one person, which goes to somebody else; and a coordinator's list of who has
some, and of what nobody can go on with."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.policy import permissions
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import people as core_people_queries
from tracker.record.workflow import queries as workflow_queries
from tracker.reviews.handovers import actions as handovers_actions, queries as handovers_queries
from tracker.reviews.handovers.queries import OpenReview
from tracker.reviews.review.forms import GiveForm
from tracker.reviews.sending.pages import reviewer_words
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, may
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.filters import page_number
from tracker.web.ui.people import told_apart
from tracker.web.ui.templating.dates import day

bp = Blueprint("handovers", __name__)


@bp.get("/teams/<id:team_id>/handover")
@door(Permission.HANDOVER_READ, subjects_queries.team)
def index(team: Subject) -> ResponseReturnValue:
    actor, today, path = session.actor(), session.today(), team.places[0].path
    return render(
        "reviews/handovers.html",
        team=handovers_queries.team_name(team.id),
        alone=handovers_queries.alone(actor, path, today),
        stranded=table_page(handovers_queries.stranded(actor, path, today), page_number()),
        reviewers=handovers_queries.reviewers(actor, path, today, session.reader().closed),
    )


@bp.get("/people/<id:person_id>/open-work")
@door(Permission.OPEN_WORK, workflow_queries.open_work)
def open_work(person: Subject) -> ResponseReturnValue:
    """`?review=` selects one alone; else all are."""
    reviews = _reviews(person)
    form = _form(person, reviews)
    if session.actor().person_id in person.deputies:
        form.reviewer.data = session.actor().person_id
    ids = [review.review_id for review in reviews]
    return _page(person, form, reviews, request.args.getlist("review", type=int) or ids)


@bp.post("/people/<id:person_id>/open-work")
@door(Permission.OPEN_WORK, workflow_queries.open_work)
def give(person: Subject) -> ResponseReturnValue:
    reviews, actor = _reviews(person), session.actor()
    form = _form(person, reviews)
    to_id, until = form.reviewer.data, form.until_on.data if form.until_on else None
    what = (form.chosen, to_id, until, form.note.data or "")
    if (
        accepted(form, lambda: handovers_actions.give(actor, person.id, *what, session.now()))
        is None
    ):
        return _page(person, form, reviews, form.chosen), 422
    name = core_people_queries.person(to_id).name
    if form.chosen:
        flash_message(
            ngettext(
                "What isn’t revealed yet of %(num)d review goes to %(name)s, who starts blank.",
                "What isn’t revealed yet of %(num)d reviews goes to %(name)s, who starts blank.",
                len(form.chosen),
                name=name,
            )
        )
    if until:
        flash_message(
            _("%(name)s is your backup reviewer until %(day)s.", name=name, day=day(until))
        )
    if to_id == actor.person_id:
        return redirect(url_for("reviews.index"), 303)
    return redirect(url_for("handovers.open_work", person_id=person.id), 303)


@bp.post("/backup-reviewers/<id:deputy_id>/end")
@door(Permission.DEPUTY_OWN, subjects_queries.deputy)
def end_deputy(deputy: Subject) -> ResponseReturnValue:
    handovers_actions.end_deputy(session.actor(), deputy.id, session.now())
    flash_message(
        _("Ended. What they took and did not reveal waits now: your coordinator can reassign it.")
    )
    return redirect(url_for("handovers.open_work", person_id=deputy.owner_id), 303)


def _reviews(work: Subject) -> list[OpenReview]:
    closed = session.reader().closed
    return handovers_queries.open_work(session.actor(), work, session.today(), closed)


def _form(work: Subject, reviews: Sequence[OpenReview]) -> GiveForm:
    """Offers whoever may review some of them; to supervisors for themselves also who may until a
    date."""
    form, actor, today = GiveForm(), session.actor(), session.today()
    learners = {review.learner_id for review in reviews}
    offered = handovers_queries.eligible(actor, work, learners, today).values()
    by_id = {who: reviewer for able in offered for who, reviewer in able.items()}
    able = [(who, reviewer_words(reviewer)) for who, reviewer in by_id.items()]
    groups = {_("Can review these"): sorted(able, key=lambda pair: pair[1])}
    if permissions.owns(actor, work) and may(Permission.DEPUTY_NAME):
        groups[_("Only with a date")] = [
            (person.person_id, told_apart(person.name, person.person_id))
            for person in handovers_queries.possible_deputies(actor, today)
            if person.person_id not in by_id
        ]
    else:
        del form.until_on
    form.reviewer.choices = [*fields.choices([("", _("Choose…"))]), *fields.grouped(groups)]
    return form


def _page(
    work: Subject, form: GiveForm, reviews: Sequence[OpenReview], ticked: Sequence[int]
) -> str:
    actor, name = session.actor(), core_people_queries.person(work.id).name
    back = (_("Reviews"), url_for("reviews.index"))
    if permissions.administers(actor, work) and work.id != actor.person_id:
        back = (name, url_for("admin_people.show", person_id=work.id))
    elif actor.person_id not in {work.id, *work.deputies}:
        back = (_("Teams"), url_for("teams.index"))
    is_own = work.id == actor.person_id
    return render(
        "reviews/open_work.html",
        form=form,
        name=name,
        person_id=work.id,
        reviews=reviews,
        ticked=ticked,
        back=back,
        is_own=is_own,
        named=handovers_queries.deputies_of(actor, session.today()) if is_own else [],
    )
