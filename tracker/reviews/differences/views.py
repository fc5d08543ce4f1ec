"""What the two do about their differences: choose, confirm, take back, undo."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import counterpart
from tracker.policy.permissions import Subject
from tracker.record.workflow import queries as workflow_queries
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.actions import Confirmed
from tracker.reviews.differences.forms import SentDifferences, from_form
from tracker.reviews.differences.pages import differences_page
from tracker.reviews.differences.rules import TAKEN_UNASKED, Choice, is_taken, needs_reason
from tracker.reviews.result.pages import result_page
from tracker.reviews.review import (
    pages as review_pages,
    pages_screens as review_pages_screens,
    queries as review_queries,
)
from tracker.reviews.review.forms import ThanksForm
from tracker.reviews.review.queries_items import Item
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.roles import Permission
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.input_checks import LONG_FORM

bp = Blueprint("differences", __name__)
bp.register_error_handler(Conflict, review_pages.conflict_page)


@bp.post("/reviews/<id:review_id>/differences")
@door(Permission.REVIEW_READ, workflow_queries.review, takes=LONG_FORM)
def choose(review: Subject) -> ResponseReturnValue:
    sent = from_form(request.form)
    review_pages_screens.must_be_same(sent.person_id)
    try:
        items = {item.id: item for item in review_pages.items_of(review)}
        choices = _with_reasons(items, sent.choices())
        taken = _taken(review, items, choices) if sent.act == "confirm" else []
        if len(taken) > TAKEN_UNASKED:
            return differences_page(review, sent=sent, taken=taken)
        told = _store(review, sent, choices)
    except (Invalid, Conflict) as refusal:
        if refusal.code in ("differences_over", "move_not_now") or errors.wants_json():
            raise
        return differences_page(review, sent=sent, refusal=refusal), errors.status_of_rows(refusal)
    if sent.act == "keep":
        return "", 204
    flash_message(told)
    return redirect(review_pages_screens.outcome_href(review_pages.header_of(review.id)), 303)


@bp.get("/reviews/<id:review_id>/result")
@door(Permission.REVIEW_READ, workflow_queries.review)
def result(review: Subject) -> ResponseReturnValue:
    """What a review came to, once it has ended."""
    header = review_pages.header_of(review.id)
    if review_pages.is_sealed(header) or header.is_live:
        return redirect(url_for("reviews.show", review_id=review.id))
    return result_page(review, header)


@bp.post("/reviews/<id:review_id>/thanks")
@door(Permission.REVIEW_READ, workflow_queries.review)
def thank(review: Subject) -> ResponseReturnValue:
    form = ThanksForm()
    try:
        differences_actions.thank(session.actor(), review.id, form.text.data or "", session.now())
    except Invalid as refusal:
        errors.put_on(form, refusal)
        return result_page(review, review_pages.header_of(review.id), form), 422
    flash_message(_("Sent. Only the two of you see it."))
    return redirect(url_for("differences.result", review_id=review.id), 303)


@bp.post("/reviews/<id:review_id>/thanks/withdraw")
@door(Permission.REVIEW_READ, workflow_queries.review)
def withdraw_thanks(review: Subject) -> ResponseReturnValue:
    differences_actions.withdraw_thanks(session.actor(), review.id, session.now())
    flash_message(_("Withdrawn. Your thanks are deleted."))
    return redirect(url_for("differences.result", review_id=review.id), 303)


@bp.post("/review-items/<id:item_id>/take-back")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def take_back(item: Subject) -> ResponseReturnValue:
    differences_actions.take_back(session.actor(), item.id, session.now())
    flash_message(_("Withdrawn. Your choice is still here, and only you see it."))
    return redirect(review_pages.at(item), 303)


@bp.post("/review-items/<id:item_id>/undo-no-agreement")
@door(Permission.REVIEW_READ, workflow_queries.review_item)
def undo_keep_apart(item: Subject) -> ResponseReturnValue:
    differences_actions.undo_keep_apart(session.actor(), item.id, session.now())
    flash_message(_("Undone. The difference is open again."))
    return redirect(review_pages.at(item), 303)


def _store(review: Subject, sent: SentDifferences, choices: list[Choice]) -> str:
    """Do what the button says. Returns what is told of it."""
    actor, now = session.actor(), session.now()
    if sent.act in ("save", "keep"):
        cleared = [row.item_id for row in sent.rows.values() if row.is_cleared]
        differences_actions.choose(actor, review.id, choices, cleared, now)
        return _("Saved. Only you see your choices until you confirm them.")
    if not choices:
        raise Invalid("difference_nothing")
    return _told(review, differences_actions.confirm_all(actor, review.id, choices, now))


def _with_reasons(items: Mapping[int, Item], choices: list[Choice]) -> list[Choice]:
    """A reason goes only with an answer that neither gave: what was typed for one that was chosen
    before stays with nobody."""

    def is_new(of: Choice) -> bool:
        item = items.get(of.item_id)
        return bool(
            of.answer and item and needs_reason(of.answer, item.own or "", item.reviewer_answer)
        )

    return [choice if is_new(choice) else replace(choice, reason="") for choice in choices]


def _taken(review: Subject, items: Mapping[int, Item], choices: list[Choice]) -> list[int]:
    """The items for which the other side's answer is taken: their rating, or what they would agree
    on by now."""
    me, is_learner = session.actor().person_id, review_pages.is_learner(review)
    confirmed = review_queries.confirmations(review.id)
    taken = []
    for choice in choices:
        if (item := items.get(choice.item_id)) is None:
            continue
        sides = [item.own or "", counterpart(item.reviewer_answer or "") or ""]
        own, rated = sides if is_learner else sides[::-1]
        words = confirmed.get(item.id, {}).items()
        agreed = {word.answer for person_id, word in words if person_id != me and word.answer}
        if is_taken(choice, own, {rated, *agreed}):
            taken.append(item.id)
    return taken


def _told(review: Subject, done: Confirmed) -> str:
    header = review_pages.header_of(review.id)
    name = header.reviewer_first if review_pages.is_learner(review) else header.learner_first
    agreed = ngettext(
        "You both agreed on %(num)d, so it is reviewed.",
        "You both agreed on %(num)d, so they are reviewed.",
        done.agreed,
    )
    waiting = ngettext(
        "%(num)d is waiting for %(name)s.",
        "%(num)d are waiting for %(name)s.",
        done.waiting,
        name=name,
    )
    both = ngettext(
        "%(num)d still needs both of you.", "%(num)d still need both of you.", done.both
    )
    apart = ngettext(
        "%(num)d ended with no agreement: both ratings stay on record, and neither counts.",
        "%(num)d ended with no agreement: both ratings stay on record, and neither counts.",
        done.apart,
    )
    counts = (done.agreed, agreed), (done.waiting, waiting), (done.both, both), (done.apart, apart)
    return " ".join([_("Confirmed."), *(words for count, words in counts if count)])
