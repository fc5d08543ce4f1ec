"""Reviews, blind first: send, answer, ask, check, reveal, and talk about what differs."""

from functools import partial

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.reviews import delegates, item_details, unsent_drafts
from tracker.queries.reviews import items as review_items
from tracker.queries.reviews import queues as review_queues
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.notifications.notices import NoticePage
from tracker.rules.reviews.responses import NewerAnswer
from tracker.rules.reviews.workflow import ReviewStatus
from tracker.rules.roles import Permission
from tracker.services.reviews import answers, due_dates, reviews
from tracker.services.reviews import differences as differing
from tracker.web.http import access, errors, rate_limits, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.i18n.render import render
from tracker.web.reviews import conflict_page, labels, outcome, pages, progress, queue, screens
from tracker.web.reviews import pdf as notes_pdf
from tracker.web.reviews.differences.pages import differences_page, step_form
from tracker.web.reviews.forms import AnswerForm, ReplyForm, RevealForm, SendForm
from tracker.web.ui import pdf
from tracker.web.ui.drafts import replaced_choices
from tracker.web.ui.drafts.drafted_forms import DRAFT_FORMS
from tracker.web.ui.statement_picker import is_search
from tracker.web.ui.tables import headings, order_asked
from tracker.web.ui.templating.dates import day, moment

bp = Blueprint("reviews", __name__)


@bp.errorhandler(Conflict)
def overtaken(refusal: Conflict) -> ResponseReturnValue:
    return conflict_page.page(refusal)


@bp.get("/reviews")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    actor, today = session.actor(), session.today()
    order = order_asked(queue.COLUMNS, usual="due")
    access.note_opened(NoticePage.REVIEWS)
    stands_in = delegates.stands_in_for(actor, today)
    inbox = review_queues.inbox(actor, today)
    chosen = queue.selected(inbox, today)
    return render(
        "reviews/index.html",
        mine=review_queues.mine(actor, today),
        words=labels.REVIEW_STATUS,
        inbox=inbox,
        chosen=chosen,
        live=queue.sorted_by(chosen.reviews, order),
        left=partial(progress.left, pace=pages.my_pace()),
        next_review=queue.next_review(chosen.reviews),
        headings=headings(queue.COLUMNS, order, "reviews.index", **chosen.kept),
        stands_in=stands_in,
        to_take_over=delegates.to_take_over(actor, today) if stands_in else [],
    )


@bp.get("/reviews/new")
@door(Permission.REVIEW_SEND)
def new() -> ResponseReturnValue:
    return pages.send_page(SendForm(), None)


@bp.post("/reviews")
@door(Permission.REVIEW_SEND, takes=LONG_FORM)
def send() -> ResponseReturnValue:
    form = SendForm()
    if form.back.data or is_search():
        return _send_again(form, 200)
    if form.validate_on_submit():
        try:
            reviewer_id, team_id = form.person_and_team
            reviews.send(
                session.actor(),
                reviewer_id,
                form.chosen,
                session.now(),
                team_id,
                without_drafts=bool(form.without_drafts.data),
            )
        except (Invalid, Conflict) as refusal:
            if replaced_choices.ids_in_place(form.chosen) is None:
                left = refusal.facts.get("statements")
                if isinstance(left, list):
                    return pages.drafts_page(form, left), 409
                errors.put_on(form, refusal)
        else:
            flash_message(
                ngettext(
                    "%(num)d statement was sent to %(name)s. You can withdraw it until the first "
                    "answer.",
                    "%(num)d statements were sent to %(name)s. You can withdraw them until the "
                    "first answer.",
                    len(set(form.chosen)),
                    name=people.detail(reviewer_id, session.now()).name,
                )
            )
            _name_unreadable_drafts()
            return redirect(url_for("reviews.index"), 303)
    return _send_again(form, 422)


def _send_again(form: SendForm, status: int) -> ResponseReturnValue:
    """With what was ticked; 409 where that is of another version than theirs."""
    placed = replaced_choices.ids_in_place(form.chosen)
    if placed is None:
        return pages.send_page(form, form.chosen), status
    errors.put_on(form, placed.refusal)
    return pages.send_page(form, [*placed.chosen]), 409


def _name_unreadable_drafts() -> None:
    for draft in unsent_drafts.unreadable(session.actor().person_id):
        flash_message(
            _(
                "The draft “%(form)s”, saved %(when)s, can’t be read, so it was left out. Discard "
                "it in your account, and type it again.",
                form=DRAFT_FORMS[draft.form],
                when=moment(draft.saved_at),
            ),
            "warning",
        )


@bp.post("/reviews/<id:review_id>/withdraw")
@door(Permission.REVIEW_LEARNER, subjects.review)
def withdraw(review: Subject) -> ResponseReturnValue:
    reviews.withdraw(session.actor(), review.id, session.now())
    flash_message(_("Withdrawn. Nobody else sees these statements; you can send them again."))
    return redirect(url_for("reviews.index"), 303)


@bp.get("/reviews/<id:review_id>")
@door(Permission.REVIEW_READ, subjects.review)
def show(review: Subject) -> ResponseReturnValue:
    """The learner's page of it; the reviewer is sent to where they go on, or reads that it was
    withdrawn."""
    if pages.is_learner(review):
        return pages.learner_page(review.id)
    header, items = pages.reviewer_side(review.id)
    if header.status is ReviewStatus.WITHDRAWN:
        return render("reviews/withdrawn.html", header=header)
    return redirect(screens.reviewer_href(header, items))


@bp.post("/reviews/<id:review_id>/one-more-week")
@door(Permission.REVIEW_READ, subjects.review)
def one_more_week(review: Subject) -> ResponseReturnValue:
    due_on = due_dates.one_more_week(session.actor(), review.id, session.now())
    flash_message(_("One more week: the new date is %(day)s.", day=day(due_on)))
    return redirect(url_for("reviews.show", review_id=review.id), 303)


@bp.get("/review-items/<id:item_id>")
@door(Permission.REVIEW_ANSWER, subjects.review_item)
def item(item: Subject) -> ResponseReturnValue:
    return pages.item_page(item)


@bp.post("/review-items/<id:item_id>/answer")
@door(Permission.REVIEW_ANSWER, subjects.review_item)
def answer(item: Subject) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate_on_submit():
        return pages.item_page(item, form, 422)
    try:
        answers.answer(session.actor(), [form.response(item.id)], session.now())
    except Conflict as refused:
        refusal = errors.refused_rows(refused)[item.id]
        newer = refusal.facts.get("current")
        current = newer if isinstance(newer, NewerAnswer) else None
        if isinstance(refusal, Conflict) and current is None:
            raise refusal from None
        errors.put_on(form, refusal)
        return pages.item_page(item, form, 409 if current else 422, current)
    review_id = pages.review_of(item)
    items = review_items.for_reviewer(review_id)
    here = next(each for each in items if each.id == item.id)
    return redirect(progress.next_href(review_id, items, here.position, focus=True), 303)


@bp.post("/review-items/<id:item_id>/reply")
@door(Permission.REVIEW_LEARNER, subjects.review_item)
def reply(item: Subject) -> ResponseReturnValue:
    form = ReplyForm()
    review_id = pages.review_of(item)
    try:
        reviews.reply(session.actor(), item.id, form.text.data or "", session.now())
    except Invalid as refusal:
        errors.put_on(form, refusal)
        return pages.learner_page(review_id, pages.TypedForm(item.id, form)), 422
    flash_message(_("Your reply is with your reviewer."))
    return redirect(url_for("reviews.show", review_id=review_id), 303)


@bp.post("/review-items/<id:item_id>/drop")
@door(Permission.REVIEW_READ, subjects.review_item)
def drop(item: Subject) -> ResponseReturnValue:
    reviews.drop(session.actor(), item.id, session.now())
    flash_message(_("Dropped from this review. It can be sent again."))
    return redirect(url_for("reviews.show", review_id=pages.review_of(item)), 303)


@bp.get("/reviews/<id:review_id>/check")
@door(Permission.REVIEW_ANSWER, subjects.review)
def check(review: Subject) -> ResponseReturnValue:
    """All answers on one page, before the learner's are shown."""
    header, items = pages.reviewer_side(review.id)
    if not (header.is_live and progress.is_under_way(items)):
        return redirect(screens.reviewer_href(header, items))
    access.note_look(header.learner_id, "review")
    access.note_opened(review.id)
    return render(
        "reviews/check.html",
        lang=header.lang,
        header=header,
        items=items,
        words=pages.words_of(header),
        grounds=labels.GROUNDS,
        statuses=labels.ITEM_STATUS,
        is_ready=progress.is_ready(items),
        waiting=progress.waiting(items),
        version=sum(item.version for item in items),
        messages=item_details.messages(review.id),
        go_on=screens.following_href(review.id, screens.of_review(items)),
        next_review=pages.next_review(review.id),
    )


@bp.post("/reviews/<id:review_id>/reveal")
@door(Permission.REVIEW_ANSWER, subjects.review)
def reveal(review: Subject) -> ResponseReturnValue:
    form = RevealForm()
    if not form.validate_on_submit():
        raise Conflict("review_changed")
    reviews.reveal(session.actor(), review.id, session.now(), form.version.data)
    flash_message(_("Revealed: you now see each other’s answers."))
    return redirect(pages.outcome_href(pages.header_of(review.id)), 303)


@bp.get("/reviews/<id:review_id>/differences")
@door(Permission.REVIEW_READ, subjects.review)
def differences(review: Subject) -> ResponseReturnValue:
    """What was revealed, to both: what is equal, what differs, and what became of it."""
    return differences_page(review)


@bp.get("/reviews/<id:review_id>/differences.pdf")
@door(Permission.REVIEW_READ, subjects.review)
@rate_limits.documents
def differences_pdf(review: Subject) -> ResponseReturnValue:
    """The same as meeting notes."""
    header = pages.header_of(review.id)
    if pages.is_sealed(header):
        return redirect(url_for("reviews.show", review_id=review.id))
    found = outcome.review_outcome(header, pages.is_learner(review))
    notes = notes_pdf.printed(found, session.actor().library_id)
    return pdf.download(notes_pdf.document, notes, header.lang)


@bp.post("/review-items/<id:item_id>/next-step")
@door(Permission.REVIEW_READ, subjects.review_item)
def next_step(item: Subject) -> ResponseReturnValue:
    form = step_form(pages.header_of(pages.review_of(item)))
    if form.validate_on_submit():
        try:
            differing.add_next_step(
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
            return redirect(pages.at(item), 303)
    return differences_page(item, step=pages.TypedForm(item.id, form)), 422


@bp.post("/review-items/<id:item_id>/next-step/<id:step_id>/done")
@door(Permission.REVIEW_READ, subjects.review_item)
def step_done(item: Subject, step_id: int) -> ResponseReturnValue:
    differing.finish_next_step(session.actor(), item.id, step_id, session.now())
    flash_message(_("The next step is done."))
    return redirect(pages.at(item), 303)
