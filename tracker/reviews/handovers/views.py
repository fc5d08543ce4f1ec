"""Reviews that go on with somebody else, one or several at once; the list of those that need it;
and who stands in for a supervisor, from when to when."""

from collections.abc import Collection, Sequence

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.core import people
from tracker.record.workflow import queries as review_subjects
from tracker.reviews.handovers import (
    actions as service,
    queries as handovers,
    queries_deputies as deputies,
)
from tracker.reviews.handovers.queries import OpenReview
from tracker.reviews.review import queries as review_headers
from tracker.reviews.review.forms import DeputyForm, HandOnForm
from tracker.reviews.sending.pages import reviewer_words
from tracker.rules.names import folded
from tracker.rules.pagination import PAGE, table_page
from tracker.rules.roles import Permission
from tracker.rules.texts import NAME_MAX
from tracker.web.http import session
from tracker.web.http.access import door, may
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.filters import page_number
from tracker.web.ui.people import told_apart

bp = Blueprint("handovers", __name__)
handover_lists = Blueprint("handover_lists", __name__)
delegates = Blueprint("delegates", __name__, url_prefix="/deputies")


@bp.get("/teams/<id:team_id>/handover")
@door(Permission.HANDOVER_READ, subjects.team)
def index(team: Subject) -> ResponseReturnValue:
    actor, today, path = session.actor(), session.today(), team.places[0].path
    closed = session.blind_spots().closed
    queue = table_page(handovers.queue(actor, path, today, closed), page_number())
    waiting = handovers.waiting(queue.rows, today)
    with_reviewer = [review for review in waiting if review.may_go_on]
    return render(
        "reviews/handovers.html",
        team=handovers.team_name(team.id),
        alone=handovers.alone(actor, path, today),
        queue=queue,
        can_tick=any(review.sent > 1 for review in waiting),
        stranded=[review for review in waiting if not review.may_go_on],
        overdue=[review for review in with_reviewer if review.due_on < today],
        others=[review for review in with_reviewer if review.due_on >= today],
    )


@bp.get("/reviews/<id:review_id>/hand-on")
@door(Permission.REVIEW_HAND_ON, review_subjects.review_to_hand_on)
def edit(review: Subject) -> ResponseReturnValue:
    form = _form([review.id])
    if session.actor().person_id in review.deputies:
        form.reviewer.data = session.actor().person_id
    return _page(review, form)


@bp.post("/reviews/<id:review_id>/hand-on")
@door(Permission.REVIEW_HAND_ON, review_subjects.review_to_hand_on)
def hand_on(review: Subject) -> ResponseReturnValue:
    form = _form([review.id])
    done = accepted(
        form,
        lambda: service.hand_on(
            session.actor(), review.id, form.reviewer.data, form.note.data or "", session.now()
        ),
    )
    if done is None:
        return _page(review, form), 422
    flash_message(
        _("Reassigned to %(name)s, who starts blank.", name=people.person(form.reviewer.data).name)
    )
    mine = form.reviewer.data == session.actor().person_id
    return redirect(url_for("reviews.show", review_id=done[0]) if mine else _back(review), 303)


@handover_lists.get("/teams/<id:team_id>/handover/several", endpoint="edit")
@door(Permission.HANDOVER_READ, subjects.team)
def edit_several(team: Subject) -> ResponseReturnValue:
    ticked = _ticked(team, request.args.getlist("reviews"))
    if not ticked:
        flash_message(_("Tick the reviews to reassign first."), "info")
        return redirect(url_for("handovers.index", team_id=team.id), 303)
    form = _form([review.review_id for review in ticked])
    return _page_of_several(team, form, ticked)


@handover_lists.post("/teams/<id:team_id>/handover/several", endpoint="hand_on")
@door(Permission.HANDOVER_READ, subjects.team)
def hand_on_several(team: Subject) -> ResponseReturnValue:
    ticked = _ticked(team, request.form.getlist("reviews"))
    form = _form([review.review_id for review in ticked])
    done = accepted(
        form,
        lambda: service.hand_on_all(
            session.actor(), form.ticked, form.reviewer.data, form.note.data or "", session.now()
        ),
    )
    if done is None:
        return _page_of_several(team, form, ticked), 422
    flash_message(
        ngettext(
            "%(num)d review is reassigned to %(name)s, who starts blank.",
            "%(num)d reviews are reassigned to %(name)s, who starts blank.",
            len(form.ticked),
            name=people.person(form.reviewer.data).name,
        )
    )
    return redirect(url_for("handovers.index", team_id=team.id), 303)


@delegates.get("", endpoint="index")
@door(Permission.DEPUTY_NAME)
def list_deputies() -> ResponseReturnValue:
    return _deputies_page(_deputy_form())


@delegates.post("", endpoint="create")
@door(Permission.DEPUTY_NAME)
def name_deputy() -> ResponseReturnValue:
    form = _deputy_form()
    done = accepted(
        form,
        lambda: service.name_deputy(
            session.actor(), form.deputy.data, form.starts_on.data, form.ends_on.data, session.now()
        ),
    )
    if done is None:
        return _deputies_page(form), 422
    flash_message(
        _(
            "%(name)s is your backup reviewer on these days.",
            name=people.person(form.deputy.data).name,
        )
    )
    return redirect(url_for("delegates.index"), 303)


@delegates.post("/<id:deputy_id>/end", endpoint="end")
@door(Permission.DEPUTY_OWN, subjects.deputy)
def end_deputy(deputy: Subject) -> ResponseReturnValue:
    service.end_deputy(session.actor(), deputy.id, session.now())
    flash_message(
        _("Ended. What they took and did not reveal waits now: your coordinator can reassign it.")
    )
    return redirect(url_for("delegates.index"), 303)


def _form(review_ids: Collection[int]) -> HandOnForm:
    form = HandOnForm()
    form.reviewer.choices = fields.choices(
        (reviewer.person_id, reviewer_words(reviewer))
        for reviewer in handovers.eligible(review_ids, session.today())
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


def _ticked(team: Subject, asked: list[str]) -> list[OpenReview]:
    """Those of the list that can be reassigned; what is not in it is not theirs to name."""
    today, closed = session.today(), session.blind_spots().closed
    queue = handovers.queue(session.actor(), team.places[0].path, today, closed)
    ticked = [queued for queued in queue if str(queued.review_id) in asked]
    return [review for review in handovers.waiting(ticked, today) if review.sent > 1]


def _page_of_several(team: Subject, form: HandOnForm, ticked: Sequence[OpenReview]) -> str:
    return render(
        "reviews/handover_list.html",
        form=form,
        ticked=ticked,
        team=handovers.team_name(team.id),
        team_id=team.id,
    )


def _deputy_form() -> DeputyForm:
    """Of many who could be chosen those whose name holds `?search=`, at most a page of them; and
    who is chosen already."""
    form = DeputyForm()
    possible = deputies.possible_deputies(session.actor(), session.today())
    wanted, chosen = folded(_searched()), request.form.get("deputy")
    fitting = [person for person in possible if wanted in folded(person.name)]
    listed = {person.person_id for person in fitting[:PAGE]}
    form.deputy.choices = fields.choices(
        [
            ("", _("Choose…")),
            *(
                (person.person_id, told_apart(person.name, person.person_id))
                for person in possible
                if person.person_id in listed or str(person.person_id) == chosen
            ),
        ]
    )
    form.has_more = len(possible) > PAGE
    if len(fitting) > PAGE:
        form.deputy.description = ngettext(
            "%(num)d more is not listed. Search for their name.",
            "%(num)d more are not listed. Search for their name.",
            len(fitting) - PAGE,
        )
    return form


def _deputies_page(form: DeputyForm) -> str:
    return render(
        "reviews/delegates.html",
        form=form,
        searched=_searched(),
        named=deputies.deputies_of(session.actor(), session.today()),
    )


def _searched() -> str:
    return request.args.get("search", "")[:NAME_MAX]
