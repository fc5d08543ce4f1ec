"""Reviews, blind first: send, answer, ask, check, reveal, and talk about what differs."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.policy.permissions import Subject
from tracker.queries.core import people as core_people_queries
from tracker.record.workflow import queries as workflow_queries
from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.pages import differences_page, step_form
from tracker.reviews.queue import pages as queue_pages
from tracker.reviews.result import exports as result_exports, pages as result_pages
from tracker.reviews.review import (
    actions as review_actions,
    pages as review_pages,
    pages_screens as review_pages_screens,
    queries_items as review_queries_items,
)
from tracker.reviews.review.forms import AnswerForm, ReplyForm, RevealForm, SendForm
from tracker.reviews.review.rules import newer_in
from tracker.reviews.sending import pages as sending_pages, queries as sending_queries
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.roles import Permission
from tracker.web.http import errors, rate_limits, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.i18n.render import render
from tracker.web.ui import drafts, pdf
from tracker.web.ui.statement_picker import is_search
from tracker.web.ui.templating.dates import day, moment

bp = Blueprint("reviews", __name__)
bp.register_error_handler(Conflict, review_pages.conflict_page)


@bp.get("/reviews")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    return queue_pages.index_page()


@bp.get("/reviews/new")
@door(Permission.REVIEW_SEND)
def new() -> ResponseReturnValue:
    return sending_pages.send_page(SendForm(), None)


@bp.post("/reviews")
@door(Permission.REVIEW_SEND, takes=LONG_FORM)
def send() -> ResponseReturnValue:
    form = SendForm()
    if form.back.data or is_search():
        return sending_pages.send_again(form, 200)
    if form.validate_on_submit():
        if asked := sending_pages.many_page(form):
            return asked
        try:
            reviewer_id, team_id = form.person_and_team
            review_actions.send(
                session.actor(),
                reviewer_id,
                form.chosen,
                session.now(),
                team_id,
                without_drafts=bool(form.without_drafts.data),
            )
        except (Invalid, Conflict) as refusal:
            if drafts.ids_in_place(form.chosen) is None:
                left = refusal.facts.get("statements")
                if isinstance(left, list):
                    return sending_pages.drafts_page(form, left), 409
                errors.put_on(form, refusal)
        else:
            flash_message(
                ngettext(
                    "%(num)d statement was sent to %(name)s. You can withdraw it until the first "
                    "answer.",
                    "%(num)d statements were sent to %(name)s. You can withdraw them until the "
                    "first answer.",
                    len(set(form.chosen)),
                    name=core_people_queries.person(reviewer_id).name,
                )
            )
            _name_unreadable_drafts()
            return redirect(url_for("reviews.index"), 303)
    return sending_pages.send_again(form, 422)


def _name_unreadable_drafts() -> None:
    for draft in sending_queries.unreadable_drafts(session.actor().person_id):
        flash_message(
            _(
                "The draft “%(form)s”, saved %(when)s, can’t be read, so it was left out. Discard "
                "it in your account, and type it again.",
                form=drafts.DRAFT_FORMS[draft.form],
                when=moment(draft.saved_at),
            ),
            "warning",
        )


@bp.post("/reviews/<id:review_id>/withdraw")
@door(Permission.REVIEW_LEARNER, workflow_queries.review)
def withdraw(review: Subject) -> ResponseReturnValue:
    review_actions.withdraw(session.actor(), review.id, session.now())
    flash_message(_("Withdrawn. Nobody else sees these statements; you can send them again."))
    return redirect(url_for("reviews.index"), 303)


@bp.get("/reviews/<id:review_id>")
@door(Permission.REVIEW_READ, workflow_queries.review)
def show(review: Subject) -> ResponseReturnValue:
    """The learner's page of it; the reviewer is sent to where they go on, or reads that it was
    withdrawn."""
    if review_pages.is_learner(review):
        return review_pages.learner_page(review.id)
    header, items = review_pages.reviewer_side(review.id)
    if header.status is ReviewStatus.WITHDRAWN:
        return render("reviews/withdrawn.html", header=header)
    return redirect(review_pages_screens.reviewer_href(header, items))


@bp.post("/reviews/<id:review_id>/one-more-week")
@door(Permission.REVIEW_READ, workflow_queries.review)
def one_more_week(review: Subject) -> ResponseReturnValue:
    due_on = review_actions.one_more_week(session.actor(), review.id, session.now())
    flash_message(_("One more week: the new date is %(day)s.", day=day(due_on)))
    return redirect(url_for("reviews.show", review_id=review.id), 303)


@bp.get("/review-items/<id:item_id>")
@door(Permission.REVIEW_ANSWER, workflow_queries.review_item)
def item(item: Subject) -> ResponseReturnValue:
    return review_pages.item_page(item)


@bp.post("/review-items/<id:item_id>/answer")
@door(Permission.REVIEW_ANSWER, workflow_queries.review_item)
def answer(item: Subject) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate_on_submit():
        return review_pages.item_page(item, form, 422)
    try:
        review_actions.answer(session.actor(), [form.response(item.id)], session.now())
    except Conflict as refused:
        refusal = errors.refused_rows(refused)[item.id]
        current = newer_in(refusal)
        if isinstance(refusal, Conflict) and current is None:
            raise refusal from None
        errors.put_on(form, refusal)
        return review_pages.item_page(item, form, 409 if current else 422, current)
    review_id = review_pages_screens.review_of(item)
    items = review_queries_items.for_reviewer(review_id)
    here = next(sent for sent in items if sent.id == item.id)
    return redirect(review_pages_screens.next_href(review_id, items, here.position), 303)


@bp.post("/review-items/<id:item_id>/reply")
@door(Permission.REVIEW_LEARNER, workflow_queries.review_item)
def reply(item: Subject) -> ResponseReturnValue:
    form = ReplyForm()
    review_id = review_pages_screens.review_of(item)
    try:
        review_actions.reply(session.actor(), item.id, form.text.data or "", session.now())
    except Invalid as refusal:
        errors.put_on(form, refusal)
        return review_pages.learner_page(review_id, review_pages.TypedForm(item.id, form)), 422
    flash_message(_("Your reply is with your reviewer."))
    return redirect(url_for("reviews.show", review_id=review_id), 303)


@bp.post("/review-items/<id:item_id>/drop")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def drop(item: Subject) -> ResponseReturnValue:
    review_actions.drop(session.actor(), item.id, session.now())
    flash_message(_("Dropped from this review. It can be sent again."))
    return redirect(url_for("reviews.show", review_id=review_pages_screens.review_of(item)), 303)


@bp.get("/reviews/<id:review_id>/check")
@door(Permission.REVIEW_ANSWER, workflow_queries.review)
def check(review: Subject) -> ResponseReturnValue:
    return review_pages.check_page(review.id)


@bp.post("/reviews/<id:review_id>/reveal")
@door(Permission.REVIEW_ANSWER, workflow_queries.review)
def reveal(review: Subject) -> ResponseReturnValue:
    form = RevealForm()
    try:
        if not form.validate_on_submit():
            raise Conflict("review_changed")
        review_actions.reveal(session.actor(), review.id, session.now(), form.version.data)
    except Conflict as refusal:
        if refusal.code != "review_changed":
            raise
        return review_pages.check_page(review.id, refusal)
    flash_message(_("Revealed: you now see each other’s answers."))
    return redirect(review_pages_screens.outcome_href(review_pages.header_of(review.id)), 303)


@bp.get("/reviews/<id:review_id>/differences")
@door(Permission.REVIEW_READ, workflow_queries.review)
def differences(review: Subject) -> ResponseReturnValue:
    """What was revealed, to both: what is equal, what differs, and what became of it."""
    return differences_page(review)


@bp.get("/reviews/<id:review_id>/differences.pdf")
@door(Permission.REVIEW_READ, workflow_queries.review)
@rate_limits.documents
def differences_pdf(review: Subject) -> ResponseReturnValue:
    """The same as meeting notes."""
    header = review_pages.header_of(review.id)
    if review_pages.is_sealed(header):
        return redirect(url_for("reviews.show", review_id=review.id))
    shown = result_pages.review_outcome(header, review_pages.is_learner(review))
    notes = result_exports.printed(shown, session.actor().library_id)
    return pdf.download(result_exports.document, notes, header.lang)


@bp.post("/review-items/<id:item_id>/next-step")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def next_step(item: Subject) -> ResponseReturnValue:
    form = step_form(review_pages.header_of(review_pages_screens.review_of(item)))
    if form.validate_on_submit():
        try:
            differences_actions.add_next_step(
                session.actor(),
                item.id,
                form.owner.data,
                form.text.data or "",
                form.due_on.data,
                session.now(),
            )
        except Invalid as refusal:
            errors.put_on(form, refusal)
        else:
            flash_message(_("The next step is noted for both of you."))
            return redirect(review_pages.at(item), 303)
    return differences_page(item, step=review_pages.TypedForm(item.id, form)), 422


@bp.post("/review-items/<id:item_id>/next-step/<id:step_id>/done")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def step_done(item: Subject, step_id: int) -> ResponseReturnValue:
    differences_actions.finish_next_step(session.actor(), item.id, step_id, session.now())
    flash_message(_("The next step is done."))
    return redirect(review_pages.at(item), 303)
